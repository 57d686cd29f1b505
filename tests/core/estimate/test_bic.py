"""Choosing by BIC, against MultipleSystemsEstimation and Rcapture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.bic import BicEstimator, by_bic, greedy, highest_order, rank
from tincay.core.estimate.bootstrap import acceleration, bca, left_out, resampled
from tincay.core.estimate.histories import table_of
from tincay.core.estimate.loglinear import observed

from .tables import load, measured, published

PACKAGE = measured("MultipleSystemsEstimation_1.2.0")


@pytest.mark.parametrize(("name", "values"), PACKAGE)
def test_pairwise_models_rank_as_in_the_reference(name: str, values: dict[str, Any]) -> None:
    """Reference: MultipleSystemsEstimation 1.2.0, models of order 2: names, BIC, estimates, how many have a fit."""
    ranking = rank(load(name), 2)
    expected = values["bic_maxorder2"]
    best = ranking.as_json(len(expected["top"]))
    assert [each["model"] for each in best] == [each["model"] for each in expected["top"]]
    assert [each["bic"] for each in best] == pytest.approx(
        [each["BIC"] for each in expected["top"]], rel=1e-6
    )
    assert [each["estimate"] for each in best] == pytest.approx(
        [each["N"] for each in expected["top"]], rel=1e-6
    )
    assert len(ranking.scores) == expected["nmodels"]


@pytest.mark.parametrize(("name", "values"), [each for each in PACKAGE if "bic_all" in each[1]])
def test_all_models_rank_as_in_the_reference(name: str, values: dict[str, Any]) -> None:
    ranking = rank(load(name))
    assert ranking.populations[0] == pytest.approx(values["bic_all"]["popest"], rel=1e-6)
    assert len(ranking.scores) == values["bic_all"]["nmodels"]


@pytest.mark.slow
def test_all_models_of_the_uk_table_give_the_published_25311() -> None:
    """Reference: Silverman, Chan & Vincent 2024."""
    claim = next(c for c in published("uk_5list", "SCV24") if c["method"].startswith("BIC, all"))
    ranking = rank(load("uk_5list"))
    assert round(ranking.populations[0]) == claim["estimate"]
    assert ranking.tried == 6893
    near = ranking.near_ties()
    assert (round(near.min()), round(near.max())) == (12262, 28822)


def test_downhill_search_finds_the_published_12262() -> None:
    claim = next(c for c in published("uk_5list", "SCV24") if c["method"].startswith("downhill"))
    assert round(greedy(load("uk_5list")).populations[0]) == claim["estimate"]
    assert round(greedy(load("uk_5list"), 2).populations[0]) == claim["estimate"]


def test_new_orleans_with_186_cases_gives_the_published_981() -> None:
    claim = published("neworleans_5list_n186", "SCV24")[0]
    assert round(rank(load("neworleans_5list_n186"), 2).populations[0]) == claim["estimate"]


def test_weights_sum_to_one_and_fall() -> None:
    weights = rank(load("hiv_rome_4list")).weights
    assert weights.sum() == pytest.approx(1)
    assert (np.diff(weights) <= 0).all()


def test_limits_agree_with_the_reference_within_three_standard_errors() -> None:
    """Reference: BCa limits of MultipleSystemsEstimation 1.2.0 for Korea, 1,000 replicates, all 6 models."""
    values = dict(PACKAGE)["korea_3list"]["bic_boot1000"]
    table = load("korea_3list")
    ranking = rank(table)
    starts = np.zeros(ranking.models.shape)
    estimator = BicEstimator(3, 2, ranking.models, starts, (len(ranking.models),))
    counts = observed(table)[0]
    drawn = resampled(counts, estimator, 6_000, seed=4)[:, 0]
    tables, weights = left_out(counts)
    skew = acceleration(estimator(tables)[:, 0], weights)
    ours = bca(values["popest"], drawn, skew)
    draws = np.random.default_rng(1)
    samples = [bca(values["popest"], draws.choice(drawn, 1_000), skew).limits for _ in range(200)]
    for p in (0.025, 0.1, 0.9, 0.975):
        center = ours.limits[p]
        assert center is not None
        error = np.std([limit for sample in samples if (limit := sample[p]) is not None])
        assert abs(values["BCa"][-1][str(p)] - center) <= 3 * error * np.sqrt(1 + 1 / 6)


def test_the_answer_shows_how_the_limits_move_with_the_models_allowed() -> None:
    answer = by_bic(load("korea_3list"), replicates=600, seed=3)
    assert answer.estimate == pytest.approx(157.1666667, rel=1e-7)
    assert [step["models"] for step in answer.details["curve"]] == [1, 2, 5, 6]
    assert answer.details["curve"][0]["upper"] < answer.upper
    assert "near_ties" in [caution.code for caution in answer.cautions]


def test_fewer_models_may_be_asked_for() -> None:
    answer = by_bic(load("korea_3list"), replicates=100, top=2)
    assert [step["models"] for step in answer.details["curve"]] == [1, 2]


def test_without_replicates_there_is_an_estimate_and_no_interval() -> None:
    answer = by_bic(load("kampala_fsw_3capture"), replicates=0)
    assert answer.lower is None
    assert answer.details["models"][0]["model"] == "[12,13,23]"


def test_a_clear_winner_has_no_near_ties() -> None:
    answer = by_bic(load("kampala_fsw_3capture"), replicates=0)
    assert "near_ties" not in [caution.code for caution in answer.cautions]


def test_results_do_not_depend_on_the_number_of_workers() -> None:
    table = load("korea_3list")
    single, two = (by_bic(table, replicates=600, seed=5, workers=workers) for workers in (1, 2))
    assert single.as_json() == two.as_json()


def test_above_five_lists_only_pairs_are_looked_at() -> None:
    assert highest_order(5) == 4
    assert highest_order(6) == 2


def test_a_table_that_no_model_fits_is_refused() -> None:
    table = table_of(["A", "B", "C"], [0, 5, 4, 0, 3, 0, 0, 0])
    with pytest.raises(NoEstimate) as refusal:
        rank(table)
    assert refusal.value.reason == "no_model"
