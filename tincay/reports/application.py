"""The one place where facts are applied to a report: its row and its clocks are read once and written once.

Called by the verbs beside it, each of which is one transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from tincay.core.clock import local_day
from tincay.core.stages import (
    Classify,
    Close,
    Dismiss,
    Ending,
    Handle,
    LoseContact,
    Reopen,
    Step,
    Verify,
    Withdraw,
    WrongStage,
    after,
    purge_day,
)
from tincay.reports.clocks import ReportClocks
from tincay.reports.events import log_event
from tincay.reports.models import Report
from tincay.reports.queries import was_answered
from tincay.web.transactions import one_transaction

REFRESHED = ("stage", "priority", "paused", "handled_at")


def lock_and_refresh(report: Report) -> None:
    """Hold the row and read again what somebody else may have changed."""
    row = Report.objects.for_the_rules().select_for_update()
    report.refresh_from_db(fields=REFRESHED, from_queryset=row)


def lock_open(report: Report) -> None:
    """`lock_and_refresh` for a verb of open reports. Raises WrongStage when it is closed."""
    lock_and_refresh(report)
    if report.closed:
        raise WrongStage("out_of_order")


def save_columns(report: Report, *columns: str) -> None:
    """Write the columns that a verb changes and no others: the rest may have been read long ago."""
    rows = Report.objects.for_the_rules().filter(pk=report.pk)
    rows.update(**{name: getattr(report, name) for name in columns})


@one_transaction
def take_step(*, report: Report, step: Step, now: datetime, events: Sequence[str] = ()) -> None:
    """Take a step, and meet the clocks of `events` that happen with it.

    Clocks that the new stage meets are met now, whatever the wall says; clocks that begin with it begin.
    Raises WrongStage (core.stages) and changes nothing when it may not be taken, or when somebody else took
    another step since this report was read.
    """
    seen = report.stage
    lock_and_refresh(report)
    if report.stage != seen:
        raise WrongStage("out_of_order")
    answered = isinstance(step, Handle) and was_answered(report)
    stage = after(seen, step, answered=answered, today=local_day(now))
    clocks = ReportClocks(report)
    for event in events:
        clocks.mark_met(event, now)
    columns = _apply(report, step, stage, now)
    clocks.mark_met(stage, now)
    clocks.start(stage, now)
    if isinstance(step, Reopen):
        clocks.start_anew(("received", "she_wrote"), now)
    clocks.save()
    save_columns(report, "stage", "next_due_at", *columns)
    log_event(report, "stage_changed", now, stage=stage)


@one_transaction
def meet_clocks(*, report: Report, events: Sequence[str], now: datetime) -> None:
    """Meet the clocks that wait for events which are no stage (the first action, the reply)."""
    clocks = ReportClocks(report)
    for event in events:
        clocks.mark_met(event, now)
    clocks.save()
    save_columns(report, "next_due_at")


def _apply(report: Report, step: Step, stage: str, now: datetime) -> tuple[str, ...]:
    """Put what a step says into the report; the columns that it changed."""
    report.stage = stage
    match step:
        case Verify(result):
            report.verification_result = result
            return ("verification_result",)
        case Classify(classification):
            report.classification = classification
            return ("classification",)
        case Handle(result):
            report.handling_result, report.handled_at = result, now.replace(second=0)
            return ("handling_result", "handled_at")
        case Reopen():
            report.closed_month, report.closure, report.purge_on = "", "", None
            report.received_at = now.replace(second=0)
            return ("closed_month", "closure", "purge_on", "received_at")
        case Close() | Dismiss() | LoseContact() | Withdraw():
            return _apply_ending(report, step, now)
        case _:
            return ()


def _apply_ending(report: Report, step: Ending, now: datetime) -> tuple[str, ...]:
    """Why it ended; its times become a month."""
    if isinstance(step, Dismiss):
        report.verification_result, report.handling_result = step.reason, "no_basis"
        report.retention_class = "r30"
    elif isinstance(step, LoseContact):
        report.handling_result = "lost_contact"
    report.closure = closure(step)
    report.closed_month = f"{now:%Y-%m}"
    report.purge_on = purge_day(report.retention_class, local_day(now))
    report.received_at = report.handled_at = None
    report.paused = False
    return (
        "verification_result",
        "handling_result",
        "retention_class",
        "closure",
        "closed_month",
        "purge_on",
        "received_at",
        "handled_at",
        "paused",
    )


def closure(step: Ending) -> str:
    """Why a report ended (codes of the list closure)."""
    match step:
        case Close(she_asked=she_asked):
            return "person_asked" if she_asked else "goals_met"
        case Dismiss(reason=reason):
            return reason
        case LoseContact():
            return "lost_contact"
        case Withdraw(deletes=deletes):
            return "deleted" if deletes else "withdrawn"
