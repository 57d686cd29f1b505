"""The one place where facts are applied to a report: its row and its clocks are read once and written once, and
what happened is a leaf.

Called by the verbs beside it, each of which is one transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from tincay.core.clock import local_day
from tincay.core.sealing import Recipient
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
from tincay.log.actions import Appended, append_leaf
from tincay.reports.clocks import ReportClocks
from tincay.reports.envelope import MOST_STEPS, RESERVED
from tincay.reports.models import Report
from tincay.reports.queries import was_answered
from tincay.vault.actions import keep_opening
from tincay.web.transactions import one_transaction

COUNT_A_STEP = "UPDATE reports_report SET steps = steps + 1 WHERE id = %s RETURNING steps, thread, receipt"
REFRESHED = ("stage", "priority", "paused", "handled_at", "desk", "thread", "receipt", "signing", "steps")


class NoRoom(Exception):
    """The report holds as much as a new code can take over: nothing is added to it, or she could never have one."""


def lock_and_refresh(report: Report) -> None:
    """Hold the row and read again what somebody else may have changed."""
    row = Report.objects.for_the_rules().select_for_update(of=("self",)).select_related("desk")
    try:
        report.refresh_from_db(fields=REFRESHED, from_queryset=row)
    except Report.DoesNotExist:
        # PostgreSQL: while this waited, the row was written anew (rewriting); a second look finds the new one.
        report.refresh_from_db(fields=REFRESHED, from_queryset=row)


def check_room(report: Report) -> None:
    """Raise NoRoom when only the steps are left that have to happen. The caller holds the report."""
    if report.steps >= MOST_STEPS - RESERVED:
        raise NoRoom


def lock_open(report: Report) -> None:
    """`lock_and_refresh` for a verb of open reports. Raises WrongStage when it is closed."""
    lock_and_refresh(report)
    if report.closed:
        raise WrongStage("out_of_order")


def save_columns(report: Report, *columns: str) -> None:
    """Write the columns that a verb changes and no others: the rest may have been read long ago."""
    rows = Report.objects.for_the_rules().filter(pk=report.pk)
    rows.update(**{name: getattr(report, name) for name in columns})


def save_clocks(report: Report, clocks: ReportClocks, *columns: str) -> None:
    """Write the clocks, what is due next, and the columns that a verb changes beside them."""
    clocks.save()
    save_columns(report, "next_due_at", *columns)


def log_event(report: Report, kind: str, now: datetime, /, **facts: str | int) -> Appended:
    """Append a leaf about this report; what it says is sealed to the thread and to the receipt."""
    number = _next_number(report)
    event = {"desk": report.desk.code, **facts, "n": number, "record": report.id.hex}
    appended = append_leaf(kind=kind, event=event, now=now)
    keep_opening(
        owner=report.id,
        number=number,
        appended=appended,
        thread=Recipient(report.thread),
        receipt=Recipient(report.receipt),
    )
    return appended


def _next_number(report: Report) -> int:
    """Count this step: a report's leaves are numbered from 1, so that an opening that was removed shows."""
    if report._state.adding:  # its first leaf is written before its row
        report.steps = 1
        return report.steps
    # By hand, because this runs for every step. It holds the row: two steps at once have two numbers.
    with connection.cursor() as cursor:
        cursor.execute(COUNT_A_STEP, [Report._meta.pk.get_db_prep_value(report.pk, connection)])
        # She may have moved it, or changed her code, since the caller read it.
        report.steps, report.thread, report.receipt = cursor.fetchone()
    return report.steps


@one_transaction
def take_step(*, report: Report, step: Step, now: datetime, events: Sequence[str] = ()) -> None:
    """`take_locked_step` for a report that was only read. Raises WrongStage also when somebody else took another
    step since then."""
    seen = report.stage
    lock_and_refresh(report)
    if report.stage != seen:
        raise WrongStage("out_of_order")
    take_locked_step(report=report, step=step, now=now, events=events)


@one_transaction
def take_locked_step(*, report: Report, step: Step, now: datetime, events: Sequence[str] = ()) -> None:
    """Take a step of a report that this transaction holds, and meet the clocks of `events` that happen with it.

    Clocks that the new stage meets are met now, whatever the wall says; clocks that begin with it begin.
    Raises WrongStage (core.stages) and changes nothing when it may not be taken.
    """
    answered = isinstance(step, Handle) and was_answered(report)
    stage = after(report.stage, step, answered=answered, today=local_day(now))
    clocks = ReportClocks(report)
    clocks.mark_met([*events, stage], now)
    columns = _apply(report, step, stage, now)
    clocks.start(stage, now)
    if isinstance(step, Reopen):
        clocks.start_anew(("received", "she_wrote"), now)
    save_clocks(report, clocks, "stage", *columns)
    log_event(report, "stage_changed", now, stage=stage)


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
            report.handling_result, report.handled_at = result, now
            return ("handling_result", "handled_at")
        case Reopen():
            report.closed_month, report.closure, report.purge_on = "", "", None
            report.received_at = now
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
    report.closed_month = f"{local_day(now):%Y-%m}"
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
