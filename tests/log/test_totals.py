"""Totals are so coarse that no step of any one report shows in them."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.log.conftest import Hand
from tincay.log.totals import FEWEST, Quarter, ShownCount, quarter_of, showable, totals

SUNDAY = 6
KINDS = ("report_received", "stage_changed", "escalated", "override_used")
counts = some.dictionaries(some.sampled_from(KINDS), some.integers(1, 60))


@given(counts)
def test_nothing_under_ten_is_shown_or_can_be_worked_out(counted: dict[str, int]) -> None:
    shown = showable(counted)
    assert all(shown[kind] == counted[kind] >= FEWEST for kind in shown)
    hidden = sum(counted.values()) - sum(shown.values())
    assert hidden == 0 or hidden >= FEWEST or not shown


def test_a_second_kind_is_hidden_where_one_alone_would_show() -> None:
    assert showable({"report_received": 40, "stage_changed": 12, "override_used": 3}) == {
        "report_received": 40
    }
    assert showable({"report_received": 40, "override_used": 12}) == {
        "override_used": 12,
        "report_received": 40,
    }


def test_no_other_kind_is_named(monday: Hand) -> None:
    pass_weeks(monday, Counter(report_received=12, note_written=30))
    monday.sign()
    assert totals().week == {"report_received": 12}


def pass_weeks(hand: Hand, *weeks: Counter[str]) -> None:
    """Each day begins with a checkpoint, as the timer makes it. Each week's steps are taken on its Sunday."""
    for week in weeks:
        for _ in range(7):
            hand.sign()
            if hand.now.weekday() == SUNDAY:
                for kind, number in week.items():
                    hand.append(number, kind=kind)
            hand.next_day()


@pytest.fixture
def monday(hand: Hand) -> Hand:
    hand.now = hand.now.replace(month=6, day=29)
    return hand


def test_a_week_is_shown_when_it_is_over(monday: Hand) -> None:
    pass_weeks(monday, Counter(report_received=12))
    assert totals().week == {}
    monday.sign()
    assert totals().week == {"report_received": 12}
    assert totals().week_start == date(2026, 6, 29)
    assert "12" in monday.client.get("/log/").content.decode()


@pytest.mark.slow
def test_small_weeks_appear_by_quarter_once_they_come_to_ten(monday: Hand) -> None:
    small = Counter(report_received=3, escalated=1)
    pass_weeks(monday, *[small] * 13, Counter())
    monday.sign()
    shown = totals()
    assert shown.week == {}
    assert shown.quarters == (
        Quarter(2026, 3, {"escalated": ShownCount(13, False), "report_received": ShownCount(39, False)}),
    )


def test_a_kind_that_stays_under_ten_in_a_quarter_is_not_even_named(monday: Hand) -> None:
    large, small = Counter(report_received=20), Counter(override_used=2)
    pass_weeks(monday, *[large] * 12, small, Counter())
    monday.sign()
    [quarter] = totals().quarters
    assert quarter.rows == {"report_received": ShownCount(240, False)}
    assert "ngoại lệ" not in monday.client.get("/log/").content.decode()


@pytest.mark.slow
def test_a_quarter_with_one_small_week_says_at_least(monday: Hand) -> None:
    pass_weeks(monday, *[Counter(report_received=20)] * 12, Counter(report_received=5), Counter())
    monday.sign()
    [quarter] = totals().quarters
    assert quarter.rows == {"report_received": ShownCount(240, True)}
    assert "ít nhất 240" in monday.client.get("/log/").content.decode()


def test_the_running_quarter_is_not_shown(monday: Hand) -> None:
    pass_weeks(monday, Counter(report_received=5), Counter())
    monday.sign()
    assert totals().quarters == ()


@pytest.mark.parametrize(
    ("monday", "quarter"),
    [(date(2026, 6, 29), (2026, 3)), (date(2025, 12, 29), (2026, 1)), (date(2026, 12, 28), (2026, 4))],
)
def test_a_week_belongs_to_the_quarter_of_its_thursday(monday: date, quarter: tuple[int, int]) -> None:
    assert quarter_of(monday) == quarter


def test_an_empty_log_has_no_totals(hand: Hand) -> None:
    assert totals().quarters == ()
    assert totals().week_start is None
