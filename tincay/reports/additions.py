"""What she tells later: new sealed words, signed, and for another desk when all answers together ask for one."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from tincay.core.authorship import Forged, SealedParts, from_base64url, her_words, words_document
from tincay.core.clock import PAUSE_REASONS, URGENT, WAITS_FOR_HER
from tincay.core.priority import PRIORITIES
from tincay.core.stages import WrongStage
from tincay.core.statements import NotSigned
from tincay.directory.queries import desk_and_case
from tincay.people.calls import call_on_duty
from tincay.people.models import Desk
from tincay.reports.application import (
    NoRoom,
    check_room,
    lock_and_refresh,
    log_event,
    save_clocks,
    save_columns,
)
from tincay.reports.clocks import ReportClocks
from tincay.reports.deadlines import go_on
from tincay.reports.envelope import MOST_COMPARTMENTS, AddedIn, AdditionIn, CompartmentsIn, MovedIn
from tincay.reports.models import Report, SignedWords
from tincay.reports.receiving import StaleDesk, compartments_for
from tincay.reports.signed_words import keep_statement, kept_with, next_words, signed_words
from tincay.vault import actions as vault
from tincay.vault.queries import compartment_keys, recipient, texts_in
from tincay.web.strict_json import Malformed
from tincay.web.transactions import one_transaction


def receive_addition(*, report: Report, addition: AdditionIn, sealed_by: str, now: datetime) -> SignedWords:
    """Keep what she tells later: one leaf, one call. Sent twice it is the same.

    Where it moves the report, the desk that had it loses its wraps here and now. A higher priority counts from now; a
    lower one is not taken. Raises BadEnvelope, NotSigned, Malformed (a compartment that there is already),
    StaleNumber, StaleDesk, NoRoom, WrongStage when it is closed, RoutingBroken.
    """
    try:
        return _receive(report=report, addition=addition, sealed_by=sealed_by, now=now)
    except vault.CompartmentTaken:
        raise Malformed from None


@one_transaction
def _receive(*, report: Report, addition: AdditionIn, sealed_by: str, now: datetime) -> SignedWords:
    lock_and_refresh(report)
    if same := kept_with(report, addition.key):
        return same
    if report.closed:
        raise WrongStage("out_of_order")
    check_room(report)
    if isinstance(addition.sealed, MovedIn):
        kind, row = "transferred", _move(report, addition, addition.sealed, sealed_by)
    else:
        kind, row = "words_added", _add(report, addition, addition.sealed, sealed_by)
    log_event(report, kind, now, words=sha256(bytes(row.document)).hexdigest())
    clocks = ReportClocks(report)
    if PRIORITIES.index(addition.priority) < PRIORITIES.index(report.priority):
        report.priority = addition.priority
        clocks.start("received", now)
    go_on(report, clocks, PAUSE_REASONS if report.priority in URGENT else WAITS_FOR_HER, now)
    clocks.start_anew(["she_wrote"], now)
    save_clocks(report, clocks, "priority", "paused")
    call_on_duty(desk=report.desk, now=now, urgent=report.in_danger)
    return row


def _add(report: Report, addition: AdditionIn, added: AddedIn, sealed_by: str) -> SignedWords:
    """Words for the desk that has the report, beside those that it has. Raises StaleDesk where these were erased:
    what is left would look as if a part were missing, so that she seals to new compartments."""
    number, before = next_words(report, addition.words.statement)
    parts = {kind: SealedParts(recipient(report.id, kind), sealed) for kind, sealed in added}
    try:
        hers = her_words(bytes(report.signing), signed_words(report))
    except Forged:
        raise NotSigned from None
    if any(
        texts_in(report.id, part.recipient) != len(hers.hashes(part.recipient)) for part in parts.values()
    ):
        raise StaleDesk
    desk, signing = before["desk"], from_base64url(before["desk_signing"])
    row = _keep(report, addition, number, parts, desk=desk, desk_signing=signing)
    for kind, part in parts.items():
        for sealed in part.sealed:
            vault.add_text(owner=report.id, kind=kind, sealed=sealed, sealed_by=sealed_by)
    return row


def _move(report: Report, addition: AdditionIn, moved: MovedIn, sealed_by: str) -> SignedWords:
    """Words for another desk: it gets compartments of its own and what was said before; the other one has nothing
    any more."""
    asked = desk_and_case(moved.desk)
    if asked is None:
        raise StaleDesk
    desk, case = asked
    if len(compartment_keys(report.id)) + len(CompartmentsIn.model_fields) > MOST_COMPARTMENTS:
        raise NoRoom
    number, _ = next_words(report, addition.words.statement)
    parts = {kind: given.parts for kind, given in moved.compartments}
    row = _keep(report, addition, number, parts, desk=desk.code, desk_signing=bytes(desk.signing))
    before = _wraps_of_before(report, moved, desk, case)
    report.desk, report.thread = desk, moved.compartments.thread.recipient
    save_columns(report, "desk", "thread")
    fresh = compartments_for(moved.compartments, report, case)
    vault.give_to_desks(owner=report.id, before=before, compartments=fresh, sealed_by=sealed_by)
    return row


def _keep(
    report: Report,
    addition: AdditionIn,
    number: int,
    parts: Mapping[str, SealedParts],
    *,
    desk: str,
    desk_signing: bytes,
) -> SignedWords:
    """Keep her signature, which has to be over exactly this. Raises NotSigned."""
    expected = words_document(
        n=number,
        kind="words",
        key=addition.key,
        desk=desk,
        desk_signing=desk_signing,
        compartments=parts,
        codes={"priority": addition.priority},
    )
    return keep_statement(report, number, addition.words.statement, expected)


def _wraps_of_before(report: Report, moved: MovedIn, desk: Desk, case: Desk) -> dict[str, vault.SealedWrap]:
    """A wrap of each compartment that there was, for whom it belongs to now. Raises NotSigned unless it is exactly
    all of them, StaleDesk for another key."""
    readers = {of: case if kind == "identity" else desk for of, kind in compartment_keys(report.id).items()}
    given = {str(wrap.of): wrap for wrap in moved.before}
    if given.keys() != readers.keys():
        raise NotSigned
    for of, reader in readers.items():
        if given[of].to != reader.recipient:
            raise StaleDesk
    return {of: vault.SealedWrap(given[of].to, given[of].sealed, reader) for of, reader in readers.items()}
