"""Nothing without consent: the default is no, the last word counts, and doubt reads as no."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tincay.core.codes import read_codes
from tincay.core.consent import GRANT_LABEL, SCOPES, BadGrant, Grant, allowed_items, allows, grant_document

TODAY = date(2026, 6, 30)
YESTERDAY = TODAY - timedelta(days=1)
ASKED: dict[str, Any] = {"scope": "share_service", "receiver": "clinic", "item": "need", "today": TODAY}

days = st.integers(-20, 5).map(lambda ahead: TODAY + timedelta(days=ahead))
grants = st.builds(
    Grant,
    scope=st.sampled_from(["share_service", "story"]),
    receiver=st.sampled_from([None, "clinic", "shelter"]),
    items=st.frozensets(st.sampled_from(["need", "language"])),
    given=st.booleans(),
    number=st.integers(1, 5),
    day=days,
    expires=st.none() | days,
)


def word(given: bool = True, number: int = 1, **other: Any) -> Grant:
    facts = {"scope": "share_service", "receiver": "clinic", "items": frozenset({"need"})} | other
    return Grant(given=given, number=number, day=TODAY, **facts)


def test_silence_is_no() -> None:
    assert not allows([], **ASKED)


def test_a_yes_opens_exactly_what_it_names() -> None:
    assert allows([word()], **ASKED)
    assert not allows([word()], **(ASKED | {"item": "language"}))
    assert not allows([word()], **(ASKED | {"item": ""}))
    assert not allows([word()], **(ASKED | {"receiver": "shelter"}))
    assert not allows([word()], **(ASKED | {"receiver": None}))
    assert not allows([word()], **(ASKED | {"scope": "share_police_anon"}))


def test_a_purpose_without_items_is_asked_for_by_itself() -> None:
    counted = word(scope="count_statistics", receiver=None, items=frozenset())
    assert allows([counted], scope="count_statistics", today=TODAY)
    assert not allows([counted], scope="count_statistics", item="need", today=TODAY)


def test_the_last_word_counts() -> None:
    assert not allows([word(number=1), word(False, number=2)], **ASKED)
    assert allows([word(False, number=1), word(number=2)], **ASKED)


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
    others = [word(False, number=2, items=frozenset({"language"})), word(False, number=3, receiver="shelter")]
    assert allows([word(), *others], **ASKED)


def test_a_yes_runs_out_after_its_last_day_and_an_older_one_does_not_come_back() -> None:
    assert allows([word(expires=TODAY)], **ASKED)
    assert not allows([word(), word(number=2, expires=YESTERDAY)], **ASKED)


@given(st.lists(grants, max_size=8), st.randoms())
def test_the_order_of_the_rows_does_not_matter(said: list[Grant], dice: Any) -> None:
    mixed = list(said)
    dice.shuffle(mixed)
    assert allows(mixed, **ASKED) == allows(said, **ASKED)


@given(st.lists(grants, max_size=8))
def test_what_is_allowed_was_once_said_yes_to(said: list[Grant]) -> None:
    if allows(said, **ASKED):
        assert any(grant.given and grant.speaks_of("share_service", "clinic", "need") for grant in said)


@given(st.lists(grants, max_size=8))
def test_a_no_to_everything_closes_everything(said: list[Grant]) -> None:
    last = Grant("share_service", None, frozenset(), False, 6, TODAY)
    assert not allows([*said, last], **ASKED)


@given(st.lists(grants, max_size=8))
def test_the_list_of_allowed_items_agrees_with_each_single_answer(said: list[Grant]) -> None:
    found = allowed_items(said, scope="share_service", receiver="clinic", today=TODAY)
    for item in ("need", "language"):
        assert (item in found) == allows(said, **(ASKED | {"item": item}))


def test_what_is_signed_is_one_line_that_says_everything() -> None:
    grant = word(items=frozenset({"need", "language"}), expires=TODAY)
    assert grant_document(grant, text_version="vn-1") == (
        b'{"day":"2026-06-30","expires":"2026-06-30","given":true,"items":["language","need"],'
        b'"n":1,"receiver":"clinic","scope":"share_service","text":"vn-1","v":1}'
    )
    assert GRANT_LABEL.endswith(b"\0")


@given(grants, grants)
def test_two_different_words_never_have_the_same_document(one: Grant, other: Grant) -> None:
    same = grant_document(one, text_version="1") == grant_document(other, text_version="1")
    assert same == (one == other)


def test_a_grant_that_never_runs_out_says_so() -> None:
    assert json.loads(grant_document(word(), text_version="1"))["expires"] is None


def test_a_purpose_nobody_knows_is_not_signed() -> None:
    with pytest.raises(BadGrant, match="scope"):
        grant_document(word(scope="anything"), text_version="1")


def test_the_purposes_are_those_of_the_list() -> None:
    text = (Path(__file__).parents[2] / "packs/vn/codes/consent_scope.csv").read_text(encoding="utf-8")
    assert {code.code for code in read_codes({"consent_scope": text})["consent_scope"]} == SCOPES
