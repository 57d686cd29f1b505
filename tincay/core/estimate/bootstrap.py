"""How much an estimate would move had other people been seen: resampled tables and BCa limits.

Efron's BCa (JASA 82:171, 1987) as Chan, Silverman & Vincent (2021) use it: n people are drawn anew from the
table's own shares, the whole selection is repeated, and leaving out one person of each kind gives the skew.

`multiprocessing` and `concurrent.futures` are this core's one door to the outside: workers share out blocks whose
seeds are fixed beforehand, so they change how long a run takes and never what it says.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from .answers import Caution, MethodAnswer
from .terms import Floats

BLOCK = 500
"""Replicates per block. Each block has its own seed: results do not depend on how many workers share them."""
FEWEST_IN_TAIL = 5.0
ENOUGH_TO_PUBLISH = 20_000

Estimator = Callable[[Floats], Floats]
"""From B×C tables to B estimates (or B×M: M estimates of each table)."""


def resampled(counts: Floats, estimator: Estimator, replicates: int, seed: int, workers: int = 1) -> Floats:
    """Estimates of `replicates` tables drawn from a table's own shares.

    `counts`: C people per cell. The same seed gives the same result for any number of workers. With
    `workers` > 1 the estimator must be picklable; processes are spawned, so call it under a main guard.
    """
    children = np.random.SeedSequence(seed).spawn(-(-replicates // BLOCK))
    sizes = [min(BLOCK, replicates - BLOCK * b) for b in range(len(children))]
    job = partial(_block, counts, estimator)
    if workers == 1:
        return np.concatenate([job(*each) for each in zip(children, sizes, strict=True)])
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return np.concatenate(list(pool.map(job, children, sizes)))


def _block(counts: Floats, estimator: Estimator, seed: np.random.SeedSequence, size: int) -> Floats:
    draws = np.random.default_rng(seed)
    tables = draws.multinomial(int(counts.sum()), counts / counts.sum(), size=size)
    with threadpool_limits(1, "blas"):
        return estimator(tables.astype(np.float64))


def left_out(counts: Floats) -> tuple[Floats, Floats]:
    """The tables with one person less, one for each occupied cell, and how many people each stands for."""
    occupied = np.flatnonzero(counts > 0)
    tables = np.tile(counts, (len(occupied), 1))
    tables[np.arange(len(occupied)), occupied] -= 1
    return tables, counts[occupied]


def acceleration(estimates: Floats, weights: Floats) -> float:
    """Skew of the leave-one-out estimates: Σ n r³ / (6 (Σ n r²)^{3/2}), r the weighted mean minus each.

    NaN when some estimate is not finite; 0 when they are all the same.
    """
    if not np.isfinite(estimates).all():
        return float("nan")
    away = np.average(estimates, weights=weights) - estimates
    square = float(weights @ away**2)
    return float(weights @ away**3) / (6 * square**1.5) if square else 0.0


@dataclass(frozen=True)
class Limits:
    """BCa limits. `limits` maps a probability to its limit: a number, ∞, or None where the replicates are too
    few (replicates × tail probability < 5); `shares` maps it to the probability used in the bootstrap
    distribution."""

    estimate: float
    replicates: int
    acceleration: float
    bias: float
    limits: dict[float, float | None]
    shares: dict[float, float]

    def between(self, level: float = 0.95) -> tuple[float | None, float | None]:
        tail = round((1 - level) / 2, 6)
        return self.limits.get(tail), self.limits.get(round(1 - tail, 6))

    def cautions(self, level: float = 0.95) -> tuple[Caution, ...]:
        """What to say about the two limits of this level."""
        if not self.limits:
            return (Caution("no_interval", {"problem": "leaving one person out already leaves no estimate"}),)
        ends = zip(("lower", "upper"), self.between(level), strict=True)
        cautions = [Caution("limit_suppressed", {"side": side}) for side, end in ends if end is None]
        if self.between(level)[1] == np.inf:
            cautions.append(Caution("no_upper_limit"))
        if self.replicates < ENOUGH_TO_PUBLISH:
            cautions.append(Caution("few_replicates", {"replicates": self.replicates}))
        return tuple(cautions)

    def as_json(self) -> dict[str, Any]:
        return {
            "replicates": self.replicates,
            "acceleration": None if np.isnan(self.acceleration) else self.acceleration,
            "bias": self.bias if np.isfinite(self.bias) else None,
            "limits": {str(p): v if v is None or np.isfinite(v) else None for p, v in self.limits.items()},
            "shares": {str(p): share for p, share in self.shares.items()},
        }


PROBABILITIES = (0.025, 0.05, 0.1, 0.16, 0.84, 0.9, 0.95, 0.975)


def bca(
    estimate: float, replicates: Floats, skew: float, probabilities: Sequence[float] = PROBABILITIES
) -> Limits:
    """Limits from an estimate, its replicates (B) and the leave-one-out skew.

    z0 = Φ⁻¹(share of replicates below the estimate); each probability p becomes
    Φ(z0 + (z0 + z_p)/(1 − a(z0 + z_p))), read from the replicates as a median-unbiased quantile.
    """
    below = float((replicates < estimate * (1 - 1e-9)).mean())
    bias = float(ndtri(below))
    if np.isnan(skew):
        return Limits(estimate, len(replicates), skew, bias, {}, {})
    ordered = np.sort(replicates)
    shares = {p: _share(p, bias, skew) for p in probabilities}
    limits = {p: _limit(ordered, share) for p, share in shares.items()}
    return Limits(estimate, len(replicates), skew, bias, limits, shares)


def _share(probability: float, bias: float, skew: float) -> float:
    if not np.isfinite(bias):
        return 0.0 if bias < 0 else 1.0
    reach = bias + float(ndtri(probability))
    return float(ndtr(bias + reach / (1 - skew * reach)))


def _limit(ordered: Floats, share: float) -> float | None:
    if len(ordered) * min(share, 1 - share) < FEWEST_IN_TAIL:
        return None
    return quantile(ordered, share)


def quantile(ordered: Floats, share: float) -> float:
    """Median-unbiased quantile (Hyndman & Fan's type 8) of sorted values that may end in infinities."""
    at = min(max((len(ordered) + 1 / 3) * share + 1 / 3, 1.0), float(len(ordered)))
    low = int(at)
    first, second = ordered[low - 1], ordered[min(low, len(ordered) - 1)]
    part = at - low
    return float(first if not part or first == second else (1 - part) * first + part * second)


def with_limits(
    answer: MethodAnswer, counts: Floats, estimator: Estimator, replicates: int, seed: int, workers: int
) -> MethodAnswer:
    """The answer with its BCa limits, from tables resampled from `counts` (C people per cell)."""
    assert answer.estimate is not None
    drawn = resampled(counts, estimator, replicates, seed, workers)
    tables, weights = left_out(counts)
    limits = bca(answer.estimate, drawn, acceleration(estimator(tables), weights))
    return attach_limits(answer, limits, drawn, seed)


def attach_limits(answer: MethodAnswer, limits: Limits, drawn: Floats, seed: int) -> MethodAnswer:
    """The answer with these limits, what they were worked out from, and what to say about them."""
    lower, upper = limits.between(answer.level)
    cautions = (Caution("lower_bound"), *limits.cautions(answer.level), *_lost(drawn))
    limited = answer.with_cautions(*cautions).with_details(**limits.as_json(), seed=seed)
    return replace(limited, lower=lower, upper=upper)


def _lost(drawn: Floats) -> tuple[Caution, ...]:
    share = float(np.isinf(drawn).mean())
    return (Caution("replicates_without_estimate", {"share": share}),) if share else ()
