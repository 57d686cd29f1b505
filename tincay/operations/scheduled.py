"""The scheduled work: one list of jobs, run one after the other by one process of the install at a time.

A job that fails stops no other. Which job failed, since when and with which type of error is kept for the health
page and told by the command's exit code; the beat is written last, so that a beat means that the run went through.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tincay.intake import flood
from tincay.log.checkpointing import close_the_day
from tincay.operations import clock
from tincay.operations.actions import keep_doubt, keep_run
from tincay.people.access import forget_old_access
from tincay.people.calls import coarsen_notices
from tincay.people.channels import send_notices
from tincay.people.models import Notice
from tincay.reports import schedule
from tincay.reports.schedule import Done
from tincay.visit.actions import forget_visits
from tincay.web.process_lock import exclusive
from tincay.web.transactions import truncate_wal

logger = logging.getLogger("tincay.scheduled")
CLOCK = "clock"
"""What is kept as failing while the machine's clock is in doubt: no job of its own."""
CONTRADICTS = "WitnessContradicts"


@dataclass(frozen=True)
class Job:
    """One kind of scheduled work. `real_time`: it goes by the machine's clock, also where a demo has its own.

    `rings`: it calls somebody and ends nothing, so that it is done under a clock that may be wrong too.
    """

    name: str
    label: str | Promise
    run: Callable[[datetime], Done]
    real_time: bool = False
    rings: bool = False


@dataclass(frozen=True)
class Ran:
    """What one run did: rows by job; of each job that failed the type of its error, and since when it fails.

    `kept`: what failed and the beat were written down; where that fails the health page sees no new beat.
    `elsewhere`: another run is under way, so that nothing was done here, and there is no beat either.
    `doubt`: why the clock was not believed, so that nobody did anything but call.
    """

    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    kept: bool = True
    elsewhere: bool = False
    doubt: str = ""


def _sign_the_day(now: datetime) -> Done:
    """The day is signed in any case; a witness that did not sign is asked again, and told of until it does."""
    closed = close_the_day(now=now)
    refused = [answer for answer in closed.answers.values() if answer]
    error = CONTRADICTS if closed.contradicting else "WitnessRefused" if refused else ""
    return Done(1, len(refused), error)


def _send_notices(now: datetime) -> Done:
    """A notice that waits calls nobody: whatever the channels did not take within their time counts as failed."""
    sent = send_notices(now=now)
    waiting = Notice.objects.for_the_rules().filter(sent_at=None, created_at__lte=now).count()
    return Done(sent, waiting, "NoticesWaiting" if waiting else "")


def _coarsen_notices(now: datetime) -> Done:
    return Done(coarsen_notices(now=now))


def _forget_old_access(now: datetime) -> Done:
    return Done(forget_old_access(now=now))


def _forget_visits(now: datetime) -> Done:
    return Done(forget_visits(now=now))


def _forget_flood(now: datetime) -> Done:
    return Done(flood.forget(now=now))


def _empty_write_ahead_log(now: datetime) -> Done:
    truncate_wal()
    return Done(0)


JOBS = (
    Job("escalate", _("nhắc việc trễ hạn"), schedule.escalate),
    Job("end_pauses", _("cho thời hạn chạy lại sau tạm dừng"), schedule.end_pauses),
    Job("close_quiet", _("đóng tin đã xong từ lâu"), schedule.close_quiet),
    Job("purge", _("xóa lời đã hết hạn giữ"), schedule.purge_due),
    Job("write_counts", _("ghi các dòng đếm đã đủ"), schedule.write_counts),
    Job("rewrite", _("xáo trộn thứ tự của tin đã đóng"), schedule.rewrite),
    Job("call_next", _("gọi người trực tiếp theo"), schedule.call_next, rings=True),
    # After the rest: a witness or a channel may be slow, and whatever becomes of one, the other has its turn.
    Job("sign_the_day", _("ký sổ công khai và hỏi nhân chứng"), _sign_the_day),
    Job("send_notices", _("gửi thông báo trực"), _send_notices, rings=True),
    Job("coarsen_notices", _("bỏ giờ phút của thông báo trực đã cũ"), _coarsen_notices),
    Job(
        "forget_old_access",
        _("xóa phiên và dấu máy đã hết hạn"),
        _forget_old_access,
        real_time=True,
    ),
    Job("forget_visits", _("xóa dấu của lần quay lại đã xong"), _forget_visits, real_time=True),
    Job("forget_flood", _("xóa số đếm chống quá tải của những giờ đã qua"), _forget_flood, real_time=True),
    Job("empty_write_ahead_log", _("dọn tệp ghi tạm của cơ sở dữ liệu"), _empty_write_ahead_log),
)


def tick(*, now: datetime) -> Ran:
    """Do everything that is due at `now`. Running it twice does nothing twice, also at the same time."""
    with exclusive("tick") as locked:
        return _run(now) if locked else Ran(kept=False, elsewhere=True)


def tick_by_the_clock(*, now: datetime, sure: bool = False) -> Ran:
    """`tick` at the machine's own time; where that is in doubt, only what calls somebody. `sure`: it is right."""
    with exclusive("tick") as locked:
        if not locked:
            return Ran(kept=False, elsewhere=True)
        in_doubt = "" if sure else clock.doubt(now)
        return _ring(now, in_doubt) if in_doubt else _run(now)


def _ring(now: datetime, in_doubt: str) -> Ran:
    """No beat: the next run asks again, and the health page sees that the work stands still."""
    logger.error("%s: %s", CLOCK, in_doubt)
    done, failed = _run_jobs([job for job in JOBS if job.rings], now)
    since = keep_doubt(job=CLOCK, error="ClockInDoubt", now=now)
    return Ran(done, failed, {CLOCK: since}, doubt=in_doubt)


def _run_jobs(jobs: Iterable[Job], now: datetime) -> tuple[dict[str, int], dict[str, str]]:
    """How many rows each of them did, and of those that failed the type of the error."""
    done, failed = {}, {}
    for job in jobs:
        result = _run_job(job, timezone.now() if job.real_time else now)
        done[job.name] = result.done
        if result.error:
            failed[job.name] = result.error
    return done, failed


def _run(now: datetime) -> Ran:
    done, failed = _run_jobs(JOBS, now)
    try:
        since = keep_run(failed=failed, now=now)
    except Exception as failure:
        logger.error("the run could not be kept: %s", type(failure).__name__)
        return Ran(done, failed, kept=False)
    return Ran(done, failed, since)


def _run_job(job: Job, now: datetime) -> Done:
    """One job; whatever it raises, it is named, and what comes after it has its turn."""
    try:
        result = job.run(now)
    except Exception as failure:
        result = Done(0, 1, type(failure).__name__)
    if result.error:
        logger.error("%s: %s", job.name, result.error)
        if not connection.in_atomic_block:  # a connection that broke in one job is not handed to the next
            connection.close_if_unusable_or_obsolete()
    return result
