"""Numbers as people write them in the page's language: 1.000 and 1,5 in Vietnamese, 1,000 and 1.5 in English.

A number that could be two numbers is refused by name, never guessed: a thousand that becomes one is believed.
"""

import re
import unicodedata
from decimal import Decimal

from tincay.web.packs import language

SPACES = re.compile(r"(?<=\d)[\s\u00a0\u2007\u2009\u202f](?=\d{3}(?!\d))")
MINUS = str.maketrans("\u2212\u2013", "--")


class NoNumber(ValueError):
    """What was typed is no number; the text is a code: "unclear" (it could be two) or "nothing"."""


def separators() -> tuple[str, str]:
    """What parts thousands and what begins the decimals, in the language of the page."""
    return (",", ".") if language() == "en" else (".", ",")


def whole_words(value: float) -> str:
    """ "1.000", or "1,000" on an English page."""
    return f"{value:,.0f}".replace(",", separators()[0])


def decimal_words(value: float | Decimal, places: int = 2) -> str:
    """ "1,50", or "1.50" on an English page; thousands are not parted."""
    return f"{value:.{places}f}".replace(".", separators()[1])


def ascii_digits(typed: str) -> str:
    """Digits of every script as 0 to 9."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in typed)


def read_number(typed: str) -> Decimal:
    """The number that somebody typed. Raises NoNumber."""
    text = ascii_digits(typed.strip()).translate(MINUS)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    parted, decimals = separators()
    if SPACES.search(text) and parted not in text:
        text = SPACES.sub(parted, text)
    if re.fullmatch(r"\d+", text):
        return Decimal(sign + text)
    grouped, point = rf"[1-9]\d{{0,2}}(?:{re.escape(parted)}\d{{3}})+", re.escape(decimals)
    if re.fullmatch(rf"{grouped}(?:{point}\d+)?|\d+{point}\d+", text) and not re.fullmatch(
        rf"[1-9]\d{{0,2}}{point}\d{{3}}", text
    ):
        return Decimal(sign + text.replace(parted, "").replace(decimals, "."))
    raise NoNumber("unclear" if re.fullmatch(r"[\d.,\s]*\d[\d.,\s]*", text) else "nothing")
