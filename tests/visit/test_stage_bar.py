"""The stage bar says what was done, and of what was not done never that it was."""

from datetime import timedelta

import pytest

from tests.cast import NOW, Helper, Network, Reporter, again
from tincay.reports import steps
from tincay.reports.models import Report
from tincay.visit.stage_bar import bar

pytestmark = pytest.mark.django_db(transaction=True)


def shown(report: Report) -> list[tuple[str, str]]:
    return [(step.label, step.state) for step in bar(again(report), NOW).marks]


def test_what_is_still_ahead_is_said_as_ahead(network: Network, reporter: Reporter) -> None:
    assert shown(reporter.send()) == [
        ("Đã nhận", "done"),
        ("Sẽ có người đọc", "now"),
        ("Sẽ kiểm tra thông tin", "later"),
        ("Sẽ phân loại", "later"),
        ("Sẽ xử lý", "later"),
        ("Sẽ báo kết quả", "later"),
    ]


def test_a_question_waits_for_its_answer(network: Network, reporter: Reporter) -> None:
    report = reporter.send(kind_group="question", priority="p3")
    assert [label for label, _ in shown(report)] == ["Đã nhận", "Sẽ có người đọc", "Sẽ trả lời"]


def test_a_dismissed_report_shows_only_what_was_done(
    helper: Helper, supervisor: Helper, reporter: Reporter
) -> None:
    report = helper.open_report(reporter.send())
    helper.propose_closing(report, "no_harm_described")
    supervisor.agree(report)
    assert shown(report) == [("Đã nhận", "done"), ("Đã có người đọc", "done"), ("Đã đóng", "done")]


def test_somebody_in_danger_sees_by_when_and_never_that_a_step_was_done_which_was_not(
    helper: Helper, reporter: Reporter
) -> None:
    report = reporter.send(priority="p0")
    assert bar(again(report), NOW).marks[1].note.startswith("Hạn: ")
    helper.open_report(report)
    assert shown(report)[:3] == [
        ("Đã nhận", "done"),
        ("Đã có người đọc", "done"),
        ("Sẽ kiểm tra thông tin", "now"),
    ]


def test_a_report_that_was_answered_shows_every_step(helper: Helper, reporter: Reporter) -> None:
    report = helper.bring(reporter.send(), "handled")
    steps.close_handled(report=report, she_asked=True, now=NOW)
    assert [label for label, _ in shown(report)] == [
        "Đã nhận",
        "Đã có người đọc",
        "Đã kiểm tra thông tin",
        "Đã phân loại",
        "Đang xử lý",
        "Đã báo kết quả",
        "Đã đóng",
    ]


def test_reopened_before_anybody_read_it_shows_no_step_that_did_not_happen(
    network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    steps.finish(report=report, now=NOW)
    steps.reopen(report=again(report), now=NOW + timedelta(days=1))
    assert shown(report) == [("Đã nhận", "done"), ("Đã mở lại", "done"), ("Sẽ báo kết quả", "now")]


def test_reopened_after_an_answer_it_was_answered_once_and_will_be_again(
    helper: Helper, reporter: Reporter
) -> None:
    report = helper.bring(reporter.send(), "handled")
    steps.finish(report=report, now=NOW)
    steps.reopen(report=again(report), now=NOW)
    before = [
        "Đã nhận",
        "Đã có người đọc",
        "Đã kiểm tra thông tin",
        "Đã phân loại",
        "Đã báo kết quả",
        "Đã mở lại",
    ]
    assert shown(report) == [*((step, "done") for step in before), ("Sẽ báo kết quả", "now")]
    helper.answer(report)
    assert shown(report)[-2:] == [("Đã mở lại", "done"), ("Đã báo kết quả", "done")]


def test_closed_again_after_it_was_reopened_it_shows_no_more_than_was_done(
    helper: Helper, reporter: Reporter
) -> None:
    report = reporter.send()
    steps.finish(report=report, now=NOW)
    steps.reopen(report=again(report), now=NOW)
    helper.bring(report, "handled")
    steps.finish(report=again(report), now=NOW)
    assert [label for label, _ in shown(report)] == ["Đã nhận", "Đã mở lại", "Đã báo kết quả", "Đã đóng"]


def test_one_line_says_where_it_stands_and_what_comes_by_when(helper: Helper, reporter: Reporter) -> None:
    report = reporter.send()
    assert bar(again(report), NOW).line == "Đã nhận · có người đọc trước 09:00 thứ Tư 01/07"
    helper.bring(report, "in_handling")
    assert bar(again(report), NOW).line == "Đang xử lý · báo kết quả chậm nhất thứ Năm 30/07"
    helper.answer(report)
    assert bar(again(report), NOW).line == "Đã báo kết quả"


def test_the_line_says_that_it_is_late(network: Network, reporter: Reporter) -> None:
    report = reporter.send()
    line = bar(again(report), NOW + timedelta(days=2)).line
    assert line == "Đã nhận · có người đọc đã quá hạn"
