"""By when somebody has to act: working days, calendars, pauses, escalation.

The day on which a thing arrives is not counted; a deadline lasts until the end of its last day.
Nights and holidays count for deadlines in hours. Every time that goes in knows its zone.
"""

import tomllib
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Literal, NamedTuple, cast, get_args

# Viet Nam has no summer time; a fixed offset needs no table from the disk.
ZONE = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
END_OF_DAY = time(23, 59)
LONGEST_CLOSURE = 366

Unit = Literal["h", "wd", "cd", "month"]
WORKING_KINDS = frozenset({"workday", "swap_work"})
FREE_KINDS = frozenset({"weekend", "public_holiday", "holiday_observed", "swap_off", "local_closure"})
URGENT = frozenset({"p0", "p1"})
PAUSE_REASONS = frozenset({"asked_reporter", "reporter_asked_pause", "safety"})
ASKED_AT_MOST = 10
"""Working days for which a question to the reporter may stop the clock, all questions together."""
REVIEWS = {"asked_reporter": ASKED_AT_MOST, "reporter_asked_pause": 10, "safety": 5}
"""Working days after which a pause has to be looked at again."""
WAITS_FOR_HER = frozenset({"asked_reporter", "reporter_asked_pause"})
"""Pauses that her next message ends."""
# Working days and hours after the deadline at which the next person hears of it.
LATE_DAYS = {"e3": 2, "e4": 5}
LATE_HOURS = {"e3": 4, "e4": 12}
SHORT_CLOCK = 24
BANDS = (("h1", 1), ("h24", 24), ("d3", 72), ("d7", 168), ("d30", 720), ("d60", 1440))


class BadCalendar(ValueError):
    """A calendar says two things about a day, has a kind nobody knows, or has no working day left."""


class BadRule(ValueError):
    """A clock rule that cannot be read."""


class Calendar:
    """Which days are worked. Days that are not listed: Monday to Friday are worked, the weekend is not."""

    def __init__(self, kinds: Mapping[date, str], *, version: int) -> None:
        self.version = version
        self._kinds = dict(kinds)

    @classmethod
    def read(cls, rows: Iterable[tuple[date, str]], *, version: int) -> "Calendar":
        """Build from (day, day_kind code) rows. A local closure wins over what else is said of its day."""
        kinds: dict[date, str] = {}
        for day, kind in rows:
            if kind not in WORKING_KINDS | FREE_KINDS:
                raise BadCalendar(kind)
            if day not in kinds or kind == "local_closure":
                kinds[day] = kind
            elif kinds[day] not in {kind, "local_closure"}:
                raise BadCalendar(day.isoformat())
        return cls(kinds, version=version)

    @property
    def known_until(self) -> date | None:
        """The last listed day. Deadlines beyond its year may miss holidays; the steward is told."""
        return max(self._kinds, default=None)

    def is_working_day(self, day: date) -> bool:
        """Is this a working day?"""
        kind = self._kinds.get(day)
        return day.weekday() < 5 if kind is None else kind in WORKING_KINDS

    def next_working(self, day: date) -> date:
        """This day when it is worked, else the first worked day after it."""
        for ahead in range(LONGEST_CLOSURE):
            candidate = day + timedelta(days=ahead)
            if self.is_working_day(candidate):
                return candidate
        raise BadCalendar("no working day within a year")


@dataclass(frozen=True)
class Rule:
    """One deadline of clock.toml: so many units after an event; which event meets it; for whom it runs.

    Empty `priorities` or `kinds` mean: for all of them.
    """

    code: str
    count: int
    unit: Unit
    starts: str
    pausable: bool
    met: str = ""
    priorities: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def runs_for(self, *, priority: str, kind_group: str) -> bool:
        """Does this deadline run for a report of that priority and kind?"""
        return (not self.priorities or priority in self.priorities) and (
            not self.kinds or kind_group in self.kinds
        )


class PauseSpan(NamedTuple):
    """A stretch in which a clock stands still; `ended` is None while it lasts."""

    reason: str
    begun: datetime
    ended: datetime | None


def read_rules(toml_text: str) -> dict[str, Rule]:
    """Read a pack's clock.toml: one table per rule. A variant (`ref_accept_p0`) names the rule it varies."""
    return {name: _read_rule(name, table) for name, table in tomllib.loads(toml_text).items()}


def _read_rule(name: str, table: Mapping[str, Any]) -> Rule:
    try:
        unit, count = table["unit"], int(table["count"])
        if unit not in get_args(Unit) or count < 0 or not table["source"]:
            raise BadRule(name)
        return Rule(
            code=str(table.get("code", name)),
            count=count,
            unit=cast(Unit, unit),
            starts=str(table["starts"]),
            pausable=bool(table["pausable"]),
            met=str(table.get("met", "")),
            priorities=frozenset(table.get("priorities", ())),
            kinds=frozenset(table.get("kinds", ())),
        )
    except KeyError:
        raise BadRule(name) from None


def starting(rules: Mapping[str, Rule], event: str, *, priority: str, kind_group: str) -> list[Rule]:
    """The deadlines that begin to run with an event ("received", "classified") of such a report."""
    return [
        rule
        for rule in rules.values()
        if rule.starts == event and rule.runs_for(priority=priority, kind_group=kind_group)
    ]


