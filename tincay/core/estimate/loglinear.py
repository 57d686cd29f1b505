"""Log-linear models of many tables at once: best fits, and whether a best fit exists at all.

Model: the count of history ω is Poisson with log mean Σ_{θ⊆ω, θ∈M} α_θ; the unseen are e^{α_∅} (Fienberg
1972). Terms that nobody shows (no person on all of their lists) get α = −∞: they and the cells above them are
taken out, the rest is fitted (extended maximum likelihood; Chan, Silverman & Vincent, JASA 116:1297, 2021).
A best fit exists iff some strictly positive table has the same margins (Fienberg & Rinaldo, Ann. Stat.
40:996, 2012). A fit that has converged away from zero is such a table; the doubtful rest is checked exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from .answers import NoEstimate
from .histories import Table
from .newton import climb
from .terms import Bools, Design, Floats, Integers

CERTAINLY_POSITIVE = 1e-4
"""Fitted means above this prove that a best fit exists (measured: no false proof in 10^5 checked fits)."""
FIRST_STEPS, LAST_STEPS = 12, 500
RANK_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Fits:
    """The fits of B tables. `coefficients` is B×T (0 where a term is unused, −∞ where nobody shows it),
    `means` B×C over the cells 1 … 2^K−1, `exists` and `identifiable` are B booleans."""

    coefficients: Floats
    means: Floats
    exists: Bools
    identifiable: Bools

    @property
    def good(self) -> Bools:
        return self.exists & self.identifiable

    @property
    def unseen(self) -> Floats:
        """B estimates of the people nobody saw: e^{α_∅}, infinite where there is no best fit."""
        with np.errstate(over="ignore"):
            return np.where(self.good, np.exp(self.coefficients[:, 0]), np.inf)


class Problem(NamedTuple):
    """B fits to do: counts (B×C), used columns (B×T) and cells (B×C), starting coefficients or None."""

    counts: Floats
    columns: Bools
    cells: Bools
    start: Floats | None


def fit(layout: Design, counts: Floats, chosen: Bools, start: Floats | None = None) -> Fits:
    """Fit a model to each of B tables.

    `counts`: B×C people per cell 1 … 2^K−1. `chosen`: the model's columns, T or B×T. `start`: coefficients
    (B×T) from which to begin. Never raises for a table without a fit: see `exists` and `identifiable`.
    """
    used = np.broadcast_to(chosen, (len(counts), len(layout.terms)))
    dead = used & (counts @ layout.matrix == 0)
    cells = ~((dead.astype(np.float64) @ layout.matrix.T) > 0)
    columns = used & ~dead
    identifiable = _full_rank(layout, columns, cells)
    problem = Problem(counts, columns & identifiable[:, None], cells, start)
    coefficients, converged = climb(layout.matrix, *problem, FIRST_STEPS)
    means = _means(layout, coefficients, cells)
    proven = converged & (np.where(cells, means, 1.0).min(axis=1) > CERTAINLY_POSITIVE)
    exists = np.ones(len(counts), dtype=bool)
    for b in np.flatnonzero(identifiable & ~proven):
        exists[b] = has_maximum(layout, columns[b], cells[b], counts[b] > 0)
    slow = np.flatnonzero(exists & ~converged)
    if len(slow):
        begun = coefficients[slow]
        coefficients[slow], _ = climb(
            layout.matrix, counts[slow], problem.columns[slow], cells[slow], begun, LAST_STEPS
        )
        means[slow] = _means(layout, coefficients[slow], cells[slow])
    coefficients[dead] = -np.inf
    return Fits(coefficients, means, exists, identifiable)


def _means(layout: Design, coefficients: Floats, cells: Bools) -> Floats:
    means: Floats = np.exp(np.minimum(coefficients @ layout.matrix.T, 700.0)) * cells
    return means


def _full_rank(layout: Design, columns: Bools, cells: Bools) -> Bools:
    """Whether the used columns over the used cells can be told apart, per table."""
    both = np.packbits(np.concatenate([columns, cells], axis=1), axis=1)
    _, first, where = np.unique(both, axis=0, return_index=True, return_inverse=True)
    ranks = [_is_full_rank(layout, columns[b].tobytes(), cells[b].tobytes()) for b in first]
    return np.array(ranks, dtype=bool)[where.ravel()]


@lru_cache(maxsize=1 << 16)
def _is_full_rank(layout: Design, columns: bytes, cells: bytes) -> bool:
    matrix = layout.matrix[np.frombuffer(cells, bool)][:, np.frombuffer(columns, bool)]
    smallest = np.linalg.eigvalsh(matrix.T @ matrix)[:1]
    return bool(np.all(smallest > RANK_TOLERANCE) and len(smallest))


def has_maximum(layout: Design, columns: Bools, cells: Bools, support: Bools) -> bool:
    """Fienberg and Rinaldo's condition for an identifiable model, exactly.

    Depends only on the model, the cells left in and which of them hold people.
    """
    return _has_maximum(layout, columns.tobytes(), cells.tobytes(), (support & cells).tobytes())


@lru_cache(maxsize=1 << 16)
def _has_maximum(layout: Design, columns: bytes, cells: bytes, support: bytes) -> bool:
    """Look for a direction d that leaves occupied cells alone and lowers or leaves every empty one.

    The null space of the occupied rows holds the candidates: with none the fit exists, with one its signs
    decide, with more a small linear program does.
    """
    matrix = layout.matrix[:, np.frombuffer(columns, bool)]
    occupied = np.frombuffer(support, bool)
    values, vectors = np.linalg.eigh(matrix[occupied].T @ matrix[occupied])
    free = vectors[:, values < RANK_TOLERANCE]
    moves = matrix[np.frombuffer(cells, bool) & ~occupied] @ free
    if np.abs(moves).max(initial=0.0) < RANK_TOLERANCE:
        return True
    if free.shape[1] == 1:
        return bool(moves.min() < -RANK_TOLERANCE and moves.max() > RANK_TOLERANCE)
    return not _some_direction(moves)


def _some_direction(moves: Floats) -> bool:
    """Whether some combination of the columns is nowhere negative and somewhere positive."""
    # Rarely needed, and slower to import than most runs take; worker processes would each pay for it.
    from scipy.optimize import linprog

    scaled = moves / np.abs(moves).max()
    result = linprog(
        -scaled.sum(axis=0), A_ub=-scaled, b_ub=np.zeros(len(scaled)), bounds=(-1, 1), method="highs"
    )
    return bool(-result.fun > 1e-7)


def log_likelihood(fits: Fits, counts: Floats) -> Floats:
    """B Poisson log-likelihoods over the cells left in, −log n! included (empty cells taken out add 0)."""
    logs = np.log(np.where(fits.means > 0, fits.means, 1.0))
    heights: Floats = (counts * logs - fits.means).sum(axis=1) - gammaln(counts + 1).sum(axis=1)
    return heights


def bic(fits: Fits, counts: Floats, terms: Integers) -> Floats:
    """B values of |M|·log n − 2ℓ; n counts people, terms at −∞ count in |M|; infinite without a fit."""
    # A resampled table can be left without people once its idle lists are emptied; it has no fit either.
    score = terms * np.log(np.maximum(counts.sum(axis=1), 1.0)) - 2 * log_likelihood(fits, counts)
    scores: Floats = np.where(fits.good, score, np.inf)
    return scores


def observed(table: Table) -> Floats:
    """The table as one row of the counts that `fit` takes."""
    return table.counts[None, 1:].astype(np.float64)


def standard_error(layout: Design, means: Floats, columns: Bools) -> float:
    """Standard error of α_∅ from the information AᵀWA over the used columns (constant first)."""
    matrix = layout.matrix[:, columns]
    information = matrix.T @ (means[:, None] * matrix)
    first = np.eye(len(information))[0]
    return float(np.sqrt(np.linalg.solve(information, first)[0]))


def existence_code(layout: Design, counts: Floats, chosen: Bools) -> int:
    """0: a best fit exists; 1: it does not; 2: not identifiable; 3: both (the codes of the R package
    MultipleSystemsEstimation, told apart by rank and by Fienberg and Rinaldo's condition)."""
    used = np.broadcast_to(chosen, (1, len(layout.terms)))
    dead = used & (counts @ layout.matrix == 0)
    cells = ~((dead.astype(np.float64) @ layout.matrix.T) > 0)
    columns = used & ~dead
    missing = not has_maximum(layout, columns[0], cells[0], counts[0] > 0)
    return int(missing) + 2 * int(not _full_rank(layout, columns, cells)[0])


def require(fits: Fits) -> None:
    """Raise NoEstimate if the first fit is no fit."""
    if not fits.identifiable[0]:
        raise NoEstimate("not_identifiable")
    if not fits.exists[0]:
        raise NoEstimate("no_maximum")


def farthest(table: Table) -> float:
    """Unseen people beyond which an estimate has run away: a thousand times the seen, and a million more."""
    return 1e3 * table.size + 1e6


def check_table(table: Table, *, needed: int = 3, limit: int = 8) -> None:
    """Refuse tables on which no model can stand: too few lists, no overlap, a list of everybody."""
    if len(table.lists) < needed:
        raise NoEstimate("too_few_lists", needed=needed, lists=len(table.lists))
    if len(table.lists) > limit:
        raise NoEstimate("too_many_lists", limit=limit, lists=len(table.lists))
    if not sum(table.times_seen()[1:]):
        raise NoEstimate("no_overlap")
    for name in table.lists:
        if table.list_size(name) == table.size:
            raise NoEstimate("full_list", list=name)


def empty_idle_lists(layout: Design, counts: Floats) -> Floats:
    """In resampled tables, take out lists that hold everybody or repeat another list.

    Such a list is emptied (its people stay where the other lists show them); `fit` then leaves it out.
    Returns the counts, changed only in the tables that need it.
    """
    sizes = counts @ layout.matrix
    total = sizes[:, :1]
    singles = sizes[:, 1 : layout.lists + 1]
    full = singles == total
    same = np.zeros_like(full)
    for column in layout.pairs:
        i, j = (k for k in range(layout.lists) if layout.terms[column] >> k & 1)
        same[:, j] |= (singles[:, i] == sizes[:, column]) & (singles[:, j] == sizes[:, column])
    idle = (full | same) & (singles > 0)
    if not idle.any():
        return counts
    changed = counts.copy()
    for b, j in zip(*np.nonzero(idle), strict=True):
        changed[b] = _emptied(changed[b], j)
    return changed


def _emptied(row: Floats, j: int) -> Floats:
    cells = np.arange(1, len(row) + 1)
    without = cells & ~(1 << j)
    result = np.zeros(len(row) + 1)
    np.add.at(result, without, row)
    return result[1:]
