"""Sealed words with the wrap that her receipt opens; opened here only where her browser has no script."""

import json
from dataclasses import dataclass
from typing import Any

from tincay.core.sealing import Identity, Sealed, open_sealed, unpad, unwrap
from tincay.vault.models import SealedText, Wrap
from tincay.web.strict_json import base64_text


@dataclass(frozen=True)
class Wrapped:
    """Sealed words with the wrap that her receipt opens."""

    wrap: Wrap
    texts: list[SealedText]

    @property
    def document(self) -> dict[str, Any]:
        """What <sealed-words> is given (docs/client.md)."""
        link = {"sealed": base64_text(self.wrap.sealed), "of": self.wrap.compartment.recipient}
        return {"wraps": [link], "sealed": [base64_text(text.sealed) for text in self.texts]}

    def opened(self, identity: Identity) -> list[dict[str, Any]]:
        """The documents, where the server opens them for her. What cannot be opened is left out."""
        try:
            key = unwrap(Sealed(bytes(self.wrap.sealed)), identity)
        except ValueError:
            return []
        return [document for text in self.texts if (document := _open(text, key)) is not None]


def _open(text: SealedText, key: Identity) -> dict[str, Any] | None:
    try:
        document = json.loads(unpad(open_sealed(Sealed(bytes(text.sealed)), key)))
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
