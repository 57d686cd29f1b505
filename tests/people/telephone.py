"""The app on a telephone that shows six digits."""

import base64
import hmac
import struct
import time

TOTP_SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""What the app of everybody in the cast was set up with."""


def totp(seed: str = TOTP_SEED, at: float | None = None) -> str:
    """What it shows now (RFC 6238, SHA-1, 30 seconds)."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.digest(base64.b32decode(seed), counter, "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"
