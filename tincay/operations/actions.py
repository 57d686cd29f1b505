"""What is kept of a run of the scheduled work."""

from collections.abc import Mapping
from datetime import datetime

from tincay.operations.models import FailedJob, Heartbeat
from tincay.web.transactions import one_transaction

LONGEST_NAME = 80


@one_transaction
def keep_run(*, failed: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    """Keep which jobs failed (name → type of error), and last of all that the run went through.

    Since when each of them has failed without a run that it came through. Kept together or not at all: without
    what failed there is no beat either.
    """
    FailedJob.objects.exclude(job__in=failed).delete()
    since = {job: _keep_failure(job, error[:LONGEST_NAME], now) for job, error in failed.items()}
    Heartbeat.objects.update_or_create(id=1, defaults={"at": now})
    return since


@one_transaction
def keep_doubt(*, job: str, error: str, now: datetime) -> datetime:
    """Keep that a run was not a whole one, and why; since when. No beat."""
    return _keep_failure(job, error, now)


def _keep_failure(job: str, error: str, now: datetime) -> datetime:
    row, first = FailedJob.objects.get_or_create(job=job, defaults={"since": now, "error": error})
    if not first and row.error != error:
        FailedJob.objects.filter(pk=row.pk).update(error=error)
    return row.since
