"""Check every row of the log. Exit code 1 when anything does not fit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tincay.log.checks import check_log
from tincay.log.queries import LogDamaged


class Command(BaseCommand):
    help = "Check that no leaf was dropped, altered or moved, and that all checkpoints still hold."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            leaves, audited = check_log()
        except (LogDamaged, ValueError) as wrong:
            raise CommandError(f"the log does not hold together: {wrong}") from None
        published = len(audited.leaf_hashes) if audited else 0
        self.stdout.write(f"{leaves} leaves hold together, {published} published")
