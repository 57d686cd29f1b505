"""Hôm nay: what is due, what is due first comes first."""

from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tincay.desk import pages
from tincay.desk.opened import key_opened
from tincay.desk.queries import escalated_clocks, held_reports, late_clocks, lost_contact, queue_page
from tincay.people.activity import not_activity
from tincay.people.calls import see_notices
from tincay.people.permissions import needs, staff, staff_menu
from tincay.people.rights import May
from tincay.vault.queries import first_words
from tincay.web.packs import unreviewed_lists
from tincay.web.time import now

COMPARED_AT_ONCE = 100
LONGEST_COMPARED = 20_000
"""Bytes of a sealed story: some two thousand words. Longer ones stand together, apart."""
LONGEST_LOOKED_INTO = 66_000
"""Bytes of a sealed story that is looked into for warnings: of those that are padded in steps, the longest."""


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Where somebody lands after signing in: the first page of the own menu."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    menu = staff_menu(request)
    if not menu:
        raise Http404
    return redirect(menu[0].url_name)


@require_safe
@needs(May.SEE_QUEUE)
def today(request: HttpRequest) -> HttpResponse:
    user, at = staff(request), now()
    page = queue_page(user, _cursor(request.GET.get("after", "")))
    rows = pages.rows(page, at)
    return render(
        request,
        "desk/today.html",
        {
            "rows": rows,
            "danger": [row for row in rows[1:] if row.priority == "p0" and row.nobody_works_on_it],
            "after": page.after,
            "unreviewed": unreviewed_lists(),
            "first": "after" not in request.GET,
            "cursor": _cursor(request.GET.get("after", "")),
            "now": at,
            "news": pages.news(user),
            "has_desk": user.memberships.exists(),
            "held": held_reports(user),
        },
    )


@require_safe
@needs(May.SEE_QUEUE)
def held(request: HttpRequest) -> HttpResponse:
    """What came in a flood: kept, promised, and looked at apart. Opening one puts it into the queue."""
    at = now()
    page = queue_page(staff(request), _cursor(request.GET.get("after", "")), held=True)
    shown = {"rows": pages.rows(page, at), "after": page.after, "now": at}
    return render(request, "desk/held.html", shown)


@require_safe
@not_activity
@needs(May.SEE_QUEUE)
def held_words(request: HttpRequest) -> JsonResponse:
    """What is held, page by page, with how each sealed story begins: the unlocked browser says which are alike."""
    user, at = staff(request), now()
    page = queue_page(user, _cursor(request.GET.get("after", "")), held=True, size=COMPARED_AT_ONCE)
    stories = first_words([report.id for report in page.reports], user, longest=LONGEST_COMPARED)
    rows = pages.held_rows(page, stories, at)
    return JsonResponse({"reports": rows, "after": page.after})


@require_safe
@not_activity
@needs(May.SEE_QUEUE)
def warnings(request: HttpRequest) -> JsonResponse:
    """The sealed stories of a page of the queue, for the unlocked browser to look for content warnings."""
    user = staff(request)
    shown = queue_page(user, _cursor(request.GET.get("after", ""))).reports
    stories = first_words([report.id for report in shown], user, longest=LONGEST_LOOKED_INTO)
    sealed = {str(report_id): pages.document(story) for report_id, story in stories.items()}
    return JsonResponse({"warnings": pages.warning_words(), "reports": sealed})


def _cursor(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


@require_POST
@needs(May.SEE_QUEUE)
@key_opened
def seen(request: HttpRequest) -> HttpResponse:
    """Whoever was called has heard it. The page that comes shows everything that waits by now."""
    see_notices(user=staff(request))
    return redirect("today")


@require_safe
@needs(May.SEE_OVERDUE)
def overdue(request: HttpRequest) -> HttpResponse:
    at = now()
    user = staff(request)
    lines = pages.late_lines(late_clocks(user, at), at, reader=user)
    lost = pages.lost_lines(lost_contact(user, at))
    return render(request, "desk/overdue.html", {"lines": lines, "lost": lost, "now": at})


@require_safe
@needs(May.SEE_ESCALATED)
def escalated(request: HttpRequest) -> HttpResponse:
    at = now()
    user = staff(request)
    lines = pages.late_lines(escalated_clocks(user), at, reader=user)
    return render(request, "desk/escalated.html", {"lines": lines, "now": at})
