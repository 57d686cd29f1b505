"""One report: its time line, its words, and the steps that can be taken now."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tincay.core.clock import URGENT
from tincay.desk import forms, pages
from tincay.desk.opened import report_opened, way_to
from tincay.intake.labels import answer_labels
from tincay.people.calls import see_notices
from tincay.people.models import User
from tincay.people.permissions import needs, staff
from tincay.people.rights import May
from tincay.reports import steps
from tincay.reports.models import Report
from tincay.reports.permissions import report_or_404
from tincay.reports.queries import attempts
from tincay.web.packs import label
from tincay.web.time import now

OPEN_FOR = 10 * 60
COOKIE = "opened"
_signer = signing.TimestampSigner(salt="tincay.opened")


@require_safe
@needs(May.OPEN_REPORT)
def report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    user = staff(request)
    report = report_or_404(user, May.OPEN_REPORT, report_id)
    has_key = bool(way_to(report, user))
    is_open = has_key and _is_open(request, user, report)
    response = render(request, "desk/report.html", _context(report, user, has_key=has_key, is_open=is_open))
    return _keep_open(response, user, report) if is_open else response


@require_POST
@needs(May.OPEN_REPORT)
@report_opened
def open_report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Read it: counted, and the first time it is acknowledged. Nothing says who.

    Its words have just been opened in the browser that asks.
    """
    user = staff(request)
    report = report_or_404(user, May.OPEN_REPORT, report_id)
    was_new = report.stage == "received"
    steps.open_report(report=report, now=now())
    if was_new:
        # It is a press too: this call is heard. Of another urgency something else may wait.
        see_notices(user=user, urgent=report.in_danger)
        messages.success(request, _("Đã ghi: có người đọc. Người báo thấy bước này."))
    return _keep_open(redirect("report", report_id), user, report)


def _is_open(request: HttpRequest, user: User, report: Report) -> bool:
    """Has this user just opened this report? A signed cookie says so, for ten minutes: no row keeps it."""
    try:
        value = _signer.unsign(request.COOKIES.get(COOKIE, ""), max_age=OPEN_FOR)
    except signing.BadSignature:
        return False
    return value == f"{user.pk}.{report.id}"


def _keep_open(response: HttpResponse, user: User, report: Report) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        _signer.sign(f"{user.pk}.{report.id}"),
        max_age=OPEN_FOR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )
    return response


def _context(report: Report, user: User, *, has_key: bool, is_open: bool) -> dict[str, object]:
    at = now()
    clocks = list(report.clocks.all())
    proposal = getattr(report, "closing_proposal", None)
    return {
        "report": report,
        "now": at,
        "has_key": has_key,
        "key_holders": [] if has_key else pages.key_holders(report),
        "is_open": is_open,
        "stage_words": label("report_stage", report.stage),
        "priority_words": label("triage_priority", report.priority),
        "kind_words": label("classification", report.classification),
        "steps": pages.steps(report, at),
        "due": pages.running_clocks(report, at),
        "events": pages.events(report, clocks),
        "sealed_words": pages.words(report, user) if is_open else None,
        "record": pages.record(report, user, at),
        "labels": answer_labels() if is_open else None,
        "rule": pages.classification_rule(report, at) if is_open else None,
        "consents": pages.consents(report, at),
        "refused": pages.refused(report),
        "gives_to_police": pages.gives_to_police(report, at),
        "consents_changed": pages.consents_changed(report),
        "wishes": pages.wishes(report),
        "pause": report.pauses.filter(ended_at=None).first(),
        "may_move": user.may(May.MOVE_REPORT),
        "may_ask": pages.may_ask(report),
        "may_agree": proposal is not None and user.may(May.SECOND_PERSON) and proposal.by_id != user.pk,
        "proposal": proposal,
        "proposal_words": pages.proposal_words(proposal) if proposal else "",
        "tries": [(attempt.day, label("safe_try_way", attempt.way)) for attempt in attempts(report)],
        "is_urgent": report.priority in URGENT,
        **_forms(report),
    }


def _forms(report: Report) -> dict[str, object]:
    return {
        "verify_form": forms.VerifyForm(),
        "classify_form": forms.ClassifyForm(),
        "handle_form": forms.HandleForm(),
        "propose_form": forms.ProposeForm(),
        "hold_form": forms.PauseForm(),
        "raise_form": forms.RaiseForm(above=report.priority) if pages.may_be_raised(report) else None,
    }
