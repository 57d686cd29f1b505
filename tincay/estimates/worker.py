"""Runs are worked out one after another in a thread of the server: a page starts one and may be left.

Only one is worked on in the whole install. What a stopped server left behind is picked up by whichever runs.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections, connection

from tincay.estimates.actions import end_run, take_next
from tincay.estimates.compute import work_out
from tincay.estimates.models import Run
from tincay.web.time import exact_now

EVERY = 30.0
log = logging.getLogger("tincay.estimates")


def start() -> threading.Thread:
    """Let a thread work on what waits."""
    return _begin(_work)


def keep_working() -> threading.Thread:
    """Look twice a minute for what waits or was left behind, for as long as the process lives."""
    return _begin(_look_again)


def _begin(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name="estimate", daemon=True)
    thread.start()
    return thread


def _look_again() -> None:
    while True:
        _work()
        time.sleep(EVERY)


def _work() -> None:
    close_old_connections()
    try:
        work_through()
    except Exception:  # the next look tries again
        log.exception("the queue of runs failed")
    finally:
        connection.close()


def work_through() -> None:
    """Work out what waits, one after another, until nothing does or another server works on one."""
    while run := take_next(now=exact_now()):
        _work_on(run)


def _work_on(run: Run) -> None:
    """Work a run out and keep what was found. A failure is kept too, without the table in any log."""
    try:
        result = work_out(run.table, run.effort, run.seed)
    except Exception:
        log.exception("a run failed")
        result = None
    end_run(run=run, result=result, now=exact_now())
