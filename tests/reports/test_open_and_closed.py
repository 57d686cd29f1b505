"""Every open report has its place, a closed one is left alone, and what was counted stays counted."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import (
    NOW,
    Hands,
    Helper,
    Network,
    Reporter,
    again,
    sign_in,
)
from tincay.core.clock import local_day
from tincay.core.priority import CannotLower
from tincay.core.stages import Withdraw, WrongStage
from tincay.desk.queries import escalated_clocks, late_clocks, queue_page
from tincay.directory.queries import calendar
from tincay.log.models import Checkpoint
from tincay.operations import scheduled
from tincay.operations.models import Heartbeat
from tincay.operations.scheduled import tick
from tincay.reports import deadlines, ending, steps
from tincay.reports.models import Clock, ClosingProposal, Escalation, Pause, Report, SafeTry

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def report(reporter: Reporter, helper: Helper) -> Report:
    """A report whose words may stay, opened an hour after it came."""
    sent = reporter.send(grants=[reporter.grant("store_sealed")])
    helper.open_report(sent, now=LATER)
    return sent


def queued(helper: Helper) -> list[Report]:
    return queue_page(helper.user).reports


def kept(report: Report) -> dict[str, bool]:
    rows = Clock.objects.for_the_rules().filter(report=report, in_time__isnull=False).order_by("place")
    return {clock.rule: bool(clock.in_time) for clock in rows}


# --- every open report stands in its desk's queue


def test_an_answered_report_waits_for_its_result(report: Report, helper: Helper) -> None:
    helper.bring(report, "answered", now=LATER)
    assert queued(helper) == [report]
    assert again(report).next_due_at == datetime.fromisoformat("2026-07-03T23:59:00+07:00")


def test_a_handled_report_stands_on_the_day_it_closes_by_itself(report: Report, helper: Helper) -> None:
    helper.bring(report, "handled", now=LATER)
    (row,) = queued(helper)
    assert row.next_due_at == datetime.fromisoformat("2026-07-30T23:59:00+07:00")
    tick(now=row.next_due_at + timedelta(days=1))
    assert queued(helper) == []


@pytest.mark.parametrize("stage", ["acknowledged", "answered", "handled"])
def test_a_reply_is_owed_to_what_she_writes(
    report: Report, helper: Helper, reporter: Reporter, clock: Hands, stage: str
) -> None:
    helper.bring(report, stage, now=LATER)
    reporter.write("Tôi cần thêm.", now=LATER)
    reporter.write("Nhanh nhé.", now=LATER + timedelta(minutes=1))
    (owed,) = Clock.objects.for_the_rules().running().filter(report=report, rule="org_reply_p2")
    assert again(report).next_due_at == owed.due_at
    assert "Đọc và hồi âm" in sign_in(helper).get(reverse("today")).content.decode()
    helper.write(report, now=LATER + timedelta(hours=2))
    assert kept(report)["org_reply_p2"]
    assert queued(helper) == [report]


def test_an_urgent_message_is_owed_a_reply_within_a_day(reporter: Reporter) -> None:
    report = reporter.send(priority="p1")
    reporter.write("Họ quay lại.", now=LATER)
    assert report.clocks.get(rule="org_reply_p1").due_at == LATER + timedelta(days=1)


def test_a_reopened_report_is_in_the_queue_until_it_is_answered_and_handled(
    report: Report, helper: Helper
) -> None:
    helper.bring(report, "handled", now=LATER)
    steps.finish(report=again(report), now=LATER)
    assert queued(helper) == []
    back = LATER + timedelta(days=3)
    steps.reopen(report=again(report), now=back)
    assert queued(helper) == [report]
    running = Clock.objects.for_the_rules().running().filter(report=report)
    assert {clock.rule for clock in running} == {"org_answer", "org_reply_p2"}
    assert all(clock.started_at == back for clock in running)
    helper.answer(report, now=back)
    assert queued(helper) == [report]


# --- what was counted stays counted


def test_reopening_and_answering_again_leaves_what_was_in_time_in_time(
    report: Report, helper: Helper
) -> None:
    helper.bring(report, "handled", now=LATER)
    before = kept(report)
    assert before == dict.fromkeys(before, True)
    steps.finish(report=again(report), now=LATER)
    late = LATER + timedelta(days=60)
    steps.reopen(report=again(report), now=late)
    helper.answer(report, now=late)
    assert list(report.clocks.filter(rule="org_answer").order_by("place").values_list("in_time", "band")) == [
        (True, "h1"),
        (True, "h1"),
    ]
    assert before.items() <= kept(report).items()


def test_what_was_never_done_in_time_is_late_when_it_ends(report: Report, helper: Helper) -> None:
    helper.write(report, now=NOW + timedelta(days=37))
    for day in (38, 39):
        at = NOW + timedelta(days=day)
        helper.try_to_reach(report, now=at)
    helper.lose_contact(report, now=NOW + timedelta(days=40))
    assert kept(report) == {
        "org_first_look": True,
        "org_verify": False,
        "org_classify": False,
        "org_answer": False,
    }


def test_what_was_not_due_when_she_withdrew_is_neither_kept_nor_missed(report: Report) -> None:
    steps.finish(report=again(report), now=LATER)
    assert kept(report) == {"org_first_look": True}


# --- what is a first action


@pytest.mark.parametrize(("priority", "rule"), [("p1", "org_first_action_p1"), ("p2", "org_first_action_p2")])
def test_no_button_is_a_first_action_but_a_word_to_her_is(
    helper: Helper, reporter: Reporter, priority: str, rule: str
) -> None:
    report = helper.bring(reporter.next_person().send(priority=priority), "in_handling")
    assert report.clocks.get(rule=rule).met_at is None
    helper.write(report, now=LATER)
    assert report.clocks.get(rule=rule).met_at == LATER


# --- closed is closed


def test_no_verb_touches_a_closed_report(report: Report, helper: Helper, reporter: Reporter) -> None:
    steps.finish(report=again(report), now=LATER)
    verbs: list[Callable[[Report], object]] = [
        helper.write,
        helper.ask,
        helper.answer,
        helper.try_to_reach,
        helper.propose_closing,
        helper.pause,
        lambda row: helper.raise_priority(row, "p0"),
        lambda row: reporter.write("…"),
    ]
    for verb in verbs:
        with pytest.raises(WrongStage):
            verb(report)
    assert not report.messages.exists()
    assert not Clock.objects.for_the_rules().running().exists()
    assert not Pause.objects.for_the_rules().exists()
    assert queued(helper) == []


def test_a_verb_on_a_report_that_was_closed_meanwhile_is_refused(report: Report) -> None:
    stale = again(report)
    steps.finish(report=again(report), now=LATER)
    with pytest.raises(WrongStage):
        deadlines.pause(report=stale, reason="safety", now=LATER)


def test_the_desk_is_told_kindly_that_it_is_closed(report: Report, helper: Helper, clock: Hands) -> None:
    steps.finish(report=again(report), now=LATER)
    for step, fields in (("hold", {"reason": "safety"}), ("raise_priority", {"priority": "p0"})):
        desk = sign_in(helper)
        shown = helper.opened(desk, report)
        page = desk.post(reverse(step, args=[report.id]), fields, follow=True, headers=shown)
        assert "chưa đến lượt" in page.content.decode()


def test_one_row_that_cannot_be_done_stops_no_other_work(report: Report, reporter: Reporter) -> None:
    other = reporter.next_person().send()
    Report.objects.for_the_rules().filter(pk=report.pk).update(thread="spoiled", receipt="spoiled")
    later = NOW + timedelta(days=9)
    with mock.patch.object(scheduled.logger, "error") as said:
        tick(now=later)
    assert Escalation.objects.for_the_rules().filter(clock__report=other).exists()
    assert not Escalation.objects.for_the_rules().filter(clock__report=report).exists()
    assert Checkpoint.objects.filter(day=local_day(later)).exists()
    assert Heartbeat.objects.get().at == later
    assert {call.args[0] % call.args[1:] for call in said.call_args_list} == {"escalate: BadKey"}


def test_nothing_runs_on_after_she_deleted_it(report: Report, helper: Helper) -> None:
    helper.pause(report, now=LATER)
    ending.delete(report=again(report), now=LATER)
    assert not Clock.objects.for_the_rules().running().exists()
    assert not Pause.objects.for_the_rules().exists()
    with mock.patch.object(scheduled.logger, "error") as failed:
        tick(now=NOW + timedelta(days=12))
    assert not failed.called


# --- two people at once


def test_a_stale_page_cannot_lower_what_somebody_just_raised(report: Report, helper: Helper) -> None:
    stale = again(report)
    helper.raise_priority(report, "p0", now=LATER)
    with pytest.raises(CannotLower):
        deadlines.raise_priority(report=stale, priority="p1", now=LATER)
    assert again(report).priority == "p0"


def test_a_stale_page_cannot_pause_what_somebody_just_raised(report: Report, helper: Helper) -> None:
    stale = again(report)
    helper.raise_priority(report, "p0", now=LATER)
    with pytest.raises(deadlines.CannotPause):
        deadlines.pause(report=stale, reason="safety", now=LATER)


# --- what she wrote counts


def test_tries_before_her_last_message_do_not_count(
    report: Report, helper: Helper, reporter: Reporter
) -> None:
    helper.write(report, now=NOW + timedelta(days=1))
    for day in (2, 3):
        at = NOW + timedelta(days=day)
        helper.try_to_reach(report, now=at)
    reporter.write("Tôi đây.", now=NOW + timedelta(days=4))
    with pytest.raises(WrongStage, match="too_few_tries"):
        helper.lose_contact(report, now=NOW + timedelta(days=5))


def test_thirty_quiet_days_begin_after_her_last_message(
    report: Report, helper: Helper, reporter: Reporter
) -> None:
    helper.bring(report, "handled", now=LATER)
    wrote = NOW + timedelta(days=29)
    reporter.write("Chưa xong.", now=wrote)
    with pytest.raises(WrongStage, match="too_early"):
        helper.close(report, now=NOW + timedelta(days=40))
    helper.close(report, now=wrote + timedelta(days=30))


def test_quiet_days_are_days_of_here(report: Report, helper: Helper) -> None:
    """23:30 in Hanoi is the same day, 00:30 the next; both are the day before in UTC."""
    helper.bring(report, "handled", now=datetime.fromisoformat("2026-07-02T00:30:00+07:00"))
    with pytest.raises(WrongStage, match="too_early"):
        helper.close(report, now=datetime.fromisoformat("2026-07-31T23:30:00+07:00"))


# --- pauses


@pytest.mark.parametrize("reason", ["asked_reporter", "reporter_asked_pause"])
def test_her_word_ends_every_pause_that_waits_for_her(
    report: Report, reporter: Reporter, reason: str, helper: Helper
) -> None:
    helper.pause(report, reason, now=LATER)
    reporter.write("Tôi sẵn sàng rồi.", now=LATER + timedelta(days=1))
    assert not again(report).paused


def test_a_pause_that_she_wished_is_looked_at_again(report: Report, helper: Helper) -> None:
    helper.pause(report, "reporter_asked_pause", now=LATER)
    assert queue_place(report) == date(2026, 7, 14)
    tick(now=NOW + timedelta(days=15))
    assert not again(report).paused


def queue_place(report: Report) -> date:
    due = again(report).next_due_at
    assert due
    return local_day(due)


def test_what_stands_still_is_not_late(
    report: Report, helper: Helper, supervisor: Helper, clock: Hands, reporter: Reporter
) -> None:
    helper.ask(report, now=LATER)
    at = clock.move(days=6)
    assert late_clocks(supervisor.user, at) == []
    with pytest.raises(deadlines.NotLate):
        deadlines.ask_oversight(report=again(report), now=at)
    assert "đã quá hạn" not in page_of(reporter)
    assert "quá hạn" not in main_of(sign_in(helper).get(reverse("report", args=[report.id])))
    ending.close(report=again(report), step=Withdraw(), now=at)
    assert kept(report) == {"org_first_look": True}


def main_of(answer: Any) -> str:
    """The page without its menu."""
    return str(answer.content.decode().partition("<main")[2])


def page_of(reporter: Reporter) -> str:
    """What she reads when she comes back, without a script."""
    phone = Client()
    phone.post("/back/", {"plain-code": reporter.code})
    return phone.get("/back/now/").content.decode().lower()


def test_what_was_late_before_the_pause_stays_late(
    report: Report, helper: Helper, supervisor: Helper, clock: Hands, reporter: Reporter
) -> None:
    at = clock.move(days=6)
    helper.ask(report, now=at)
    assert {row.rule for row in late_clocks(supervisor.user, at)} >= {"org_verify"}
    assert "đã quá hạn" in page_of(reporter)


# --- reminders


def test_a_reminder_says_when_it_went_up(reporter: Reporter) -> None:
    reporter.send()
    late = NOW + timedelta(days=20)
    tick(now=late)
    assert set(Escalation.objects.for_the_rules().values_list("at", flat=True)) == {late}


def test_asking_for_oversight_leaves_every_other_reminder(report: Report, network: Network) -> None:
    late = NOW + timedelta(days=4)
    tick(now=late)
    deadlines.ask_oversight(report=again(report), now=late)
    with pytest.raises(deadlines.NotLate):
        deadlines.ask_oversight(report=again(report), now=late)
    assert [clock.rule for clock in escalated_clocks(network.overseer.user)] == ["org_verify"]
    tick(now=NOW + timedelta(days=20))
    levels = Escalation.objects.for_the_rules().filter(clock__report=report, clock__rule="org_verify")
    assert sorted(levels.values_list("level", flat=True)) == ["e1", "e2", "e3", "e4"]


# --- what helpers noted goes when it ends


@pytest.mark.parametrize("end", ["delete", "withdraw", "she_asked", "agreed", "purge"])
def test_who_tried_and_who_accused_does_not_stay(
    report: Report, helper: Helper, supervisor: Helper, end: str
) -> None:
    if end == "she_asked":
        helper.bring(report, "handled", now=LATER)
    helper.write(report, now=LATER)
    helper.propose_closing(report)
    if end == "delete":
        ending.delete(report=again(report), now=LATER)
    elif end == "agreed":
        supervisor.agree(report, now=LATER)
    elif end == "purge":
        Report.objects.for_the_rules().filter(pk=report.pk).update(purge_on=local_day(LATER))
        tick(now=LATER)
    else:
        steps.finish(report=again(report), now=LATER)
    assert not SafeTry.objects.for_the_rules().exists()
    assert not ClosingProposal.objects.for_the_rules().exists()


# --- the calendar


def closed_on(day: date) -> int:
    return deadlines.change_calendar(
        day=day,
        calendar_name="organisation",
        kind="local_closure",
        name_vi="bão",
        name_en="storm",
        reason="bão",
        now=NOW,
    )


def test_a_change_that_was_taken_back_is_forgotten(reporter: Reporter) -> None:
    reporter.send()
    full = OSError("no room")
    with mock.patch.object(deadlines, "log_event", side_effect=full), pytest.raises(OSError, match="no room"):
        closed_on(date(2026, 7, 2))
    assert closed_on(date(2026, 7, 3)) == 2
    assert calendar().is_working_day(date(2026, 7, 2))
    assert not calendar().is_working_day(date(2026, 7, 3))
