"""The spellings that all formats here share: one value has one spelling, anything else is refused."""

import base64
import binascii
import json
from collections.abc import Mapping

MAX_SIZE = 2**63 - 1
HASH_LENGTH = 32


def encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Standard base64 with padding (RFC 4648 §4), only in its one canonical spelling. Raises ValueError."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not base64") from None
    if encode_base64(data) != text:
        raise ValueError("not canonical base64")
    return data


def decode_hash(text: str) -> bytes:
    """One SHA-256 hash in base64. Raises ValueError."""
    data = decode_base64(text)
    if len(data) != HASH_LENGTH:
        raise ValueError("not a hash of 32 bytes")
    return data


def decode_number(text: str) -> int:
    """An ASCII decimal from 0 to 2^63 - 1 without leading zeroes. Raises ValueError."""
    if not (0 < len(text) <= 19 and text.isascii() and text.isdigit()):
        raise ValueError("not a decimal number")
    if text[0] == "0" and text != "0":
        raise ValueError("a leading zero")
    number = int(text)
    if number > MAX_SIZE:
        raise ValueError("too large a number")
    return number


def encode_json(members: Mapping[str, str | int]) -> str:
    """A flat JSON object in one spelling: keys sorted, no spaces, UTF-8. JavaScript writes the same bytes."""
    return json.dumps(dict(members), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode_json(text: str) -> dict[str, str | int]:
    """A flat JSON object of texts and whole numbers in the spelling of `encode_json`. Raises ValueError."""
    try:
        members = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if not (isinstance(members, dict) and all(type(value) in (str, int) for value in members.values())):
        raise ValueError("not a flat object")
    if encode_json(members) != text:
        raise ValueError("not the canonical spelling")
    return members
