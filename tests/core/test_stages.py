"""The life of a report: no step leaves a stage out, and no report ends unanswered except as promised."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tincay.core.stages import (
    ENDS_WITHOUT_ANSWER,
    HER_WISH,
    NOT_HELPED,
    NOTHING_TO_ANSWER,
    STAGES,
    STEPS,
    WrongStage,
    after,
    enough_tries,
    next_steps,
    reached,
)

TODAY = date(2026, 6, 30)
THREE_TRIES = [TODAY - timedelta(days=days) for days in (2, 9, 16)]
FACTS: dict[str, Any] = {"answered": True, "safe_tries": THREE_TRIES, "today": TODAY}

days = st.integers(-5, 60).map(lambda back: TODAY - timedelta(days=back))
steps = st.fixed_dictionaries(
    {
        "step": st.sampled_from([*STEPS, *STEPS, "skip"]),
        "answered": st.booleans(),
        "safe_tries": st.lists(days, max_size=5),
        "reason": st.sampled_from(["", "advice", "goals_met", *NOT_HELPED, *ENDS_WITHOUT_ANSWER]),
        "people": st.integers(1, 3),
        "quiet_since": st.none() | days,
        "she_asked": st.booleans(),
        "closed_in": st.none() | days,
    }
)


def refusal(stage: str, step: str, **facts: Any) -> str:
    with pytest.raises(WrongStage) as error:
        after(stage, step, **(FACTS | facts))
    return error.value.code


def test_the_plain_way_from_received_to_closed() -> None:
    stage, seen = "received", ["received"]
    for step in ("acknowledge", "verify", "classify", "begin", "answer", "handle", "close"):
        stage = after(stage, step, **FACTS, reason="advice", quiet_since=TODAY - timedelta(days=30))
        seen.append(stage)
    assert tuple(seen) == STAGES


@given(st.lists(steps, max_size=30))
def test_no_sequence_of_steps_leaves_a_stage_out(taken: list[dict[str, Any]]) -> None:
    stage = "received"
    for facts in taken:
        before = stage
        try:
            stage = after(stage, **facts, today=TODAY)
        except WrongStage:
            continue
        forward = STAGES.index(stage) - STAGES.index(before)
        reopened = (before, stage) == ("closed", "in_handling")
        ended = stage == "closed" and facts["reason"] in ENDS_WITHOUT_ANSWER
        assert forward == 1 or reopened or ended


@given(st.lists(steps, max_size=40))
def test_no_sequence_of_steps_ends_without_an_answer_except_as_promised(taken: list[dict[str, Any]]) -> None:
    stage, was_answered = "received", False
    for facts in taken:
        before = stage
        try:
            stage = after(stage, **facts, today=TODAY)
        except WrongStage:
            continue
        was_answered = was_answered or stage == "answered"
        assert stage != "handled" or (was_answered and facts["answered"])
        if stage == "closed" and before != "handled":
            assert facts["reason"] in HER_WISH or before != "received"
            assert facts["reason"] not in NOTHING_TO_ANSWER or facts["people"] >= 2
            assert facts["reason"] != "lost_contact" or enough_tries(facts["safe_tries"], TODAY)


@given(st.sampled_from(STAGES), st.text())
def test_a_step_nobody_knows_is_refused(stage: str, step: str) -> None:
    if step not in STEPS:
        assert refusal(stage, step) == "unknown_step"


@given(st.sampled_from(STAGES), st.sampled_from(sorted(STEPS)))
def test_the_steps_offered_are_the_steps_that_the_order_allows(stage: str, step: str) -> None:
    facts = {"reason": "withdrawn" if step == "close" else "advice", "closed_in": TODAY}
    if step in next_steps(stage):
        assert after(stage, step, **(FACTS | facts)) in STAGES
    else:
        assert refusal(stage, step, **facts) == "out_of_order"


def test_handled_needs_an_answer_first() -> None:
    assert refusal("answered", "handle", answered=False, reason="advice") == "no_answer"


@pytest.mark.parametrize("result", ["", "lost_contact", "no_basis"])
def test_handled_needs_help_offered_or_a_reason_stated(result: str) -> None:
    assert refusal("answered", "handle", reason=result) == "no_result"


@pytest.mark.parametrize("back", [(1, 2), (1, 1, 1), (1, 2, 31), (1, 2, -1)])
def test_lost_contact_needs_three_safe_tries_on_three_days_within_thirty(back: tuple[int, ...]) -> None:
    tries = [TODAY - timedelta(days=days) for days in back]
    assert refusal("in_handling", "close", reason="lost_contact", safe_tries=tries) == "too_few_tries"


def test_after_three_safe_tries_a_report_may_end_as_lost_and_is_never_handled() -> None:
    assert after("in_handling", "close", **FACTS, reason="lost_contact") == "closed"


@pytest.mark.parametrize("reason", sorted(NOTHING_TO_ANSWER))
def test_a_report_is_set_aside_by_two_people_never_by_one(reason: str) -> None:
    assert refusal("acknowledged", "close", reason=reason, people=1) == "one_person"
    assert after("acknowledged", "close", **FACTS, reason=reason, people=2) == "closed"


@pytest.mark.parametrize("reason", sorted(ENDS_WITHOUT_ANSWER - HER_WISH))
def test_what_nobody_has_read_cannot_be_set_aside(reason: str) -> None:
    assert refusal("received", "close", reason=reason, people=2) == "out_of_order"


@pytest.mark.parametrize("stage", STAGES[:-1])
@pytest.mark.parametrize("reason", sorted(HER_WISH))
def test_she_may_end_it_at_any_stage(stage: str, reason: str) -> None:
    assert after(stage, "close", **FACTS, reason=reason) == "closed"


def test_what_is_closed_cannot_be_closed_again() -> None:
    assert refusal("closed", "close", reason="withdrawn") == "out_of_order"


@pytest.mark.parametrize("quiet", [None, 0, 29])
def test_a_handled_report_stays_open_for_thirty_quiet_days(quiet: int | None) -> None:
    since = None if quiet is None else TODAY - timedelta(days=quiet)
    assert refusal("handled", "close", quiet_since=since) == "too_early"


def test_a_handled_report_closes_at_once_when_she_says_so() -> None:
    assert after("handled", "close", **FACTS, she_asked=True) == "closed"


@pytest.mark.parametrize("closed_in", [date(2026, 6, 30), date(2026, 3, 1)])
def test_the_receipt_reopens_for_three_months(closed_in: date) -> None:
    assert after("closed", "reopen", **FACTS, closed_in=closed_in) == "in_handling"


@pytest.mark.parametrize("closed_in", [None, date(2026, 2, 28), date(2025, 6, 30), date(2026, 7, 1)])
def test_after_that_it_stays_closed(closed_in: date | None) -> None:
    assert refusal("closed", "reopen", closed_in=closed_in) == "too_late"


def test_a_stage_knows_what_lies_behind_it() -> None:
    assert reached("answered", "verified")
    assert reached("verified", "verified")
    assert not reached("verified", "answered")
