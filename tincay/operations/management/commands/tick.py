"""`tincay tick`: the scheduled work, once. Run it every minute where no server runs it by itself."""

from django.core.management.base import BaseCommand, CommandError

from tincay.operations.scheduled import tick
from tincay.web.time import now


class Command(BaseCommand):
    help = "Do what is due: reminders, pauses, closings, deletions, notices, the day's checkpoint."

    def handle(self, **options: object) -> None:
        ran = tick(now=now())
        self.stdout.write(" ".join(f"{name}={count}" for name, count in ran.done.items()))
        if ran.failed:
            raise CommandError("failed: " + " ".join(f"{job}={error}" for job, error in ran.failed.items()))
