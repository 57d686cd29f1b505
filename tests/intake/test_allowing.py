"""What is asked of consent on the form: nothing chosen before, everything named, and what follows from the answers."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import Hands, Network
from tincay.core.consent import ON_FORM
from tincay.intake.consents import POLICE, item_words, items_of
from tincay.intake.questions import POLICE_OPTIONS
from tincay.people.models import Organisation
from tincay.reports.models import ConsentGrant, Report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visitor(network: Network, clock: Hands, client: Client) -> Client:
    return client


def sends(client: Client, **answers: Any) -> Report:
    """One plain report with these answers."""
    page = client.get("/tell/plain/").content.decode()
    (code,) = re.findall(r'name="plain-code" value="([0-9]{24})"', page)
    answers = {"need": ["pep"], "words": "Việc đã xảy ra", **answers, "code": code}
    answer = client.post("/tell/plain/", {f"plain-{name}": value for name, value in answers.items()})
    assert answer.status_code == 200
    return Report.objects.for_the_rules().get()


def given() -> list[tuple[str, str, list[str], bool]]:
    rows = ConsentGrant.objects.for_the_rules().order_by("number")
    return [(row.scope, row.receiver, row.items, row.given) for row in rows]


@pytest.mark.parametrize("path", ["/tell/", "/tell/plain/", "/ask/", "/en/help/"])
def test_nothing_is_chosen_before_and_each_control_says_what_it_does(visitor: Client, path: str) -> None:
    html = visitor.get(path).content.decode()
    names = r'(?:data-name|name)="(?:plain-)?(?:keep|police_option|police_body|consents)"'
    controls = [one for one in re.findall(r"<input[^>]*>", html) if re.search(names, one)]
    assert len(controls) == (3 if "ask" in path else 2 + len(POLICE_OPTIONS) + 2 + len(ON_FORM))
    assert all(re.search(r'data-review="[^"]+"', one) for one in controls)
    assert not [one for one in controls if re.search(r"\bchecked\b", one)]


def test_every_consent_names_exactly_its_items(visitor: Client) -> None:
    html = visitor.get("/tell/").content.decode()
    lines = re.findall(r"<details.*?</details>", html, re.DOTALL)
    for scope in ON_FORM:
        (line,) = [one for one in lines if f'value="{scope}"' in one]
        assert re.findall(r"<li>(.*?)</li>", line) == item_words(scope), scope


def test_her_words_are_kept_where_she_said_so_and_only_there(visitor: Client) -> None:
    assert sends(visitor, keep="yes").retention_class == "r90"
    assert given() == [("store_sealed", "", [], True)]


@pytest.mark.parametrize("answer", [{}, {"keep": "no"}])
def test_without_that_answer_they_are_deleted(visitor: Client, answer: dict[str, str]) -> None:
    assert sends(visitor, **answer).retention_class == "r0_now"
    assert given() == []


def test_the_facts_go_to_the_body_that_she_named(visitor: Client, network: Network) -> None:
    sends(visitor, police_option="anon_info", police_body=network.police.code)
    assert given() == [(POLICE, f"body:{network.police.code}", list(items_of(POLICE)), True)]


@pytest.mark.parametrize("told", [{"did": "police"}, {"harms": ["off_bribe"]}, {"age_band": "u14"}])
def test_about_an_official_or_a_child_nothing_goes_to_the_police(
    visitor: Client, network: Network, told: dict[str, Any]
) -> None:
    sends(visitor, police_option="anon_info", police_body=network.police.code, **told)
    assert given() == []


@pytest.mark.parametrize("code", ["cay-me", "khong-co"])
def test_a_body_that_was_not_offered_is_none(visitor: Client, code: str) -> None:
    sends(visitor, police_option="anon_info", police_body=code)
    assert given() == []


def test_no_is_a_word_of_hers(visitor: Client) -> None:
    sends(visitor, police_option="no")
    assert given() == [(POLICE, "", [], False)]


@pytest.mark.parametrize("path", ["/tell/", "/tell/plain/"])
def test_without_a_body_nothing_is_asked_about_the_police(visitor: Client, path: str) -> None:
    assert "police_option" in visitor.get(path).content.decode()
    Organisation.objects.filter(code="cong-an-mau").update(kind="ngo", scope=[])
    assert "police_option" not in visitor.get(path).content.decode()
