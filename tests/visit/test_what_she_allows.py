"""What may be allowed is said so that it can be understood: to whom, and which items."""

import re

import pytest
from django.test import Client

from tests.cast import Hands, Network, Reporter
from tincay.intake.questions import CONSENTS
from tincay.visit.consents import items_of, seen_for
from tincay.visit.pages import labels

pytestmark = pytest.mark.django_db(transaction=True)
TO_SOMEBODY = "Cho một nơi khác tôi chọn biết việc đã xảy ra"
TO_BEN_SONG = "Cho Bàn tiếp nhận Bến Sông (mẫu) biết việc đã xảy ra"


def listed(client: Client) -> list[str]:
    return re.findall(r"<strong>(.*?)</strong>", client.get("/back/allow/").content.decode())


def come_in(client: Client, reporter: Reporter) -> Client:
    assert client.post("/back/", {"plain-code": reporter.code}).status_code == 302
    return client


def test_each_team_is_named_once_and_nobody_is_offered_without_a_name(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send()
    shown = listed(come_in(client, reporter))
    assert TO_BEN_SONG in shown
    assert TO_SOMEBODY not in shown
    assert len(shown) == len(set(shown))


def test_a_yes_that_names_nobody_can_still_be_taken_back(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send(grants=[reporter.grant("share_service")])
    assert TO_SOMEBODY in listed(come_in(client, reporter))


def test_the_page_of_one_team_names_it_and_the_items_in_short_words(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send()
    html = come_in(client, reporter).get("/back/allow/share_service/?to=ben-song-tiep-nhan").content.decode()
    assert f"<h1>{TO_BEN_SONG}</h1>" in html
    assert "<li>Điều bạn cần giúp</li>" in html
    assert "<li>Ai đã làm</li>" in html


def test_an_answer_that_the_form_does_not_offer_is_shown_in_words(network: Network) -> None:
    assert labels()["age_band"]["a30_39"] == "30–39 tuổi"
    assert labels()["age_band"]["adult_ns"] == "Từ 18 tuổi trở lên"


# --- exactly the items


TOLD = {
    "need": ["pep"],
    "harms": ["threat"],
    "time_since": ["h72"],
    "place": ["M01"],
    "channel": ["zalo"],
    "did": ["client"],
    "kind": ["incident_report"],
    "police_option": ["not_now"],
    "age_band": ["a25_29"],
    "danger": ["no"],
}
WORDS, NUMBER = "ZYXQ sau chợ", "QZVN 0000"


def tells_all(reporter: Reporter) -> None:
    """A report in which every item has an answer, and more."""
    fields = {"identifier": NUMBER, "name": "Mây"}
    reporter.send(answers=TOLD, fields=fields, words=WORDS, grants=[reporter.grant("store_sealed")])


@pytest.mark.parametrize("scope", CONSENTS)
def test_the_page_of_a_consent_shows_exactly_the_items_that_it_hands_over(
    network: Network, clock: Hands, client: Client, reporter: Reporter, scope: str
) -> None:
    tells_all(reporter)
    html = come_in(client, reporter).get(f"/back/allow/{scope}/").content.decode()
    titles = {words[""]: name for name, words in labels().items()}
    shown = [titles[title] for title in re.findall(r"<dt>(.*?)</dt>", html)]
    shown += ["words"] if WORDS in html else []
    assert sorted(shown) == sorted(seen_for(scope))
    assert not items_of(scope) or sorted(shown) == sorted(items_of(scope))
    assert (NUMBER in html) is ("identifier" in seen_for(scope))
