"""Suppose people fall into hidden classes that differ in how visible they are, and let the table find them.

Manrique-Vallier, Biometrics 72:1246 (2016): within class k list j sees a person with probability λ_jk ~ U(0,1);
class shares ν come from stick breaking with V_k ~ Beta(1, α), α ~ Gamma(1/4, 1/4); p(N) ∝ 1/N. Gibbs sampling.
The unseen are not capped unless a cap is asked for, and nothing is reported while the chains disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import sweeps
from .answers import Caution, MethodAnswer, NoEstimate
from .chains import WORST_RHAT, independent_draws, modes, rhat
from .histories import Table, tidy
from .loglinear import check_table
from .terms import Floats

NEAR_CAP = 0.9
FEWEST_INDEPENDENT = 400.0


@dataclass(frozen=True)
class SamplerSettings:
    """How long to run: chains from dispersed starts, sweeps to forget, sweeps to keep, every `thin`-th kept.

    `cap`: the largest number of unseen people allowed, None for no cap. `compiled`: use numba (None: if it is
    there). The two ways use random numbers in a different order: same distribution, other draws.
    """

    chains: int = 8
    burn_in: int = 10_000
    kept: int = 20_000
    thin: int = 5
    classes: int = 10
    cap: int | None = None
    compiled: bool | None = None


def draw_unseen(table: Table, sampler: SamplerSettings, seed: int) -> Floats:
    """Draws of the number of unseen people: chains×(kept/thin)."""
    cells = np.flatnonzero(table.counts)
    seen_on = (cells[:, None] >> np.arange(len(table.lists)) & 1).astype(np.float64)
    use = sweeps.compiles() if sampler.compiled is None else sampler.compiled
    run = sweeps.compiled if use else sweeps.plain
    seeds = np.random.SeedSequence(seed).spawn(sampler.chains)
    return run(seen_on, table.counts[cells], seeds, sampler)


def latent(table: Table, *, sampler: SamplerSettings | None = None, seed: int = 1) -> MethodAnswer:
    """Posterior median and 95 % interval of the latent-class model.

    Raises NoEstimate("not_converged") with R-hat, the chains' medians and the modes found when R-hat > 1.05;
    NoEstimate for fewer than 3 lists or no overlap. Details hold R-hat, independent draws, modes, chains and,
    with a cap, the share of draws near it.
    """
    sampler = sampler or SamplerSettings()
    neat, cautions = tidy(table)
    check_table(neat)
    draws = draw_unseen(neat, sampler, seed) + neat.size
    health = _health(draws, sampler, seed)
    if health["rhat"] > WORST_RHAT:
        raise NoEstimate("not_converged", limit=WORST_RHAT, **health)
    lower, middle, upper = (float(q) for q in np.quantile(draws, [0.025, 0.5, 0.975]))
    answer = MethodAnswer(
        "latent", middle, lower, upper, cautions=(*cautions, Caution("lower_bound")), details=health
    )
    return answer.with_cautions(*_cautions(health, draws, sampler, neat.size))


def _health(draws: Floats, sampler: SamplerSettings, seed: int) -> dict[str, Any]:
    heaps = modes(draws.ravel())
    return {
        "rhat": rhat(draws),
        "independent_draws": independent_draws(draws),
        "chain_medians": [float(median) for median in np.median(draws, axis=1)],
        "modes": [{"estimate": at, "share": part} for at, part in zip(*heaps, strict=True)],
        "seed": seed,
        "plan": {
            **vars(sampler),
            "compiled": sweeps.compiles() if sampler.compiled is None else sampler.compiled,
        },
    }


def _cautions(health: dict[str, Any], draws: Floats, sampler: SamplerSettings, size: int) -> list[Caution]:
    cautions = []
    if len(health["modes"]) > 1:
        low, high = (mode["estimate"] for mode in health["modes"])
        cautions.append(Caution("two_modes", {"low": low, "high": high}))
    if health["independent_draws"] < FEWEST_INDEPENDENT:
        cautions.append(Caution("few_independent_draws", {"draws": health["independent_draws"]}))
    if sampler.cap is not None:
        share = float((draws - size > NEAR_CAP * sampler.cap).mean())
        cautions.append(Caution("near_cap", {"share": share, "cap": sampler.cap}))
    return cautions
