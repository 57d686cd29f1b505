"""Every address to which anybody can post without being signed in has a budget, and what is beyond it is shown here.

Pages that ask for Django's token are no part of it: who has none is refused before anything is done (403).
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import Hands, Network, Reporter, url64
from tests.test_rights import patterns
from tincay.core import receipts
from tincay.intake import flood
from tincay.intake.attempts import FREE_ATTEMPTS
from tincay.intake.questions import KINDS
from tincay.reports.models import Report
from tincay.visit.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)
Beyond = Callable[[Client, str, Reporter], None]
UNKNOWN = b"\1" * 32


def ask(client: Client) -> Any:
    return client.post(
        reverse("visit_ask"), json.dumps({"locator": url64(UNKNOWN)}), content_type="application/json"
    )


def held_without_work(client: Client, name: str, reporter: Reporter) -> None:
    """Nothing that was sealed on a phone is refused: it is kept apart."""
    for _ in range(flood.QUIET + 1):
        flood.sealed_lane.add()
    answer = client.post(reverse(name), json.dumps(reporter.envelope_json()), content_type="application/json")
    assert answer.status_code == 201
    assert Report.objects.for_the_rules().get().held


def told_to_wait(client: Client, name: str, reporter: Reporter) -> None:
    """A browser that tried five codes waits; so does one that tried one where many are asked for."""
    for _ in range(FREE_ATTEMPTS):
        ask(client)
    body = {"plain-code": reporter.code, "plain-need": ["pep"], "plain-words": "Hỏi."}
    answer = ask(client) if name == "visit_ask" else client.post(reverse(name), body)
    assert answer.status_code == 429


def stretches_nothing(client: Client, name: str, reporter: Reporter) -> None:
    for _ in range(FREE_ATTEMPTS):
        ask(client)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tincay.intake.views.stretch", None)  # whatever called it would fail
        code = receipts.make(bytes)
        assert client.post(reverse(name), {"plain-code": code, "plain-last": ""}).status_code == 200


def costs_no_write(client: Client, name: str, reporter: Reporter) -> None:
    """A wrong answer is a look at one row; the right one is taken once."""
    ticket = ask(client).json()["ticket"]
    wrong = json.dumps({"ticket": ticket, "answer": url64(bytes(32))})
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(reverse(name), wrong, content_type="application/json")
    assert answer.json() == {"error": "unknown"}
    statements = {query["sql"].split()[0] for query in asked if "intake_hourkey" not in query["sql"]}
    assert statements <= {"SELECT"}


def ends_the_visit(client: Client, name: str, reporter: Reporter) -> None:
    reporter.send()
    client.post(reverse("back"), {"plain-code": reporter.code})
    page = client.get(reverse("visit")).content.decode()
    (token,) = set(re.findall(r'name="token" value="([0-9a-f]{64})"', page))
    visit = Visit.objects.for_the_rules().get()
    address = reverse(name, args=["count_statistics"] if name == "visit_consent" else [])
    for _ in range(flood.VISIT_POSTS):
        assert flood.may_post(visit.recipient)
    answer = client.post(address, {"token": token, "plain-words": "Chữ của tôi"})
    assert answer.status_code == 401
    assert "Chữ của tôi" in answer.content.decode(), "what she typed is kept"


def ends_once(client: Client, name: str, reporter: Reporter) -> None:
    """The way out is open however much was posted: afterwards there is no visit to post to."""
    reporter.send()
    client.post(reverse("back"), {"plain-code": reporter.code})
    page = client.get(reverse("visit")).content.decode()
    (token,) = set(re.findall(r'name="token" value="([0-9a-f]{64})"', page))
    for _ in range(flood.VISIT_POSTS + 1):
        flood.may_post(Visit.objects.for_the_rules().get().recipient)
    assert client.post(reverse(name), {"token": token}).status_code == 302
    assert not Visit.objects.for_the_rules().exists()
    assert client.post(reverse(name), {"token": token}).status_code == 401


BUDGETS: dict[str, Beyond] = {
    "send": held_without_work,
    **{f"{kind}_plain": told_to_wait for kind in KINDS},
    "check_receipt": stretches_nothing,
    "back": told_to_wait,
    "visit_ask": told_to_wait,
    "visit_prove": costs_no_write,
    "visit_leave": ends_once,
    **dict.fromkeys(
        [
            "visit", "visit_write", "visit_add", "visit_consents", "visit_consent", "visit_new_code", "visit_late",
            "visit_proof", "visit_proof_leaf", "visit_proof_file", "visit_data", "visit_delete", "visit_done",
        ],
        ends_the_visit,
    ),
}  # fmt: skip
"""By the address's name. Beside it stand the budgets of what is stretched (flood.one_derivation: `503` with what was
typed) and of all bodies (json_views.LONGEST, DATA_UPLOAD_MAX_MEMORY_SIZE)."""


def public_posts() -> set[str]:
    exempt = (pattern for pattern in patterns() if getattr(pattern.callback, "csrf_exempt", False))
    return {str(pattern.name) for pattern in exempt}


def test_every_address_that_anybody_can_post_to_has_a_budget() -> None:
    assert public_posts() == set(BUDGETS), "say in BUDGETS what is beyond the budget of the new one"


@pytest.mark.parametrize("name", BUDGETS)
def test_beyond_its_budget_a_post_does_what_is_said_here(
    network: Network, clock: Hands, client: Client, reporter: Reporter, name: str
) -> None:
    BUDGETS[name](client, name, reporter)


# --- codes


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_first_try_with_the_right_code_comes_in_however_many_ask(
    network: Network, clock: Hands, reporter: Reporter, times: int
) -> None:
    reporter.send()
    for _ in range(times * flood.ASKED):
        ask(Client())
    asked = Client().post(
        reverse("visit_ask"),
        json.dumps({"locator": url64(reporter.keys.locator)}),
        content_type="application/json",
    )
    assert asked.status_code == 200
    assert Client().post(reverse("back"), {"plain-code": reporter.code}).status_code == 302


@pytest.mark.slow
def test_who_mistyped_once_waits_some_seconds_while_many_ask_and_is_then_let_in(
    network: Network, clock: Hands, standing_clock: Any
) -> None:
    browser = Client()
    for _ in range(3 * flood.ASKED):
        ask(Client())
    assert ask(browser).status_code == 200
    refused = ask(browser)
    assert refused.status_code == 429
    assert 2 <= refused.json()["wait"] <= flood.LONGEST_WAIT
    standing_clock.go_on(refused.json()["wait"])
    assert ask(browser).status_code == 200


def test_on_a_quiet_day_nobody_waits_before_the_fifth_code(network: Network, clock: Hands) -> None:
    browser = Client()
    assert [ask(browser).status_code for _ in range(FREE_ATTEMPTS)] == [200] * FREE_ATTEMPTS


# --- the cookie that counts


def tries(client: Client) -> Any:
    return client.cookies["tries"]


def test_the_cookie_says_no_time_while_nobody_has_to_wait(network: Network, clock: Hands) -> None:
    values = []
    for _ in range(2):
        browser = Client()
        ask(browser)
        values.append(tries(browser).value)
    assert len(set(values)) == 1, "two moments are two values"


def test_a_time_to_wait_for_is_a_half_minute(network: Network, clock: Hands, standing_clock: Any) -> None:
    values = []
    for _ in range(2):
        browser = Client()
        for _ in range(FREE_ATTEMPTS):
            ask(browser)
        values.append(tries(browser).value)
    assert len(set(values)) == 1


@pytest.mark.parametrize("leave", ["front", "visit_out"])
def test_the_cookie_goes_when_she_leaves(network: Network, clock: Hands, leave: str) -> None:
    browser = Client()
    ask(browser)
    assert tries(browser).value
    browser.get(reverse(leave))
    assert not tries(browser).value


def test_the_cookie_goes_when_she_comes_in(network: Network, clock: Hands, reporter: Reporter) -> None:
    reporter.send()
    browser = Client()
    ask(browser)
    browser.post(reverse("back"), {"plain-code": reporter.code})
    assert not tries(browser).value


def test_a_page_without_such_a_cookie_sets_none(network: Network, clock: Hands, client: Client) -> None:
    assert not client.get(reverse("front")).cookies
