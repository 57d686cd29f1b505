"""Nothing without consent: the default is no, the last word counts, and doubt reads as no."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.vectors import read, why
from tincay.core.codes import read_codes
from tincay.core.consent import (
    NEVER_SPOKEN,
    ON_FORM,
    SCOPES,
    TO_SOMEBODY,
    BadGrant,
    Grant,
    allowed_items,
    allows,
    grant_document,
    grants_from,
    wishes,
)
from tincay.core.statements import spelled
from tincay.core.vocabulary import OFFICIAL_HARMS, OFFICIALS

TODAY = date(2026, 6, 30)
YESTERDAY = TODAY - timedelta(days=1)
GRANTS_FROM: list[dict[str, Any]] = read("grants_from.json")
ASKED: dict[str, Any] = {"scope": "share_service", "receiver": "desk:clinic", "item": "need", "today": TODAY}

days = st.integers(-20, 5).map(lambda ahead: TODAY + timedelta(days=ahead))
grants = st.builds(
    Grant,
    scope=st.sampled_from(["share_service", "story"]),
    receiver=st.sampled_from([None, "desk:clinic", "desk:shelter"]),
    items=st.frozensets(st.sampled_from(["need", "language"])),
    given=st.booleans(),
    number=st.integers(1, 5),
    day=days,
    until=st.none() | days,
    signer=st.sampled_from(["receipt", "staff:3", "staff:4"]),
)


def word(given: bool = True, number: int = 1, **other: Any) -> Grant:
    facts = {"scope": "share_service", "receiver": "desk:clinic", "items": frozenset({"need"})} | other
    return Grant(given=given, number=number, day=TODAY, **facts)


def test_silence_is_no() -> None:
    assert not allows([], **ASKED)


def test_a_yes_opens_exactly_what_it_names() -> None:
    assert allows([word()], **ASKED)
    assert not allows([word()], **(ASKED | {"item": "language"}))
    assert not allows([word()], **(ASKED | {"item": ""}))
    assert not allows([word()], **(ASKED | {"receiver": "desk:shelter"}))
    assert not allows([word()], **(ASKED | {"receiver": None}))
    assert not allows([word()], **(ASKED | {"scope": "share_police_anon"}))


def test_a_purpose_without_items_is_asked_for_by_itself() -> None:
    counted = word(scope="count_statistics", receiver=None, items=frozenset())
    assert allows([counted], scope="count_statistics", today=TODAY)
    assert not allows([counted], scope="count_statistics", item="need", today=TODAY)


def test_the_last_word_counts() -> None:
    assert not allows([word(number=1), word(False, number=2)], **ASKED)
    assert allows([word(False, number=1), word(number=2)], **ASKED)


def test_her_own_word_counts_before_every_word_that_was_written_down() -> None:
    spoken = [word(given, number=9, signer="staff:3") for given in (False, True)]
    assert not allows([word(False), spoken[True]], **ASKED)
    assert allows([word(), spoken[False]], **ASKED)


def test_where_she_signed_nothing_what_she_said_counts() -> None:
    assert allows([word(signer="staff:3")], **ASKED)
    assert not allows([word(signer="staff:3"), word(False, signer="staff:3", number=2)], **ASKED)


def test_a_no_wins_over_a_yes_that_another_wrote_down_whatever_their_numbers() -> None:
    no = word(False, signer="staff:4", number=1)
    assert not allows([word(signer="staff:3", number=9), no], **ASKED)
    assert not allows([word(signer="staff:3", number=9), no, word(signer="staff:5")], **ASKED)
    assert allows([word(signer="staff:3", number=9), no, word(signer="staff:4", number=2)], **ASKED)


def test_a_no_wins_over_a_yes_with_the_same_number() -> None:
    assert not allows([word(), word(False)], **ASKED)
    assert not allows([word(False), word()], **ASKED)


@pytest.mark.parametrize(
    "other", [{"items": frozenset()}, {"receiver": None}, {"receiver": None, "items": frozenset()}]
)
def test_a_no_that_names_nothing_means_everything(other: dict[str, Any]) -> None:
    assert not allows([word(), word(False, number=2, **other)], **ASKED)


@pytest.mark.parametrize("other", [{"items": frozenset()}, {"receiver": None}])
def test_a_yes_that_names_nothing_shares_no_item(other: dict[str, Any]) -> None:
    assert not allows([word(**other)], **ASKED)


def test_a_no_about_something_else_leaves_a_yes_alone() -> None:
    others = [
        word(False, number=2, items=frozenset({"language"})),
        word(False, number=3, receiver="desk:shelter"),
    ]
    assert allows([word(), *others], **ASKED)


def test_a_yes_runs_out_after_its_last_day_and_an_older_one_does_not_come_back() -> None:
    assert allows([word(until=TODAY)], **ASKED)
    assert not allows([word(), word(number=2, until=YESTERDAY)], **ASKED)


@given(st.lists(grants, max_size=8), st.randoms())
def test_the_order_of_the_rows_does_not_matter(said: list[Grant], dice: Any) -> None:
    mixed = list(said)
    dice.shuffle(mixed)
    assert allows(mixed, **ASKED) == allows(said, **ASKED)


@given(st.lists(grants, max_size=8))
def test_what_is_allowed_was_once_said_yes_to(said: list[Grant]) -> None:
    if allows(said, **ASKED):
        assert any(grant.given and grant.speaks_of("share_service", "desk:clinic", "need") for grant in said)


@given(st.lists(grants, max_size=8))
def test_a_no_to_everything_closes_everything(said: list[Grant]) -> None:
    last = Grant("share_service", None, frozenset(), False, 6, TODAY)
    assert not allows([*said, last], **ASKED)


@given(st.lists(grants, max_size=8))
def test_the_list_of_allowed_items_agrees_with_each_single_answer(said: list[Grant]) -> None:
    found = allowed_items(said, scope="share_service", receiver="desk:clinic", today=TODAY)
    for item in ("need", "language"):
        assert (item in found) == allows(said, **(ASKED | {"item": item}))


def test_what_is_signed_is_one_line_that_says_everything() -> None:
    grant = word(items=frozenset({"need", "language"}), until=TODAY)
    assert spelled(grant_document(grant, text_version="vn-1")) == (
        b'{"day":"2026-06-30","given":true,"items":["language","need"],"method":"web_choice","n":1,'
        b'"receiver":"desk:clinic","scope":"share_service","signer":"receipt","text":"vn-1",'
        b'"until":"2026-06-30","v":2}'
    )


@given(grants, grants)
def test_two_different_words_never_have_the_same_document(one: Grant, other: Grant) -> None:
    one, other = (replace(said, scope="share_service") for said in (one, other))
    same = grant_document(one, text_version="1") == grant_document(other, text_version="1")
    assert same == (one == other)


def test_a_grant_that_never_runs_out_says_so() -> None:
    assert grant_document(word(), text_version="1")["until"] is None


def test_a_purpose_nobody_knows_is_not_signed() -> None:
    with pytest.raises(BadGrant, match="scope"):
        grant_document(word(scope="anything"), text_version="1")


@pytest.mark.parametrize("scope", sorted(NEVER_SPOKEN))
def test_what_only_she_can_allow_nobody_writes_down(scope: str) -> None:
    with pytest.raises(BadGrant, match="scope"):
        grant_document(word(scope=scope, signer="staff:3"), text_version="1")
    assert grant_document(word(scope=scope), text_version="1")["signer"] == "receipt"
    assert grant_document(word(False, scope=scope, signer="staff:3"), text_version="1")["given"] is False


def test_what_may_be_spoken_is_written_down_with_who_did() -> None:
    said = grant_document(word(signer="staff:3", method="spoken_operator"), text_version="1")
    assert (said["signer"], said["method"]) == ("staff:3", "spoken_operator")


# --- wishes


@pytest.mark.parametrize("scope", sorted(TO_SOMEBODY))
def test_a_yes_without_a_receiver_is_a_wish_and_allows_nothing(scope: str) -> None:
    wish = word(scope=scope, receiver=None, items=frozenset())
    assert wish.is_wish
    assert not allows([wish], scope=scope, today=TODAY)
    assert not allows([wish], scope=scope, receiver="desk:clinic", today=TODAY)
    assert wishes([wish], today=TODAY) == [scope]


@pytest.mark.parametrize("scope", sorted(SCOPES - TO_SOMEBODY))
def test_a_yes_for_herself_needs_no_receiver(scope: str) -> None:
    allowed = word(scope=scope, receiver=None, items=frozenset())
    assert not allowed.is_wish
    assert allows([allowed], scope=scope, today=TODAY)
    assert wishes([allowed], today=TODAY) == []


def test_a_wish_ends_with_her_next_word_about_it() -> None:
    wish = word(receiver=None)
    for later in (word(False, number=2, receiver=None), word(False, number=2), word(number=2)):
        assert wishes([later, wish], today=TODAY) == []
    assert wishes([wish, word(number=2, scope="share_police_anon")], today=TODAY) == ["share_service"]


def test_a_wish_that_she_says_again_stands_again() -> None:
    said = [word(receiver=None), word(False, number=2, receiver=None), word(number=3, receiver=None)]
    assert wishes(said, today=TODAY) == ["share_service"]


def test_a_wish_runs_out_after_its_last_day() -> None:
    assert wishes([word(receiver=None, until=TODAY)], today=TODAY) == ["share_service"]
    assert wishes([word(receiver=None, until=YESTERDAY)], today=TODAY) == []


def test_a_wish_takes_nothing_back_that_she_allowed() -> None:
    assert allows([word(), word(number=2, receiver=None)], **ASKED)


def test_a_no_that_somebody_wrote_down_does_not_end_her_own_wish() -> None:
    assert wishes([word(receiver=None), word(False, signer="staff:3", number=9)], today=TODAY) == [
        "share_service"
    ]


def test_a_wish_that_one_wrote_down_ends_with_a_no_that_another_did() -> None:
    wish = word(receiver=None, signer="staff:3", number=9)
    assert wishes([wish, word(signer="staff:4")], today=TODAY) == ["share_service"]
    assert wishes([wish, word(False, signer="staff:4")], today=TODAY) == []


@given(st.lists(grants, max_size=8))
def test_what_is_wished_for_is_never_allowed_to_everybody(said: list[Grant]) -> None:
    assert not allows(said, scope="share_service", receiver=None, item="need", today=TODAY)


def test_the_purposes_are_those_of_the_list() -> None:
    text = (Path(__file__).parents[2] / "packs/vn/codes/consent_scope.csv").read_text(encoding="utf-8")
    assert {code.code for code in read_codes({"consent_scope": text})["consent_scope"]} == SCOPES


# --- what follows from the answers of a form


@pytest.mark.parametrize("vector", GRANTS_FROM, ids=why)
def test_the_words_that_follow_from_her_answers(vector: dict[str, Any]) -> None:
    answers = vector["answers"]
    named = {*answers.get("did", ()), *answers.get("harms", ())} & {*OFFICIALS, *OFFICIAL_HARMS}
    assert bool(named) is vector["official"]
    found = grants_from(answers, child=vector["child"], official=vector["official"], day=TODAY)
    said = [[one.scope, one.receiver, sorted(one.items), one.given] for one in found]
    assert said == vector["grants"]
    assert [one.number for one in found] == list(range(1, len(found) + 1))


def test_a_form_never_gives_a_scope_that_it_did_not_ask_for() -> None:
    answers = {
        "consents": sorted(SCOPES),
        "keep": ["yes"],
        "police_option": ["anon_info"],
        "police_body": ["x"],
    }
    given = {one.scope for one in grants_from(answers, child=False, official=False, day=TODAY)}
    assert given == {"store_sealed", "share_police_anon", *ON_FORM}
