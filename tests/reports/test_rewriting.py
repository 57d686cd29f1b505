"""What closed is written anew in no order: nothing is lost, nothing open is touched, a broken run changes nothing."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import NOW, Helper, Reporter, again, rows
from tincay.core.stages import Withdraw
from tincay.people.models import Notice
from tincay.people.tenancy import ScopedQuerySet
from tincay.reports import ending, rewriting, schedule
from tincay.reports.ending import ENDING, PASSING
from tincay.reports.models import Report, Rewriting
from tincay.reports.rewriting import put_off
from tincay.web.transactions import one_transaction

pytestmark = pytest.mark.django_db
Content = dict[str, list[tuple[Any, ...]]]


def content(*, closed: bool) -> Content:
    """Every value of every row of what is closed, or open, as the database has it."""
    of = Report.objects.for_the_rules().filter(stage="closed").values("pk")
    if not closed:
        of = Report.objects.for_the_rules().exclude(stage="closed").values("pk")
    kept = {}
    for label, fate in ENDING.items():
        found = ending._rows_of(label, **{f"{fate.path}__in": of})
        kept[label] = sorted(found.values_list(), key=repr)
    return kept


@pytest.fixture
def lives(reporter: Reporter, helper: Helper) -> list[Report]:
    """Three closed lives, one that was purged, one that goes on."""
    found = []
    person = reporter
    for number in range(5):
        person = person.next_person()
        grants = [person.grant("store_sealed"), person.grant("count_statistics")]
        report = person.send(grants=grants, fields={"name": "Hoa"})
        helper.bring(report, "classified")
        person.write("Tôi đợi.")
        helper.ask(report)
        found.append(again(report))
        if number < 4:
            ending.close(report=again(report), step=Withdraw(), now=NOW)
    ending.purge(report=again(found[3]), now=NOW)
    return found


def test_rewriting_loses_nothing_and_touches_nothing_that_is_open(lives: list[Report]) -> None:
    before, untouched = content(closed=True), content(closed=False)
    assert {label for label, found in before.items() if not found} <= {
        "reports.Escalation", "reports.Pause", "reports.SafeTry", "reports.ClosingProposal",
        "reports.CountEntry", *PASSING,
    }  # fmt: skip
    assert ending.rewrite_closed(now=NOW, whole=True) == sum(map(len, before.values()))
    assert content(closed=True) == before
    assert content(closed=False) == untouched


def test_every_table_that_leads_to_a_report_is_rewritten(
    lives: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def remember(sets: Iterator[ScopedQuerySet[Any]]) -> int:
        asked.extend(found.model._meta.label for found in sets)
        return 0

    monkeypatch.setattr(ending, "rewrite_rows", remember)
    ending.rewrite_closed(now=NOW, whole=True)
    assert set(asked) == set(ENDING) - PASSING


def test_a_run_that_breaks_off_changes_nothing(lives: list[Report], monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(closed=True)
    rewrite_lot, lots = rewriting._rewrite_lot, iter(range(8))

    def breaks(*asked: Any) -> None:
        rewrite_lot(*asked)
        if next(lots) == 7:
            raise OSError

    monkeypatch.setattr(rewriting, "_rewrite_lot", breaks)
    with pytest.raises(OSError):  # noqa: PT011 -- nothing else is said
        ending.rewrite_closed(now=NOW, whole=True)
    assert content(closed=True) == before


def test_what_closes_takes_what_closed_since_last_month_with_it(
    lives: list[Report], helper: Helper, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten: list[set[Any]] = []

    def remember(sets: Iterator[ScopedQuerySet[Any]]) -> int:
        rewritten.append({row.pk for found in sets if found.model is Report for row in found})
        return 0

    monkeypatch.setattr(ending, "rewrite_rows", remember)
    for month in range(1, 4):
        rows(Report).filter(pk=lives[0].pk).update(closed_month="2026-05")
        rows(Report).filter(pk=lives[1].pk).update(closed_month="2026-04")
        ending.rewrite_closed(now=NOW + timedelta(days=31 * (month - 1)))
    closed = {report.pk for report in lives[:4]}
    assert rewritten[0] == closed - {lives[1].pk}
    assert rewritten[1] == closed - {lives[0].pk, lives[1].pk}
    ending.rewrite_closed(now=NOW, whole=True)
    assert rewritten[-1] == closed
    ending.close(report=again(lives[4]), step=Withdraw(), now=NOW)
    assert lives[4].pk in rewritten[-1]


def test_whatever_is_done_to_a_closed_report_it_is_written_anew_with_the_others(
    reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = reporter.send(grants=[reporter.grant("store_sealed")])
    ending.close(report=report, step=Withdraw(), now=NOW)
    rows(Report).update(closed_month="2025-01")
    rewritten: list[Any] = []

    def remember(sets: Iterator[ScopedQuerySet[Any]]) -> int:
        rewritten.extend(row.pk for found in sets if found.model is Report for row in found)
        return 0

    monkeypatch.setattr(ending, "rewrite_rows", remember)
    reporter.report = again(report)
    reporter.consent("store_sealed", given=False)
    ending.delete(report=again(report), now=NOW)
    assert rewritten == [report.pk, report.pk]


def test_once_a_day_what_closed_lately_and_once_a_week_all_of_it(
    lives: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def remember(*, now: datetime, whole: bool) -> int:
        asked.append(whole)
        return 1

    monkeypatch.setattr(schedule, "rewrite_closed", remember)
    for day in (0, 0, 1, 2, 5, 6, 6, 7):  # from a Tuesday
        schedule.rewrite(NOW + timedelta(days=day))
    assert asked == [True, False, False, False, True, False]
    assert Rewriting.objects.get().day == (NOW + timedelta(days=7)).date()


def test_a_demo_puts_it_off(lives: list[Report]) -> None:
    with put_off():
        assert ending.rewrite_closed(now=NOW, whole=True) == 0
    assert ending.rewrite_closed(now=NOW, whole=True) > 0


@pytest.mark.sqlite
def test_on_sqlite_no_row_that_leads_to_a_report_has_a_number(db: None) -> None:
    assert isinstance(connection.connection, sqlite3.Connection)
    tables = {ending._rows_of(label).model._meta.db_table for label in ENDING} - {"vault_opening"}
    with connection.cursor() as cursor:
        for table in (*tables, Notice._meta.db_table, "reports_countrow"):
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
            assert cursor.fetchone()[0].endswith("WITHOUT ROWID"), table


@pytest.mark.django_db(transaction=True)
def test_rows_lie_in_another_order_than_they_came(reporter: Reporter) -> None:
    """By the bytes of the table's file, or the place and the transaction of PostgreSQL's rows."""
    person, closed = reporter, []
    for _ in range(12):
        person = person.next_person()
        report = person.send(grants=[person.grant("store_sealed")], words="Tôi kể. " * 2000)
        one_transaction(lambda: ending.close(report=report, step=Withdraw(), now=NOW))()  # noqa: B023
        closed.append(report.pk)
    assert len({written for written, _ in places(closed)}) == 1, "one transaction wrote them all"
    assert [pk for _, pk in sorted(places(closed), key=lambda one: where(one[1]))] != closed


def places(closed: list[Any]) -> list[tuple[Any, Any]]:
    """The transaction that wrote each report's row, and the report."""
    if connection.vendor == "sqlite":
        return [("", pk) for pk in closed]
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, id FROM reports_report")
        return list(cursor.fetchall())


def where(pk: Any) -> Any:
    """Where a report's story lies."""
    with connection.cursor() as cursor:
        asked = (
            "FROM vault_sealedtext t JOIN vault_compartment c ON c.id = t.compartment_id WHERE c.owner = %s"
        )
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT t.ctid::text {asked} AND c.kind = 'narrative'", [pk])
            block, line = cursor.fetchone()[0].strip("()").split(",")
            return int(block), int(line)
        cursor.execute(f"SELECT t.sealed {asked} AND c.kind = 'narrative'", [pk.hex])
        (sealed,) = cursor.fetchone()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(connection.settings_dict["NAME"], "rb") as file:
        return file.read().find(bytes(sealed)[-64:])
