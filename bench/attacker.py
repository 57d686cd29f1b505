"""Somebody with the disk and two backups, a week apart, who wants to know when closed reports came and closed.

All is read from the rows and from where they lie. What a report is known by at one time is remembered for the others.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import exp, factorial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

WEEK = timedelta(days=7)
PAGE = 4096
MONTHS = {"received_month": "received", "closed_month": "closed"}
ABOUT = {"purge_on": "closed", "day": "received"}
"""What a column is about, where it cannot be about both."""
DATES = re.compile(r"20\d\d-\d\d-\d\d")
SURE, FEWEST = 0.9, 6
"""How often a way of placing must agree with what is known anyway before it is believed, and of how many."""
Codes = tuple[tuple[str, str], ...]
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Window(NamedTuple):
    """From when to when something must have happened."""

    first: datetime
    last: datetime

    @property
    def width(self) -> timedelta:
        return self.last - self.first

    def within(self, other: "Window") -> "Window":
        return Window(max(self.first, other.first), min(self.last, other.last))

    def holds(self, at: datetime) -> bool:
        return self.first <= at <= self.last


@dataclass
class Seen:
    """What a copy of the database shows: rows by label, each with its report; where they lie; what is counted."""

    at: datetime
    reports: dict[UUID, dict[str, Any]]
    rows: dict[str, list[tuple[UUID, dict[str, Any]]]]
    places: dict[str, list[tuple[UUID, Any, datetime | None]]]
    """By way of placing: report, position, and the minute that an open row beside it shows."""
    counted: dict[UUID, Any] = field(default_factory=dict)
    entries: dict[UUID, tuple[UUID | None, Any]] = field(default_factory=dict)

    def is_open(self, report: UUID) -> bool:
        return report in self.reports and self.reports[report]["stage"] != "closed"

    def is_closed(self, report: UUID) -> bool:
        return report in self.reports and not self.is_open(report)


# --- reading


def look(at: datetime, database: Path | None, forget: Iterable[UUID]) -> Seen:
    """Read everything but what `forget` closed long ago. `database` is the file, on SQLite."""
    from tincay.reports.ending import ENDING, PASSING, _rows_of
    from tincay.reports.models import CountEntry, CountRow, Report

    gone = set(forget)
    every: Iterable[Any] = Report.objects.for_the_rules().values()
    reports: dict[UUID, dict[str, Any]] = {row["id"]: row for row in every if row["id"] not in gone}
    seen = Seen(at, reports, {}, {})
    for label, fate in ENDING.items():
        if label in PASSING or label == "reports.CountEntry":
            continue
        rows = _rows_of(label, **{f"{fate.path}__in": list(reports)}) if fate.path != "pk" else None
        if rows is None:
            seen.rows[label] = list(reports.items())
            rows = Report.objects.for_the_rules().filter(pk__in=list(reports))
        else:
            owners = dict(rows.values_list("pk", fate.path))
            seen.rows[label] = [(owners[row["id"]], row) for row in rows.values()]
        for way, places in _places(rows.model._meta.db_table, label):
            owned = ((owner, places.get(row["id"]), row) for owner, row in seen.rows[label])
            seen.places[f"{label} {way}"] = [
                (owner, place, _minute(seen, owner, row)) for owner, place, row in owned if place is not None
            ]
    if database:
        seen.places["vault.SealedText page"] = list(_pages(seen, database))
    seen.counted = dict(CountRow.objects.for_the_rules().values_list("pk", "codes"))
    for pk, report, codes in CountEntry.objects.for_the_rules().values_list("pk", "report", "codes"):
        seen.entries[pk] = report, codes
    return seen


def _minute(seen: Seen, owner: UUID, row: Mapping[str, Any]) -> datetime | None:
    """The minute at which an open report's row was written, as far as it shows."""
    if not seen.is_open(owner):
        return None
    minute: datetime | None = row.get("posted_at") or row.get("started_at")
    return minute or seen.reports[owner]["received_at"]


