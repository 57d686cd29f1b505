"""`tincay load_estimates`: the claims of the country pack."""

from django.core.management.base import BaseCommand

from tincay.estimates.actions import load_claims
from tincay.web.packs import pack_toml


class Command(BaseCommand):
    help = "Write down the published figures of the pack (estimates.toml), each with its source."

    def handle(self, **options: object) -> None:
        number = load_claims(entries=pack_toml("estimates.toml")["claims"])
        self.stdout.write(f"{number} claims")
