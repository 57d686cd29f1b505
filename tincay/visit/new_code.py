"""What a new code takes over: her browser seals it again, and this process where there is no script."""

from typing import Any

from tincay.core.authorship import Forged, her_words, receipt_change
from tincay.core.sealing import (
    Recipient,
    Sealed,
    Stretched,
    open_sealed,
    recipient_of,
    seal,
    signing_public,
    unwrap,
    wrap,
)
from tincay.core.statements import Kind, NotSigned, make_statement
from tincay.intake.seal_on_server import signed
from tincay.reports.envelope import NewCode, OpeningAgain, ReceiptIn, WrapAgain
from tincay.reports.models import Report
from tincay.reports.signed_words import signed_words
from tincay.vault.models import Opening, Wrap
from tincay.vault.queries import openings, wraps_for_receipt
from tincay.web.strict_json import base64_text, signed_json


def sealed_to_code(report: Report) -> dict[str, Any]:
    """All that the code signed and opens, as it is now: what <new-code> is given."""
    wraps = [
        {"of": wrap.compartment.recipient, "sealed": base64_text(wrap.sealed)}
        for wrap in wraps_for_receipt(report.id)
    ]
    leaves = [{"number": row.number, "sealed": base64_text(row.for_receipt)} for row in openings(report.id)]
    statements = [signed_json(*one) for one in signed_words(report)]
    return {"statements": statements, "wraps": wraps, "openings": leaves}


def sealed_again(report: Report, *, old: Stretched, new: Stretched) -> NewCode:
    """The same for a new code, as her browser makes it. Raises NotSigned (something is not hers), CannotOpen."""
    try:
        hers = her_words(signing_public(old.signing_seed), signed_words(report))
    except Forged:
        raise NotSigned from None
    to, signing = recipient_of(new.identity), signing_public(new.signing_seed)
    change = receipt_change(recipient=to, signing=signing)
    return NewCode.model_construct(
        v=1,
        receipt=ReceiptIn.model_construct(locator=new.locator, recipient=to, signing=signing),
        change=signed(make_statement(old.signing_seed, Kind.RECEIPT, change)),
        words=[signed(make_statement(new.signing_seed, Kind.WORDS, one)) for one in hers.documents],
        wraps=[_wrap_again(one, old, to) for one in wraps_for_receipt(report.id)],
        openings=[_opening_again(one, old, to) for one in openings(report.id)],
    )


def _wrap_again(row: Wrap, old: Stretched, to: Recipient) -> WrapAgain:
    of = Recipient(row.compartment.recipient)
    sealed = wrap(unwrap(Sealed(bytes(row.sealed)), old.identity, of=of), to)
    return WrapAgain.model_construct(of=of, sealed=bytes(sealed))


def _opening_again(row: Opening, old: Stretched, to: Recipient) -> OpeningAgain:
    sealed = seal(open_sealed(Sealed(bytes(row.for_receipt)), old.identity), to)
    return OpeningAgain.model_construct(number=row.number, sealed=bytes(sealed))
