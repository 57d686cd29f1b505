"""Two people work on one report at the same moment: no step is taken back, no priority lowered."""

from datetime import timedelta

import pytest

from tests.cast import NOW, Helper, Reporter, again
from tincay.core.stages import WrongStage
from tincay.reports import steps

pytestmark = pytest.mark.django_db(transaction=True)


def test_her_message_does_not_take_back_a_step_that_was_taken_while_she_wrote(
    reporter: Reporter, helper: Helper
) -> None:
    stale = reporter.send()
    helper.open_report(stale)
    helper.ask(stale)
    assert stale.stage == "received"
    reporter.write("Đây", now=NOW + timedelta(hours=1))
    assert again(stale).stage == "acknowledged"


def test_a_step_does_not_lower_a_priority_that_was_raised_meanwhile(
    reporter: Reporter, helper: Helper
) -> None:
    report = reporter.send(priority="p2")
    helper.raise_priority(report, "p0")
    steps.open_report(report=report, now=NOW)
    assert (again(report).priority, again(report).stage) == ("p0", "acknowledged")


def test_two_people_cannot_take_the_same_step(reporter: Reporter, helper: Helper) -> None:
    report = helper.open_report(reporter.send())
    first, second = again(report), again(report)
    steps.verify(report=first, result="enough", now=NOW)
    with pytest.raises(WrongStage):
        steps.verify(report=second, result="out_of_area", now=NOW)
    assert again(report).verification_result == "enough"
