"""Invent rows that tell the same story as the noisy tables, and belong to nobody. See synth.md.

Only noisy tables come in, so nothing here can cost privacy: tree, pool, raking, rounding, one-way repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .domain import Domain
from .estimate import Estimate, Real
from .rows import Progress, Rows, rows_of, silent
from .tables import substitutes
from .workload import Axes, Workload

POOL_MOST, POOL_LEAST, POOL_PER_PERSON = 150_000, 10_000, 3
SWEEPS = 8
CALIBRATIONS = 5
TRACE = 1e-6  # of a person, everywhere: tables that contradict each other must not empty the pool
BLOCK = 250
EXCHANGES = (5, 2, 1)  # of one block at a time: rows chosen together overshoot together, so fewer and fewer
NOISE_LEFT = 0.5  # of the noise's square, where negative cells were taken away: half of an empty table's
ONE_WAY = 5.0  # how much a one-way table weighs against a pair when copies are rounded
Cells = NDArray[np.int32]


@dataclass(frozen=True)
class Goal:
    """A table the rows should show, flat and never negative, and how far to trust it (a standard deviation)."""

    axes: Axes
    counts: Real
    doubt: float


def synthesise(estimate: Estimate, workload: Workload, *, seed: int, progress: Progress = silent) -> Rows:
    """As many rows as the estimate has people. The seed may be public: the same tables give the same rows."""
    rng = np.random.default_rng(seed)
    domain = estimate.domain
    if estimate.people == 0:
        return rows_of(domain, np.zeros((0, len(domain.columns)), dtype=np.uint16))
    goals = _goals(estimate, workload)
    pool, weights = _pool(estimate, goals, rng)
    cells = {goal.axes: pool.cells(goal.axes) for goal in goals}
    weights = _rake(weights, goals, cells, estimate.people, rng, progress)
    row_counts = _round(weights, pool, estimate.people, rng)
    row_counts = _settle(row_counts, weights, [g for g in goals if len(g.axes) <= 2], cells, rng)
    return pool.take(np.repeat(np.arange(len(pool)), row_counts))


def _goals(estimate: Estimate, workload: Workload) -> list[Goal]:
    """One-way tables, pairs, three-way tables that say more than their pairs do, and what is offered instead."""
    ones = [(axis,) for axis in range(len(estimate.domain.columns))]
    pairs = [axes for axes in _pairs_known(workload) if estimate.is_known(axes)]
    wide = (axes for axes in workload.tables if len(axes) == 3)
    wanted = dict.fromkeys((*ones, *pairs, *wide, *substitutes(estimate, workload)))
    return [_goal(estimate, axes) for axes in wanted if len(axes) < 3 or estimate.together(axes).surprise > 2]


def _pairs_known(workload: Workload) -> list[Axes]:
    measured = {axes for axes in workload.tables if len(axes) == 2}
    summed = {pair for axes in workload.tables if len(axes) == 3 for pair in combinations(axes, 2)}
    return sorted(measured | summed)


def _goal(estimate: Estimate, axes: Axes) -> Goal:
    counts = _never_negative(estimate.table(axes).ravel(), estimate.people)
    return Goal(axes, counts, float(np.sqrt(estimate.variance(axes))))


def _never_negative(counts: Real, total: int) -> Real:
    """The nearest table without negative cells and with this total (projection onto a simplex)."""
    ordered = np.sort(counts)[::-1]
    excess = (np.cumsum(ordered) - total) / np.arange(1, len(counts) + 1)
    last = np.flatnonzero(ordered > excess)[-1]
    return np.asarray(np.maximum(counts - excess[last], 0))


def _pool(estimate: Estimate, goals: Sequence[Goal], rng: np.random.Generator) -> tuple[Rows, Real]:
    """Different rows drawn from the tree, each with the number of people it stands for."""
    domain, people = estimate.domain, estimate.people
    size = min(POOL_MOST, max(POOL_LEAST, POOL_PER_PERSON * people))
    drawn = _draw(domain, goals, size, rng)
    order = np.lexsort(drawn.T)
    drawn = drawn[order]
    new = np.r_[True, np.any(drawn[1:] != drawn[:-1], axis=1)]
    repeats = np.diff(np.r_[np.flatnonzero(new), size])
    return rows_of(domain, drawn[new]), repeats * (people / size)


def _draw(domain: Domain, goals: Sequence[Goal], size: int, rng: np.random.Generator) -> NDArray[np.uint16]:
    ones = {goal.axes[0]: goal.counts for goal in goals if len(goal.axes) == 1}
    drawn = np.zeros((size, len(domain.columns)), dtype=np.uint16)
    for parent, child, table in _tree(domain, goals):
        if parent is None:
            drawn[:, child] = _choose(ones[child][None, :], np.zeros(size, dtype=np.int64), rng)
        else:
            drawn[:, child] = _choose(table, drawn[:, parent].astype(np.int64), rng)
    return drawn


def _choose(table: Real, rows_given: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """For each given row of the table, a column of it, as often as its counts say."""
    smooth = table + 1e-3 * max(1.0, float(table.mean()))
    ladder = np.cumsum(smooth / smooth.sum(axis=1, keepdims=True), axis=1)
    ladder[:, -1] = 1.0
    steps = (ladder + np.arange(len(table))[:, None]).ravel()
    places = np.searchsorted(steps, rows_given + rng.random(len(rows_given)), side="right")
    return np.asarray(places - rows_given * table.shape[1], dtype=np.int64)


def _tree(domain: Domain, goals: Sequence[Goal]) -> list[tuple[int | None, int, Real]]:
    """The tree of strongest pairs (Chow and Liu, 1968), from column 0: (parent, child, parent × child)."""
    tables = {}
    for goal in goals:
        if len(goal.axes) == 2:
            first, second = (domain.axes[axis].column for axis in goal.axes)
            fine = _spread(domain, goal, goals)
            tables[first, second], tables[second, first] = fine, fine.T
    strength = {pair: _information(table) for pair, table in tables.items()}
    edges: list[tuple[int | None, int, Real]] = [(None, 0, np.zeros((1, 1)))]
    inside, outside = [0], list(range(1, len(domain.columns)))
    while outside:
        parent, child = max(
            ((p, c) for p in inside for c in outside), key=lambda edge: strength.get(edge, -1.0)
        )
        pair_table = tables.get((parent, child))
        edges.append(
            (parent, child, pair_table) if pair_table is not None else (None, child, np.zeros((1, 1)))
        )
        inside.append(child)
        outside.remove(child)
    return edges


def _spread(domain: Domain, goal: Goal, goals: Sequence[Goal]) -> Real:
    """A pair's table by the columns' own values: a group's people spread as its members are spread alone."""
    table = goal.counts.reshape(domain.shape(goal.axes))
    ones = {each.axes[0]: each.counts for each in goals if len(each.axes) == 1}
    for place, number in enumerate(goal.axes):
        axis = domain.axes[number]
        if axis.coarsening is not None:
            single = ones[axis.column] + 1e-9
            part = single / np.bincount(axis.coarsening, weights=single)[axis.coarsening]
            along = (-1, 1) if place == 0 else (1, -1)
            table = np.take(table, axis.coarsening, axis=place) * part.reshape(along)
    return table


