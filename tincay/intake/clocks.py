"""Starting, meeting, pausing and moving a report's clocks. Called inside actions, which hold the transaction."""

from collections.abc import Iterable
from datetime import datetime

from tincay.core.clock import (
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
from tincay.directory.queries import calendar
from tincay.intake.models import Clock, Report
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
    """Mark the running clocks that this event meets, in time or not; those that changed."""
    met = [clock for clock in clocks if clock.met_at is None and rules()[clock.rule].met == event]
    for clock in met:
        clock.met_at = now
        clock.in_time = clock.due_at is not None and now <= clock.due_at
        clock.band = duration_band(clock.started_at, now) if clock.started_at else ""
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


def next_due(report: Report, clocks: Iterable[Clock]) -> datetime | None:
    """What puts the report into its place in the queue: the first deadline that runs, or a pause's review."""
    if report.paused:
        reviews = [pause.review_at for pause in report.pauses.all() if not pause.ended_at and pause.review_at]
        return min(reviews, default=None) or _first(clocks)
    return _first(clocks)


def _first(clocks: Iterable[Clock]) -> datetime | None:
    return min((clock.due_at for clock in clocks if clock.met_at is None and clock.due_at), default=None)
