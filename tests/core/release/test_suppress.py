"""Inside screens hide small cells so that sums do not give them back. They are never for publication."""

from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tincay.core.release.suppress import ROUND_TO, NotShown, Screen, quarter_of, screen

TODAY = date(2026, 9, 1)


def shown(counts: list[list[int]] | list[int], largest: list[list[int]] | None = None) -> Screen:
    table = np.array(counts, dtype=np.int64)
    most = None if largest is None else np.array(largest, dtype=np.int64)
    return screen(table, ("a", "b")[: table.ndim], period="2026-Q2", today=TODAY, largest=most)


def test_it_says_that_it_is_not_for_publication() -> None:
    assert shown([20, 30]).notice == "Internal. Not for publication."


def test_cells_under_ten_are_hidden_and_others_rounded_to_five() -> None:
    assert shown([3, 41, 62, 4]).cells.tolist() == [-1, 40, 60, -1, 110]


def test_a_single_hidden_cell_takes_another_with_it() -> None:
    cells = shown([[3, 40, 22], [15, 60, 12], [30, 33, 50]]).cells
    for line in (*cells, *cells.T):
        assert np.sum(line == -1) != 1


def test_a_group_that_all_gave_one_answer_is_not_shown() -> None:
    assert (shown([[0, 30, 0], [20, 25, 31], [44, 21, 33]]).cells[0] == -1).all()


def test_a_cell_that_is_nearly_all_one_contributor_s_is_hidden() -> None:
    cells = [[50, 40], [30, 60]]
    assert shown(cells, [[49, 3], [3, 4]]).cells[0, 0] == -1
    assert (shown(cells, [[5, 3], [3, 4]]).cells >= 0).all()


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_row_or_column_leaves_one_cell_to_subtract(counts: list[list[int]]) -> None:
    cells = shown(counts).cells
    for line in (*cells, *cells.T):
        assert np.sum(line == -1) != 1
    assert ((cells == -1) | (cells % ROUND_TO == 0)).all()


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), min_size=3, max_size=3))
def test_a_hidden_number_can_still_be_several_numbers(counts: list[int]) -> None:
    *cells, total = shown(counts).cells.tolist()
    hidden = [place for place, cell in enumerate(cells) if cell == -1 and 0 < counts[place] < 10]
    if total == -1 or not hidden:
        return
    rest = [[cell] if cell >= 0 else list(range(21)) for cell in cells]
    slack = 2 * (len(cells) + 1)
    fits = [each for each in product(*rest) if abs(sum(each) - total) <= slack]
    assert all(len({each[place] for each in fits}) > 1 for place in hidden)


def test_an_open_quarter_is_not_shown() -> None:
    with pytest.raises(NotShown, match="not over"):
        screen(np.array([20, 30]), ("a",), period=quarter_of(TODAY), today=TODAY)


@pytest.mark.parametrize("shape", [(2, 2, 2), (4,)])
def test_more_than_two_columns_and_a_period_are_not_shown(shape: tuple[int, ...]) -> None:
    with pytest.raises(NotShown, match="two columns"):
        screen(np.full(shape, 50), ("a", "b"), period="2026-Q2", today=TODAY)


@pytest.mark.parametrize(("day", "quarter"), [(date(2026, 1, 1), "2026-Q1"), (date(2026, 12, 31), "2026-Q4")])
def test_quarters_are_named_by_year_and_number(day: date, quarter: str) -> None:
    assert quarter_of(day) == quarter
