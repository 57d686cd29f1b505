"""Who acts on a report shows that a browser with the desk's key open stands behind the press. docs/formats/opened.md.

No row keeps a challenge: what the answer has to be follows from the server's secret, the user, the report and a time.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.conf import settings
from django.contrib.messages import error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tincay.core.authorship import base64url
from tincay.core.sealing import Recipient, seal
from tincay.people.models import User
from tincay.people.permissions import staff
from tincay.people.rights import May
from tincay.reports.models import Report
from tincay.reports.permissions import report_or_404
from tincay.vault.queries import desk_wraps, links_to
from tincay.web.json_views import refusal
from tincay.web.strict_json import base64_text
from tincay.web.time import now

GOOD_FOR = timedelta(minutes=2)
CLOCKS_DIFFER = 60
"""Seconds by which the clocks of two machines, or one that was put right, may be apart."""
HEADER = "X-Opened"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
Links = list[tuple[bytes, str]]
"""Wraps that lead from the own key to another, each with the public half of what is inside."""


def way_to(report: Report, user: User) -> Links:
    """What this user follows to the thread's key; nothing without the desk's present key."""
    if not desk_wraps(user).filter(of=report.desk.recipient).exists():
        return []
    return links_to(report.id, report.thread, user)


def report_challenge(report: Report, user: User, at: datetime) -> dict[str, Any] | None:
    """What the browser has to open before this user does something to this report; None for who cannot."""
    links = way_to(report, user)
    return _challenge(user, report.id.hex, report.thread, links, at) if links else None


def own_challenge(user: User, at: datetime) -> dict[str, Any] | None:
    """The same for what concerns no report: the own key has to be open."""
    return _challenge(user, "", user.recipient, [], at) if user.recipient else None


def _challenge(user: User, about: str, recipient: str, links: Links, at: datetime) -> dict[str, Any]:
    ticket = f"{about}.{int((at + GOOD_FOR).timestamp())}"
    # With its second half the browser opens nothing else for the server: no message, no other page's challenge.
    sealed = seal(_secret(user, ticket, recipient) + _binding(ticket), Recipient(recipient))
    return {
        "ticket": ticket,
        "sealed": base64_text(sealed),
        "wraps": [{"sealed": base64_text(wrap), "of": of} for wrap, of in links],
    }


def _secret(user: User, ticket: str, recipient: str) -> bytes:
    facts = f"tincay/opened/v1 {user.pk} {ticket} {recipient}"
    return hmac.digest(settings.SECRET_KEY.encode(), facts.encode(), "sha256")


def _binding(ticket: str) -> bytes:
    return sha256(b"tincay/opened/v1\0" + ticket.encode()).digest()


def is_proved(request: HttpRequest, about: str, recipient: str) -> bool:
    """Whether the request brings the answer to a challenge for this user, about and key that is still good."""
    ticket, _dot, answer = request.headers.get(HEADER, "").rpartition(".")
    of, _dot, until = ticket.rpartition(".")
    if of != about or not recipient or not _is_ahead(until):
        return False
    right = base64url(_secret(staff(request), ticket, recipient))
    return hmac.compare_digest(answer.encode(), right.encode())


def _is_ahead(until: str) -> bool:
    if not (until.isascii() and until.isdigit() and len(until) < 12):
        return False
    at = now().timestamp()
    return at < int(until) <= at + GOOD_FOR.total_seconds() + CLOCKS_DIFFER


def report_opened(view: View[Concatenate[UUID, P]]) -> View[Concatenate[UUID, P]]:
    """A verb of one report, for somebody who has its words open now. From a locked desk nothing happens."""

    @wraps(view)
    def guarded(request: HttpRequest, report_id: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        report = report_or_404(staff(request), May.OPEN_REPORT, report_id)
        if not is_proved(request, report.id.hex, report.thread):
            return _locked(request, "report", report_id)
        return view(request, report_id, *args, **kwargs)

    guarded.needs_open_key = True  # type: ignore[attr-defined]
    return cast(View[Concatenate[UUID, P]], guarded)


def key_opened(view: View[P]) -> View[P]:
    """A verb that concerns no report, for somebody whose own key is open now."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_proved(request, "", staff(request).recipient):
            return _locked(request, "today")
        return view(request, *args, **kwargs)

    guarded.needs_open_key = True  # type: ignore[attr-defined]
    return cast(View[P], guarded)


def _locked(request: HttpRequest, name: str, *args: UUID) -> HttpResponse:
    if request.content_type == "application/json":
        return refusal("locked")
    error(request, _("Chưa làm gì: nội dung đang khóa. Bạn mở khóa ở đầu trang rồi bấm lại nhé."))
    return redirect(name, *args)
