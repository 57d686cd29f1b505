"""What one step leaves in the log: a number that fits one event only, and tells nothing without its opening.

The event says what happened and on which day. The nonce is random. The leaf is a version byte and
HMAC-SHA256(nonce, event); who has no opening learns nothing, and without it a leaf is meaningless.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta, timezone

from tincay.core.ledger.encoding import decode_base64, decode_json, encode_base64, encode_json
from tincay.core.ledger.merkle import hash_leaf

VERSION = 1
LENGTH = 33
NONCE_LENGTH = 32
MAX_EVENT = 4096
MAX_NUMBER = 2**53 - 1
VIETNAM = timezone(timedelta(hours=7))
"""Days and weeks in leaves and promises are days and weeks in Viet Nam, which keeps UTC+7 all year."""


class BadOpening(ValueError):
    """The opening does not belong to this leaf, or is none."""


@dataclass(frozen=True)
class Opened:
    """An opening that was read: what the leaf commits to."""

    data: bytes
    kind: str
    day: date
    event: Mapping[str, str | int]

    @property
    def leaf_hash(self) -> bytes:
        return hash_leaf(self.data)


def event_bytes(*, kind: str, day: date, facts: Mapping[str, str | int]) -> bytes:
    """The event in its one spelling. Raises ValueError for a fact that others could read otherwise."""
    if facts.keys() & {"kind", "day"}:
        raise ValueError("kind and day are said once")
    if not all(_is_plain(value) for value in facts.values()):
        raise ValueError("a fact is a text or a whole number below 2^53")
    event = encode_json({**facts, "kind": kind, "day": day.isoformat()}).encode()
    if len(event) > MAX_EVENT:
        raise ValueError("the event is too long")
    return event


def commit(event: bytes, nonce: bytes) -> bytes:
    """The data of the leaf, 33 bytes: version, then HMAC-SHA256(nonce, event)."""
    if len(nonce) != NONCE_LENGTH:
        raise ValueError("a nonce has 32 bytes")
    return bytes([VERSION]) + hmac.digest(nonce, event, "sha256")


def cover(noise: bytes) -> bytes:
    """The data of a leaf that stands for nothing: 32 random bytes look like any other commitment."""
    if len(noise) != LENGTH - 1:
        raise ValueError("a cover has 32 random bytes")
    return bytes([VERSION]) + noise


def opening(event: bytes, nonce: bytes) -> bytes:
    """What opens the leaf later: event and nonce as JSON. To be sealed at once, never stored as it is."""
    return encode_json({"event": event.decode(), "nonce": encode_base64(nonce), "v": VERSION}).encode()


def open_leaf(text: str) -> Opened:
    """Read an opening and compute the leaf that it opens. Raises BadOpening."""
    try:
        match decode_json(text):
            case {"event": str(event), "nonce": str(nonce), "v": 1, **rest} if not rest:
                return _open(event, decode_base64(nonce))
    except ValueError:
        pass
    raise BadOpening("not an opening")


def check(text: str, data: bytes) -> Opened:
    """The event in an opening, if it is the one that this leaf commits to. Raises BadOpening."""
    opened = open_leaf(text)
    if not hmac.compare_digest(opened.data, data):
        raise BadOpening("the opening belongs to another leaf")
    return opened


def _is_plain(value: object) -> bool:
    return type(value) is str or (type(value) is int and abs(value) <= MAX_NUMBER)


def _open(event: str, nonce: bytes) -> Opened:
    members = decode_json(event)
    match members:
        case {"kind": str(kind), "day": str(day)} if _is_day(day) and len(event) <= MAX_EVENT:
            return Opened(commit(event.encode(), nonce), kind, date.fromisoformat(day), members)
    raise BadOpening("an event says its kind and its day")


def _is_day(text: str) -> bool:
    return date.fromisoformat(text).isoformat() == text
