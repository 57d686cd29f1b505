"""By when: the published vectors, and what no pause, calendar or escalation can do to a deadline."""

import csv
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tincay.core.clock import (
    ASKED_AT_MOST,
    FREE_KINDS,
    WORKING_KINDS,
    ZONE,
    BadCalendar,
    BadRule,
    Calendar,
    PauseSpan,
    Rule,
    add_working_days,
    counted_pauses,
    due,
    due_after_pauses,
    duration_band,
    escalation_times,
    may_pause,
    pause_review,
    read_rules,
    starting,
    working_days_between,
)

ROOT = Path(__file__).parents[2]
VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests/vectors/clock.json").read_text(encoding="utf-8"))
RULES = read_rules((ROOT / "packs/vn/clock.toml").read_text(encoding="utf-8"))
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def read_calendar(name: str) -> Calendar:
    with (ROOT / "packs/vn/calendar.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (date.fromisoformat(row["date"]), row["kind"])
            for row in csv.DictReader(file)
            if row["calendar"] == name
        ]
    return Calendar.read(rows, version=1)


CALENDARS = {name: read_calendar(name) for name in ("state", "organisation")}
NGO = CALENDARS["organisation"]
VERIFY, ANSWER = RULES["org_verify"], RULES["org_answer"]
FIRST_LOOK = RULES["org_first_look"]
TWO_MONTHS = Rule("two_months", 2, "month", "received", pausable=True)
PATIENT_HOURS = Rule("patient", 24, "h", "received", pausable=True)

moments = st.integers(0, 1000 * 24 * 60).map(lambda minutes: at("2025-01-02") + timedelta(minutes=minutes))
rules = st.sampled_from([*RULES.values(), TWO_MONTHS, PATIENT_HOURS])
pausable_rules = st.sampled_from([VERIFY, RULES["org_classify"], ANSWER, TWO_MONTHS, PATIENT_HOURS])
spans = st.lists(
    st.tuples(st.integers(-48, 1500), st.integers(0, 600)).map(
        lambda pair: (timedelta(hours=pair[0]), timedelta(hours=pair[0] + pair[1]))
    ),
    max_size=4,
)


def at(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


def end_of(day: str) -> datetime:
    return at(day, "23:59")


# --- the vectors


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['calendar']}: {vector['why']}")
def test_the_published_vectors(vector: dict[str, Any]) -> None:
    rule, received = RULES[vector["rule"]], date.fromisoformat(vector["received"])
    assert (rule.count, rule.unit) == (vector["n"], vector["unit"])
    assert WEEKDAYS[received.weekday()] == vector["weekday"]
    found = due(rule, datetime.combine(received, time(22, 10), ZONE), CALENDARS[vector["calendar"]])
    assert found == end_of(vector["due"])
    assert WEEKDAYS[found.weekday()] == vector["due_weekday"]


@given(moments, rules)
def test_where_the_server_stands_does_not_move_a_deadline(start: datetime, rule: Rule) -> None:
    assert due(rule, start.astimezone(UTC), NGO) == due(rule, start, NGO)


@given(moments, rules)
def test_a_deadline_in_days_ends_with_a_working_day_and_lies_ahead(start: datetime, rule: Rule) -> None:
    found = due(rule, start, NGO)
    if rule.unit == "h":
        assert found - start == timedelta(hours=rule.count)
    else:
        assert found.time() == time(23, 59)
        assert found > start
        assert NGO.is_working_day(found.date()) or rule.count == 0


@given(moments, moments, rules)
def test_who_comes_later_is_never_due_earlier(one: datetime, other: datetime, rule: Rule) -> None:
    first, second = sorted((one, other))
    assert due(rule, first, NGO) <= due(rule, second, NGO)


@given(moments, st.integers(0, 40))
def test_counting_working_days_forth_and_back_agrees(start: datetime, n: int) -> None:
    day = add_working_days(start.date(), n, NGO)
    assert working_days_between(start.date(), day, NGO) == n


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        due(VERIFY, datetime(2026, 2, 13), NGO)  # noqa: DTZ001 — the point of the test


