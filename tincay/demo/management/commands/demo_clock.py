"""`tincay demo_clock +3wd`: move a demo's clock forward. A real install has no such thing."""

import re
from argparse import ArgumentParser
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F

from tincay.core.clock import ZONE, add_working_days
from tincay.directory.queries import calendar
from tincay.operations.scheduled import tick
from tincay.web.models import Install, this_install
from tincay.web.time import now

STEP = re.compile(r"\+(\d{1,4})(m|h|d|wd)")


class Command(BaseCommand):
    help = "Move a demo's clock forward by minutes (+20m), hours (+6h), days (+2d) or working days (+3wd)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("step")

    def handle(self, *, step: str, **options: object) -> None:
        if not this_install().is_demo:
            raise CommandError("Only a demo's clock can be moved.")
        parts = STEP.fullmatch(step)
        if not parts:
            raise CommandError("Forward only, for example +20m, +6h, +2d or +3wd.")
        before = now()
        after = _moved(before, int(parts[1]), parts[2])
        Install.objects.filter(id=1).update(demo_offset=F("demo_offset") + (after - before))
        ran = tick(now=now())
        self.stdout.write(
            f"{now().astimezone(ZONE):%Y-%m-%d %H:%M} · escalated: {ran.done.get('escalate', 0)}"
        )


def _moved(start: datetime, count: int, unit: str) -> datetime:
    if unit == "wd":
        local = start.astimezone(ZONE)
        day = add_working_days(local.date(), count, calendar())
        return datetime.combine(day, local.timetz())
    return (
        start + {"m": timedelta(minutes=count), "h": timedelta(hours=count), "d": timedelta(days=count)}[unit]
    )
