"""Forms that somebody else fills in for her, or sends in her name: nobody gets a code that another one knows."""

import pytest
from django.test import Client

from tests.cast import Hands, Network, Reporter
from tests.intake.plain_form import in_form
from tincay.intake.questions import KINDS
from tincay.reports.models import Report

pytestmark = pytest.mark.django_db(transaction=True)
CROSS = {"Sec-Fetch-Site": "cross-site"}
WORDS = "QZVX lời của trang lạ"


@pytest.mark.parametrize("prefix", ["/", "/en/"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("go", ["first", "story", "send", "sent", "", "khac"])
def test_a_page_of_another_site_cannot_give_her_a_code_that_it_knows(
    network: Network, client: Client, reporter: Reporter, prefix: str, kind: str, go: str
) -> None:
    """She would write her story under it, and the other site would open it."""
    sent = {"go": go, "plain-code": reporter.code, "plain-need": ["pep"], "plain-words": WORDS}
    answer = client.post(f"{prefix}{kind}/plain/", sent, headers=CROSS)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert WORDS not in html
    assert len(in_form(html)["plain-code"]) == 24
    assert in_form(html)["plain-code"] != reporter.code
    assert not Report.objects.for_the_rules().exists()


def test_a_page_of_another_site_shows_her_no_receipt(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send(now=clock.now)
    sent = {"plain-code": reporter.code, "plain-last": reporter.code[-4:]}
    assert client.post("/kept/", sent, headers=CROSS).status_code == 302


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", ""])
def test_her_own_form_is_taken_whatever_her_browser_says_of_it(
    network: Network, client: Client, reporter: Reporter, site: str
) -> None:
    sent = {"go": "sent", "plain-code": reporter.code, "plain-need": ["pep"]}
    client.post("/tell/plain/", sent, headers={"Sec-Fetch-Site": site} if site else {})
    assert Report.objects.for_the_rules().count() == 1


@pytest.mark.parametrize("go", ["first", "story", "send", "sent"])
def test_the_form_shows_nothing_of_a_report_that_has_its_code(
    network: Network, clock: Hands, client: Client, reporter: Reporter, go: str
) -> None:
    hers = reporter.send(words="QZVH lời đã gửi", now=clock.now)
    sent = {"go": go, "plain-code": reporter.code, "plain-need": ["pep"], "plain-words": "khác"}
    html = client.post("/tell/plain/", sent).content.decode()
    assert "QZVH" not in html
    assert hers.code_name not in html
    assert Report.objects.for_the_rules().count() == 1
