"""`tincay repeat_estimate NUMBER`: works a published run out again and compares it with what was published."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tincay.estimates.compute import code_version, compare, made_with, work_out
from tincay.estimates.models import PublishedRun
from tincay.estimates.tables import table_hash


class Command(BaseCommand):
    help = "Repeat a published run: the same bits with the same packages and processor type, else to 1e-9."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)

    def handle(self, *, number: int, **options: object) -> None:
        kept = PublishedRun.objects.filter(pk=number).first()
        if kept is None:
            raise CommandError(f"No published run {number}.")
        if table_hash(kept.table, kept.salt) != kept.table_hash:
            raise CommandError("The stored table is not the one that was published.")
        self._name_differences(kept)
        comparison = compare(kept.result or {}, work_out(kept.table, kept.effort, kept.seed))
        if not comparison.near:
            raise CommandError(f"Different, first at {comparison.first_difference}")
        self.stdout.write("identical, bit for bit" if comparison.identical else "the same to 1e-9")

    def _name_differences(self, kept: PublishedRun) -> None:
        """Say beforehand what may keep the bits from being the same."""
        if kept.version != code_version():
            self.stdout.write(f"code: published with {kept.version}, here {code_version()}")
        for name, installed in made_with().items():
            if kept.made_with.get(name) != installed:
                self.stdout.write(f"{name}: published with {kept.made_with.get(name)}, here {installed}")
