"""Scheduled work on codes only: reminders climb, pauses run out, quiet reports close, words are taken away.

`tick` never needs a key. It also signs the log's day. An in-process timer runs it on SQLite, the system's elsewhere.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from tincay.cases.actions import close_handled
from tincay.cases.models import Heartbeat
from tincay.core.stages import QUIET_FOR
from tincay.directory.queries import calendar
from tincay.intake import clocks as running
from tincay.intake.actions import erase, leaf, resume, today
from tincay.intake.models import Clock, Escalation, Pause, Report
from tincay.people.actions import call_on_duty, send_notices
from tincay.record.daily import close_the_day
from tincay.web.packs import rules
from tincay.web.writing import truncate_wal, written

LEVELS = ("e1", "e2", "e3", "e4")
NEXT_ON_CALL = (timedelta(minutes=20), timedelta(minutes=40))


class Ticked(NamedTuple):
    """What one run did, in numbers."""

    escalated: int
    resumed: int
    closed: int
    purged: int
    notices: int
    log_size: int


def tick(*, now: datetime) -> Ticked:
    """Do everything that is due at `now`. Running it twice does nothing twice."""
    Heartbeat.objects.update_or_create(id=1, defaults={"at": now})
    done = Ticked(
        escalated=sum(_escalate(clock_id=clock.pk, now=now) for clock in Clock.objects.to_escalate(now)),
        resumed=_end_pauses(now=now),
        closed=_close_quiet(now=now),
        purged=_purge(now=now),
        notices=_page_next(now=now) + send_notices(now=now),
        log_size=close_the_day(now=now).checkpoint.size,
    )
    truncate_wal()
    return done


@written
def _escalate(*, clock_id: int, now: datetime) -> int:
    """Climb every level that was reached; each is a row, a leaf and, at e2 and above, seen by others."""
    clock = Clock.objects.select_related("report__desk").select_for_update(of=("self",)).get(pk=clock_id)
    climbed = 0
    while clock.met_at is None and clock.next_escalation_at and clock.next_escalation_at <= now:
        clock.level = LEVELS[LEVELS.index(clock.level) + 1 if clock.level in LEVELS else 0]
        Escalation.objects.create(clock=clock, level=clock.level, at=clock.next_escalation_at)
        leaf(clock.report, "escalated", now, rule=clock.rule, level=clock.level)
        clock.next_escalation_at = running.next_escalation(clock, rules()[clock.rule], calendar())
        climbed += 1
    clock.save()
    if climbed:
        call_on_duty(desk=clock.report.desk, now=now)
    return climbed


def _end_pauses(*, now: datetime) -> int:
    """A pause that nobody looked at again in time ends by itself: no clock is stopped quietly."""
    ended = Pause.objects.filter(ended_at=None, review_at__lte=now).select_related("report__desk")
    for pause in ended:
        resume(report=pause.report, now=now)
    return len(ended)


def _close_quiet(*, now: datetime) -> int:
    """Handled thirty days ago and no word since: closed."""
    before = now - QUIET_FOR - timedelta(days=1)
    quiet = (
        Report.objects.for_the_rules()
        .filter(stage="handled", handled_at__lte=before)
        .exclude(messages__posted_at__gt=before)
        .select_related("desk")
    )
    found = list(quiet)
    for report in found:
        close_handled(report=report, she_asked=False, now=now)
    return len(found)


def _purge(*, now: datetime) -> int:
    """Words whose time is over are taken away with their keys."""
    over = list(Report.objects.for_the_rules().filter(purge_on__lte=today(now)).select_related("desk"))
    for report in over:
        leaf(report, "data_deleted", now)
        erase(report=report)
    return len(over)


def _page_next(*, now: datetime) -> int:
    """Nobody has opened a p0 for 20 minutes: page the next person; for 40 minutes: the one after."""
    waiting = Report.objects.for_the_rules().filter(priority="p0", stage="received", held=False)
    paged = 0
    for report in waiting.select_related("desk"):
        place = sum(now - (report.received_at or now) >= after for after in NEXT_ON_CALL)
        if place > report.paged:
            Report.objects.for_the_rules().filter(pk=report.pk).update(paged=place)
            paged += call_on_duty(desk=report.desk, now=now, place=place) is not None
    return paged
