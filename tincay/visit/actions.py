"""What happens when somebody comes back: proof of the receipt, and the visit."""

import json
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from tincay.core.sealing import (
    Identity,
    Recipient,
    Sealed,
    Stretched,
    challenge,
    new_key,
    open_sealed,
    recipient_of,
    seal,
    signing_public,
)
from tincay.reports import new_code
from tincay.reports.envelope import NewCode
from tincay.reports.models import Report
from tincay.visit.models import Challenge, Visit
from tincay.web.transactions import one_transaction

VISIT_LASTS = timedelta(minutes=15)
TICKET_LASTS = timedelta(minutes=2)


class Unknown(Exception):
    """A wrong answer, a used or an old ticket, a code that opens nothing: always the same."""


class Asked(NamedTuple):
    """What the phone is asked to open."""

    ticket: str
    sealed: Sealed


class ReceiptKeys(NamedTuple):
    """What a code was stretched to, as a visit without JavaScript carries it."""

    code: str
    stretched: Stretched


@one_transaction
def ask_for_proof(*, locator: bytes, now: datetime) -> Asked:
    """Ask for proof of the receipt. For an unknown locator the same work with a key that nobody holds."""
    Challenge.objects.for_the_rules().filter(until__lte=now).delete()
    report = Report.objects.for_the_rules().filter(locator=locator).exclude(receipt="").first()
    nobody = new_key()[1]
    ticket = secrets.token_urlsafe(32)
    secret, sealed = challenge(Recipient(report.receipt) if report else nobody, locator, ticket.encode())
    Challenge.objects.create(
        ticket=ticket, secret=sha256(secret).digest(), report=report, until=now + TICKET_LASTS
    )
    return Asked(ticket, sealed)


def accept_proof(*, ticket: str, answer: bytes, now: datetime) -> Identity:
    """Open a visit; the identity is its cookie. A ticket is spent whatever the answer is. Raises Unknown."""
    cookie = _spend(ticket=ticket, answer=answer, now=now)
    if cookie is None:  # Raised out here: inside, it would take back that the ticket is spent.
        raise Unknown
    return cookie


@one_transaction
def _spend(*, ticket: str, answer: bytes, now: datetime) -> Identity | None:
    row = (
        Challenge.objects.for_the_rules()
        .select_for_update(of=("self",))
        .filter(ticket=ticket)
        .select_related("report")
        .first()
    )
    if row is None:
        return None
    row.delete()
    right = secrets.compare_digest(bytes(row.secret), sha256(answer).digest())
    if not right or row.until <= now or row.report is None:
        return None
    return open_visit(report=row.report, keys=None, now=now)


@one_transaction
def open_visit(*, report: Report, keys: ReceiptKeys | None, now: datetime) -> Identity:
    """Fifteen minutes for one report. `keys` (without JavaScript) are sealed to the cookie's key."""
    Visit.objects.for_the_rules().filter(until__lte=now).delete()
    cookie, recipient = new_key()
    sealed = None
    if keys:
        sealed = seal(_packed(keys), recipient)
    Visit.objects.create(
        recipient=recipient, report=report, receipt=report.receipt, sealed=sealed, until=now + VISIT_LASTS
    )
    return cookie


def _packed(keys: ReceiptKeys) -> bytes:
    locator, identity, seed = keys.stretched
    return json.dumps([keys.code, locator.hex(), identity, seed.hex()]).encode()


def open_with_code(*, code: str, receipt: Stretched, now: datetime) -> Identity:
    """Without JavaScript: what the server stretched opens the visit. Raises Unknown."""
    report = Report.objects.for_the_rules().filter(locator=receipt.locator).exclude(receipt="").first()
    if report is None or bytes(report.signing) != signing_public(receipt.signing_seed):
        raise Unknown
    return open_visit(report=report, keys=ReceiptKeys(code, receipt), now=now)


def keys_of(visit: Visit, cookie: Identity) -> ReceiptKeys | None:
    """The receipt's keys of a visit without JavaScript; None when her browser holds them itself."""
    if visit.sealed is None:
        return None
    code, locator, identity, seed = json.loads(open_sealed(Sealed(bytes(visit.sealed)), cookie))
    return ReceiptKeys(code, Stretched(bytes.fromhex(locator), Identity(identity), bytes.fromhex(seed)))


def recipient_in(cookie: str) -> Recipient | None:
    """The public half of what a cookie holds; None for anything that is no key."""
    try:
        return recipient_of(Identity(cookie))
    except ValueError:
        return None


@one_transaction
def forget_visits(*, now: datetime) -> int:
    """Take away the rows of visits and challenges that are over: when she came is nobody's business."""
    over = [rows.for_the_rules().filter(until__lte=now) for rows in (Visit.objects, Challenge.objects)]
    return sum(rows.delete()[0] for rows in over)


@one_transaction
def change_code(*, visit: Visit, new: NewCode, keys: ReceiptKeys | None, now: datetime) -> None:
    """Put a new code in the place of the one that opened this visit, which goes on; every other one is over.

    `keys` (without JavaScript) are the new code's. Raises as reports.new_code.change_code.
    """
    new_code.change_code(report=visit.report, new=new, now=now)
    visit.receipt = new.receipt.recipient
    visit.sealed = seal(_packed(keys), Recipient(visit.recipient)) if keys else None
    visit.save(update_fields=["receipt", "sealed"])
    Challenge.objects.within(report=visit.report).delete()
    Visit.objects.within(report=visit.report).exclude(pk=visit.pk).delete()


@one_transaction
def end_visit(*, visit: Visit) -> None:
    visit.delete()
