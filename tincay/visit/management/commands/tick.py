"""`tincay tick`: the scheduled work, once. Run it every minute where no server runs it by itself."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from tincay.cases.schedule import tick
from tincay.visit.actions import forget_visits
from tincay.web.time import now


class Command(BaseCommand):
    help = "Do what is due: reminders, pauses, closings, deletions, notices, the day's checkpoint."

    def handle(self, **options: object) -> None:
        done = tick(now=now())
        forget_visits(now=timezone.now())
        self.stdout.write(" ".join(f"{name}={count}" for name, count in done._asdict().items()))
