"""A ticket is what the server would have to remember of a question: it is handed out signed, so that asking writes
nothing. docs/formats/visit.md.

The key changes each hour and lies in no file (SQLite) or in an unlogged table (intake.tallies): who has an older copy
of database and folder makes no ticket.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from tincay.core.sealing import Recipient
from tincay.intake.tallies import HOUR, tallies

TICKET_LASTS = timedelta(minutes=2)
CLOCKS_DIFFER = 60
"""Seconds by which the clocks of two machines, or one that was put right, may be apart."""
_UNTIL, _LOCATOR, _SIGNED = 8, 32, 56
_MARK = 16


class Ticket(NamedTuple):
    """`signed` is until when it is good, whose receipt is asked for, and sixteen random bytes."""

    signed: bytes
    key: bytes

    @property
    def text(self) -> str:
        return urlsafe_b64encode(self.signed + self._mark).decode()

    @property
    def locator(self) -> bytes:
        return self.signed[_UNTIL : _UNTIL + _LOCATOR]

    @property
    def _mark(self) -> bytes:
        return hmac.digest(self.key, b"mark" + self.signed, "sha256")[:_MARK]

    def secret(self, receipt: Recipient | None) -> bytes:
        """What only the holder of this receipt can answer: with another code in its place it is another secret."""
        return hmac.digest(self.key, b"secret" + self.signed + (receipt or "").encode(), "sha256")

    def spend(self) -> bool:
        """Whether this is its first right answer, in any process."""
        return tallies().add(f"ticket {self.signed.hex()}", _hour(_until(self.signed))) == 1


def new_ticket(locator: bytes, now: datetime) -> Ticket:
    until = int((now + TICKET_LASTS).timestamp())
    return Ticket(until.to_bytes(_UNTIL) + locator + secrets.token_bytes(16), _key(until))


def read_ticket(text: str, now: datetime) -> Ticket | None:
    """The ticket that was handed out as this text; None for any other text, and when its two minutes are over."""
    try:
        raw = urlsafe_b64decode(text)
    except ValueError:
        return None
    signed, given = raw[:_SIGNED], raw[_SIGNED:]
    until, at = _until(signed), now.timestamp()
    if len(signed) != _SIGNED or not at < until <= at + TICKET_LASTS.total_seconds() + CLOCKS_DIFFER:
        return None
    ticket = Ticket(signed, _key(until))
    return ticket if hmac.compare_digest(ticket._mark, given) else None


def _until(signed: bytes) -> int:
    return int.from_bytes(signed[:_UNTIL])


def _hour(until: int) -> int:
    return (until - int(TICKET_LASTS.total_seconds())) // HOUR


def _key(until: int) -> bytes:
    own = f"tincay/ticket{settings.SECRET_KEY}".encode()
    return hmac.digest(own, tallies().key(_hour(until)), "sha256")
