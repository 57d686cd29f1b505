"""The code that the reporter keeps: 24 digits, or the same number as eight short words.

Makes codes, reads what people type or hear over a phone, and finds a code in a text where it should not be.
What the code opens is in `sealing.stretch_receipt`. Format: docs/formats/receipt.md; the browser's half is
client/src/receipt.ts and both must pass tests/vectors/receipts.json.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

LENGTH = 24
WORDS = 1_000
_WORD_COUNT = 8
# A text that holds half of the code gives away so much that it counts as holding it.
_TELLING_DIGITS, _TELLING_WORDS = 12, 4

# Damm's quasigroup of order 10 (H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004):
# every single wrong digit and every swap of two neighbours is noticed.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class BadReceipt(ValueError):
    """What was typed is not a code. `reason` is length, word or check; never what was typed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _damm(digits: str) -> int:
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state


def check(code: str) -> bool:
    """Whether `code` is 24 ASCII digits with the right check digit at the end."""
    return re.fullmatch(r"[0-9]{24}", code) is not None and _damm(code) == 0


def make(random24: Callable[[int], bytes]) -> str:
    """A new code: 23 random digits (76 bits) and a check; `random24` is such as secrets.token_bytes."""
    digits = ""
    while len(digits) < LENGTH - 1:
        # 250 and above would make the small digits likelier.
        digits += "".join(str(byte % 10) for byte in random24(24) if byte < 250)
    digits = digits[: LENGTH - 1]
    return digits + str(_damm(digits))


def grouped(code: str) -> str:
    """Six groups of four, as people copy it."""
    return " ".join(code[i : i + 4] for i in range(0, LENGTH, 4))


# --- words

_SAME_START = (
    ("ngh", "ng"),
    ("gh", "g"),
    *((start, start) for start in ("ng", "nh", "th", "kh", "ph", "ch")),
    ("tr", "ch"),
    ("qu", "kw"),
    ("gi", "d"),
    ("n", "l"),
    ("s", "x"),
    ("r", "d"),
    ("v", "d"),
    ("c", "k"),
)
# In "gì", "gìn", "giếng", "giết", "giếc" the i is part of the vowel; in "gió" it is only spelling.
_I_IS_VOWEL = re.compile(r"gi(?![aeouy])|gie(?:ng|t|c)$")
_Y_IS_I = re.compile(r"^y|(?<=kw)y|(?<=[^aeiouw])y$")
_QUOC_IS_CUOC = re.compile(r"^kwo")


def sound(word: str) -> str:
    """What stays of a syllable without marks and across the sounds that regions of Viet Nam merge.

    n/l, s/x, tr/ch, d/đ/gi/r/v become one, and so do spellings of one sound (c/k/q, g/gh, ng/ngh, i/y).
    """
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", word).lower().replace("đ", "d"))
    letters = "".join(c for c in plain if "a" <= c <= "z")
    if _I_IS_VOWEL.match(letters):
        letters = "gii" + letters[2:]
    start, same = next((pair for pair in _SAME_START if letters.startswith(pair[0])), ("", ""))
    return _QUOC_IS_CUOC.sub("kuo", _Y_IS_I.sub("i", same + letters[len(start) :]))


def word_list_file(pack: str) -> str:
    """The file in the client's folder that holds a country pack's words."""
    return f"words-{pack}.txt"


def to_words(code: str, words: Sequence[str]) -> tuple[str, ...]:
    """The eight words of a code: word i of the list for digits 3i to 3i+2."""
    return tuple(words[int(code[i : i + 3])] for i in range(0, LENGTH, 3))


def from_words(typed: Sequence[str], words: Sequence[str]) -> str:
    """The code of eight words, whatever marks and regional spellings were typed. Raises BadReceipt."""
    if len(typed) != _WORD_COUNT:
        raise BadReceipt("length")
    places = {sound(word): place for place, word in enumerate(words)}
    try:
        code = "".join(f"{places[sound(word)]:03}" for word in typed)
    except KeyError:
        raise BadReceipt("word") from None
    return _checked(code)


def _checked(code: str) -> str:
    if not check(code):
        raise BadReceipt("check")
    return code


def _tokens(text: str) -> list[str]:
    # Letters with their marks; a raised or circled number is neither.
    kept = (c if unicodedata.category(c)[0] in "LM" else " " for c in unicodedata.normalize("NFC", text))
    return [token for token in "".join(kept).split() if any(map(str.isalpha, token))]


def _ascii_digits(text: str) -> str:
    # NFKC makes full-width and other decorated digits plain; decimal digits of other scripts have a value.
    plain = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def normalise(typed: str, words: Sequence[str]) -> str:
    """The code that somebody meant: digits with anything between them, or eight words. Raises BadReceipt."""
    if len(typed) > 400:
        raise BadReceipt("length")
    if tokens := _tokens(typed):
        return from_words(tokens, words)
    digits = re.sub(r"[^0-9]", "", _ascii_digits(typed))
    if len(digits) != LENGTH:
        raise BadReceipt("length")
    return _checked(digits)


def mentions(text: str, code: str, words: Sequence[str]) -> bool:
    """Whether a text gives the code away: three groups of its digits in a row, or four of its words."""
    close = re.sub(r"[^\w]|_", "", _ascii_digits(text))
    parts = (code[i : i + _TELLING_DIGITS] for i in range(LENGTH - _TELLING_DIGITS + 1))
    if any(part in close for part in parts):
        return True
    sounds = " ".join(sound(token) for token in _tokens(text))
    keys = [sound(word) for word in to_words(code, words)]
    runs = (" ".join(keys[i : i + _TELLING_WORDS]) for i in range(_WORD_COUNT - _TELLING_WORDS + 1))
    return any(f" {run} " in f" {sounds} " for run in runs)
