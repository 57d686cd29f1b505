"""A code can be changed: when somebody else saw it, heard it, or made it. The old one then opens nothing."""

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError

from tincay.core.authorship import base64url, receipt_change
from tincay.core.statements import Kind, NotSigned, read_statement, spelled
from tincay.reports.application import lock_and_refresh, log_event, save_columns
from tincay.reports.ending import rewrite_closed
from tincay.reports.envelope import NewCode
from tincay.reports.grants import fill, mark_of, verified
from tincay.reports.models import ReceiptChange, Report, SignedWords
from tincay.reports.signed_words import StaleNumber
from tincay.vault import actions as vault
from tincay.web.strict_json import Malformed
from tincay.web.transactions import one_transaction


@one_transaction
def change_code(*, report: Report, new: NewCode, now: datetime) -> None:
    """Let a new code take the old one's place, all of it or nothing. Sent twice it is one change.

    The old code's key signs the new one's, and the new one signs again, word for word, everything that the old one
    had signed. Raises StaleNumber unless all is there that there is now: every statement, wrap and opening of hers;
    BadEnvelope, NotSigned, Malformed (a code that is taken).
    """
    lock_and_refresh(report)
    if report.signing == new.receipt.signing:
        return  # the answer was lost on the way: it is done
    _check_change(report, new)
    rows = list(_signed_again(report, new))
    try:
        vault.give_to_receipt(
            owner=report.id,
            receipt=new.receipt.recipient,
            wraps={wrap.of: wrap.sealed for wrap in new.wraps},
            openings={opening.number: opening.sealed for opening in new.openings},
        )
    except vault.NotAll:
        raise StaleNumber from None
    document, signature = new.change.statement
    number = report.receipt_changes.count() + 1
    _mark_consents(report)
    ReceiptChange.objects.create(report=report, number=number, document=document, signature=signature)
    SignedWords.objects.within(report=report).bulk_update(rows, ["signature"])
    report.locator, report.receipt, report.signing = (
        new.receipt.locator,
        new.receipt.recipient,
        new.receipt.signing,
    )
    _save(report)
    log_event(report, "receipt_changed", now, signing=base64url(new.receipt.signing))
    if report.closed:
        rewrite_closed(now=now, also=report)


def _mark_consents(report: Report) -> None:
    """Words about consent keep the signature of the old code, whose key no row names from now on."""
    for row in report.grants.filter(mark=b""):
        if word := verified(report, row):
            fill(row, word)
            row.mark = mark_of(row)
            row.save()


def _check_change(report: Report, new: NewCode) -> None:
    """Raise NotSigned unless the old code says: this one follows me."""
    read_statement(bytes(report.signing), Kind.RECEIPT, new.change.statement)
    expected = receipt_change(recipient=new.receipt.recipient, signing=new.receipt.signing)
    if new.change.statement.document != spelled(expected):
        raise NotSigned


def _signed_again(report: Report, new: NewCode) -> Iterator[SignedWords]:
    """Her statements with the new code's signature. Raises StaleNumber when there are others by now, NotSigned when
    one says something else."""
    rows = list(report.signed_words.order_by("number"))
    if len(rows) != len(new.words):
        raise StaleNumber
    for row, again in zip(rows, new.words, strict=True):
        read_statement(new.receipt.signing, Kind.WORDS, again.statement)
        if again.statement.document != bytes(row.document):
            raise NotSigned
        row.signature = again.signature
        yield row


def _save(report: Report) -> None:
    """Raises Malformed for a code that is taken."""
    others = Report.objects.for_the_rules().filter(locator=report.locator).exclude(pk=report.pk)
    if others.exists():
        raise Malformed
    try:  # two codes that become the same one in this moment
        save_columns(report, "locator", "receipt", "signing")
    except IntegrityError:
        raise Malformed from None
