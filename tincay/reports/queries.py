"""What a report can be asked."""

from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Max, Min

from tincay.core.clock import ZONE, local_day
from tincay.core.stages import Attempt
from tincay.reports.models import Report
from tincay.vault.models import Opening


def last_message(report: Report, **of: bool) -> datetime | None:
    """When the last message of the thread was posted, or the last of hers (from_reporter=True)."""
    posted_at: datetime | None = report.messages.filter(**of).aggregate(last=Max("posted_at"))["last"]
    return posted_at


def quiet_since(report: Report) -> date | None:
    """The day it was handled, or of the last message after that; None before it is handled."""
    if report.handled_at is None:
        return None
    return max(report.handled_at, last_message(report) or report.handled_at).astimezone(ZONE).date()


def with_locator(locator: bytes) -> Report | None:
    """The report behind a receipt, for the person who holds it."""
    return (
        Report.objects.for_the_rules()
        .filter(locator=locator)
        .exclude(receipt="")
        .select_related("desk__organisation")
        .first()
    )


def with_key(key: str) -> Report | None:
    """The report that an envelope with this key became. Nearly always there is none, so that is asked first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM reports_report WHERE key = %s", [key])
        if cursor.fetchone() is None:
            return None
    return Report.objects.for_the_rules().filter(key=key).select_related("desk").first()


def was_answered(report: Report) -> bool:
    """Whether she was sent an answer."""
    return report.messages.filter(from_reporter=False, kind="answer").exists()


def attempts(report: Report) -> list[Attempt]:
    """The days on which somebody tried to reach her since she wrote last, and how; a message on that day counts where
    it came after hers."""
    tried = [Attempt(*row) for row in report.safe_tries.order_by("day").values_list("day", "way")]
    wrote = last_message(report, from_reporter=True)
    if wrote is None:
        return tried
    replied_at = last_message(report, from_reporter=False)
    reply = Attempt(local_day(wrote), "message") if replied_at and replied_at > wrote else None
    return [attempt for attempt in tried if attempt.day > local_day(wrote) or attempt == reply]


def last_received() -> datetime | None:
    """When the newest report came, if any of them still says so."""
    newest: datetime | None = Report.objects.for_the_rules().aggregate(last=Max("received_at"))["last"]
    return newest


def with_gaps() -> int:
    """How many reports have not exactly the openings 1, 2, 3 … that their steps left."""
    numbers = Opening.objects.for_the_rules().order_by().values("owner")
    rows = numbers.annotate(first=Min("number"), last=Max("number"), all=Count("id"))
    kept = {row["owner"]: (row["first"], row["last"], row["all"]) for row in rows}
    steps = dict(Report.objects.for_the_rules().filter(steps__gt=0).values_list("pk", "steps"))
    return sum(kept.get(pk) != (1, number, number) for pk, number in steps.items()) + len(kept.keys() - steps)
