"""Her words about consent, as far as it is proven that they are hers: what a row says of itself is not believed.

A row carries her signature, a desk's under what she said aloud, or this install's mark. The mark takes the place of a
signature that the server cannot verify any more: a day that was blanked when the report closed, a code that changed.
"""

import hmac
from datetime import date
from typing import NamedTuple

from django.conf import settings

from tincay.core.authorship import Forged, her_words
from tincay.core.codes import UnknownCode
from tincay.core.consent import NEVER_SPOKEN, OWN, Grant
from tincay.core.statements import Kind, NotSigned, Statement, read_statement, spelled
from tincay.reports.envelope import GrantDocument
from tincay.reports.models import ConsentGrant, Report
from tincay.reports.signed_words import desk_keys, signed_words
from tincay.web.packs import codes
from tincay.web.strict_json import Malformed, read


class Record(NamedTuple):
    """Her words that count, and whether something in their rows was changed by somebody else."""

    grants: list[Grant]
    changed: bool


def grants(report: Report) -> list[Grant]:
    """Her words about consent, as core.consent reads them. What does not verify is as if it were not there."""
    return record_of(report).grants


def record_of(report: Report) -> Record:
    """Each row against what was signed. Where a number of hers is missing, a yes before it counts no more: what is
    gone may have taken it back."""
    try:
        rows = list(report.grants.order_by("number"))
    except ValueError:  # a column holds what no column of its kind can
        return Record([], changed=True)
    read = [(verified(report, row), row) for row in rows]
    proven = [grant for grant, _ in read if grant]
    whole_from = _whole_from(proven)
    counting = [one for one in proven if one.signer != OWN or not one.given or one.number >= whole_from]
    changed = whole_from > 1 or any(grant is None or grant != _said_by(row) for grant, row in read)
    return Record(counting, changed)


def _whole_from(proven: list[Grant]) -> int:
    """From which of her numbers on none is missing."""
    numbers = {grant.number for grant in proven if grant.signer == OWN}
    first = max(numbers, default=1)
    while first - 1 in numbers:
        first -= 1
    return first


def last_number(report: Report) -> int:
    """The number of the last word that she signed."""
    return max((one.number for one in grants(report) if one.signer == OWN), default=0)


def verified(report: Report, row: ConsentGrant) -> Grant | None:
    """The word of a row, read from what was signed; None for what nobody signed."""
    try:
        if row.mark:
            return grant_of(row) if hmac.compare_digest(bytes(row.mark), mark_of(row)) else None
        return read_grant(report, Statement(bytes(row.document), bytes(row.signature)))
    except (NotSigned, Malformed, UnknownCode, TypeError, AttributeError):
        return None  # SQLite keeps in a column whatever is put there


def read_grant(report: Report, statement: Statement) -> Grant:
    """A word that she signed, or a desk that she sealed to. Raises NotSigned, Malformed, UnknownCode."""
    try:
        read_statement(bytes(report.signing), Kind.GRANT, statement)
        own = True
    except NotSigned:
        _check_recorded(report, statement)
        own = False
    signed = read(GrantDocument, statement.document)
    if own != (signed.signer == OWN) or (not own and signed.given and signed.scope in NEVER_SPOKEN):
        raise NotSigned  # her key signs her own words only, and some yes is hers alone
    codes().check("consent_scope", signed.scope)
    codes().check("consent_method", signed.method)
    return Grant(
        scope=signed.scope,
        receiver=signed.receiver,
        items=frozenset(signed.items),
        given=signed.given,
        number=signed.n,
        day=_day(signed.day),
        until=_day(signed.until) if signed.until else None,
        method=signed.method,
        signer=signed.signer,
    )


def _check_recorded(report: Report, statement: Statement) -> None:
    """Raise NotSigned unless a desk that she sealed to wrote it down."""
    try:
        hers = her_words(bytes(report.signing), signed_words(report))
    except Forged:
        raise NotSigned from None
    for key in {key for thread in hers.recipients("thread") for key in desk_keys(hers, thread)}:
        try:
            read_statement(key, Kind.GRANT, statement)
            return
        except NotSigned:
            continue
    raise NotSigned


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed from None


def grant_of(row: ConsentGrant) -> Grant:
    """What the columns say."""
    return Grant(
        scope=row.scope,
        receiver=row.receiver or None,
        items=frozenset(row.items),
        given=row.given,
        number=row.number,
        day=row.day,
        until=row.until,
        method=row.method,
        signer=row.signer,
    )


def _said_by(row: ConsentGrant) -> Grant | None:
    try:
        return grant_of(row)
    except TypeError:
        return None


def row_of(report: Report, grant: Grant, statement: Statement) -> ConsentGrant:
    """A row for a word that was verified; it is not saved."""
    row = ConsentGrant(report=report, document=statement.document, signature=statement.signature)
    fill(row, grant)
    return row


def fill(row: ConsentGrant, grant: Grant) -> None:
    """Let the columns say what was signed."""
    row.number, row.scope, row.receiver = grant.number, grant.scope, grant.receiver or ""
    row.items, row.given, row.day, row.until = sorted(grant.items), grant.given, grant.day, grant.until
    row.method, row.signer = grant.method, grant.signer


def mark_of(row: ConsentGrant) -> bytes:
    """This install's word that what the columns say was verified. Who writes rows and nothing else cannot make it."""
    document = {
        "day": row.day.isoformat(),
        "given": row.given,
        "items": row.items,
        "method": row.method,
        "n": row.number,
        "receiver": row.receiver,
        "report": row.report_id.hex,
        "scope": row.scope,
        "signer": row.signer,
        "until": row.until.isoformat() if row.until else None,
    }
    key = f"tincay/grant{settings.SECRET_KEY}".encode()
    return hmac.digest(key, spelled(document), "sha256")
