"""`tincay routing`: where reports go is drafted here, signed elsewhere with the install's own key, and used here."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tincay.core.authorship import base64url
from tincay.core.routing import Routing, routing_of
from tincay.core.sealing import fingerprint, signing_public
from tincay.core.statements import NotSigned, spelled
from tincay.directory import signing
from tincay.directory.models import Fallback
from tincay.directory.routing import draft
from tincay.web.packs import words


class Command(BaseCommand):
    help = "key FILE, draft, sign --key FILE (draft on standard input), use FILE. See docs/operating.md."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True)
        words.add_parser("key", help="make the install's key; not on the server").add_argument(
            "file", type=Path
        )
        words.add_parser("draft", help="what the rows say now, to be read and signed")
        words.add_parser("sign", help="sign a draft").add_argument("--key", type=Path, required=True)
        words.add_parser("use", help="check a signed file and put it in use").add_argument("file", type=Path)

    def handle(self, *, word: str, **options: Path) -> None:
        try:
            getattr(self, f"_{word}")(**{name: options[name] for name in ("file", "key") if name in options})
        except Fallback.DoesNotExist:
            raise CommandError("No default desks yet: `enrol` names them under [default].") from None
        except (signing.CannotUse, NotSigned, OSError, ValueError) as error:
            raise CommandError(str(error) or "This cannot be read.") from None

    def _key(self, *, file: Path) -> None:
        if Path(settings.TINCAY_DATA).resolve() in file.resolve().parents:
            raise CommandError("Not in the server's data folder: whoever takes it would hold this key too.")
        self.stdout.write(base64url(signing_public(signing.make_install_key(file))))

    def _draft(self) -> None:
        in_use = signing.file_in_use()
        routing = draft(serial=in_use[1].serial + 1 if in_use else 1)
        named = {routing.default, *(desk.case for desk in routing.desks.values())}
        if without := sorted(named - routing.desks.keys()):
            raise CommandError(
                f"No key yet: {', '.join(without)}, named under [default]. Somebody who sits there makes it first."
            )
        self._say(routing)
        self.stdout.write(spelled(routing.document()).decode())

    def _sign(self, *, key: Path) -> None:
        seed = signing.read_install_key(key)
        routing = routing_of(json.loads(sys.stdin.read()))
        self._say(routing)
        self.stdout.write(signing.signed_file(seed, routing), ending="")

    def _use(self, *, file: Path) -> None:
        routing = signing.use(file.read_text())
        self.stdout.write(f"In use: number {routing.serial}, {len(routing.desks)} desks.")

    def _say(self, routing: Routing) -> None:
        """For the operator's eyes: which desk each province goes to, and each desk's key."""
        for code, desk in sorted(routing.desks.items()):
            state = ", state body" if desk.of_the_state else ""
            about = f"key {desk.key.number}, case desk {desk.case}{state}"
            ten = " ".join(fingerprint(desk.key.recipient.encode(), words()))
            self.stderr.write(f"desk {code} ({about}): {ten}")
        for place, code in sorted(routing.provinces.items()):
            self.stderr.write(f"province {place}: {code}")
        self.stderr.write(f"everything else: {routing.default}")
