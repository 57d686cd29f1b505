"""Read coded rows into two bytes an answer, a piece of the file at a time.

Ten million rows of fifteen columns take 300 MB and no more: the text itself is never kept.
"""

from __future__ import annotations

import csv
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


def ignore_left_out(_number: int) -> None:
    """A listener that keeps to itself how many rows were left out."""


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
        values = [np.array(self.domain.columns[i].values, dtype=object) for i in chosen]
        for start in range(0, len(self), PIECE):
            codes = [self.columns[i][start : start + PIECE] for i in chosen]
            yield from zip(*(v[c].tolist() for v, c in zip(values, codes, strict=True)), strict=True)


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
    left_out: Callable[[int], None] = ignore_left_out,
    progress: Progress = silent,
) -> Rows:
    """Code the lines of a CSV file, its header first; other columns of the file are left unread.

    With `unit`, at most `most` rows of one person are kept; `left_out` hears how many rows that costs, a number
    that is not for publication. Raises RowError.
    """
    source = _numbered(lines)
    header = _header(source)
    places = [_place(header, column.name) for column in domain.columns]
    unit_place = None if unit is None else _place(header, composed(unit))
    indexes = [_Index(column.index) for column in domain.columns]
    pieces: list[list[Codes]] = [[] for _ in domain.columns]
    people: list[NDArray[np.int64]] = []
    records = (each for each in source if each[1] or len(header) == 1)  # a blank line may be an empty answer
    done = 0
    while piece := list(islice(records, PIECE)):
        numbers, across = _across(piece, len(header))
        for place, index, column, codes in zip(places, indexes, domain.columns, pieces, strict=True):
            codes.append(_code(across[place], index, column, numbers))
        if unit_place is not None:
            people.append(_people(across[unit_place], header[unit_place], numbers))
        done += len(piece)
        progress("read", done, 0)
    rows = Rows(domain, tuple(map(_joined, pieces)))
    if unit is None:
        return rows
    kept = _bounded(rows, people, most)
    left_out(len(rows) - len(kept))
    return kept


def _numbered(lines: Iterable[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """Each record with the line of the file it begins on: a quoted field may have line breaks."""
    records, begins = iter(lines), 1
    try:
        for record in records:
            yield begins, record
            begins = getattr(records, "line_num", begins) + 1
    except csv.Error:
        raise RowError(
            f"Line {begins}: a field has more than {csv.field_size_limit()} characters."
            " Is a quotation mark left open?"
        ) from None


def _joined(pieces: list[Codes]) -> Codes:
    """One column of all pieces; the pieces are let go, so that only one column is ever held twice."""
    column = np.concatenate([np.zeros(0, dtype=np.uint16), *pieces])
    pieces.clear()
    return column


def _header(source: Iterator[tuple[int, Sequence[str]]]) -> list[str]:
    _, first = next(source, (0, None))
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


def _across(
    piece: list[tuple[int, Sequence[str]]], width: int
) -> tuple[tuple[int, ...], tuple[tuple[str, ...], ...]]:
    """The lines and the columns of these records."""
    for line, record in piece:
        if len(record) != width:
            raise RowError(f"Line {line} has {len(record)} fields, the header has {width}.")
    numbers, records = zip(*piece, strict=True)
    return numbers, tuple(zip(*records, strict=True))


def _code(values: Sequence[str], index: _Index, column: Column, numbers: Sequence[int]) -> Codes:
    codes = np.fromiter(map(index.__getitem__, values), dtype=np.uint16, count=len(values))
    outside = np.flatnonzero(codes == UNKNOWN)
    if len(outside):
        raise RowError(
            f"Line {numbers[outside[0]]}, column {column.name!r}: the value is not in the code list"
            f" ({len(outside)} such values in this part of the file)."
        )
    return codes


def _people(values: Sequence[str], name: str, numbers: Sequence[int]) -> NDArray[np.int64]:
    """One number a person, whatever Unicode spelling and blanks around the name: or a bound would not bind."""
    names = [composed(value).strip() for value in values]
    if not all(names):
        raise RowError(
            f"Line {numbers[names.index('')]}, column {name!r}: it is empty, so this row would count as one person"
            " with all others like it. Give each person a value of their own."
        )
    return np.fromiter(map(hash, names), dtype=np.int64, count=len(names))


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
