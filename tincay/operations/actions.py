"""What is kept of a run of the scheduled work."""

from collections.abc import Mapping
from datetime import datetime

from tincay.operations.models import FailedJob, Heartbeat
from tincay.web.transactions import one_transaction


@one_transaction
def keep_run(*, failed: Mapping[str, str], now: datetime) -> None:
    """Keep which jobs failed (name → type of error), since when; last of all that the run went through."""
    FailedJob.objects.exclude(job__in=failed).delete()
    for job, error in failed.items():
        row, first = FailedJob.objects.get_or_create(job=job, defaults={"since": now, "error": error})
        if not first and row.error != error:
            FailedJob.objects.filter(pk=row.pk).update(error=error)
    Heartbeat.objects.update_or_create(id=1, defaults={"at": now})
