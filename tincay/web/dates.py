"""Dates and waiting times in words that can be read aloud, in Vietnamese and in English."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from tincay.web.numbers import ascii_digits

WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# What the English date needs; Vietnamese writes months as numbers.
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
END_OF_DAY = time(23, 59)
DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
MONTH_IN_LETTERS = re.compile(r"(\d{1,2}) ([a-z]{3,9}) (\d{4})", re.IGNORECASE)


class UnclearDay(ValueError):
    """What was typed is no day, or could be two days."""


def read_day(typed: str) -> date:
    """The day that somebody typed: "25/02/2026", "25-2-2026", "2026-02-25", in English "25 Feb 2026" too.

    Raises UnclearDay; on an English page also for 03/04/2026, whose readers do not agree on which is the month.
    """
    text = ascii_digits(typed.strip())
    try:
        if parts := YEAR_FIRST.fullmatch(text):
            return date(*map(int, parts.groups()))
        if parts := MONTH_IN_LETTERS.fullmatch(text):
            names = [name[: len(parts[2])].lower() for name in MONTHS]
            return date(int(parts[3]), names.index(parts[2].lower()) + 1, int(parts[1]))
        if parts := DAY_FIRST.fullmatch(text):
            day, month = int(parts[1]), int(parts[3])
            if get_language() != "en" or day > len(MONTHS) or day == month:
                return date(int(parts[4]), month, day)
    except ValueError:
        raise UnclearDay from None
    raise UnclearDay


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
