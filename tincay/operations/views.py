"""What keeps the place running: the calendar, telephone numbers, and the steward's view that shows no report."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from tincay.core.clock import local_day
from tincay.directory import queries as directory
from tincay.directory.actions import RowChanged, check_number
from tincay.directory.queries import days_ahead, versions
from tincay.operations import forms, health, pages
from tincay.people.permissions import needs, staff
from tincay.people.rights import May
from tincay.reports.deadlines import PastDay, change_calendar
from tincay.web.models import this_install
from tincay.web.time import now


@require_http_methods(["GET", "HEAD", "POST"])
@needs(May.CHANGE_CALENDAR)
def calendar(request: HttpRequest) -> HttpResponse:
    form = forms.DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        return redirect("calendar")
    return render(
        request,
        "operations/calendar.html",
        {
            "form": form,
            "days": [pages.day_line(day) for day in days_ahead(local_day(now()))],
            "versions": [pages.version_line(row) for row in versions()],
            "known_until": directory.calendar("organisation").known_until,
        },
    )


def _changed(request: HttpRequest, form: forms.DayForm) -> bool:
    """Change the day, or say at the field why not."""
    day = form.cleaned_data
    try:
        moved = change_calendar(
            day=day["day"],
            calendar_name=day["calendar"],
            kind=day["kind"],
            name_vi=day["name"],
            name_en=day["name"],
            reason=day["reason"],
            now=now(),
        )
    except PastDay:
        form.add_error("day", _("Chỉ đổi được ngày sắp tới. Hạn đã trễ thì vẫn là trễ."))
        return False
    words = ngettext("Đã ghi. %(n)d thời hạn dời ngày.", "Đã ghi. %(n)d thời hạn dời ngày.", moved)
    messages.success(request, words % {"n": moved})
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@needs(May.CHECK_NUMBERS)
def numbers(request: HttpRequest) -> HttpResponse:
    form = forms.NumberForm(request.POST or None)
    if request.method == "POST":
        _check(request, form)
        return redirect("numbers")
    return render(
        request,
        "operations/numbers.html",
        {"numbers": pages.number_lines(), "is_demo": this_install().is_demo},
    )


def _check(request: HttpRequest, form: forms.NumberForm) -> None:
    """Keep what was said of a number, or say why not."""
    try:
        if not form.is_valid():
            raise RowChanged
        check_number(**form.cleaned_data, by=staff(request), today=local_day(now()))
    except (KeyError, RowChanged):
        messages.error(request, _("Dòng này vừa thay đổi. Bạn đọc lại rồi xác nhận."))
    else:
        messages.success(request, _("Đã ghi."))


@require_safe
@needs(May.SEE_HEALTH)
def system_health(request: HttpRequest) -> HttpResponse:
    return render(request, "operations/health.html", {"state": health.state(now()), "now": now()})
