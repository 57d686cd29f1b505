"""What one day adds to the log: how many leaves, of which most may be covers, and the leaf that tells it.

A day adds a multiple of the floor, so that growth does not tell whether anything happened. The floor follows from
the growth of earlier days alone: whoever has the checkpoints can compute it (docs/formats/leaf.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from tincay.core.ledger.leaf import Opened
from tincay.core.ledger.promise import week_of

KIND = "day_totals"
COVER = "cover"
OTHER = "other"
"""Leaves of all kinds whose number is told to nobody."""
UNKNOWN = "unknown"
"""Leaves that were taken over from the published log: the database that counted them is gone."""
LEAST = 64
QUARTER = timedelta(days=91)
_COUNT = "count_"


class Growth(NamedTuple):
    """How many leaves a checkpoint added, and its day."""

    day: date
    leaves: int


def padded(leaves: int, floor: int) -> int:
    """How many leaves are added instead of so many: the next multiple of the floor."""
    return -(-leaves // floor) * floor


def floors(growths: Sequence[Growth], upcoming: date) -> list[int]:
    """The floor in force at each of these checkpoints, in order, and at one on the day `upcoming`.

    64, or the number of leaves that 99 of 100 checkpoints of the 91 days before did not exceed, if that is more;
    never less than before. Of fewer than a hundred checkpoints, one may exceed it.
    """
    in_force, floor, first = [], LEAST, 0
    for place, day in enumerate([*(growth.day for growth in growths), upcoming]):
        while first < place and growths[first].day < day - QUARTER:
            first += 1
        window = sorted(growth.leaves for growth in growths[first:place])
        within = len(window) * 99 // 100
        floor = max(floor, window[within - 1]) if within else floor
        in_force.append(floor)
    return in_force


@dataclass(frozen=True)
class DayTotals:
    """What a day's leaf tells: of the leaves `start` to `size`, since the week began, how many of each kind."""

    week: str
    floor: int
    start: int
    size: int
    counts: Mapping[str, int]

    @property
    def facts(self) -> dict[str, str | int]:
        """The members of its event beside kind and day."""
        counted = {f"{_COUNT}{kind}": number for kind, number in self.counts.items() if number}
        return {"week": self.week, "floor": self.floor, "from": self.start, "size": self.size, **counted}


def week_counted(day: date) -> str:
    """The week to which the leaves belong that are signed on this day: a day is signed when the next one begins."""
    return week_of(day - timedelta(days=1))


def read_totals(opened: Opened) -> DayTotals:
    """The totals in an opening. Raises ValueError for anything else, and when they do not add up."""
    match opened.event:
        case {"week": str(week), "floor": int(floor), "from": int(start), "size": int(size), **rest}:
            totals = DayTotals(week, floor, start, size, _counts(rest.items()))
        case _:
            raise ValueError("not the totals of a day")
    if opened.kind != KIND or sum(totals.counts.values()) != size - start:
        raise ValueError("the totals of a day do not add up")
    return totals


def _counts(members: Iterable[tuple[str, str | int]]) -> dict[str, int]:
    return {
        name.removeprefix(_COUNT): number
        for name, number in members
        if name.startswith(_COUNT) and isinstance(number, int) and number > 0
    }
