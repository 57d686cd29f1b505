"""The further rows of a demo: who wrote when and when each step was taken, worked out from totals.

Pure and repeatable: the same numbers and the same seed give the same rows. What the twelve described
reports already contribute is taken off first, so that all rows together give the totals of golden.json.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from tincay.core.clock import ZONE, Calendar, Rule, add_working_days, due, local_day
from tincay.core.priority import priority
from tincay.core.stages import Attempt

Table = Mapping[str, Any]
UNREAD = 2
OPENS, CLOSES = time(8), time(16, 45)
BOTH = frozenset({"verified", "classified"})
LATENESS = {
    "answered_only": frozenset({"answered"}),
    "answered_and_both": BOTH | {"answered"},
    "answered_and_classified": frozenset({"classified", "answered"}),
    "both": BOTH,
    "verified_only": frozenset({"verified"}),
    "classified_only": frozenset({"classified"}),
    "not_yet_due_and_both": BOTH,
}


class DoesNotAddUp(ValueError):
    """The described reports and the weights contradict the totals."""


@dataclass(frozen=True)
class RowPlan:
    """One invented report without words: its open facts, its coarse answers, the time of each step.

    A step that has not happened is None. `late` names the deadlines it misses (verified, classified,
    answered). `handling_result` is known once it was answered. `spoken_at` is the first message to her;
    `attempts` are what was tried before a lost contact.
    """

    name: str
    kind_group: str
    report_kind: str
    channel: str
    province: str
    received_at: datetime
    priority: str = "p3"
    classification: str = "information"
    verification_result: str = "enough"
    need: str = "other"
    primary_harm: str = ""
    perpetrator_relation: str = ""
    police_option: str = ""
    age_band: str = "adult_ns"
    danger: str = "no"
    time_since: str = ""
    late: frozenset[str] = frozenset()
    not_yet_due: bool = False
    words: str = ""
    answer_words: str = ""
    handling_result: str = ""
    closure: str = ""
    acknowledged_at: datetime | None = None
    spoken_at: datetime | None = None
    verified_at: datetime | None = None
    classified_at: datetime | None = None
    begun_at: datetime | None = None
    answered_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def oversight(self) -> bool:
        """Is it about an official, so that another desk than the province's is asked?"""
        return self.classification == "official_misconduct"

    @property
    def excluded(self) -> bool:
        """Nobody was harmed: it is counted as received, checked and sorted, never as to be answered."""
        return self.classification == "no_harm"


@dataclass
class Setting:
    """What all rows share: dice, rules, calendar, the weights, and the moment at which the demo starts."""

    dice: Random
    rules: Mapping[str, Rule]
    calendar: Calendar
    figures: Table
    now: datetime

    def pick(self, weights: Mapping[str, int]) -> str:
        return self.dice.choices(list(weights), list(weights.values()))[0]

    def due(self, code: str, start: datetime) -> datetime:
        return due(self.rules[code], start, self.calendar)

    def office(self, low: datetime, high: datetime) -> datetime:
        """A moment in office hours of a working day, after `low` and not after `high`."""
        span = range((high.date() - low.date()).days + 1)
        days = [low.date() + timedelta(days=n) for n in span]
        days = [day for day in days if self.calendar.is_working_day(day)]
        at = self.office_time(self.dice.choice(days)) if days else low
        soon = low + timedelta(minutes=self.dice.randint(6, 40))
        return min(max(at, soon), high)

    def office_time(self, day: date) -> datetime:
        minutes = (CLOSES.hour - OPENS.hour) * 60 + CLOSES.minute
        start = datetime.combine(day, OPENS, ZONE)
        return start + timedelta(minutes=self.dice.randint(0, minutes))

    def working_days_after(self, start: datetime, least: int, most: int) -> datetime:
        """In office hours, so many working days later."""
        days = self.dice.randint(least, most)
        return self.office_time(add_working_days(start.astimezone(ZONE).date(), days, self.calendar))


