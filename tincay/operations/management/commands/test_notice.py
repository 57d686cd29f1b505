"""`tincay test_notice NAME`: call somebody for real, and say what each channel answered."""

import secrets
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tincay.people.channels import keep_state, send
from tincay.people.models import User
from tincay.people.queries import channels_configured
from tincay.web.time import now


class Command(BaseCommand):
    help = "Send the words of a call to a user's notice_address. Exit code 1 when no channel took it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user's name")

    def handle(self, *, name: str, **options: object) -> None:
        user = User.objects.for_the_rules().filter(username=name).first()
        if user is None:
            raise CommandError("Nobody of this name is enrolled.")
        if not user.notice_address:
            raise CommandError(f"{name} has no notice_address: nobody is called there.")
        if not channels_configured():
            raise CommandError("No channel is set: TINCAY_NOTICE_WEBHOOK or TINCAY_MAIL_HOST.")
        sent = send(user.notice_address, key=secrets.token_bytes(16))
        keep_state(works=bool(sent.channel), now=now())
        for failure in sent.failures:
            self.stderr.write(f"not sent by {failure}")
        if not sent.channel:
            raise CommandError("No channel took it: whoever is on call is not called.")
        self.stdout.write(f"sent by {sent.channel}. Ask {name} whether it came.")
