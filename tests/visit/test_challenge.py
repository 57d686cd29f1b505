"""Proof of the receipt without the code: the same to everybody until it is proven, once, for this ticket only."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Hands, Network, Reporter, url64
from tests.patience import StandingClock
from tincay.core.sealing import HEADER_SIZE, Identity, Sealed, answer_challenge, check_envelope, new_key
from tincay.intake import tallies
from tincay.intake.tallies import InMemory, InTable
from tincay.reports.ending import delete
from tincay.reports.models import Report
from tincay.visit.actions import forget_visits
from tincay.visit.models import Visit

Post = Callable[..., Any]


@pytest.fixture
def post(network: Network, clock: Hands, client: Client) -> Post:
    return lambda path, body, by=client: by.post(path, json.dumps(body), content_type="application/json")


@pytest.fixture
def her(post: Post, reporter: Reporter) -> Reporter:
    reporter.send()
    return reporter


def ask(post: Post, locator: bytes, by: Client | None = None) -> dict[str, str]:
    answer = post("/back/ask/", {"locator": url64(locator)}, *([by] if by else []))
    assert answer.status_code == 200
    found: dict[str, str] = answer.json()
    return found


def solve(asked: dict[str, str], her: Reporter) -> bytes:
    sealed = Sealed(base64.b64decode(asked["challenge"]))
    return answer_challenge(sealed, her.keys.identity, her.keys.locator, asked["ticket"].encode())


def test_the_right_answer_opens_a_visit_of_fifteen_minutes(post: Post, her: Reporter, client: Client) -> None:
    asked = ask(post, her.keys.locator)
    opened = post("/back/in/", {"ticket": asked["ticket"], "answer": url64(solve(asked, her))})
    assert opened.json() == {"next": "/back/now/"}
    assert client.get("/back/now/").status_code == 200
    left = Visit.objects.for_the_rules().get().until - timezone.now()
    assert left == timedelta(minutes=15)
    assert Visit.objects.for_the_rules().get().sealed is None


def test_an_unknown_code_is_asked_the_same_way(post: Post, her: Reporter) -> None:
    known, unknown = ask(post, her.keys.locator), ask(post, b"\1" * 32)
    assert known.keys() == unknown.keys()
    assert len(known["challenge"]) == len(unknown["challenge"])
    assert len(known["ticket"]) == len(unknown["ticket"])
    check_envelope(base64.b64decode(unknown["challenge"]), limit=HEADER_SIZE + 200)


def test_a_wrong_answer_opens_nothing_and_the_right_one_opens_once(post: Post, her: Reporter) -> None:
    asked = ask(post, her.keys.locator)
    right = {"ticket": asked["ticket"], "answer": url64(solve(asked, her))}
    wrong = {"ticket": asked["ticket"], "answer": url64(b"\0" * 32)}
    assert post("/back/in/", wrong).json() == {"error": "unknown"}
    assert not Visit.objects.for_the_rules().exists()
    assert post("/back/in/", right).json() == {"next": "/back/now/"}
    assert post("/back/in/", right).json() == {"error": "unknown"}
    assert Visit.objects.for_the_rules().count() == 1


@pytest.mark.parametrize("way", [InMemory, InTable])
def test_the_right_answer_is_taken_once_on_either_database(
    post: Post, her: Reporter, monkeypatch: pytest.MonkeyPatch, way: type[InMemory | InTable]
) -> None:
    monkeypatch.setattr(tallies, "_in_memory", way())
    monkeypatch.setattr(tallies, "_in_table", way())
    asked = ask(post, her.keys.locator)
    right = {"ticket": asked["ticket"], "answer": url64(solve(asked, her))}
    assert [post("/back/in/", right).status_code for _ in range(2)] == [200, 404]


def test_a_ticket_is_good_for_two_minutes(post: Post, her: Reporter, standing_clock: StandingClock) -> None:
    asked, later = ask(post, her.keys.locator), ask(post, her.keys.locator)
    standing_clock.go_on(115)
    answer = {"ticket": asked["ticket"], "answer": url64(solve(asked, her))}
    assert post("/back/in/", answer).status_code == 200
    standing_clock.go_on(5)
    answer = {"ticket": later["ticket"], "answer": url64(solve(later, her))}
    assert post("/back/in/", answer).status_code == 404


def test_asking_writes_nothing(post: Post, her: Reporter) -> None:
    """Who asks a hundred times a second would else have the disk to herself."""
    with CaptureQueriesContext(connection) as asked:
        ask(post, her.keys.locator)
        ask(post, b"\1" * 32)
    statements = [query["sql"].split()[0] for query in asked]
    tables = ("intake_tally", "intake_hourkey")
    written = [
        query["sql"]
        for query in asked
        if query["sql"].split()[0] != "SELECT" and not any(table in query["sql"] for table in tables)
    ]
    assert "SELECT" in statements
    assert written == []


@pytest.mark.parametrize("change", ["longer", "shorter", "later", "another", "mark", "letters", "empty"])
def test_a_ticket_that_was_not_handed_out_opens_nothing(post: Post, her: Reporter, change: str) -> None:
    asked = ask(post, her.keys.locator)
    raw = bytearray(base64.urlsafe_b64decode(asked["ticket"]))
    place = {"later": 6, "another": 10, "mark": -1}.get(change)
    if place is not None:
        raw[place] ^= 1
    text = {"longer": raw + b"x", "shorter": raw[:50]}.get(change, raw)
    ticket = {"letters": "không phải vé", "empty": ""}.get(change, base64.urlsafe_b64encode(text).decode())
    answer = post("/back/in/", {"ticket": ticket, "answer": url64(solve(asked, her))})
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown"})


def test_who_has_the_folder_and_the_database_makes_no_ticket(
    post: Post, her: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of the hour is in neither: SQLite's process keeps it in its memory."""
    asked = ask(post, her.keys.locator)
    monkeypatch.setattr(tallies, "_in_memory", InMemory())
    monkeypatch.setattr(tallies, "_in_table", InMemory())
    answer = {"ticket": asked["ticket"], "answer": url64(solve(asked, her))}
    assert post("/back/in/", answer).status_code == 404


