"""A code can be made, said, typed and mistyped; what is read is the code that was meant, or a reason."""

import json
import secrets
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tincay.core import receipts
from tincay.core.receipts import BadReceipt

ROOT = Path(__file__).parents[2]
WORDS = (ROOT / "packs/vn/words.txt").read_text(encoding="utf-8").split()
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/vectors/receipts.json").read_text(encoding="utf-8"))

codes = st.binary(min_size=24, max_size=24).map(
    lambda seed: receipts.make(lambda size: bytes(byte % 250 for byte in seed[:size]))
)


def case(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", VECTORS[name], ids=range(len(VECTORS[name])))


def without_marks(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word.replace("đ", "d")) if c.isascii())


@case("codes")
def test_a_code_reads_as_the_same_digits_and_words_everywhere(vector: dict[str, Any]) -> None:
    assert receipts.check(vector["code"])
    assert receipts.grouped(vector["code"]) == vector["grouped"]
    assert list(receipts.to_words(vector["code"], WORDS)) == vector["words"]
    assert receipts.from_words(vector["words"], WORDS) == vector["code"]


@case("typed")
def test_what_people_type_for_a_code_is_understood(vector: dict[str, str]) -> None:
    assert receipts.normalise(vector["typed"], WORDS) == vector["code"]


@case("refused")
def test_what_is_no_code_is_refused_with_the_reason_and_without_what_was_typed(
    vector: dict[str, str],
) -> None:
    with pytest.raises(BadReceipt) as refused:
        receipts.normalise(vector["typed"], WORDS)
    assert refused.value.reason == vector["reason"] == str(refused.value)


@case("sounds")
def test_a_syllable_sounds_the_same_in_every_region(vector: list[str]) -> None:
    assert receipts.sound(vector[0]) == vector[1]


@case("mentions")
def test_a_text_that_gives_the_code_away_is_noticed(vector: dict[str, Any]) -> None:
    assert receipts.mentions(vector["text"], vector["code"], WORDS) is vector["found"]


@given(codes)
def test_every_code_comes_back_from_its_words_without_marks_and_in_capitals(code: str) -> None:
    said = " ".join(without_marks(word) for word in receipts.to_words(code, WORDS)).upper()
    assert receipts.normalise(said, WORDS) == code


@given(codes, st.integers(0, 23), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(code: str, place: int, step: int) -> None:
    wrong = code[:place] + str((int(code[place]) + step) % 10) + code[place + 1 :]
    assert not receipts.check(wrong)


@given(codes, st.integers(0, 22))
def test_two_swapped_neighbours_are_always_noticed(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert receipts.check(swapped) is (swapped == code)


@given(st.text(max_size=450))
def test_any_text_is_read_or_refused_kindly(typed: str) -> None:
    reason = ""
    try:
        code = receipts.normalise(typed, WORDS)
    except BadReceipt as refused:
        reason = refused.reason
    assert reason in {"length", "word", "check"} or receipts.check(code)


@given(codes, st.text(max_size=60), st.text(max_size=60))
def test_a_code_inside_any_text_is_found(code: str, before: str, after: str) -> None:
    assert receipts.mentions(f"{before} {receipts.grouped(code)} {after}", code, WORDS)
    assert receipts.mentions(f"{before} {' '.join(receipts.to_words(code, WORDS))} {after}", code, WORDS)


def test_codes_use_every_digit_about_equally_often() -> None:
    digits = "".join(receipts.make(secrets.token_bytes)[:23] for _ in range(2000))
    assert all(0.08 < digits.count(digit) / len(digits) < 0.12 for digit in "0123456789")


def test_a_source_with_bytes_that_would_lean_towards_small_digits_is_asked_again() -> None:
    answers = [bytes([255] * 24), bytes([7] * 24)]
    assert receipts.make(lambda size: answers.pop(0)).startswith("7" * 23)


def test_something_else_than_24_ascii_digits_is_not_a_code() -> None:
    assert not receipts.check("٠" * 24)
    assert not receipts.check("0" * 23)
