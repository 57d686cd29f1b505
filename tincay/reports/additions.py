"""What she tells later: new sealed words, signed, and for another desk when all answers together ask for one."""

from datetime import datetime
from hashlib import sha256

from tincay.core.authorship import SealedParts, from_base64url, words_document
from tincay.core.clock import PAUSE_REASONS, URGENT
from tincay.core.priority import PRIORITIES
from tincay.core.statements import NotSigned
from tincay.directory.queries import desk_and_case
from tincay.people.actions import call_on_duty
from tincay.people.models import Desk
from tincay.reports.application import lock_open, log_event, save_clocks, save_columns
from tincay.reports.clocks import ReportClocks
from tincay.reports.deadlines import go_on
from tincay.reports.envelope import AdditionIn, MovedIn
from tincay.reports.models import Report, SignedWords
from tincay.reports.receiving import StaleDesk, compartments_for
from tincay.reports.signed_words import keep_statement, kept_with, next_words
from tincay.vault import actions as vault
from tincay.vault.queries import compartment_keys, recipient
from tincay.web.transactions import one_transaction


@one_transaction
def receive_addition(*, report: Report, addition: AdditionIn, sealed_by: str, now: datetime) -> SignedWords:
    """Keep what she tells later: one leaf, one call. Sent twice it is the same.

    Where it moves the report, the desk that had it loses its wraps here and now. A higher priority counts from now; a
    lower one is not taken. Raises BadEnvelope, NotSigned, StaleNumber, StaleDesk, WrongStage when it is closed.
    """
    lock_open(report)
    if same := kept_with(report, addition.key):
        return same
    row = (
        _move(report, addition, addition.moved, sealed_by)
        if addition.moved
        else _add(report, addition, sealed_by)
    )
    log_event(
        report,
        "transferred" if addition.moved else "words_added",
        now,
        words=sha256(addition.words.document.encode()).hexdigest(),
    )
    clocks = ReportClocks(report)
    if addition.priority and PRIORITIES.index(addition.priority) < PRIORITIES.index(report.priority):
        report.priority = addition.priority
        clocks.start("received", now)
        if report.priority in URGENT:
            go_on(report, clocks, PAUSE_REASONS, now)
    clocks.start_anew(["she_wrote"], now)
    save_clocks(report, clocks, "priority", "paused")
    call_on_duty(desk=report.desk, now=now)
    return row


def _codes(addition: AdditionIn) -> dict[str, str]:
    return {"priority": addition.priority} if addition.priority else {}


def _add(report: Report, addition: AdditionIn, sealed_by: str) -> SignedWords:
    """Words for the desk that has the report."""
    number, before = next_words(report, addition.words.statement)
    expected = words_document(
        n=number,
        kind="words",
        key=addition.key,
        desk=before["desk"],
        desk_signing=from_base64url(before["desk_signing"]),
        compartments={"narrative": SealedParts(recipient(report.id, "narrative"), addition.sealed)},
        codes=_codes(addition),
    )
    row = keep_statement(report, number, addition.words.statement, expected)
    for sealed in addition.sealed:
        vault.add_text(owner=report.id, kind="narrative", sealed=sealed, sealed_by=sealed_by)
    return row


def _move(report: Report, addition: AdditionIn, moved: MovedIn, sealed_by: str) -> SignedWords:
    """Words for another desk: it gets compartments of its own and what was said before; the other one has nothing
    any more."""
    asked = desk_and_case(moved.desk)
    if asked is None or addition.sealed:
        raise StaleDesk
    desk, case = asked
    number, _ = next_words(report, addition.words.statement)
    expected = words_document(
        n=number,
        kind="words",
        key=addition.key,
        desk=desk.code,
        desk_signing=bytes(desk.signing),
        compartments={name: given.parts for name, given in moved.compartments},
        codes=_codes(addition),
    )
    row = keep_statement(report, number, addition.words.statement, expected)
    before = _wraps_of_before(report, moved, desk, case)
    report.desk, report.thread = desk, moved.compartments.thread.recipient
    fresh = compartments_for(moved.compartments, report, case)
    vault.give_to_desks(owner=report.id, before=before, compartments=fresh, sealed_by=sealed_by)
    save_columns(report, "desk", "thread")
    return row


def _wraps_of_before(report: Report, moved: MovedIn, desk: Desk, case: Desk) -> dict[str, vault.SealedWrap]:
    """A wrap of each compartment that there was, for whom it belongs to now. Raises NotSigned when one is missing."""
    readers = {of: case if kind == "identity" else desk for of, kind in compartment_keys(report.id).items()}
    given = {str(wrap.of): wrap for wrap in moved.before}
    if given.keys() != readers.keys():
        raise NotSigned
    for of, reader in readers.items():
        if given[of].to != reader.recipient:
            raise StaleDesk
    return {of: vault.SealedWrap(given[of].to, given[of].sealed, reader) for of, reader in readers.items()}