def _places(table: str, label: str) -> Iterator[tuple[str, dict[UUID, Any]]]:
    """Where the rows of a table lie, by every way in which the database says so."""
    from django.db import DatabaseError, connection, transaction

    for way in ("rowid",) if connection.vendor == "sqlite" else ("xmin", "ctid"):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT id, {way}{'::text' if way != 'rowid' else ''} FROM {table}")
                found = cursor.fetchall()
        except DatabaseError:
            continue  # WITHOUT ROWID
        yield way, {_uuid(pk): _number(place) for pk, place in found}


def _uuid(pk: Any) -> Any:
    return UUID(pk) if isinstance(pk, str) else pk


def _number(place: Any) -> Any:
    return tuple(map(int, re.findall(r"\d+", place))) if isinstance(place, str) else place


def _pages(seen: Seen, database: Path) -> Iterator[tuple[UUID, int, datetime | None]]:
    """The last page of the file on which each sealed text lies: pages are given out as the file grows."""
    data = database.read_bytes()
    page_at = {data[start + 4 : start + 20]: start // PAGE for start in range(0, len(data), PAGE)}
    for owner, row in seen.rows["vault.SealedText"]:
        sealed = bytes(row["sealed"])
        ends = (sealed[at : at + 16] for at in range(max(0, len(sealed) - PAGE), len(sealed) - 16))
        page = next((page_at[end] for end in ends if end in page_at), None)
        if page is not None:
            yield owner, page, _minute(seen, owner, row)


# --- placing


@dataclass
class Way:
    """One way of placing: how often it said something narrower than a week, and how often that was so."""

    claims: int = 0
    right: int = 0
    chance: float = 0.0
    """How often as narrow a window, laid anywhere into what is known anyway, would have been right."""
    reports: set[UUID] = field(default_factory=set)

    @property
    def places(self) -> bool:
        """Right more often than by chance (Poisson, one in a thousand)."""
        below = sum(self.chance**n / factorial(n) for n in range(self.right)) * exp(-self.chance)
        return self.right > 0 and 1 - below < 0.001


@dataclass
class Placed:
    """What came of it."""

    asked: int = 0
    ways: dict[str, Way] = field(default_factory=dict)
    given: Counter[str] = field(default_factory=Counter)
    """What the ruling leaves: minutes of what stood open in a backup, months of what closed."""

    def reports(self) -> set[UUID]:
        """Those that were placed within less than a week."""
        return set[UUID]().union(*(way.reports for way in self.ways.values() if way.places))


def place(seen: list[Seen], truth: Mapping[UUID, Mapping[str, datetime]], found: Placed) -> None:
    """Place every report that is closed on the disk, which is the last of the three copies."""
    disk = seen[-1]
    closed = [report for report in disk.reports if disk.is_closed(report)]
    for event in ("received", "closed"):
        known = {report: _known(seen, report, event) for report in closed}
        claims = [*_by_columns(disk, known, event), *_by_places(seen, known, event)]
        for report, window in known.items():
            found.asked += 1
            if event == "received" and any(copy.is_open(report) for copy in seen):
                found.given["received while open in a backup"] += 1
                continue
            known[report] = window.within(_month(disk.reports[report], event))
            if known[report].width < min(window.width, WEEK):
                found.given[f"{event}: the months' turn between two copies"] += 1
        for way, report, window in claims:
            if event == "received" and any(copy.is_open(report) for copy in seen):
                continue
            if window.within(known[report]).width >= min(known[report].width, WEEK):
                continue
            claim = found.ways.setdefault(f"{event} by {way}", Way())
            claim.claims += 1
            claim.chance += max(0.0, window.within(known[report]).width / known[report].width)
            if window.holds(truth[report][event]):
                claim.right += 1
                claim.reports.add(report)


def _known(seen: list[Seen], report: UUID, event: str) -> Window:
    """Between which two copies it must have happened."""
    first, last = BEGINNING, END
    for copy in seen:
        happened = report in copy.reports if event == "received" else copy.is_closed(report)
        if happened:
            last = min(last, copy.at)
        else:
            first = copy.at
    return Window(first, last)


def _month(row: Mapping[str, Any], event: str) -> Window:
    return _months(next(row[name] for name, of in MONTHS.items() if of == event))


def _months(month: str) -> Window:
    from tincay.core.clock import ZONE

    first = datetime.fromisoformat(f"{month}-01").replace(tzinfo=ZONE)
    return Window(first, (first + timedelta(days=32)).replace(day=1))


def _by_columns(disk: Seen, known: Mapping[UUID, Window], event: str) -> Iterator[tuple[str, UUID, Window]]:
    """Any value that is or holds a day; what happened then was her coming or the closing, whichever fits."""
    for label, rows in disk.rows.items():
        for report, row in rows:
            for name, value in row.items() if report in known else ():
                if ABOUT.get(name, event) != event:
                    continue
                for window in _windows(name, value, disk.reports[report]):
                    if window.within(known[report]).width > timedelta(0) or known[report].holds(window.first):
                        yield f"{label}.{name}", report, window


def _windows(name: str, value: Any, report: Mapping[str, Any]) -> Iterator[Window]:
    from tincay.core.clock import ZONE

    if name in MONTHS or value is None or isinstance(value, bool | int | UUID):
        return
    if name == "purge_on":
        yield from _undo_purge(value, report)
        return
    if isinstance(value, datetime):
        yield Window(value, value + timedelta(minutes=1))
        return
    days = [value] if isinstance(value, date) else []
    if isinstance(value, str | bytes | memoryview):
        text = value if isinstance(value, str) else bytes(value).decode("latin-1")
        days = [date.fromisoformat(day) for day in DATES.findall(text)]
    for day in days:
        first = datetime.combine(day, datetime.min.time(), ZONE)
        yield _months(f"{day:%Y-%m}") if day.day == 1 else Window(first, first + timedelta(days=1))


def _undo_purge(purge_on: date, report: Mapping[str, Any]) -> Iterator[Window]:
    """On which days it could have been closed, if this is the day on which its words go."""
    from tincay.core.clock import ZONE
    from tincay.core.stages import purge_day

    days = [purge_on - timedelta(days=back) for back in range(1, 130)]
    fits = [day for day in days if purge_day(report["retention_class"], day) == purge_on]
    if fits:
        first = datetime.combine(min(fits), datetime.min.time(), ZONE)
        yield Window(first, first + (max(fits) - min(fits)) + timedelta(days=1))


def _by_places(
    seen: list[Seen], known: Mapping[UUID, Window], event: str
) -> Iterator[tuple[str, UUID, Window]]:
    """Between which open rows it lies. Believed where most of what is known anyway agrees."""
    disk = seen[-1]
    minutes = _minutes(seen)
    for way, places in disk.places.items():
        beside = sorted((at, place) for _, place, at in places if at is not None)
        clock = _rising([(place, at) for at, place in beside])
        own: dict[UUID, Any] = {}
        for report, placed, _ in places:
            if report in known:
                better = min if event == "received" else max
                own[report] = better(own[report], placed) if report in own else placed
        windows = {report: _between(clock, placed) for report, placed in own.items()}
        tried = [
            windows[report].holds(minutes[report])
            if event == "received" and report in minutes
            else windows[report].within(known[report]).width >= timedelta(0)
            for report in windows
            if known[report].width <= WEEK or report in minutes
        ]
        if clock and len(tried) >= FEWEST and sum(tried) >= SURE * len(tried):
            yield from ((way, report, window) for report, window in windows.items())
        yield from _by_the_last(way, own, windows, known, seen) if event == "closed" else ()


def _by_the_last(
    way: str,
    own: Mapping[UUID, Any],
    windows: Mapping[UUID, Window],
    known: Mapping[UUID, Window],
    seen: list[Seen],
) -> Iterator[tuple[str, UUID, Window]]:
    """If one report alone closed since the last backup, whatever was written last of closed rows was its closing."""
    since = [report for report in own if known[report].first >= seen[-2].at]
    if len(since) == 1 and own[since[0]] == max(own.values()):
        window = windows[since[0]]
        if window.within(known[since[0]]).width >= timedelta(0):
            yield f"{way} (the last)", since[0], window


def _minutes(seen: list[Seen]) -> dict[UUID, datetime]:
    """When those came that stood open in an earlier copy."""
    return {
        report: row["received_at"]
        for copy in seen
        for report, row in copy.reports.items()
        if row["received_at"] is not None
    }


def _rising(points: list[tuple[Any, datetime]]) -> list[tuple[Any, datetime]]:
    """The anchors, if they rise together; none if their order says nothing."""
    points = sorted(points, key=lambda one: one[0])
    rises = sum(a[1] <= b[1] for a, b in pairwise(points))
    return points if len(points) >= FEWEST and rises >= SURE * (len(points) - 1) else []


def _between(clock: list[tuple[Any, datetime]], place: Any) -> Window:
    at = bisect_left([one for one, _ in clock], place)
    first = clock[at - 1][1] if at else BEGINNING
    last = clock[at][1] if at < len(clock) else END
    return Window(first, last) if first <= last else Window(last, first)


# --- counting


@dataclass
class Relinked:
    """How many count rows were given to their reports, and how many a guess would have given."""

    rows: int = 0
    right: int = 0
    chance: float = 0.0
    by_open_codes: float = 0.0
    given: int = 0
    batches: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)


