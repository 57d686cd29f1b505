"""The door: who may come in, and for how long.

The cookie of a visit is the secret half of a key; the row holds its public half.
"""

import functools
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from tincay.core.sealing import Identity, Recipient
from tincay.intake import flood
from tincay.intake.attempts import ATTEMPTS_COOKIE, set_cookie
from tincay.reports.models import Report
from tincay.visit.actions import ReceiptKeys, keys_of, recipient_in
from tincay.visit.models import Visit
from tincay.web.in_the_clear import MAIN, at, cookie_name, cookie_path, either_way
from tincay.web.json_views import for_script, refusal

COOKIE = "visit"
P = ParamSpec("P")


@dataclass(frozen=True)
class Visitor:
    """Somebody behind a receipt. `keys` are there only where her browser has no script."""

    visit: Visit
    report: Report
    keys: ReceiptKeys | None

    @property
    def token(self) -> str:
        """What her forms carry, so that no other page can post in her name."""
        return hmac.digest(settings.SECRET_KEY.encode(), self.visit.recipient.encode(), "sha256").hex()


def visitor_of(request: HttpRequest) -> Visitor | None:
    """Who this is, while the fifteen minutes last."""
    cookie = request.COOKIES.get(cookie_name(COOKIE), "")
    visit = _visit_of(cookie)
    # What is opened here in the clear is opened by the plain server.
    if visit is None or (visit.sealed is not None and at(request, MAIN)):
        return None
    return _visitor(visit, Identity(cookie))


def visitor_with(cookie: Identity) -> Visitor:
    """Who has just come in."""
    visit = _visit_of(cookie)
    assert visit is not None
    return _visitor(visit, cookie)


def _visitor(visit: Visit, cookie: Identity) -> Visitor:
    return Visitor(visit, visit.report, keys_of(visit, cookie))


def _visit_of(cookie: str) -> Visit | None:
    recipient = recipient_in(cookie)
    return _open_visit(recipient) if recipient else None


def _open_visit(recipient: Recipient) -> Visit | None:
    visits = (
        Visit.objects.for_the_rules().open_at(timezone.now()).select_related("report__desk__organisation")
    )
    return visits.filter(recipient=recipient).first()


Page = Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse]


def requires_visit(
    over: Callable[[HttpRequest, str], HttpResponse], *, counted: bool = True
) -> Callable[[Page[P]], Callable[..., HttpResponse]]:
    """A page behind a receipt. `over` answers, with the reason (`why_locked`), when the visit has ended, another one
    was opened in its place, or it has posted as much as a visit may (unless it is not `counted`)."""

    def guard(view: Page[P]) -> Callable[..., HttpResponse]:
        @either_way
        @csrf_exempt  # Checked here, with a token of the visit: Django's would be one more cookie.
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            visitor = visitor_of(request)
            why = why_locked(request, visitor, counted=counted)
            if visitor is None or why:
                return refusal("visit_over", why=why) if sends_json(request) else over(request, why)
            answer = for_script(view) if sends_json(request) else view
            return answer(request, visitor, *args, **kwargs)

        return guarded

    return guard


def why_locked(request: HttpRequest, visitor: Visitor | None, *, counted: bool = True) -> str:
    """Why this request gets no page: `no_code` `over` `elsewhere` `too_often`; "" where it does."""
    if visitor is None:
        return "over" if request.COOKIES.get(cookie_name(COOKIE)) else "no_code"
    if not _is_hers(request, visitor):
        return "elsewhere"
    return "too_often" if counted and _posts_too_much(request, visitor) else ""


def sends_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def _is_hers(request: HttpRequest, visitor: Visitor) -> bool:
    given = request.headers.get("X-CSRFToken")
    if given is None and request.method in {"GET", "HEAD"}:
        return True  # an address that was typed; what her script fetches says which visit it is for
    given = given or ("" if sends_json(request) else request.POST.get("token", ""))
    return hmac.compare_digest(given.encode(), visitor.token.encode())


def _posts_too_much(request: HttpRequest, visitor: Visitor) -> bool:
    return request.method == "POST" and not flood.may_post(visitor.visit.recipient)


def start_session(response: HttpResponse, cookie: Identity) -> HttpResponse:
    """Give the visit's cookie and forget what was tried before."""
    set_cookie(response, cookie_name(COOKIE), cookie, cookie_path())
    response.delete_cookie(ATTEMPTS_COOKIE, samesite="Strict")
    return response


def end_session(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(cookie_name(COOKIE), path=cookie_path(), samesite="Strict")
    response.delete_cookie(ATTEMPTS_COOKIE, samesite="Strict")
    return response