def add_working_days(day: date, n: int, calendar: Calendar) -> date:
    """The n-th working day after a day; the day itself is not counted. n = 0 gives the day itself."""
    for _ in range(n):
        day = calendar.next_working(day + timedelta(days=1))
    return day


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """How many working days lie after `first`, up to and including `last`."""
    span = range(1, (last - first).days + 1)
    return sum(calendar.is_working_day(first + timedelta(days=ahead)) for ahead in span)


def due(rule: Rule, start: datetime, calendar: Calendar) -> datetime:
    """The deadline of a rule that began at `start`.

    Hours run through nights and holidays. Days and months end at 23:59 local time of a working
    day: working days are counted one by one; calendar days and months roll forward when they end on
    a day off (domain §7, after Civil Code 2015 art. 148 and CPC art. 134; from memory, for a lawyer).
    """
    start = _local(start)
    if rule.unit == "h":
        return start + timedelta(hours=rule.count)
    if rule.unit == "wd":
        return _end_of(add_working_days(start.date(), rule.count, calendar))
    return _end_of(calendar.next_working(_last_day(rule, start.date())))


def due_after_pauses(
    rule: Rule, start: datetime, pauses: Sequence[tuple[datetime, datetime]], calendar: Calendar
) -> datetime:
    """The deadline when the clock stood still in between.

    A rule that cannot be paused keeps its deadline. A pause that begins after the deadline changes
    nothing: what was missed stays missed. The day on which a pause begins still counts.
    """
    end = due(rule, start, calendar)
    paused_days = 0
    for begun, ended in _joined(pauses, _local(start)) if rule.pausable else ():
        if begun > end:
            break
        if rule.unit == "h":
            end += ended - begun
        elif rule.unit == "wd":
            paused_days = working_days_between(begun.date(), ended.date(), calendar)
            end = _end_of(add_working_days(end.date(), paused_days, calendar))
        else:
            paused_days += (ended.date() - begun.date()).days
            last = _last_day(rule, _local(start).date()) + timedelta(days=paused_days)
            end = _end_of(calendar.next_working(last))
    return end


def may_pause(rule: Rule, priority: str, reason: str) -> bool:
    """Only checking, sorting and answering can be paused, for a known reason, and never when it is urgent."""
    return rule.pausable and priority not in URGENT and reason in PAUSE_REASONS


def counted_pauses(
    pauses: Sequence[PauseSpan], now: datetime, calendar: Calendar
) -> list[tuple[datetime, datetime]]:
    """What the pauses count for: an open one lasts until now; questions stop the clock for ten
    working days in all, however often they are asked."""
    left = ASKED_AT_MOST
    spans = []
    for reason, begun, ended in sorted(pauses, key=lambda pause: pause.begun):
        begun, ended = _local(begun), _local(ended or now)
        if reason == "asked_reporter":
            ended = min(ended, _end_of(add_working_days(begun.date(), left, calendar)))
            left -= working_days_between(begun.date(), ended.date(), calendar)
        spans.append((begun, ended))
    return spans


def pause_review(pause: PauseSpan, calendar: Calendar) -> datetime:
    """When somebody has to look at a pause again: no clock stands still for ever."""
    return _end_of(add_working_days(_local(pause.begun).date(), REVIEWS[pause.reason], calendar))


def escalation_times(rule: Rule, start: datetime, due: datetime, calendar: Calendar) -> dict[str, datetime]:
    """When a clock that nobody meets climbs: e1 at 80 % of the time, e2 when due, e3 and e4 after it.

    Clocks of 24 hours or less climb after 4 and 12 hours, all others after 2 and 5 working days.
    """
    start, due = _local(start), _local(due)
    times = {"e1": start + (due - start) * 4 / 5, "e2": due}
    for level in ("e3", "e4"):
        if rule.unit == "h" and rule.count <= SHORT_CLOCK:
            times[level] = due + timedelta(hours=LATE_HOURS[level])
        else:
            times[level] = _end_of(add_working_days(due.date(), LATE_DAYS[level], calendar))
    return times


def duration_band(started: datetime, met: datetime) -> str:
    """What is kept of a duration when a report is closed: a band, never the time itself."""
    hours = (met - started) / timedelta(hours=1)
    return next((band for band, most in BANDS if hours <= most), "longer")


def local_day(at: datetime) -> date:
    """The day of a moment on the country's wall calendar."""
    return _local(at).date()


def iso_day(at: datetime | None) -> str:
    """The day of a moment as a leaf says it; "" where there is none."""
    return f"{local_day(at):%Y-%m-%d}" if at else ""


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(ZONE)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY, ZONE)


def _add_months(day: date, months: int) -> date:
    """The same day-number so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _last_day(rule: Rule, first: date) -> date:
    """The last day by the calendar on the wall, before it rolls to a working day."""
    if rule.unit == "cd":
        return first + timedelta(days=rule.count)
    return _add_months(first, rule.count)


def _joined(pauses: Sequence[tuple[datetime, datetime]], start: datetime) -> list[tuple[datetime, datetime]]:
    """Pauses in order, none before the start, overlapping ones as one."""
    joined: list[tuple[datetime, datetime]] = []
    for begun, ended in sorted((max(_local(a), start), _local(b)) for a, b in pauses):
        if ended < begun:
            continue
        if joined and begun <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ended))
        else:
            joined.append((begun, ended))
    return joined
