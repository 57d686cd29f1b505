"""A signed statement: one line of JSON in one spelling, and an Ed25519 signature that is good for its kind alone.

Everything that has to be believed is one of these: what she sealed, what she allows, what a desk answered, which
desk key follows which, where reports go. Format: docs/formats/statement.md; the browser's half is
client/src/statement.ts and both must pass tests/vectors/statements.json.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from tincay.core.sealing import sign, verify_signature


class Kind(StrEnum):
    """What a signature is for. It stands before the signed bytes, so that none is good for anything else."""

    WORDS = "tincay/words/v1"
    GRANT = "tincay/grant/v2"
    REPLY = "tincay/reply/v1"
    DESK_KEY = "tincay/desk-key/v1"
    MEMBER = "tincay/member/v1"
    ROUTING = "tincay/routing/v1"
    RECEIPT = "tincay/receipt-change/v1"
    OPENING = "tincay/opening/v1"


class NotSigned(Exception):
    """The signature does not fit these bytes, this key, or this kind; or the document is not in its one spelling."""


class Statement(NamedTuple):
    """The document as it was signed, byte for byte, and the 64 bytes of its signature."""

    document: bytes
    signature: bytes


def spelled(document: Mapping[str, Any]) -> bytes:
    """The one spelling: members sorted at every level, no space outside texts, UTF-8, nothing escaped without need.

    JSON.stringify of an object with sorted members writes the same.
    """
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _signed_bytes(kind: Kind, document: bytes) -> bytes:
    return kind.value.encode() + b"\0" + document


def make_statement(seed: bytes, kind: Kind, document: Mapping[str, Any]) -> Statement:
    """Sign a document with the 32-byte Ed25519 seed."""
    return sign_spelled(lambda message: sign(seed, message), kind, spelled(document))


def sign_spelled(sign_bytes: Callable[[bytes], bytes], kind: Kind, document: bytes) -> Statement:
    """Sign a document that is in its one spelling already, with a key that signs and does not show itself."""
    return Statement(document, sign_bytes(_signed_bytes(kind, document)))


def read_statement(public: bytes, kind: Kind, statement: Statement) -> dict[str, Any]:
    """The document, once `public` is known to have signed it as a statement of this kind. Raises NotSigned."""
    if not verify_signature(public, _signed_bytes(kind, statement.document), statement.signature):
        raise NotSigned
    try:
        document = _READER.decode(statement.document.decode())
        if isinstance(document, dict) and spelled(document) == statement.document:
            return document
    except (ValueError, RecursionError):
        raise NotSigned from None
    raise NotSigned


# What one language writes otherwise than the other has two spellings: it stands in no statement.


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JavaScript puts whole numbers first and sorts by UTF-16."""
    if any(name.isdecimal() or not name.isascii() for name, _ in pairs):
        raise ValueError
    return dict(pairs)


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) >= 2**53:
        raise ValueError
    return number


def _refuse(_: str) -> Any:
    raise ValueError


_READER = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_whole, parse_float=_refuse, parse_constant=_refuse
)
