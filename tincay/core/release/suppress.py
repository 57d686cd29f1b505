"""Tables for screens inside an organisation, with small cells hidden. NOT FOR PUBLICATION: see suppress.md.

Hiding and rounding stop a glance, not an attack: with enough such tables people can be found again.
Only figures of `publish.measure_and_publish` may leave the house.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 10
ROUND_TO = 5
MOST_DIMENSIONS = 3  # the period is one of them
DOMINANT = 0.8
NOTICE = "Internal. Not for publication."

Counts = NDArray[np.int64]


class NotShown(ValueError):
    """This table is not shown, not even inside. The text says why."""


@dataclass(frozen=True)
class Screen:
    """A table with its totals as the last place of each dimension; hidden cells are -1. Never publish it."""

    columns: tuple[str, ...]
    period: str
    cells: Counts
    notice: str = NOTICE


def quarter_of(day: date) -> str:
    """The quarter a day is in, like "2026-Q3"."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def screen(
    counts: Counts, columns: tuple[str, ...], *, period: str, today: date, largest: Counts | None = None
) -> Screen:
    """The table of one closed quarter, cells under ten hidden, and others with them; the rest rounded to five.

    `largest` is what the biggest single contributor gave to each cell; a cell that is nearly all its own is
    hidden as well. Raises NotShown for an open quarter or too many dimensions.
    """
    if period >= quarter_of(today):
        raise NotShown("The quarter is not over: two looks at it would show who came in between.")
    if counts.ndim + 1 > MOST_DIMENSIONS or counts.ndim != len(columns):
        raise NotShown("At most two columns and a period: finer tables show single people.")
    full = _with_totals(counts)
    hidden = (full > 0) & (full < THRESHOLD)
    inside = tuple(slice(0, size) for size in counts.shape)
    if largest is not None:
        hidden[inside] |= (counts > 0) & (largest > DOMINANT * counts)
    _hide_lines_of_one(full, hidden)
    _hide_beside(full, hidden)
    return Screen(columns, period, np.where(hidden, -1, _rounded(full)))


def _with_totals(counts: Counts) -> Counts:
    for axis in range(counts.ndim):
        counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)
    return counts


def _rounded(full: Counts) -> Counts:
    return (full + ROUND_TO // 2) // ROUND_TO * ROUND_TO


def _lines(shape: tuple[int, ...]) -> Iterator[tuple[int | slice, ...]]:
    """Every row and column of the table, totals included."""
    for axis in range(len(shape)):
        for other in np.ndindex(*(size for place, size in enumerate(shape) if place != axis)):
            line: list[int | slice] = list(other)
            line.insert(axis, slice(None))
            yield tuple(line)


def _hide_lines_of_one(full: Counts, hidden: NDArray[np.bool_]) -> None:
    """A group whose people all gave one answer is not shown: its zeros would tell of everybody in it."""
    for line in _lines(full.shape):
        members = full[line][:-1]
        if len(members) > 1 and np.sum(members > 0) == 1:
            hidden[line] = True


def _hide_beside(full: Counts, hidden: NDArray[np.bool_]) -> None:
    """Until no row or column, total included, has a single hidden cell, which would be the rest of the sum."""
    again = True
    while again:
        again = False
        for line in _lines(full.shape):
            if np.sum(hidden[line]) == 1:
                open_cells = np.where(hidden[line], np.iinfo(np.int64).max, full[line])
                hidden[line][int(np.argmin(_zeros_last(open_cells)))] = True
                again = True


def _zeros_last(cells: Counts) -> Counts:
    """Hide the smallest cell that has people; an empty one only if there is no other."""
    return np.where(cells == 0, np.iinfo(np.int64).max - 1, cells)
