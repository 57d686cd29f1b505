"""What people keep codes by, a thousand syllables and a hundred things: all different to every ear, none that hurts."""

import csv
import unicodedata
from pathlib import Path

from tincay.core.letters import fold, sound

VN = Path(__file__).parents[1] / "packs/vn"
WORDS = (VN / "words.txt").read_text(encoding="utf-8").split()
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


def test_there_are_exactly_a_thousand_short_syllables() -> None:
    assert len(WORDS) == 1000
    assert all(word.isalpha() and word == word.lower() and len(word) <= 7 for word in WORDS)
    assert all(word == unicodedata.normalize("NFC", word) for word in WORDS)


def test_no_two_sound_alike_without_marks_in_any_region() -> None:
    assert len({sound(word) for word in WORDS}) == len({fold(word) for word in WORDS}) == 1000


def test_none_is_coarse_or_tells_what_happened() -> None:
    assert {fold(word) for word in WORDS} & NEVER <= set(ALLOWED)


# --- things

with (VN / "receipt_things.csv").open(encoding="utf-8", newline="") as table:
    THINGS = list(csv.DictReader(table))
# Folded: weapons, money, drink, medicine, belief, places and people that tell what happened or frighten.
_PLACES = "khoa giuong cong an canh sat coi trai nha nghi lock bed police prison hotel grave cage"
_GOODS = "sung dao bom dan tien vang ruou bia thuoc bao cao su gun knife sword bomb money gold wine beer pill condom"
_FEARS = "chua phat cross mau xac mo toi ma quy ran nhen blood skull ghost snake spider rope whip"
TELLING = frozenset(f"{_PLACES} {_GOODS} {_FEARS}".split())


def readings(thing: dict[str, str]) -> set[str]:
    """Everything that a typed noun of this thing is looked up by: without marks and spaces, and as it sounds."""
    nouns = [fold(thing[language]).split() for language in ("vi", "en")]
    return {"".join(noun) for noun in nouns} | {"".join(map(sound, noun)) for noun in nouns}


def test_there_are_a_hundred_things_in_ten_groups_of_ten() -> None:
    assert [thing["number"] for thing in THINGS] == [f"{number:02}" for number in range(100)]
    for language in ("group_vi", "group_en"):
        groups = [thing[language] for thing in THINGS]
        assert [len(set(groups[start : start + 10])) for start in range(0, 100, 10)] == [1] * 10
        assert len(set(groups)) == 10


def test_no_noun_of_either_language_is_read_as_another_thing() -> None:
    every = [reading for thing in THINGS for reading in readings(thing)]
    assert len(every) == len(set(every))
    assert all(reading.isascii() and reading.isalpha() for reading in every)


def test_a_row_of_nouns_splits_one_way_only() -> None:
    nouns = [tuple(fold(thing[language]).split()) for thing in THINGS for language in ("vi", "en")]
    together = {"".join(noun) for noun in nouns}
    for one in nouns:
        assert not [other for other in nouns if other != one and other[: len(one)] == one]
        assert not [other for other in nouns if "".join(one + other) in together]


def test_each_thing_has_one_picture_that_no_other_has() -> None:
    pictures = [thing["emoji"].removesuffix("\ufe0f") for thing in THINGS]
    assert len(set(pictures)) == 100
    assert {len(picture) for picture in pictures} == {1}
    assert {unicodedata.category(picture) for picture in pictures} == {"So"}


def test_no_thing_tells_or_frightens() -> None:
    nouns = {fold(thing[language]) for thing in THINGS for language in ("vi", "en")}
    assert not nouns & (TELLING | NEVER)
