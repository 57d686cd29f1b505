"""Who wrote what is shown: her words by her own signature, a desk's reply by the desk's, and nothing else.

The server keeps and passes on; it proves nothing here. Her browser asks with the key behind her code, a helper's
with the key that the first leaf commits. Format: docs/formats/words.md; the browser's half is
client/src/authorship.ts and both must pass tests/vectors/authorship.json.
"""

import base64
import binascii
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from tincay.core.sealing import Identity, desk_signing_seed, recipient_of, signing_public
from tincay.core.statements import Kind, NotSigned, Statement, make_statement, read_statement, spelled


class Forged(Exception):
    """What is shown was not written by whom it names. `reason` is a word of this module, never what was read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def base64url(raw: bytes) -> str:
    """Bytes as a statement carries them: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Bytes in their one spelling. Raises NotSigned: no statement of ours holds anything else."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned from None
    if base64url(raw) != text:
        raise NotSigned
    return raw


# --- her words


class SealedParts(NamedTuple):
    """One compartment as she signs it: its public key, and what was sealed to it, part after part."""

    recipient: str
    sealed: Sequence[bytes]


def words_document(
    *,
    n: int,
    kind: str,
    key: str,
    desk: str,
    desk_signing: bytes,
    compartments: Mapping[str, SealedParts],
    codes: Mapping[str, str],
) -> dict[str, Any]:
    """What she signs of one thing that she sends. `kind` is report, message or words (told later).

    `n` counts what her receipt has signed of this kind of statement, from 1 and without a gap. `codes` are the
    open codes that go with it: all three with a report, a raised priority or nothing otherwise.
    """
    return {
        "codes": dict(codes),
        "compartments": {
            name: {
                "recipient": parts.recipient,
                "sealed": [sha256(sealed).hexdigest() for sealed in parts.sealed],
            }
            for name, parts in compartments.items()
        },
        "desk": desk,
        "desk_signing": base64url(desk_signing),
        "key": key,
        "kind": kind,
        "n": n,
        "v": 1,
    }


@dataclass(frozen=True)
class HerWords:
    """Everything that she signed of one report, in order."""

    documents: tuple[Mapping[str, Any], ...]

    def desk_keys(self, thread: str) -> frozenset[bytes]:
        """The verifying keys of the desks for which she sealed to this thread: only these and their successors may
        answer in it. The desk that she left has the key of an older one."""
        return frozenset(
            from_base64url(document["desk_signing"])
            for document in self.documents
            if document["compartments"].get("thread", {}).get("recipient") == thread
        )

    def recipient(self, kind: str) -> str:
        """The public key of the compartment that she uses now, "" where she made none."""
        named = (document["compartments"].get(kind) for document in reversed(self.documents))
        return next((str(parts["recipient"]) for parts in named if parts), "")

    @property
    def desks(self) -> frozenset[str]:
        """The codes of the desks that she sealed to: more than one where a report moved."""
        return frozenset(str(document["desk"]) for document in self.documents)

    def recipients(self, kind: str) -> frozenset[str]:
        """The public keys of every compartment of a kind that she ever made: one more each time a report moved."""
        named = (document["compartments"].get(kind) for document in self.documents)
        return frozenset(str(parts["recipient"]) for parts in named if parts)

    def hashes(self, recipient: str) -> tuple[str, ...]:
        """SHA-256 of everything that she sealed to this compartment, in order."""
        return tuple(
            str(one)
            for document in self.documents
            for parts in document["compartments"].values()
            if parts["recipient"] == recipient
            for one in parts["sealed"]
        )

    def check(self, recipient: str, sealed: bytes) -> None:
        """Raise Forged unless she sealed exactly these bytes to this compartment."""
        if sha256(sealed).hexdigest() not in self.hashes(recipient):
            raise Forged("not_hers")

    def check_whole(self, recipient: str, texts: Iterable[bytes]) -> None:
        """Raise Forged unless everything that she sealed there is among these, in her order."""
        hers = self.hashes(recipient)
        shown = [one for sealed in texts if (one := sha256(sealed).hexdigest()) in hers]
        if shown != list(hers):
            raise Forged("part_missing")


def her_words(signing: bytes, statements: Sequence[Statement]) -> HerWords:
    """Her statements in order, each verified. Raises Forged: not signed by this receipt, or one is missing."""
    try:
        documents = [read_statement(signing, Kind.WORDS, statement) for statement in statements]
    except NotSigned:
        raise Forged("not_hers") from None
    if not documents or [document.get("n") for document in documents] != list(range(1, len(documents) + 1)):
        raise Forged("words_missing")
    return HerWords(tuple(documents))


