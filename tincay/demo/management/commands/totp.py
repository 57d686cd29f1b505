"""`tincay totp SECRET`: the six digits of a demo sign-in, for whoever has no authenticator at hand."""

from argparse import ArgumentParser

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.management.base import BaseCommand, CommandError

from tincay.web.models import this_install


class Command(BaseCommand):
    help = "Show the six digits that belong to a TOTP secret now (in a demo only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("secret")

    def handle(self, *, secret: str, **options: object) -> None:
        if not this_install().is_demo:
            raise CommandError("A real second factor belongs on a telephone, not in a shell's history.")
        counter = next(iter(yield_hotp_counters_from_time()))
        self.stdout.write(str(format_hotp_value(hotp_value(secret, counter))))
