"""Compare the publication before and after one person's report: which cell changed?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..rows import Rows
from ..workload import Axes
from .findings import Finding
from .practices import AttackerView, Practice
from .proving import pairs, widest

TARGETS = 60
PEOPLE = 2_000


def differencing(practice: Practice, truth: Rows, seed: int, targets: int = TARGETS) -> Finding:
    """How often the cell that fell most is the person's cell, in the widest two-way table of three columns
    (of a single column: in its own table).

    The people are as often from a small cell as from a large one. The gate is the same guess with nobody
    removed, plus three standard deviations. Both publications draw with the same seed, where a practice has
    one: only noise that no seed controls can help.
    """
    rng = np.random.default_rng(seed)
    rows = widest(truth).take(rng.permutation(len(truth))[:PEOPLE])
    axes: Axes = max(pairs(rows), key=lambda pair: int(np.prod(rows.domain.shape(pair))), default=(0,))
    cells = rows.cells(axes)
    hits, idle = 0, 0
    for number, person in enumerate(rng.choice(len(rows), targets, p=_evenly(cells))):
        last = np.r_[np.delete(np.arange(len(rows)), person), person]
        before, after = (practice.publish(rows.take(who), seed + number) for who in (last, last[:-1]))
        again = practice.publish(rows, seed + targets + number)
        hits += _fell_most(before, after, axes) == cells[person]
        idle += _fell_most(before, again, axes) == cells[person]
    gate = _gate(idle, hits, targets, int(np.prod(rows.domain.shape(axes))))
    return Finding(
        "differencing", practice.name, hits / targets, gate, "share of people whose cell was found"
    )


def _gate(idle: int, hits: int, targets: int, cells: int) -> float:
    """Chance plus three standard deviations of the difference of two shares, pooled as if both were chance."""
    chance = max(idle / targets, 1 / cells)
    pooled = max((idle + hits) / (2 * targets), 1 / cells)
    return chance + 3 * math.sqrt(2 * pooled * (1 - pooled) / targets)


def _evenly(cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Chances of being chosen that give every cell with people the same."""
    rare = 1 / np.bincount(cells)[cells]
    return np.asarray(rare / rare.sum())


def _fell_most(before: AttackerView, after: AttackerView, axes: Axes) -> int:
    """The cell; -1 if nothing fell."""
    fall = before.tables[axes].printed - after.tables[axes].printed
    return int(np.argmax(fall)) if fall.max() > 0 else -1
