"""What becomes of everything that hangs on a report when it is closed, purged or deleted: one table, one verb each.

A model of any app that leads to a report has a row here; tests/reports/test_ending.py walks the models and fails
where one is missing. Models are named by their label, as Django's own relations name them, because most of them
lie above this app.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Q, QuerySet

from tincay.core.clock import local_day
from tincay.core.sealing import Recipient, seal
from tincay.core.stages import Ending, Withdraw
from tincay.people.tenancy import ScopedQuerySet
from tincay.reports import count_rows
from tincay.reports.application import lock_and_refresh, log_event, take_step
from tincay.reports.grants import fill, mark_of, verified
from tincay.reports.models import Report
from tincay.reports.rewriting import rewrite_rows
from tincay.vault import actions as vault
from tincay.web.transactions import one_transaction

Rows = QuerySet[Any]
End = Callable[[Rows, Report, datetime], None]
"""What happens to the rows of one model that lead to a report."""


def keep(rows: Rows, report: Report, now: datetime) -> None:
    """They stay as they are."""


def delete_rows(rows: Rows, report: Report, now: datetime) -> None:
    rows.delete()


def unlink_entry(rows: Rows, report: Report, now: datetime) -> None:
    """It waits on without its report; what she deletes is counted no more."""
    if report.closure == "deleted":
        count_rows.drop_entry(report=report)
    count_rows.unlink_entry(report=report, now=now)


def blank_consent_days(rows: Rows, report: Report, now: datetime) -> None:
    """A month stays. Her signed words say the day too: they go on under the thread's key, and what was verified of
    them bears the install's mark."""
    for row in rows.exclude(signature=b""):
        if word := verified(report, row):
            fill(row, word)
        row.day = row.day.replace(day=1)
        row.until = row.until and row.until.replace(day=1)
        row.document = seal(bytes(row.signature) + bytes(row.document), Recipient(report.thread))
        row.signature = b""
        row.mark = mark_of(row) if word else b""
        row.save()


def blank_decisions(rows: Rows, report: Report, now: datetime) -> None:
    """What was found stands in the count row, where she agreed; the promise names a leaf, and that its day."""
    rows.update(
        verification_result="",
        classification="",
        handling_result="",
        promise="",
        counted=False,
        times_opened=0,
    )


def blank_posting_time(rows: Rows, report: Report, now: datetime) -> None:
    rows.update(posted_at=None)


def blank_clock_times(rows: Rows, report: Report, now: datetime) -> None:
    """Whether each was in time, and the band of its duration, stand since it was met; what is late now was not."""
    report.clocks.late(now).update(in_time=False)
    rows.update(started_at=None, due_at=None, met_at=None, next_escalation_at=None, calendar_version=0)


def stop_clocks(rows: Rows, report: Report, now: datetime) -> None:
    rows.update(due_at=None, next_escalation_at=None)


def blank_report(rows: Rows, report: Report, now: datetime) -> None:
    """The row that ran the clock stays: months, stage, priority, nothing that opens or describes it."""
    blank = secrets.token_bytes(32)
    rows.update(
        locator=blank,
        receipt="",
        signing=b"",
        promise="",
        key=blank.hex()[:22],
        code_name="",
        thread="",
        verification_result="",
        classification="",
        handling_result="",
        times_opened=0,
        steps=0,
        paged=0,
        purge_on=None,
    )


def erase_vault(rows: Rows, report: Report, now: datetime) -> None:
    """Words, wraps and openings go by the vault's own verb. Leaves stay in the log and mean nothing any more."""
    vault.erase(owner=report.id)


def gone_with_words(rows: Rows, report: Report, now: datetime) -> None:
    """Nothing to do: `erase_vault` of an earlier row has taken them."""


class Fate(NamedTuple):
    """How rows lead to a report (`path`, a look-up), and what happens to them at each end."""

    path: str
    close: End
    purge: End
    delete: End


