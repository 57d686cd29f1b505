"""Starting, meeting, pausing and moving a report's clocks. Called inside actions, which hold the transaction."""

from collections.abc import Iterable
from datetime import datetime

from tincay.core.clock import (
    END_OF_DAY,
    ZONE,
    Calendar,
    Rule,
    counted_pauses,
    due,
    due_after_pauses,
    duration_band,
    escalation_times,
    starting,
)
from tincay.core.clock import (
    Pause as Stretch,
)
from tincay.core.stages import QUIET_FOR
from tincay.directory.queries import calendar
from tincay.intake.models import Clock, Report
from tincay.intake.queries import last_message, quiet_since
from tincay.web.packs import rules


def start(report: Report, event: str, now: datetime) -> list[Clock]:
    """Start the clocks that begin with this event for such a report; the unsaved rows."""
    begun = starting(rules(), event, priority=report.priority, kind_group=report.kind_group)
    if not begun:
        return []
    days = calendar()
    made = []
    for rule in begun:
        clock = Clock(report=report, rule=rule.code, started_at=now, calendar_version=days.version)
        clock.due_at = due(rule, now, days)
        clock.next_escalation_at = next_escalation(clock, rule, days)
        made.append(clock)
    return made


def meet(clocks: Iterable[Clock], event: str, now: datetime) -> list[Clock]:
    """Mark the running clocks that this event meets, in time or not; those that changed.

    What was counted before it was closed and opened again stays as it was.
    """
    met = []
    for clock in clocks:
        if clock.met_at or not clock.started_at or not clock.due_at or rules()[clock.rule].met != event:
            continue
        met.append(clock)
        clock.met_at = now
        clock.in_time = now <= clock.due_at
        clock.band = duration_band(clock.started_at, now)
        clock.next_escalation_at = None
    return met


def recount(report: Report, clocks: Iterable[Clock], now: datetime) -> list[Clock]:
    """Work out the due times of running clocks anew from pauses and the calendar in force; those that moved."""
    days = calendar()
    stretches = [Stretch(pause.reason, pause.begun_at, pause.ended_at) for pause in report.pauses.all()]
    pauses = counted_pauses(stretches, now, days)
    still = any(stretch.ended is None for stretch in stretches)
    moved = []
    for clock in clocks:
        if clock.met_at is not None or clock.started_at is None:
            continue
        rule = rules()[clock.rule]
        new = due_after_pauses(_extended(rule, clock), clock.started_at, pauses, days)
        changed = new != clock.due_at
        clock.due_at = new
        clock.calendar_version = days.version
        clock.next_escalation_at = None if still and rule.pausable else next_escalation(clock, rule, days)
        if changed:
            moved.append(clock)
    return moved


def _extended(rule: Rule, clock: Clock) -> Rule:
    """org_answer may be extended once by its own length (decided and told before it runs out)."""
    if not clock.extended:
        return rule
    return Rule(rule.code, rule.count * 2, rule.unit, rule.starts, rule.pausable, rule.met)


def next_escalation(clock: Clock, rule: Rule, days: Calendar) -> datetime | None:
    """When the level after the clock's present one is reached; None after the last."""
    assert clock.started_at is not None
    assert clock.due_at is not None
    times = escalation_times(rule, clock.started_at, clock.due_at, days)
    return next((at for level, at in sorted(times.items()) if level > clock.level), None)


LOOK_AGAIN = Rule("", 3, "wd", starts="", pausable=False)
"""By when somebody looks at an open report whose every clock is met. Nobody is reminded of it."""


def next_due(report: Report, clocks: Iterable[Clock]) -> datetime | None:
    """What puts the report into its place in the queue. Every open report has one, a closed one has none."""
    if report.closed:
        return None
    clocks = list(clocks)
    reviews = [pause.review_at for pause in report.pauses.all() if not pause.ended_at and pause.review_at]
    running = [clock.due_at for clock in clocks if clock.met_at is None and clock.due_at]
    return min(reviews if report.paused and reviews else running, default=None) or _look_again(report, clocks)


def _look_again(report: Report, clocks: Iterable[Clock]) -> datetime:
    """No deadline runs: when it closes by itself, or some days after the last thing that happened."""
    quiet = quiet_since(report)
    if report.stage == "handled" and quiet:
        return datetime.combine(quiet + QUIET_FOR, END_OF_DAY, ZONE)
    happened = [report.received_at, last_message(report), *(clock.met_at for clock in clocks)]
    return due(LOOK_AGAIN, max(at for at in happened if at), calendar())