def plan_rows(
    golden: Table,
    reports: Sequence[Table],
    seed: int,
    *,
    figures: Table,
    rules: Mapping[str, Rule],
    calendar: Calendar,
    now: datetime,
) -> list[RowPlan]:
    """The rows beside the described reports, in the order in which they were received.

    golden, reports, figures: the demo pack's golden.json, reports.toml ("reports"), figures.toml.
    Raises DoesNotAddUp when the totals cannot be reached.
    """
    setting = Setting(Random(seed), rules, calendar, figures, now)  # noqa: S311 -- invented rows
    described = [_described(report, setting) for report in reports]
    rows = [*_substantive(golden, described, setting), *_questions(golden, setting)]
    rows.sort(key=lambda row: row.received_at)
    return [_spoken(replace(row, name=f"row-{n:03}"), setting) for n, row in enumerate(rows, start=1)]


def _spoken(row: RowPlan, setting: Setting) -> RowPlan:
    """What the report says and what it was answered."""
    kind = row.classification if row.kind_group == "substantive" else row.report_kind
    row = replace(row, words=setting.dice.choice(setting.figures["words"]["received"][kind]))
    if row.answered_at is None:
        return row
    return replace(
        row, answer_words=setting.dice.choice(setting.figures["words"]["answers"][row.handling_result])
    )


# --- What the described reports already are


@dataclass(frozen=True)
class DescribedTotals:
    """What one described report takes off the totals."""

    origin: str
    classification: str
    police_option: str
    lateness: str
    not_yet_due: bool
    excluded: bool


def _described(report: Table, setting: Setting) -> DescribedTotals:
    figures, start = setting.figures, report["received"]
    done = {step["do"]: step for step in report["steps"]}
    late = frozenset(
        stage
        for stage, step, rule in (
            ("verified", "verify", "org_verify"),
            ("classified", "classify", "org_classify"),
            ("answered", "answer", "org_answer"),
        )
        if setting.due(rule, start) < (done[step]["at"] if step in done else setting.now)
    )
    classification = _group(figures["classifications"], done["classify"]["classification"])
    excluded = classification == "no_harm"
    option = report["answers"].get("police_option", [""])[0]
    return DescribedTotals(
        origin=_group(figures["channels"], report["channel"]),
        classification=classification,
        police_option="" if excluded else _group(figures["police_option"], option),
        lateness="" if excluded else _name_of(late),
        not_yet_due=not excluded and "answer" not in done and "answered" not in late,
        excluded=excluded,
    )


def _group(groups: Mapping[str, Mapping[str, int]], code: str) -> str:
    return next(name for name, codes in groups.items() if code in codes)


def _name_of(late: frozenset[str]) -> str:
    return next((name for name, stages in LATENESS.items() if stages == late), "")


def _left(totals: Mapping[str, int], taken: Sequence[str]) -> list[str]:
    """The totals less what is taken, as a list with each name as often as it is left."""
    left = Counter(totals)
    left.subtract(Counter(name for name in taken if name))
    if min(left.values(), default=0) < 0 or set(left) - set(totals):
        raise DoesNotAddUp
    return list(left.elements())


# --- Reports of harm


def _substantive(golden: Table, described: Sequence[DescribedTotals], setting: Setting) -> list[RowPlan]:
    clock = golden["clock"]
    excluded = clock["excluded_no_harm"] - sum(report.excluded for report in described)
    open_ones = clock["not_yet_due"] - sum(report.not_yet_due for report in described)
    total = golden["signals"]["substantive"] - len(described)
    rows = _drafts(golden, described, total, setting)
    none, open_rows, rest = (
        rows[:excluded],
        rows[excluded : excluded + open_ones],
        rows[excluded + open_ones :],
    )
    answers = _police_answers(golden, described, len(rows) - excluded, setting)
    due_rows = _lateness_dealt(_received(rest, setting), described, setting)
    planned = [_steps_of(row, setting) for row in due_rows]
    planned += _open_rows(open_rows, setting)
    planned = [replace(row, police_option=option) for row, option in zip(planned, answers, strict=True)]
    return planned + [_dismissed(row, setting) for row in _received(none, setting)]


