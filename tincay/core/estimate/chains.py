"""Do several chains tell the same story? Convergence measures for simulated draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from .terms import Floats

WORST_RHAT = 1.05
VALLEY = 0.7
BINS = 60


def rhat(draws: Floats) -> float:
    """Rank-normalised split R-hat of chains×draws (Vehtari et al., Bayesian Analysis 16:667, 2021).

    1 when the chains agree; above 1.05 nothing may be reported. Constant draws give 1.
    """
    half = draws.shape[1] // 2
    split = np.concatenate([draws[:, :half], draws[:, half : 2 * half]])
    scores = _normal_scores(split)
    within = scores.var(axis=1, ddof=1).mean()
    between = half * scores.mean(axis=1).var(ddof=1)
    if not within:
        return 1.0 if not between else float("inf")
    return float(np.sqrt((half - 1) / half + between / (half * within)))


def _normal_scores(draws: Floats) -> Floats:
    """Each draw's normal score by its rank; equal draws share their middle rank."""
    _, group, sizes = np.unique(draws.ravel(), return_inverse=True, return_counts=True)
    last = sizes.cumsum()
    ranks = (last - (sizes - 1) / 2)[group].reshape(draws.shape)
    scores: Floats = ndtri((ranks - 0.375) / (draws.size + 0.25))
    return scores


def independent_draws(draws: Floats) -> float:
    """Effective sample size of chains×draws: autocorrelations summed while pairs stay positive (Geyer 1992)."""
    chains, length = draws.shape
    scores = _normal_scores(draws)
    within = scores.var(axis=1, ddof=1).mean()
    if not within:
        return float(draws.size)
    centred = scores - scores.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * length, axis=1)
    lagged = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :length].mean(axis=0) / length
    overall = (length - 1) / length * within + scores.mean(axis=1).var(ddof=1)
    correlation = 1 - (within - lagged) / overall
    sums = correlation[1:-1:2] + correlation[2::2]
    positive = np.minimum.accumulate(sums[: int(np.argmax(np.append(sums, -1.0) < 0))])
    return float(chains * length / (1 + 2 * positive.sum()))


class Modes(NamedTuple):
    """The answers around which draws gather, smallest first, and each one's share of the draws."""

    places: tuple[float, ...]
    shares: tuple[float, ...]


def modes(values: Floats) -> Modes:
    """One or two heaps of positive draws on a log scale.

    Two are reported when between two peaks of the smoothed histogram there is a valley below 70 % of the
    lower peak, and each side of it holds at least 5 % of the draws.
    """
    logs = np.log(values)
    if not np.ptp(logs):
        return Modes((float(values[0]),), (1.0,))
    heights, edges = np.histogram(logs, BINS)
    smooth = np.convolve(np.pad(heights, 3), np.array([1, 2, 3, 4, 3, 2, 1]) / 16, mode="valid")
    cut = _valley(smooth)
    low = logs < edges[cut] if cut else np.zeros(len(logs), dtype=bool)
    share = float(low.mean())
    if not 0.05 <= share <= 0.95:
        return Modes((float(np.median(values)),), (1.0,))
    places = float(np.median(values[low])), float(np.median(values[~low]))
    return Modes(places, (share, 1 - share))


def _valley(heights: Floats) -> int | None:
    """The lowest bin between the highest peak and another peak that is clearly cut off from it."""
    top = int(heights.argmax())
    best: tuple[float, int] | None = None
    for other in range(len(heights)):
        inner = slice(min(top, other), max(top, other) + 1)
        deepest = inner.start + int(heights[inner].argmin())
        if heights[deepest] < VALLEY * heights[other] and (best is None or heights[other] > best[0]):
            best = float(heights[other]), deepest
    return best[1] if best else None
