"""Runs are worked out one after another in a thread of the server: a page starts one and may be left."""

import logging
import threading

from django.db import close_old_connections, connection

from tincay.figures.actions import end_run, take_run
from tincay.figures.working import work_out
from tincay.web.time import now

log = logging.getLogger("tincay.figures")
_one_at_a_time = threading.Lock()


def start(run_id: int) -> threading.Thread:
    """Let a thread work on a waiting run, after those before it."""
    thread = threading.Thread(target=_run, args=(run_id,), name="estimate", daemon=True)
    thread.start()
    return thread


def _run(run_id: int) -> None:
    with _one_at_a_time:
        close_old_connections()
        try:
            work_on(run_id)
        finally:
            connection.close()


def work_on(run_id: int) -> None:
    """Work a waiting run out and keep what was found. A failure is kept too, without the table in any log."""
    run = take_run(run_id=run_id, now=now())
    if run is None:
        return
    try:
        result = work_out(run.table, run.effort, run.seed)
    except Exception:
        log.exception("a run failed")
        result = None
    end_run(run=run, result=result, now=now())
