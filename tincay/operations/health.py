"""How the install is: versions, lengths of queues, the last checkpoint, the scheduled work. No report."""

import platform
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import django
from django.db import connection
from django.utils.functional import Promise

from tincay import __version__
from tincay.directory.queries import calendar
from tincay.directory.routing import RoutingBroken, differences, in_force
from tincay.log import queries as log
from tincay.operations.models import FailedJob, Heartbeat
from tincay.operations.scheduled import JOBS
from tincay.people.models import Desk, Notice
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
        desks_without_key=Desk.objects.filter(recipient="").count(),
        desks_key_due=Desk.objects.filter(key_due=True).count(),
        **_routing(),
    )


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
    rows = {row.job: row for row in FailedJob.objects.all()}
    labels = {job.name: job.label for job in JOBS if job.name in rows}
    names = [*labels, *sorted(set(rows) - set(labels))]
    return [Failing(labels.get(name, name), rows[name].since, rows[name].error) for name in names]
