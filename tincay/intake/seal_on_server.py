"""Sealing in this process: for pages without JavaScript and for calls. The words are in memory only while it runs.

It makes the same envelope that a browser makes (docs/formats/seal.md), so that one door receives all.
"""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tincay.core.consent import GRANT_LABEL, Grant, grant_document
from tincay.core.sealing import (
    Identity,
    Recipient,
    Stretched,
    new_key,
    pad,
    recipient_of,
    seal,
    sign,
    signing_public,
    wrap,
)
from tincay.people.models import Desk
from tincay.reports.envelope import CompartmentIn, CompartmentsIn, Envelope, GrantIn, ReceiptIn, WrapIn


class ReportContent(NamedTuple):
    """What a person said, before it is sealed. `answers` are codes by field, `fields` name, contact, hours."""

    answers: Mapping[str, list[str]]
    words: str
    identity_answers: Mapping[str, list[str]]
    fields: Mapping[str, str]


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
    narrative = {"v": 1, "answers": dict(content.answers), "words": content.words}
    identity = {"v": 1, "answers": dict(content.identity_answers), "fields": dict(content.fields)}
    return Envelope(
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
            identity=_compartment(identity, Recipient(case.recipient), to_receipt),
            thread=_compartment(None, Recipient(desk.recipient), to_receipt),
        ),
        grants=[signed_grant(grant, receipt, text_version) for grant in grants],
        proof_of_work=None,
    )


def _compartment(
    document: Mapping[str, object] | None, to_desk: Recipient, to_receipt: Recipient
) -> CompartmentIn:
    identity, recipient = new_key()
    sealed = None if document is None else seal(pad(dumps(document)), recipient)
    return CompartmentIn.model_construct(
        recipient=recipient, sealed=sealed, wraps=[_wrap(identity, to_desk), _wrap(identity, to_receipt)]
    )


def _wrap(identity: Identity, to: Recipient) -> WrapIn:
    return WrapIn.model_construct(to=to, sealed=bytes(wrap(identity, to)))


def signed_grant(grant: Grant, receipt: Stretched, text_version: str) -> GrantIn:
    """A word about consent, signed with the receipt."""
    document = grant_document(grant, text_version=text_version)
    return GrantIn.model_construct(
        document=document.decode(), signature=sign(receipt.signing_seed, GRANT_LABEL + document)
    )


def seal_message(words: str, thread: Recipient) -> bytes:
    """A message of the thread, sealed to the record's thread key."""
    return seal(pad(dumps({"v": 1, "words": words})), thread)


def dumps(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
