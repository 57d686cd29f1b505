"""The pages for telling more leave nothing: no cache, no referrer, no script of the page's own, no line in a log."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser.never import spellings, stored_bytes
from tests.cast import Hands, Network, Reporter
from tests.visit.test_plain_visit import token

pytestmark = pytest.mark.django_db(transaction=True)
SAID = "QZVL-MƯA lời kể thêm sau chợ"
NUMBER = "QZVN 0900 111"


@pytest.fixture
def inside(network: Network, clock: Hands, client: Client, reporter: Reporter) -> Client:
    reporter.send(answers={"kind": ["incident_report"], "need": ["legal_aid"]}, now=clock.now)
    client.post("/back/", {"plain-code": reporter.code})
    return client


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("name", ["visit_tell", "visit_said", "lost_code", "back_plain"])
@pytest.mark.parametrize("came_in", [True, False])
def test_no_page_for_telling_more_is_kept_or_tells_where_she_was(
    inside: Client, name: str, prefix: str, came_in: bool
) -> None:
    answer = (inside if came_in else Client()).get(prefix + reverse(name))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    door = name == "back_plain"
    assert answer["Referrer-Policy"] == ("same-origin" if door else "no-referrer"), (
        "another site learns nothing"
    )
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_what_is_told_later_lies_nowhere_in_the_clear(
    inside: Client, reporter: Reporter, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    said: dict[str, Any] = {"go": "send", "plain-words": SAID, "plain-identifier": NUMBER, "key": "A" * 22}
    said["token"] = token(inside, reverse("visit_tell"))
    refused = inside.post(reverse("visit_tell"), said | {"plain-words": f"{SAID} {reporter.code}"})
    assert refused.status_code == 422
    assert inside.post(reverse("visit_tell"), said | {"token": "0" * 64}).status_code == 401
    assert inside.post(reverse("visit_tell"), said).status_code == 302
    assert SAID in inside.get(reverse("visit_said")).content.decode()
    written = "".join(capfd.readouterr()) + caplog.text
    places = [*stored_bytes(), ("log", written.encode())]
    for secret in (SAID, NUMBER, reporter.code):
        for spelling in spellings(secret):
            assert not [place for place, content in places if spelling in content]


def test_told_twice_with_one_key_it_is_one(inside: Client, reporter: Reporter) -> None:
    said = {"go": "send", "plain-words": SAID, "key": "A" * 22, "token": token(inside, reverse("visit_tell"))}
    for _ in range(2):
        assert inside.post(reverse("visit_tell"), said).status_code == 302
    assert [one["words"] for one in reporter.open("narrative")].count(SAID) == 1


@pytest.mark.parametrize("key", ["", "A", "../../x", "A" * 21 + "\n", "é" * 22])
def test_a_key_that_is_none_stops_nothing(inside: Client, reporter: Reporter, key: str) -> None:
    said = {"go": "send", "plain-words": SAID, "key": key, "token": token(inside, reverse("visit_tell"))}
    answer = inside.post(reverse("visit_tell"), said)
    assert answer.status_code in {302, 409}
    assert answer.status_code == 302 or SAID in answer.content.decode()
