"""Make one story of the noisy tables: the best estimate in which every sum agrees. See estimate.md."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from .domain import Codes, Domain
from .measure import Measurement, Noisy
from .workload import Axes

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """What a set of columns says beyond what its subsets say, and the variance of that."""

    values: Real
    variance: float

    @property
    def surprise(self) -> float:
        """How many standard deviations the part's size is above what noise alone would give."""
        freedom = self._freedom
        if not freedom:
            return 0.0
        return (float(np.sum(self.values**2)) / self.variance - freedom) / math.sqrt(2 * freedom)

    @property
    def _freedom(self) -> int:
        return math.prod(size - 1 for size in self.values.shape)

    def shrunk(self) -> Part:
        """Pulled to zero by the share of it that noise explains (James and Stein, the positive part)."""
        size = float(np.sum(self.values**2))
        keep = max(0.0, 1 - self._freedom * self.variance / size) if size else 0.0
        return Part(self.values * keep, self.variance)


@dataclass(frozen=True)
class Estimate:
    """Consistent estimates of every table whose parts were measured."""

    domain: Domain
    parts: Mapping[Axes, Part]

    @property
    def people(self) -> int:
        """How many rows there are, as far as the noise lets us say."""
        return max(0, round(float(self.parts[()].values)))

    def is_known(self, axes: Axes) -> bool:
        """Was every part of this table measured, or of a table that sums to it?"""
        return bool(self._sources(axes))

    def table(self, axes: Axes) -> Real:
        """The table of these axes, shaped; cells may be negative."""
        source = self._source(axes)
        total = np.zeros(self.domain.shape(source))
        for subset in _subsets(source):
            if len(subset) < 3:
                spread = [self.domain.sizes[a] if a in subset else 1 for a in source]
                total += self.parts[subset].values.reshape(spread) / self._width(source, subset)
        table = _summed(self.domain, total, source, axes)
        return table + self.together(axes).values if len(axes) == 3 else table

    def together(self, axes: Axes) -> Part:
        """What these columns say together beyond what fewer of them say, pulled to zero as far as it is noise."""
        source = self._source(axes)
        part = self.parts[source]
        shown = _summed(self.domain, part.values, source, axes)
        freedom = max(1, math.prod(size - 1 for size in shown.shape))
        noise = part.variance * self._share(axes, source, source) * shown.size
        return Part(shown, noise / freedom).shrunk()

    def variance(self, axes: Axes) -> float:
        """The variance of each cell of that table; where groups differ in size, the mean over its cells."""
        source = self._source(axes)
        return sum(self.parts[s].variance * self._share(axes, source, s) for s in _subsets(source))

    def _share(self, axes: Axes, source: Axes, subset: Axes) -> float:
        """What a cell of this table has of the variance of a part of its source, mean over the cells.

        A group of m of n values has m(1 − m/n) of it along an axis of the part, (m/n)² along any other.
        """
        share = 1.0
        for axis in source:
            size = cells = squares = self.domain.sizes[axis]
            if axis not in axes:
                members = np.bincount(_groups(self.domain, axis, axes))
                cells, squares = len(members), int(members @ members)
            share *= (size - squares / size if axis in subset else squares / size**2) / cells
        return share

    def _width(self, axes: Axes, subset: Axes) -> int:
        return math.prod(self.domain.shape([axis for axis in axes if axis not in subset]))

    def _source(self, axes: Axes) -> Axes:
        return min(self._sources(axes), key=lambda table: math.prod(self.domain.shape(table)))

    def _sources(self, axes: Axes) -> list[Axes]:
        """This table and those by values instead of groups, as far as they were measured."""
        finer = product(*({axis, self.domain.axes[axis].column} for axis in axes))
        return [table for each in finer if (table := tuple(sorted(each))) in self.parts]


def reconcile(measurement: Measurement) -> Estimate:
    """Generalised least squares over all measured tables, in closed form: each part averaged by precision."""
    domain = measurement.workload.domain
    parts_of: dict[Axes, list[Part]] = {}
    for axes, noisy in measurement.tables.items():
        for subset, part in _parts(domain, axes, noisy):
            parts_of.setdefault(subset, []).append(part)
    parts = {subset: _averaged(several) for subset, several in parts_of.items()}
    _agree_on_groups(domain, parts)
    return Estimate(domain, parts)


def _subsets(axes: Sequence[int]) -> Iterator[Axes]:
    for size in range(len(axes) + 1):
        yield from combinations(axes, size)


def _groups(domain: Domain, axis: int, axes: Axes) -> Codes:
    """The group of each value of an axis, in a table of these axes that has groups instead of it."""
    return domain.axes[_shown(domain, axis, axes)].of(np.arange(domain.sizes[axis], dtype=np.uint16))


def _shown(domain: Domain, axis: int, axes: Axes) -> int:
    """The one of these axes that has the same column."""
    return next(other for other in axes if domain.axes[other].column == domain.axes[axis].column)


def _summed(domain: Domain, table: Real, source: Axes, axes: Axes) -> Real:
    """A table of the source's axes as one of these: the members of a group are added up."""
    shown = [_shown(domain, axis, axes) for axis in source]
    for place, axis in enumerate(shown):
        if axis != source[place]:
            coarse = np.zeros((*table.shape[:place], domain.sizes[axis], *table.shape[place + 1 :]))
            groups = _groups(domain, source[place], axes)
            np.add.at(np.moveaxis(coarse, place, 0), groups, np.moveaxis(table, place, 0))
            table = coarse
    return table.transpose([shown.index(axis) for axis in axes])


def _parts(domain: Domain, axes: Axes, noisy: Noisy) -> Iterator[tuple[Axes, Part]]:
    table = noisy.counts.astype(np.float64).reshape(domain.shape(axes))
    for subset in _subsets(axes):
        dropped = tuple(place for place, axis in enumerate(axes) if axis not in subset)
        cells = math.prod(domain.shape([axes[place] for place in dropped]))
        yield subset, Part(_centred(table.sum(axis=dropped)), noisy.variance * cells)


def _centred(table: Real) -> Real:
    for axis in range(table.ndim):
        table = table - table.mean(axis=axis, keepdims=True)
    return table


def _averaged(several: Sequence[Part]) -> Part:
    precision = sum(1 / part.variance for part in several)
    mean = (
        sum((part.values / part.variance for part in several), np.zeros(several[0].values.shape)) / precision
    )
    return Part(mean, 1 / precision)


def _agree_on_groups(domain: Domain, parts: dict[Axes, Part]) -> None:
    """What a coarser axis says alone is taken from the fine column, so that groups are sums of their members."""
    for number, axis in enumerate(domain.axes):
        if axis.coarsening is not None and (number,) in parts:
            estimate = Estimate(domain, parts)
            groups = _summed(domain, estimate.table((axis.column,)), (axis.column,), (number,))
            largest = int(np.bincount(axis.coarsening).max())
            parts[(number,)] = Part(_centred(groups), largest * estimate.variance((axis.column,)))