def receipt_change(*, recipient: str, signing: bytes) -> dict[str, Any]:
    """What the old code signs (statement kind RECEIPT) when a new one takes its place."""
    return {"recipient": recipient, "signing": base64url(signing), "v": 1}


def follow_receipts(first: bytes, changes: Iterable[Statement]) -> bytes:
    """The verifying key of the receipt in force, from the one that the first leaf commits. Raises NotSigned."""
    signing = first
    for change in changes:
        following = read_statement(signing, Kind.RECEIPT, change).get("signing")
        if not isinstance(following, str):
            raise NotSigned
        signing = from_base64url(following)
    return signing


# --- the steps of a report


def step_of(opening: Statement) -> bytes:
    """What is sealed of a leaf: the opening, and the log's signature over it (statement kind OPENING)."""
    document, signature = opening
    return spelled({"opening": document.decode(), "signature": base64url(signature), "v": 1})


class Step(NamedTuple):
    """What a leaf of a report says: the opening as text, and the event in it."""

    opening: str
    event: Mapping[str, Any]


def read_step(step: bytes, *, log: bytes, record: str) -> Step:
    """Raise Forged unless the log, whose verifying key is `log`, made this leaf about this report.

    Anybody can seal to a public key. Whoever can write rows and has not the log's key can only show steps that
    happened, each under its own number.
    """
    try:
        match json.loads(step):
            case {"opening": str(opening), "signature": str(signature), "v": 1}:
                signed = Statement(opening.encode(), from_base64url(signature))
                event = json.loads(read_statement(log, Kind.OPENING, signed)["event"])
                if event["record"] == record:
                    return Step(opening, event)
    except (ValueError, LookupError, TypeError, NotSigned):
        pass
    raise Forged("not_the_log")


def check_steps(
    events: Sequence[Mapping[str, Any]], *, stage: str, words: HerWords, messages: Iterable[bytes]
) -> None:
    """Raise Forged unless the openings of a report's leaves, in order, say what the page says.

    They are numbered without a gap; the last stage that they name is the page's; what she told and each message
    that they name is there, byte for byte, and no other; and the messages stand in the order in which they came.
    """
    if not events or [event.get("n") for event in events] != list(range(1, len(events) + 1)):
        raise Forged("step_missing")
    stages = [str(event["stage"]) for event in events if event["kind"] == "stage_changed"]
    if (stages or ["received"])[-1] != stage:
        raise Forged("another_stage")
    signed = {spelled(document) for document in words.documents if document["kind"] != "message"}
    if {event["words"] for event in events if "words" in event} != {
        sha256(one).hexdigest() for one in signed
    }:
        raise Forged("words_missing")
    logged = [str(event["sealed"]) for event in events if event["kind"] == "message_posted"]
    if logged != [sha256(sealed).hexdigest() for sealed in messages]:
        raise Forged("message_missing")


TOLD = ("narrative", "contact")
"""Kinds of compartments whose words go by a step of their own: answered, deleted, or their time was over."""


def check_kept(events: Sequence[Mapping[str, Any]], *, words: HerWords, kept: Collection[str]) -> None:
    """Raise Forged when something that she told since words were last deleted by a step (or ever) is not among
    `kept`, SHA-256 in hex of what there is."""
    deleted = max((n for n, event in enumerate(events, 1) if event["kind"] == "data_deleted"), default=0)
    since = {event["words"] for event in events[deleted:] if "words" in event}
    compartments = [
        one["compartments"] for one in words.documents if sha256(spelled(one)).hexdigest() in since
    ]
    named = {one for parts in compartments for kind in TOLD if kind in parts for one in parts[kind]["sealed"]}
    if not named <= set(kept):
        raise Forged("part_missing")


# --- a desk's reply


def make_reply(
    desk_key: Identity, *, desk: str, thread: str, key: str, kind: str, by: int, day: str, words: str
) -> dict[str, Any]:
    """The document that is sealed to the thread: the reply as text, signed with the desk's key. Raises BadKey.

    Thread, message key, day and function number are signed with the words: a true reply that is put into another
    thread, or shown under another number, does not fit.
    """
    seed = desk_signing_seed(desk_key)
    reply = {
        "by": by,
        "day": day,
        "desk": desk,
        "key": key,
        "kind": kind,
        "signing": base64url(signing_public(seed)),
        "thread": thread,
        "v": 1,
        "words": words,
    }
    signed = make_statement(seed, Kind.REPLY, reply)
    return {"v": 1, "reply": signed.document.decode(), "signature": base64url(signed.signature)}


