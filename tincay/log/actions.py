"""What can happen to the log: a leaf is queued, the day is signed, a witness agrees. Nothing is ever taken out."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.db import connection
from django.utils.timezone import localtime

from tincay.core.ledger import promise
from tincay.core.ledger.checkpoint import CheckpointBody
from tincay.core.ledger.day_totals import OTHER
from tincay.core.ledger.merkle import hash_leaf
from tincay.core.ledger.note import NoteUnsigned, parse_note
from tincay.core.statements import Kind, Statement, sign_spelled
from tincay.log import keys, queries
from tincay.log.models import Checkpoint, ClearOpening, Cosignature, Head, Queued
from tincay.log.sequencing import commit, lock_head, sequence
from tincay.log.totals import PUBLIC_KINDS
from tincay.web.models import this_install
from tincay.web.packs import codes
from tincay.web.transactions import one_transaction

SIGNED_UNTIL = "SELECT day FROM log_head WHERE id = 1"
SIGNED_UNTIL_SHARED = f"{SIGNED_UNTIL} FOR SHARE"


class OutsideTransaction(RuntimeError):
    """A leaf was to be appended apart from what it records: one could be kept without the other."""


class OneCheckpointADay(ValueError):
    """A real log signs once a day, so that its growth tells nobody the hour of anything."""


@dataclass(frozen=True)
class Appended:
    """What comes of a new leaf. The opening is to be sealed at once; the promise goes to the reporter.

    Where the leaf will stand nobody knows before tonight, and no row says it afterwards.
    """

    data: bytes
    opening: bytes
    day: date

    @property
    def leaf_hash(self) -> bytes:
        return hash_leaf(self.data)

    @property
    def signed_opening(self) -> Statement:
        """The opening with the log's signature: whoever opens it later knows that the log made this leaf."""
        return sign_spelled(keys.log_signer().key.sign, Kind.OPENING, self.opening)

    @property
    def promise(self) -> str:
        """The log's signed word that this leaf will be in it within a day; signed when it is asked for."""
        signer = keys.log_signer()
        return signer.sign(promise.Promise(signer.name, self.leaf_hash, promise.week_of(self.day)).text)


def create_log_key() -> str:
    """Make the log's signing key if there is none yet, and return the line by which others know it.

    Raises NoLogKey where the log has begun: what was signed and promised needs the key that is missing.
    """
    if not keys.key_path().exists():
        if queries.begun():
            raise keys.NoLogKey(f"{keys.key_path()} is missing and this log has begun: put its backup back")
        keys.write_key(keys.key_path(), secrets.token_bytes(32))
    return keys.log_signer().verifier.vkey


def append_leaf(*, kind: str, event: Mapping[str, str | int], now: datetime) -> Appended:
    """Record one step, inside the transaction of the step itself. Its leaf waits in the queue until tonight.

    `kind` is a code of `ledger_event`. `event` holds the facts (codes, ids, hashes; no words, no hour);
    kind and day are added. Raises OutsideTransaction, core.codes.UnknownCode, ValueError, keys.NoLogKey.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("append_leaf belongs inside the transaction that it records")
    codes().check("ledger_event", kind)
    day = max(localtime(now).date(), _signed_until())  # who waited at midnight is of the day that has begun
    made = commit(kind=kind, event=dict(event), day=day)
    counted = kind if kind in PUBLIC_KINDS else OTHER
    # Plain SQL: this runs for every step of every report, and the mapper costs ten times the database here.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO log_queued (id, data, kind, day) VALUES (%s, %s, %s, %s)",
            [uuid4().hex, made.data, counted, f"{day}"],
        )
    return Appended(made.data, made.opening, day)


def append_public_leaf(*, kind: str, event: Mapping[str, str | int], now: datetime) -> Appended:
    """`append_leaf` for what is about nobody: its opening is kept in clear, so that everybody may check it."""
    appended = append_leaf(kind=kind, event=event, now=now)
    ClearOpening.objects.create(kind=kind, opening=appended.opening)
    return appended


def _signed_until() -> date:
    """The day that was signed last, which stays so until this transaction ends. Others may queue meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(SIGNED_UNTIL_SHARED if connection.features.has_select_for_update else SIGNED_UNTIL)
        row = cursor.fetchone()
    if row is None:
        create_log_key()
        return date.fromisoformat(lock_head().day)
    keys.log_signer()  # a log without its key accepts nothing: no promise could be kept
    return date.fromisoformat(row[0])


@one_transaction
def sign_checkpoint(*, now: datetime, again: bool = False) -> Checkpoint:
    """Give what was queued before today its places, and sign the log, once a day, also when nothing happened.

    The first checkpoint of a log takes today's leaves too. Called a second time on a day it returns the first
    one; `again` takes what was queued meanwhile and signs anew, in a demo only.
    Raises queries.LogDamaged rather than sign anything that does not continue what was signed before, or under
    another name.
    """
    if again and not this_install().is_demo:
        raise OneCheckpointADay("only a demo signs more than once a day")
    queries.check_origin()
    head = lock_head()
    day = max(localtime(now).date(), date.fromisoformat(head.day))
    signed = Checkpoint.objects.filter(day=day).last()
    if signed is not None and not (again and Queued.objects.exists()):
        return signed
    if head.size == 0:
        create_log_key()
    everything = again or not Checkpoint.objects.exists()
    frontier = sequence(queries.check_tree(head), day=day, everything=everything)
    signer = keys.log_signer()
    note = signer.sign(CheckpointBody(signer.name, frontier.size, frontier.root()).text)
    Head.objects.update(day=f"{day}")
    return Checkpoint.objects.create(day=day, size=frontier.size, note=note)


@one_transaction
def add_cosignature(*, checkpoint: Checkpoint, lines: str) -> list[Cosignature]:
    """Keep what witnesses of the install signed under a checkpoint; lines of others are ignored.

    Raises NoteUnsigned when no line is of a witness that we name, or one does not fit; BadNote.
    """
    note = parse_note(checkpoint.note + lines)
    witnesses = [witness.verifier for witness in keys.trusted_policy().witnesses.values()]
    signed = note.signed_by(witnesses)
    if not signed:
        raise NoteUnsigned("no witness of this install signed")
    kept = []
    for key in signed:
        line = next(signature.line for signature in note.signatures if key.made(signature))
        kept.append(checkpoint.cosignatures.get_or_create(witness=key.name, defaults={"line": line})[0])
    return kept
