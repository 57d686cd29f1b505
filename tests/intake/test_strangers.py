"""Forms that somebody else fills in for her, or sends in her name: nobody gets a code that another one knows."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.cast import Hands, Network, Reporter
from tests.intake.plain_form import in_form
from tincay.intake.questions import KINDS
from tincay.reports.models import Report

pytestmark = pytest.mark.django_db(transaction=True)
CROSS = {"Sec-Fetch-Site": "cross-site"}
STRANGERS = (
    CROSS,
    CROSS | {"Origin": "http://testserver"},
    {"Origin": "https://la.example"},
    {"Origin": "null"},
    {"Origin": "https://testserver"},
    {"Origin": "http://testserver.la.example"},
    {"Origin": "http://[", "Referer": "http://testserver/"},
    {"Referer": "https://la.example/?http://testserver/tell/plain/"},
    {"Referer": "http://testserver@la.example/"},
)
"""Whence a browser says that another site's page has sent something: a new one, and those from before 2023."""
OWN: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
    {"Origin": "http://testserver:8001"},
    {"Referer": "http://testserver/tell/plain/"},
    {"Referer": ""},
)
"""What goes along with a post of our own page. An old browser may say nothing at all."""
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


@pytest.mark.parametrize("stranger", STRANGERS)
def test_whatever_way_a_browser_tells_another_sites_page_it_sends_opens_and_shows_nothing(
    network: Network, clock: Hands, client: Client, reporter: Reporter, stranger: dict[str, str]
) -> None:
    sent = {"plain-code": reporter.code, "plain-need": ["pep"], "plain-words": WORDS}
    assert WORDS not in client.post("/tell/plain/", sent, headers=stranger).content.decode()
    assert not Report.objects.for_the_rules().exists()
    reporter.send(now=clock.now)
    known = {"plain-code": reporter.code, "plain-last": reporter.code[-4:]}
    assert client.post("/kept/", known, headers=stranger).status_code == 302
    assert client.post("/back/", known, headers=stranger).status_code == 200
    assert not client.cookies


@pytest.mark.parametrize("own", OWN)
def test_her_own_form_is_taken_whatever_her_browser_says_of_it(
    network: Network, client: Client, reporter: Reporter, own: dict[str, str]
) -> None:
    sent = {"go": "sent", "plain-code": reporter.code, "plain-need": ["pep"]}
    client.post("/tell/plain/", sent, headers=own)
    assert Report.objects.for_the_rules().count() == 1
    known = {"plain-code": reporter.code, "plain-last": reporter.code[-4:]}
    assert client.post("/kept/", known, headers=own).status_code == 200
    assert client.post("/back/", known, headers=own).status_code == 302


def test_behind_a_proxy_that_ends_tls_her_own_form_comes_from_there(
    settings: Settings, network: Network, client: Client, reporter: Reporter
) -> None:
    settings.TINCAY_HTTPS, settings.ALLOWED_HOSTS = True, ["tin.example", "tin.onion"]
    sent = {"go": "sent", "plain-code": reporter.code, "plain-need": ["pep"]}
    for origin, host in [("http://tin.example", "tin.example"), ("https://tin.example", "tin.onion")]:
        client.post("/tell/plain/", sent, headers={"Origin": origin, "Host": host})
    assert not Report.objects.for_the_rules().exists()
    client.post("/tell/plain/", sent, headers={"Origin": "https://tin.onion", "Host": "tin.onion"})
    assert Report.objects.for_the_rules().count() == 1


def test_a_page_whose_form_is_asked_whence_it_comes_lets_the_browser_say_so(
    network: Network, client: Client, reporter: Reporter
) -> None:
    """Under the policy of all other pages an old browser calls the post of this one "null", as a stranger's."""
    sent = {"go": "sent", "plain-code": reporter.code, "plain-need": ["pep"]}
    pages = [
        client.get("/tell/plain/"),
        client.post("/tell/plain/", sent | {"go": "story"}),
        client.post("/tell/plain/", sent),
        client.post("/kept/", {"plain-code": reporter.code, "plain-last": "0"}),
        client.get("/back/plain/"),
        client.post("/back/", {"plain-code": "12"}),
        client.post("/back/write/", {"plain-words": WORDS}),
    ]
    assert [page["Referrer-Policy"] for page in pages] == ["same-origin"] * len(pages)
    assert all('method="post"' in page.content.decode() for page in pages)


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
