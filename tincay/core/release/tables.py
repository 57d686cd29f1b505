"""The published figures: stored once, answered from the store, each with its expected error. See tables.md."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from .domain import Domain
from .estimate import Estimate
from .rows import Rows
from .workload import Axes, Workload

MISPLACED = 0.10  # a table is refused when more than this share of people is expected in a wrong cell
MEAN_OF_NORMAL = math.sqrt(2 / math.pi)  # E|x| of a normal x with standard deviation 1


class FigureNotPublished(LookupError):
    """This figure was not published. The text says why, and what there is instead."""


@dataclass(frozen=True)
class PublishedFigure:
    """A published number of people, and how far it is expected to be from the true one."""

    count: int
    expected_error: float


@dataclass(frozen=True)
class PublishedTable:
    """A published table. `counts` has one dimension a column; `values` are the labels along it."""

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    counts: NDArray[np.int64]
    expected_error: float

    def cells(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Every cell, also the empty ones: which cells exist must say nothing about anybody."""
        return zip(product(*self.values), self.counts.ravel().tolist(), strict=True)


@dataclass(frozen=True)
class Refusal:
    """A table that is not published, and the coarser one that is (None: there is none)."""

    columns: tuple[str, ...]
    reason: str
    instead: tuple[str, ...] | None


@dataclass(frozen=True)
class PublishedTables:
    """All figures of one release."""

    stored: Mapping[frozenset[str], PublishedTable]
    refusals: tuple[Refusal, ...]

    def answer(self, **chosen: str) -> PublishedFigure:
        """The stored number of people with these answers: `answer(gender="Woman", ageBroad="9--17")`.

        The same question has the same answer for ever, in whatever order it is asked. Raises FigureNotPublished.
        """
        table = self.table(*chosen)
        try:
            cell = tuple(v.index(chosen[name]) for name, v in zip(table.columns, table.values, strict=True))
        except ValueError:
            raise FigureNotPublished("One of these values is not in the code list of its column.") from None
        return PublishedFigure(int(table.counts[cell]), table.expected_error)

    def table(self, *columns: str) -> PublishedTable:
        """The stored table of these columns, in any order. Raises FigureNotPublished."""
        wanted = frozenset(columns)
        if wanted in self.stored:
            return self.stored[wanted]
        for refusal in self.refusals:
            if wanted == frozenset(refusal.columns):
                raise FigureNotPublished(refusal.reason + _instead(refusal.instead))
        raise FigureNotPublished(
            "This table was not measured, so no figure can be given with an honest error."
        )


def _instead(columns: tuple[str, ...] | None) -> str:
    if columns is None:
        return " There is no coarser table: wait for a longer period or a larger area."
    return f" Published instead: {' × '.join(columns) or 'the total'}."


def tabulate(
    rows: Rows, estimate: Estimate, workload: Workload, misplaced: float = MISPLACED
) -> PublishedTables:
    """Count the invented rows into every measured table that is worth publishing.

    `misplaced` is the share of people that may be expected in a wrong cell.

    All tables are sums of the same rows, so they agree wherever they meet, in every dimension.
    """
    stored: dict[frozenset[str], PublishedTable] = {}
    refusals = []
    for axes in _measured(workload, estimate):
        table = _table(rows, estimate, axes)
        if _useful(table, len(rows), misplaced):
            stored[frozenset(table.columns)] = table
            continue
        others = (_table(rows, estimate, other) for other in _coarser(estimate, axes))
        coarser = next((t for t in others if _useful(t, len(rows), misplaced)), None)
        if coarser is not None:
            stored[frozenset(coarser.columns)] = coarser
        refusals.append(Refusal(table.columns, _reason(table), coarser.columns if coarser else None))
    refusals += [_too_large(estimate.domain, pair) for pair in workload.too_large]
    return PublishedTables(stored, tuple(refusals))


def substitutes(estimate: Estimate, workload: Workload) -> list[Axes]:
    """For each measured table that has too much noise, the most detailed coarser one that has not.

    These may be offered instead, so the invented rows must show them, too.
    """
    refused = (axes for axes in _measured(workload, estimate) if not _fits(estimate, axes))
    first = (next(filter(partial(_fits, estimate), _coarser(estimate, axes)), ()) for axes in refused)
    return [axes for axes in first if axes]


def _measured(workload: Workload, estimate: Estimate) -> list[Axes]:
    """The total, every one-way table, every known pair, every measured three-way table."""
    measured = set(workload.tables)
    pairs = {pair for axes in measured for pair in combinations(axes, 2)}
    ones = {(axis,) for axes in measured for axis in axes}
    return sorted({(), *ones, *pairs, *measured}, key=lambda axes: (len(axes), axes))


def _table(rows: Rows, estimate: Estimate, axes: Axes) -> PublishedTable:
    domain = estimate.domain
    named = [domain.axes[axis] for axis in axes]
    counts = rows.count(axes).reshape(domain.shape(axes))
    return PublishedTable(
        tuple(axis.name for axis in named),
        tuple(axis.values for axis in named),
        counts,
        _expected_error(estimate, axes, counts),
    )


def _expected_error(estimate: Estimate, axes: Axes, counts: NDArray[np.int64]) -> float:
    """From the noise, or from how far the rows miss the noisy table where that is more."""
    missed = float(np.mean((counts - estimate.table(axes)) ** 2))
    return MEAN_OF_NORMAL * math.sqrt(max(missed, estimate.variance(axes)))


def _fits(estimate: Estimate, axes: Axes) -> bool:
    """Would the table be worth publishing if the rows showed it as well as the noise allows?"""
    error = MEAN_OF_NORMAL * math.sqrt(estimate.variance(axes))
    return _worth(error, math.prod(estimate.domain.shape(axes)), estimate.people, MISPLACED)


def _useful(table: PublishedTable, people: int, misplaced: float) -> bool:
    return _worth(table.expected_error, table.counts.size, people, misplaced)


def _worth(error: float, cells: int, people: int, misplaced: float) -> bool:
    return misplaced == math.inf or error * cells <= misplaced * 2 * people


def _reason(table: PublishedTable) -> str:
    return (
        f"Too few people for {table.counts.size} cells: each figure would be wrong by about"
        f" {table.expected_error:.0f}."
    )


def _too_large(domain: Domain, pair: Axes) -> Refusal:
    names = tuple(domain.axes[axis].name for axis in pair)
    return Refusal(names, "This table has too many cells, and the code lists have no groups.", None)


def _coarser(estimate: Estimate, axes: Axes) -> list[Axes]:
    """By groups where there are groups, then with one column fewer; the most detailed first."""
    domain = estimate.domain
    options = [[axis, domain.coarser(axis), None] for axis in axes]
    chosen = {tuple(sorted(a for a in pick if a is not None)) for pick in product(*options)} - {axes}
    measured = [pick for pick in chosen if estimate.is_known(pick)]
    return sorted(measured, key=lambda pick: (-len(pick), -math.prod(domain.shape(pick)), pick))
