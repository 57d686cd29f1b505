"""How a report comes: the row, its sealed words, its clocks and its leaf are written at once, or nothing is."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from tincay.core.authorship import base64url
from tincay.core.clock import iso_day, local_day
from tincay.core.consent import TO_SOMEBODY
from tincay.core.statements import Kind, NotSigned, read_statement
from tincay.directory.queries import desk_and_case
from tincay.people.calls import call_on_duty
from tincay.people.models import Desk
from tincay.reports.application import log_event
from tincay.reports.clocks import ReportClocks, next_due
from tincay.reports.consents import read_grants, settle_wishes
from tincay.reports.envelope import CompartmentIn, CompartmentsIn, Envelope
from tincay.reports.models import ConsentGrant, Report
from tincay.reports.queries import with_key
from tincay.reports.signed_words import StaleNumber, keep_statement
from tincay.vault import actions as vault
from tincay.web.packs import codes, words_of_nature
from tincay.web.strict_json import Malformed
from tincay.web.transactions import one_commit_for_many


class _Taken(Exception):
    """Another report has this key or this receipt: nothing of this one is kept."""


ONE_FLOOD = timedelta(hours=1)
"""So long those in danger who are held at one desk are called for as one."""


class StaleDesk(Exception):
    """The page's desk key is no longer current: seal again with the new configuration."""


class Received(NamedTuple):
    report: Report
    new: bool


def receive_report(
    *, envelope: Envelope, sealed_by: str, held: bool = False, code_name: str = "", now: datetime
) -> Received:
    """Keep a report, all of it or nothing. A second envelope with the same key is the same report.

    Raises StaleDesk, Malformed (also for a receipt that another report has), NotSigned, BadEnvelope, BadKey,
    RoutingBroken.
    """
    try:
        return _keep(envelope=envelope, sealed_by=sealed_by, held=held, code_name=code_name, now=now)
    except (_Taken, vault.CompartmentTaken):
        same = with_key(envelope.key)
        if same is None:
            raise Malformed from None
        return Received(same, new=False)  # two of the same at one moment: the first one stands


@one_commit_for_many
def _keep(*, envelope: Envelope, sealed_by: str, held: bool, code_name: str, now: datetime) -> Received:
    if same := with_key(envelope.key):
        return Received(same, new=False)
    asked = desk_and_case(envelope.desk)
    if asked is None:
        raise StaleDesk
    desk, case = asked
    codes().check("retention_class", envelope.retention_class)
    report = _new_report(envelope, desk, sealed_by=sealed_by, held=held, now=now)
    clocks = ReportClocks(report)
    clocks.start("received", now)
    report.code_name = code_name or _code_name()
    report.next_due_at = next_due(report, clocks.all)
    report.promise = _first_leaf(report, envelope, now)
    if not Report.objects.insert_new([report]):
        raise _Taken
    clocks.save()
    compartments = compartments_for(envelope.compartments, report, case)
    vault.add_compartments(owner=report.id, compartments=compartments, sealed_by=sealed_by, first=0)
    _keep_words(report, envelope, desk)
    if envelope.grants:
        rows = ConsentGrant.objects.bulk_create(_read_grants(report, envelope))
        if any(row.scope in TO_SOMEBODY for row in rows):
            settle_wishes(report, now)
    if not held or _first_held_in_danger(report, now):
        call_on_duty(desk=desk, now=now, urgent=report.in_danger)
    return Received(report, new=True)


def _read_grants(report: Report, envelope: Envelope) -> list[ConsentGrant]:
    """What she allows with it, numbered from 1. Raises NotSigned."""
    try:
        return read_grants(report, envelope.grants, last=0)
    except StaleNumber:
        raise NotSigned from None


def _first_held_in_danger(report: Report, now: datetime) -> bool:
    """Somebody in danger now is not left to a flood, and a flood does not ring all night: one call a desk and hour."""
    if not report.in_danger:
        return False
    others = Report.objects.for_the_rules().filter(
        desk=report.desk,
        priority="p0",
        stage="received",
        held=True,
        received_at__gt=now - ONE_FLOOD,
    )
    return not others.exclude(pk=report.pk).exists()


def _new_report(envelope: Envelope, desk: Desk, *, sealed_by: str, held: bool, now: datetime) -> Report:
    return Report(
        key=envelope.key,
        desk=desk,
        kind_group=envelope.kind_group,
        priority=envelope.priority,
        retention_class=envelope.retention_class,
        held=held,
        sealed_by=sealed_by,
        locator=envelope.receipt.locator,
        receipt=envelope.receipt.recipient,
        signing=envelope.receipt.signing,
        thread=envelope.compartments.thread.recipient,
        received_at=now,
        received_month=f"{local_day(now):%Y-%m}",
    )


def compartments_for(given: CompartmentsIn, report: Report, case: Desk) -> dict[str, vault.NewCompartment]:
    """The compartments as they came, each wrapped to its reader and to the receipt. Raises StaleDesk."""
    readers = {"narrative": report.desk, "contact": report.desk, "identity": case, "thread": report.desk}
    return {kind: _compartment(getattr(given, kind), reader, report) for kind, reader in readers.items()}


def _compartment(given: CompartmentIn, reader: Desk, report: Report) -> vault.NewCompartment:
    expected = {reader.recipient: reader, report.receipt: None}
    if not reader.recipient or {wrap.to for wrap in given.wraps} != set(expected):
        raise StaleDesk
    wraps = [vault.SealedWrap(wrap.to, wrap.sealed, expected[wrap.to]) for wrap in given.wraps]
    return vault.NewCompartment(given.recipient, wraps, given.sealed)


def _keep_words(report: Report, envelope: Envelope, desk: Desk) -> None:
    """Her signature over all of it: exactly what came, and sealed to this desk's present key."""
    statement = envelope.words.statement
    read_statement(envelope.receipt.signing, Kind.WORDS, statement)
    document = envelope.words_document(bytes(desk.signing))
    keep_statement(report, 1, statement, document)


def _code_name() -> str:
    """A name that helpers can say: never sequential, tells nothing."""
    return f"{secrets.choice(words_of_nature())} {secrets.randbelow(899) + 1}"


def _first_leaf(report: Report, envelope: Envelope, now: datetime) -> str:
    """The leaf of the report itself: what was received, whose signature all of hers bears, and by when it is
    looked at first."""
    first = log_event(
        report,
        "report_received",
        now,
        deadline=iso_day(report.next_due_at),
        signing=base64url(envelope.receipt.signing),
        words=sha256(envelope.words.document.encode()).hexdigest(),
    )
    return first.promise
