"""The scheduled work inside the server's own process: no second writer beside it on SQLite."""

import logging
import threading
import time

from django.db import close_old_connections

from tincay.operations.scheduled import tick_by_the_clock
from tincay.web.time import now

EVERY = 30.0
logger = logging.getLogger("tincay.timer")


def start_timer() -> threading.Thread:
    """Run the scheduled work twice a minute in a daemon thread for as long as the process lives."""
    thread = threading.Thread(target=_run, name="timer", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    while True:
        try:
            tick_by_the_clock(now=now())
        except Exception:  # a tick that failed is tried again: the clock must not stop quietly
            logger.exception("tick failed")
        finally:
            close_old_connections()
        time.sleep(EVERY)