ENDING: dict[str, Fate] = {
    # Reminders and clocks before pauses: whether a clock is late depends on the pause that holds it.
    "reports.Escalation": Fate("clock__report", delete_rows, delete_rows, delete_rows),
    "reports.Clock": Fate("report", blank_clock_times, stop_clocks, stop_clocks),
    "reports.Task": Fate("report", delete_rows, delete_rows, delete_rows),
    "reports.Pause": Fate("report", delete_rows, delete_rows, delete_rows),
    "reports.Message": Fate("report", blank_posting_time, delete_rows, delete_rows),
    "reports.SignedWords": Fate("report", keep, delete_rows, delete_rows),
    "reports.ReceiptChange": Fate("report", keep, delete_rows, delete_rows),
    # Before her consents, which are asked once more.
    "reports.CountEntry": Fate("report", unlink_entry, delete_rows, delete_rows),
    "reports.ConsentGrant": Fate("report", blank_consent_days, delete_rows, delete_rows),
    # What helpers wrote down: who tried, who accused.
    "reports.SafeTry": Fate("report", delete_rows, delete_rows, delete_rows),
    "reports.ClosingProposal": Fate("report", delete_rows, delete_rows, delete_rows),
    "visit.Visit": Fate("report", keep, delete_rows, delete_rows),
    # The vault's verb takes all four at once; the first row calls it.
    "vault.SealedText": Fate("compartment__owner", keep, erase_vault, erase_vault),
    "vault.Wrap": Fate("compartment__owner", keep, gone_with_words, gone_with_words),
    "vault.Compartment": Fate("owner", keep, gone_with_words, gone_with_words),
    "vault.Opening": Fate("owner", keep, gone_with_words, gone_with_words),
    "reports.Report": Fate("pk", blank_decisions, blank_report, blank_report),
}
"""By model label, in the order in which it happens."""


NOTHING = {keep, gone_with_words}
"""Ends for which no row has to be looked for."""
PASSING = {"visit.Visit"}
"""Gone within a quarter of an hour, and used meanwhile: these are not rewritten."""


def _rows_of(label: str, **path: Any) -> Rows:
    rows = apps.get_model(label)._default_manager.all()
    assert isinstance(rows, ScopedQuerySet)
    filtered: Rows = rows.for_the_rules().filter(**path)
    return filtered


def _end(report: Report, now: datetime, which: Callable[[Fate], End]) -> None:
    for label, fate in ENDING.items():
        end = which(fate)
        if end not in NOTHING:
            end(_rows_of(label, **{fate.path: report.pk}), report, now)


@one_transaction
def close(*, report: Report, step: Ending, now: datetime) -> None:
    """End a report; times become months and bands. Without "keep my words" they go now. Raises WrongStage."""
    take_step(report=report, step=step, now=now)
    _end(report, now, lambda fate: fate.close)
    deletes = isinstance(step, Withdraw) and step.deletes
    if report.retention_class == "r0_now" and not deletes:
        erase_words(report=report, now=now)
    if not deletes:
        rewrite_closed(now=now)


@one_transaction
def purge(*, report: Report, now: datetime) -> None:
    """The time of a closed report is over: words go with their keys."""
    log_event(report, "data_deleted", now)
    _end(report, now, lambda fate: fate.purge)


@one_transaction
def delete(*, report: Report, now: datetime) -> None:
    """Her wish: words, keys and openings go now. What stays is the leaf, the month and the in-time flags."""
    lock_and_refresh(report)
    log_event(report, "data_deleted", now)
    if not report.closed:
        close(report=report, step=Withdraw(deletes=True), now=now)
    _end(report, now, lambda fate: fate.delete)
    rewrite_closed(now=now, also=report)


@one_transaction
def erase_words(*, report: Report, now: datetime) -> None:
    """Take away her story and what she said about herself; the thread and the receipt stay."""
    if vault.erase_words(owner=report.id):
        log_event(report, "data_deleted", now)


def _month_before(now: datetime) -> str:
    return f"{local_day(now).replace(day=1) - timedelta(days=1):%Y-%m}"


@one_transaction
def rewrite_closed(*, now: datetime, also: Report | None = None, whole: bool = False) -> int:
    """Write all rows of what closed in this month and the last one anew in no order (`whole`: of all that ever
    closed), and of `also`; how many.

    So each time something is written about a closed report. What is rewritten together tells the months of closing
    at most, and they stand in the row.
    """
    closed = Q(stage="closed") if whole else Q(stage="closed", closed_month__gte=_month_before(now))
    if also is not None:
        closed |= Q(pk=also.pk)
    reports = Report.objects.for_the_rules().filter(closed).values("pk")
    # The reports first: a verb that holds one (lock_and_refresh) is waited for before anything of it is taken.
    return rewrite_rows(
        _rows_of(label, **{f"{fate.path}__in": reports})
        for label, fate in reversed(ENDING.items())
        if label not in PASSING
    )