def test_nobody_gets_in_for_an_unknown_code(post: Post, her: Reporter) -> None:
    asked = ask(post, b"\1" * 32)
    for guess in (b"\0" * 32, b"\1" * 32):
        answer = post("/back/in/", {"ticket": asked["ticket"], "answer": url64(guess)})
        assert answer.json() == {"error": "unknown"}


def test_after_five_tries_a_browser_waits_and_the_wait_grows(post: Post, her: Reporter) -> None:
    browser = Client()
    for _ in range(5):
        ask(post, b"\1" * 32, browser)
    refused = post("/back/ask/", {"locator": url64(her.keys.locator)}, browser)
    assert refused.status_code == 429
    assert 30 <= refused.json()["wait"] <= 60


def test_a_ticket_does_not_hold_the_answer(post: Post, her: Reporter) -> None:
    asked = ask(post, her.keys.locator)
    assert solve(asked, her) not in base64.urlsafe_b64decode(asked["ticket"])


@pytest.mark.parametrize("body", [{}, {"locator": "x"}, {"locator": "A" * 44}, {"locator": 1}, []])
def test_what_is_no_locator_is_malformed(post: Post, body: Any) -> None:
    assert post("/back/ask/", body).json() == {"error": "malformed"}


@pytest.mark.parametrize("cookie", ["", "x", "AGE-SECRET-KEY-1QQQQ", "ü"])
def test_a_cookie_that_is_no_key_opens_nothing(network: Network, clock: Hands, cookie: str) -> None:
    browser = Client()
    browser.cookies["visit"] = cookie
    assert "data-code" in browser.get("/back/now/").content.decode()


def test_a_key_that_was_never_given_opens_nothing(post: Post, her: Reporter) -> None:
    browser = Client()
    browser.cookies["visit"] = str(new_key()[0])
    assert "data-code" in browser.get("/back/now/").content.decode()


def test_when_a_visit_is_over_no_row_tells_of_it(post: Post, her: Reporter, client: Client) -> None:
    client.post("/back/", {"plain-code": her.code})
    assert forget_visits(now=timezone.now()) == 0
    assert forget_visits(now=timezone.now() + timedelta(minutes=16)) == 1
    assert not Visit.objects.for_the_rules().exists()


def test_a_stolen_database_does_not_open_a_plain_visit(her: Reporter, client: Client) -> None:
    client.post("/back/", {"plain-code": her.code})
    row = Visit.objects.for_the_rules().get()
    assert her.code.encode() not in bytes(row.sealed or b"")
    assert str(her.keys.identity).encode() not in bytes(row.sealed or b"")
    assert row.recipient not in client.cookies["visit"].value
    assert Identity(client.cookies["visit"].value) != her.keys.identity


def test_a_deleted_report_is_as_unknown_as_one_that_never_was(
    post: Post, her: Reporter, client: Client
) -> None:
    asked = ask(post, her.keys.locator)
    post("/back/in/", {"ticket": asked["ticket"], "answer": url64(solve(asked, her))})
    report = Report.objects.for_the_rules().get()
    delete(report=report, now=timezone.now())
    assert client.get("/back/now/").content.decode().count("data-code")
    assert ask(post, her.keys.locator).keys() == {"challenge", "ticket"}
