"""The scheduled work: one list of jobs, run one after the other by one process of the install at a time.

A job that fails stops no other. Which job failed, since when and with which type of error is kept for the health
page and told by the command's exit code; the beat is written last, so that a beat means that the run went through.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from tincay.log.checkpointing import close_the_day
from tincay.operations.actions import keep_run
from tincay.people.actions import send_notices
from tincay.reports import schedule
from tincay.reports.schedule import Done
from tincay.visit.actions import forget_visits
from tincay.web.process_lock import exclusive
from tincay.web.transactions import truncate_wal

logger = logging.getLogger("tincay.scheduled")


@dataclass(frozen=True)
class Job:
    """One kind of scheduled work. `real_time`: it goes by the machine's clock, also where a demo has its own."""

    name: str
    run: Callable[[datetime], Done]
    real_time: bool = False


@dataclass(frozen=True)
class Ran:
    """What one run did: rows by job, and the type of the error of each job that failed."""

    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def _sign_the_day(now: datetime) -> Done:
    close_the_day(now=now)
    return Done(1)


def _send_notices(now: datetime) -> Done:
    return Done(send_notices(now=now))


def _forget_visits(now: datetime) -> Done:
    return Done(forget_visits(now=now))


def _empty_write_ahead_log(now: datetime) -> Done:
    truncate_wal()
    return Done(0)


JOBS = (
    Job("escalate", schedule.escalate),
    Job("end_pauses", schedule.end_pauses),
    Job("close_quiet", schedule.close_quiet),
    Job("purge", schedule.purge_due),
    Job("call_next", schedule.call_next),
    # After the rest: a witness or a channel may be slow, and whatever becomes of one, the other has its turn.
    Job("sign_the_day", _sign_the_day),
    Job("send_notices", _send_notices),
    Job("forget_visits", _forget_visits, real_time=True),
    Job("empty_write_ahead_log", _empty_write_ahead_log),
)


def tick(*, now: datetime) -> Ran:
    """Do everything that is due at `now`. Running it twice does nothing twice, also at the same time."""
    with exclusive("tick") as mine:
        return _run(now) if mine else Ran()


def _run(now: datetime) -> Ran:
    ran = Ran()
    for job in JOBS:
        result = _run_job(job, timezone.now() if job.real_time else now)
        ran.done[job.name] = result.done
        if result.error:
            ran.failed[job.name] = result.error
    keep_run(failed=ran.failed, now=now)
    return ran


def _run_job(job: Job, now: datetime) -> Done:
    try:
        result = job.run(now)
    except Exception as failure:
        result = Done(0, 1, type(failure).__name__)
    if result.error:
        logger.error("%s: %s", job.name, result.error)
    return result
