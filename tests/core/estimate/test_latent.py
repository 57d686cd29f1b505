"""The latent-class sampler and the measures that decide whether it may be believed."""

from __future__ import annotations

import builtins
import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from scipy.special import beta

from tincay.core.estimate import compiled as compiled_module
from tincay.core.estimate import sweeps
from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.chains import independent_draws, modes, rhat
from tincay.core.estimate.histories import table_of, write_table
from tincay.core.estimate.latent import SamplerSettings, draw_unseen, latent

from .tables import load, measured

LCMCR = dict(measured("LCMCR_0.4.14"))
SHORT = SamplerSettings(chains=4, burn_in=20, kept=40, thin=2, classes=3, compiled=False)


def check_against_reference(name: str, sampler: SamplerSettings) -> None:
    """Our median within 3 standard errors of LCMCR's: its error from the spread of its three seeds, ours from
    the independent draws."""
    table = load(name)
    draws = draw_unseen(table, sampler, seed=11) + table.size
    assert rhat(draws) < 1.05
    medians = [seed[1] for seed in LCMCR[name]["per_seed"]]
    theirs = np.std(medians, ddof=1) / np.sqrt(3)
    ours = 1.2533 * draws.std() / np.sqrt(independent_draws(draws))
    assert abs(np.median(draws) - np.mean(medians)) <= 3 * np.hypot(ours, theirs) + 0.5


@pytest.mark.slow
def test_the_median_agrees_with_lcmcr() -> None:
    check_against_reference(
        "korea_3list", SamplerSettings(chains=8, burn_in=2_000, kept=5_000, compiled=False)
    )


AGREED = sorted(name for name, values in LCMCR.items() if values["rhat_basic"] < 1.05)


@pytest.mark.slow
@pytest.mark.parametrize("name", AGREED)
def test_the_median_agrees_with_lcmcr_on_every_table_where_its_chains_agree(name: str) -> None:
    check_against_reference(name, SamplerSettings(compiled=False))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(LCMCR) - set(AGREED)))
def test_where_the_chains_of_the_reference_disagree_ours_are_refused(name: str) -> None:
    """R-hat of LCMCR's three chains: 1.31 for the UK, 5.15 for the Netherlands."""
    with pytest.raises(NoEstimate) as refusal:
        latent(load(name), sampler=SamplerSettings(compiled=False))
    assert refusal.value.reason == "not_converged"


COMPILE = """
import json, sys
from tincay.core.estimate import compiled as compiled_module
from tincay.core.estimate import sweeps
from tincay.core.estimate.histories import read_table
from tincay.core.estimate.latent import SamplerSettings, draw_unseen
sampler = SamplerSettings(chains=8, burn_in=2_000, kept=10_000, compiled=True)
print(json.dumps([sweeps.compiles(), draw_unseen(read_table(sys.stdin.read()), sampler, seed=9).tolist()]))
"""


