"""Dates and waiting times in words that can be read aloud, in Vietnamese and in English."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# What the English date needs; Vietnamese writes months as numbers.
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
END_OF_DAY = time(23, 59)


def day_words(day: date) -> str:
    """ "thứ Tư 25/02/2026", or "Wednesday 25 February 2026"."""
    if get_language() == "en":
        return f"{WEEKDAYS['en'][day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{WEEKDAYS['vi'][day.weekday()]} {day:%d/%m/%Y}"


def short_day_words(day: date) -> str:
    """ "25/02/2026", or "25 Feb 2026" because English readers do not agree on which number is the month."""
    if get_language() == "en":
        return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
    return f"{day:%d/%m/%Y}"


def moment_words(at: datetime) -> str:
    """ "14:30 thứ Tư 25/02/2026" on the install's clock, 24 hours."""
    local = timezone.localtime(at)
    return f"{local:%H:%M} {day_words(local.date())}"


def until_words(due: datetime) -> str:
    """ "đến hết thứ Tư 25/02/2026" when the whole day counts, else "trước 14:30 thứ Tư 25/02/2026"."""
    local = timezone.localtime(due)
    if local.time() >= END_OF_DAY:
        return gettext("đến hết %(day)s") % {"day": day_words(local.date())}
    return gettext("trước %(moment)s") % {"moment": moment_words(due)}


def by_words(due: datetime) -> str:
    """ "chậm nhất thứ Tư 25/02" when the whole day counts, else "trước 14:30 thứ Tư 25/02": for what is near."""
    local = timezone.localtime(due)
    day = day_words(local.date())[:-5]  # a year says nothing here
    if local.time() >= END_OF_DAY:
        return gettext("chậm nhất %(day)s") % {"day": day}
    return gettext("trước %(moment)s") % {"moment": f"{local:%H:%M} {day}"}


def waiting_words(due: datetime, now: datetime, *, working_days: int | None = None) -> str:
    """ "còn 2 ngày làm việc", "còn 5 giờ", "quá hạn 3 giờ".

    `working_days` is how many are left, or over, by the install's calendar; without it days are calendar days.
    Near the deadline hours are said, and nobody is given more time than there is: what is left is rounded down.
    """
    late = now > due
    span = now - due if late else due - now
    amount = _amount(span, working_days)
    return (gettext("quá hạn %(amount)s") if late else gettext("còn %(amount)s")) % {"amount": amount}


def _amount(span: timedelta, working_days: int | None) -> str:
    hours = int(span.total_seconds() // 3600)
    if working_days and hours >= 24:
        return ngettext("%(n)d ngày làm việc", "%(n)d ngày làm việc", working_days) % {"n": working_days}
    if hours >= 48:
        return ngettext("%(n)d ngày", "%(n)d ngày", span.days) % {"n": span.days}
    if hours >= 1:
        return ngettext("%(n)d giờ", "%(n)d giờ", hours) % {"n": hours}
    minutes = int(span.total_seconds() // 60)
    if minutes >= 1:
        return ngettext("%(n)d phút", "%(n)d phút", minutes) % {"n": minutes}
    return gettext("chưa đến 1 phút")
