"""How a browser's script is answered: the errors of docs/formats/seal.md, each with its status."""

import contextlib
import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError

from tincay.core.codes import UnknownCode
from tincay.core.consent import BadGrant
from tincay.core.sealing import BadEnvelope, BadKey
from tincay.core.statements import NotSigned
from tincay.web.strict_json import Malformed
from tincay.web.transactions import AWAY

P = ParamSpec("P")
LONGEST = 1_572_864
"""Bytes of one envelope."""
MOST_DISCARDED, CHUNK = 8 * 1024 * 1024, 64 * 1024
"""Bytes of a body that is too long which are read all the same; who sends more is cut off."""
STATUS = {
    "malformed": 400,
    "visit_over": 401,
    "again": 403,
    "locked": 403,
    "no_key": 403,
    "unknown": 404,
    "stale_desk": 409,
    "stale_number": 409,
    "proof_of_work": 409,
    "closed": 409,
    "no_room": 409,
    "too_long": 413,
    "slow_down": 429,
    "busy": 503,
    "unsafe_keys": 503,
    "full": 507,
}


class BodyTooLong(ValueError):
    """More bytes than an envelope may have."""


def refusal(error: str, **more: Any) -> JsonResponse:
    """An error by its name; it never repeats a byte of what was sent."""
    return JsonResponse({"error": error, **more}, status=STATUS[error])


def storage_trouble(error: Exception) -> str:
    """`full` when the disk has no room, `busy` when somebody else is writing."""
    words = str(error)
    return "full" if "full" in words or "No space" in words else "busy"


def body_of(request: HttpRequest) -> bytes:
    """What was posted. Raises BodyTooLong; nothing of it is kept then."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        raise Malformed from None
    if length > LONGEST:
        discard(request)
        raise BodyTooLong
    try:
        return request.body
    except RequestDataTooBig:
        raise BodyTooLong from None
    except UnreadablePostError:
        raise Malformed from None


def discard(request: HttpRequest) -> None:
    """Let a body that is too long come in: who is answered while still sending sees a broken connection instead."""
    with contextlib.suppress(UnreadablePostError):
        for _ in range(MOST_DISCARDED // CHUNK):
            if not request.read(CHUNK):
                return


def for_script(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view that a script calls: what can go wrong with any message is answered here, once."""

    @functools.wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BodyTooLong:
            return refusal("too_long")
        except (Malformed, BadEnvelope, BadKey, NotSigned, BadGrant, UnknownCode):
            return refusal("malformed")
        except AWAY as error:
            return refusal(storage_trouble(error))

    return answered
