"""Somebody who reports: a receipt, sealed words, signed consents, and the way back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.cast.ground import (
    NOW,
    SALT,
    TODAY,
    WORDS,
    base64_text,
    code_number,
    new_message_key,
    open_texts,
    plain_json,
    rows,
    stretched_code,
    url64,
)
from tincay.core.consent import Grant, grant_document
from tincay.core.sealing import (
    Recipient,
    Sealed,
    Stretched,
    new_key,
    pad,
    recipient_of,
    seal,
    signing_public,
    unwrap,
    wrap,
)
from tincay.core.statements import Kind, make_statement
from tincay.directory.queries import case_desk, desk_for
from tincay.intake.seal_on_server import HerMessage, seal_message, signed
from tincay.people.models import Desk
from tincay.reports.consents import change_consent
from tincay.reports.envelope import Envelope
from tincay.reports.messages import receive_message
from tincay.reports.models import Message, Report
from tincay.reports.receiving import receive_report
from tincay.reports.signed_words import signed_words
from tincay.vault.models import Wrap
from tincay.vault.queries import recipient
from tincay.web.strict_json import Signed, read, signed_json


@dataclass
class Reporter:
    """Somebody with a phone: makes a receipt, seals, signs, comes back and reads."""

    number: int = 1
    salt: bytes = SALT
    grants: int = 0
    report: Report | None = None

    @property
    def code(self) -> str:
        return code_number(self.number)

    @property
    def keys(self) -> Stretched:
        return stretched_code(self.code, self.salt)

    def next_person(self) -> "Reporter":
        return Reporter(self.number + 1, self.salt)

    def envelope_json(
        self,
        *,
        words: str = WORDS,
        answers: Mapping[str, list[str]] | None = None,
        fields: Mapping[str, str] | None = None,
        contact_answers: Mapping[str, list[str]] | None = None,
        province: str | None = "M01",
        priority: str = "p2",
        kind_group: str = "substantive",
        retention_class: str = "r90",
        grants: Iterable[Signed] = (),
        key: str | None = None,
    ) -> dict[str, Any]:
        """The JSON document that the phone posts."""
        desk = desk_for(province)
        case = case_desk(desk)
        narrative = {"v": 1, "answers": dict(answers or {"need": ["listen_only"]}), "words": words}
        contact = {"v": 1, "answers": dict(contact_answers or {}), "fields": dict(fields or {})}
        unsigned = {
            "v": 1,
            "key": key or new_message_key(),
            "desk": desk.code,
            "priority": priority,
            "kind_group": kind_group,
            "retention_class": retention_class,
            "receipt": {
                "locator": url64(self.keys.locator),
                "recipient": recipient_of(self.keys.identity),
                "signing": url64(signing_public(self.keys.signing_seed)),
            },
            "compartments": {
                "narrative": self._compartment(narrative, desk),
                "contact": self._compartment(contact, desk),
                "identity": self._compartment(None, case),
                "thread": self._compartment(None, desk),
            },
            "words": {"document": "", "signature": url64(bytes(64))},
            "grants": [{"document": grant.document, "signature": url64(grant.signature)} for grant in grants],
            "proof_of_work": None,
        }
        return self.signed(unsigned)

    def signed(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        """The envelope with her signature over what stands in it now."""
        desk = rows(Desk).get(code=envelope["desk"])
        document = read(Envelope, json.dumps(envelope)).words_document(bytes(desk.signing))
        words = make_statement(self.keys.signing_seed, Kind.WORDS, document)
        return {**envelope, "words": signed_json(*words)}

    def _compartment(self, document: Mapping[str, Any] | None, desk: Desk) -> dict[str, Any]:
        identity, public = new_key()
        readers = (Recipient(desk.recipient), recipient_of(self.keys.identity))
        return {
            "recipient": public,
            "sealed": [] if document is None else [base64_text(seal(pad(plain_json(document)), public))],
            "wraps": [{"to": reader, "sealed": base64_text(wrap(identity, reader))} for reader in readers],
        }

    def envelope(self, **told: Any) -> Envelope:
        return read(Envelope, json.dumps(self.envelope_json(**told)))

    def send(self, *, now: datetime = NOW, held: bool = False, **told: Any) -> Report:
        """Send a report and keep it in mind."""
        found = receive_report(envelope=self.envelope(**told), sealed_by="browser", held=held, now=now)
        self.report = found.report
        return found.report

    def grant(
        self,
        scope: str,
        *,
        given: bool = True,
        receiver: str | None = None,
        items: Iterable[str] = (),
        day: date = TODAY,
        until: date | None = None,
        number: int | None = None,
    ) -> Signed:
        """A word about consent, signed as the phone signs it; each has the next number."""
        self.grants += 1
        said = Grant(scope, receiver, frozenset(items), given, number or self.grants, day, until)
        document = grant_document(said, text_version="2026-06")
        return signed(make_statement(self.keys.signing_seed, Kind.GRANT, document))

    def consent(self, scope: str, *, given: bool = True, now: datetime = NOW, **what: Any) -> None:
        assert self.report
        change_consent(report=self.report, grant=self.grant(scope, given=given, **what), now=now)

    def write(self, words: str, *, now: datetime = NOW) -> Message:
        """Post a message behind the receipt."""
        assert self.report
        key, message = self.sealed_message(words)
        return receive_message(
            report=self.report,
            key=key,
            sealed=message.sealed,
            words=message.words,
            sealed_by="browser",
            now=now,
        )

    def sealed_message(self, words: str) -> tuple[str, HerMessage]:
        """The key of a new message, and the message as her phone seals and signs it."""
        assert self.report
        key, before = new_message_key(), signed_words(self.report)
        message = seal_message(
            words,
            thread=recipient(self.report.id, "thread"),
            receipt=self.keys,
            key=key,
            before=before[-1],
            number=len(before) + 1,
        )
        return key, message

    def message_json(self, words: str) -> dict[str, Any]:
        """The JSON document with which her phone posts a message."""
        key, message = self.sealed_message(words)
        return {
            "v": 1,
            "key": key,
            "sealed": base64_text(message.sealed),
            "words": signed_json(*message.words),
        }

    def open(self, kind: str = "thread", report: Report | None = None) -> list[dict[str, Any]]:
        """What the receipt opens: her own words, and the messages."""
        found = report or self.report
        assert found
        row = rows(Wrap).get(compartment__owner=found.id, compartment__kind=kind, holder_kind="receipt")
        return open_texts(found, kind, unwrap(Sealed(bytes(row.sealed)), self.keys.identity))

    def messages(self) -> list[str]:
        return [document["words"] for document in self.open("thread")]
