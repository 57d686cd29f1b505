"""What the pages of the way in say in every state is true then, and nothing else is said: docs/her-sentences.md."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from tests.cast import Hands, Network, Reporter
from tests.intake import on_her_phone
from tests.intake.states_nothing import STATES_NOTHING, TEXTS_STATE_NOTHING
from tests.intake.way_in import ALL, REAL, SAID, STATES, Arrival, text_of
from tests.visit import shown
from tincay.intake.sentences import WAY_IN

Arrives = Callable[..., Arrival]
TEMPLATES = {
    str(path.relative_to(on_her_phone.ROOT)): path.read_text(encoding="utf-8")
    for path in on_her_phone.TEMPLATES
}


def said(page: str) -> set[str]:
    return shown.said(shown.text_of(page), {name: text_of(words) for name, words in ALL.items()})


@pytest.fixture
def arrives(network: Network, reporter: Reporter, settings: Any, request: pytest.FixtureRequest) -> Arrives:
    def arrive(state: str, prefix: str) -> Arrival:
        clock: Hands | None = None if state in REAL else request.getfixturevalue("clock")
        return Arrival(network, reporter, clock, settings, prefix)

    return arrive


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("state", STATES)
def test_each_page_says_what_is_true_in_this_state_and_nothing_else(
    arrives: Arrives, state: str, language: str
) -> None:
    expected = {page: set(names.split()) for page, names in SAID[state].items()}
    with translation.override(language):
        pages = STATES[state](arrives(state, "" if language == "vi" else "/en"))
        translation.activate(language)  # a request left its own
        assert {page: said(html) for page, html in pages.items()} == expected


def test_every_sentence_has_a_state_in_which_it_is_said() -> None:
    assert {name for pages in SAID.values() for names in pages.values() for name in names.split()} == set(ALL)
    assert set(SAID) == set(STATES)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_sentence_is_found_in_another_one(language: str) -> None:
    with translation.override(language):
        every = {name: text_of(words) for name, words in ALL.items()}
    assert [
        (name, found) for name, words in every.items() if (found := shown.said(words, every) - {name})
    ] == []


def _of_the_server() -> set[str]:
    """Words and paths of what has a state that the server knows."""
    known = {words for words in ALL.values() if isinstance(words, str)}
    with translation.override("vi"):
        spoken = {" ".join(text_of(words).split()) for words in ALL.values()}
    paths = {one.key for _, one in _everywhere() if one.path and on_her_phone.words_of(one) in spoken}
    return known | paths


def _everywhere() -> list[tuple[str, on_her_phone.Spoken]]:
    return [(name, one) for name, text in TEMPLATES.items() for one in on_her_phone.sentences_in(text)]


def test_every_sentence_of_a_page_has_its_state_or_states_nothing() -> None:
    """A new one: tincay/intake/sentences.py, or a `data-` state; what is always so: states_nothing.py."""
    every = {one.key: name for name, one in _everywhere()}
    with_state = {one.key for text in TEMPLATES.values() for _, one in on_her_phone.of_the_phone(text)}
    names = {key for text in TEMPLATES.values() for key in on_her_phone.names_in(text)}
    left = {key: name for key, name in every.items() if key not in with_state | names | _of_the_server()}
    unknown = {
        key: name
        for key, name in left.items()
        if key not in STATES_NOTHING and not key.removeprefix("texts.").startswith(TEXTS_STATE_NOTHING)
    }
    assert unknown == {}
    assert STATES_NOTHING - set(left) == set()
    assert [
        path for path in TEXTS_STATE_NOTHING if not any(key.startswith(f"texts.{path}") for key in left)
    ] == []


def test_templates_show_sentences_that_there_are() -> None:
    named = {name for text in TEMPLATES.values() for name in re.findall(r"\bsays\.(\w+)", text)}
    in_first_look = {"somebody_watches", "nobody_watches", "read_by", "read_by_or_later"}
    assert named | in_first_look == set(WAY_IN)
