"""What the steward is shown of the calendar and of telephone numbers."""

from datetime import timedelta
from typing import Any

from tincay.core.clock import local_day
from tincay.directory.models import CalendarDay, CalendarVersion
from tincay.directory.numbers import every_number, last_checks, numbers_to_show
from tincay.log.queries import leaf_of, place_of
from tincay.operations import forms
from tincay.web.packs import label, language, translated
from tincay.web.time import now


def day_line(row: CalendarDay) -> dict[str, Any]:
    """One day of the calendar in words."""
    calendars = dict(forms.CALENDARS)
    name = (row.name_en if language() == "en" else row.name_vi) or row.name_vi
    return {
        "row": row,
        "calendar": calendars[row.calendar],
        "kind": label("day_kind", row.kind),
        "name": name,
    }


def version_line(row: CalendarVersion) -> dict[str, Any]:
    """One change of the calendar, and where its leaf stands once it does."""
    opening = bytes(row.opening)
    return {"row": row, "told": bool(opening), "place": place_of(leaf_of(opening)) if opening else None}


LOOK_AGAIN = timedelta(days=365)
"""After so long a number is worth another call; it is shown meanwhile."""


def number_lines() -> list[dict[str, Any]]:
    """Every number of the pack as her pages would show it, who wrote and who checked it; what waits comes first."""
    checks, shown = last_checks(), numbers_to_show()
    lines = []
    for number in every_number().values():
        check = checks.get(number.code)
        lines.append(
            {
                **translated(number.row),
                "code": number.code,
                "digest": number.digest,
                "where": label("country", number.row["country"]),
                "reviewed": number.row["reviewed"],
                "shown": number.code in shown,
                "check": check,
                "by": check and check.organisation.name(language()),
                "changed": bool(check and check.digest != number.digest),
                "old": bool(check and local_day(now()) - check.day > LOOK_AGAIN),
            }
        )
    return sorted(lines, key=lambda line: line["shown"])
