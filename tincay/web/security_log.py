"""What the server's log says of its own safety: a closed list of sentences about staff and keys, never about her.

A line holds codes and numbers only: an organisation's code, a function's number, a count. No address, no name that
was typed, no time. Whoever adds a happening adds a sentence here and a row to docs/operating.md.
"""

import logging
import re
import threading
from enum import StrEnum

from django.utils import timezone

from tincay.core.clock import local_day

logger = logging.getLogger("tincay.security")
_CODE = re.compile(r"[a-z0-9-]{1,50}")


class Event(StrEnum):
    """All that is ever said. `{who}` is an organisation's code and a function's number, `{desk}` a desk's code."""

    SIGN_INS_REFUSED = "sign-ins refused today in this process: {count} or more"
    DEVICE_LOCKED = "device cookie locked after wrong passwords: {who}"
    PASSWORD_CHANGED = "password changed: {who}"  # noqa: S105 -- a sentence
    SECOND_FACTOR_CHANGED = "second factor changed: {who}"
    OWN_KEY_CHANGED = "own key changed: {who}"
    DESK_KEY_CHANGED = "desk key changed: {desk} by {who}"
    DESK_KEY_HANDED = "desk key handed to a member: {desk} by {who}"
    SESSIONS_ENDED = "sessions ended: {who}"
    SUSPENDED = "suspended: {who}"
    ACCESS_RESET = "access reset: {who}"


def note(event: Event, *, organisation: str = "", number: int = 0, desk: str = "", count: int = 0) -> None:
    """Write one line. Raises ValueError for a code that is none: a line has no room for anything else."""
    for code in (organisation, desk):
        if code and not _CODE.fullmatch(code):
            raise ValueError("not a code")
    logger.warning(event.format(who=f"{organisation} {int(number)}", desk=desk, count=int(count)))


class DailyCount:
    """Counts a day's happenings and says so at 1, 10, 100, …: a flood of them is no flood of lines."""

    def __init__(self, event: Event) -> None:
        self._event, self._lock = event, threading.Lock()
        self._day, self._count = local_day(timezone.now()), 0

    def add(self) -> None:
        with self._lock:
            today = local_day(timezone.now())
            if today != self._day:
                self._day, self._count = today, 0
            self._count += 1
            count = self._count
        if str(count).strip("0") == "1":
            note(self._event, count=count)
