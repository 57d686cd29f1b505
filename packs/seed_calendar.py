"""Write a country's calendar: `python packs/seed_calendar.py > packs/vn/calendar.csv`.

The days come from the `holidays` package (MIT).
Two calendars: `state` takes the swapped days (a Monday off for a worked Saturday), `organisation` does
not. The result is a seed: the steward corrects it by hand, with a reason, in the running product.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date

import holidays

YEARS = range(2025, 2028)
DECIDED_UNTIL = 2026
COLUMNS = ["date", "calendar", "kind", "name_vi", "name_en", "source"]
SWAP_NAMES = {
    "swap_off": ("Ngày nghỉ hoán đổi", "Swapped day off"),
    "swap_work": ("Ngày làm bù", "Swapped working day"),
}


def read_days(language: str) -> holidays.HolidayBase:
    """The public holidays of all years, named in a language of the package."""
    return holidays.country_holidays("VN", years=YEARS, language=language)


def kind_of(english: str) -> str:
    """Our day_kind code for a name as the package gives it."""
    if "substituted" in english:
        return "swap_off"
    return "holiday_observed" if "(observed)" in english else "public_holiday"


def source_of(day: date) -> str:
    """Where the fact is from, and how sure it is."""
    sure = "" if day.year <= DECIDED_UNTIL else "; computed, to be checked when the dates are announced"
    return f"holidays {holidays.__version__}{sure}"


def rows() -> Iterator[list[str]]:
    """All days that differ from Monday-to-Friday, in order, for both calendars."""
    vietnamese, english = read_days("vi"), read_days("en_US")
    days = {day: (kind_of(english[day]), vietnamese[day], english[day]) for day in vietnamese}
    days |= {day: ("swap_work", "", "") for day in vietnamese.weekend_workdays if day.year in YEARS}
    for day, (kind, name_vi, name_en) in sorted(days.items()):
        names = SWAP_NAMES.get(kind, (name_vi, name_en))
        yield [day.isoformat(), "state", kind, *names, source_of(day)]
        if kind not in SWAP_NAMES:
            yield [day.isoformat(), "organisation", kind, *names, source_of(day)]


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows())
