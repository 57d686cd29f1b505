"""Stepwise choice of pairs that hang together, for many tables in step.

Chan, Silverman & Vincent, JASA 116:1297 (2021): start from independence; add the pair whose count is least
likely under the current fit, as long as that probability is below the threshold and a best fit exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.special import pdtr, pdtrc

from .answers import MethodAnswer, finite
from .bootstrap import with_limits
from .histories import Table, tidy
from .loglinear import Fits, check_table, empty_idle_lists, fit, observed
from .terms import Bools, Design, Floats, Integers, design, term_name

THRESHOLD = 0.02


@dataclass
class Path:
    """Where B selections stand: columns used, coefficients, means, and whether there is a fit at all."""

    chosen: Bools
    coefficients: Floats
    means: Floats
    good: Bools


def select(layout: Design, counts: Floats, threshold: float = THRESHOLD) -> Path:
    """Choose a model for each of B tables (B×C counts) from `layout`'s pairs. Ties go to the first pair."""
    begun = fit(layout, counts, layout.main_effects())
    path = Path(
        np.tile(layout.main_effects(), (len(counts), 1)), begun.coefficients, begun.means, begun.good.copy()
    )
    chances = np.full((len(counts), len(layout.pairs)), np.inf)
    fresh = np.flatnonzero(path.good)
    active = fresh
    while len(active):
        chances[fresh] = _chances(layout, counts[fresh], path, fresh)
        best = chances[active].argmin(axis=1)
        going = chances[active, best] < threshold
        active, best = active[going], best[going]
        accepted = _try(layout, counts, path, active, best)
        chances[active[~accepted], best[~accepted]] = np.inf
        fresh = active[accepted]
    return path


def _chances(layout: Design, counts: Floats, path: Path, rows: Integers) -> Floats:
    """How likely counts as far out as these are, per absent pair (infinite for pairs already in)."""
    among = layout.matrix[:, layout.pairs]
    expected, counted = path.means[rows] @ among, counts @ among
    above = np.where(counted > 0, pdtrc(np.maximum(counted - 1, 0), expected), 1.0)
    chance = np.minimum(pdtr(counted, expected), above)
    return np.where(path.chosen[rows][:, layout.pairs], np.inf, chance)


def _try(layout: Design, counts: Floats, path: Path, rows: Integers, pair: Integers) -> Bools:
    """Add one pair to each of these selections where the larger model has a fit; say where it had."""
    column = pair + layout.pairs.start
    chosen = path.chosen[rows]
    chosen[np.arange(len(rows)), column] = True
    start = path.coefficients[rows]
    start[np.arange(len(rows)), column] = _guess(layout, counts[rows], path.means[rows], column)
    fits: Fits = fit(layout, counts[rows], chosen, np.where(np.isfinite(start), start, 0.0))
    good = fits.good
    path.chosen[rows[good]] = chosen[good]
    path.coefficients[rows[good]] = fits.coefficients[good]
    path.means[rows[good]] = fits.means[good]
    return good


def _guess(layout: Design, counts: Floats, means: Floats, column: Integers) -> Floats:
    """The coefficient that would set the pair's expected count right were nothing else to change."""
    cells = layout.matrix[:, column].T
    counted, expected = (counts * cells).sum(axis=1), (means * cells).sum(axis=1)
    guess: Floats = np.log(np.maximum(counted, 1e-3) / np.maximum(expected, 1e-12))
    return guess


def populations(counts: Floats, lists: int, threshold: float = THRESHOLD) -> Floats:
    """Population estimates of B tables, the selection repeated in each; infinite where nothing fits."""
    layout = design(lists, 2)
    cleaned = empty_idle_lists(layout, counts)
    path = select(layout, cleaned, threshold)
    with np.errstate(over="ignore"):
        unseen = np.where(path.good, np.exp(path.coefficients[:, 0]), np.inf)
    population: Floats = cleaned.sum(axis=1) + unseen
    return population


def stepwise(
    table: Table,
    *,
    replicates: int = 20_000,
    seed: int = 1,
    threshold: float = THRESHOLD,
    workers: int = 1,
) -> MethodAnswer:
    """Stepwise log-linear estimate with BCa limits, the selection repeated in every resampled table.

    `replicates`: 20,000 for anything published; 0 gives the estimate alone. Details hold the pairs chosen,
    the acceleration and all limits. Raises NoEstimate (fewer than 3 lists, no overlap, a list that holds
    everybody).
    """
    neat, cautions = tidy(table)
    check_table(neat)
    counts = observed(neat)
    layout = design(len(neat.lists), 2)
    path = select(layout, counts, threshold)
    # Independence has a best fit on every table that `check_table` lets pass: some overlap, no list of everybody.
    estimate = neat.size + float(np.exp(path.coefficients[0, 0]))
    details = {"pairs": _chosen_pairs(layout, path, neat), "threshold": threshold}
    answer = MethodAnswer("stepwise", estimate, cautions=cautions, details=details)
    if not replicates:
        return answer
    estimator = partial(populations, lists=len(neat.lists), threshold=threshold)
    return with_limits(answer, counts[0], estimator, replicates, seed, workers)


def _chosen_pairs(layout: Design, path: Path, table: Table) -> list[dict[str, Any]]:
    return [
        {"pair": term_name(table.lists, layout.terms[t]), "coefficient": finite(path.coefficients[0, t])}
        for t in layout.pairs
        if path.chosen[0, t]
    ]
