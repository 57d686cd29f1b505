"""The demo's rows give the golden totals when the clock itself counts them."""

import csv
import json
import tomllib
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tincay.core.clock import ZONE, Calendar, due, read_rules
from tincay.core.codes import read_codes
from tincay.core.priority import kind_group, priority
from tincay.core.stages import check_attempts
from tincay.demo.rows import DoesNotAddUp, RowPlan, plan_rows

PACKS = Path(__file__).parents[2] / "packs"
NOW = datetime(2026, 6, 30, 9, tzinfo=ZONE)
STEPS = ["received", "acknowledged", "verified", "classified", "begun", "answered", "handled", "closed"]


def read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads((PACKS / "demo" / name).read_text(encoding="utf-8"))


GOLDEN: dict[str, Any] = json.loads((PACKS / "demo" / "golden.json").read_text(encoding="utf-8"))
REPORTS: list[dict[str, Any]] = read_toml("reports.toml")["reports"]
FIGURES = read_toml("figures.toml")
RULES = read_rules((PACKS / "vn" / "clock.toml").read_text(encoding="utf-8"))
LISTS = read_codes(
    {path.stem: path.read_text(encoding="utf-8") for path in (PACKS / "vn" / "codes").glob("*.csv")}
)


def read_calendar() -> Calendar:
    with (PACKS / "vn" / "calendar.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["calendar"] == "organisation"]
    return Calendar.read([(date.fromisoformat(row["date"]), row["kind"]) for row in rows], version=1)


CALENDAR = read_calendar()


@cache
def rows(seed: int = FIGURES["seed"]) -> tuple[RowPlan, ...]:
    planned = plan_rows(GOLDEN, REPORTS, seed, figures=FIGURES, rules=RULES, calendar=CALENDAR, now=NOW)
    return tuple(planned)


def substantive(seed: int = FIGURES["seed"]) -> list[RowPlan]:
    return [row for row in rows(seed) if row.kind_group == "substantive"]


class Life(NamedTuple):
    """A report of harm, described or not, as the indicators see it."""

    received: datetime
    verified: datetime | None
    classified: datetime | None
    answered: datetime | None
    channel: str
    classification: str
    police_option: str

    def in_time(self, rule: str, met: datetime | None) -> bool:
        return met is not None and met <= due(RULES[rule], self.received, CALENDAR)

    def is_due(self, rule: str) -> bool:
        return due(RULES[rule], self.received, CALENDAR) < NOW


def lives(seed: int = FIGURES["seed"]) -> list[Life]:
    return [life_of_report(report) for report in REPORTS] + [life_of_row(row) for row in substantive(seed)]


def life_of_row(row: RowPlan) -> Life:
    times = (row.received_at, row.verified_at, row.classified_at, row.answered_at)
    return Life(*times, row.channel, row.classification, row.police_option)


def life_of_report(report: dict[str, Any]) -> Life:
    done = {step["do"]: step for step in report["steps"]}
    verified, classified, answered = (
        done.get(step, {}).get("at") for step in ("verify", "classify", "answer")
    )
    option = report["answers"].get("police_option", [""])[0]
    classification = done["classify"]["classification"]
    return Life(report["received"], verified, classified, answered, report["channel"], classification, option)


def groups(name: str) -> dict[str, str]:
    return {code: group for group, codes in FIGURES[name].items() for code in codes}


# --- the totals


def test_there_are_640_signals_of_the_three_kinds() -> None:
    counted = Counter(row.report_kind for row in rows())
    assert len(rows()) + len(REPORTS) == GOLDEN["signals"]["total"] == 640
    assert counted["information_question"] == GOLDEN["signals"]["information_question"]
    assert counted["feedback"] + counted["data_request"] == GOLDEN["signals"]["feedback_or_data_request"]
    assert len(lives()) == GOLDEN["signals"]["substantive"]


@pytest.mark.parametrize("seed", [FIGURES["seed"], 1, 2, 3])
def test_the_clock_itself_counts_the_golden_totals(seed: int) -> None:
    clock, all_of_them = GOLDEN["clock"], lives(seed)
    answerable = [life for life in all_of_them if life.classification != "no_harm"]
    due_now = [life for life in answerable if life.is_due("org_answer")]
    verified = [life for life in all_of_them if life.in_time("org_verify", life.verified)]
    classified = [life for life in all_of_them if life.in_time("org_classify", life.classified)]
    answered = [life for life in due_now if life.in_time("org_answer", life.answered)]
    chain = [life for life in answered if life in verified and life in classified]
    assert all(life.is_due("org_verify") and life.is_due("org_classify") for life in all_of_them)
    assert [len(verified), len(all_of_them)] == clock["verified_in_time"]
    assert [len(classified), len(all_of_them)] == clock["classified_in_time"]
    assert [len(answered), len(due_now)] == clock["answered_in_time"]
    assert [len(chain), len(due_now)] == clock["full_chain_in_time"]
    assert len(answerable) - len(due_now) == clock["not_yet_due"]
    assert len(all_of_them) - len(answerable) == clock["excluded_no_harm"]


def test_the_rates_are_those_that_the_figures_page_must_show() -> None:
    expected, clock = GOLDEN["expected_indicator_values"], GOLDEN["clock"]
    shown = {"RC-03": "verified_in_time", "RC-04": "classified_in_time", "RC-05": "answered_in_time"}
    for code, name in (shown | {"RC-01": "receipt", "RC-06": "full_chain_in_time"}).items():
        assert round(100 * clock[name][0] / clock[name][1], 1) == expected[code]


def test_origins_classifications_and_choices_about_police_add_up() -> None:
    origin, kind, option = groups("channels"), groups("classifications"), groups("police_option")
    assert Counter(origin[life.channel] for life in lives()) == GOLDEN["substantive_by_origin"]
    assert Counter(kind[life.classification] for life in lives()) == GOLDEN["classification"]
    answers = Counter(option[life.police_option] for life in lives() if life.police_option)
    assert answers == GOLDEN["police_option"]


def test_each_row_says_itself_which_deadlines_it_misses() -> None:
    for row in substantive():
        life = life_of_row(row)
        missed = {
            "verified": not life.in_time("org_verify", row.verified_at),
            "classified": not life.in_time("org_classify", row.classified_at),
            "answered": life.is_due("org_answer") and not life.in_time("org_answer", row.answered_at),
        }
        missed["answered"] = missed["answered"] and not row.excluded
        assert {name for name, value in missed.items() if value} == row.late
        assert row.not_yet_due == (not row.excluded and not life.is_due("org_answer"))


# --- a believable life


@pytest.mark.parametrize("seed", [FIGURES["seed"], 1])
def test_steps_come_in_order_without_gaps_and_not_in_the_future(seed: int) -> None:
    for row in rows(seed):
        times = [getattr(row, f"{step}_at") for step in STEPS]
        known = [at for at in times if at is not None]
        assert known == sorted(known)
        assert known[-1] < NOW
        if row.closed_at is None:
            assert times[: len(known)] == known
        else:
            assert row.excluded or row.closure == "lost_contact" or None not in times


def test_received_times_cover_the_reporting_year() -> None:
    months = Counter(f"{row.received_at:%Y-%m}" for row in rows())
    assert len(months) == 12
    assert min(months) == "2025-07"
    assert max(months) == "2026-06"
    assert min(months.values()) >= 20


def test_everybody_is_seen_within_the_day_and_the_urgent_hear_from_us() -> None:
    for row in rows():
        rule = RULES["org_first_look_p0" if row.priority == "p0" else "org_first_look"]
        if row.acknowledged_at is None:
            assert due(rule, row.received_at, CALENDAR) > NOW
        else:
            assert row.acknowledged_at <= due(rule, row.received_at, CALENDAR)
        if row.priority in {"p0", "p1"}:
            assert row.spoken_at is not None
            assert row.spoken_at - row.received_at <= timedelta(hours=24)
            assert row.verified_at is None or row.spoken_at <= row.verified_at


def test_priorities_come_from_the_rule() -> None:
    for row in rows():
        expected = priority(row.kind_group, row.danger, [row.primary_harm], row.time_since, row.age_band)
        assert row.excluded or row.priority == expected
    assert {row.priority for row in rows()} >= {"p1", "p2", "p3"}


def test_a_lost_contact_was_tried_three_times() -> None:
    lost = [row for row in rows() if row.closure == "lost_contact"]
    assert len(lost) == FIGURES["late"]["lost_contact"]
    for row in lost:
        assert row.closed_at is not None
        assert row.answered_at is None
        check_attempts(row.attempts, row.closed_at.date())


def test_a_quiet_report_closes_thirty_days_after_it_was_handled() -> None:
    for row in rows():
        if row.closure == "goals_met":
            assert row.handled_at is not None
            assert row.closed_at is not None
            assert (row.closed_at.date() - row.handled_at.date()).days >= 30


def test_the_queue_of_the_demo_has_something_at_every_stage() -> None:
    opened = [row for row in rows() if row.closed_at is None]
    last = Counter(next(step for step in reversed(STEPS) if getattr(row, f"{step}_at")) for row in opened)
    assert {"received", "acknowledged", "begun", "handled"} <= set(last)
    assert sum("answered" in row.late for row in opened if row.answered_at is None) >= 4


def test_every_code_of_a_row_stands_in_its_list() -> None:
    lists = {
        "report_kind": "report_kind",
        "channel": "channel",
        "province": "province",
        "priority": "triage_priority",
        "classification": "classification",
        "verification_result": "verification_result",
        "need": "need",
        "primary_harm": "harm_type",
        "perpetrator_relation": "perpetrator_relation",
        "police_option": "police_option",
        "age_band": "age_band",
        "danger": "immediate_danger",
        "time_since": "time_since",
        "handling_result": "handling_result",
    }
    for row in rows():
        for name, list_name in lists.items():
            value = getattr(row, name)
            assert value == "" or LISTS.get_code(list_name, value)


def test_the_same_seed_gives_the_same_rows_and_names_are_never_twice() -> None:
    again = plan_rows(
        GOLDEN,
        REPORTS,
        FIGURES["seed"],
        figures=FIGURES,
        rules=RULES,
        calendar=CALENDAR,
        now=NOW,
    )
    assert tuple(again) == rows()
    assert len({row.name for row in rows()}) == 628


@pytest.mark.parametrize(
    "change",
    [
        {"classification": {**GOLDEN["classification"], "violence": 0}},
        {"classification": {**GOLDEN["classification"], "violence": 42}},
        {"police_option": {**GOLDEN["police_option"], "anon_info": 60}},
    ],
)
def test_totals_that_contradict_each_other_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(DoesNotAddUp):
        plan_rows(GOLDEN | change, REPORTS, 1, figures=FIGURES, rules=RULES, calendar=CALENDAR, now=NOW)


def test_more_late_ones_than_reports_are_refused() -> None:
    late = FIGURES | {"late": FIGURES["late"] | {"unanswered": 100}}
    with pytest.raises(DoesNotAddUp):
        plan_rows(GOLDEN, REPORTS, 1, figures=late, rules=RULES, calendar=CALENDAR, now=NOW)


def test_every_row_says_something_and_every_answer_answers() -> None:
    for row in rows():
        assert row.words
        assert bool(row.answer_words) == (row.answered_at is not None)


# --- the described reports


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: str(report["id"]))
def test_a_described_report_uses_known_codes_and_its_own_priority(report: dict[str, Any]) -> None:
    answers: dict[str, list[str]] = report["answers"]
    for name, values in answers.items():
        LISTS.check({"danger": "immediate_danger", "primary_harm": "harm_type"}.get(name, name), *values)
    LISTS.check("channel", report["channel"])
    LISTS.check("consent_scope", *report["consents"])
    first = {name: values[0] for name, values in answers.items()}
    assert report["priority"] == priority(
        kind_group(first["report_kind"]),
        first["danger"],
        answers.get("harm_type", []),
        first.get("time_since", ""),
        first.get("age_band", ""),
        frequency=first.get("harm_frequency", ""),
        needs=answers["need"],
    )


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: str(report["id"]))
def test_a_described_report_is_short_and_its_history_is_in_order(report: dict[str, Any]) -> None:
    assert 2 <= sum(report["words"].count(mark) for mark in ".?!") <= 6
    times = [report["received"], *(step["at"] for step in report["steps"])]
    assert times == sorted(times)
    assert times[-1] < NOW
    users = {user["username"] for user in read_toml("users.toml")["users"]}
    assert {step["by"] for step in report["steps"] if "by" in step} <= users


def test_every_invented_name_says_that_it_is_invented() -> None:
    named = [
        entry["name"] for name in ("organisations", "services") for entry in read_toml(f"{name}.toml")[name]
    ]
    named += [
        desk["name"]
        for entry in read_toml("organisations.toml")["organisations"]
        for desk in entry.get("desks", [])
    ]
    named += [user["title"] for user in read_toml("users.toml")["users"]]
    assert all(name["vi"].endswith(("(mẫu)", "(giả định)")) for name in named)
    assert all(name["en"].endswith(("(sample)", "(invented)")) for name in named)


def test_son_thuong_has_no_desk_on_purpose() -> None:
    with (PACKS / "demo" / "provinces.csv").open(encoding="utf-8", newline="") as file:
        desks = {row["code"]: row["desk"] for row in csv.DictReader(file)}
    known = [
        desk["code"]
        for entry in read_toml("organisations.toml")["organisations"]
        for desk in entry.get("desks", [])
    ]
    assert desks["demo2"] == ""
    assert {desk for desk in desks.values() if desk} | set(read_toml("pack.toml")["desks"].values()) <= set(
        known
    )