def relink(seen: list[Seen], truth: Mapping[UUID, Any], found: Relinked) -> None:
    """Give every row that came since the last backup to one of the reports that it may be of."""
    before, disk = seen[-2], seen[-1]
    fresh = {pk: _key(codes) for pk, codes in disk.counted.items() if pk not in before.counted}
    found.waiting.append(sum(report is None for report, _ in disk.entries.values()))
    if not fresh:
        return
    found.batches.append(len(fresh))
    linked = {_key(codes): report for copy in seen for report, codes in copy.entries.values() if report}
    pooled = {_key(codes) for report, codes in before.entries.values() if report is None}
    taken = {linked[codes] for codes in fresh.values() if codes in linked}
    found.given += len(taken)
    may_be = [report for report in _agreed(disk) if report not in taken and not _counted(before, report)]
    # Rows that stood in the pool are of what had closed by then, the others of what had not.
    for was_closed in (True, False):
        rows = [codes for codes in fresh.values() if codes not in linked and (codes in pooled) is was_closed]
        _guess(rows, [one for one in may_be if before.is_closed(one) is was_closed], seen, truth, found)


def _guess(
    rows: list[Codes], reports: list[UUID], seen: list[Seen], truth: Mapping[UUID, Codes], found: Relinked
) -> None:
    """By the order in which rows stand, and by what the codes of open reports say."""
    disk = seen[-1]
    reports = [one for one in reports if disk.is_closed(one) or disk.reports[one]["counted"]]
    if not reports:
        return
    found.rows += len(rows)
    order = sorted(reports, key=lambda report: _since(seen, report))
    for place, codes in enumerate(rows):
        found.right += truth.get(order[place * len(order) // len(rows)]) == codes
        found.chance += (codes in (truth.get(one) for one in reports)) / len(reports)
        said = dict(codes)["classification"]
        fits = [one for one in reports if disk.reports[one]["classification"] in ("", said)]
        found.by_open_codes += (codes in (truth.get(one) for one in fits)) / max(1, len(fits))


def _since(seen: list[Seen], report: UUID) -> datetime:
    return _minutes(seen).get(report) or _known(seen, report, "received").first


def _counted(before: Seen, report: UUID) -> bool:
    return report in before.reports and bool(before.reports[report]["counted"])


def _key(codes: Mapping[str, str]) -> Codes:
    return tuple(sorted(codes.items()))


def _agreed(disk: Seen) -> set[UUID]:
    return {
        owner
        for owner, row in disk.rows["reports.ConsentGrant"]
        if row["scope"] == "count_statistics" and row["given"]
    }
