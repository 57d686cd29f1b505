"""Work that a page asks of a sender's machine when much comes in: a signed, dated nonce, brought to so many zero bits.

Stateless: what a nonce asks for stands in it and is signed for one purpose. That it counts once is for whoever takes
it to see to. How crowded it is, `Gauge` says.
"""

import base64
import hmac
import math
import secrets
import threading
import time
from hashlib import sha256

from django.conf import settings


def signed_nonce(bits: int, purpose: str = "work") -> dict[str, str | int]:
    """What a page hands out: a nonce and how many zero bits it has to be brought to."""
    body = f"{int(time.time())}.{bits}.{secrets.token_urlsafe(12)}"
    return {"nonce": f"{body}.{_sign(body, purpose)}", "bits": bits}


def read_nonce(nonce: str, purpose: str = "work") -> tuple[int, int] | None:
    """When a nonce was handed out and how many bits it asks for; None unless we made it for this purpose."""
    body, _, signature = nonce.rpartition(".")
    if not hmac.compare_digest(_sign(body, purpose).encode(), signature.encode()):
        return None
    issued, bits, _ = body.split(".", 2)
    return int(issued), int(bits)


def _sign(body: str, purpose: str) -> str:
    key = f"tincay/{purpose}{settings.SECRET_KEY}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, body.encode(), "sha256")[:18]).decode()


def zero_bits(nonce: str, counter: int) -> int:
    """How many leading bits are zero: what was worked for."""
    digest = sha256(f"{nonce}:{counter}".encode()).digest()
    return 256 - int.from_bytes(digest).bit_length()


class Gauge:
    """Things of the last minute in this process, forgotten smoothly; no list of what came when is kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._level = 0.0
        self._at = -math.inf

    def add(self) -> float:
        return self._look(1)

    def level(self) -> float:
        return self._look(0)

    def _look(self, more: int) -> float:
        with self._lock:
            now = time.monotonic()
            self._level = self._level * math.exp((self._at - now) / 60) + more
            self._at = now
            return self._level
