"""What the steward is shown of the calendar."""

from typing import Any

from tincay.directory.models import CalendarDay
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
