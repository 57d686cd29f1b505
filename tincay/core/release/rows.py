"""Read coded rows into two bytes an answer, a piece of the file at a time.

Ten million rows of fifteen columns take 300 MB and no more: the text itself is never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from .domain import Codes, Column, Domain, composed

PIECE = 50_000
UNKNOWN = np.iinfo(np.uint16).max
Progress = Callable[[str, int, int], None]
Counts = NDArray[np.int64]


def silent(_step: str, _done: int, _of: int) -> None:
    """A progress listener that says nothing."""


class RowError(ValueError):
    """The file does not fit the domain. The text names line and column, never the value: it may be a name."""


@dataclass(frozen=True)
class Rows:
    """Coded answers: one array a column, in the domain's order of columns."""

    domain: Domain
    columns: tuple[Codes, ...]

    def __len__(self) -> int:
        return len(self.columns[0])

    def count(self, axes: Sequence[int]) -> Counts:
        """How many rows each cell of this table has, as a flat array."""
        shape = self.domain.shape(axes)
        total = np.zeros(int(np.prod(shape)), dtype=np.int64)
        for start in range(0, len(self), 1 << 20):
            total += np.bincount(self.cells(axes, start, start + (1 << 20)), minlength=len(total))
        return total

    def cells(self, axes: Sequence[int], start: int = 0, stop: int | None = None) -> NDArray[np.int64]:
        """The cell of this table each row falls into."""
        width = len(range(*slice(start, stop).indices(len(self))))
        cell = np.zeros(width, dtype=np.int64)
        for number in axes:
            axis = self.domain.axes[number]
            cell *= len(axis)
            cell += axis.of(self.columns[axis.column][start:stop])
        return cell

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Rows:
        """The rows at these places, or where this mask is true."""
        return Rows(self.domain, tuple(column[which] for column in self.columns))

    def matrix(self) -> Codes:
        """All answers as rows × columns."""
        return np.stack(self.columns, axis=1)

    def only(self, names: Iterable[str]) -> Rows:
        """The same rows with these columns alone."""
        domain = self.domain.only(names)
        return Rows(domain, tuple(self.columns[self.domain.names.index(name)] for name in domain.names))

    def texts(self) -> Iterator[tuple[str, ...]]:
        """The rows as values, in the order the columns were given in."""
        chosen = [self.domain.names.index(name) for name in self.domain.order]
        values = [np.array(self.domain.columns[i].values, dtype=object)[self.columns[i]] for i in chosen]
        return zip(*values, strict=True)


def rows_of(domain: Domain, matrix: NDArray[np.integer]) -> Rows:
    """Rows from a rows × columns array of codes, columns in the domain's order of names."""
    return Rows(domain, tuple(np.ascontiguousarray(column, dtype=np.uint16) for column in matrix.T))


class _Index(dict[str, int]):
    """Value → code; a value in the other Unicode spelling is found as well, anything else is UNKNOWN."""

    def __missing__(self, value: str) -> int:
        return self.get(composed(value), UNKNOWN)


def read_rows(
    lines: Iterable[Sequence[str]],
    domain: Domain,
    *,
    unit: str | None = None,
    most: int = 1,
    progress: Progress = silent,
) -> Rows:
    """Code the lines of a CSV file, its header first; other columns of the file are left unread.

    With `unit`, at most `most` rows of one person are kept. Raises RowError.
    """
    source = iter(lines)
    header = _header(source)
    places = [_place(header, column.name) for column in domain.columns]
    unit_place = None if unit is None else _place(header, composed(unit))
    indexes = [_Index(column.index) for column in domain.columns]
    pieces: list[list[Codes]] = [[] for _ in domain.columns]
    people: list[NDArray[np.int64]] = []
    line = 2
    while piece := list(islice(source, PIECE)):
        across = _across(piece, len(header), line)
        for place, index, column, codes in zip(places, indexes, domain.columns, pieces, strict=True):
            codes.append(_code(across[place], index, column, line))
        if unit_place is not None:
            people.append(np.fromiter(map(hash, across[unit_place]), dtype=np.int64, count=len(piece)))
        line += len(piece)
        progress("read", line - 2, 0)
    rows = Rows(domain, tuple(map(_joined, pieces)))
    return rows if unit is None else _bounded(rows, people, most)


def _joined(pieces: list[Codes]) -> Codes:
    """One column of all pieces; the pieces are let go, so that only one column is ever held twice."""
    column = np.concatenate([np.zeros(0, dtype=np.uint16), *pieces])
    pieces.clear()
    return column


def _header(source: Iterator[Sequence[str]]) -> list[str]:
    first = next(source, None)
    if first is None:
        raise RowError("The file is empty: it has not even a line with column names.")
    header = [composed(name.removeprefix("\ufeff")) for name in first]
    if len(set(header)) < len(header):
        raise RowError("Two columns of the file have the same name (perhaps in two Unicode spellings).")
    return header


def _place(header: list[str], name: str) -> int:
    if name not in header:
        raise RowError(f"The file has no column {name!r}.")
    return header.index(name)


def _across(piece: list[Sequence[str]], width: int, line: int) -> list[tuple[str, ...]]:
    for below, row in enumerate(piece):
        if len(row) != width:
            raise RowError(f"Line {line + below} has {len(row)} fields, the header has {width}.")
    return list(zip(*piece, strict=True))


def _code(values: tuple[str, ...], index: _Index, column: Column, line: int) -> Codes:
    codes = np.fromiter(map(index.__getitem__, values), dtype=np.uint16, count=len(values))
    outside = np.flatnonzero(codes == UNKNOWN)
    if len(outside):
        raise RowError(
            f"Line {line + outside[0]}, column {column.name!r}: the value is not in the code list"
            f" ({len(outside)} such values in this part of the file)."
        )
    return codes


def _bounded(rows: Rows, people: list[NDArray[np.int64]], most: int) -> Rows:
    """Keep `most` rows of each person, chosen by what the rows say, so that the order of rows is no matter."""
    if most < 1:
        raise RowError("At least one row a person must be kept.")
    if not len(rows):
        return rows
    who = np.concatenate(people)
    order = np.lexsort((_mixed(rows), who))
    who = who[order]
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    rank = np.arange(len(who)) - np.repeat(starts, np.diff(np.r_[starts, len(who)]))
    return rows.take(np.sort(order[rank < most]))


def _mixed(rows: Rows) -> NDArray[np.uint64]:
    """A fixed scramble of each row's answers (the multiplier is Knuth's 64-bit one)."""
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.columns:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(6364136223846793005) + np.uint64(1)
        mixed ^= mixed >> np.uint64(29)
    return mixed
