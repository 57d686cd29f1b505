"""Whether two records are one person is itself uncertain: estimate each likely linkage, then combine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.special import ndtri, stdtrit

from .answers import Caution, MethodAnswer, NoEstimate
from .terms import Floats

FEWEST = 5
SMALLEST = 0.1
"""Stands for 0 unseen people, whose log does not exist."""


@dataclass(frozen=True)
class Linked:
    """One linkage's result: people seen, and mean and variance of the log of the unseen."""

    seen: float
    mean: float
    variance: float


def from_draws(seen: float, unseen: Floats) -> Linked:
    """From posterior draws (or replicates) of the unseen people."""
    logs = np.log(np.maximum(unseen, SMALLEST))
    return Linked(seen, float(logs.mean()), float(logs.var(ddof=1)))


def from_answer(seen: float, answer: MethodAnswer) -> Linked:
    """From an estimate and its interval, taken as normal on the log of the unseen.

    Raises NoEstimate("bad_input") when one of the three is missing.
    """
    if answer.estimate is None or answer.lower is None or answer.upper is None:
        raise NoEstimate("bad_input", problem="each linkage needs an estimate with both limits")
    middle, low, high = (
        log(max(end - seen, SMALLEST)) for end in (answer.estimate, answer.lower, answer.upper)
    )
    width = 2 * float(ndtri((1 + answer.level) / 2))
    return Linked(seen, middle, ((high - low) / width) ** 2)


def combine(parts: Sequence[Linked], *, level: float = 0.95) -> MethodAnswer:
    """One interval from m linkages: T = W + (1 + 1/m)·B on log n0, Student's t (Rubin 1987).

    W is the mean variance within, B the variance between linkages;
    df = (m−1)(1 + W/((m+1)·B))²; limits are n + exp(mean ± t·√T), n the mean number seen.
    Raises NoEstimate("bad_input") for fewer than two linkages.
    """
    m = len(parts)
    if m < 2:
        raise NoEstimate("bad_input", problem="at least two linkages are needed")
    means = np.array([part.mean for part in parts])
    within, between = float(np.mean([part.variance for part in parts])), float(means.var(ddof=1))
    reach = _factor(level, m, within, between) * sqrt(within + (1 + 1 / m) * between)
    seen, middle = float(np.mean([part.seen for part in parts])), float(means.mean())
    cautions = (Caution("lower_bound"), *([Caution("few_linkages", {"linkages": m})] if m < FEWEST else []))
    details = {"linkages": m, "variance_within": within, "variance_between": between}
    limits = seen + exp(middle - reach), seen + exp(middle + reach)
    return MethodAnswer("combined", seen + exp(middle), *limits, level, cautions, details=details)


def _factor(level: float, m: int, within: float, between: float) -> float:
    """Student's t for the combined degrees of freedom; the normal where linkages do not differ."""
    if not between:
        return float(ndtri((1 + level) / 2))
    freedom = (m - 1) * (1 + within / ((m + 1) * between)) ** 2
    return float(stdtrit(freedom, (1 + level) / 2))
