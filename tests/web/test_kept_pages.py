"""Pages that are made once in a while: everybody gets the whole page, and an own part of it."""

import gzip
import json
import re

import pytest
from django.test import Client, RequestFactory

from tests.cast import Network
from tests.patience import StandingClock
from tincay.directory.routing import statement_path
from tincay.people.models import Desk
from tincay.web import kept_pages
from tincay.web.kept_pages import PLACE, KeptPage, kept_page


@pytest.fixture
def keeping(standing_clock: StandingClock, monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    """As on a server: a page is kept for a while."""
    monkeypatch.setattr(kept_pages, "KEPT_S", 2.0)
    monkeypatch.setattr(kept_pages, "time", standing_clock)
    return standing_clock


def work_in(page: str) -> dict[str, object]:
    told = re.search(r'id="proof-of-work">(.*?)<', page)
    assert told
    return dict(json.loads(told[1]))


@pytest.mark.parametrize("encoding", ["", "gzip", "br, gzip;q=0.5"])
def test_whoever_asks_gets_the_whole_page_with_the_own_part(encoding: str) -> None:
    page = KeptPage(f"trước {PLACE} sau" * 1)
    for own in ("một", "hai"):
        answer = page.answer(RequestFactory().get("/", headers={"Accept-Encoding": encoding}), own)
        body = gzip.decompress(answer.content) if "gzip" in encoding else answer.content
        assert body.decode() == f"trước {own} sau"
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_a_page_is_made_again_when_it_is_too_old_and_not_before(keeping: StandingClock) -> None:
    made = []

    def make() -> str:
        made.append(PLACE)
        return PLACE

    for _ in range(5):
        kept_page("this one", make)
    assert len(made) == 1
    kept_page("another one", make)
    keeping.go_on(kept_pages.KEPT_S)
    kept_page("this one", make)
    assert len(made) == 3


def test_two_who_open_the_page_get_two_nonces_and_the_same_rest(
    network: Network, keeping: StandingClock, client: Client
) -> None:
    first, second = (client.get("/tell/").content.decode() for _ in range(2))
    assert work_in(first)["nonce"] != work_in(second)["nonce"]
    assert first.replace(str(work_in(first)["nonce"]), "") == second.replace(
        str(work_in(second)["nonce"]), ""
    )


def test_each_way_in_and_each_language_has_a_page_of_its_own(
    network: Network, keeping: StandingClock, client: Client
) -> None:
    pages = [client.get(address).content.decode() for address in ("/tell/", "/help/", "/en/tell/", "/tell/")]
    titles = [
        re.findall(r"<html lang=\"(..)\"", page)[0] + re.findall(r'data-kind="(\w+)"', page)[0]
        for page in pages
    ]
    assert len(set(titles[:3])) == 3
    assert titles[3] == titles[0]


def test_where_keys_are_not_the_signed_ones_no_form_is_kept(
    network: Network, keeping: StandingClock, client: Client
) -> None:
    assert client.get("/tell/").status_code == 200
    Desk.objects.filter(code=network.triage.code).update(recipient=network.case.recipient)
    keeping.go_on(kept_pages.KEPT_S)
    assert client.get("/tell/").status_code == 503
    assert client.get("/tell/").status_code == 503


def test_no_page_is_kept_of_an_install_without_a_signed_statement(
    network: Network, keeping: StandingClock, client: Client
) -> None:
    statement_path().unlink()
    assert client.get("/tell/").status_code == 503
