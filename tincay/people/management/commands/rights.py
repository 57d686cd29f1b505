"""`tincay rights`: who may do what, as one table; docs/rights.md is this table."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from tincay.people.rights import table


class Command(BaseCommand):
    help = "Print who may do what: a row for each right, a column for each role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/rights.md anew (for developers)")

    def handle(self, *, write: bool, **options: object) -> None:
        if write:
            (settings.BASE_DIR / "docs/rights.md").write_text(table(), encoding="utf-8")
        else:
            self.stdout.write(table(), ending="")
