"""What is typed without marks, in capitals or as another region says it is taken for what was meant."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.vectors import ROOT, read
from tincay.core.letters import fold, sound

VECTORS: dict[str, Any] = read("letters.json")


@pytest.mark.parametrize(("text", "same"), VECTORS["folded"])
def test_marks_case_and_spaces_make_no_difference(text: str, same: str) -> None:
    assert fold(text) == same


@pytest.mark.parametrize(("word", "same"), VECTORS["sounds"])
def test_a_syllable_sounds_the_same_in_every_region(word: str, same: str) -> None:
    assert sound(word) == same


@given(st.text(max_size=60))
def test_what_was_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_thousand_words_stay_a_thousand() -> None:
    words = (ROOT / "packs/vn/words.txt").read_text(encoding="utf-8").split()
    assert len({fold(word) for word in words}) == len(words) == 1000
