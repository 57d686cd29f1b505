"""Make the log's signing key if there is none, and print the line by which witnesses know it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tincay.log.actions import create_log_key
from tincay.log.keys import NoLogKey


class Command(BaseCommand):
    help = "Make the log's signing key if there is none, and print its public line."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(create_log_key())
        except NoLogKey as missing:
            raise CommandError(str(missing)) from None
