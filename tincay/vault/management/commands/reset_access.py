"""`tincay reset_access NAME`: a way back for somebody who lost the password, the telephone or the passphrase."""

import secrets
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tincay.people.models import User
from tincay.vault.actions import LastMember, reset_access


class Command(BaseCommand):
    help = "Set a new first password, end sessions and second factors, and take the user's own key away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--keep-key", action="store_true", help="the passphrase is known and safe")

    def handle(self, *, name: str, keep_key: bool, **options: object) -> None:
        user = User.objects.for_the_rules().filter(username=name).first()
        if user is None:
            raise CommandError("Nobody has this name.")
        password = secrets.token_urlsafe(12)
        try:
            reset_access(user=user, password=password, keep_key=keep_key)
        except LastMember:
            raise CommandError(
                "Nobody else holds the key of one of this user's desks: without it its reports are lost."
                " If the passphrase is known, use --keep-key."
            ) from None
        self.stdout.write(f"{name}  {password}")
