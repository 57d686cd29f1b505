"""Somebody who reports: a receipt, sealed words, signed consents, and the way back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tests.cast.ground import (
    NOW,
    SALT,
    TODAY,
    WORDS,
    again,
    base64_text,
    code_number,
    new_message_key,
    open_texts,
    plain_json,
    rows,
    stretched_code,
    url64,
)
from tincay.core.authorship import SealedParts, from_base64url, words_document
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
from tincay.reports.additions import receive_addition
from tincay.reports.consents import change_consent
from tincay.reports.envelope import AdditionIn, Envelope, MovedIn, NewCode
from tincay.reports.messages import receive_message
from tincay.reports.models import Message, Report
from tincay.reports.new_code import change_code
from tincay.reports.receiving import receive_report
from tincay.reports.signed_words import signed_words
from tincay.vault.queries import recipient, wraps_for_receipt
from tincay.visit.new_code import sealed_again
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
        wraps = wraps_for_receipt(found.id).filter(compartment__kind=kind)
        return [document for row in wraps for document in open_texts(row, self.keys.identity)]

    def new_code(self) -> tuple["Reporter", NewCode]:
        """Herself with another code, and what her phone posts to put it in the place of this one."""
        assert self.report
        fresh = replace(self, number=self.number + 1000)
        return fresh, sealed_again(self.report, old=self.keys, new=fresh.keys)

    def change_code(self, *, now: datetime = NOW) -> "Reporter":
        """Herself with another code, which has taken the old one's place."""
        assert self.report
        fresh, new = self.new_code()
        change_code(report=again(self.report), new=new, now=now)
        fresh.report = again(self.report)
        return fresh

    def addition_json(
        self,
        words: str,
        *,
        to: Desk | None = None,
        case: Desk | None = None,
        priority: str = "p2",
        answers: Mapping[str, list[str]] | None = None,
        fields: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """What her phone posts when she tells more later; `to` is the desk to which it then goes."""
        assert self.report
        narrative = {"v": 1, "answers": dict(answers or {}), "words": words}
        contact = {"v": 1, "answers": {}, "fields": dict(fields or {})}
        sealed: dict[str, Any]
        if to:
            sealed = self._moved(narrative, contact, to, case or case_desk(to))
        else:
            sealed = {
                kind: [base64_text(seal(pad(plain_json(document)), recipient(self.report.id, kind)))]
                for kind, document in (("narrative", narrative), ("contact", contact))
            }
        unsigned = {
            "v": 1,
            "key": key or new_message_key(),
            "priority": priority,
            "sealed": sealed,
            "words": {"document": "", "signature": url64(bytes(64))},
        }
        return self.signed_addition(unsigned)

    def _moved(self, narrative: Any, contact: Any, to: Desk, case: Desk) -> dict[str, Any]:
        assert self.report
        before = []
        for row in wraps_for_receipt(self.report.id):
            of = Recipient(row.compartment.recipient)
            reader = Recipient((case if row.compartment.kind == "identity" else to).recipient)
            again = wrap(unwrap(Sealed(bytes(row.sealed)), self.keys.identity, of=of), reader)
            before.append({"of": of, "to": reader, "sealed": base64_text(again)})
        compartments = {
            "narrative": self._compartment(narrative, to),
            "contact": self._compartment(contact, to),
            "identity": self._compartment(None, case),
            "thread": self._compartment(None, to),
        }
        return {"desk": to.code, "compartments": compartments, "before": before}

    def signed_addition(self, addition: Mapping[str, Any]) -> dict[str, Any]:
        """The addition with her signature over what stands in it now."""
        assert self.report
        said = signed_words(self.report)
        last = json.loads(said[-1].document)
        sealed = read(AdditionIn, json.dumps(addition)).sealed
        if isinstance(sealed, MovedIn):
            desk = rows(Desk).filter(code=sealed.desk).first()
            to, signing = sealed.desk, bytes(desk.signing) if desk else bytes(32)
            parts = {kind: given.parts for kind, given in sealed.compartments}
        else:
            to, signing = last["desk"], from_base64url(last["desk_signing"])
            parts = {kind: SealedParts(recipient(self.report.id, kind), given) for kind, given in sealed}
        document = words_document(
            n=len(said) + 1,
            kind="words",
            key=addition["key"],
            desk=to,
            desk_signing=signing,
            compartments=parts,
            codes={"priority": addition["priority"]},
        )
        words = make_statement(self.keys.signing_seed, Kind.WORDS, document)
        return {**addition, "words": signed_json(*words)}

    def add(self, words: str, *, now: datetime = NOW, **told: Any) -> Report:
        """Tell more later, as her phone posts it."""
        assert self.report
        addition = read(AdditionIn, json.dumps(self.addition_json(words, **told)))
        receive_addition(report=again(self.report), addition=addition, sealed_by="browser", now=now)
        self.report = again(self.report)
        return self.report

    def messages(self) -> list[str]:
        return [document["words"] for document in self.open("thread")]
