"""Clocks and tasks hang on subjects of whatever app: those of a report are its own, all others are left alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.cast import NOW, Helper, Network, Reporter, again, rows
from tincay.desk.pages import running_clocks, wishes
from tincay.desk.queries import escalated_clocks, late_clocks
from tincay.reports import ending, schedule
from tincay.reports.consents import ASK_RECEIVER
from tincay.reports.models import Clock, Escalation, Report, Task
from tincay.reports.steps import finish, reopen
from tincay.visit import queries

pytestmark = pytest.mark.django_db
LATE = NOW + timedelta(days=60)


@pytest.fixture
def report(reporter: Reporter) -> Report:
    return reporter.send(grants=[reporter.grant("store_sealed")])


@pytest.fixture
def elsewhere() -> Clock:
    """A late clock of something that is no report."""
    return rows(Clock).create(
        subject_kind="club",
        subject=uuid4(),
        place=0,
        rule="org_answer",
        started_at=NOW,
        due_at=NOW + timedelta(days=1),
        calendar_version=1,
        next_escalation_at=NOW + timedelta(days=1),
    )


def test_a_clock_of_another_subject_stands_at_no_report(
    report: Report, elsewhere: Clock, network: Network
) -> None:
    shown = [
        *report.clocks.all(),
        *queries.late_clocks(report, LATE),
        *late_clocks(network.head.user, LATE),
        *late_clocks(network.supervisor.user, LATE),
        *escalated_clocks(network.overseer.user),
    ]
    assert {clock.subject for clock in shown} == {report.id}
    assert len(running_clocks(report, NOW)) == report.clocks.running().count()


def test_a_clock_of_another_subject_climbs_nowhere_by_the_reports_work(
    report: Report, elsewhere: Clock
) -> None:
    before = rows(Clock).filter(pk=elsewhere.pk).values().get()
    done = schedule.escalate(LATE)
    assert (done.failed, done.error) == (0, "")
    assert done.done > 0
    assert rows(Clock).filter(pk=elsewhere.pk).values().get() == before
    assert not rows(Escalation).filter(clock=elsewhere).exists()


def test_no_end_of_a_report_touches_what_hangs_on_something_else(report: Report, elsewhere: Clock) -> None:
    task = rows(Task).create(subject_kind="club", subject=elsewhere.subject, kind=ASK_RECEIVER)
    before = rows(Clock).filter(pk=elsewhere.pk).values().get()
    finish(report=again(report), now=NOW)
    ending.rewrite_closed(now=NOW, whole=True)
    ending.delete(report=again(report), now=NOW)
    assert rows(Clock).filter(pk=elsewhere.pk).values().get() == before
    assert [row.pk for row in rows(Task)] == [task.pk]
    assert not rows(Clock).filter(subject=report.id, met_at=None, due_at__isnull=False).exists()


def test_a_subject_has_one_task_about_a_thing_and_each_subject_its_own(
    reporter: Reporter, report: Report
) -> None:
    reporter.consent("share_service")
    reporter.consent("share_service")
    other = reporter.next_person()
    second = other.send(grants=[other.grant("share_service")])
    assert [row.subject for row in rows(Task).filter(kind=ASK_RECEIVER)].count(report.id) == 1
    assert rows(Task).filter(report=second).count() == second.tasks.count() == 1


@pytest.mark.parametrize("end", ["closed", "deleted"])
def test_nobody_is_asked_about_what_ended(
    reporter: Reporter, helper: Helper, report: Report, end: str
) -> None:
    reporter.consent("share_service")
    assert len(wishes(again(report))) == 1
    if end == "closed":
        finish(report=again(report), now=NOW)
        reporter.consent("share_police_anon")
    else:
        ending.delete(report=again(report), now=NOW)
    assert not rows(Task).exists()


def test_opened_again_she_is_asked_what_she_still_wishes(reporter: Reporter, report: Report) -> None:
    reporter.consent("share_service")
    reporter.consent("share_police_anon")
    finish(report=again(report), now=NOW)
    reporter.consent("share_police_anon", given=False)
    reopen(report=again(report), now=NOW)
    assert [row.about for row in rows(Task)] == ["share_service"]


def test_a_wish_goes_with_the_report_to_another_desk_and_another_code(
    reporter: Reporter, network: Network, report: Report
) -> None:
    reporter.consent("share_service")
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    fresh = reporter.change_code()
    assert len(wishes(again(report))) == 1
    fresh.consent("share_service", receiver=f"desk:{network.triage.code}", items=["need"])
    assert wishes(again(report)) == []
