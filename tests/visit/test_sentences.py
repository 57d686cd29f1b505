"""What her pages say in every state is true then, and nothing else is said: docs/her-sentences.md."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests.cast import Hands, Network, Reporter
from tests.visit import her_sentences, shown
from tests.visit.her_states import COUNT, KEEP, POLICE, ROWS_SAID, SAID, STATES, TO_A_TEAM, Scene
from tests.visit.shown import pattern
from tests.visit.states_nothing import STATES_NOTHING
from tincay.intake.sentences import Sentence
from tincay.visit import actions, allowing
from tincay.visit.sentences import OF_A_ROW, SENTENCES, WRITTEN_DOWN

EVERY: dict[str, Sentence[Any]] = {**SENTENCES, **WRITTEN_DOWN}
PAGES = ("now", "late", "done", "data", "delete", "tell", "said", KEEP, COUNT, POLICE, TO_A_TEAM)
TEMPLATES = {path.stem: path.read_text(encoding="utf-8") for path in her_sentences.TEMPLATES}


def said(page: str) -> set[str]:
    """The names of the sentences that stand on a page."""
    return shown.said(shown.text_of(page), {name: one.text for name, one in EVERY.items()})


def address(page: str) -> str:
    return f"/back/{page}" if "?" in page else f"/back/{page}/"


def visits(scene: Scene) -> Client:
    client = Client()
    if scene.plain:
        client.post("/back/", {"plain-code": scene.reporter.code})
    else:
        client.cookies["visit"] = actions.open_visit(report=scene.report, keys=None, now=timezone.now())
    return client


def pages_of(scene: Scene, prefix: str = "") -> dict[str, str]:
    client = visits(scene)
    if not scene.posts:
        return {page: client.get(prefix + address(page)).content.decode() for page in PAGES}
    [(page, wanted)] = scene.posts.items()
    before = client.get(address(page)).content.decode()
    fields = dict(re.findall(r'name="(token|plain-code)" value="([^"]+)"', before))
    fields |= {"token": fields.get("token") or re.findall(r'data-csrf="([0-9a-f]+)"', before)[0]}
    answer = client.post(
        prefix + address(page),
        {**fields, "wanted": wanted, "given": wanted, "plain-last": fields.get("plain-code", "")[-4:]},
    )
    assert answer.status_code == 200
    return {f"posted: {page}": answer.content.decode()}


@pytest.fixture
def scene(network: Network, reporter: Reporter, clock: Hands, settings: Any) -> Scene:
    return Scene(network, reporter, clock, settings)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", STATES)
def test_each_page_says_what_is_true_in_this_state_and_nothing_else(scene: Scene, state: str) -> None:
    STATES[state](scene)
    expected = {page: set(names.split()) for page, names in SAID[state].items()}
    assert {page: said(html) for page, html in pages_of(scene).items()} == expected
    if scene.posts:
        return  # done once
    with translation.override("en"):
        assert {page: said(html) for page, html in pages_of(scene, "/en").items()} == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ROWS_SAID)
def test_each_row_of_what_she_allows_says_how_it_stands(scene: Scene, state: str) -> None:
    STATES[state](scene)
    client = visits(scene)
    for prefix, language in (("", "vi"), ("/en", "en")):
        page = client.get(f"{prefix}/back/allow/").content.decode()
        rows = re.findall(r'data-consent="([^"]+)".*?<small>(.*?)</small>', page, re.DOTALL)
        with translation.override(language):
            names = {one.text: name for name, one in OF_A_ROW.items()}
        said_of = {key: names[words] for key, words in rows}
        assert {key: name for key, name in said_of.items() if name != "row_not_allowed"} == ROWS_SAID[state]
        assert {"store_sealed", "count_statistics", "share_police_anon"} <= set(said_of)


def test_every_sentence_of_a_row_has_its_state() -> None:
    said_of = {name for rows in ROWS_SAID.values() for name in rows.values()}
    assert said_of | {"row_not_allowed"} == set(OF_A_ROW)


def test_every_sentence_has_a_state_in_which_it_is_said() -> None:
    known = {name for pages in SAID.values() for names in pages.values() for name in names.split()}
    assert known == set(EVERY)
    assert set(SAID) == set(STATES)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_sentence_is_found_in_another_one(language: str) -> None:
    with translation.override(language):
        found = [
            (name, other)
            for name, one in SENTENCES.items()
            for other, longer in SENTENCES.items()
            if name != other and pattern(one.text).search(longer.text)
        ]
    assert found == []


def test_every_sentence_of_a_page_has_its_state_or_states_nothing() -> None:
    """A new one goes into tincay/visit/sentences.py; labels, actions and what is always so into states_nothing.py."""
    said_by_templates: dict[str, str] = {}
    for name, text in TEMPLATES.items():
        of_the_phone = {words for _, words in her_sentences.of_the_phone(text)}
        said_by_templates |= dict.fromkeys(her_sentences.sentences_in(text) - of_the_phone, name)
    assert {words: name for words, name in said_by_templates.items() if words not in STATES_NOTHING} == {}
    assert STATES_NOTHING - set(said_by_templates) == set()


def test_templates_show_sentences_that_there_are() -> None:
    named = {name for text in TEMPLATES.values() for name in re.findall(r"\bsays\.(\w+)", text)}
    assert named | {*allowing.EFFECT, *allowing.DONE} == set(SENTENCES)


def test_the_document_says_what_is_said() -> None:
    assert her_sentences.DOCUMENT.read_text(encoding="utf-8") == her_sentences.written(), "./run generate"