@pytest.mark.parametrize(
    ("received", "expected"),
    [("2025-12-31", "2026-03-02"), ("2026-06-30", "2026-08-31"), ("2026-11-30", "2027-02-01")],
)
def test_months_keep_the_day_number_or_take_the_last_day(received: str, expected: str) -> None:
    assert due(TWO_MONTHS, at(received), NGO) == end_of(expected)


# --- calendars


def test_days_nobody_listed_are_worked_from_monday_to_friday() -> None:
    plain = Calendar.read([], version=0)
    assert [plain.is_working_day(date(2026, 6, day)) for day in range(1, 8)] == [True] * 5 + [False] * 2
    assert plain.known_until is None


@pytest.mark.parametrize(
    ("name", "saturday", "monday"), [("state", True, False), ("organisation", False, True)]
)
def test_only_the_state_swaps_a_monday_for_a_saturday(name: str, saturday: bool, monday: bool) -> None:
    assert CALENDARS[name].is_working_day(date(2026, 8, 22)) is saturday
    assert CALENDARS[name].is_working_day(date(2026, 8, 31)) is monday


def test_a_calendar_knows_its_version_and_how_far_it_reaches() -> None:
    assert NGO.version == 1
    assert NGO.known_until == date(2027, 11, 24)


@pytest.mark.parametrize("kind", sorted(WORKING_KINDS | FREE_KINDS))
def test_every_kind_of_day_is_worked_or_free(kind: str) -> None:
    assert Calendar.read([(date(2026, 6, 6), kind)], version=1).is_working_day(date(2026, 6, 6)) is (
        kind in WORKING_KINDS
    )


@pytest.mark.parametrize("order", [1, -1])
def test_a_storm_closes_also_a_swapped_saturday(order: int) -> None:
    rows = [(date(2026, 8, 22), "swap_work"), (date(2026, 8, 22), "local_closure")][::order]
    assert not Calendar.read(rows, version=2).is_working_day(date(2026, 8, 22))


@pytest.mark.parametrize("kinds", [["holiday"], ["workday", "weekend"]])
def test_a_calendar_that_contradicts_itself_is_refused(kinds: list[str]) -> None:
    with pytest.raises(BadCalendar):
        Calendar.read([(date(2026, 6, 6), kind) for kind in kinds], version=1)


def test_a_day_listed_twice_alike_is_one_day() -> None:
    rows = [(date(2026, 6, 5), "weekend")] * 2
    assert not Calendar.read(rows, version=1).is_working_day(date(2026, 6, 5))


def test_a_calendar_without_working_days_says_so_and_does_not_run_for_ever() -> None:
    closed = Calendar.read(
        [(date(2026, 1, 1) + timedelta(days=n), "local_closure") for n in range(500)], version=1
    )
    with pytest.raises(BadCalendar):
        due(VERIFY, at("2026-01-02"), closed)


# --- rules


def test_a_pack_says_each_deadline_once_and_with_its_source() -> None:
    assert RULES["org_first_look_p0"] == Rule(
        "org_first_look_p0", 1, "h", "received", False, "first_action", frozenset({"p0"})
    )
    assert RULES["ref_accept_p0"].code == "ref_accept"


@pytest.mark.parametrize(
    "broken",
    [
        'count = 1\nunit = "h"\nstarts = "received"\npausable = false',
        'count = 1\nunit = "week"\nstarts = "received"\npausable = false\nsource = "x"',
        'count = -1\nunit = "h"\nstarts = "received"\npausable = false\nsource = "x"',
        'count = 1\nunit = "h"\nstarts = "received"\npausable = false\nsource = ""',
    ],
)
def test_a_rule_without_source_unit_or_sense_is_refused_by_name(broken: str) -> None:
    with pytest.raises(BadRule, match="org_verify"):
        read_rules(f"[org_verify]\n{broken}\n")


