"""A report's scheduled work, on codes only: reminders climb, pauses run out, quiet reports close, words go.

None of it needs a key. Each job says how many rows it did and raises nothing for a single row: what fails is
named in `failed` and tried again at the next run (operations.scheduled).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db.models import Model, QuerySet

from tincay.core.clock import local_day
from tincay.core.stages import QUIET_FOR
from tincay.directory.queries import calendar
from tincay.people.calls import REPEATS, call_on_duty, repeat_notices
from tincay.reports import count_rows
from tincay.reports.application import log_event
from tincay.reports.clocks import next_escalation
from tincay.reports.deadlines import resume
from tincay.reports.ending import purge, rewrite_closed
from tincay.reports.models import Clock, Escalation, Pause, Report, Rewriting
from tincay.reports.receiving import ONE_FLOOD
from tincay.reports.steps import close_handled
from tincay.web.packs import rules
from tincay.web.transactions import one_transaction

LEVELS = ("e1", "e2", "e3", "e4")
M = TypeVar("M", bound=Model)
PLACES = {"e1": 0, "e2": 1, "e3": None, "e4": None}
"""Who is called at each level: a place on call, then (None) whoever may be the second person."""


class Done(NamedTuple):
    """What one job did: rows done, rows that failed, and the type of the last failure ("" for none)."""

    done: int
    failed: int = 0
    error: str = ""


def each(act: Callable[[M, datetime], int], rows: QuerySet[M], now: datetime) -> Done:
    """Do it for each row, each for itself: what fails is tried again at the next run and stops nothing else."""
    done, failed, error = 0, 0, ""
    for row in list(rows):
        try:
            done += act(row, now)
        except Exception as failure:
            failed, error = failed + 1, type(failure).__name__
    return Done(done, failed, error)


def escalate(now: datetime) -> Done:
    """Clocks that nobody met climb to the next person."""
    running = Clock.objects.for_the_rules().filter(subject_kind="report")
    return each(_escalate, running.to_escalate(now), now)


@one_transaction
def _escalate(row: Clock, now: datetime) -> int:
    """Climb every level that was reached; each is a row, a leaf and, at e2 and above, seen by others.

    The row says when it climbed, not when it should have.
    """
    locked = Clock.objects.for_the_rules().select_for_update(of=("self",))
    clock = locked.select_related("report__desk").get(pk=row.pk)
    climbed = []
    while clock.met_at is None and clock.next_escalation_at and clock.next_escalation_at <= now:
        clock.level = LEVELS[LEVELS.index(clock.level) + 1 if clock.level in LEVELS else 0]
        if not clock.escalations.filter(level=clock.level).exists():  # she may have asked for the last one
            Escalation.objects.create(clock=clock, level=clock.level, at=now)
            log_event(clock.report, "escalated", now, rule=clock.rule, level=clock.level)
        clock.next_escalation_at = next_escalation(clock, rules()[clock.rule], calendar())
        climbed.append(clock.level)
    clock.save()
    for level in climbed:
        report = clock.report
        call_on_duty(desk=report.desk, now=now, place=PLACES[level], urgent=report.in_danger, reminder=True)
    return len(climbed)


def end_pauses(now: datetime) -> Done:
    """A pause that nobody looked at again in time ends by itself: no clock is stopped quietly."""
    over = Pause.objects.for_the_rules().filter(ended_at=None, review_at__lte=now)
    return each(_end_pause, over, now)


def _end_pause(row: Pause, now: datetime) -> int:
    resume(report=row.report, now=now)
    return 1


def close_quiet(now: datetime) -> Done:
    """Reports that were handled thirty days ago and had no word since are closed."""
    before = now - QUIET_FOR - timedelta(days=1)
    handled = Report.objects.for_the_rules().filter(stage="handled", handled_at__lte=before)
    return each(_close, handled.exclude(messages__posted_at__gt=before), now)


def _close(report: Report, now: datetime) -> int:
    close_handled(report=report, she_asked=False, now=now)
    return 1


def purge_due(now: datetime) -> Done:
    """Words whose time is over are taken away with their keys."""
    return each(_purge, Report.objects.for_the_rules().filter(purge_on__lte=local_day(now)), now)


def _purge(report: Report, now: datetime) -> int:
    purge(report=report, now=now)
    return 1


def write_counts(now: datetime) -> Done:
    """What waits to be counted is written where ten wait or their quarter is over."""
    return Done(count_rows.write_batches(now=now))


@one_transaction
def rewrite(now: datetime) -> Done:
    """Once a day what closed lately is written anew in no order, also when nothing closed; once a week all of it.

    So its rows never say that, or when, something closed on the day before.
    """
    today, last = local_day(now), Rewriting.objects.values_list("day", flat=True).first()
    if last is not None and last >= today:
        return Done(0)
    Rewriting.objects.update_or_create(id=1, defaults={"day": today})
    same_week = last is not None and last.isocalendar()[:2] == today.isocalendar()[:2]
    return Done(rewrite_closed(now=now, whole=not same_week))


def call_next(now: datetime) -> Done:
    """Nobody has written to a p0 for 20 minutes: page the next person; for 40 minutes: the supervisor.

    Whoever was paged and has not seen it is rung again. A late run skips nobody: each step that has passed is paged.
    Of what a flood held, the oldest of a desk.
    """
    again = repeat_notices(now=now)
    waiting = Clock.objects.for_the_rules().first_words_owed()
    held_desks: set[int] = set()
    called = 0
    for clock in waiting.select_related("report__desk"):
        report, since = clock.report, clock.started_at or now
        if report.held and report.desk_id in held_desks:
            continue
        # One that everybody was called for, and that lies there, does not stand for those who come later.
        if report.held and (report.paged < len(REPEATS) or now - since < ONE_FLOOD):
            held_desks.add(report.desk_id)
        called += _call_next(report, since, now)
    return Done(called + again)


def _call_next(report: Report, since: datetime, now: datetime) -> int:
    # What came under a clock that ran ahead has waited nobody knows how long.
    passed = len(REPEATS) if since > now else sum(now - since >= wait for wait in REPEATS)
    places = (1, None)[report.paged : passed]
    called = sum(
        call_on_duty(desk=report.desk, now=now, place=place, urgent=True) is not None for place in places
    )
    if passed > report.paged:
        Report.objects.for_the_rules().filter(pk=report.pk).update(paged=passed)
    return called
