"""The life of a report: no step leaves a stage out, and no report ends unanswered except as promised."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tincay.core.stages import (
    ENDS_WITHOUT_ANSWER,
    KEPT_DAYS,
    NOTHING_TO_ANSWER,
    STAGES,
    Acknowledge,
    Answer,
    Attempt,
    Begin,
    Classify,
    Close,
    Dismiss,
    EarlyEnd,
    Handle,
    LoseContact,
    OrderedStep,
    Reopen,
    Step,
    Verify,
    Withdraw,
    WrongStage,
    after,
    check_attempts,
    purge_day,
    reached,
)

TODAY = date(2026, 6, 30)
THREE_TRIES = [
    Attempt(TODAY - timedelta(days=days), way)
    for days, way in ((2, "other_way"), (9, "message"), (16, "other_way"))
]
LOST = LoseContact(THREE_TRIES, urgent=False, people=1)
QUIET = TODAY - timedelta(days=30)
GOOD: list[OrderedStep] = [
    Acknowledge(),
    Verify("enough"),
    Classify("violence"),
    Begin(),
    Answer(),
    Handle("advice"),
    Close(QUIET),
    Reopen(TODAY),
]
"""Each step of the order with facts that do not hinder it."""

days = st.integers(-5, 60).map(lambda back: TODAY - timedelta(days=back))
attempts = st.builds(Attempt, days, st.sampled_from(["message", "other_way"]))
results = st.sampled_from(["", "advice", "goals_met", "lost_contact", "no_basis"])
steps: st.SearchStrategy[Step] = st.one_of(
    st.sampled_from(GOOD),
    st.builds(Handle, results),
    st.builds(Close, st.none() | days, st.booleans()),
    st.builds(Reopen, st.none() | days),
    st.builds(Dismiss, st.sampled_from(sorted(ENDS_WITHOUT_ANSWER)), st.integers(1, 3)),
    st.builds(LoseContact, st.lists(attempts, max_size=5), st.booleans(), st.integers(1, 3)),
    st.builds(Withdraw, st.booleans()),
)
taken = st.lists(st.tuples(steps, st.booleans()), max_size=40)


def may_be_lost(step: LoseContact) -> bool:
    check_attempts(step.attempts, TODAY)
    return step.people >= 2 or not step.urgent


def go(stage: str, step: Step, *, answered: bool = True) -> str:
    return after(stage, step, answered=answered, today=TODAY)


def refusal(stage: str, step: Step, *, answered: bool = True) -> str:
    with pytest.raises(WrongStage) as error:
        go(stage, step, answered=answered)
    return error.value.code


def test_the_plain_way_from_received_to_closed() -> None:
    stage, seen = "received", ["received"]
    for step in GOOD[:-1]:
        stage = go(stage, step)
        seen.append(stage)
    assert tuple(seen) == STAGES


@given(taken)
def test_no_sequence_of_steps_leaves_a_stage_out(taken: list[tuple[Step, bool]]) -> None:
    stage = "received"
    for step, answered in taken:
        before = stage
        try:
            stage = go(stage, step, answered=answered)
        except WrongStage:
            continue
        forward = STAGES.index(stage) - STAGES.index(before)
        reopened = (before, stage) == ("closed", "in_handling")
        assert forward == 1 or reopened or (stage == "closed" and isinstance(step, EarlyEnd))


@given(taken)
def test_no_sequence_of_steps_ends_without_an_answer_except_as_promised(
    taken: list[tuple[Step, bool]],
) -> None:
    stage, was_answered = "received", False
    for step, answered in taken:
        before = stage
        try:
            stage = go(stage, step, answered=answered)
        except WrongStage:
            continue
        was_answered = was_answered or stage == "answered"
        assert stage != "handled" or (was_answered and answered)
        if stage == "closed" and before != "handled":
            assert isinstance(step, Withdraw) or before != "received"
            assert not isinstance(step, Dismiss) or (step.people >= 2 and step.reason in NOTHING_TO_ANSWER)
            assert not isinstance(step, LoseContact) or may_be_lost(step)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("step", GOOD, ids=lambda step: type(step).__name__)
def test_a_step_of_the_order_is_taken_at_its_one_stage_only(stage: str, step: OrderedStep) -> None:
    if stage == step.start:
        assert go(stage, step) == step.end
    else:
        assert refusal(stage, step) == "out_of_order"


def test_handled_needs_an_answer_first() -> None:
    assert refusal("answered", Handle("advice"), answered=False) == "no_answer"


@pytest.mark.parametrize("result", ["", "lost_contact", "no_basis"])
def test_handled_needs_help_offered_or_a_reason_stated(result: str) -> None:
    assert refusal("answered", Handle(result)) == "no_result"


@pytest.mark.parametrize("back", [(1, 2), (1, 1, 1), (1, 2, 31), (1, 2, -1)])
def test_lost_contact_needs_three_safe_tries_on_three_days_within_thirty(back: tuple[int, ...]) -> None:
    tries = [Attempt(TODAY - timedelta(days=days), "message") for days in back]
    assert refusal("in_handling", LoseContact(tries, urgent=False, people=2)) == "too_few_tries"


def test_after_three_safe_tries_a_report_may_end_as_lost_and_is_never_handled() -> None:
    assert go("in_handling", LOST) == "closed"


def test_nobody_is_lost_to_whom_no_message_was_written() -> None:
    calls = [attempt._replace(way="other_way") for attempt in THREE_TRIES]
    assert refusal("in_handling", LoseContact(calls, urgent=False, people=2)) == "no_message"
    old = Attempt(TODAY - timedelta(days=31), "message")
    assert refusal("in_handling", LoseContact([*calls, old], urgent=False, people=2)) == "no_message"


def test_who_may_be_in_danger_is_given_up_by_two_people_never_by_one() -> None:
    assert refusal("in_handling", LoseContact(THREE_TRIES, urgent=True, people=1)) == "one_person"
    assert go("in_handling", LoseContact(THREE_TRIES, urgent=True, people=2)) == "closed"


@pytest.mark.parametrize("reason", sorted(NOTHING_TO_ANSWER))
def test_a_report_is_dismissed_by_two_people_never_by_one(reason: str) -> None:
    assert refusal("acknowledged", Dismiss(reason, people=1)) == "one_person"
    assert go("acknowledged", Dismiss(reason, people=2)) == "closed"


@pytest.mark.parametrize("reason", ["", "lost_contact", "withdrawn", "handled"])
def test_a_report_is_dismissed_for_a_named_reason_only(reason: str) -> None:
    assert refusal("acknowledged", Dismiss(reason, people=2)) == "no_reason"


@pytest.mark.parametrize("step", [Dismiss("spam_test", 2), LOST])
def test_what_nobody_has_read_is_neither_dismissed_nor_lost(step: Step) -> None:
    assert refusal("received", step) == "out_of_order"


@pytest.mark.parametrize("stage", STAGES[:-1])
@pytest.mark.parametrize("deletes", [False, True])
def test_she_may_end_it_at_any_stage(stage: str, deletes: bool) -> None:
    assert go(stage, Withdraw(deletes)) == "closed"


@pytest.mark.parametrize("step", [Withdraw(), Dismiss("spam_test", 2), LOST, Close(QUIET)])
def test_what_is_closed_cannot_be_closed_again(step: Step) -> None:
    assert refusal("closed", step) == "out_of_order"


@pytest.mark.parametrize("quiet", [None, 0, 29])
def test_a_handled_report_stays_open_for_thirty_quiet_days(quiet: int | None) -> None:
    since = None if quiet is None else TODAY - timedelta(days=quiet)
    assert refusal("handled", Close(since)) == "too_early"


def test_a_handled_report_closes_at_once_when_she_says_so() -> None:
    assert go("handled", Close(None, she_asked=True)) == "closed"


@pytest.mark.parametrize("closed_in", [date(2026, 6, 30), date(2026, 3, 1)])
def test_the_receipt_reopens_for_three_months(closed_in: date) -> None:
    assert go("closed", Reopen(closed_in)) == "in_handling"


@pytest.mark.parametrize("closed_in", [None, date(2026, 2, 28), date(2025, 6, 30), date(2026, 7, 1)])
def test_after_that_it_stays_closed(closed_in: date | None) -> None:
    assert refusal("closed", Reopen(closed_in)) == "too_late"


def test_a_stage_knows_what_lies_behind_it() -> None:
    assert reached("answered", "verified")
    assert reached("verified", "verified")
    assert not reached("verified", "answered")


@given(day=st.dates(date(2026, 1, 1), date(2032, 12, 31)), kept=st.sampled_from(["r0_now", *KEPT_DAYS]))
def test_the_day_of_purging_tells_no_more_than_the_month_of_closing(day: date, kept: str) -> None:
    purged = purge_day(kept, day)
    assert purged is not None
    assert purged == purge_day(kept, day.replace(day=1))
    assert timedelta(0) <= purged - day - timedelta(days=KEPT_DAYS.get(kept, 90)) <= timedelta(days=35)
