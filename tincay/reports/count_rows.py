"""What is counted of a report when she agreed: it waits with its report, then without one, then stands in a batch.

A batch is written when ten wait, or when their quarter is over; she is asked again by her words about consent. From
then on nothing leads from a count row to a report: neither its id, nor its place, nor the time at which it came.
"""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from uuid import uuid4

from tincay.core.clock import local_day
from tincay.core.consent import allows
from tincay.core.counting import AGE_GROUPS, COLUMNS, CountedColumn
from tincay.directory.models import Province
from tincay.reports.grants import grants
from tincay.reports.models import CountEntry, CountRow, Report
from tincay.web.packs import codes
from tincay.web.transactions import one_transaction

FEWEST = 10
"""How many rows are written together, unless a quarter is over."""
_chance = random.SystemRandom()


def quarter_of(now: datetime) -> str:
    """The quarter of a day: "2026-Q2"."""
    day = local_day(now)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def may_be_counted(report: Report, now: datetime) -> bool:
    """Whether she agrees today."""
    return allows(grants(report), scope="count_statistics", today=local_day(now))


@one_transaction
def add_entry(*, report: Report, count: Mapping[str, str], now: datetime) -> None:
    """Let what is counted of a report wait beside it. It carries the quarter in which it was sorted, as all of its
    batch do: the quarter of the report would tell it from them. Raises UnknownCode."""
    counted = {column.name: count[column.name] for column in COLUMNS if count.get(column.name)}
    for column in COLUMNS:
        if column.name in counted:
            _check_counted(column, counted[column.name])
    CountEntry.objects.create(report=report, quarter=quarter_of(now), codes=counted)


def _check_counted(column: CountedColumn, value: str) -> None:
    """Raise UnknownCode for a value that is neither of its list nor, for a place, a province in force."""
    if not column.code_list and value in AGE_GROUPS:
        return
    if column.name == "province" and Province.objects.filter(code=value).exists():
        return
    codes().check(column.code_list, value)


@one_transaction
def drop_entry(*, report: Report) -> None:
    """She took her consent back, or her report away, while it waited."""
    CountEntry.objects.within(report=report).delete()


@one_transaction
def unlink_entry(*, report: Report, now: datetime) -> None:
    """The report closes: its entry waits on among those of other closed reports, all of them written anew."""
    entry = CountEntry.objects.within(report=report).first()
    if entry is None:
        return
    agreed = may_be_counted(report, now)
    entry.delete()
    if agreed:
        without = list(CountEntry.objects.for_the_rules().select_for_update().filter(report=None))
        CountEntry.objects.for_the_rules().filter(pk__in=[one.pk for one in without]).delete()
        CountEntry.objects.bulk_create(
            CountEntry(id=uuid4(), quarter=one.quarter, codes=one.codes)
            for one in _in_no_order([*without, entry])
        )


def _in_no_order(entries: Iterable[CountEntry]) -> list[CountEntry]:
    shuffled = list(entries)
    _chance.shuffle(shuffled)
    return shuffled


@one_transaction
def write_batches(*, now: datetime) -> int:
    """Write what waits as count rows where ten of a quarter wait, or the quarter is over; how many were written."""
    waiting = CountEntry.objects.for_the_rules().select_for_update(of=("self",)).select_related("report")
    by_quarter = groupby(waiting.order_by("quarter"), key=lambda entry: entry.quarter)
    return sum(_write_batch(quarter, list(entries), now) for quarter, entries in by_quarter)


def _write_batch(quarter: str, entries: list[CountEntry], now: datetime) -> int:
    if len(entries) < FEWEST and quarter == quarter_of(now):
        return 0
    agreed = [one for one in entries if one.report is None or may_be_counted(one.report, now)]
    for entry in set(entries) - set(agreed):
        entry.delete()
    if len(agreed) < FEWEST and quarter == quarter_of(now):
        return 0
    CountEntry.objects.for_the_rules().filter(pk__in=[entry.pk for entry in agreed]).delete()
    reports = [entry.report_id for entry in agreed if entry.report_id]
    Report.objects.for_the_rules().filter(pk__in=reports).update(counted=True)
    CountRow.objects.bulk_create(CountRow(quarter=quarter, codes=one.codes) for one in _in_no_order(agreed))
    return len(agreed)
