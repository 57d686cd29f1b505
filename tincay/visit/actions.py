"""What happens when somebody comes back: proof of the receipt, and the visit."""

import hmac
import json
from datetime import datetime, timedelta
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
from tincay.reports.queries import with_locator
from tincay.visit.models import Visit
from tincay.visit.tickets import new_ticket, read_ticket
from tincay.web.transactions import one_transaction

VISIT_LASTS = timedelta(minutes=15)


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


def ask_for_proof(*, locator: bytes, now: datetime) -> Asked:
    """Ask for proof of the receipt; nothing is written. For an unknown locator the same work with a key that nobody
    holds."""
    report = with_locator(locator)
    nobody = new_key()[1]
    receipt = Recipient(report.receipt) if report else nobody
    ticket = new_ticket(locator, now)
    _, sealed = challenge(receipt, locator, ticket.text.encode(), secret=ticket.secret(receipt))
    return Asked(ticket.text, sealed)


def accept_proof(*, ticket: str, answer: bytes, now: datetime) -> Identity:
    """Open a visit; the identity is its cookie. The right answer is taken once. Raises Unknown."""
    asked = read_ticket(ticket, now)
    report = with_locator(asked.locator) if asked else None
    expected = asked.secret(Recipient(report.receipt) if report else None) if asked else bytes(32)
    right = hmac.compare_digest(expected, answer)
    if asked is None or report is None or not right or not asked.spend():
        raise Unknown
    return open_visit(report=report, keys=None, now=now)


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
    report = with_locator(receipt.locator)
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
    """Take away the rows of visits that are over: when she came is nobody's business."""
    return Visit.objects.for_the_rules().filter(until__lte=now).delete()[0]


@one_transaction
def change_code(*, visit: Visit, new: NewCode, keys: ReceiptKeys | None, now: datetime) -> None:
    """Put a new code in the place of the one that opened this visit, which goes on; every other one is over.

    `keys` (without JavaScript) are the new code's. Raises as reports.new_code.change_code.
    """
    new_code.change_code(report=visit.report, new=new, now=now)
    visit.receipt = new.receipt.recipient
    visit.sealed = seal(_packed(keys), Recipient(visit.recipient)) if keys else None
    visit.save(update_fields=["receipt", "sealed"])
    Visit.objects.within(report=visit.report).exclude(pk=visit.pk).delete()


@one_transaction
def end_visit(*, visit: Visit) -> None:
    visit.delete()
