"""The code that the reporter keeps: 24 digits, or the same number as twelve things that can be drawn.

Makes codes, reads what people type, paste or hear over a phone, and finds a code in a text where it should not be.
What the code opens is in `sealing.stretch_receipt`. Format: docs/formats/receipt.md; the browser's half is
client/src/receipt.ts and both must pass tests/vectors/receipts.json.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from tincay.core.letters import fold, sound

LENGTH = 24
_THING_COUNT = 12
_LONGEST = 4_000
"""Letters; what is pasted may be the whole page that showed the code."""
# A text that holds half of the code gives away so much that it counts as holding it.
_TELLING_DIGITS, _TELLING_THINGS = 12, 6


class BadReceipt(ValueError):
    """What was typed is not a code. `reason` is length, word or check; never what was typed.

    With word, `place` says which of the twelve things was not understood (1 to 12), else it is 0.
    """

    def __init__(self, reason: str, place: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


class Thing(NamedTuple):
    """One of the hundred: a picture of one character, and its noun in both languages."""

    picture: str
    vi: str
    en: str

    def name(self, language: str) -> str:
        """The noun for a language tag; Vietnamese for every other language than English."""
        return self.en if language.split("-")[0].lower() == "en" else self.vi


def check(code: str) -> bool:
    """Whether `code` is 24 ASCII digits of which the last two fit the others (ISO 7064, MOD 97-10)."""
    return re.fullmatch(r"[0-9]{24}", code) is not None and int(code) % 97 == 1


def make(random24: Callable[[int], bytes]) -> str:
    """A new code: 22 random digits (73 bits) and two to check; `random24` is such as secrets.token_bytes."""
    digits = ""
    while len(digits) < LENGTH - 2:
        # 250 and above would make the small digits likelier.
        digits += "".join(str(byte % 10) for byte in random24(24) if byte < 250)
    digits = digits[: LENGTH - 2]
    return f"{digits}{98 - int(digits) * 100 % 97:02}"


def grouped(code: str) -> str:
    """Six groups of four, as people copy it."""
    return " ".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def _pairs(code: str) -> list[str]:
    return [code[i : i + 2] for i in range(0, LENGTH, 2)]


def to_things(code: str, things: Sequence[Thing]) -> tuple[Thing, ...]:
    """The twelve things of a code: for each two digits the thing of that number."""
    return tuple(things[int(pair)] for pair in _pairs(code))


# --- what somebody typed, as a row of items


class _Item(NamedTuple):
    kind: str
    """number, name, picture, or word: anything that is none of them."""
    value: str
    """The digits of a number, the number of a thing."""


class _Readable(NamedTuple):
    """What a reader looks up: nouns without marks and spaces, and as they sound; pictures; what is a token."""

    plain: Mapping[str, str]
    sounds: Mapping[str, str]
    pictures: Mapping[str, str]
    longest: int
    token: re.Pattern[str]


# Words that Vietnamese puts before a noun, folded: readers add them and leave them out.
_COUNTERS = frozenset(["con", "cai", "cay", "qua", "trai", "chiec", "doi"])


@lru_cache(maxsize=8)
def _readable(things: tuple[Thing, ...]) -> _Readable:
    named = [(f"{i:02}", fold(name).split()) for i, thing in enumerate(things) for name in thing[1:]]
    pictures = {fold(thing.picture): f"{i:02}" for i, thing in enumerate(things)}
    bare = [("".join(syllables[1:]), number) for number, syllables in named if syllables[0] in _COUNTERS]
    often = Counter(name for name, _ in bare)
    return _Readable(
        {name: number for name, number in bare if often[name] == 1}
        | {"".join(syllables): number for number, syllables in named},
        {"".join(map(sound, syllables)): number for number, syllables in named},
        pictures,
        max(len(syllables) for _, syllables in named),
        # A drawing that is none of ours is one that was taken for it.
        re.compile(rf"[0-9]+|[^\W\d_]+|[{''.join(pictures)}\U0001f300-\U0001faff]"),
    )


def _ascii_digits(text: str) -> str:
    # Folding made full-width and other decorated digits plain; decimal digits of other scripts have a value.
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _items(text: str, readable: _Readable) -> list[_Item]:
    tokens, items, at = readable.token.findall(text), [], 0
    while at < len(tokens):
        taken, item = _next_item(tokens[at : at + readable.longest], readable)
        at += taken
        if item:
            items.append(item)
    return items


def _next_item(tokens: Sequence[str], readable: _Readable) -> tuple[int, _Item | None]:
    """How many tokens make the next item, and which it is: the longest noun before a shorter one."""
    first = tokens[0]
    if first.isdecimal():
        return 1, _Item("number", first)
    if first in readable.pictures:
        return 1, _Item("picture", readable.pictures[first])
    starts = [tokens[:n] for n in range(len(tokens), 0, -1) if re.fullmatch("[a-z]+", "".join(tokens[:n]))]
    for start in starts:
        if number := readable.plain.get("".join(start)):
            return len(start), _Item("name", number)
    if first in _COUNTERS:
        return 1, None
    for start in starts:
        if number := readable.sounds.get("".join(map(sound, start))):
            return len(start), _Item("name", number)
    return 1, _Item("word", "")


# --- the same, as digits

_RUN = re.compile(r"(?:[^\W_]|\|)+")
_LOOK_LIKE_DIGITS = re.compile(r"[0-9oli|]+")
_DIGITS_MEANT = str.maketrans("oli|", "0111")


def _spellings(text: str) -> Iterator[str]:
    """As typed; with O, l, I and | as the digits that they look like, beside a digit; and standing alone."""

    def as_digits(run: re.Match[str], *, anywhere: bool) -> str:
        letters = run[0]
        meant = _LOOK_LIKE_DIGITS.fullmatch(letters) and (anywhere or any(c.isdecimal() for c in letters))
        return letters.translate(_DIGITS_MEANT) if meant else letters

    yield text
    yield _RUN.sub(lambda run: as_digits(run, anywhere=False), text)
    yield _RUN.sub(lambda run: as_digits(run, anywhere=True), text)


def _as_digits(items: Sequence[_Item]) -> Iterator[str]:
    """Every row of digits that may be meant: all, those without a word between, groups of four, numbered groups."""
    numbers = [item.value for item in items if item.kind == "number"]
    runs = [
        [item.value for item in run] for kind, run in groupby(items, lambda i: i.kind) if kind == "number"
    ]
    if {item.kind for item in items} <= {"number", "word"}:
        runs.insert(0, numbers)
    for run in runs:
        yield "".join(run)
        yield "".join(_in_order([(_label(n), group) for n, group in zip(run[::2], run[1::2], strict=False)]))
    yield "".join(number for number in numbers if len(number) == 4)


def _label(number: str) -> int:
    return int(number) if len(number) <= 2 else 0


def _in_order(labelled: Sequence[tuple[int, str]]) -> list[str]:
    """What is labelled 1, 2, 3 and so on, in that order; nothing where the labels are others."""
    numbered = sorted(label for label, _ in labelled) == list(range(1, len(labelled) + 1))
    return [value for _, value in sorted(labelled)] if numbered else []


# --- the same, as things


def _labelled(items: Sequence[_Item], kinds: Sequence[str]) -> list[tuple[int, _Item]]:
    """The items of these kinds, each with the number that stands before it."""
    label, labelled = 0, []
    for item in items:
        if item.kind == "number":
            label = _label(item.value)
        elif item.kind in kinds:
            labelled.append((label, item))
    return labelled


def _as_things(items: Sequence[_Item]) -> Iterator[list[str]]:
    """Every row of things that may be meant: nouns, pictures or both, of the whole or with no other word between."""
    parts = [list(part) for is_word, part in groupby(items, lambda i: i.kind == "word") if not is_word]
    for kinds in (("name",), ("picture",), ("name", "picture")):
        for part in (items, *parts):
            row = [(label, item.value) for label, item in _labelled(part, kinds)]
            yield _in_order(row) or [value for _, value in row]


def _not_understood(items: Sequence[_Item]) -> int:
    """Which of twelve things is a word that names none; 0 where that cannot be said."""
    kind = "name" if any(item.kind == "name" for item in items) else "picture"
    entries = _labelled(items, (kind, "word"))
    labels = set(range(1, _THING_COUNT + 1))
    if labels <= {label for label, _ in entries}:
        return min(labels - {label for label, item in entries if item.kind == kind}, default=0)
    kinds = [item.kind for _, item in entries]
    if _THING_COUNT // 2 <= kinds.count(kind) < _THING_COUNT:  # else it is another text
        return _place_of_word([(one == "word", len(list(run))) for one, run in groupby(kinds)])
    return 0


def _place_of_word(runs: Sequence[tuple[bool, int]]) -> int:
    """`runs`: of words (True) or of things, and how many. A run of words may be one thing or several."""
    fewest = sum(1 if words else many for words, many in runs)
    if runs[0][0] and fewest > _THING_COUNT:
        # A heading.
        return _place_of_word(runs[1:])
    if fewest <= _THING_COUNT <= sum(many for _, many in runs):
        return 1 if runs[0][0] else runs[0][1] + 1
    return 0


def normalise(typed: str, things: tuple[Thing, ...]) -> str:
    """The code that somebody meant: digits with anything between them, or twelve things. Raises BadReceipt."""
    if len(typed) > _LONGEST:
        raise BadReceipt("length")
    readable, text = _readable(things), _ascii_digits(fold(typed))
    items = _items(text, readable)
    rows = [
        *(row for spelled in _spellings(text) for row in _as_digits(_items(spelled, readable))),
        *("".join(row) for row in _as_things(items)),
    ]
    whole = [row for row in rows if len(row) == LENGTH]
    for row in whole:
        if check(row):
            return row
    if whole:
        raise BadReceipt("check")
    place = _not_understood(items)
    raise BadReceipt("word" if place else "length", place)


def means_digits(typed: str) -> bool:
    """Whether somebody who typed this meant digits: half of them are there. Else things were meant."""
    return len(re.findall("[0-9]", _ascii_digits(typed))) >= LENGTH // 2


def mentions(text: str, code: str, things: tuple[Thing, ...]) -> bool:
    """Whether a text gives the code away: three groups of its digits in a row, or six of its things."""
    readable, plain = _readable(things), _ascii_digits(fold(text))
    telling = [code[i : i + _TELLING_DIGITS] for i in range(LENGTH - _TELLING_DIGITS + 1)]
    for spelled in _spellings(plain):
        fours = "".join(number for number in re.findall("[0-9]+", spelled) if len(number) == 4)
        close = re.sub(r"[\W_]", "", spelled)
        if any(part in fours or part in close for part in telling):
            return True
    pairs = _pairs(code)
    runs = [pairs[i : i + _TELLING_THINGS] for i in range(_THING_COUNT - _TELLING_THINGS + 1)]
    rows = [" ".join(row) for row in _as_things(_items(plain, readable))]
    return any(" ".join(run) in row for run in runs for row in rows)
