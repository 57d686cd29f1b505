"""How many steps of each kind, so coarse that no single step shows (domain.md §0: weeks from ten, else quarters).

They are what the leaves of the days say (`day_totals`), whose bytes are in the tree: nothing is counted here.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from tincay.core.ledger.day_totals import KIND
from tincay.log.models import Checkpoint, ClearOpening
from tincay.log.queries import read_totals

PUBLIC_KINDS = frozenset({
    "report_received", "message_posted", "stage_changed", "clock_paused", "clock_resumed", "escalated",
    "consent_changed", "shared", "override_used", "override_refused", "referral_answered", "transferred",
    "alert_published", "alert_withdrawn", "data_deleted", "key_changed", "indicator_published", "deadline_moved",
    "extension_told", "calendar_changed", "release_published", "log_resumed",
})  # fmt: skip
"""Kinds whose number is told, from ten on: how people are answered, and what the operators do. Of all others not
even the server keeps how many there were."""
FEWEST = 10
QUARTERS_SHOWN = 4


class ShownCount(NamedTuple):
    """A number of a quarter, or the part of it that may be told."""

    times: int
    at_least: bool


@dataclass(frozen=True)
class Quarter:
    """A past quarter. A kind of which nothing may be told is not named: even that it happened would tell."""

    year: int
    number: int
    rows: Mapping[str, ShownCount]


@dataclass(frozen=True)
class Totals:
    """What the page may show: the last complete week, and complete quarters, latest first."""

    week_start: date | None
    week: Mapping[str, int]
    quarters: tuple[Quarter, ...]


def showable(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts of ten or more, less those from which the hidden ones could be worked out.

    The size of the log is public, so what is hidden has to come to ten together, or to nothing.
    """
    shown = sorted(((number, kind) for kind, number in counts.items() if number >= FEWEST), reverse=True)
    hidden = sum(counts.values()) - sum(number for number, _ in shown)
    while shown and 0 < hidden < FEWEST:
        hidden += shown.pop()[0]
    return {kind: number for number, kind in sorted(shown, key=lambda pair: pair[1])}


def totals() -> Totals:
    """The totals up to the last checkpoint. Counted once a checkpoint."""
    last = Checkpoint.objects.last()
    return _totals(last.note, last.day) if last else Totals(None, {}, ())


@lru_cache(maxsize=2)
def _totals(_note: str, until: date) -> Totals:
    weeks = _weeks(until)
    last = max(weeks, default=None)
    quarters: dict[tuple[int, int], list[date]] = {}
    for start in weeks:
        quarters.setdefault(quarter_of(start), []).append(start)
    complete = sorted(key for key in quarters if key < quarter_of(monday_of(until)))[-QUARTERS_SHOWN:]
    shown = tuple(_quarter(*key, [weeks[start] for start in quarters[key]]) for key in reversed(complete))
    return Totals(last, showable(weeks[last]) if last else {}, shown)


def _quarter(year: int, number: int, weeks: list[Counter[str]]) -> Quarter:
    stated: Counter[str] = Counter()
    for week in weeks:
        stated.update(showable(week))
    whole = sum(weeks, Counter[str]())
    rest = showable({kind: whole[kind] - stated[kind] for kind in whole})
    countable = {kind: stated[kind] + rest.get(kind, 0) for kind in sorted(whole)}
    rows = {kind: ShownCount(times, times < whole[kind]) for kind, times in countable.items() if times}
    return Quarter(year, number, rows)


def quarter_of(monday: date) -> tuple[int, int]:
    """The quarter of a week: that of its Thursday, as ISO 8601 gives weeks to years."""
    thursday = monday + timedelta(days=3)
    return thursday.year, (thursday.month + 2) // 3


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(until: date) -> dict[date, Counter[str]]:
    """The counts by kind of each week that was over on this day, by its Monday, from the first in which
    anything happened; covers and other kinds are left out."""
    weeks: dict[date, Counter[str]] = {}
    for row in ClearOpening.objects.filter(kind=KIND):
        totals = read_totals(row)
        monday = date.fromisocalendar(int(totals.week[:4]), int(totals.week[6:]), 1)
        if monday < monday_of(until):
            counted = {kind: number for kind, number in totals.counts.items() if kind in PUBLIC_KINDS}
            weeks[monday] = Counter(counted)
    begun = min((monday for monday, counted in weeks.items() if counted), default=until)
    return {monday: counted for monday, counted in weeks.items() if monday >= begun}
