"""When attempts to sign in crowd, strangers' machines have to work for each; in quiet times nobody is asked."""

import math
import time
from hashlib import sha256

from django.core.cache import cache

from tincay.people.hashing import LaneFull
from tincay.web.work import Gauge, read_nonce, signed_nonce, zero_bits

QUIET = 20
"""Attempts of strangers a minute up to which no work is asked."""
FIRST_BITS, MOST_BITS = 15, 19
"""About 0.1 s of a computer at first; some seconds of an old phone at most."""
LEEWAY = 2
"""Bits by which a page that was opened in quieter times may fall short."""
NONCE_LASTS = 15 * 60
"""Seconds; the page works while the name is being typed, and a page that is too old is given a new one."""
PURPOSE = "sign-in"

attempts, worked = Gauge(), Gauge()
"""All of strangers; and those that came with work: junk alone does not make work dearer for others."""


class WorkNeeded(LaneFull):
    """Nothing was hashed: the attempt came without work while much comes in."""


def bits_asked() -> int:
    """Zero bits that the page asks for; 0 in quiet times."""
    if attempts.level() <= QUIET:
        return 0
    dearer = 2 * math.log2(max(1.0, worked.level() / QUIET))
    return min(MOST_BITS, FIRST_BITS + math.ceil(dearer))


def page_work() -> dict[str, str | int] | None:
    """What the sign-in page carries: nothing in quiet times."""
    bits = bits_asked()
    return signed_nonce(bits, PURPOSE) if bits else None


def require_work(nonce: str, counter: str) -> None:
    """Count a stranger's attempt. Raises WorkNeeded when it is too crowded for one without work."""
    attempts.add()
    bits = bits_asked()
    if bits and not _is_done(nonce, counter, bits - LEEWAY):
        raise WorkNeeded
    if bits:
        worked.add()


def _is_done(nonce: str, counter: str, least: int) -> bool:
    read = read_nonce(nonce, PURPOSE)
    if read is None or not counter.isdecimal() or len(counter) > 12:
        return False
    issued, bits = read
    fresh = issued + NONCE_LASTS > time.time() and bits >= least
    return fresh and zero_bits(nonce, int(counter)) >= bits and _spend(nonce)


def _spend(nonce: str) -> bool:
    """Whether this is its first time, in any process."""
    return bool(cache.add(f"work-{sha256(nonce.encode()).hexdigest()[:32]}", 1, timeout=NONCE_LASTS))
