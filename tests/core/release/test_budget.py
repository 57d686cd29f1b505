"""The budget is added up exactly and never overspent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tincay.core.release.budget import Budget, OverBudget, epsilon, read_rho


@given(st.lists(st.integers(1, 60_000)), st.integers(0, 200_000))
def test_no_order_of_calls_spends_more_than_the_budget(spends: list[int], limit: int) -> None:
    budget = Budget(limit)
    for number, micro_rho in enumerate(spends):
        try:
            budget = budget.charge(f"quarter {number}", micro_rho)
        except OverBudget:
            assert micro_rho > budget.left
        assert budget.spent <= limit
    assert budget.spent + budget.left == limit


def test_spending_changes_no_earlier_budget() -> None:
    before = Budget(10)
    assert before.charge("tables", 4).spent == 4
    assert before.spent == 0


@pytest.mark.parametrize("nothing", [0, -5])
def test_a_spend_of_nothing_is_a_mistake(nothing: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        Budget(10).charge("tables", nothing)


@pytest.mark.parametrize(
    ("text", "micro"), [("0.25", 250_000), ("0.0175", 17_500), ("1/4", 250_000), ("1", 10**6)]
)
def test_rho_is_read_exactly(text: str, micro: int) -> None:
    assert read_rho(text) == micro


@pytest.mark.parametrize("text", ["0", "-0.1", "0.0000001", "1/3", "1/0", "a lot"])
def test_rho_that_is_not_whole_millionths_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rho|Fraction"):
        read_rho(text)


@pytest.mark.parametrize(
    ("rho", "eps"), [(17_500, 0.84), (25_000, 1.01), (100_000, 2.14), (250_000, 3.54), (10**6, 7.77)]
)
def test_epsilon_is_the_known_one_rounded_up(rho: int, eps: float) -> None:
    assert eps <= epsilon(rho) <= eps + 0.011


def test_four_quarters_cost_what_one_year_costs() -> None:
    year = Budget(100_000)
    for quarter in "1234":
        year = year.charge(f"quarter {quarter}", 25_000)
    assert epsilon(year.spent) == epsilon(100_000)
    with pytest.raises(OverBudget, match="0 of 100000 are left"):
        year.charge("one more look", 1)
