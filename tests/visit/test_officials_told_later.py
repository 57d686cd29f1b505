"""She allowed a body of the police something, and tells later that it is about one of them: the desk is told."""

import pytest
from django.urls import reverse

from tests.cast import NOW, Hands, Network, Reporter, sign_in
from tincay.desk.pages import gives_to_police
from tincay.intake.consents import POLICE, items_of
from tincay.reports.models import Report

pytestmark = pytest.mark.django_db(transaction=True)
DESK = "thì không đưa gì cho công an. Hỏi lại người báo trước."


@pytest.fixture
def report(network: Network, clock: Hands, reporter: Reporter) -> Report:
    answers = {"kind": ["incident_report"], "need": ["legal_aid"]}
    return reporter.send(answers=answers, now=clock.now)


def allow(network: Network, reporter: Reporter, *, given: bool = True) -> None:
    items = items_of(POLICE) if given else ()
    reporter.consent(POLICE, receiver=f"body:{network.police.code}", items=items, given=given)


def test_the_desk_is_told_not_to_give_an_old_yes_to_those_she_names_now(
    network: Network, report: Report, reporter: Reporter
) -> None:
    desk = sign_in(network.helper)
    address = reverse("report", args=[report.id])
    assert DESK not in desk.get(address).content.decode()
    allow(network, reporter)
    assert DESK in desk.get(address).content.decode()
    assert gives_to_police(report, NOW)
    allow(network, reporter, given=False)
    assert DESK not in desk.get(address).content.decode()
