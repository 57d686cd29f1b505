"""What the steward is shown of the calendar."""

from typing import Any

from tincay.directory.models import CalendarDay, CalendarVersion
from tincay.log.queries import leaf_of, place_of
from tincay.operations import forms
from tincay.web.packs import label, language


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
