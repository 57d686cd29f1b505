"""Her signature over what she sends later: kept beside the words, so that both browsers can check them."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from tincay.core.authorship import (
    HerWords,
    Said,
    SealedParts,
    base64url,
    from_base64url,
    successors,
    words_document,
)
from tincay.core.clock import local_day
from tincay.core.statements import Kind, NotSigned, Statement, read_statement, spelled
from tincay.log.keys import log_signer
from tincay.people.models import DeskKey
from tincay.reports.models import Message, Report, SignedWords
from tincay.vault.queries import recipient
from tincay.web.ids import beside
from tincay.web.strict_json import signed_json


class StaleNumber(Exception):
    """Something else of hers came first: sign again with the next number."""


def signed_words(report: Report) -> list[Statement]:
    """Everything that she signed of this report, in order."""
    rows = report.signed_words.order_by("number").values_list("document", "signature")
    return [Statement(bytes(document), bytes(signature)) for document, signature in rows]


def record_json(report: Report) -> dict[str, Any]:
    """What a browser needs to know who wrote what (client/src/record.ts): whose leaves are about which report, her
    statements, her key, and which keys her desks have had since."""
    statements = signed_words(report)
    return {
        "log": base64url(log_signer().verifier.public),
        "record": report.id.hex,
        "signing": base64url(bytes(report.signing)),
        "statements": [signed_json(*one) for one in statements],
        "later": [signed_json(*one) for one in _later_keys(map(_desk_of, statements))],
        "changes": [
            signed_json(row.document, row.signature) for row in report.receipt_changes.order_by("number")
        ],
    }


def _desk_of(statement: Statement) -> str:
    """The desk that a statement names, which nobody has verified here; "" where it is none."""
    try:
        return str(json.loads(statement.document)["desk"])
    except (ValueError, LookupError, TypeError):
        return ""


def said_of(message: Message) -> Said:
    """What pages say of a desk's reply. Who signed before midnight may have sent after it."""
    posted = local_day(message.posted_at) if message.posted_at else None
    days = (posted.isoformat(), (posted - timedelta(days=1)).isoformat()) if posted else ()
    return Said(message.text.compartment.recipient, message.key, message.kind, message.number or 0, days)


def desk_keys(words: HerWords, thread: str) -> frozenset[bytes]:
    """The verifying keys under which replies in this thread are true: those she sealed to, and what followed them."""
    return successors(words.desk_keys(thread), _later_keys(words.desks))


def _later_keys(desks: Iterable[str]) -> list[Statement]:
    """The words of old keys of these desks for new ones. She may have sealed to more than one desk."""
    rows = DeskKey.objects.filter(desk__code__in=set(desks)).exclude(signature=b"").order_by("desk", "number")
    return [Statement(bytes(row.document), bytes(row.signature)) for row in rows]


def next_words(report: Report, words: Statement) -> tuple[int, dict[str, Any]]:
    """The number that her next statement has to have, and her last one. The caller holds the report.

    Raises NotSigned, and StaleNumber when it has another one.
    """
    last = report.signed_words.order_by("-number").first()
    if last is None:
        raise NotSigned
    document = read_statement(bytes(report.signing), Kind.WORDS, words)
    if document.get("n") != last.number + 1:
        raise StaleNumber
    return last.number + 1, read_statement(bytes(report.signing), Kind.WORDS, last.statement)


def keep_statement(report: Report, number: int, words: Statement, expected: Mapping[str, Any]) -> SignedWords:
    """Keep her signature, which has to be over exactly this. Raises NotSigned."""
    if words.document != spelled(expected):
        raise NotSigned
    row = SignedWords(
        id=beside(report.id),
        report=report,
        number=number,
        key=expected["key"],
        document=words.document,
        signature=words.signature,
    )
    SignedWords.objects.bulk_create([row])
    return row


def kept_with(report: Report, key: str) -> SignedWords | None:
    """What she signed with this idempotency key already."""
    return report.signed_words.filter(key=key).first()


def keep_signed_message(*, report: Report, key: str, sealed: bytes, words: Statement) -> SignedWords:
    """Keep her signature over a message to the thread. The caller holds the report.

    Raises NotSigned, StaleNumber.
    """
    number, before = next_words(report, words)
    expected = words_document(
        n=number,
        kind="message",
        key=key,
        desk=before["desk"],
        desk_signing=from_base64url(before["desk_signing"]),
        compartments={"thread": SealedParts(recipient(report.id, "thread"), [sealed])},
        codes={},
    )
    return keep_statement(report, number, words, expected)
