"""Run the mechanism ten thousand times with and without one person, and measure what it really gives away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, chisquare

from ..budget import MICRO
from ..measure import Measurement, measure
from ..noise import Counts, Noise, discrete_gaussian, scale_for
from ..rows import Rows, rows_of
from .findings import Finding

RUNS = 10_000
DOUBT = 1e-3
ORDERS = (1.01, 1.25, 1.5, 2.0, 3.0, 5.0, 9.0)


def audit(noise: Noise, micro_rho: int, runs: int = RUNS, practice: str = "ours") -> Finding:
    """A lower bound on the rho really spent (99.9 % sure), for one table measured with all of `micro_rho`.

    The event is chosen on one half of the runs and judged on the other (Clopper and Pearson, 1934).
    The bound: rho·a ≥ D_a(P(event) ‖ Q(event)) for every order a, because zCDP survives post-processing.
    """
    scale = scale_for(Fraction(micro_rho, MICRO))
    without, having = (noise(np.full(runs, people, dtype=np.int64), scale) for people in (100, 101))
    half = runs // 2
    least = _best_threshold(having[:half], without[:half])
    low = _surely_above(int(np.sum(having[half:] >= least)), runs - half)
    high = 1 - _surely_above(int(np.sum(without[half:] < least)), runs - half)
    return Finding("audit", practice, _spent(low, high), micro_rho / MICRO, f"rho proved by {runs} runs")


def _surely_above(hits: int, runs: int) -> float:
    """A number that the true share is above, with doubt DOUBT / 2."""
    return float(beta.ppf(DOUBT / 2, hits, runs - hits + 1)) if hits else 0.0


def _best_threshold(having: Counts, without: Counts) -> int:
    def gap(least: int) -> float:
        return float(np.mean(having >= least) - np.mean(without >= least))

    return max(range(int(without.min()), int(having.max()) + 1), key=gap)


def _spent(p: float, q: float) -> float:
    """The largest D_a / a between two coins, over the orders; 0 if p is not above q."""
    return max(_renyi(p, q, order) / order for order in ORDERS) if p > q else 0.0


def _renyi(p: float, q: float, order: float) -> float:
    """Rényi divergence of order a between coins that fall heads with chance p and q."""
    heads = p**order * q ** (1 - order)
    tails = (1 - p) ** order * (1 - q) ** (1 - order)
    return math.log(heads + tails) / (order - 1)


def noise_shape(noise: Noise, scale: float, runs: int = RUNS, practice: str = "ours") -> Finding:
    """Does the noise look like the discrete Gaussian of this scale (chi-squared)? Figure: surprise in -log10 p."""
    drawn = noise(np.zeros(runs, dtype=np.int64), scale)
    reach = math.ceil(2.5 * scale)
    expected = _shares(scale, reach) * runs
    seen = np.bincount(np.clip(drawn, -reach, reach) + reach, minlength=2 * reach + 1)
    surprise = -math.log10(max(float(chisquare(*_merged(seen, expected)).pvalue), 1e-300))
    return Finding("noise shape", practice, surprise, 4.0, "-log10 of the chance of such a sample")


def _shares(scale: float, reach: int) -> NDArray[np.float64]:
    """The chance of each whole number from -reach to reach; what lies beyond counts with the ends."""
    far = np.arange(-reach - math.ceil(12 * scale), reach + math.ceil(12 * scale) + 1)
    weight = np.exp(-((far / scale) ** 2) / 2)
    weight /= weight.sum()
    return np.bincount(np.clip(far, -reach, reach) + reach, weights=weight).astype(np.float64)


def _merged(seen: NDArray[np.int64], expected: NDArray[np.float64]) -> Sequence[NDArray[np.float64]]:
    """Neighbouring values together, so that at least 20 are expected in each class."""
    classes = np.minimum(np.floor(np.cumsum(expected) / 20.0), np.floor(expected.sum() / 20.0) - 1).astype(
        int
    )
    both = [np.bincount(classes, weights=each).astype(np.float64) for each in (seen, expected)]
    some = both[1] > 0
    return both[0][some], both[1][some] * (both[0].sum() / both[1].sum())


def budget_sum(measurement: Measurement) -> Finding:
    """Does the noise of all tables together cost no more than was charged? Exact fractions, from the scales."""
    used = sum(
        (Fraction(measurement.most**2) / (2 * Fraction(math.sqrt(table.variance)) ** 2))
        for table in measurement.tables.values()
    )
    over = max(
        Fraction(0),
        max(used * Fraction(999_999, 1_000_000), measurement.spent) * MICRO - measurement.micro_rho,
    )
    return Finding("budget sum", "ours", float(over), 0.0, "micro-rho spent beyond what was charged")


def same_shape_when_empty(measurement: Measurement, noise: Noise = discrete_gaussian) -> Finding:
    """An empty register must give the same tables with the same cells. Figure: tables that differ."""
    domain = measurement.workload.domain
    nobody: Rows = rows_of(domain, np.zeros((0, len(domain.columns)), dtype=np.uint16))
    empty = measure(
        nobody, measurement.workload, micro_rho=measurement.micro_rho, most=measurement.most,
        charge=lambda _: None, noise=noise,
    )  # fmt: skip
    shapes = [{axes: len(t.counts) for axes, t in each.tables.items()} for each in (measurement, empty)]
    differ = set(shapes[0].items()) ^ set(shapes[1].items())
    return Finding("empty register", "ours", float(len(differ)), 0.0, "tables that an empty register has not")
