"""What people type, brought to what they meant: letters without marks and case, syllables without regional spelling.

Knows no list and no code. The browser's half is client/src/letters.ts; Vectors: tests/vectors/letters.json.
"""

import re
import unicodedata


def fold(text: str) -> str:
    """NFKC, small letters, đ as d, no marks, nothing that nobody sees, single spaces between what is left."""
    small = unicodedata.normalize("NFKC", text).lower().replace("đ", "d")
    seen = (c for c in unicodedata.normalize("NFD", small) if not _unseen(unicodedata.category(c)))
    return " ".join("".join(seen).split())


def _unseen(category: str) -> bool:
    return category[0] == "M" or category == "Cf"


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
    letters = "".join(c for c in fold(word) if "a" <= c <= "z")
    if _I_IS_VOWEL.match(letters):
        letters = "gii" + letters[2:]
    start, same = next((pair for pair in _SAME_START if letters.startswith(pair[0])), ("", ""))
    return _QUOC_IS_CUOC.sub("kuo", _Y_IS_I.sub("i", same + letters[len(start) :]))
