"""Respondent-driven shares and network scale-up, by hand and by property."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.surveys import (
    Respondent,
    recruited_multiplier,
    recruited_share,
    scale_up,
    weighted_share,
)


def sample(seeds: int = 3, recruits: int = 3) -> list[Respondent]:
    """Some first persons, each recruiting a few who each recruit one more."""
    people: list[Respondent] = []
    for seed in range(seeds):
        people.append(Respondent(len(people), None, 5, seed % 2 == 0))
        first = len(people) - 1
        for k in range(recruits):
            people.append(Respondent(len(people), first, 2 + 3 * k, k != 1))
            people.append(Respondent(len(people), len(people) - 1, 10, k == 0))
    return people


def test_people_who_know_many_count_for_less() -> None:
    """Degrees 2, 4 and 4, the first says yes: (1/2)/(1/2 + 1/4 + 1/4) = 1/2."""
    assert weighted_share(np.array([2.0, 4, 4]), np.array([1.0, 0, 0])) == 0.5


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 99), st.booleans()), min_size=1))
def test_equal_degrees_give_the_plain_share_and_all_shares_lie_between_0_and_1(
    people: list[tuple[int, bool]],
) -> None:
    degrees = np.array([float(d) for d, _ in people])
    yes = np.array([float(y) for _, y in people])
    assert 0 <= weighted_share(degrees, yes) <= 1 + 1e-12
    assert weighted_share(np.full(len(people), 7.0), yes) == pytest.approx(yes.mean())


def test_the_share_has_an_interval_from_redrawn_trees() -> None:
    sampled = recruited_share(sample(8), replicates=300)
    assert 0 <= sampled.lower < sampled.share.value < sampled.upper <= 1
    assert sampled.cautions == ()
    assert recruited_share(sample(8), replicates=300) == sampled


def test_the_interval_widens_with_the_spread_between_first_persons() -> None:
    """Trees that all agree inside but differ from each other carry as much as there are trees, not people."""
    apart = [
        person
        for tree in range(6)
        for person in [
            Respondent(100 * tree, None, 5, tree < 3),
            *(Respondent(100 * tree + k, 100 * tree, 5, tree < 3) for k in range(1, 40)),
        ]
    ]
    sampled = recruited_share(apart, replicates=300)
    assert sampled.upper - sampled.lower > 0.4


def test_a_single_tree_is_said_to_be_one() -> None:
    assert [caution.code for caution in recruited_share(sample(1), replicates=50).cautions] == ["one_seed"]


@pytest.mark.parametrize(
    ("people", "problem"),
    [
        ([Respondent(1, None, 3, True)], "a number of their own"),
        ([Respondent(1, None, 3, True), Respondent(1, None, 3, True)], "a number of their own"),
        ([Respondent(1, None, 3, True), Respondent(2, 9, 3, True)], "a known recruiter"),
        ([Respondent(1, None, 3, True), Respondent(2, 1, 0, True)], "knows at least one"),
        ([Respondent(1, None, 3, True), Respondent(2, 3, 3, True), Respondent(3, 2, 3, True)], "in a circle"),
    ],
)
def test_samples_that_are_no_trees_are_refused(people: list[Respondent], problem: str) -> None:
    with pytest.raises(NoEstimate, match=problem):
        recruited_share(people)


def test_the_share_feeds_the_multiplier() -> None:
    answer = recruited_multiplier(400, sample(5))
    share = recruited_share(sample(5)).share
    assert answer.estimate == pytest.approx(400 / share.value)
    assert answer.details["share_lower"] < share.value


KNOWN = np.array([[4.0, 2], [1, 3], [5, 5], [0, 1]])
SIZES = [1000.0, 800.0]
HIDDEN = np.array([1.0, 0, 2, 0])


def test_scale_up_by_hand() -> None:
    """Σy = 3, ΣΣ y_ik = 21, ΣN_k = 1,800: 3·1,800/21; mean network 100,000·(21/4)/1,800."""
    answer = scale_up(KNOWN, SIZES, HIDDEN, 100_000)
    assert answer.estimate == pytest.approx(3 * 1800 / 21)
    assert answer.details["network"] == pytest.approx(100_000 * 21 / 4 / 1800)
    assert answer.lower is not None
    assert answer.upper is not None
    assert answer.lower <= 3 * 1800 / 21 <= answer.upper


def test_known_groups_that_the_answers_miss_are_named() -> None:
    """Of group 1 people know 10, of group 2 they know 11: sizes 1,000 and 8,000 cannot both be right."""
    answer = scale_up(KNOWN, [1000.0, 8000.0], HIDDEN, 100_000)
    assert [caution.values["group"] for caution in answer.cautions] == [1, 2]


def test_a_known_group_that_carries_all_answers_is_named() -> None:
    answer = scale_up(np.array([[3.0, 0], [2, 0]]), SIZES, np.array([1.0, 1]), 100_000)
    assert answer.details["known_group_ratios"][0] == float("inf")


def test_redrawn_respondents_who_know_nobody_leave_no_upper_limit() -> None:
    known_groups = np.array([[1.0, 0], [0, 0], [0, 0]])
    answer = scale_up(known_groups, SIZES, np.array([0.0, 1, 0]), 100_000)
    assert answer.as_json()["upper"] is None


@pytest.mark.parametrize(
    ("known_groups", "sizes", "hidden", "total"),
    [
        (KNOWN[:, 0], SIZES, HIDDEN, 1e5),
        (KNOWN, [1000.0], HIDDEN, 1e5),
        (-KNOWN, SIZES, HIDDEN, 1e5),
        (KNOWN, [1000.0, 0.0], HIDDEN, 1e5),
        (KNOWN, SIZES, HIDDEN, 900),
        (0 * KNOWN, SIZES, HIDDEN, 1e5),
    ],
)
def test_surveys_that_cannot_be_are_refused(
    known_groups: np.ndarray, sizes: list[float], hidden: np.ndarray, total: float
) -> None:
    with pytest.raises(NoEstimate):
        scale_up(known_groups, sizes, hidden, total)