def _information(table: Real) -> float:
    """Mutual information of the two columns of a table, in nats times people."""
    whole = max(float(table.sum()), 1e-9)
    independent = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / whole
    seen = table > 0
    return float(np.sum(table[seen] * np.log(table[seen] / independent[seen])))


def _rake(
    weights: Real,
    goals: Sequence[Goal],
    cells: dict[Axes, NDArray[np.int64]],
    people: int,
    rng: np.random.Generator,
    progress: Progress,
) -> Real:
    """Pull the weights towards each goal in turn, gently where the goal is in doubt; the narrow tables last."""
    by_width = [[g for g in goals if len(g.axes) == width] for width in (3, 2, 1)]
    for sweep in range(SWEEPS):
        pull = 0.7 if sweep < 2 else 0.5 if sweep < SWEEPS - 2 else 0.35
        for same in by_width[1 if sweep < 2 else 0 :]:
            for place in rng.permutation(len(same)):
                goal = same[place]
                weights = weights * _factor(goal, cells[goal.axes], weights, pull)[cells[goal.axes]]
        weights *= people / weights.sum()
        progress("rake", sweep + 1, SWEEPS)
    return _calibrate(weights, by_width[2], cells, people)


def _calibrate(
    weights: Real, ones: Sequence[Goal], cells: dict[Axes, NDArray[np.int64]], people: int
) -> Real:
    """Classical raking to the one-way tables, until they are met."""
    for _ in range(CALIBRATIONS):
        for goal in ones:
            now = np.bincount(cells[goal.axes], weights=weights, minlength=len(goal.counts))
            weights = weights * ((goal.counts + TRACE) / (now + TRACE))[cells[goal.axes]]
    return np.asarray(weights * (people / weights.sum()))


