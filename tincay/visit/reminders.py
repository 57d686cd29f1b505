"""Who was reminded of what is late, or soon will be: units and days."""

from dataclasses import dataclass

from tincay.core.clock import local_day
from tincay.people.models import Organisation
from tincay.reports.models import Escalation, Report
from tincay.visit.stage_bar import what_is_owed
from tincay.web.dates import day_words
from tincay.web.packs import codes, language


@dataclass(frozen=True)
class Reminder:
    """Which unit was reminded of what, on which day, before or after the deadline; a unit, never a person."""

    unit: str
    when: str
    early: bool
    of: str


def reminders(report: Report) -> list[Reminder]:
    """Every reminder that went up about this report, in order; those of one unit and day are one."""
    rows = Escalation.objects.within(clock__report=report).select_related("clock").order_by("at", "level")
    together: dict[tuple[str, str, bool], list[str]] = {}
    for row in rows:
        early = row.clock.due_at is not None and row.at < row.clock.due_at
        of = together.setdefault((_unit(row.level, report), day_words(local_day(row.at)), early), [])
        of.append(what_is_owed(row.clock, report))
    return [Reminder(*key, ", ".join(dict.fromkeys(of))) for key, of in together.items()]


def _unit(level: str, report: Report) -> str:
    shown_in = language()
    if level == "e4":
        body = Organisation.objects.filter(coordinating=True).first()
        return body.name(shown_in) if body else codes().get_code("escalation_level", level).label(shown_in)
    if level == "e1":
        return report.desk.post(shown_in)
    who = codes().get_code("escalation_level", level).label(shown_in).split(": ")[-1]
    return f"{report.desk.organisation.name(shown_in)}: {who}"
