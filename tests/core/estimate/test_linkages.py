"""Combining estimates of several likely linkages."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t as student

from tincay.core.estimate.answers import MethodAnswer, NoEstimate
from tincay.core.estimate.linkages import Linked, combine, from_answer, from_draws


def test_the_rule_by_hand() -> None:
    """Means 6, 7, 8 and variances 0.04: W = 0.04, B = 1, T = 0.04 + 4/3, df = 2·(1 + 0.04/4)²."""
    answer = combine([Linked(100, mean, 0.04) for mean in (6.0, 7.0, 8.0)])
    reach = student.ppf(0.975, 2 * 1.01**2) * math.sqrt(0.04 + 4 / 3)
    assert answer.estimate == pytest.approx(100 + math.exp(7))
    assert answer.lower == pytest.approx(100 + math.exp(7 - reach))
    assert answer.upper == pytest.approx(100 + math.exp(7 + reach))


def test_linkages_that_agree_leave_the_interval_alone() -> None:
    answer_of_one = MethodAnswer("x", 1100.0, 600.0, 2600.0)
    answer = combine([from_answer(100, answer_of_one)] * 6)
    assert answer.estimate == pytest.approx(1100)
    assert (answer.upper - 100) / (answer.lower - 100) == pytest.approx(2500 / 500)  # type: ignore[operator]
    assert [caution.code for caution in answer.cautions] == ["lower_bound"]


def test_few_linkages_are_said_to_be_few() -> None:
    answer = combine([Linked(10, 3.0, 0.1), Linked(12, 3.1, 0.1)])
    assert "few_linkages" in [caution.code for caution in answer.cautions]
    assert answer.details["linkages"] == 2


def test_draws_of_nobody_stand_for_a_tenth_of_a_person() -> None:
    linked = from_draws(5, np.array([0.0, 0.0, 1.0]))
    logs = np.log([0.1, 0.1, 1.0])
    assert linked == Linked(5, logs.mean(), logs.var(ddof=1))


def test_one_linkage_cannot_be_combined() -> None:
    with pytest.raises(NoEstimate, match="at least two linkages"):
        combine([Linked(5, 1.0, 1.0)])


@pytest.mark.parametrize(
    "answer", [MethodAnswer("x", None), MethodAnswer("x", 5.0), MethodAnswer("x", 5.0, 4.0)]
)
def test_an_answer_without_all_three_values_cannot_be_combined(answer: MethodAnswer) -> None:
    with pytest.raises(NoEstimate, match="both limits"):
        from_answer(3, answer)
