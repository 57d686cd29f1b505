"""Two people work on one report at the same moment: no step is taken back, no priority lowered."""

from datetime import timedelta

import pytest

from tests.cast import NOW, Reporter, Worker, new_message_key, seal_words
from tincay.core.stages import WrongStage
from tincay.reports import deadlines, messages, steps
from tincay.reports.models import Report

pytestmark = pytest.mark.django_db(transaction=True)


def again(report: Report) -> Report:
    return Report.objects.for_the_rules().select_related("desk").get(pk=report.pk)


def test_her_message_does_not_take_back_a_step_that_was_taken_while_she_wrote(
    reporter: Reporter, helper: Worker
) -> None:
    stale = reporter.send()
    report = again(stale)
    steps.open_report(report=report, now=NOW)
    messages.ask(
        report=report, key=new_message_key(), sealed=seal_words(report, "?"), author=helper.user, now=NOW
    )
    assert stale.stage == "received"
    reporter.write("Đây", now=NOW + timedelta(hours=1))
    assert again(report).stage == "acknowledged"


def test_a_step_does_not_lower_a_priority_that_was_raised_meanwhile(reporter: Reporter) -> None:
    report = reporter.send(priority="p2")
    deadlines.raise_priority(report=again(report), priority="p0", now=NOW)
    steps.open_report(report=report, now=NOW)
    assert (again(report).priority, again(report).stage) == ("p0", "acknowledged")


def test_two_people_cannot_take_the_same_step(reporter: Reporter) -> None:
    report = reporter.send()
    steps.open_report(report=report, now=NOW)
    first, second = again(report), again(report)
    steps.verify(report=first, result="enough", now=NOW)
    with pytest.raises(WrongStage):
        steps.verify(report=second, result="out_of_area", now=NOW)
    assert again(report).verification_result == "enough"
