"""What a telephone dials for a number as people write it: the one function for every `tel:` link."""

import re

INVENTED = ("(số giả)", "(mẫu)", "(invented)")
"""Whoever writes such a word beside a number says that nobody may be called with it."""
MOST_DIGITS = 15
"""The longest number that exists (ITU-T E.164)."""
_NUMBER = re.compile(r"\+?\(?[0-9][0-9 .()\u00a0\u202f-]*")
_EXTENSION = re.compile(r"(?<=[0-9])[ \u00a0]+[-\u2013][ \u00a0]+(?=[0-9])")


def dialled(written: str) -> str:
    """The digits of the first number in it, with + where it has one; "" where there is none, or it is invented.

    What follows the number (hours, an extension, a second number) is not dialled, nor is the (0) of +84 (0)24.
    """
    if any(word in written for word in INVENTED):
        return ""
    found = _NUMBER.search(written)
    if not found:
        return ""
    number = found[0]
    if number.startswith("+"):
        number = number.replace("(0)", "")
    first, *rest = _EXTENSION.split(number)
    if rest and len(re.sub(r"[^0-9]", "", first)) >= 7:  # less is an area code: 024 - 3825 1234
        number = first
    digits = re.sub(r"[^0-9+]", "", number)
    return digits if len(digits.lstrip("+")) <= MOST_DIGITS else ""
