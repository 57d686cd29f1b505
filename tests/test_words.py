"""The thousand syllables that stand for a receipt: all different to every ear, none that could tell or hurt."""

import unicodedata
from pathlib import Path

from tincay.core.receipts import sound

WORDS = (Path(__file__).parents[1] / "packs/vn/words.txt").read_text(encoding="utf-8").split()
# Without marks, as text messages are typed: coarse words, northern and southern, and words for what happened.
_FIRST = "lon cac cu buoi dit deo du dai ia cut chich dam nung bu vu phich phet diem mu bim hiep"
_SECOND = "giet chet ngu dom phang loz cave nac sex xech lo no vay lai tien ban dao sung bom ma quy"
_THIRD = "tang xac mau vong an tu toi hinh"
NEVER = frozenset(f"{_FIRST} {_SECOND} {_THIRD}".split())
ALLOWED = {
    # Read with their marks these are other, quiet words, and no natural syllable of that sound is quieter.
    "an": "peace",
    "bom": "bờm, mane",
    "toi": "tỏi, garlic",
    "tu": "tủ, cupboard",
    "ban": "bàn, table",
    "dao": "đào, peach",
    "ma": "mạ, rice seedlings",
    "mau": "màu, colour",
    "no": "nơ, ribbon",
    "quy": "quý, dear",
    "tang": "tầng, storey",
    "tien": "tiên, fairy",
    "phang": "phẳng, flat",
    "hinh": "hình, picture",
}


def plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word.replace("đ", "d")) if c.isascii())


def test_there_are_exactly_a_thousand_short_syllables() -> None:
    assert len(WORDS) == 1000
    assert all(word.isalpha() and word == word.lower() and len(word) <= 7 for word in WORDS)
    assert all(word == unicodedata.normalize("NFC", word) for word in WORDS)


def test_no_two_sound_alike_without_marks_in_any_region() -> None:
    assert len({sound(word) for word in WORDS}) == len({plain(word) for word in WORDS}) == 1000


def test_none_is_coarse_or_tells_what_happened() -> None:
    assert {plain(word) for word in WORDS} & NEVER <= set(ALLOWED)
