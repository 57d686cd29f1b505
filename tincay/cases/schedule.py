"""Scheduled work on codes only: reminders climb, pauses run out, quiet reports close, words are taken away.

`tick` never needs a key. It also signs the log's day. An in-process timer runs it on SQLite, the system's elsewhere.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db.models import Model, QuerySet

from tincay.cases.actions import close_handled, let_go
from tincay.cases.models import Heartbeat
from tincay.core.stages import QUIET_FOR
from tincay.directory.queries import calendar
from tincay.intake import clocks as running
from tincay.intake.actions import erase, leaf, resume, today
from tincay.intake.models import Clock, Escalation, Pause, Report
from tincay.people.actions import call_on_duty, send_notices
from tincay.record.daily import close_the_day
from tincay.web.alone import alone
from tincay.web.packs import rules
from tincay.web.writing import truncate_wal, written

LEVELS = ("e1", "e2", "e3", "e4")
M = TypeVar("M", bound=Model)
log = logging.getLogger("tincay.schedule")
NEXT_ON_CALL = (timedelta(minutes=20), timedelta(minutes=40))
PLACES = {"e1": 0, "e2": 1, "e3": None, "e4": None}
"""Who is called at each level: a place on call, then (None) whoever may be the second person."""


class Ticked(NamedTuple):
    """What one run did, in numbers."""

    escalated: int
    resumed: int
    closed: int
    purged: int
    notices: int
    log_size: int


def tick(*, now: datetime) -> Ticked:
    """Do everything that is due at `now`. Running it twice does nothing twice, also at the same time."""
    with alone("tick") as mine:
        return _tick(now) if mine else Ticked(0, 0, 0, 0, 0, 0)


def _tick(now: datetime) -> Ticked:
    Heartbeat.objects.update_or_create(id=1, defaults={"at": now})
    done = Ticked(
        escalated=_each(_escalate, Clock.objects.to_escalate(now), now),
        resumed=_each(_end_pause, Pause.objects.filter(ended_at=None, review_at__lte=now), now),
        closed=_each(_close, _quiet(now), now),
        purged=_each(_purge, Report.objects.for_the_rules().filter(purge_on__lte=today(now)), now),
        notices=_page_next(now=now),
        log_size=0,
    )
    try:
        size = close_the_day(now=now).checkpoint.size
    finally:  # after it, since a channel may be slow; and whatever became of it
        sent = send_notices(now=now)
    truncate_wal()
    return done._replace(notices=done.notices + sent, log_size=size)


def _each(act: Callable[[M, datetime], int], rows: QuerySet[M], now: datetime) -> int:
    """Do it for each row, each for itself: what fails is tried again at the next tick and stops nothing else."""
    done = 0
    for row in list(rows):
        try:
            done += act(row, now)
        except Exception as failure:
            log.error("%s: %s", act.__name__, type(failure).__name__)
    return done


@written
def _escalate(found: Clock, now: datetime) -> int:
    """Climb every level that was reached; each is a row, a leaf and, at e2 and above, seen by others.

    The row says when it climbed, not when it should have.
    """
    clock = Clock.objects.select_related("report__desk").select_for_update(of=("self",)).get(pk=found.pk)
    climbed = []
    while clock.met_at is None and clock.next_escalation_at and clock.next_escalation_at <= now:
        clock.level = LEVELS[LEVELS.index(clock.level) + 1 if clock.level in LEVELS else 0]
        if not clock.escalations.filter(level=clock.level).exists():  # she may have asked for the last one
            Escalation.objects.create(clock=clock, level=clock.level, at=now.replace(second=0))
            leaf(clock.report, "escalated", now, rule=clock.rule, level=clock.level)
        clock.next_escalation_at = running.next_escalation(clock, rules()[clock.rule], calendar())
        climbed.append(clock.level)
    clock.save()
    for level in climbed:
        call_on_duty(desk=clock.report.desk, now=now, place=PLACES[level])
    return len(climbed)


def _end_pause(pause: Pause, now: datetime) -> int:
    """A pause that nobody looked at again in time ends by itself: no clock is stopped quietly."""
    resume(report=pause.report, now=now)
    return 1


def _quiet(now: datetime) -> QuerySet[Report]:
    """Handled thirty days ago and no word since."""
    before = now - QUIET_FOR - timedelta(days=1)
    handled = Report.objects.for_the_rules().filter(stage="handled", handled_at__lte=before)
    return handled.exclude(messages__posted_at__gt=before)


def _close(report: Report, now: datetime) -> int:
    close_handled(report=report, she_asked=False, now=now)
    return 1


@written
def _purge(report: Report, now: datetime) -> int:
    """Words whose time is over are taken away with their keys."""
    leaf(report, "data_deleted", now)
    erase(report=report)
    let_go(report=report)
    return 1


def _page_next(*, now: datetime) -> int:
    """Nobody has opened a p0 for 20 minutes: page the next person; for 40 minutes: the supervisor.

    A late tick skips nobody: each step that has passed is paged. Of what a flood set aside, the oldest of a desk.
    """
    waiting = Report.objects.for_the_rules().filter(priority="p0", stage="received").order_by("received_at")
    paged = 0
    aside: set[int] = set()
    for report in waiting.select_related("desk"):
        if report.held and report.desk_id in aside:
            continue
        if report.held:
            aside.add(report.desk_id)
        place = sum(now - (report.received_at or now) >= after for after in NEXT_ON_CALL)
        for step in (1, None)[report.paged : place]:
            paged += call_on_duty(desk=report.desk, now=now, place=step) is not None
        if place > report.paged:
            Report.objects.for_the_rules().filter(pk=report.pk).update(paged=place)
    return paged
