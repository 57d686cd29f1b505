"""Sealed words with the wrap that her receipt opens; opened here only where her browser has no script, and then
checked here as her browser checks them: what she did not sign, or no desk of hers, is not shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tincay.core.authorship import Forged, HerWords, Said, read_reply, receipt_change
from tincay.core.sealing import (
    Identity,
    Recipient,
    Sealed,
    Stretched,
    open_sealed,
    recipient_of,
    seal,
    signing_public,
    unpad,
    unwrap,
    wrap,
)
from tincay.core.statements import Kind, make_statement
from tincay.intake.seal_on_server import signed
from tincay.reports.envelope import NewCode, OpeningAgain, ReceiptIn, WrapAgain
from tincay.vault.models import SealedText, Wrap
from tincay.web.strict_json import base64_text


@dataclass(frozen=True)
class Wrapped:
    """Sealed words with the wrap that her receipt opens."""

    wrap: Wrap
    texts: list[SealedText]
    claim: Said | None = None

    @property
    def document(self) -> dict[str, Any]:
        """What <sealed-words> is given (docs/client.md)."""
        link = {"sealed": base64_text(self.wrap.sealed), "of": self.wrap.compartment.recipient}
        return {
            "wraps": [link],
            "sealed": [base64_text(text.sealed) for text in self.texts],
            "said": self.claim._asdict() if self.claim else None,
        }

    def opened(self, identity: Identity, hers: HerWords, desk_keys: frozenset[bytes]) -> list[dict[str, Any]]:
        """The documents, where the server opens them for her. What cannot be opened is left out.

        Raises core.authorship.Forged.
        """
        recipient = self.wrap.compartment.recipient
        try:
            key = unwrap(Sealed(bytes(self.wrap.sealed)), identity, of=Recipient(recipient))
        except ValueError:
            return []
        documents = [document for text in self.texts if (document := _open(text, key)) is not None]
        if self.claim and recipient not in hers.recipients("thread"):
            raise Forged("another_place")
        if self.claim:
            return [{"words": read_reply(one, desk_keys=desk_keys, shown=self.claim)} for one in documents]
        for text in self.texts:
            hers.check(recipient, bytes(text.sealed))
        return documents


def _open(text: SealedText, key: Identity) -> dict[str, Any] | None:
    try:
        document = json.loads(unpad(open_sealed(Sealed(bytes(text.sealed)), key)))
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def for_new_code(
    *,
    old: Stretched,
    new: Stretched,
    key: str,
    hers: HerWords,
    wraps: Mapping[str, Sealed],
    openings: Mapping[int, Sealed],
) -> NewCode:
    """Everything that the old code opens, for the new one, as her browser makes it.

    `wraps` by the compartment's public key, `openings` by number. Raises CannotOpen, BadKey.
    """
    to, signing = recipient_of(new.identity), signing_public(new.signing_seed)
    change = receipt_change(recipient=to, signing=signing)
    return NewCode.model_construct(
        v=1,
        key=key,
        receipt=ReceiptIn.model_construct(locator=new.locator, recipient=to, signing=signing),
        change=signed(make_statement(old.signing_seed, Kind.RECEIPT, change)),
        words=signed(make_statement(new.signing_seed, Kind.WORDS, hers.carried(key=key))),
        wraps=[
            WrapAgain.model_construct(
                of=of, sealed=bytes(wrap(unwrap(sealed, old.identity, of=Recipient(of)), to))
            )
            for of, sealed in wraps.items()
        ],
        openings=[
            OpeningAgain.model_construct(
                number=number, sealed=bytes(seal(open_sealed(sealed, old.identity), to))
            )
            for number, sealed in openings.items()
        ],
    )