def _drafts(
    golden: Table, described: Sequence[DescribedTotals], total: int, setting: Setting
) -> list[RowPlan]:
    """Rows with origin and classification, those without harm first; nothing else yet."""
    origins = _left(golden["substantive_by_origin"], [report.origin for report in described])
    kinds = _left(golden["classification"], [report.classification for report in described])
    if not len(origins) == len(kinds) == total:
        raise DoesNotAddUp
    setting.dice.shuffle(origins)
    setting.dice.shuffle(kinds)
    kinds.sort(key=lambda kind: kind != "no_harm")
    return [_draft(origin, kind, setting) for origin, kind in zip(origins, kinds, strict=True)]


def _draft(origin: str, kind: str, setting: Setting) -> RowPlan:
    figures, pick = setting.figures, setting.pick
    classification = pick(figures["classifications"][kind])
    harm = pick(figures["harms"][classification])
    danger, since = pick(figures["answers"]["danger"]), pick(figures["answers"]["time_since"])
    age = "a14_15" if classification == "child" else "adult_ns"
    return RowPlan(
        name="",
        kind_group="substantive",
        report_kind=pick(figures["answers"]["report_kind"]),
        channel=pick(figures["channels"][origin]),
        province=pick(figures["provinces"]),
        received_at=setting.now,
        priority=priority("substantive", danger, [harm], since, age),
        classification=classification,
        need=pick(figures["needs"][classification]),
        primary_harm=harm,
        perpetrator_relation=pick(figures["relations"][classification]),
        age_band=age,
        danger=danger,
        time_since=since,
    )


def _police_answers(
    golden: Table, described: Sequence[DescribedTotals], wanted: int, setting: Setting
) -> list[str]:
    """One answer about police for each row; those beyond the totals skipped the question."""
    groups = _left(golden["police_option"], [report.police_option for report in described])
    answers = [setting.pick(setting.figures["police_option"][group]) for group in groups]
    if len(answers) > wanted:
        raise DoesNotAddUp
    answers += [""] * (wanted - len(answers))
    setting.dice.shuffle(answers)
    return answers


def _received(rows: Sequence[RowPlan], setting: Setting) -> list[RowPlan]:
    """Give each a day on which its answer is due by now, more of them in later months."""
    last = setting.now - timedelta(days=1)

    def is_due(start: datetime) -> bool:
        return setting.due("org_answer", start) < last and start.date() < _latest_due(setting)

    return [replace(row, received_at=_draw(setting, is_due)) for row in rows]


def _latest_due(setting: Setting) -> date:
    """No report of the last month counts as due: its thirty days end at the demo's first day or later."""
    return local_day(setting.now) - timedelta(days=30)


def _draw(setting: Setting, fits: Callable[[datetime], bool]) -> datetime:
    months = setting.figures["months"]
    hours = {int(hour): weight for hour, weight in setting.figures["hours"].items()}
    while True:
        month = setting.dice.choices(months, [entry["weight"] for entry in months])[0]["month"]
        day = month + timedelta(days=setting.dice.randrange(31))
        hour = setting.dice.choices(list(hours), list(hours.values()))[0]
        at = datetime.combine(day, time(hour, setting.dice.randrange(60)), ZONE)
        if day.month == month.month and fits(at):
            return at


