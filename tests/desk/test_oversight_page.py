"""Oversight sees what still waits; what was closed in the meantime is gone from its page."""

import pytest

from tests.cast import Hands, Network, Reporter, sign_in
from tincay.operations.scheduled import tick
from tincay.reports.steps import finish

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_closed_report_no_longer_waits_at_oversight(
    network: Network, clock: Hands, reporter: Reporter
) -> None:
    report = reporter.send(priority="p0")
    tick(now=clock.move(days=3))
    overseer = sign_in(network.overseer)
    page = overseer.get("/desk/escalated/").content.decode()
    assert report.code_name in page
    assert page.index(">Trễ<") < page.index(">Tổ chức<")
    finish(report=report, now=clock.now)
    assert report.code_name not in overseer.get("/desk/escalated/").content.decode()
