"""What the helpers' work can be asked. Lists are read by index, page by page, never counted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from tincay.core.clock import local_day
from tincay.people.models import User
from tincay.people.rights import May
from tincay.reports.models import Clock, Pause, Report
from tincay.reports.permissions import reports
from tincay.web.packs import rules

PAGE = 30
LONGEST_LIST = 200
MOST_HELD = 2000
"""What is held is counted, and sorted in the browser, up to here."""


class QueuePage(NamedTuple):
    """One page of the queue, what is due first comes first; `after` is where the next page begins."""

    reports: list[Report]
    waiting: frozenset[UUID]
    wrote: frozenset[UUID]
    after: UUID | None


class Held(NamedTuple):
    """How many reports are held, and how many of them say that somebody is in danger now."""

    reports: int
    in_danger: int


def queue_page(user: User, after: UUID | None = None, *, held: bool = False, size: int = PAGE) -> QueuePage:
    """The queue of the user's desks from a place on, or what is held. A place that is gone begins anew.

    One query for each desk: an index gives each desk's reports in order, and no index gives several desks'.
    """
    visible = reports(user, May.SEE_QUEUE)
    start = _place(visible.filter(pk=after).first()) if after else None
    desks = user.memberships.values_list("desk_id", flat=True)
    in_order = merge(*(_of_desk(desk, start, size, held=held) for desk in desks), key=_order)
    page = list(islice(in_order, size + 1))
    shown = page[:size]
    more = shown[-1].id if len(page) > size else None
    return QueuePage(shown, _paused(shown), _she_wrote(shown), more)


def _order(report: Report) -> tuple[datetime | None, str]:
    return report.next_due_at, report.id.hex


def _place(report: Report | None) -> Q | None:
    if report is None or report.next_due_at is None:
        return None
    due = report.next_due_at
    # Both conditions: the first lets the index begin in the right place.
    return Q(next_due_at__gte=due) & (Q(next_due_at__gt=due) | Q(id__gt=report.id))


def held_reports(user: User) -> Held:
    """What came in a flood and waits to be looked at."""
    rows = reports(user, May.SEE_QUEUE).held_apart()
    return Held(rows[:MOST_HELD].count(), rows.filter(priority="p0")[:MOST_HELD].count())


def _of_desk(desk: int, start: Q | None, size: int, *, held: bool) -> list[Report]:
    rows = Report.objects.for_the_rules().filter(desk=desk)
    rows = rows.held_apart() if held else rows.waiting()
    rows = rows.filter(start) if start is not None else rows
    return list(rows.select_related("closing_proposal").defer("promise")[: size + 1])


def _paused(shown: Iterable[Report]) -> frozenset[UUID]:
    pauses = Pause.objects.within(report__in=list(shown)).filter(ended_at=None)
    return frozenset(pauses.values_list("report_id", flat=True))


def _she_wrote(shown: Iterable[Report]) -> frozenset[UUID]:
    """Where a reply is owed to what she wrote."""
    owed = [code for code, rule in rules().items() if rule.met == "replied"]
    rows = Clock.objects.within(report__in=list(shown)).running().filter(rule__in=owed)
    return frozenset(rows.values_list("subject", flat=True))


def late_clocks(user: User, now: datetime) -> list[Clock]:
    """What is late in the own organisation, the latest first: a code name, a step, a level."""
    rows = Clock.objects.within(report__in=reports(user, May.SEE_OVERDUE)).late(now)
    return _first(rows.order_by("due_at", "id"))


def lost_contact(user: User, now: datetime) -> list[Report]:
    """What ended in the own organisation this month or the last because nobody could reach her."""
    closed = reports(user, May.SEE_OVERDUE).filter(stage="closed", closure="lost_contact")
    month_before = local_day(now).replace(day=1) - timedelta(days=1)
    rows = closed.filter(closed_month__gte=f"{month_before:%Y-%m}").select_related("desk")
    return list(rows.order_by("-closed_month", "code_name")[:LONGEST_LIST])


def escalated_clocks(user: User) -> list[Clock]:
    """What climbed to the coordinating body and still waits: codes and dates."""
    rows = Clock.objects.within(report__in=reports(user, May.SEE_ESCALATED))
    return _first(rows.filter(escalations__level="e4", met_at=None).order_by("due_at", "id"))


def _first(rows: QuerySet[Clock]) -> list[Clock]:
    rows = rows.select_related("report__desk__organisation").prefetch_related("escalations")
    return list(rows[:LONGEST_LIST])
