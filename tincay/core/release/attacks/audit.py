"""Run the mechanism ten thousand times with and without one person, and measure what it really gives away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, chi2, chisquare

from ..budget import MICRO
from ..measure import Measurement, measure
from ..noise import Counts, Noise, discrete_gaussian, scale_for
from ..rows import Rows, rows_of
from ..workload import choose_tables
from .findings import Finding

RUNS = 10_000
DOUBT = 1e-3
SOUND_REFUSED = 1e-5  # the chance, at most about, that `noise_of` calls sound noise wrong
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
    starts, so_far = [0], 0.0
    for place, share in enumerate(expected):
        if so_far >= 20:
            starts.append(place)
            so_far = 0.0
        so_far += share
    if so_far < 20:
        starts = starts[:-1] or [0]
    fair = expected * (seen.sum() / expected.sum())
    return [np.add.reduceat(each.astype(np.float64), starts) for each in (seen, fair)]


def noise_of(measurement: Measurement, truth: Rows) -> Finding:
    """Is what was added to the true counts of this very measurement the noise that it declares?

    Its size in each table, in all together and in the tables' totals, and its shape. The rows drop out of
    the difference: only noise is judged, and only 0 or 1 is said, so this tells nothing about anybody.
    """
    added = [
        (noisy.counts - truth.count(axes), math.sqrt(noisy.variance))
        for axes, noisy in measurement.tables.items()
    ]
    tables = np.array([_size(noise, scale) for noise, scale in added])
    totals = [_size(np.sum(noise, keepdims=True), scale * math.sqrt(len(noise))) for noise, scale in added]
    cells, least, spread = np.vstack([tables, tables.sum(axis=0), np.sum(totals, axis=0)]).T
    chances = np.r_[chi2.cdf(spread, cells), chi2.sf(least, cells), _chance_of_shape(added)]
    wrong = float(chances.min()) * len(chances) < SOUND_REFUSED
    return Finding("noise of this", "this release", float(wrong), 0.0, "1: its noise is not what it declares")


def _size(noise: Counts, scale: float) -> tuple[float, float, float]:
    """Cells, and the squared deviations: the least before rounding to whole numbers, and as rounding spreads them."""
    far = np.maximum(np.abs(noise) - 0.5, 0)
    return (
        len(noise),
        float(np.sum((far / scale) ** 2)),
        float(np.sum((noise / scale) ** 2 + 1 / 12 / scale**2)),
    )


def _chance_of_shape(added: Sequence[tuple[Counts, float]]) -> float:
    """Chi-squared of all noise in steps of half a deviation; 1 if there are too few cells for two classes."""
    seen, expected = np.zeros(12, dtype=np.int64), np.zeros(12)
    for noise, scale in added:
        reach = math.ceil(3 * scale)
        values = np.arange(-reach, reach + 1)
        seen += np.bincount(_step(noise, scale), minlength=12)
        expected += len(noise) * np.bincount(_step(values, scale), _shares(scale, reach), minlength=12)
    classes = _merged(seen, expected)
    return float(chisquare(*classes).pvalue) if len(classes[0]) > 1 else 1.0


def _step(noise: Counts, scale: float) -> NDArray[np.int64]:
    return np.clip(np.floor(2 * noise / scale), -6, 5).astype(np.int64) + 6


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
    """A register of nobody must give the same tables, with the same cells and noise. Figure: tables that differ.

    Its tables are chosen anew, from the domain alone: a choice that this measurement made by its rows would show.
    """
    domain = measurement.workload.domain
    nobody: Rows = rows_of(domain, np.zeros((0, len(domain.columns)), dtype=np.uint16))
    empty = measure(
        nobody, choose_tables(domain), micro_rho=measurement.micro_rho, most=measurement.most,
        charge=lambda _: None, noise=noise,
    )  # fmt: skip
    shapes = [
        {axes: (len(t.counts), t.variance) for axes, t in each.tables.items()}
        for each in (measurement, empty)
    ]
    differ = set(shapes[0].items()) ^ set(shapes[1].items())
    return Finding("empty register", "ours", float(len(differ)), 0.0, "tables that an empty register has not")
