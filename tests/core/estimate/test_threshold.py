"""Bayesian thresholding, against MultipleSystemsEstimation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tincay.core.estimate import threshold as module
from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.chains import independent_draws
from tincay.core.estimate.histories import table_of
from tincay.core.estimate.terms import design
from tincay.core.estimate.threshold import Prior, Walk, threshold

from .tables import load, measured, published

PACKAGE = measured("MultipleSystemsEstimation_1.2.0")
PRIORS: tuple[tuple[Prior, str], ...] = (("normal", "bayesthresh_normal"), ("flat", "bayesthresh_improper"))
CASES = [
    (name, prior, values[key])
    for name, values in PACKAGE
    for prior, key in PRIORS
    if "popest" in values.get(key, {})
]
WALK = Walk(chains=32, burn_in=800, kept=1_500)


def as_set(names: Any) -> set[str]:
    """R writes one name alone as text and none as nothing."""
    return set([names] if isinstance(names, str) else names or [])


@pytest.mark.parametrize(("name", "prior", "values"), CASES)
def test_kept_interactions_and_median_agree_with_the_reference(
    name: str, prior: Prior, values: dict[str, Any]
) -> None:
    """Reference: MultipleSystemsEstimation 1.2.0.

    Its run length is not published, so its standard error is taken as that of 250 independent draws, judged
    from how much its own two runs for the UK differ (12,159.7 here, 12,163.5 in its tests); ours is measured.
    """
    table = load(name)
    answer = threshold(table, prior=prior, walk=WALK)
    assert {each.replace("×", ":") for each in answer.details["kept"]} == as_set(values["kept"])
    assert {each.replace("×", ":") for each in answer.details["minus_infinity"]} == as_set(values["minf"])
    assert answer.estimate is not None
    assert answer.lower is not None
    assert answer.upper is not None
    spread = (np.log(answer.upper - table.size) - np.log(answer.lower - table.size)) / 3.92
    error = 1.2533 * spread * np.sqrt(1 / 250 + 1 / answer.details["independent_draws"])
    apart = np.log(answer.estimate - table.size) - np.log(values["popest"] - table.size)
    assert abs(apart) <= 3 * error


def test_the_published_estimate_with_triples_is_met() -> None:
    """Reference: tests of MultipleSystemsEstimation 1.2.0, flat priors, order 3: 12,163.46 within 1 to 2 %."""
    claim = next(c for c in published("uk_5list", "MSEst-tests"))
    answer = threshold(load("uk_5list"), prior="flat", order=3, walk=WALK)
    assert answer.estimate == pytest.approx(claim["estimate"], rel=0.02)
    assert {each.replace("×", ":") for each in answer.details["kept"]} == set(claim["retained"])


def test_flat_priors_without_a_best_fit_are_refused() -> None:
    """Korea: the reference too says that the full pairwise model fails the check."""
    with pytest.raises(NoEstimate) as refusal:
        threshold(load("korea_3list"), prior="flat")
    assert refusal.value.reason == "no_maximum"


def test_close_calls_are_named() -> None:
    """A×BEFG in New Orleans: 2.27 by the curvature at the peak, 1.86 by long chains."""
    answer = threshold(load("neworleans_5list_n185"), prior="flat", walk=WALK)
    assert "A×BEFG" in answer.details["borderline"]
    assert "borderline" in [caution.code for caution in answer.cautions]


@pytest.mark.parametrize("prior", ["normal", "flat"])
def test_triples_come_in_only_when_all_their_pairs_stayed(prior: Prior) -> None:
    """Three lists that strongly attract each other, and a fourth apart: one triple is eligible."""
    counts = [0, 90, 90, 60, 90, 60, 60, 200, 60, 6, 6, 4, 6, 4, 4, 13]
    table = table_of(["A", "B", "C", "D"], counts)
    pairs_only = threshold(table, prior=prior, walk=WALK)
    with_triples = threshold(table, prior=prior, order=3, walk=WALK)
    assert {"A×B", "A×C", "B×C"} <= set(pairs_only.details["kept"])
    assert set(with_triples.details["kept"]) - set(pairs_only.details["kept"]) <= {"A×B×C"}


def test_chains_that_disagree_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "rhat", lambda draws: 1.3)
    with pytest.raises(NoEstimate) as refusal:
        threshold(load("korea_3list"), walk=Walk(4, 10, 20))
    assert refusal.value.reason == "not_converged"


def test_a_curvature_that_cannot_be_inverted_is_a_refusal() -> None:
    """Two columns that are the same: any split between them fits as well."""
    with pytest.raises(NoEstimate) as refusal:
        module._peak(np.ones((1, 2)), np.array([5.0]), np.zeros(2))
    assert refusal.value.reason == "not_identifiable"


def test_draws_lie_where_theory_says() -> None:
    """One cell of 100 people and a flat prior: the log mean is the log of a Gamma(100) draw."""
    unit = np.ones((1, 1))
    yes = np.ones(1, dtype=bool)
    model = module.Model(unit, yes, yes, np.zeros(1))
    sampled = module.sample(model, np.array([100.0]), WALK, np.random.default_rng(1))[:, :, 0]
    gamma = np.log(np.random.default_rng(2).gamma(100, size=100_000))
    error = gamma.std() / np.sqrt(independent_draws(sampled))
    assert abs(sampled.mean() - gamma.mean()) < 3 * error
    assert sampled.std() == pytest.approx(gamma.std(), rel=0.05)


def test_the_search_for_the_peak_halves_steps_that_fall_and_stops_at_its_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counts that differ by six orders of magnitude make the first guess a poor one."""
    matrix = design(3, 2).matrix
    counts = np.array([5.0, 5.0, 1e6, 0.0, 1e3, 1e3, 0.0])
    precision = np.array([0.0, 0, 0, 0, 1, 1, 1])
    peak, _ = module._peak(matrix, counts, precision)
    slope = matrix.T @ (counts - np.exp(matrix @ peak)) - precision * peak
    assert np.abs(slope).max() < 1e-3
    monkeypatch.setattr(module, "PEAK_STEPS", 1)
    short, _ = module._peak(matrix, counts, precision)
    assert not np.allclose(short, peak)


def test_permuting_lists_keeps_the_interactions() -> None:
    table = load("western_us_5list")
    turned = threshold(table.keep(["E", "D", "C", "B", "A"]), walk=WALK)
    assert turned.details["kept"] == ["E×A"]
