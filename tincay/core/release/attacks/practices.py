"""Ways in which statistics are published, as an attacker meets them: four common ones, and ours.

The common ones are here to prove that the attacks bite. Nothing in the product publishes with them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ..domain import Codes
from ..measure import Measurement, measure
from ..noise import Noise, discrete_gaussian
from ..publish import ReleaseContent, publish
from ..rows import UNKNOWN, Counts, Rows, rows_of
from ..tables import MEAN_OF_NORMAL
from ..workload import Axes, choose_tables

SURE = 4.0  # standard deviations within which an attacker may take a noisy figure for certain
WRONG = 0.001  # chance that an attacker who trusts all noisy tables at once trusts a wrong one
SWAPPED = 0.10
SMALL = 5
Real = NDArray[np.float64]


@dataclass(frozen=True)
class Figures:
    """A table as it was printed: each figure, and between which numbers the truth surely is."""

    printed: Real
    low: Real
    high: Real


@dataclass(frozen=True)
class AttackerView:
    """Everything an attacker holds after one publication. `real` rows are rows of people, if coarsened.

    `measured` are the noisy counts that the printed tables were made of, where they are published too.
    """

    tables: Mapping[Axes, Figures]
    rows: Rows | None = None
    real: bool = False
    measured: Mapping[Axes, Figures] = field(default_factory=dict)
    fresh: Callable[[Axes], Real] | None = field(default=None, repr=False)

    def ask(self, axes: Axes) -> Real:
        """Ask for a table once more."""
        return self.tables[axes].printed if self.fresh is None else self.fresh(axes)


@dataclass(frozen=True)
class Practice:
    """A named way to publish: (true rows, seed) → what is published."""

    name: str
    publish: Callable[[Rows, int], AttackerView]


def tables_of(rows: Rows) -> tuple[Axes, ...]:
    """The total and all one-, two- and three-way tables: what each practice here publishes."""
    columns = range(len(rows.domain.columns))
    return tuple(axes for width in range(4) for axes in combinations(columns, width))


def _exactly(counts: Counts) -> Figures:
    real = counts.astype(np.float64)
    return Figures(real, real, real)


def _raw(rows: Rows, _seed: int) -> AttackerView:
    return AttackerView({axes: _exactly(rows.count(axes)) for axes in tables_of(rows)}, rows, real=True)


def _cell_suppressed(rows: Rows, _seed: int) -> AttackerView:
    """Exact tables; a cell of one to four shows nothing but that."""
    return AttackerView({axes: _hide_small(rows.count(axes)) for axes in tables_of(rows)})


def _hide_small(counts: Counts) -> Figures:
    hidden = (counts > 0) & (counts < SMALL)
    low, high = np.where(hidden, 1.0, counts), np.where(hidden, SMALL - 1.0, counts)
    return Figures((low + high) / 2, low, high)


def _swapped(rows: Rows, seed: int) -> AttackerView:
    """One row in ten exchanges its first column with another such row; then everything is published."""
    who, where = (np.random.default_rng([seed, step]) for step in (0, 1))
    some = np.flatnonzero(who.random(len(rows)) < SWAPPED)
    first = rows.columns[0].copy()
    first[some] = first[where.permutation(some)]
    return replace(_raw(Rows(rows.domain, (first, *rows.columns[1:])), seed), real=False)


def k_anonymous(rows: Rows, k: int) -> Rows:
    """Blank answers, the column that tells most first, until every row looks like k - 1 others.

    The last column is kept as the answer to protect. A blank is coded UNKNOWN. Rows still alone go.
    """
    answers = rows.matrix().copy()
    quasi = list(range(answers.shape[1] - 1))
    for column in sorted(quasi, key=lambda c: -len(rows.domain.columns[c].values)):
        rare = _class_sizes(answers[:, quasi]) < k
        answers[rare, column] = UNKNOWN
    return rows_of(rows.domain, answers[_class_sizes(answers[:, quasi]) >= k])


def _class_sizes(matrix: Codes) -> NDArray[np.int64]:
    _, which, sizes = np.unique(matrix, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(sizes[which.ravel()], dtype=np.int64)


def _k_ten(rows: Rows, _seed: int) -> AttackerView:
    released = k_anonymous(rows, 10)
    gone = len(rows) - len(released)
    return AttackerView(
        {axes: _with_blanks(released, axes, gone) for axes in tables_of(rows)}, released, real=True
    )


def _with_blanks(rows: Rows, axes: Axes, gone: int) -> Figures:
    """A blank may be any answer: each cell has at least its full rows, at most also the blank ones and the lost."""
    full = (
        np.all([rows.columns[axis] != UNKNOWN for axis in axes], axis=0) if axes else np.ones(len(rows), bool)
    )
    low = rows.take(full).count(axes).astype(np.float64)
    return Figures(low, low, low + float(np.sum(~full)) + gone)


def _fresh_noise(rows: Rows, seed: int) -> AttackerView:
    """Noise drawn anew for each question: what a careless query server does."""
    rng = np.random.default_rng([seed, len(rows)])
    first = _raw(rows, seed)

    def ask(axes: Axes) -> Real:
        exact = first.tables[axes].printed
        return exact + rng.normal(0, 5, len(exact))

    noisy = {axes: _doubted(ask(axes), 5.0) for axes in first.tables}
    return AttackerView(noisy, fresh=ask)


def _doubted(printed: Real, deviation: float) -> Figures:
    return _within(printed, SURE * deviation)


def _within(printed: Real, distance: float) -> Figures:
    return Figures(printed, printed - distance, printed + distance)


RAW = Practice("raw", _raw)
K_TEN = Practice("k = 10", _k_ten)
CELL_SUPPRESSED = Practice("cells < 5 hidden", _cell_suppressed)
SWAP = Practice("swapped", _swapped)
FRESH_NOISE = Practice("fresh noise", _fresh_noise)
UNPROTECTED = (RAW, K_TEN, CELL_SUPPRESSED, SWAP, FRESH_NOISE)


def remembered(practice: Practice) -> Practice:
    """The same practice, publishing the same rows with the same seed only once: attacks may share a publication."""
    done: dict[tuple[bytes, tuple[str, ...], int], AttackerView] = {}

    def publish_once(rows: Rows, seed: int) -> AttackerView:
        key = sha256(rows.matrix().tobytes()).digest(), rows.domain.names, seed
        if key not in done:
            done[key] = practice.publish(rows, seed)
        return done[key]

    return Practice(practice.name, publish_once)


def attacker_view(release: ReleaseContent) -> AttackerView:
    """What an attacker holds of a release of ours."""
    names = release.rows.domain.names
    tables = {}
    for table in release.tables.stored.values():
        if all(name in names for name in table.columns):
            axes = tuple(names.index(name) for name in table.columns)
            printed = table.counts.ravel().astype(np.float64)
            tables[axes] = _doubted(printed, table.expected_error / MEAN_OF_NORMAL)
    return AttackerView(tables, release.rows, measured=_measured(release.measurement))


def _measured(measurement: Measurement) -> dict[Axes, Figures]:
    """The noisy tables, each cell within so many deviations that all cells together are surely inside."""
    cells = sum(noisy.counts.size for noisy in measurement.tables.values())
    sure = NormalDist().inv_cdf(1 - WRONG / (2 * max(1, cells)))
    columns = len(measurement.workload.domain.columns)
    return {
        axes: _within(noisy.counts.ravel().astype(np.float64), sure * math.sqrt(noisy.variance))
        for axes, noisy in measurement.tables.items()
        if all(axis < columns for axis in axes)
    }


def no_noise(counts: Counts, _scale: float) -> Counts:
    """The noise of a mechanism that forgot it."""
    return counts


def half_noise(counts: Counts, scale: float) -> Counts:
    """The noise of a mechanism that declares twice of what it adds: a quarter of the privacy."""
    return discrete_gaussian(counts, scale / 2)


WRONG_NOISE: tuple[tuple[str, Noise], ...] = (
    ("ours without noise", no_noise),
    ("ours with half the noise", half_noise),
)


def ours(micro_rho: int, most: int = 1, *, name: str = "ours", noise: Noise = discrete_gaussian) -> Practice:
    """Our mechanism, with nothing refused: the attacker gets more than would ever be published."""

    def publish_ours(rows: Rows, seed: int) -> AttackerView:
        measurement = measure(
            rows,
            choose_tables(rows.domain),
            micro_rho=micro_rho,
            most=most,
            charge=lambda _: None,
            noise=noise,
        )
        return attacker_view(publish(measurement, seed, misplaced=math.inf))

    return Practice(name, publish_ours)
