"""Deadlines pause, go on, climb when she asks, move with the calendar and come nearer with urgency; each in a leaf."""

from collections.abc import Container, Iterable
from datetime import date, datetime

from tincay.core.clock import (
    PAUSE_REASONS,
    URGENT,
    PauseSpan,
    iso_day,
    local_day,
    may_pause,
    pause_review,
)
from tincay.core.priority import changed
from tincay.directory.actions import keep_opening, set_day
from tincay.directory.queries import calendar
from tincay.log.actions import append_leaf
from tincay.reports.application import lock_open, log_event, save_clocks
from tincay.reports.clocks import ReportClocks
from tincay.reports.models import Clock, Escalation, Pause, Report
from tincay.web.packs import codes, rules
from tincay.web.transactions import one_transaction


class CannotPause(Exception):
    """This clock may not be paused for that reason."""


class NotLate(Exception):
    """Nothing is late, or independent oversight was asked already."""


class PastDay(Exception):
    """The calendar changes for days to come only: a missed deadline never becomes a kept one."""


@one_transaction
def pause(*, report: Report, reason: str, now: datetime) -> None:
    """Let the check, sort and answer clocks stand still. Never for p0 and p1. Raises CannotPause, WrongStage."""
    lock_open(report)
    clocks = ReportClocks(report)
    stand_still(report, clocks, reason, now)
    save_clocks(report, clocks, "paused")


def stand_still(report: Report, clocks: ReportClocks, reason: str, now: datetime) -> None:
    """`pause` for a report that is held, with its clocks in hand; the caller saves them and `paused`."""
    can = [c for c in clocks.all if c.met_at is None and may_pause(rules()[c.rule], report.priority, reason)]
    if not can or report.pauses.filter(ended_at=None).exists():
        raise CannotPause
    review = pause_review(PauseSpan(reason, now, None), calendar())
    Pause.objects.create(report=report, reason=reason, begun_at=now, review_at=review)
    report.paused = True
    clocks.recount(now)
    log_event(report, "clock_paused", now, reason=reason)


@one_transaction
def resume(*, report: Report, reasons: Container[str] = PAUSE_REASONS, now: datetime) -> None:
    """End the open pause, if it is for one of these reasons. Due times move by what was paused, in a leaf."""
    lock_open(report)
    clocks = ReportClocks(report)
    go_on(report, clocks, reasons, now)
    save_clocks(report, clocks, "paused")


def go_on(report: Report, clocks: ReportClocks, reasons: Container[str], now: datetime) -> None:
    """`resume` for a report that is held, with its clocks in hand; the caller saves them and `paused`."""
    open_pause = report.pauses.filter(ended_at=None).first()
    if open_pause is None or open_pause.reason not in reasons:
        return
    open_pause.ended_at = now
    open_pause.save()
    report.paused = False
    moved = clocks.recount(now)
    log_event(report, "clock_resumed", now, reason=open_pause.reason)
    _log_moved(report, moved, now)


def _log_moved(report: Report, moved: Iterable[Clock], now: datetime) -> None:
    """No deadline moves without a leaf of its own."""
    for clock in moved:
        log_event(report, "deadline_moved", now, rule=clock.rule, deadline=iso_day(clock.due_at))


@one_transaction
def raise_priority(*, report: Report, priority: str, now: datetime) -> None:
    """Make a report more urgent: the clocks of the higher priority start now, none is taken away, and an urgent
    report never stands still.

    Raises WrongStage when it is closed, CannotLower for a lower priority.
    """
    lock_open(report)
    report.priority = changed(report.priority, priority)
    clocks = ReportClocks(report)
    clocks.start("received", now)
    log_event(report, "stage_changed", now, stage=report.stage, priority=priority)
    if report.priority in URGENT:
        go_on(report, clocks, PAUSE_REASONS, now)
    save_clocks(report, clocks, "priority", "paused")


@one_transaction
def ask_oversight(*, report: Report, now: datetime) -> None:
    """Her wish: let the coordinating body see now that this is late, codes and dates only. Raises NotLate.

    The clock climbs on by itself: those in between are reminded all the same.
    """
    late = report.clocks.late(now).order_by("due_at").first()
    if late is None or late.escalations.filter(level="e4").exists():
        raise NotLate
    Escalation.objects.create(clock=late, level="e4", at=now)
    log_event(report, "escalated", now, rule=late.rule, level="e4", asked_by="reporter")


@one_transaction
def change_calendar(
    *, day: date, calendar_name: str, kind: str, name_vi: str, name_en: str, reason: str, now: datetime
) -> int:
    """Say what a day to come is (day_kind); how many deadlines moved. Each move is a leaf, so is the change.

    Raises PastDay. Deadlines that have passed stay as they are.
    """
    codes().check("day_kind", kind)
    if day <= local_day(now):
        raise PastDay
    version = set_day(
        day=day, calendar=calendar_name, kind=kind, name_vi=name_vi, name_en=name_en, reason=reason, now=now
    )
    event: dict[str, str | int] = {"calendar": calendar_name, "date": day.isoformat(), "to": kind}
    event["version"] = version.number
    keep_opening(version=version, appended=append_leaf(kind="calendar_changed", event=event, now=now))
    ahead = (
        Clock.objects.for_the_rules()
        .running()
        .filter(due_at__gte=now, due_at__date__gte=day)
        .values("report")
    )
    reports = Report.objects.for_the_rules().filter(pk__in=ahead).select_related("desk")
    return sum(_recount(report, now) for report in reports)


def _recount(report: Report, now: datetime) -> int:
    clocks = ReportClocks(report)
    moved = clocks.recount(now, only=lambda clock: clock.due_at is not None and clock.due_at >= now)
    save_clocks(report, clocks)
    _log_moved(report, moved, now)
    return len(moved)
