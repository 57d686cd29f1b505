"""How long a test waits for something that must come: never how long it may take.

No verdict of a test rests on seconds: what happens is counted, or waited for. PATIENCE ends only what hangs, so it
is far longer than anything takes on a busy machine; TINCAY_PATIENCE shortens it while a test is being written.
"""

import os
import time
from collections.abc import Callable

PATIENCE = float(os.environ.get("TINCAY_PATIENCE", "300"))
"""Seconds."""


def wait_until(comes: Callable[[], object], what: str) -> None:
    """Look again and again until it is so. Raises AssertionError, with `what`, when it never is."""
    given_up = time.monotonic() + PATIENCE
    while not comes():
        if time.monotonic() > given_up:
            raise AssertionError(f"still waiting for {what}")
        time.sleep(0.02)


class StandingClock:
    """Stands in for a module's `time`: no time passes in a test but what the test lets pass.

    Each look is a microsecond after the one before, so that two moments are never the same.
    """

    def __init__(self, begun: float | None = None) -> None:
        """`begun` in seconds since 1970, or now."""
        self._begun = time.time() if begun is None else begun
        self.passed, self._looks = 0.0, 0

    def time(self) -> float:
        return self._begun + self._since()

    monotonic = time

    def go_on(self, seconds: float) -> None:
        """Let so much time pass."""
        self.passed += seconds

    def _since(self) -> float:
        self._looks += 1
        return self.passed + self._looks * 1e-6