def _lateness_dealt(
    rows: list[RowPlan], described: Sequence[DescribedTotals], setting: Setting
) -> list[RowPlan]:
    """Say which rows miss which deadlines. Unanswered ones are young, all others old enough to be over."""
    late = setting.figures["late"]
    totals = {name: late[name] for name in LATENESS if name != "not_yet_due_and_both"}
    names = _left(totals, [report.lateness for report in described if not report.not_yet_due])
    names.sort(key=lambda name: name != "answered_only")
    open_ones, lost = late["unanswered"], late["lost_contact"]
    rows.sort(key=lambda row: row.received_at)
    young = [row for row in rows if row.received_at > setting.now - timedelta(days=70)]
    old = [row for row in rows if row.received_at <= setting.now - timedelta(days=70)]
    setting.dice.shuffle(young)
    setting.dice.shuffle(old)
    if len(young) < open_ones or len(old) < len(names):
        raise DoesNotAddUp
    chosen = young[:open_ones] + old[: len(names) - open_ones]
    dealt = [replace(row, late=LATENESS[name]) for row, name in zip(chosen, names, strict=True)]
    gone = slice(open_ones, open_ones + lost)
    dealt[:open_ones] = [replace(row, closure="open") for row in dealt[:open_ones]]
    dealt[gone] = [replace(row, closure="lost_contact") for row in dealt[gone]]
    return dealt + young[open_ones:] + old[len(names) - open_ones :]


def _steps_of(row: RowPlan, setting: Setting) -> RowPlan:
    """The times of a report whose answer is due by now."""
    row = _sorted(_seen(row, setting), setting)
    if row.closure == "open":
        return replace(row, closure="")
    if row.closure == "lost_contact":
        return _lost(row, setting)
    end = setting.due("org_answer", row.received_at)
    assert row.begun_at is not None
    late = "answered" in row.late
    answered = setting.working_days_after(end, 1, 9) if late else setting.office(row.begun_at, end)
    result = setting.pick(setting.figures["results"]["answered"])
    return _ended(replace(row, answered_at=answered, handling_result=result), setting)


def _seen(row: RowPlan, setting: Setting) -> RowPlan:
    """Somebody looks in time; an urgent one gets a message at once."""
    limit = timedelta(hours=1 if row.priority == "p0" else 24)
    seen = row.received_at + limit * setting.dice.uniform(0.05, 0.8)
    spoken = seen + timedelta(minutes=setting.dice.randint(5, 50)) if row.priority in {"p0", "p1"} else None
    return replace(row, acknowledged_at=seen, spoken_at=spoken)


def _sorted(row: RowPlan, setting: Setting) -> RowPlan:
    """Checked, sorted and begun, each in time or late as the row says."""
    assert row.acknowledged_at is not None
    check, sort = setting.due("org_verify", row.received_at), setting.due("org_classify", row.received_at)
    if "verified" in row.late:
        verified = setting.working_days_after(check, 1, 1 if "classified" not in row.late else 3)
    else:
        verified = setting.office(row.spoken_at or row.acknowledged_at, check)
    if "classified" in row.late:
        classified = setting.working_days_after(max(sort, verified), 1, 3)
    else:
        classified = setting.office(verified, sort)
    begun = classified + timedelta(minutes=setting.dice.randint(3, 55))
    return replace(row, verified_at=verified, classified_at=classified, begun_at=begun)


def _lost(row: RowPlan, setting: Setting) -> RowPlan:
    """A message and two other tries on three days, then closed; nobody answered and nobody calls it handled."""
    end = setting.due("org_answer", row.received_at)
    attempt_days = [setting.working_days_after(end, first, first + 2) for first in (1, 5, 9)]
    closed = setting.working_days_after(attempt_days[-1], 1, 2)
    ways = ("message", "other_way", "other_way")
    attempts = tuple(Attempt(at.date(), way) for at, way in zip(attempt_days, ways, strict=True))
    return replace(row, attempts=attempts, closed_at=closed, handling_result="lost_contact")


