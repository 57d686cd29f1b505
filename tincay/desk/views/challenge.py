"""What an unlocked browser opens before it posts (desk.opened)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from tincay.desk import opened
from tincay.people.permissions import needs, staff
from tincay.people.rights import May
from tincay.reports.permissions import report_or_404
from tincay.web.json_views import refusal
from tincay.web.time import now


@require_safe
@needs(May.OPEN_REPORT)
def of_report(request: HttpRequest, report_id: UUID) -> JsonResponse:
    user = staff(request)
    report = report_or_404(user, May.OPEN_REPORT, report_id)
    return _said(opened.report_challenge(report, user, now()))


@require_safe
@needs(May.SEE_QUEUE)
def of_own_key(request: HttpRequest) -> JsonResponse:
    return _said(opened.own_challenge(staff(request), now()))


def _said(challenge: dict[str, Any] | None) -> JsonResponse:
    return JsonResponse(challenge) if challenge else refusal("no_key")