class Said(NamedTuple):
    """What the page says of a reply besides its words. It was signed on one of `days`; none: no day is shown."""

    thread: str
    key: str
    kind: str
    by: int
    days: tuple[str, ...]


def read_reply(document: Mapping[str, Any], *, desk_keys: Iterable[bytes], shown: Said) -> str:
    """The words of a reply. Raises Forged: no desk of hers signed it, or it said something else of itself."""
    try:
        statement = Statement(str(document["reply"]).encode(), from_base64url(str(document["signature"])))
    except (KeyError, NotSigned):
        raise Forged("not_the_desk") from None
    for public in desk_keys:
        try:
            reply = read_statement(public, Kind.REPLY, statement)
        except NotSigned:
            continue
        signed = [reply.get(name) for name in ("thread", "key", "kind", "by")]
        if (
            signed != [*shown[:4]]
            or (shown.days and reply.get("day") not in shown.days)
            or "words" not in reply
        ):
            raise Forged("another_place")
        return str(reply["words"])
    raise Forged("not_the_desk")


# --- the keys of a desk, one after another


class KeyOfDesk(NamedTuple):
    """The public halves of a desk's key: what is sealed to, and what verifies its replies. `number` counts from 1."""

    desk: str
    number: int
    recipient: str
    signing: bytes

    @property
    def document(self) -> dict[str, Any]:
        """What the key before it signs."""
        return {
            "desk": self.desk,
            "number": self.number,
            "recipient": self.recipient,
            "signing": base64url(self.signing),
            "v": 1,
        }


def desk_key_of(identity: Identity, *, desk: str, number: int) -> KeyOfDesk:
    """The public halves of a desk's identity. Raises BadKey."""
    return KeyOfDesk(desk, number, recipient_of(identity), signing_public(desk_signing_seed(identity)))


def succeed(before: Identity, after: KeyOfDesk) -> Statement:
    """The old key's word for the new one. Raises BadKey."""
    return make_statement(desk_signing_seed(before), Kind.DESK_KEY, after.document)


def read_desk_key(document: Mapping[str, Any]) -> KeyOfDesk:
    """Raises NotSigned for a document that we would have written otherwise, member for member."""
    try:
        key = KeyOfDesk(
            str(document["desk"]),
            int(document["number"]),
            str(document["recipient"]),
            from_base64url(str(document["signing"])),
        )
    except (KeyError, TypeError, ValueError):
        raise NotSigned from None
    # Spelled, for Python takes 1 and True for one.
    if spelled(key.document) != spelled(document):
        raise NotSigned
    return key


def follow_keys(first: KeyOfDesk, later: Iterable[Statement]) -> list[KeyOfDesk]:
    """Every key of a desk from `first` on, each signed by the one before. Raises NotSigned."""
    keys = [first]
    for statement in later:
        key = read_desk_key(read_statement(keys[-1].signing, Kind.DESK_KEY, statement))
        if (key.desk, key.number) != (first.desk, keys[-1].number + 1):
            raise NotSigned
        keys.append(key)
    return keys


def successors(pinned: Iterable[bytes], later: Iterable[Statement]) -> frozenset[bytes]:
    """The pinned verifying keys and every one that such a key signed, whatever the order in which they come."""
    trusted, waiting = set(pinned), list(later)
    while True:
        fresh = {key for statement in waiting for key in _signed_by(trusted, statement)} - trusted
        if not fresh:
            return frozenset(trusted)
        trusted |= fresh


def _signed_by(trusted: Iterable[bytes], statement: Statement) -> list[bytes]:
    for public in trusted:
        try:
            return [read_desk_key(read_statement(public, Kind.DESK_KEY, statement)).signing]
        except NotSigned:
            continue
    return []


# --- who holds a desk's key


def vouch(desk_key: Identity, *, desk: str, recipient: str) -> Statement:
    """The desk's word that this public key is a member's: given by an unlocked colleague who compared the
    fingerprint. Raises BadKey."""
    member = _member(desk, recipient_of(desk_key), recipient)
    return make_statement(desk_signing_seed(desk_key), Kind.MEMBER, member)


def is_vouched(desk: KeyOfDesk, recipient: str, statement: Statement) -> bool:
    """Whether the desk's key vouches for this member's key."""
    try:
        member = read_statement(desk.signing, Kind.MEMBER, statement)
    except NotSigned:
        return False
    return spelled(member) == spelled(_member(desk.desk, desk.recipient, recipient))


def _member(desk: str, of: str, recipient: str) -> dict[str, Any]:
    return {"desk": desk, "of": of, "recipient": recipient, "v": 1}
