"""A report's clocks in hand: read once, started, met and moved in memory, written once.

Used inside actions, which hold the transaction.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from tincay.core.clock import (
    END_OF_DAY,
    ZONE,
    Calendar,
    PauseSpan,
    Rule,
    counted_pauses,
    due,
    due_after_pauses,
    duration_band,
    escalation_times,
    starting,
)
from tincay.core.stages import QUIET_FOR, STAGES
from tincay.directory.queries import calendar
from tincay.reports.models import Clock, Report
from tincay.reports.queries import last_message, quiet_since
from tincay.web.ids import beside
from tincay.web.packs import rules

LOOK_AGAIN = Rule("", 3, "wd", starts="", pausable=False)
"""By when somebody looks at an open report whose every clock is met. Nobody is reminded of it."""
WRITTEN = ("met_at", "in_time", "band", "due_at", "calendar_version", "next_escalation_at", "level")


class ReportClocks:
    """All clocks of one report. Nothing is written before `save`; a report that is not saved yet has none."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._kept = [] if report._state.adding else list(report.clocks.order_by("place"))
        self._changed: list[Clock] = []
        self._begun: list[Clock] = []

    @property
    def all(self) -> list[Clock]:
        return [*self._kept, *self._begun]

    def start(self, event: str, now: datetime) -> None:
        """Start the clocks that begin with this event for such a report, each once in a report's life."""
        self._start([event], {clock.rule for clock in self.all}, now)

    def start_anew(self, events: Iterable[str], now: datetime) -> None:
        """Start the clocks of these events that do not run, also such as ran before."""
        self._start(
            events, {clock.rule for clock in self._kept if clock.met_at is None and clock.due_at}, now
        )

    def _start(self, events: Iterable[str], but: set[str], now: datetime) -> None:
        # Nothing waits for a stage that has been reached: such a clock could never be met.
        reached = STAGES[: STAGES.index(self._report.stage) + 1]
        started = [clock for event in events for clock in _started(self._report, event, now)]
        self._begun += [c for c in started if c.rule not in but and rules()[c.rule].met not in reached]

    def mark_met(self, events: Collection[str], now: datetime) -> None:
        """Mark the running clocks that one of these events meets, in time or not.

        What was counted before it was closed and opened again stays as it was.
        """
        for clock in self._kept:
            if clock.met_at or not clock.started_at or not clock.due_at:
                continue
            if rules()[clock.rule].met not in events:
                continue
            clock.met_at = now
            clock.in_time = now <= clock.due_at
            clock.band = duration_band(clock.started_at, now)
            clock.next_escalation_at = None
            self._changed.append(clock)

    def recount(self, now: datetime, *, only: Callable[[Clock], bool] = lambda clock: True) -> list[Clock]:
        """Work out the due times of running clocks anew from pauses and the calendar in force; those that moved."""
        days = calendar()
        stretches = [
            PauseSpan(pause.reason, pause.begun_at, pause.ended_at) for pause in self._report.pauses.all()
        ]
        pauses = counted_pauses(stretches, now, days)
        still = any(stretch.ended is None for stretch in stretches)
        moved = []
        for clock in self._kept:
            if clock.met_at is not None or clock.started_at is None or not only(clock):
                continue
            rule = rules()[clock.rule]
            due_before, clock.due_at = clock.due_at, due_after_pauses(rule, clock.started_at, pauses, days)
            clock.calendar_version = days.version
            clock.next_escalation_at = None if still and rule.pausable else next_escalation(clock, rule, days)
            self._changed.append(clock)
            if clock.due_at != due_before:
                moved.append(clock)
        return moved

    def save(self) -> None:
        """Write what began and what changed, and say in the report (not written) what is due next."""
        for place, clock in enumerate(self._begun, start=len(self._kept)):
            clock.place = place
        Clock.objects.bulk_create(self._begun)
        for clock in self._changed:
            clock.save(update_fields=WRITTEN)
        self._report.next_due_at = next_due(self._report, self.all)


def _started(report: Report, event: str, now: datetime) -> list[Clock]:
    """The clocks that begin with this event for such a report; the unsaved rows."""
    begun = starting(rules(), event, priority=report.priority, kind_group=report.kind_group)
    if not begun:
        return []
    days = calendar()
    started = []
    for rule in begun:
        clock = Clock(
            id=beside(report.id), report=report, rule=rule.code, started_at=now, calendar_version=days.version
        )
        clock.due_at = due(rule, now, days)
        clock.next_escalation_at = next_escalation(clock, rule, days)
        started.append(clock)
    return started


def next_escalation(clock: Clock, rule: Rule, days: Calendar) -> datetime | None:
    """When the level after the clock's present one is reached; None after the last."""
    assert clock.started_at is not None
    assert clock.due_at is not None
    times = escalation_times(rule, clock.started_at, clock.due_at, days)
    return next((at for level, at in sorted(times.items()) if level > clock.level), None)


def next_due(report: Report, clocks: Iterable[Clock]) -> datetime | None:
    """What puts the report into its place in the queue. Every open report has one, a closed one has none."""
    if report.closed:
        return None
    clocks = list(clocks)
    reviews: list[datetime] = []
    if report.paused:
        reviews = [pause.review_at for pause in report.pauses.all() if not pause.ended_at and pause.review_at]
    due_times = [clock.due_at for clock in clocks if clock.met_at is None and clock.due_at]
    return min(reviews or due_times, default=None) or _look_again(report, clocks)


def _look_again(report: Report, clocks: Iterable[Clock]) -> datetime:
    """No deadline runs: when it closes by itself, or some days after the last thing that happened."""
    quiet = quiet_since(report)
    if report.stage == "handled" and quiet:
        return datetime.combine(quiet + QUIET_FOR, END_OF_DAY, ZONE)
    happened = [report.received_at, last_message(report), *(clock.met_at for clock in clocks)]
    return due(LOOK_AGAIN, max(at for at in happened if at), calendar())
