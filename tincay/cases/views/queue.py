"""Hôm nay: what is due, what is due first comes first."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tincay.cases import pages
from tincay.cases.queries import escalated_clocks, late_clocks, queue_page
from tincay.people.actions import see_notices
from tincay.people.permissions import needs, staff
from tincay.people.rights import May
from tincay.web.time import now


@require_safe
@needs(May.SEE_QUEUE)
def today(request: HttpRequest) -> HttpResponse:
    user, moment = staff(request), now()
    page = queue_page(user, _cursor(request.GET.get("after", "")))
    rows = pages.rows(page, moment)
    return render(
        request,
        "cases/today.html",
        {
            "rows": rows,
            "danger": [row for row in rows[1:] if row.priority == "p0" and row.nobody_works_on_it],
            "after": page.after,
            "first": "after" not in request.GET,
            "now": moment,
            "news": user.notices.order_by("-created_at").values_list("created_at", flat=True).first(),
            "has_desk": user.memberships.exists(),
        },
    )


def _cursor(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


@require_POST
@needs(May.SEE_QUEUE)
def seen(request: HttpRequest) -> HttpResponse:
    see_notices(user=staff(request))
    return redirect("today")


@require_safe
@needs(May.SEE_OVERDUE)
def overdue(request: HttpRequest) -> HttpResponse:
    moment = now()
    user = staff(request)
    lines = pages.late_lines(late_clocks(user, moment), moment, reader=user)
    return render(request, "cases/overdue.html", {"lines": lines, "now": moment})


@require_safe
@needs(May.SEE_ESCALATED)
def escalated(request: HttpRequest) -> HttpResponse:
    moment = now()
    user = staff(request)
    lines = pages.late_lines(escalated_clocks(user), moment, reader=user)
    return render(request, "cases/escalated.html", {"lines": lines, "now": moment})
