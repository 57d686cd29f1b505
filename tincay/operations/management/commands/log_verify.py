"""Check every row of the log, and what was kept beside it. Exit code 1 when anything does not fit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tincay.log.queries import LogDamaged
from tincay.operations.checks import check_everything


class Command(BaseCommand):
    help = "Check that nothing was dropped, altered or moved, and that all checkpoints still hold."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            leaves, published = check_everything()
        except (LogDamaged, ValueError) as wrong:
            raise CommandError(f"the log does not hold together: {wrong}") from None
        self.stdout.write(f"{leaves} leaves hold together, {published} published")