def _ended(row: RowPlan, setting: Setting) -> RowPlan:
    """Handled soon after the answer; closed after thirty quiet days, or sooner because she says so."""
    assert row.answered_at is not None
    handled = setting.working_days_after(row.answered_at, 1, 4)
    quick = setting.dice.random() < 0.25
    closed = setting.working_days_after(handled + timedelta(days=2 if quick else 30), 1, 2)
    happened = {"handled_at": handled, "closed_at": closed}
    happened = {name: at for name, at in happened.items() if at < setting.now}
    closure = ("person_asked" if quick else "goals_met") if "closed_at" in happened else ""
    return replace(row, closure=closure, **happened)  # type: ignore[arg-type]


def _open_rows(rows: Sequence[RowPlan], setting: Setting) -> list[RowPlan]:
    """Reports of the last weeks that are not due yet. The first ones lie unread beyond their deadlines."""
    stuck = setting.figures["late"]["not_yet_due_and_both"]
    planned = []
    for number, row in enumerate(rows):
        back = 14 if number < stuck else setting.dice.randint(12, 25)
        day = local_day(setting.now) - timedelta(days=back)
        row = replace(row, not_yet_due=True, received_at=setting.office_time(day) + timedelta(hours=3))
        row = _seen(row, setting)
        planned.append(replace(row, late=BOTH) if number < stuck else _sorted(row, setting))
    return planned


def _dismissed(row: RowPlan, setting: Setting) -> RowPlan:
    """Nobody was harmed: read, checked, sorted, and closed by two people the next day."""
    row = _sorted(_seen(row, setting), setting)
    assert row.classified_at is not None
    return replace(
        row,
        begun_at=None,
        primary_harm="",
        perpetrator_relation="",
        verification_result="no_harm_described",
        closure="no_harm_described",
        handling_result="no_basis",
        closed_at=setting.working_days_after(row.classified_at, 1, 1),
    )


# --- Questions, feedback, requests about data


def _questions(golden: Table, setting: Setting) -> list[RowPlan]:
    signals, late = golden["signals"], setting.figures["late"]
    others = signals["feedback_or_data_request"]
    kinds = ["information_question"] * signals["information_question"]
    kinds += ["data_request"] * (others // 4) + ["feedback"] * (others - others // 4)
    rows = []
    for number, kind in enumerate(kinds):
        if number < late["questions_open"]:
            rows.append(_open_question(kind, number, setting))
        else:
            slow = number < late["questions_open"] + late["questions_late"]
            rows.append(_answered_question(kind, slow, setting))
    return rows


def _question(kind: str, received: datetime, setting: Setting) -> RowPlan:
    return RowPlan(
        name="",
        kind_group="data_request" if kind == "data_request" else "question",
        report_kind=kind,
        channel=setting.pick(setting.figures["questions"]["channels"]),
        province=setting.pick(setting.figures["provinces"]),
        received_at=received,
    )


def _answered_question(kind: str, slow: bool, setting: Setting) -> RowPlan:
    """Answered within five working days, or some days later; all its steps are one."""

    def is_over(start: datetime) -> bool:
        return start < setting.now - timedelta(days=30 if slow else 9)

    row = _seen(_question(kind, _draw(setting, is_over), setting), setting)
    assert row.acknowledged_at is not None
    end = setting.due("org_info", row.received_at)
    answered = setting.working_days_after(end, 1, 4) if slow else setting.office(row.acknowledged_at, end)
    before = max(row.acknowledged_at, answered - timedelta(minutes=setting.dice.randint(4, 30)))
    row = replace(row, verified_at=before, classified_at=before, begun_at=before, answered_at=answered)
    result = setting.pick(setting.figures["results"]["question"])
    late = frozenset({"answered"}) if slow else frozenset[str]()
    return _ended(replace(row, handling_result=result, late=late), setting)


def _open_question(kind: str, number: int, setting: Setting) -> RowPlan:
    """Written in the last days; the youngest ones nobody has read yet."""
    back = timedelta(hours=1.3 + 9.5 * number, minutes=setting.dice.randrange(60))
    row = _question(kind, setting.now - back, setting)
    seen = _seen(row, setting)
    return row if number < UNREAD else seen