@pytest.mark.slow
def test_compiled_chains_draw_from_the_same_distribution() -> None:
    """In a process of its own, since these tests run with compilation off; needs numba."""
    table = load("korea_3list")
    run = subprocess.run(
        [sys.executable, "-c", COMPILE],
        input=write_table(table),
        env={**os.environ, "NUMBA_DISABLE_JIT": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    compiled, unseen = json.loads(run.stdout)
    assert compiled
    first = np.array(unseen)
    second = draw_unseen(table, SamplerSettings(chains=8, burn_in=2_000, kept=10_000, compiled=False), seed=9)
    error = np.hypot(*(d.std() / np.sqrt(independent_draws(d)) for d in (first, second)))
    assert abs(np.median(first) - np.median(second)) <= 3 * 1.2533 * error + 0.5


def test_chains_that_disagree_are_refused_with_what_was_found() -> None:
    with pytest.raises(NoEstimate) as refusal:
        latent(load("uk_5list"), sampler=SHORT)
    values = refusal.value.values
    assert refusal.value.reason == "not_converged"
    assert values["rhat"] > 1.05
    assert len(values["chain_medians"]) == 4
    assert sum(mode["share"] for mode in values["modes"]) == pytest.approx(1)


def test_an_answer_says_how_the_chains_fared() -> None:
    sampler = SamplerSettings(chains=4, burn_in=500, kept=1_000, compiled=False)
    answer = latent(load("korea_3list"), sampler=sampler, seed=2)
    assert answer.lower is not None
    assert answer.estimate is not None
    assert 123 <= answer.lower < answer.estimate < 150
    assert answer.details["rhat"] < 1.05
    assert answer.details["plan"]["cap"] is None


def test_a_cap_is_only_ever_asked_for_and_its_share_is_told() -> None:
    sampler = SamplerSettings(chains=4, burn_in=200, kept=800, cap=12, compiled=False)
    answer = latent(load("korea_3list"), sampler=sampler, seed=2)
    assert answer.upper is not None
    assert answer.upper <= 123 + 12
    near = next(caution for caution in answer.cautions if caution.code == "near_cap")
    assert near.values["share"] > 0.1


def test_few_independent_draws_are_said_to_be_few(monkeypatch: pytest.MonkeyPatch) -> None:
    heap = np.random.default_rng(2).normal(50, 2, (4, 60))
    monkeypatch.setattr(sweeps, "plain", lambda *given: heap)
    answer = latent(load("korea_3list"), sampler=SamplerSettings(compiled=False))
    assert [caution.code for caution in answer.cautions] == ["lower_bound", "few_independent_draws"]


def test_the_same_seed_repeats() -> None:
    table = load("korea_3list")
    assert np.array_equal(draw_unseen(table, SHORT, 1), draw_unseen(table, SHORT, 1))
    assert not np.array_equal(draw_unseen(table, SHORT, 1), draw_unseen(table, SHORT, 2))


Run = Callable[..., Any]
WAYS = [sweeps.plain, sweeps.compiled]


@pytest.mark.parametrize("run", WAYS)
def test_a_chain_that_runs_away_is_refused_and_not_cut_off(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "MOST_UNSEEN", 1.0)
    seeds = np.random.SeedSequence(1).spawn(2)
    with pytest.raises(NoEstimate) as refusal:
        run(np.eye(3), np.array([9, 8, 7]), seeds, SHORT)
    assert refusal.value.reason == "no_maximum"


@pytest.mark.parametrize("run", WAYS)
@pytest.mark.parametrize("cap", [None, 3])
def test_both_ways_count_the_unseen_in_every_kept_sweep(run: Run, cap: int | None) -> None:
    table = load("korea_3list")
    cells = np.flatnonzero(table.counts)
    seen_on = (cells[:, None] >> np.arange(3) & 1).astype(float)
    seeds = np.random.SeedSequence(1).spawn(2)
    sampler = SamplerSettings(chains=2, burn_in=6, kept=8, thin=2, classes=4, cap=cap)
    kept = run(seen_on, table.counts[cells], seeds, sampler)
    assert kept.shape == (2, 4)
    assert (kept >= 0).all()
    assert cap is None or kept.max() <= cap


def test_a_class_that_takes_all_leaves_nobody_to_the_others() -> None:
    into = np.zeros(3)
    compiled_module._split(7, np.array([2.0, 0.0, 0.0]), into, np.random.default_rng(1))
    assert into.tolist() == [7, 0, 0]


def test_without_numba_the_module_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def without_numba(name: str, *rest: Any, **named: Any) -> Any:
        if name == "compiled":
            raise ImportError(name)
        return real_import(name, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(builtins, "__import__", without_numba)
        sweeps.compiles.cache_clear()
        assert not sweeps.compiles()
        assert (
            latent(load("korea_3list"), sampler=SamplerSettings(chains=2, burn_in=500, kept=1_500)).estimate
            is not None
        )
    sweeps.compiles.cache_clear()


def test_numba_told_not_to_compile_is_not_used() -> None:
    """These tests run with compilation off; plain loops would be far slower than numpy."""
    sweeps.compiles.cache_clear()
    assert sweeps.compiles() == compiled_module.ON


def test_swapping_labels_leaves_the_posterior_alone() -> None:
    """Chains whose only move is the swap visit the six orders of 3, 1 and 0 people as often as stick breaking
    with α = 1/2 makes them: Π B(1 + n_k, α + people later) over the first two classes."""
    draws = np.random.default_rng(3)
    chains = 60_000
    in_class = np.tile([3, 1, 0], (chains, 1))
    sightings = np.tile(in_class[:, None, :].astype(float), (1, 2, 1))
    for _ in range(40):
        sweeps._swap_labels(np.full(chains, 0.5), in_class, sightings, draws)
    orders = list(permutations([3, 1, 0]))
    chances = np.array([beta(1 + a, 0.5 + b + c) * beta(1 + b, 0.5 + c) for a, b, c in orders])
    chances /= chances.sum()
    for order, chance in zip(orders, chances, strict=True):
        share = float((in_class == order).all(axis=1).mean())
        assert abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / chains)
    assert np.array_equal(sightings[:, 0], in_class)


def test_rhat_tells_chains_that_agree_from_chains_that_do_not() -> None:
    draws = np.random.default_rng(1).normal(size=(4, 1_000))
    assert rhat(draws) < 1.01
    assert rhat(draws + np.arange(4)[:, None]) > 1.3
    assert rhat(np.cumsum(draws, axis=1)) > 1.05


def test_constant_draws_agree() -> None:
    assert rhat(np.ones((3, 10))) == 1.0
    assert independent_draws(np.ones((3, 10))) == 30


def test_constant_chains_at_different_places_disagree() -> None:
    assert rhat(np.repeat([[1.0], [2.0]], 10, axis=1)) == float("inf")


def test_independent_draws_of_an_autoregression_are_as_many_as_theory_says() -> None:
    """AR(1) with correlation ρ = 0.8: n·(1 − ρ)/(1 + ρ)."""
    draws = np.random.default_rng(1).normal(size=(4, 20_000))
    for step in range(1, 20_000):
        draws[:, step] = 0.8 * draws[:, step - 1] + 0.6 * draws[:, step]
    assert independent_draws(draws) == pytest.approx(80_000 * 0.2 / 1.8, rel=0.1)


def test_two_heaps_of_draws_are_told_from_one() -> None:
    draws = np.random.default_rng(1)
    low, high = draws.lognormal(9, 0.1, 5_000), draws.lognormal(10, 0.1, 5_000)
    assert modes(low).shares == (1.0,)
    both = modes(np.concatenate([low, high]))
    assert both.places == pytest.approx((np.exp(9), np.exp(10)), rel=0.02)
    assert both.shares == pytest.approx((0.5, 0.5), abs=0.01)
    assert modes(np.full(9, 7.0)).places == (7.0,)


def test_a_heap_of_a_few_stray_draws_is_not_a_mode() -> None:
    draws = np.random.default_rng(1)
    stray = np.concatenate([draws.lognormal(9, 0.1, 5_000), draws.lognormal(11, 0.1, 50)])
    assert len(modes(stray).places) == 1


def test_two_modes_are_said_when_chains_visit_both(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = np.random.default_rng(1)
    heap = np.where(
        draws.random((4, 2_000)) < 0.4, draws.normal(50, 2, (4, 2_000)), draws.normal(500, 9, (4, 2_000))
    )
    monkeypatch.setattr(sweeps, "plain", lambda *given: heap)
    answer = latent(load("korea_3list"), sampler=SamplerSettings(compiled=False))
    caution = next(caution for caution in answer.cautions if caution.code == "two_modes")
    assert caution.values["low"] == pytest.approx(173, abs=2)
    assert caution.values["high"] == pytest.approx(623, abs=2)


def test_two_lists_are_too_few() -> None:
    with pytest.raises(NoEstimate) as refusal:
        latent(table_of(["A", "B"], [0, 3, 4, 5]))
    assert refusal.value.reason == "too_few_lists"
