"""Sign the log for today and ask the witnesses. To be run once a day; running it more often does no harm."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tincay.core.ledger.note import BadNote, NotSigned
from tincay.core.ledger.policy import Witness
from tincay.record import actions, queries, trust, witnesses
from tincay.record.models import Checkpoint
from tincay.web.time import now


class Command(BaseCommand):
    help = "Sign the log for today and ask the witnesses to cosign it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="sign anew although today is signed (demo only)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signed = actions.sign_checkpoint(now=now(), again=options["again"])
        self.stdout.write(f"checkpoint {signed.day} size {signed.size}")
        for name, witness in trust.trusted_policy().witnesses.items():
            if not signed.cosignatures.filter(witness=name).exists():
                self.stdout.write(f"witness {name}: {self.ask(witness, signed)}")
        registered = queries.publish(signed).registered
        self.stdout.write("registered" if registered else "not registered: the quorum is not met")

    def ask(self, witness: Witness, checkpoint: Checkpoint) -> str:
        try:
            actions.add_cosignature(checkpoint=checkpoint, lines=witnesses.ask(witness, checkpoint))
        except (witnesses.WitnessRefused, NotSigned, BadNote) as wrong:
            self.stderr.write(f"{witness.verifier.name}: {wrong}")
            return "did not sign"
        return "signed"
