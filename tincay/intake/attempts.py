"""How many codes were tried in one browser without coming in: a signed cookie counts, no address is looked at.

The first try of a browser is let through whatever others do. The cookie says a time only while she has to wait, and
goes when she comes in, leaves, or is back at the front page.
"""

import math
import time

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from tincay.intake import flood

ATTEMPTS_COOKIE = "tries"
FREE_ATTEMPTS = 5
FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60
"""Seconds; a time that is waited for is a multiple of the first one, or of a second where the wait is shorter."""
_signer = signing.Signer(salt=ATTEMPTS_COOKIE)  # not the one that signs a time too


def set_cookie(response: HttpResponse, name: str, value: str, path: str = "/") -> None:
    """For this session only, out of reach of scripts and other sites."""
    response.set_cookie(
        name,
        value,
        path=path,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def attempts(request: HttpRequest) -> tuple[int, int]:
    """How many codes were tried in this browser without coming in, and how many seconds to wait."""
    try:
        count, until = _signer.unsign_object(request.COOKIES.get(ATTEMPTS_COOKIE, ""))
    except (signing.BadSignature, ValueError, TypeError):
        return 0, 0
    return int(count), max(0, math.ceil(until - time.time()))


def count_attempt(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """One more code without coming in: after five the wait doubles each time, and where many ask it is some seconds
    after the first one."""
    flood.asked_lane.add()
    count = attempts(request)[0] + 1
    own = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count - FREE_ATTEMPTS)) if count >= FREE_ATTEMPTS else 0
    until = _until(max(own, flood.wait_for_asking()))
    set_cookie(response, ATTEMPTS_COOKIE, _signer.sign_object([count, until]))
    return response


def _until(wait: int) -> int:
    step = FIRST_WAIT if wait >= FIRST_WAIT else 1
    return math.ceil((time.time() + wait) / step) * step if wait else 0


def forget_attempts(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Take away what was counted in this browser."""
    if ATTEMPTS_COOKIE in request.COOKIES:
        response.delete_cookie(ATTEMPTS_COOKIE, samesite="Strict")
    return response
