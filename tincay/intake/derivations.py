"""Codes that this process stretches for people without JavaScript: few at once, the others in line.

All such requests come to one process (operations.serving), so its slots are those of the whole install. Stretching
holds a processor for about 150 ms: whoever finds the line full is told how long it is.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tincay.core.sealing import Stretched, stretch_receipt
from tincay.web.models import this_install

DERIVATIONS = 2
"""Codes that are stretched at once."""
WAITING = 48
"""Requests that may stand in line: each holds one of the server's threads (operations.serving.PLAIN_THREADS)."""
LONGEST_S = 25.0
"""Seconds after which somebody in line is told to come again: before the process may be ended under it."""
FIRST_GUESS_S = 0.2


class Busy(Exception):
    """The line is full, or it took too long. `wait` is in how many seconds there should be room again."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class Line:
    """Who is being served and who waits, and how long one takes here on average."""

    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(DERIVATIONS)
        self._lock = threading.Lock()
        self._inside = 0
        self._each = FIRST_GUESS_S

    @contextmanager
    def place(self, wait: float = LONGEST_S) -> Iterator[None]:
        """A slot, after at most `wait` seconds in line. Raises Busy."""
        self._enter()
        try:
            if not self._slots.acquire(timeout=wait):
                raise Busy(self._seconds())
            begun = time.monotonic()
            try:
                yield
            finally:
                self._slots.release()
                self._learn(time.monotonic() - begun)
        finally:
            with self._lock:
                self._inside -= 1

    def _enter(self) -> None:
        with self._lock:
            if self._inside >= DERIVATIONS + WAITING:
                raise Busy(self._seconds())
            self._inside += 1

    def _learn(self, seconds: float) -> None:
        with self._lock:
            self._each += (seconds - self._each) / 10

    def _seconds(self) -> int:
        """Until half of those who are in line now are through: by then there is room."""
        return max(1, math.ceil(self._each * (DERIVATIONS + WAITING) / DERIVATIONS / 2))


_line = Line()


def stretch(code: str) -> Stretched:
    """The keys behind a receipt code. Raises Busy."""
    with _line.place():
        return stretch_receipt(code, bytes(this_install().salt))
