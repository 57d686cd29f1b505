"""Who was seen on which lists: a table of counts, read, checked, merged and cut."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .answers import Caution, NoEstimate

Counts = NDArray[np.int64]
MOST_LISTS = 12
LARGEST_COUNT = 10**12
COUNT_COLUMN = "count"


@dataclass(frozen=True, eq=False)
class Table:
    """How many people were seen on exactly which lists.

    `lists` names the K lists. `counts` has length 2^K: entry h counts the people seen on exactly the lists j
    whose bit is set in h (`h >> j & 1`); entry 0, the people nobody saw, is 0. Build it with `table_of`,
    `read_table` or `count_people`, which check it.
    """

    lists: tuple[str, ...]
    counts: Counts

    @property
    def size(self) -> int:
        """People seen at all (n)."""
        return int(self.counts.sum())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Table)
            and self.lists == other.lists
            and np.array_equal(self.counts, other.counts)
        )

    def __hash__(self) -> int:
        return hash((self.lists, self.counts.tobytes()))

    def bit(self, name: str) -> int:
        """The bit of a list. Raises NoEstimate("bad_table") for a name that the table does not hold."""
        if name not in self.lists:
            raise NoEstimate("bad_table", problem=f"there is no list {name}")
        return 1 << self.lists.index(name)

    def list_size(self, name: str) -> int:
        return int(self.counts[_has(self, self.bit(name))].sum())

    def overlap(self, first: str, second: str) -> int:
        """People on both lists, whatever else they are on."""
        return int(self.counts[_has(self, self.bit(first) | self.bit(second))].sum())

    def times_seen(self) -> tuple[int, ...]:
        """(f1, …, fK): how many people were seen on exactly 1, …, K lists."""
        times = np.bitwise_count(np.arange(len(self.counts)))
        return tuple(int(self.counts[times == k].sum()) for k in range(1, len(self.lists) + 1))

    def keep(self, names: Sequence[str]) -> Table:
        """Only these lists, in this order; people seen on none of them leave the table."""
        bits = [self.bit(name) for name in names]
        cells = np.arange(len(self.counts))
        target = sum(((cells & bit > 0).astype(np.int64) << new for new, bit in enumerate(bits)), 0 * cells)
        counts = np.zeros(1 << len(bits), dtype=np.int64)
        np.add.at(counts, target, self.counts)
        counts[0] = 0
        return Table(tuple(names), counts)

    def drop(self, name: str) -> Table:
        """The table as if this list had never been made."""
        self.bit(name)
        return self.keep([each for each in self.lists if each != name])

    def merge(self, names: Sequence[str], into: str) -> Table:
        """Treat several lists as one: on it is who is on any of them. The merged list comes first."""
        both = sum({self.bit(name) for name in names})
        rest = [name for name in self.lists if name not in names]
        if into in rest:
            raise NoEstimate("bad_table", problem=f"two lists would be named {into}")
        cells = np.arange(len(self.counts))
        target = (cells & both > 0).astype(np.int64)
        for new, name in enumerate(rest, start=1):
            target |= (cells & self.bit(name) > 0).astype(np.int64) << new
        counts = np.zeros(1 << (1 + len(rest)), dtype=np.int64)
        np.add.at(counts, target, self.counts)
        return Table((into, *rest), counts)

    def within(self, name: str) -> Table:
        """The people on this list, described by the other lists (who is on none of them leaves).

        The list's own size is the truth against which a method can be tried (internal consistency).
        """
        bit = self.bit(name)
        counts = np.where(_has(self, bit), self.counts, 0)
        return Table(self.lists, counts).drop(name)


def _has(table: Table, bits: int) -> NDArray[np.bool_]:
    has: NDArray[np.bool_] = (np.arange(len(table.counts)) & bits) == bits
    return has


def table_of(lists: Sequence[str], counts: Sequence[int] | Counts) -> Table:
    """A checked table from 2^K counts (entry h: seen on exactly the lists whose bits are set in h).

    Raises NoEstimate("bad_table") with the problem in words.
    """
    names = tuple(str(name).strip() for name in lists)
    _check_names(names)
    if len(counts) != 1 << len(names):
        raise NoEstimate("bad_table", problem=f"{len(names)} lists need {1 << len(names)} counts")
    whole = [_whole(value) for value in counts]
    if whole[0]:
        raise NoEstimate("bad_table", problem="people on no list cannot have been counted")
    return Table(names, np.array(whole, dtype=np.int64))


def _check_names(names: tuple[str, ...]) -> None:
    if not 1 <= len(names) <= MOST_LISTS:
        raise NoEstimate("bad_table", problem=f"a table has 1 to {MOST_LISTS} lists")
    if len(set(names)) != len(names) or not all(names):
        raise NoEstimate("bad_table", problem="every list needs a name of its own")


def _whole(value: object) -> int:
    """The count, if it is a whole number from 0 to 10^12."""
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or len(text) > 13 or int(text) > LARGEST_COUNT:
        raise NoEstimate("bad_table", problem="a count must be a whole number from 0 to 1,000,000,000,000")
    return int(text)


def count_people(lists: Sequence[str], people: Iterable[Sequence[object]]) -> Table:
    """A table from one row of 0/1 per person. Rows of zeros are refused: nobody saw such a person."""
    counts = [0] * (1 << len(lists))
    for row in people:
        counts[_history(row, len(lists))] += 1
    return table_of(lists, counts)


def _history(row: Sequence[object], lists: int) -> int:
    marks = [str(mark).strip() for mark in row]
    if len(marks) != lists or any(mark not in ("0", "1") for mark in marks):
        raise NoEstimate("bad_table", problem="each row needs one 0 or 1 for each list")
    return sum(1 << j for j, mark in enumerate(marks) if mark == "1")


def read_table(text: str) -> Table:
    """Read CSV: a header with the lists' names, then rows of 0/1.

    With a column `count` each row stands for that many people (rows may repeat; missing rows count 0);
    without it each row is one person. Raises NoEstimate("bad_table").
    """
    rows = read_csv_rows(text)
    if not rows:
        raise NoEstimate("bad_table", problem="the file is empty")
    header = [name.strip() for name in rows[0]]
    if COUNT_COLUMN not in header:
        _check_names(tuple(header))
        return count_people(header, rows[1:])
    return _read_counts(header, rows[1:])


def read_csv_rows(text: str) -> list[list[str]]:
    """The rows of a CSV file that hold anything, with whatever line ends a program wrote.

    Cells are parted by commas; by semicolons where the header holds no comma, as Excel writes where the comma is
    the decimal sign. Raises NoEstimate("bad_table").
    """
    plain = io.StringIO(text.lstrip("\ufeff"), newline=None)
    mark = "," if "," in next((line for line in plain if line.strip()), "") else ";"
    plain.seek(0)
    try:
        return [row for row in csv.reader(plain, delimiter=mark) if any(cell.strip() for cell in row)]
    except csv.Error:
        raise NoEstimate("bad_table", problem="it is not a CSV file") from None


def _read_counts(header: list[str], rows: list[list[str]]) -> Table:
    at = header.index(COUNT_COLUMN)
    names = header[:at] + header[at + 1 :]
    _check_names(tuple(names))
    counts = [0] * (1 << len(names))
    for row in rows:
        if len(row) != len(header):
            raise NoEstimate("bad_table", problem="each row needs one value for each column")
        counts[_history(row[:at] + row[at + 1 :], len(names))] += _whole(row[at])
    return table_of(names, counts)


def write_table(table: Table) -> str:
    """The table as CSV that `read_table` reads back: every cell but the unseen one, in order of its bits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.lists, COUNT_COLUMN])
    for cell in range(1, len(table.counts)):
        writer.writerow([*(cell >> j & 1 for j in range(len(table.lists))), int(table.counts[cell])])
    return out.getvalue()


