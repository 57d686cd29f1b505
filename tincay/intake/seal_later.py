"""Sealing in this process what she tells later without a script (docs/formats/words.md; client/src/addition.ts)."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tincay.core.authorship import SealedParts, from_base64url, words_document
from tincay.core.sealing import (
    Identity,
    Recipient,
    Sealed,
    Stretched,
    new_key,
    pad,
    recipient_of,
    seal,
    unwrap,
    wrap,
)
from tincay.core.statements import Kind, Statement, make_statement
from tincay.intake.seal_on_server import ReportContent, dumps, signed
from tincay.people.models import Desk
from tincay.reports.envelope import (
    AddedIn,
    AdditionIn,
    CompartmentIn,
    CompartmentsIn,
    MovedIn,
    WrapBefore,
    WrapIn,
)
from tincay.web.strict_json import Signed


class OwnCompartment(NamedTuple):
    """A compartment of hers that there is: its kind, its public key, and the wrap that her receipt opens."""

    kind: str
    of: Recipient
    sealed: Sealed


def seal_addition(
    *,
    content: ReportContent,
    priority: str,
    receipt: Stretched,
    key: str,
    before: Statement,
    number: int,
    current: Mapping[str, Recipient],
    new_desk: tuple[Desk, Desk, Sequence[OwnCompartment]] | None,
) -> AdditionIn:
    """What she tells later, sealed and signed as her browser does; `before` is what she signed last.

    To the compartments in use (`current`); or, with `new_desk`, to new ones
    of a desk and its case desk, which get a wrap of everything that there was.
    """
    narrative = {"v": 1, "answers": dict(content.answers), "words": content.words}
    contact = {"v": 1, "answers": dict(content.contact_answers), "fields": dict(content.fields)}
    sealed: AddedIn | MovedIn
    if new_desk is None:
        last = json.loads(before.document)
        parts = {
            kind: SealedParts(current[kind], [_sealed(document, current[kind])])
            for kind, document in (("narrative", narrative), ("contact", contact))
        }
        sealed = AddedIn.model_construct(
            narrative=list(parts["narrative"].sealed), contact=list(parts["contact"].sealed)
        )
        desk, signing = str(last["desk"]), from_base64url(last["desk_signing"])
    else:
        to, case, there = new_desk
        sealed = _moved(narrative, contact, receipt, to, case, there)
        parts = {kind: given.parts for kind, given in sealed.compartments}
        desk, signing = to.code, bytes(to.signing)
    document = words_document(
        n=number,
        kind="words",
        key=key,
        desk=desk,
        desk_signing=signing,
        compartments=parts,
        codes={"priority": priority},
    )
    words: Signed = signed(make_statement(receipt.signing_seed, Kind.WORDS, document))
    return AdditionIn.model_construct(v=1, key=key, priority=priority, sealed=sealed, words=words)


def _moved(
    narrative: Mapping[str, object],
    contact: Mapping[str, object],
    receipt: Stretched,
    to: Desk,
    case: Desk,
    there: Sequence[OwnCompartment],
) -> MovedIn:
    to_receipt = recipient_of(receipt.identity)

    def closed(document: Mapping[str, object] | None, reader: Desk) -> CompartmentIn:
        identity, recipient = new_key()
        sealed = [] if document is None else [_sealed(document, recipient)]
        wraps = [_wrap(identity, one) for one in (Recipient(reader.recipient), to_receipt)]
        return CompartmentIn.model_construct(recipient=recipient, sealed=sealed, wraps=wraps)

    def again(one: OwnCompartment) -> WrapBefore:
        reader = Recipient((case if one.kind == "identity" else to).recipient)
        opened = unwrap(one.sealed, receipt.identity, of=one.of)
        return WrapBefore.model_construct(of=one.of, to=reader, sealed=bytes(wrap(opened, reader)))

    compartments = CompartmentsIn.model_construct(
        narrative=closed(narrative, to),
        contact=closed(contact, to),
        identity=closed(None, case),
        thread=closed(None, to),
    )
    return MovedIn.model_construct(
        desk=to.code, compartments=compartments, before=[again(one) for one in there]
    )


def _wrap(identity: Identity, to: Recipient) -> WrapIn:
    return WrapIn.model_construct(to=to, sealed=bytes(wrap(identity, to)))


def _sealed(document: Mapping[str, object], to: Recipient) -> bytes:
    return bytes(seal(pad(dumps(document)), to))
