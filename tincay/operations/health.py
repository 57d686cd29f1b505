"""How the install is: versions, lengths of queues, the last checkpoint and the last scheduled run. No report."""

import platform
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import django
from django.db import connection

from tincay import __version__
from tincay.directory.queries import calendar
from tincay.log import queries as log
from tincay.operations.models import Heartbeat
from tincay.people.models import Desk, Notice
from tincay.reports.models import Report

QUIET = timedelta(minutes=10)
"""A timer that has not run for so long is worth a look."""


@dataclass(frozen=True)
class State:
    product: str
    django: str
    python: str
    database: str
    waiting: int
    held: int
    notices: int
    leaves: int
    checkpoint: date | None
    checkpoint_size: int
    ticked: datetime | None
    quiet: bool
    calendar_until: date | None
    desks_without_key: int
    desks_key_due: int


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
        leaves=log.size(),
        checkpoint=last.checkpoint.day if last else None,
        checkpoint_size=last.checkpoint.size if last else 0,
        ticked=ticked,
        quiet=ticked is None or now - ticked > QUIET,
        calendar_until=calendar("organisation").known_until,
        desks_without_key=Desk.objects.filter(recipient="").count(),
        desks_key_due=Desk.objects.filter(key_due=True).count(),
    )
