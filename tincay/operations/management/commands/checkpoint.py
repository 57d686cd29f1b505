"""Sign the log for today and ask the witnesses. To be run once a day; running it more often does no harm."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tincay.log import queries
from tincay.log.checkpointing import close_the_day
from tincay.operations import clock
from tincay.web.time import now


class Command(BaseCommand):
    help = "Sign the log for today and ask the witnesses to cosign it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="sign anew although today is signed (demo only)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if in_doubt := clock.doubt(now()):
            raise CommandError(in_doubt)
        closed = close_the_day(now=now(), again=options["again"])
        self.stdout.write(f"checkpoint {closed.checkpoint.day} size {closed.checkpoint.size}")
        for name, problem in closed.answers.items():
            self.stdout.write(f"witness {name}: {'did not sign' if problem else 'signed'}")
            if problem:
                self.stderr.write(f"{name}: {problem}")
        if closed.contradicting:
            raise CommandError(
                "A witness saw another log than this one. Stop the server, keep the disk as it is, and compare with it."
            )
        registered = queries.publish(closed.checkpoint).registered
        self.stdout.write("registered" if registered else "not registered: the quorum is not met")
