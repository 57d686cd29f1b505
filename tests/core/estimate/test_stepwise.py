"""Stepwise choice and its BCa limits, against SparseMSE and against what must always hold."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tincay.core.estimate.answers import MethodAnswer, NoEstimate
from tincay.core.estimate.bootstrap import (
    Limits,
    acceleration,
    attach_limits,
    bca,
    left_out,
    quantile,
    resampled,
)
from tincay.core.estimate.histories import Table, count_people, table_of
from tincay.core.estimate.loglinear import observed
from tincay.core.estimate.stepwise import populations, stepwise
from tincay.core.estimate.terms import Floats

from .tables import load, measured

SPARSE = measured("SparseMSE_2.0.1")


@pytest.mark.parametrize(("name", "values"), SPARSE)
def test_the_estimate_equals_sparsemse(name: str, values: dict[str, Any]) -> None:
    """Reference: SparseMSE 2.0.1, threshold 0.02."""
    answer = stepwise(load(name), replicates=0)
    assert answer.estimate == pytest.approx(values["stepwise"]["point est."], rel=1e-6)
    chosen = {pair["pair"].replace("×", ":") for pair in answer.details["pairs"]}
    named = values["interactions"]
    assert chosen == set([named] if isinstance(named, str) else named)


@pytest.mark.parametrize(("name", "values"), SPARSE)
def test_the_acceleration_equals_sparsemse(name: str, values: dict[str, Any]) -> None:
    """Reference: `ahat` of SparseMSE 2.0.1, where it was run."""
    table = load(name)
    tables, weights = left_out(observed(table)[0])
    skew = acceleration(populations(tables, len(table.lists)), weights)
    for boot in (values[key] for key in ("boot", "boot200") if key in values):
        assert skew == pytest.approx(boot["ahat"], rel=1e-6)


BOOTSTRAPS = [
    (name, values[key], runs)
    for name, values in SPARSE
    for key, runs in (("boot", 1000), ("boot200", 200))
    if key in values
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "boot", "runs"), BOOTSTRAPS)
def test_limits_agree_with_sparsemse_within_three_standard_errors(
    name: str, boot: dict[str, Any], runs: int
) -> None:
    """Reference: BCa limits of SparseMSE 2.0.1 from 1,000 (Netherlands: 200) replicates.

    The standard error of a limit from so few replicates is measured: the spread of the limits of 200 samples
    of that size drawn from our 6,000 replicates. Limits that fewer than 10 of the reference's replicates lie
    beyond are not compared: single extremes have no standard error worth the name.
    """
    table = load(name)
    drawn = resampled(observed(table)[0], partial(populations, lists=len(table.lists)), 6_000, seed=7)
    estimate = boot["popest"]
    ours = bca(estimate, drawn, boot["ahat"])
    draws = np.random.default_rng(1)
    samples = [bca(estimate, draws.choice(drawn, runs), boot["ahat"]).limits for _ in range(200)]
    steady = [p for p, share in ours.shares.items() if runs * min(share, 1 - share) >= 10]
    for p in steady:
        center = ours.limits[p]
        assert center is not None
        error = np.std([limit for sample in samples if (limit := sample[p]) is not None])
        assert abs(boot["BCa"][str(p)] - center) <= 3 * error * np.sqrt(1 + runs / 6_000)
    assert len(steady) >= 3


def test_few_replicates_are_said_to_be_few() -> None:
    codes = [caution.code for caution in stepwise(load("korea_3list"), replicates=200).cautions]
    assert "few_replicates" in codes
    assert "lower_bound" in codes


def test_a_limit_that_the_replicates_cannot_carry_is_not_shown() -> None:
    """New Orleans' published 589 sits at the bottom of 1,000 replicates."""
    answer = stepwise(load("neworleans_5list_n185"), replicates=1_000)
    assert answer.lower is None
    assert "limit_suppressed" in [caution.code for caution in answer.cautions]


def test_results_do_not_depend_on_the_number_of_workers() -> None:
    table = load("korea_3list")
    single, two = (stepwise(table, replicates=1_200, seed=5, workers=workers) for workers in (1, 2))
    assert single.as_json() == two.as_json()


def test_the_same_seed_repeats_and_another_seed_does_not() -> None:
    table = load("korea_3list")
    first, again, other = (stepwise(table, replicates=300, seed=seed).details for seed in (5, 5, 6))
    assert first == again
    assert first["limits"] != other["limits"]


def test_six_hundred_replicates_begin_with_the_first_block() -> None:
    """Asking for more replicates keeps the earlier blocks as they were."""
    counts = observed(load("korea_3list"))[0]
    run = partial(resampled, counts, partial(populations, lists=3), seed=3)
    assert run(1_000)[:500].tolist() == run(500).tolist()


