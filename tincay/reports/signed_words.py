"""Her signature over what she sends later: kept beside the words, so that both browsers can check them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tincay.core.authorship import (
    HerWords,
    Said,
    SealedParts,
    base64url,
    from_base64url,
    her_words,
    successors,
    words_document,
)
from tincay.core.clock import local_day
from tincay.core.statements import Kind, NotSigned, Statement, read_statement, spelled
from tincay.people.models import DeskKey
from tincay.reports.models import Message, Report, SignedWords
from tincay.vault.queries import recipient
from tincay.web.strict_json import signed_json


class StaleNumber(Exception):
    """Something else of hers came first: sign again with the next number."""


def signed_words(report: Report) -> list[Statement]:
    """Everything that she signed of this report, in order."""
    rows = report.signed_words.order_by("number").values_list("document", "signature")
    return [Statement(bytes(document), bytes(signature)) for document, signature in rows]


def record_json(report: Report) -> dict[str, Any]:
    """What a browser needs to know who wrote what (client/src/record.ts): her statements, her key, and which keys
    the desk has had since."""
    later = DeskKey.objects.filter(desk=report.desk_id).exclude(signature=b"").order_by("number")
    return {
        "signing": base64url(bytes(report.signing)),
        "statements": [signed_json(*one) for one in signed_words(report)],
        "later": [signed_json(row.document, row.signature) for row in later],
    }


def said_of(message: Message) -> Said:
    """What pages say of a desk's reply. Who signed before midnight may have sent after it."""
    posted = local_day(message.posted_at) if message.posted_at else None
    days = (posted.isoformat(), (posted - timedelta(days=1)).isoformat()) if posted else ()
    return Said(message.report.thread, message.key, message.kind, message.number or 0, days)


def desk_keys(report: Report, words: HerWords) -> frozenset[bytes]:
    """The verifying keys under which replies to her are true: those she sealed to, and what followed them."""
    later = DeskKey.objects.filter(desk=report.desk_id).exclude(signature=b"").order_by("number")
    return successors(
        words.desk_keys, [Statement(bytes(row.document), bytes(row.signature)) for row in later]
    )


def verified_words(report: Report) -> HerWords:
    """The same, verified. Raises core.authorship.Forged."""
    return her_words(bytes(report.signing), signed_words(report))


def keep_words(
    *, report: Report, key: str, kind: str, sealed: Mapping[str, bytes], words: Statement
) -> SignedWords:
    """Keep her signature over words that go to compartments which the report has. The caller holds the report.

    Raises NotSigned, StaleNumber.
    """
    document = read_statement(bytes(report.signing), Kind.WORDS, words)
    last = report.signed_words.order_by("-number").first()
    number = last.number + 1 if last else 1
    if document.get("n") != number:
        raise StaleNumber
    if last is None:
        raise NotSigned
    before = read_statement(
        bytes(report.signing), Kind.WORDS, Statement(bytes(last.document), bytes(last.signature))
    )
    expected = words_document(
        n=number,
        kind=kind,
        key=key,
        desk=before["desk"],
        desk_signing=from_base64url(before["desk_signing"]),
        compartments={name: SealedParts(recipient(report.id, name), [one]) for name, one in sealed.items()},
        codes={},
    )
    if words.document != spelled(expected):
        raise NotSigned
    return SignedWords.objects.create(
        report=report, number=number, document=words.document, signature=words.signature
    )
