"""What she agreed to have counted: it waits, is asked for once more, and is written where nobody can follow it."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from tests.cast import NOW, Helper, Reporter, again, rows
from tincay.core.stages import Withdraw
from tincay.reports import count_rows, ending, schedule, steps
from tincay.reports.models import CountEntry, CountRow, Report

pytestmark = pytest.mark.django_db
NEXT_QUARTER = NOW + timedelta(days=1)


def sort(helper: Helper, person: Reporter, harm: str = "wage_theft") -> Report:
    """A report that was sorted and waits to be counted."""
    report = person.send(grants=[person.grant("count_statistics"), person.grant("store_sealed")])
    helper.bring(report, "verified")
    return helper.classify(report, count={"primary_harm": harm})


def sort_some(helper: Helper, how_many: int) -> list[Report]:
    return [sort(helper, Reporter(number)) for number in range(1, how_many + 1)]


def harms(model: type[CountEntry] | type[CountRow]) -> list[str]:
    return sorted(codes["primary_harm"] for codes in rows(model).values_list("codes", flat=True))


def test_nine_wait_and_ten_are_written_at_once(helper: Helper) -> None:
    reports = sort_some(helper, 9)
    assert count_rows.write_batches(now=NOW) == 0
    assert rows(CountEntry).count() == 9
    reports.append(sort(helper, Reporter(10)))
    assert count_rows.write_batches(now=NOW) == 10
    assert rows(CountRow).filter(quarter="2026-Q2").count() == 10
    assert not rows(CountEntry).exists()
    assert rows(Report).filter(counted=True).count() == 10


def test_at_the_end_of_the_quarter_what_waits_is_written(helper: Helper) -> None:
    sort_some(helper, 2)
    assert schedule.write_counts(NOW).done == 0
    assert schedule.write_counts(NEXT_QUARTER).done == 2
    assert schedule.write_counts(NEXT_QUARTER).done == 0
    assert set(rows(CountRow).values_list("quarter", flat=True)) == {"2026-Q2"}


def test_a_row_carries_the_quarter_and_nothing_else_of_its_report(helper: Helper, reporter: Reporter) -> None:
    report = sort(helper, reporter)
    count_rows.write_batches(now=NEXT_QUARTER)
    row = rows(CountRow).get()
    assert {field.name for field in CountRow._meta.concrete_fields} == {"id", "quarter", "codes"}
    assert row.id not in {report.id, *rows(CountEntry).values_list("id", flat=True)}
    assert row.codes == {"primary_harm": "wage_theft", "classification": "violence"}


def test_she_is_asked_again_when_it_is_written(helper: Helper, reporter: Reporter) -> None:
    report = reporter.send(
        grants=[reporter.grant("count_statistics", expires=NOW.date()), reporter.grant("store_sealed")]
    )
    helper.bring(report, "verified")
    helper.classify(report, count={"primary_harm": "wage_theft"})
    assert rows(CountEntry).exists()
    count_rows.write_batches(now=NEXT_QUARTER)
    assert not rows(CountRow).exists()
    assert not rows(CountEntry).exists(), "what she does not agree to any more waits no longer"


def test_taken_back_while_it_waits_it_is_gone_and_afterwards_it_stays(helper: Helper) -> None:
    early, late = Reporter(1), Reporter(2)
    sort(helper, early, "wage_theft")
    sort(helper, late, "physical_assault")
    early.consent("count_statistics", given=False)
    assert harms(CountEntry) == ["physical_assault"]
    count_rows.write_batches(now=NEXT_QUARTER)
    late.consent("count_statistics", given=False)
    assert harms(CountRow) == ["physical_assault"]


def test_what_closes_waits_on_with_the_others_under_new_ids(helper: Helper) -> None:
    reports = sort_some(helper, 3)
    before = set(rows(CountEntry).values_list("id", flat=True))
    for report in reports:
        ending.close(report=again(report), step=Withdraw(), now=NOW)
        after = set(rows(CountEntry).filter(report=None).values_list("id", flat=True))
        assert not before & after
        before |= after
    assert rows(CountEntry).filter(report=None).count() == 3
    assert count_rows.write_batches(now=NEXT_QUARTER) == 3


def test_what_she_did_not_agree_to_any_more_at_closing_is_not_counted(
    helper: Helper, reporter: Reporter
) -> None:
    report = reporter.send(
        grants=[reporter.grant("count_statistics", expires=NOW.date()), reporter.grant("store_sealed")]
    )
    helper.bring(report, "verified")
    helper.classify(report, count={"primary_harm": "wage_theft"})
    ending.close(report=again(report), step=Withdraw(), now=NEXT_QUARTER)
    assert not rows(CountEntry).exists()


def test_nobody_is_counted_twice_however_often_it_is_opened_again(helper: Helper, reporter: Reporter) -> None:
    report = sort(helper, reporter)
    for _ in range(2):
        ending.close(report=again(report), step=Withdraw(), now=NOW)
        steps.reopen(report=again(report), now=NOW)
        count_rows.write_batches(now=NEXT_QUARTER)
    helper.bring(report, "handled", now=NEXT_QUARTER)
    count_rows.write_batches(now=NEXT_QUARTER + timedelta(days=100))
    assert rows(CountRow).count() == 1


def test_rows_are_in_no_order(helper: Helper, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is inserted, in the order in which it is inserted, is not what waited: of 3,628,800 orders one is."""
    for number in range(1, 11):
        report = sort(helper, Reporter(number))
        rows(CountEntry).filter(report=report).update(codes={"number": f"{number:02}"})
    bulk_create = CountRow.objects.bulk_create
    written: list[CountRow] = []

    def remember(found: Iterable[CountRow]) -> list[CountRow]:
        written.extend(found)
        return bulk_create(written)

    monkeypatch.setattr(CountRow.objects, "bulk_create", remember)
    count_rows.write_batches(now=NOW)
    order = [row.codes["number"] for row in written]
    assert sorted(order) == [f"{number:02}" for number in range(1, 11)]
    assert order != sorted(order)
