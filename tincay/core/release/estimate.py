"""Make one story of the noisy tables: the best estimate in which every sum agrees. See estimate.md."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .domain import Domain
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

    def known(self, axes: Axes) -> bool:
        """Was every part of this table measured?"""
        return all(subset in self.parts for subset in _subsets(axes))

    def table(self, axes: Axes) -> Real:
        """The table of these axes, shaped; cells may be negative."""
        shape = self.domain.shape(axes)
        total = np.zeros(shape)
        for subset in _subsets(axes):
            spread = [self.domain.sizes[a] if a in subset else 1 for a in axes]
            total += self.parts[subset].values.reshape(spread) / self._width(axes, subset)
        return total

    def variance(self, axes: Axes) -> float:
        """The variance of each cell of that table: the same for all its cells."""
        return sum(
            self.parts[subset].variance
            * math.prod(1 - 1 / size for size in self.domain.shape(subset))
            / self._width(axes, subset) ** 2
            for subset in _subsets(axes)
        )

    def _width(self, axes: Axes, subset: Axes) -> int:
        return math.prod(self.domain.shape([axis for axis in axes if axis not in subset]))


def reconcile(measurement: Measurement) -> Estimate:
    """Generalised least squares over all measured tables, in closed form: each part averaged by precision."""
    domain = measurement.workload.domain
    found: dict[Axes, list[Part]] = {}
    for axes, noisy in measurement.tables.items():
        for subset, part in _parts(domain, axes, noisy):
            found.setdefault(subset, []).append(part)
    parts = {subset: _averaged(several) for subset, several in found.items()}
    _agree_on_groups(domain, parts)
    return Estimate(domain, {axes: part.shrunk() if len(axes) > 2 else part for axes, part in parts.items()})


def _subsets(axes: Sequence[int]) -> Iterator[Axes]:
    for size in range(len(axes) + 1):
        yield from combinations(axes, size)


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
            fine = estimate.table((axis.column,))
            groups: Real = np.bincount(axis.coarsening, weights=fine, minlength=len(axis)).astype(np.float64)
            largest = int(np.bincount(axis.coarsening).max())
            parts[(number,)] = Part(_centred(groups), largest * estimate.variance((axis.column,)))
