"""`tincay tick`: the scheduled work, once. Run it every minute where no server runs it by itself."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from tincay.operations.scheduled import Ran, tick_by_the_clock
from tincay.web.time import now


class Command(BaseCommand):
    help = "Do what is due: reminders, pauses, closings, deletions, notices, the day's checkpoint."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--the-clock-is-right", action="store_true", help="go on once although the clock was in doubt"
        )

    def handle(self, *, the_clock_is_right: bool = False, **options: object) -> None:
        ran = tick_by_the_clock(now=now(), sure=the_clock_is_right)
        if ran.elsewhere:
            self.stdout.write("another run is under way")
            return
        self.stdout.write(" ".join(f"{name}={count}" for name, count in ran.done.items()))
        if wrong := _wrong(ran):
            raise CommandError("; ".join(wrong))


def _wrong(ran: Ran) -> list[str]:
    """What makes the exit code 1: each job that failed, since when, and a run that could not be kept."""
    wrong = [ran.doubt] if ran.doubt else []
    for job, error in ran.failed.items():
        since = f" since {localtime(ran.since[job]):%Y-%m-%d %H:%M}" if job in ran.since else ""
        wrong.append(f"{job} fails{since}: {error}")
    return wrong if ran.kept else [*wrong, "the run could not be kept"]
