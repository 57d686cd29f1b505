"""What keeps a flood of junk from drowning a report: work for the sender's machine, and two lanes.

Nothing here knows an address. A report that was sealed on a phone is never refused: a nonce is stateless
(signed, dated) and used once, how much work is asked follows what came in lately, and who sends nothing of it
while much comes in is kept all the same, in a held queue that is sorted apart.

Without JavaScript the server has to stretch the code itself. A flood of such forms can fill that lane: people
are then asked to send again in a minute, with what they typed still there. It cannot fill the sealed one.
"""

import base64
import hmac
import math
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from hashlib import sha256

from django.conf import settings

from tincay.reports.envelope import ProofOfWorkIn

QUIET = 30
"""Reports a minute up to which nobody is asked for more than the first bits."""
FIRST_BITS, MOST_BITS = 12, 18
"""About 0.1 s of a phone at first; some seconds of an old phone at most."""
LEEWAY = 2
"""Bits by which a page that was opened in quieter times may fall short."""
NONCE_LASTS = 6 * 3600
"""Seconds: she may need half a day for her words."""
PLAIN_BUDGET = 20
"""Reports a minute without JavaScript that go straight to the queue; more are held."""
DERIVATIONS, WAITING = 2, 4
"""Codes that are stretched here at once, and requests that may wait for it: each holds a thread of the server."""


class Busy(Exception):
    """Enough codes are being stretched and waited for already, or the wait was too long."""


class Work(Enum):
    """What the work that came with a report is worth."""

    DONE = "done"
    NONE = "none"
    AGAIN = "again"


class Rate:
    """Things in the last minute, forgotten smoothly; no list of what came when is kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._level = 0.0
        self._at = time.monotonic()

    def add(self) -> None:
        with self._lock:
            self._level = self._now() + 1

    def level(self) -> float:
        with self._lock:
            return self._now()

    def clear(self) -> None:
        with self._lock:
            self._level = 0.0

    def _now(self) -> float:
        now = time.monotonic()
        self._level *= math.exp((self._at - now) / 60)
        self._at = now
        return self._level


class UsedOnce:
    """Nonces that were spent, as long as they could be spent again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: dict[str, float] = {}

    def spend(self, nonce: str, until: float) -> bool:
        """Whether this is its first time."""
        with self._lock:
            if nonce in self._spent:
                return False
            if len(self._spent) > 100_000:
                self._spent = {old: end for old, end in self._spent.items() if end > time.time()}
            self._spent[nonce] = until
            return True


sealed_lane, plain_lane = Rate(), Rate()
_spent = UsedOnce()
_derivations = threading.BoundedSemaphore(DERIVATIONS)
_places = threading.BoundedSemaphore(DERIVATIONS + WAITING)


def bits_asked() -> int:
    """Zero bits that a new page asks for: more, the more came in within a minute."""
    crowd = sealed_lane.level() / QUIET
    return min(MOST_BITS, FIRST_BITS + max(0, math.ceil(math.log2(crowd)) * 2 if crowd > 0 else 0))


def crowded() -> bool:
    """Whether more comes in than is let through without work."""
    return sealed_lane.level() > QUIET


def new_nonce() -> dict[str, str | int]:
    """What the page hands out: a nonce and how many zero bits it has to be brought to."""
    bits = bits_asked()
    body = f"{int(time.time())}.{bits}.{secrets.token_urlsafe(12)}"
    return {"nonce": f"{body}.{_sign(body)}", "bits": bits}


def worth(work: ProofOfWorkIn | None) -> Work:
    """Judge the work once: a nonce that is judged good is spent."""
    if work is None:
        return Work.NONE
    read = _read(work.nonce)
    if read is None:
        return Work.AGAIN
    issued, bits = read
    fresh = issued + NONCE_LASTS > time.time() and bits >= bits_asked() - LEEWAY
    if not fresh or _zero_bits(work) < bits or not _spent.spend(work.nonce, issued + NONCE_LASTS):
        return Work.AGAIN
    return Work.DONE


def _read(nonce: str) -> tuple[int, int] | None:
    body, _, signature = nonce.rpartition(".")
    if not hmac.compare_digest(_sign(body).encode(), signature.encode()):
        return None
    issued, bits, _ = body.split(".", 2)
    return int(issued), int(bits)


def _sign(body: str) -> str:
    key = f"tincay/work{settings.SECRET_KEY}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, body.encode(), "sha256")[:18]).decode()


def _zero_bits(work: ProofOfWorkIn) -> int:
    digest = sha256(f"{work.nonce}:{work.counter}".encode()).digest()
    return 256 - int.from_bytes(digest).bit_length()


@contextmanager
def one_derivation(wait: float = 20) -> Iterator[None]:
    """Stretch a code on the server: few at once and few in line, so that it takes neither the machine nor its
    threads. Raises Busy."""
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        if not _derivations.acquire(timeout=wait):
            raise Busy
        try:
            yield
        finally:
            _derivations.release()
    finally:
        _places.release()
