"""What the small server's pages carry that is signed: where reports go, what she sent, what a desk answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.browser.small_server import b64, b64url, script_json
from tests.cast.ground import new_message_key, plain_json
from tests.cast.network import INSTALL_SEED
from tincay.core import sealing
from tincay.core.authorship import (
    KeyOfDesk,
    SealedParts,
    desk_key_of,
    make_reply,
    step_of,
    succeed,
    words_document,
)
from tincay.core.routing import RoutedDesk, Routing
from tincay.core.sealing import Identity, Recipient, Stretched
from tincay.core.statements import Kind, Statement, make_statement
from tincay.web.strict_json import signed_json

DAY = "2026-06-30"
LOG_SEED, RECORD = bytes(range(64, 96)), "00000000000000000000000000000006"


@dataclass(frozen=True)
class SmallDesk:
    """A desk with its present key; `before` is the key that this one replaced."""

    code: str
    identity: Identity
    number: int = 1
    before: "SmallDesk | None" = None

    @property
    def key(self) -> KeyOfDesk:
        return desk_key_of(self.identity, desk=self.code, number=self.number)

    @property
    def recipient(self) -> Recipient:
        return sealing.recipient_of(self.identity)

    def renewed(self) -> "SmallDesk":
        return SmallDesk(self.code, sealing.new_key()[0], self.number + 1, self)

    @property
    def later(self) -> list[Statement]:
        """Each key's word for the next, from the first one on."""
        return [*self.before.later, succeed(self.before.identity, self.key)] if self.before else []

    @property
    def first(self) -> "SmallDesk":
        return self.before.first if self.before else self


def new_small_desk(code: str) -> SmallDesk:
    return SmallDesk(code, sealing.new_key()[0])


def routed(
    *desks: SmallDesk,
    default: str,
    provinces: Mapping[str, str] | None = None,
    case: str = "",
    seed: bytes = INSTALL_SEED,
    known: bytes = INSTALL_SEED,
) -> dict[str, Any]:
    """What a page says of where reports go: signed with `seed` where phones know the key of `known`."""
    rows = {desk.code: RoutedDesk(desk.first.key, case or desk.code, of_the_state=False) for desk in desks}
    routing = Routing(
        origin="small.example", serial=1, default=default, desks=rows, provinces=provinces or {}
    )
    return {
        "install": b64url(sealing.signing_public(known)),
        "statement": signed_json(*make_statement(seed, Kind.ROUTING, routing.document())),
        "later": {desk.code: [signed_json(*one) for one in desk.later] for desk in desks},
    }


@dataclass
class Told:
    """One report as she sent it: its compartments, and what she signed."""

    receipt: Stretched
    desk: SmallDesk
    keys: dict[str, Identity] = field(
        default_factory=lambda: {kind: sealing.new_key()[0] for kind in ("narrative", "thread")}
    )
    statements: list[Statement] = field(default_factory=list)

    def recipient(self, kind: str) -> Recipient:
        return sealing.recipient_of(self.keys[kind])

    def seal(self, document: object, kind: str) -> bytes:
        return bytes(sealing.seal(sealing.pad(json.dumps(document).encode()), self.recipient(kind)))

    def sign(self, kind: str, sealed: Mapping[str, Sequence[bytes]]) -> None:
        """Her next statement: what was sealed to each compartment."""
        document = words_document(
            n=len(self.statements) + 1,
            kind=kind,
            key=new_message_key(),
            desk=self.desk.code,
            desk_signing=self.desk.key.signing,
            compartments={name: SealedParts(self.recipient(name), parts) for name, parts in sealed.items()},
            codes={},
        )
        self.statements.append(make_statement(self.receipt.signing_seed, Kind.WORDS, document))

    def report(self, *stories: object) -> list[bytes]:
        """She tells: one document for each part of the story."""
        parts = [self.seal(story, "narrative") for story in stories]
        self.sign("report", {"narrative": parts, "thread": []})
        return parts

    def reply(self, words: str, *, by: int = 3, kind: str = "message") -> tuple[bytes, dict[str, Any]]:
        """What the desk answers, sealed to the thread, and what a page has to say of it."""
        key, thread = new_message_key(), self.recipient("thread")
        signed = make_reply(
            self.desk.identity,
            desk=self.desk.code,
            thread=thread,
            key=key,
            kind=kind,
            by=by,
            day=DAY,
            words=words,
        )
        sealed = bytes(sealing.seal(sealing.pad(plain_json(signed)), thread))
        return sealed, {"thread": thread, "key": key, "kind": kind, "by": by, "days": [DAY]}

    @property
    def signing(self) -> str:
        return b64url(sealing.signing_public(self.receipt.signing_seed))

    @property
    def record(self) -> dict[str, Any]:
        """What a page says of who wrote what."""
        return {
            "log": b64url(sealing.signing_public(LOG_SEED)),
            "record": RECORD,
            "signing": self.signing,
            "statements": [signed_json(*one) for one in self.statements],
            "later": [signed_json(*one) for one in self.desk.later],
            "changes": [],
        }

    def desk_record(self, wraps: list[dict[str, str]], thread: list[dict[str, str]]) -> dict[str, Any]:
        """The same for a desk's page: `wraps` lead to the desk's key, `thread` to the thread's."""
        event = json.dumps({"kind": "report_received", "record": RECORD, "signing": self.signing})
        step = step_of(make_statement(LOG_SEED, Kind.OPENING, {"event": event}))
        opening = sealing.seal(step, self.recipient("thread"))
        return {
            **self.record,
            "threads": [thread],
            "first": b64(opening),
            "desk": {"code": self.desk.code, "wraps": wraps, "by": 3, "day": DAY},
        }


def sealed_json(
    sealed: Sequence[bytes], wraps: list[dict[str, str]], said: dict[str, Any] | None = None
) -> str:
    """The script that <sealed-words> reads."""
    value = {"wraps": wraps, "sealed": [b64(one) for one in sealed], "said": said}
    return f'<script type="application/json">{json.dumps(value)}</script>'


def record_json(record: Mapping[str, Any]) -> str:
    return script_json("record", record)
