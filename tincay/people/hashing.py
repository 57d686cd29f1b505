"""One password is hashed at a time, and a few may wait: a flood of sign-ins takes no more of the machine than that.

Whoever works on a machine where they signed in before has a lane of their own, so that they get in meanwhile. Both
are lanes of one process: they spare its processors and its threads, which no other process has.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

WAIT_S = 10
"""Seconds that whoever found the line full is asked to wait."""


class LaneFull(Exception):
    """Nothing was hashed. `seconds` says how long to wait before trying again."""

    def __init__(self, seconds: int = WAIT_S) -> None:
        super().__init__()
        self.seconds = seconds


class Lane:
    """One at a time, and so many in line."""

    def __init__(self, waiting: int) -> None:
        self._turn = threading.BoundedSemaphore(1)
        self._places = threading.BoundedSemaphore(1 + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the own turn. Raises LaneFull at once where the line is full."""
        if not self._places.acquire(blocking=False):
            raise LaneFull
        try:
            if not self._turn.acquire(timeout=WAIT_S):
                raise LaneFull
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()


strangers, acquaintances = Lane(waiting=1), Lane(waiting=2)
"""Who comes from a machine that nobody knows; and who signed in there before, or is signed in."""
