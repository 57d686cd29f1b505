"""What can happen to the log: a leaf is added, the day is signed, a witness agrees. Nothing is ever taken out."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.timezone import localtime

from tincay.core.ledger import leaf, promise
from tincay.core.ledger.checkpoint import CheckpointBody
from tincay.core.ledger.merkle import Frontier, hash_leaf, root_of
from tincay.core.ledger.note import NotSigned, parse_note
from tincay.core.ledger.tiles import WIDTH, split_hashes
from tincay.log import keys, queries
from tincay.log.models import Checkpoint, Cosignature, Head, Leaf, Tile
from tincay.web.models import this_install
from tincay.web.packs import codes
from tincay.web.transactions import one_transaction

HEAD = "SELECT size, frontier, day FROM log_head WHERE id = 1"
HEAD_LOCKED = f"{HEAD} FOR UPDATE"


class OutsideTransaction(RuntimeError):
    """A leaf was to be appended apart from what it records: one could be kept without the other."""


class OneCheckpointADay(ValueError):
    """A real log signs once a day, so that its growth tells nobody the hour of anything."""


@dataclass(frozen=True)
class Appended:
    """What comes of a new leaf. The opening is to be sealed at once; the promise goes to the reporter."""

    index: int
    leaf_hash: bytes
    opening: bytes
    day: date

    @property
    def promise(self) -> str:
        """The log's signed word that this leaf will be in its next checkpoint; signed when it is asked for."""
        signer = keys.log_signer()
        return signer.sign(promise.Promise(signer.name, self.leaf_hash, promise.week_of(self.day)).text)


def create_log_key() -> str:
    """Make the log's signing key if there is none yet, and return the line by which others know it."""
    if not keys.key_path().exists():
        keys.write_key(keys.key_path(), secrets.token_bytes(32))
    return keys.log_signer().verifier.vkey


def append_leaf(*, kind: str, event: Mapping[str, str | int], now: datetime) -> Appended:
    """Record one step, inside the transaction of the step itself.

    `kind` is a code of `ledger_event`. `event` holds the facts (codes, ids, hashes; no words, no hour);
    kind and day are added. Raises OutsideTransaction, core.codes.UnknownCode, ValueError, keys.NoLogKey.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("append_leaf belongs inside the transaction that it records")
    codes().check("ledger_event", kind)
    frontier, latest = _lock_head()
    day = max(localtime(now).date(), latest)  # who waited at midnight comes after those of the new day
    text, nonce = leaf.event_bytes(kind=kind, day=day, facts=event), secrets.token_bytes(leaf.NONCE_LENGTH)
    data = leaf.commit(text, nonce)
    index = _append(data, frontier, kind=kind, day=day)
    return Appended(index, hash_leaf(data), leaf.opening(text, nonce), day)


def _append(data: bytes, frontier: Frontier, *, kind: str, day: date) -> int:
    if frontier.size == 0:
        create_log_key()
    keys.log_signer()  # a log without its key accepts nothing: no promise could be kept
    after = frontier.append(hash_leaf(data))
    # Plain SQL: this runs for every step of every report, and the mapper costs ten times the database here.
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO log_leaf ("index", data, kind, month) VALUES (%s, %s, %s, %s)',
            [frontier.size, data, kind, f"{day:%Y-%m}"],
        )
        cursor.execute(
            "UPDATE log_head SET size = %s, frontier = %s, day = %s WHERE id = 1",
            [after.size, b"".join(after.hashes), f"{day}"],
        )
    if after.size % WIDTH == 0:
        _fill_tile(after.size)
    return frontier.size


def _lock_head() -> tuple[Frontier, date]:
    """The right edge of the tree and its latest day, held until the transaction ends: leaves follow one another."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD_LOCKED if connection.features.has_select_for_update else HEAD)
        row = cursor.fetchone()
    if row is None:
        head, _ = Head.objects.select_for_update().get_or_create(id=1)
    else:
        head = Head(size=row[0], frontier=row[1], day=row[2])
    return frontier_of(head), date.fromisoformat(head.day)


def frontier_of(head: Head) -> Frontier:
    """The right edge of the tree as stored. Raises LogDamaged."""
    try:
        return Frontier.of_bytes(head.size, bytes(head.frontier))
    except ValueError:
        raise queries.LogDamaged("the head of the log cannot be read") from None


@contextmanager
def appends_blocked() -> Iterator[None]:
    """Nothing is appended meanwhile."""
    with transaction.atomic():
        _lock_head()
        yield


def _fill_tile(size: int) -> None:
    """Keep the 256 leaves that are complete now as one tile, and its root one level up."""
    newest = Leaf.objects.filter(index__gte=size - WIDTH, index__lt=size).order_by("index")
    hashes = [hash_leaf(bytes(data)) for data in newest.values_list("data", flat=True)]
    Tile.objects.create(level=0, index=size // WIDTH - 1, data=b"".join(hashes))
    _lift(1, size // WIDTH, root_of(hashes))


def _lift(level: int, count: int, node: bytes) -> None:
    """Add the root of a full tile to the level above, which then holds `count` hashes."""
    tile, _ = Tile.objects.get_or_create(level=level, index=(count - 1) // WIDTH, defaults={"data": b""})
    tile.data = bytes(tile.data) + node
    tile.save(update_fields=["data"])
    if count % WIDTH == 0:
        _lift(level + 1, count // WIDTH, root_of(split_hashes(tile.data)))


@one_transaction
def sign_checkpoint(*, now: datetime, again: bool = False) -> Checkpoint:
    """Sign the log as it stands, once a day, also when nothing happened.

    Called a second time on a day it returns the first one; `again` signs anew, in a demo only.
    Raises queries.LogDamaged rather than sign anything that does not continue what was signed before.
    """
    if again and not this_install().demo:
        raise OneCheckpointADay("only a demo signs more than once a day")
    frontier, latest = _lock_head()
    day = max(localtime(now).date(), latest)
    signed = Checkpoint.objects.filter(day=day).last()
    if signed is not None and not again:
        return signed
    if frontier.size == 0:
        create_log_key()
    queries.check_growth(frontier)
    signer = keys.log_signer()
    note = signer.sign(CheckpointBody(signer.name, frontier.size, frontier.root()).text)
    Head.objects.update(day=f"{day}")
    return Checkpoint.objects.get_or_create(day=day, size=frontier.size, defaults={"note": note})[0]


@one_transaction
def add_cosignature(*, checkpoint: Checkpoint, lines: str) -> list[Cosignature]:
    """Keep what witnesses of the install signed under a checkpoint; lines of others are ignored.

    Raises NotSigned when no line is of a witness that we name, or one does not fit; BadNote.
    """
    note = parse_note(checkpoint.note + lines)
    witnesses = [witness.verifier for witness in keys.trusted_policy().witnesses.values()]
    signed = note.signed_by(witnesses)
    if not signed:
        raise NotSigned("no witness of this install signed")
    kept = []
    for key in signed:
        line = next(signature.line for signature in note.signatures if key.made(signature))
        kept.append(checkpoint.cosignatures.get_or_create(witness=key.name, defaults={"line": line})[0])
    return kept
