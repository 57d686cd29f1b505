"""A code can be changed: when somebody else saw it, heard it, or made it. The old one then opens nothing."""

from datetime import datetime

from django.db import IntegrityError

from tincay.core.authorship import Forged, base64url, her_words, receipt_change
from tincay.core.statements import Kind, NotSigned, read_statement, spelled
from tincay.reports.application import lock_and_refresh, log_event, save_columns
from tincay.reports.envelope import NewCode
from tincay.reports.models import ReceiptChange, Report, SignedWords
from tincay.reports.signed_words import signed_words
from tincay.vault import actions as vault
from tincay.web.strict_json import Malformed
from tincay.web.transactions import one_transaction


@one_transaction
def change_code(*, report: Report, new: NewCode, now: datetime) -> None:
    """Let a new code take the old one's place, all of it or nothing.

    The old code's key signs the new one's; the new one signs again everything that the old one had signed. Each wrap
    and each opening of hers has to be there. Raises BadEnvelope, NotSigned, Malformed (a code that is taken).
    """
    lock_and_refresh(report)
    if report.signing == new.receipt.signing:
        return  # the answer was lost on the way: it is done
    _check(report, new)
    vault.give_to_receipt(
        owner=report.id,
        receipt=new.receipt.recipient,
        wraps={wrap.of: wrap.sealed for wrap in new.wraps},
        openings={opening.number: opening.sealed for opening in new.openings},
    )
    number = report.receipt_changes.count() + 1
    document, signature = new.change.statement
    ReceiptChange.objects.create(report=report, number=number, document=document, signature=signature)
    SignedWords.objects.within(report=report).delete()
    _keep_words(report, new)
    report.locator, report.receipt, report.signing = (
        new.receipt.locator,
        new.receipt.recipient,
        new.receipt.signing,
    )
    _save(report)
    log_event(report, "receipt_changed", now, signing=base64url(new.receipt.signing))


def _check(report: Report, new: NewCode) -> None:
    """Raise NotSigned unless both codes stand behind it."""
    old = bytes(report.signing)
    expected = receipt_change(recipient=new.receipt.recipient, signing=new.receipt.signing)
    if new.change.document != spelled(expected).decode():
        raise NotSigned
    read_statement(old, Kind.RECEIPT, new.change.statement)
    try:
        hers = her_words(old, signed_words(report))
    except Forged:
        raise NotSigned from None
    read_statement(new.receipt.signing, Kind.WORDS, new.words.statement)
    if new.words.document != spelled(hers.carried(key=new.key)).decode():
        raise NotSigned


def _keep_words(report: Report, new: NewCode) -> None:
    document, signature = new.words.statement
    SignedWords.objects.create(report=report, number=1, key=new.key, document=document, signature=signature)


def _save(report: Report) -> None:
    try:
        save_columns(report, "locator", "receipt", "signing")
    except IntegrityError:
        raise Malformed from None
