"""She is not given up before she was written to, on three days, and where she may be in danger by two people."""

from datetime import timedelta

import pytest

from tests.cast import NOW, Helper, Network, Reporter, again, rows
from tincay.core.stages import Attempt, WrongStage
from tincay.people.models import Notice
from tincay.reports.models import ClosingProposal, Report, SafeTry
from tincay.reports.queries import attempts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def report(helper: Helper, reporter: Reporter) -> Report:
    return helper.open_report(reporter.send())


def three_days(helper: Helper, report: Report) -> None:
    helper.write(report, now=NOW + timedelta(days=1))
    for later in (2, 3):
        helper.try_to_reach(report, now=NOW + timedelta(days=later))


def notices(worker: Helper) -> int:
    return rows(Notice).filter(user=worker.user).count()


def test_a_message_is_a_try_of_its_day_and_stays_one_when_somebody_calls_as_well(
    report: Report, helper: Helper
) -> None:
    helper.write(report)
    helper.try_to_reach(report)
    assert [row.way for row in rows(SafeTry)] == ["message"]
    helper.try_to_reach(report, now=NOW + timedelta(days=1))
    helper.write(report, now=NOW + timedelta(days=1))
    assert [row.way for row in rows(SafeTry)] == ["message", "message"]


def test_no_other_way_is_tried_before_a_message_waits_for_her(
    report: Report, helper: Helper, reporter: Reporter
) -> None:
    with pytest.raises(WrongStage, match="no_message"):
        helper.try_to_reach(report)
    helper.write(report)
    reporter.write("Tôi đây.", now=NOW + timedelta(days=1))
    with pytest.raises(WrongStage, match="no_message"):
        helper.try_to_reach(report, now=NOW + timedelta(days=1, hours=1))


def test_a_reply_on_the_day_on_which_she_wrote_is_a_try(
    report: Report, helper: Helper, reporter: Reporter
) -> None:
    reporter.write("Tôi đây.", now=NOW)
    helper.write(report, now=NOW + timedelta(hours=1))
    assert attempts(again(report)) == [Attempt(NOW.date(), "message")]


def test_one_person_ends_a_calm_report_and_a_supervisor_is_told(
    report: Report, helper: Helper, supervisor: Helper
) -> None:
    three_days(helper, report)
    before = notices(supervisor)
    helper.lose_contact(report, now=NOW + timedelta(days=4))
    assert again(report).closure == "lost_contact"
    assert notices(supervisor) == before + 1


@pytest.mark.parametrize("priority", ["p0", "p1"])
def test_an_urgent_report_is_ended_by_two_people_and_never_by_the_same_one_twice(
    helper: Helper, supervisor: Helper, reporter: Reporter, priority: str
) -> None:
    report = supervisor.open_report(reporter.send(priority=priority))
    three_days(helper, report)
    before = notices(supervisor)
    supervisor.lose_contact(report, now=NOW + timedelta(days=4))
    assert again(report).stage == "acknowledged"
    assert notices(supervisor) == before + 1
    with pytest.raises(WrongStage, match="one_person"):
        supervisor.agree(report, now=NOW + timedelta(days=4))
    helper.lose_contact(report, now=NOW + timedelta(days=4))
    supervisor.agree(report, now=NOW + timedelta(days=4))
    assert again(report).closure == "lost_contact"


def test_nothing_is_proposed_before_the_tries_are_there(
    helper: Helper, reporter: Reporter, network: Network
) -> None:
    report = helper.open_report(reporter.send(priority="p1"))
    with pytest.raises(WrongStage, match="too_few_tries"):
        helper.lose_contact(report)
    assert not rows(ClosingProposal).exists()


def test_a_word_of_hers_takes_the_proposal_away(
    helper: Helper, supervisor: Helper, reporter: Reporter
) -> None:
    report = helper.open_report(reporter.send(priority="p1"))
    three_days(helper, report)
    helper.lose_contact(report, now=NOW + timedelta(days=4))
    reporter.write("Tôi đây.", now=NOW + timedelta(days=4, hours=1))
    with pytest.raises(WrongStage, match="one_person"):
        supervisor.agree(report, now=NOW + timedelta(days=5))
    assert not rows(ClosingProposal).exists()
    assert not again(report).closed


def test_a_proposal_that_there_is_nothing_to_answer_is_not_taken_away_by_a_word_of_hers(
    report: Report, helper: Helper, reporter: Reporter
) -> None:
    helper.propose_closing(report)
    reporter.write("Tôi đây.")
    assert rows(ClosingProposal).exists()
