"""What every reader here stands on: `Refused`, one spelling of texts and bytes, keys.

The readers are written from docs/formats and public standards alone (age-encryption.org/v1, BIP 173, RFC 5869, 6962,
8032, 9162, ISO 7064, C2SP); nothing of the product is imported. What both halves of the product would read alike and
wrong, they read otherwise. Each function returns what its argument says, or raises `Refused`.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Json = dict[str, Any]
LARGEST = 2**53 - 1


class Refused(ValueError):
    """What was read is not what its document says. Names the rule, never what was read."""


def must(holds: object, rule: str) -> None:
    if not holds:
        raise Refused(rule)


# --- texts, bytes, JSON


def from_base64(text: str, size: int | None = None) -> bytes:
    """Standard base64 with padding, in its one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("base64") from None
    must(base64.b64encode(raw).decode() == text and size in (None, len(raw)), "base64")
    return raw


def from_url64(text: object, size: int) -> bytes:
    """Base64url without padding, in its one spelling."""
    must(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), "base64url")
    standard = str(text).replace("-", "+").replace("_", "/")
    return from_base64(standard + "=" * (-len(standard) % 4), size)


def _members(pairs: list[tuple[str, Any]]) -> Json:
    must(len({name for name, _ in pairs}) == len(pairs), "a member twice")
    return dict(pairs)


def _no_number(_: str) -> None:
    raise Refused("a number that is not whole")


def read_json(text: str) -> Json:
    """A JSON object without repeated members and without numbers that are not whole."""
    try:
        found = json.loads(
            text, object_pairs_hook=_members, parse_float=_no_number, parse_constant=_no_number
        )
        text.encode()
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, Refused) else Refused("JSON") from None
    must(isinstance(found, dict), "a JSON object")
    return dict(found)


def _is_plain(value: Any) -> bool:
    """What the one spelling can hold: whole numbers that every reader can, names that no reader puts elsewhere."""
    if isinstance(value, dict):
        return all(name.isascii() and not name.isdecimal() and _is_plain(one) for name, one in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, int) or abs(value) <= LARGEST


def read_spelled(text: str) -> Json:
    """A JSON object in the one spelling (statement.md 2, leaf.md 2)."""
    found = read_json(text)
    written = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    must(_is_plain(found) and written == text, "another spelling")
    return found


def has(document: Mapping[str, Any], /, **shape: type) -> None:
    """Exactly these members, each of its type (a truth value is no number)."""
    must(document.keys() == shape.keys(), "other members")
    must(all(type(document[name]) is kind for name, kind in shape.items()), "a value of another type")


def read_day(text: object) -> date:
    must(isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text), "a day")
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise Refused("a day") from None


def is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def is_code(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z0-9][a-z0-9_-]*", value))


# --- keys (BIP 173, RFC 5869, RFC 8032)

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _checksum(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for place, number in enumerate(GENERATOR):
            check ^= number if top >> place & 1 else 0
    return check


def from_bech32(text: str, prefix: str) -> bytes:
    """The 32 bytes of a key that age writes in Bech32."""
    must(text.startswith(prefix + "1") and len(text) == len(prefix) + 59, "a Bech32 key")
    values = [ALPHABET.find(letter) for letter in text[len(prefix) + 1 :]]
    letters = [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]
    must(min(values) >= 0 and _checksum([*letters, *values]) == 1, "a Bech32 key")
    bits = int("".join(f"{value:05b}" for value in values[:-6]), 2)
    must(bits & 0b1111 == 0, "a Bech32 key")
    return (bits >> 4).to_bytes(32, "big")


def identity_of(text: str) -> bytes:
    must(text == text.upper(), "an identity in upper case")
    return from_bech32(text.lower(), "age-secret-key-")


def recipient_of(text: str) -> bytes:
    return from_bech32(text, "age")


def public_of(identity: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(identity).public_key().public_bytes_raw()


def signing_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def hkdf(key: bytes, info: str | bytes, salt: bytes = b"") -> bytes:
    info = info if isinstance(info, bytes) else info.encode()
    return HKDF(SHA256(), 32, salt or None, info).derive(key)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