def tidy(table: Table) -> tuple[Table, tuple[Caution, ...]]:
    """Leave out lists that add nothing: empty ones, and all but one of those that hold the same people.

    Which of several equal lists stays does not matter to any method. Raises NoEstimate("no_cases").
    """
    if not table.size:
        raise NoEstimate("no_cases")
    kept, cautions = table, []
    for name in table.lists:
        if not table.list_size(name):
            kept = kept.drop(name)
            cautions.append(Caution("empty_list_dropped", {"list": name}))
    for first, second in combinations(kept.lists, 2):
        if _same(table, first, second) and second in kept.lists and first in kept.lists:
            kept = kept.drop(second)
            cautions.append(Caution("same_list_dropped", {"list": second, "same": first}))
    return kept, tuple(cautions)


def _same(table: Table, first: str, second: str) -> bool:
    return table.list_size(first) == table.list_size(second) == table.overlap(first, second)


@dataclass(frozen=True)
class Pair:
    """Two lists side by side: sizes, people on both, and Chapman's two-list estimate from them alone."""

    first: str
    second: str
    first_size: int
    second_size: int
    both: int
    chapman: float


def pairs(table: Table) -> tuple[Pair, ...]:
    """Every pair of lists. A wide spread of the two-list estimates shows that sightings hang together."""
    return tuple(_pair(table, first, second) for first, second in combinations(table.lists, 2))


def apart(overlaps: Iterable[Pair]) -> tuple[Pair, ...]:
    """Pairs of lists with nobody on both."""
    return tuple(pair for pair in overlaps if not pair.both)


def chapman_spread(overlaps: Iterable[Pair]) -> tuple[float, float] | None:
    """Smallest and largest two-list estimate of the pairs that share somebody; None when none does."""
    values = [pair.chapman for pair in overlaps if pair.both]
    return (min(values), max(values)) if values else None


def _pair(table: Table, first: str, second: str) -> Pair:
    n1, n2, both = table.list_size(first), table.list_size(second), table.overlap(first, second)
    return Pair(first, second, n1, n2, both, (n1 + 1) * (n2 + 1) / (both + 1) - 1)
