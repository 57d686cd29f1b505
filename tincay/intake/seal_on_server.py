"""Sealing in this process: for pages without JavaScript and for calls. The words are in memory only while it runs.

It makes the same envelope that a browser makes (docs/formats/seal.md), so that one door receives all.
"""

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tincay.core.authorship import SealedParts, from_base64url, words_document
from tincay.core.consent import Grant, grant_document
from tincay.core.sealing import (
    Identity,
    Recipient,
    Stretched,
    new_key,
    pad,
    recipient_of,
    seal,
    signing_public,
    wrap,
)
from tincay.core.statements import Kind, Statement, make_statement
from tincay.people.models import Desk
from tincay.reports.envelope import (
    LONGEST_PART,
    LONGEST_STORY,
    CompartmentIn,
    CompartmentsIn,
    Envelope,
    ReceiptIn,
    WrapIn,
)
from tincay.web.strict_json import Signed


class ReportContent(NamedTuple):
    """What a person said, before it is sealed. `answers` are codes by field; how she may be reached stands apart:
    codes in `contact_answers`, name, way and hours in `fields`."""

    answers: Mapping[str, list[str]]
    words: str
    contact_answers: Mapping[str, list[str]]
    fields: Mapping[str, str]


def as_counted(words: str) -> str:
    """Words as people see them: a letter and its marks are one, a line end is one, what cannot be seen is gone."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return unicodedata.normalize("NFC", lines).strip()


def too_long(words: str, most: int = LONGEST_STORY) -> int:
    """How many letters are too many to be sealed in `most` bytes (a message: LONGEST_PART); 0 where all fit."""
    counted = as_counted(words)
    return len(counted) - _fitting(counted, most)


def _fitting(words: str, most: int) -> int:
    """So many letters from the beginning fit into so many bytes of a document."""
    lengths = range(1, min(len(words), most) + 1)
    return bisect_right(lengths, most, key=lambda length: len(dumps(words[:length])) - 2)


def _pieces(words: str) -> list[str]:
    """Her words in pieces that fit into one sealed part each; put together they are the words again."""
    pieces = [words[: _fitting(words, LONGEST_PART)]]
    while left := words[sum(map(len, pieces)) :]:
        pieces.append(left[: _fitting(left, LONGEST_PART)])
    return pieces


def with_number(words: str, identifier: str) -> str:
    """The number that she gave stands under her words: both are sealed together."""
    return f"{words}\n\n{identifier}".strip() if identifier else words


def seal_report(
    *,
    content: ReportContent,
    receipt: Stretched,
    key: str,
    desk: Desk,
    case: Desk,
    kind_group: str,
    priority: str,
    retention_class: str,
    grants: Iterable[Grant] = (),
    text_version: str = "",
) -> Envelope:
    """The envelope of a report, to `desk` and, for the identity, to `case`."""
    to_receipt = recipient_of(receipt.identity)
    first, *more = _pieces(content.words)
    narrative = [{"v": 1, "answers": dict(content.answers), "words": first}]
    narrative += [{"v": 1, "words": piece} for piece in more]
    contact = {"v": 1, "answers": dict(content.contact_answers), "fields": dict(content.fields)}
    unsigned = Envelope(
        v=1,
        key=key,
        desk=desk.code,
        priority=priority,  # type: ignore[arg-type]  # checked by the model
        kind_group=kind_group,  # type: ignore[arg-type]
        retention_class=retention_class,
        receipt=ReceiptIn.model_construct(
            locator=receipt.locator, recipient=to_receipt, signing=signing_public(receipt.signing_seed)
        ),
        compartments=CompartmentsIn(
            narrative=_compartment(narrative, Recipient(desk.recipient), to_receipt),
            contact=_compartment([contact], Recipient(desk.recipient), to_receipt),
            identity=_compartment([], Recipient(case.recipient), to_receipt),
            thread=_compartment([], Recipient(desk.recipient), to_receipt),
        ),
        words=Signed.model_construct(document="", signature=b""),
        grants=[signed_grant(grant, receipt, text_version) for grant in grants],
        proof_of_work=None,
    )
    words = make_statement(receipt.signing_seed, Kind.WORDS, unsigned.words_document(bytes(desk.signing)))
    return unsigned.model_copy(update={"words": signed(words)})


def _compartment(
    documents: Sequence[Mapping[str, object]], to_desk: Recipient, to_receipt: Recipient
) -> CompartmentIn:
    identity, recipient = new_key()
    sealed = [bytes(seal(pad(dumps(document)), recipient)) for document in documents]
    return CompartmentIn.model_construct(
        recipient=recipient, sealed=sealed, wraps=[_wrap(identity, to_desk), _wrap(identity, to_receipt)]
    )


def _wrap(identity: Identity, to: Recipient) -> WrapIn:
    return WrapIn.model_construct(to=to, sealed=bytes(wrap(identity, to)))


def signed(statement: Statement) -> Signed:
    """A statement as an envelope carries it."""
    return Signed.model_construct(document=statement.document.decode(), signature=statement.signature)


def signed_grant(grant: Grant, receipt: Stretched, text_version: str) -> Signed:
    """A word about consent, signed with the receipt."""
    document = grant_document(grant, text_version=text_version)
    return signed(make_statement(receipt.signing_seed, Kind.GRANT, document))


class HerMessage(NamedTuple):
    """A message of hers as it is kept: sealed to the thread, and signed."""

    sealed: bytes
    words: Statement


def seal_message(
    words: str, *, thread: Recipient, receipt: Stretched, key: str, before: Statement, number: int
) -> HerMessage:
    """Seal a message of hers and sign it as her browser does; `before` is what she signed last."""
    sealed = bytes(seal(pad(dumps({"v": 1, "words": words})), thread))
    last = json.loads(before.document)
    document = words_document(
        n=number,
        kind="message",
        key=key,
        desk=last["desk"],
        desk_signing=from_base64url(last["desk_signing"]),
        compartments={"thread": SealedParts(thread, [sealed])},
        codes={},
    )
    return HerMessage(sealed, make_statement(receipt.signing_seed, Kind.WORDS, document))


def dumps(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