@pytest.mark.parametrize(
    ("priority", "kind", "codes"),
    [
        (
            "p0",
            "substantive",
            {"org_first_look_p0", "org_verify", "org_classify", "org_first_action_p1", "org_answer"},
        ),
        (
            "p1",
            "substantive",
            {"org_first_look", "org_verify", "org_classify", "org_first_action_p1", "org_answer"},
        ),
        ("p2", "substantive", {"org_first_look", "org_verify", "org_classify", "org_answer"}),
        ("p3", "question", {"org_first_look", "org_info"}),
        ("p3", "data_request", {"org_first_look", "data_ack", "data_done"}),
    ],
)
def test_the_clocks_that_start_when_a_report_is_received(priority: str, kind: str, codes: set[str]) -> None:
    assert {rule.code for rule in starting(RULES, "received", priority=priority, kind_group=kind)} == codes


# --- pauses


@given(st.sampled_from(sorted(RULES)), st.sampled_from(["p0", "p1", "p2", "p3"]), st.text())
def test_only_checking_sorting_and_answering_pause_and_never_when_urgent(
    name: str, priority: str, reason: str
) -> None:
    may = may_pause(RULES[name], priority, reason)
    assert not may or (
        priority in {"p2", "p3"} and reason in {"asked_reporter", "reporter_asked_pause", "safety"}
    )
    assert may_pause(RULES[name], "p2", "safety") is (
        RULES[name].code in {"org_verify", "org_classify", "org_answer", "org_info"}
    )


@given(moments, rules, spans)
def test_a_pause_never_brings_a_deadline_forward(start: datetime, rule: Rule, pauses: list[Any]) -> None:
    moved = due_after_pauses(rule, start, [(start + a, start + b) for a, b in pauses], NGO)
    assert moved >= due(rule, start, NGO)
    assert rule.pausable or moved == due(rule, start, NGO)


@given(moments, pausable_rules, st.integers(1, 900), st.integers(0, 900))
def test_a_pause_after_the_deadline_makes_nothing_good(
    start: datetime, rule: Rule, late: int, long: int
) -> None:
    missed = due(rule, start, NGO)
    begun = missed + timedelta(hours=late)
    assert due_after_pauses(rule, start, [(begun, begun + timedelta(hours=long))], NGO) == missed


@given(moments, pausable_rules, spans, st.randoms())
def test_the_order_in_which_pauses_are_told_does_not_matter(
    start: datetime, rule: Rule, pauses: list[Any], dice: Any
) -> None:
    told = [(start + a, start + b) for a, b in pauses]
    mixed = list(told)
    dice.shuffle(mixed)
    assert due_after_pauses(rule, start, mixed, NGO) == due_after_pauses(rule, start, told, NGO)


@given(moments, pausable_rules, st.integers(0, 20), st.integers(0, 300))
def test_telling_the_same_pause_twice_gains_no_time(
    start: datetime, rule: Rule, begun: int, long: int
) -> None:
    pause = (start + timedelta(hours=begun), start + timedelta(hours=begun + long))
    assert due_after_pauses(rule, start, [pause, pause], NGO) == due_after_pauses(rule, start, [pause], NGO)


@pytest.mark.parametrize(
    ("rule", "pause", "expected"),
    [
        (VERIFY, ("2026-03-03", "2026-03-09"), "2026-03-11"),  # Wed, Thu, Fri, Mon stood still
        (VERIFY, ("2026-03-03", "2026-03-03"), "2026-03-05"),  # within one day: nothing moves
        (ANSWER, ("2026-03-10", "2026-03-20"), "2026-04-13"),  # 1 + 10 April = Sat 11, rolls to Mon
        (TWO_MONTHS, ("2026-03-10", "2026-03-20"), "2026-05-12"),
    ],
)
def test_what_a_pause_moves(rule: Rule, pause: tuple[str, str], expected: str) -> None:
    start = at("2026-03-02")
    assert due_after_pauses(rule, start, [(at(pause[0]), at(pause[1], "11:00"))], NGO) == end_of(expected)