def _factor(goal: Goal, cells: NDArray[np.int64], weights: Real, pull: float) -> Real:
    now: Real = np.bincount(cells, weights=weights, minlength=len(goal.counts)).astype(np.float64)
    counts = goal.counts if len(goal.axes) == 1 else _believed(goal, now)
    doubt = goal.doubt / 2 + 1e-9
    return np.asarray(((counts + doubt) / (now + doubt)) ** pull)


def _believed(goal: Goal, now: Real) -> Real:
    """As far from what the rows say already as is more than noise (James and Stein, the positive part)."""
    far = goal.counts - now
    noise = NOISE_LEFT * len(far) * goal.doubt**2
    return np.asarray(now + far * max(0.0, 1 - noise / max(float(np.sum(far**2)), 1e-9)))


def _round(weights: Real, pool: Rows, people: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Whole numbers of copies, exactly `people` in all: neighbours in the pool's order share their luck."""
    edges = np.minimum(np.floor(np.cumsum(weights) + rng.random()), people)
    edges[-1] = people
    return np.diff(edges, prepend=0.0).astype(np.int64)


def _settle(
    row_counts: NDArray[np.int64],
    weights: Real,
    goals: Sequence[Goal],
    cells: dict[Axes, NDArray[np.int64]],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Exchange roundings, a block of the pool at a time, where that brings the tables closer to the weights'."""
    starts = np.cumsum([0, *(len(goal.counts) for goal in goals)])
    where = np.stack([cells[goal.axes] + start for goal, start in zip(goals, starts, strict=False)], axis=1)
    worth = np.concatenate([np.full(len(g.counts), ONE_WAY if len(g.axes) == 1 else 1.0) for g in goals])
    off = np.concatenate([np.bincount(cells[g.axes], row_counts - weights, len(g.counts)) for g in goals])
    step = float(sum(ONE_WAY if len(g.axes) == 1 else 1.0 for g in goals))
    least = np.floor(weights).astype(np.int64)
    row_counts = row_counts.copy()
    for most in EXCHANGES:
        for block in np.array_split(rng.permutation(len(row_counts)), len(row_counts) // BLOCK + 1):
            slope = 2 * (off * worth)[where[block]].sum(axis=1)
            _exchange(block, most, slope, step, row_counts, least, where, off)
    return row_counts


def _exchange(
    block: NDArray[np.int64],
    most: int,
    slope: Real,
    step: float,
    row_counts: NDArray[np.int64],
    least: NDArray[np.int64],
    where: NDArray[np.int64],
    off: Real,
) -> None:
    """Up to `most` rows fewer here and as many more there, if both together are worth it; changes in place."""
    fewer = np.where(row_counts[block] > least[block], slope - step, -np.inf)
    more = np.where(row_counts[block] <= least[block], -slope - step, -np.inf)
    down, up = np.argsort(-fewer)[:most], np.argsort(-more)[:most]
    good = fewer[down] + more[up] > 0
    for rows, change in ((block[down[good]], -1), (block[up[good]], 1)):
        row_counts[rows] += change
        np.add.at(off, where[rows].ravel(), change)