def test_empty_and_repeated_lists_change_nothing() -> None:
    table = load("korea_3list")
    people = [
        [*(cell >> j & 1 for j in range(3)), 0, cell >> 1 & 1]
        for cell in range(1, 8)
        for _ in range(int(table.counts[cell]))
    ]
    more = count_people([*table.lists, "empty", "twin"], people)
    plain, padded = stepwise(table, replicates=300), stepwise(more, replicates=300)
    assert padded.estimate == plain.estimate
    assert padded.details["limits"] == plain.details["limits"]
    assert {"empty_list_dropped", "same_list_dropped"} <= {caution.code for caution in padded.cautions}


def test_two_pairs_of_equal_lists_that_share_nobody_are_too_few_lists() -> None:
    apart = table_of(["A", "B", "C", "D"], [0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0])
    with pytest.raises(NoEstimate) as refusal:
        stepwise(apart)
    assert refusal.value.reason == "too_few_lists"


def test_huge_counts_give_the_right_answer() -> None:
    """Three independent lists that each see half of 8·10^11 people."""
    table = table_of(["A", "B", "C"], [0, *[10**11] * 7])
    assert stepwise(table, replicates=0).estimate == pytest.approx(8e11, rel=1e-9)


small = st.lists(st.integers(0, 40), min_size=15, max_size=15).map(
    lambda counts: table_of(["A", "B", "C", "D"], [0, *counts])
)


def outcome(table: Table) -> float | str:
    try:
        answer = stepwise(table, replicates=0)
    except NoEstimate as refusal:
        return refusal.reason
    assert answer.estimate is not None
    return answer.estimate


@settings(max_examples=40, deadline=None)
@given(small, st.permutations(["A", "B", "C", "D"]))
def test_the_order_of_the_lists_does_not_matter(table: Table, order: list[str]) -> None:
    """Unless two pairs are exactly as unlikely: then the first is taken, whichever that is."""
    chances = [table.overlap(a, b) for a in "ABCD" for b in "ABCD" if a < b]
    assume(len(set(chances)) == len(chances))
    assert outcome(table.keep(order)) == pytest.approx(outcome(table), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 30, 10**9]), min_size=7, max_size=7))
def test_any_table_gives_a_sane_number_or_a_named_refusal(counts: list[int]) -> None:
    table = table_of(["A", "B", "C"], [0, *counts])
    result = outcome(table)
    if isinstance(result, float):
        assert table.size <= result < table.size * 1e11
    else:
        assert result in {"no_cases", "too_few_lists", "no_overlap", "full_list"}


def test_quantiles_equal_numpys_median_unbiased_ones() -> None:
    values = np.sort(np.random.default_rng(2).normal(size=37))
    for share in (0.0, 0.01, 0.3, 0.5, 0.77, 1.0):
        expected = np.quantile(values, share, method="median_unbiased")
        assert quantile(values, share) == pytest.approx(expected, rel=1e-12)


def test_a_quantile_among_infinities_is_infinite() -> None:
    assert quantile(np.array([1.0, 2.0, np.inf, np.inf]), 0.9) == np.inf


def test_without_bias_and_skew_bca_limits_are_plain_quantiles() -> None:
    values = np.linspace(1, 999, 999)
    limits = bca(500.0, values, 0.0).limits
    assert limits[0.1] == pytest.approx(quantile(values, 0.1), abs=2.0)
    assert limits[0.9] == pytest.approx(quantile(values, 0.9), abs=2.0)


@pytest.mark.parametrize("estimate", [0.5, 2000.0])
def test_an_estimate_outside_all_replicates_has_no_limits(estimate: float) -> None:
    limits = bca(estimate, np.linspace(1, 999, 999), 0.0)
    assert limits.between() == (None, None)
    assert limits.as_json()["bias"] is None


def test_leave_one_out_estimates_that_run_away_leave_no_limits() -> None:
    skew = acceleration(np.array([1.0, np.inf]), np.array([2.0, 3.0]))
    limits = bca(5.0, np.linspace(1, 9, 99), skew)
    assert limits.limits == {}
    assert limits.cautions()[0].code == "no_interval"
    assert limits.as_json()["acceleration"] is None


def test_equal_leave_one_out_estimates_have_no_skew() -> None:
    assert acceleration(np.array([7.0, 7.0]), np.array([1.0, 3.0])) == 0.0


def test_an_infinite_upper_limit_is_said_to_be_missing() -> None:
    limits = Limits(5.0, 20_000, 0.0, 0.0, {0.025: 3.0, 0.975: np.inf}, {})
    answer = attach_limits(MethodAnswer("x", 5.0), limits, np.array([5.0, np.inf]), seed=1)
    codes = [caution.code for caution in answer.cautions]
    assert codes == ["lower_bound", "no_upper_limit", "replicates_without_estimate"]
    assert answer.as_json()["upper"] is None


def doubled(counts: Floats) -> Floats:
    return np.asarray(2 * counts.sum(axis=1))


def test_every_resampled_table_holds_as_many_people() -> None:
    assert set(resampled(np.array([3.0, 4.0, 0.0]), doubled, 20, seed=1)) == {14.0}
