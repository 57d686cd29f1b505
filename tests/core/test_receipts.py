"""A code can be made, said, typed and mistyped; what is read is the code that was meant, or a reason."""

import csv
import random
import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.vectors import ROOT, read, why
from tincay.core import receipts
from tincay.core.letters import fold
from tincay.core.receipts import BadReceipt, Thing

TRIALS = 200_000
VECTORS: dict[str, Any] = read("receipts.json")
with (ROOT / "packs/vn/receipt_things.csv").open(encoding="utf-8", newline="") as table:
    THINGS = tuple(Thing(row["emoji"], row["vi"], row["en"]) for row in csv.DictReader(table))

codes = st.binary(min_size=24, max_size=24).map(
    lambda seed: receipts.make(lambda size: bytes(byte % 250 for byte in seed[:size]))
)


def case(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", VECTORS[name], ids=why)


@pytest.mark.parametrize("vector", VECTORS["codes"], ids=lambda vector: vector["code"])
def test_a_code_is_the_same_digits_and_things_everywhere(vector: dict[str, Any]) -> None:
    things = receipts.to_things(vector["code"], THINGS)
    assert receipts.check(vector["code"])
    assert receipts.grouped(vector["code"]) == vector["grouped"]
    assert [thing.name("vi") for thing in things] == vector["vi"]
    assert [thing.name("en-GB") for thing in things] == vector["en"]
    assert [thing.picture for thing in things] == vector["pictures"]


@case("typed")
def test_what_people_type_for_a_code_is_understood(vector: dict[str, str]) -> None:
    assert receipts.normalise(vector["typed"], THINGS) == vector["code"]


@case("refused")
def test_what_is_no_code_is_refused_with_the_reason_and_without_what_was_typed(
    vector: dict[str, Any],
) -> None:
    with pytest.raises(BadReceipt) as refused:
        receipts.normalise(vector["typed"], THINGS)
    assert (refused.value.reason, refused.value.place) == (vector["reason"], vector["place"])
    assert str(refused.value) == vector["reason"]


@case("mentions")
def test_a_text_that_gives_the_code_away_is_noticed(vector: dict[str, Any]) -> None:
    assert receipts.mentions(vector["text"], vector["code"], THINGS) is vector["found"]


def test_an_eight_word_code_is_read_by_nobody() -> None:
    words = (ROOT / "packs/vn/words.txt").read_text(encoding="utf-8").split()
    chance = random.Random(8)
    for _ in range(200):
        with pytest.raises(BadReceipt):
            receipts.normalise(" ".join(chance.choices(words, k=8)), THINGS)
    for half in ("tincay/core/receipts.py", "client/src/receipt.ts"):
        source = (ROOT / half).read_text(encoding="utf-8").lower()
        assert not [word for word in ("damm", "from_words", "fromwords") if word in source], half


# --- every way of writing it opens


def spelled(code: str, chance: random.Random) -> str:
    """The twelve things as somebody may write them: each in a language or as a picture, in any order of lines."""
    written = [chance.choice(thing) for thing in receipts.to_things(code, THINGS)]
    if chance.random() < 0.5:
        written = [fold(noun) for noun in written]
    if chance.random() < 0.5:
        written = [noun.upper() for noun in written]
    if chance.random() < 0.5:
        written = [
            f"{place}{chance.choice(['. ', ') ', ' '])}{noun}" for place, noun in enumerate(written, 1)
        ]
        chance.shuffle(written)
    return chance.choice([" ", ", ", "\n"]).join(written)


@given(codes, st.randoms(use_true_random=False))
def test_every_code_comes_back_from_its_things_in_either_language(code: str, chance: random.Random) -> None:
    assert receipts.normalise(spelled(code, chance), THINGS) == code


@given(codes, st.integers(0, 11), st.booleans())
def test_the_thing_that_was_not_understood_is_named(code: str, place: int, numbered: bool) -> None:
    nouns = [thing.vi for thing in receipts.to_things(code, THINGS)]
    nouns[place] = "xyzzy"
    typed = ", ".join(f"{n}. {noun}" if numbered else noun for n, noun in enumerate(nouns, 1))
    with pytest.raises(BadReceipt) as refused:
        receipts.normalise(typed, THINGS)
    assert (refused.value.reason, refused.value.place) == ("word", place + 1)


@given(st.text(max_size=450))
def test_any_text_is_read_or_refused_kindly(typed: str) -> None:
    reason, place, code = "", 0, ""
    try:
        code = receipts.normalise(typed, THINGS)
    except BadReceipt as refused:
        reason, place = refused.reason, refused.place
    assert reason in {"length", "word", "check"} or receipts.check(code)
    assert (reason == "word") == (1 <= place <= 12)


@given(codes, st.text(max_size=60), st.text(max_size=60))
def test_a_code_inside_any_text_is_found(code: str, before: str, after: str) -> None:
    assert receipts.mentions(f"{before} {receipts.grouped(code)} {after}", code, THINGS)
    for column in zip(*receipts.to_things(code, THINGS), strict=True):
        assert receipts.mentions(f"{before} {' '.join(column)} {after}", code, THINGS)


# --- what is noticed


@lru_cache(maxsize=1)
def many_codes() -> list[str]:
    chance = random.Random(97)
    return [receipts.make(chance.randbytes) for _ in range(TRIALS)]


def wrong_digit(code: str, chance: random.Random) -> str:
    place, step = chance.randrange(24), chance.randrange(1, 10)
    return code[:place] + str((int(code[place]) + step) % 10) + code[place + 1 :]


def swapped_digits(code: str, chance: random.Random) -> str:
    place = chance.randrange(23)
    return code[:place] + code[place + 1] + code[place] + code[place + 2 :]


def wrong_thing(code: str, chance: random.Random) -> str:
    place, step = chance.randrange(12) * 2, chance.randrange(1, 100)
    return code[:place] + f"{(int(code[place : place + 2]) + step) % 100:02}" + code[place + 2 :]


def swapped_things(code: str, chance: random.Random) -> str:
    place = chance.randrange(11) * 2
    return code[:place] + code[place + 2 : place + 4] + code[place : place + 2] + code[place + 4 :]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mistake", "share"),
    [(wrong_digit, 0.0), (swapped_digits, 0.0), (wrong_thing, 0.001), (swapped_things, 0.001)],
)
def test_of_a_usual_mistake_hardly_any_passes(
    mistake: Callable[[str, random.Random], str], share: float
) -> None:
    chance = random.Random(10)
    pairs = ((code, mistake(code, chance)) for code in many_codes())
    passed = sum(mistaken != code and receipts.check(mistaken) for code, mistaken in pairs)
    assert passed <= share * TRIALS


# --- made


def test_codes_use_every_digit_about_equally_often() -> None:
    digits = "".join(receipts.make(secrets.token_bytes)[:22] for _ in range(2000))
    assert all(0.08 < digits.count(digit) / len(digits) < 0.12 for digit in "0123456789")


def test_a_source_with_bytes_that_would_lean_towards_small_digits_is_asked_again() -> None:
    answers = [bytes([255] * 24), bytes([7] * 24)]
    assert receipts.make(lambda size: answers.pop(0)).startswith("7" * 22)


def test_something_else_than_24_ascii_digits_is_not_a_code() -> None:
    assert not receipts.check("٠" * 24)
    assert not receipts.check("0" * 23)
    assert not receipts.check("0" * 22 + "01\n")
