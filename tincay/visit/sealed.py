"""Sealed words with the wrap that her receipt opens; opened here only where her browser has no script, and then
checked here as her browser checks them: what she did not sign, or no desk of hers, is not shown.
"""

import json
from dataclasses import dataclass
from typing import Any

from tincay.core.authorship import Forged, HerWords, Said, read_reply
from tincay.core.sealing import Identity, Recipient, Sealed, open_sealed, unpad, unwrap
from tincay.reports.signed_words import desk_keys
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

    def opened(self, identity: Identity, hers: HerWords) -> list[dict[str, Any]]:
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
            keys = desk_keys(hers, recipient)
            return [{"words": read_reply(one, desk_keys=keys, shown=self.claim)} for one in documents]
        for text in self.texts:
            hers.check(recipient, bytes(text.sealed))
        return documents


def _open(text: SealedText, key: Identity) -> dict[str, Any] | None:
    try:
        document = json.loads(unpad(open_sealed(Sealed(bytes(text.sealed)), key)))
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
