"""What a telephone dials for a number as people write it: the one function for every `tel:` link."""

import re

INVENTED = ("(số giả)", "(mẫu)", "(invented)")
"""Whoever writes such a word beside a number says that nobody may be called with it."""
MOST_DIGITS = 15
"""The longest number that exists (ITU-T E.164)."""
AREA_AND_MORE = 7
"""With fewer digits what stands before a dash is an area code: 024 - 3825 1234."""
_NUMBER = re.compile(r"\+?\(?[0-9][0-9 .()\u00a0\u202f-]*")
_EXTENSION = re.compile(r"(?<=[0-9])[ \u00a0]+[-\u2013][ \u00a0]+(?=[0-9])")


def dialled(number: str) -> str:
    """The digits of the first number in it, with + where it has one; "" where there is none, or it is invented.

    What follows the number (hours, an extension, a second number) is not dialled, nor is the (0) of +84 (0)24.
    """
    if any(word in number for word in INVENTED):
        return ""
    match = _NUMBER.search(number)
    if not match:
        return ""
    first = match[0].replace("(0)", "") if match[0].startswith("+") else match[0]
    before, *rest = _EXTENSION.split(first)
    if rest and len(re.sub(r"[^0-9]", "", before)) >= AREA_AND_MORE:
        first = before
    digits = re.sub(r"[^0-9+]", "", first)
    return digits if len(digits.lstrip("+")) <= MOST_DIGITS else ""
