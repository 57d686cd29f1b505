"""How the install is: versions, lengths of queues, the last checkpoint, the scheduled work. No report."""

import platform
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.utils.functional import Promise

from tincay import __version__
from tincay.directory.numbers import waiting
from tincay.directory.pages import call_context
from tincay.directory.queries import calendar
from tincay.directory.routing import RoutingBroken, differences, in_force
from tincay.log import queries as log
from tincay.operations.models import FailedJob, Heartbeat
from tincay.operations.scheduled import CLOCK, CONTRADICTS, JOBS
from tincay.people.models import ChannelState, Desk, Notice
from tincay.people.queries import channel_works, channels_configured, unsent
from tincay.reports.models import Report

QUIET = timedelta(minutes=10)
"""A timer that has not run for so long is worth a look."""


@dataclass(frozen=True)
class Failing:
    """A job that failed in the last run: its name in words, since when, and the type of its error."""

    job: str | Promise
    since: datetime
    error: str


@dataclass(frozen=True)
class State:
    product: str
    django: str
    python: str
    database: str
    waiting: int
    held: int
    notices: int
    checkpoint: date | None
    checkpoint_size: int
    ticked: datetime | None
    quiet: bool
    failing: list[Failing]
    calendar_until: date | None
    # Calls: whether any channel is set and works, since when it does not, when it worked last, how many wait too long.
    channels: bool
    channel_works: bool
    channel_failing_since: datetime | None
    channel_worked_on: date | None
    unsent: int
    # Witnesses by name with the last day that they signed, and whether one of them saw another log.
    cosigned: dict[str, date | None]
    cosigned_late: bool
    contradicted: bool
    clock_in_doubt: bool
    not_set: list[str]
    # Emergency numbers that her pages do not show, and whether they show none of those for danger.
    numbers_waiting: int
    no_danger_number: bool
    desks_without_key: int
    desks_key_due: int
    # Why nothing is received ("" when all is well), and places whose row says something else than what was signed.
    routing_broken: str
    routing_differs: list[str]
    desks_not_signed: list[str]


def state(now: datetime) -> State:
    last = log.latest()
    ticked = Heartbeat.objects.values_list("at", flat=True).first()
    every = Report.objects.for_the_rules()
    return State(
        product=__version__,
        django=django.get_version(),
        python=platform.python_version(),
        database=connection.vendor,
        waiting=every.filter(next_due_at__isnull=False, held=False).count(),
        held=every.filter(held=True).count(),
        notices=Notice.objects.for_the_rules().filter(sent_at=None).count(),
        checkpoint=last.checkpoint.day if last else None,
        checkpoint_size=last.checkpoint.size if last else 0,
        ticked=ticked,
        quiet=ticked is None or now - ticked > QUIET,
        failing=_failing(),
        calendar_until=calendar("organisation").known_until,
        **_calls(now),
        **_witnesses(last.checkpoint.day if last else None),
        clock_in_doubt=FailedJob.objects.filter(job=CLOCK).exists(),
        not_set=_not_set(),
        numbers_waiting=waiting(),
        no_danger_number=not call_context()["danger_numbers"],
        desks_without_key=Desk.objects.filter(recipient="").count(),
        desks_key_due=Desk.objects.filter(key_due=True).count(),
        **_routing(),
    )


def _calls(now: datetime) -> dict[str, Any]:
    """Whether whoever is on call hears of it."""
    channel = ChannelState.objects.first()
    return {
        "channels": channels_configured(),
        "channel_works": channel_works(now),
        "channel_failing_since": channel and channel.failing_since,
        "channel_worked_on": channel and channel.worked_on,
        "unsent": unsent(now).count(),
    }


def _witnesses(signed: date | None) -> dict[str, Any]:
    """What the witnesses signed last. The day before the last signed one is not late: they are asked after it."""
    cosigned = log.last_cosigned()
    oldest = min((day or date.min for day in cosigned.values()), default=None)
    return {
        "cosigned": cosigned,
        "cosigned_late": oldest is not None and signed is not None and oldest < signed - timedelta(days=1),
        "contradicted": FailedJob.objects.filter(error=CONTRADICTS).exists(),
    }


def _not_set() -> list[str]:
    """Settings that an install for people has and this one has not."""
    wanted = {
        "TINCAY_HTTPS": settings.TINCAY_HTTPS,
        "TINCAY_ORIGIN": not settings.TINCAY_ORIGIN.startswith("tincay.invalid/"),
        "TINCAY_NOTICE_WEBHOOK": channels_configured(),
        "TINCAY_NOTICE_SECRET": settings.TINCAY_NOTICE_SECRET or not settings.TINCAY_NOTICE_WEBHOOK,
        "TINCAY_WITNESSES": settings.TINCAY_WITNESSES,
    }
    return [name for name, value in wanted.items() if not value]


def _routing() -> dict[str, Any]:
    """What the operator's signed statement and the rows make of each other."""
    keyed = set(Desk.objects.exclude(recipient="").values_list("code", flat=True))
    try:
        receiving = in_force()
        differing = differences(receiving)
    except RoutingBroken as broken:
        return {"routing_broken": broken.reason, "routing_differs": [], "desks_not_signed": sorted(keyed)}
    not_signed = sorted(keyed - receiving.keys.keys())
    return {"routing_broken": "", "routing_differs": differing, "desks_not_signed": not_signed}


def _failing() -> list[Failing]:
    """In the order of the list of jobs; one that a newer version has no more is called by its own name."""
    rows = {row.job: row for row in FailedJob.objects.exclude(job=CLOCK)}
    labels = {job.name: job.label for job in JOBS if job.name in rows}
    names = [*labels, *sorted(set(rows) - set(labels))]
    return [Failing(labels.get(name, name), rows[name].since, rows[name].error) for name in names]
