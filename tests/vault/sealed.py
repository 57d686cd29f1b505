"""What a phone seals to a desk, without a report around it: the vault does not know what a report is."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

from tests.cast import Worker, base64_text, give_key, rows, url64
from tincay.core.authorship import desk_key_of, succeed, vouch
from tincay.core.sealing import (
    Identity,
    Recipient,
    Sealed,
    new_key,
    open_sealed,
    recipient_of,
    seal,
    unwrap,
    wrap,
)
from tincay.people.models import Desk
from tincay.vault import rekey
from tincay.vault.actions import NewCompartment, SealedWrap, add_compartments
from tincay.vault.models import Compartment, Wrap
from tincay.vault.queries import Readable, key_in_row, old_key
from tincay.web.strict_json import Strict, read, signed_json

S = TypeVar("S", bound=Strict)
Members = list[dict[str, Any]]
STORY: dict[str, str | None] = {
    "narrative": "Chủ giữ giấy tờ.",
    "contact": "Gọi buổi sáng.",
    "identity": "Tên tôi.",
    "thread": None,
}


@dataclass
class Kept:
    """Whose words they are, what the receipt holds, and the secret half of each compartment."""

    owner: UUID = field(default_factory=uuid4)
    receipt: Identity = field(default_factory=lambda: new_key()[0])
    keys: dict[str, Identity] = field(default_factory=dict)

    def compartment(self, kind: str, desk: Desk, words: str | None) -> NewCompartment:
        """A new compartment, wrapped to the desk and to the receipt."""
        self.keys[kind], public = new_key()
        to_desk, to_receipt = Recipient(desk.recipient), recipient_of(self.receipt)
        wraps = [
            SealedWrap(to_desk, wrap(self.keys[kind], to_desk), desk),
            SealedWrap(to_receipt, wrap(self.keys[kind], to_receipt), None),
        ]
        return NewCompartment(public, wraps, [] if words is None else [seal(words.encode(), public)])


def keep(desk: Desk, words: Mapping[str, str | None] = STORY) -> Kept:
    """One report's words, as the vault keeps them."""
    kept = Kept()
    receive(kept, {kind: kept.compartment(kind, desk, said) for kind, said in words.items()})
    return kept


def receive(kept: Kept, compartments: Mapping[str, NewCompartment], *, sealed_by: str = "browser") -> None:
    first = rows(Compartment).filter(owner=kept.owner).count()
    add_compartments(owner=kept.owner, compartments=compartments, sealed_by=sealed_by, first=first)


def rotate(kept: Kept, desk: Desk, kind: str, words: str) -> None:
    """The compartment takes no more words; its heir begins with these."""
    rows(Compartment).filter(owner=kept.owner, kind=kind).update(current=False)
    receive(kept, {kind: kept.compartment(kind, desk, words)})


def opened(entry: Readable, worker: Worker) -> list[str]:
    """What the own browser makes of it: link by link, each key checked against the public half it came with."""
    key = worker.key
    for sealed, of in entry.links:
        key = unwrap(Sealed(sealed), key, of=Recipient(of))
    return [open_sealed(Sealed(bytes(text.sealed)), key).decode() for text in entry.texts]


# --- a member's browser gives the desk a new key


def step(shape: type[S], **said: object) -> S:
    """One step of the talk, read as the server reads it."""
    return read(shape, json.dumps({"v": 1, **said}))


def member_wraps(members: Members, key: Identity, desk: str) -> list[dict[str, Any]]:
    """The desk's key for each member, with the desk's word that the member's key was compared."""
    return [
        {
            "id": one["id"],
            "sealed": base64_text(wrap(key, Recipient(one["recipient"]))),
            "voucher": signed_json(*vouch(key, desk=desk, recipient=one["recipient"])),
        }
        for one in members
    ]


def new_key_json(stand: Mapping[str, Any], worker: Worker) -> tuple[Identity, dict[str, Any]]:
    """A fresh desk key after the one that `begin` told, for the members that it named, as the browser sends it."""
    key = new_key()[0]
    public = desk_key_of(key, desk=stand["desk"], number=len(stand["keys"]["statements"]) + 1)
    before = stand["old"]
    succession = signed_json(*succeed(unwrap(raw(before["wrap"]), worker.key), public)) if before else None
    return key, {
        "step": "key",
        "recipient": public.recipient,
        "signing": url64(public.signing),
        "succession": succession,
        "wraps": member_wraps(stand["members"], key, stand["desk"]),
    }


def new_key_step(stand: Mapping[str, Any], worker: Worker) -> tuple[Identity, rekey.NewKey]:
    key, said = new_key_json(stand, worker)
    return key, step(rekey.NewKey, **said)


def raw(told: str) -> Sealed:
    """Sealed bytes as a page carries them."""
    return Sealed(base64.b64decode(told))


def renew(desk: Desk, *members: Worker) -> Recipient:
    """A new key for the desk, wrapped to these members, the first of whom holds the old one."""
    number = key_in_row(desk).number + 1
    return recipient_of(give_key(desk, *members, before=members[0].desk_key(desk), number=number))


def rewrapped(desk: Desk, worker: Worker) -> list[tuple[UUID, bytes | None]]:
    """Every wrap that still goes to the desk's older key, wrapped to its new one."""
    row = old_key(desk, worker.user)
    assert row
    old, new = unwrap(Sealed(bytes(row.sealed)), worker.key), Recipient(desk.recipient)
    stale = rows(Wrap).filter(desk=desk, recipient=row.of).order_by("id")
    return [(one.pk, wrap(unwrap(Sealed(bytes(one.sealed)), old), new)) for one in stale]