def test_a_clock_in_hours_stands_still_for_the_hours_of_its_pause() -> None:
    start = at("2026-03-02")
    pause = (start + timedelta(hours=2), start + timedelta(hours=5))
    assert due_after_pauses(PATIENT_HOURS, start, [pause], NGO) == start + timedelta(hours=27)


def test_a_pause_that_ends_before_it_begins_is_none() -> None:
    start = at("2026-03-02")
    assert due_after_pauses(VERIFY, start, [(at("2026-03-04"), at("2026-03-03"))], NGO) == due(
        VERIFY, start, NGO
    )


def test_a_question_stops_the_clock_for_ten_working_days_at_most() -> None:
    pause = PauseSpan("asked_reporter", at("2026-03-03"), None)
    assert counted_pauses([pause], at("2026-06-30"), NGO) == [(at("2026-03-03"), end_of("2026-03-17"))]


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 40)), max_size=6))
def test_asking_again_and_again_gains_no_more_than_ten_working_days(asked: list[tuple[int, int]]) -> None:
    start = at("2026-03-02")
    pauses = [
        PauseSpan("asked_reporter", start + timedelta(days=a), start + timedelta(days=a + long))
        for a, long in asked
    ]
    counted = counted_pauses(pauses, at("2026-12-01"), NGO)
    used = sum(working_days_between(a.date(), b.date(), NGO) for a, b in counted)
    assert used <= ASKED_AT_MOST


def test_a_pause_that_she_wants_lasts_as_long_as_she_wants() -> None:
    pause = PauseSpan("reporter_asked_pause", at("2026-03-03"), None)
    assert counted_pauses([pause], at("2026-06-30"), NGO) == [(at("2026-03-03"), at("2026-06-30"))]


@pytest.mark.parametrize(
    ("reason", "day"),
    [("safety", "2026-03-10"), ("asked_reporter", "2026-03-17"), ("reporter_asked_pause", "2026-03-17")],
)
def test_every_pause_is_looked_at_again(reason: str, day: str) -> None:
    assert pause_review(PauseSpan(reason, at("2026-03-03"), None), NGO) == end_of(day)


# --- escalation


def test_a_clock_in_days_climbs_after_two_and_five_working_days() -> None:
    start, end = at("2026-02-13", "22:10"), end_of("2026-02-25")
    times = escalation_times(VERIFY, start, end, NGO)
    assert times == {
        "e1": start + (end - start) * 4 / 5,
        "e2": end,
        "e3": end_of("2026-02-27"),
        "e4": end_of("2026-03-04"),
    }


@pytest.mark.parametrize(
    "code", ["org_first_look", "org_first_look_p0", "org_first_action_p1", "ref_accept_p0"]
)
def test_a_short_clock_climbs_after_four_and_twelve_hours(code: str) -> None:
    start = at("2026-02-13", "22:10")
    end = due(RULES[code], start, NGO)
    times = escalation_times(RULES[code], start, end, NGO)
    assert times["e3"] - end == timedelta(hours=4)
    assert times["e4"] - end == timedelta(hours=12)


def test_a_long_clock_in_hours_climbs_like_one_in_days() -> None:
    start = at("2026-03-02")
    end = due(RULES["breach_notice"], start, NGO)
    assert escalation_times(RULES["breach_notice"], start, end, NGO)["e3"] == end_of("2026-03-09")


@given(moments, rules)
def test_escalation_only_climbs(start: datetime, rule: Rule) -> None:
    times = escalation_times(rule, start, due(rule, start, NGO), NGO)
    assert list(times) == ["e1", "e2", "e3", "e4"]
    assert list(times.values()) == sorted(times.values())
    assert times["e1"] >= start or rule.count == 0


@pytest.mark.parametrize(
    ("hours", "band"),
    [(0, "h1"), (1, "h1"), (1.1, "h24"), (24, "h24"), (72, "d3"), (720, "d30"), (5000, "longer")],
)
def test_of_a_duration_only_its_band_is_kept(hours: float, band: str) -> None:
    assert duration_band(at("2026-03-02"), at("2026-03-02") + timedelta(hours=hours)) == band
