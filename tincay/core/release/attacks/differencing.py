"""Compare the publication before and after one person's report: which cell changed?"""

from __future__ import annotations

import math

import numpy as np

from ..rows import Rows
from .findings import Finding
from .practices import Practice, Published
from .proving import narrowed, pairs

TARGETS = 60
CELLS = 150
PEOPLE = 2_000


def differencing(practice: Practice, truth: Rows, seed: int, targets: int = TARGETS) -> Finding:
    """How often the cell that fell most is the person's cell, in the widest two-way table.

    The gate is the same guess with nobody removed, plus three standard deviations. Both publications draw
    with the same seed, where a practice has one: only noise that no seed controls can help.
    """
    rng = np.random.default_rng(seed)
    rows = narrowed(truth, CELLS).take(rng.permutation(len(truth))[:PEOPLE])
    axes = max(pairs(rows), key=lambda pair: int(np.prod(rows.domain.shape(pair))))
    hits, idle = 0, 0
    for number, person in enumerate(rng.integers(0, len(rows), targets)):
        cell = int(rows.cells(axes)[person])
        last = np.r_[np.delete(np.arange(len(rows)), person), person]
        before, after = (practice.publish(rows.take(who), seed + number) for who in (last, last[:-1]))
        again = practice.publish(rows, seed + targets + number)
        hits += _fell_most(before, after, axes) == cell
        idle += _fell_most(before, again, axes) == cell
    chance = max(idle / targets, 1 / int(np.prod(rows.domain.shape(axes))))
    gate = chance + 3 * math.sqrt(
        2 * chance * (1 - chance) / targets
    )  # twice: the chance is a sample as well
    return Finding(
        "differencing", practice.name, hits / targets, gate, "share of people whose cell was found"
    )


def _fell_most(before: Published, after: Published, axes: tuple[int, int]) -> int:
    """The cell; -1 if nothing fell."""
    fall = before.tables[axes].printed - after.tables[axes].printed
    return int(np.argmax(fall)) if fall.max() > 0 else -1
