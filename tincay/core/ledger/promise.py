"""The log's signed word, given at once: this leaf will be in the next checkpoint, within a day.

It names the week only, so that a paper in a pocket does not tell the hour of a report.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tincay.core.ledger.encoding import decode_hash, encode_base64
from tincay.core.ledger.leaf import VIETNAM
from tincay.core.ledger.note import BadNote, NoteUnsigned, Verifier, parse_note

HEADER = "tincay-promise/v1"
WITHIN = timedelta(hours=24)

_WEEK = re.compile(r"2[0-9]{3}-W[0-9]{2}")


class BadPromise(BadNote):
    """The text is not a promise."""


@dataclass(frozen=True)
class Promise:
    origin: str
    leaf_hash: bytes
    week: str

    @property
    def text(self) -> str:
        leaf = encode_base64(self.leaf_hash)
        return f"{HEADER}\norigin {self.origin}\nleaf {leaf}\nweek {self.week}\nwithin 24h\n"

    @property
    def due(self) -> datetime:
        """Any checkpoint signed after this moment must hold the leaf: the week's end and 24 hours."""
        return _week_start(self.week) + timedelta(weeks=1) + WITHIN


def week_of(day: date) -> str:
    """The ISO 8601 week, such as 2026-W27."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def open_promise(note: str, key: Verifier) -> Promise:
    """Read a promise that this log signed. Raises BadNote, BadPromise, NoteUnsigned."""
    parsed = parse_note(note)
    promise = parse_promise(parsed.text)
    if key.name != promise.origin or key not in parsed.signed_by([key]):
        raise NoteUnsigned("this log did not sign the promise")
    return promise


def parse_promise(text: str) -> Promise:
    """Read the text of a promise. Raises BadPromise."""
    try:
        _, origin, leaf, week, *_ = text.split("\n")
        leaf_hash = decode_hash(_after("leaf ", leaf))
        promise = Promise(_after("origin ", origin), leaf_hash, _after("week ", week))
        _week_start(promise.week)
    except ValueError:
        raise BadPromise("not a promise") from None
    if promise.text != text:
        raise BadPromise("not a promise")
    return promise


def _after(label: str, line: str) -> str:
    if not line.startswith(label):
        raise ValueError("another line")
    return line.removeprefix(label)


def _week_start(week: str) -> datetime:
    if not _WEEK.fullmatch(week):
        raise ValueError("not a week")
    monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    return datetime.combine(monday, time(), VIETNAM)
