"""`tincay enrol FILE.toml`: the organisations, desks and users of a new install, from one file.

The file is described in docs/operating.md. Passwords are made here and shown once; keys are made later, in each
user's own browser. Run it again with more entries: what is there already is left alone.
"""

import secrets
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tincay.directory.actions import set_fallback, set_province_desk
from tincay.operations.network_file import Table, read_network
from tincay.people.actions import add_desk, add_organisation, add_seat, add_user
from tincay.people.models import Desk, Organisation, User
from tincay.web.models import rename, this_install
from tincay.web.transactions import one_transaction


class Command(BaseCommand):
    help = "Add the organisations, desks and users that a file names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check the file and write nothing")

    def handle(self, *, file: Path, dry_run: bool = False, **options: object) -> None:
        if this_install().is_demo:
            raise CommandError("A demo has its own invented people.")
        try:
            table, faults = read_network(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(
                f"{file} cannot be read: {getattr(error, 'strerror', 'it is not UTF-8')}"
            ) from None
        if faults:
            raise CommandError(
                "\n".join(["Nothing was enrolled.", *(f"{file.name}, {fault}" for fault in faults)])
            )
        if dry_run:
            self.stdout.write(f"{file.name} can be enrolled.")
            return
        for name, password in _enrol(table).items():
            self.stdout.write(f"{name}  {password}")


@one_transaction
def _enrol(table: Table) -> dict[str, str]:
    """Add all of a checked file or nothing; the first passwords of those who are new."""
    for organisation in table.get("organisations", ()):
        _enrol_organisation(organisation)
    existing = set(User.objects.for_the_rules().values_list("username", flat=True))
    new = [user for user in table.get("users", ()) if user["username"] not in existing]
    shown = {user["username"]: _enrol_user(user) for user in new}
    _name_desks(table)
    if "name" in table:
        rename(**table["name"])
    return shown


def _enrol_user(given: Table) -> str:
    password = secrets.token_urlsafe(12)
    user = add_user(
        organisation=Organisation.objects.get(code=given["organisation"]),
        username=given["username"],
        password=password,
        role=given["role"],
        title_vi=given["title"]["vi"],
        title_en=given["title"]["en"],
        notice_address=given.get("notice_address", ""),
    )
    for seat in given.get("desks", ()):
        add_seat(user=user, desk=Desk.objects.get(code=seat["code"]), on_call=seat.get("on_call"))
    return password


def _enrol_organisation(given: Table) -> None:
    organisation = Organisation.objects.filter(code=given["code"]).first() or add_organisation(
        code=given["code"],
        name_vi=given["name"]["vi"],
        name_en=given["name"]["en"],
        kind=given["kind"],
        scope=given["scope"],
    )
    for desk in given.get("desks", ()):
        if not Desk.objects.filter(code=desk["code"]).exists():
            add_desk(
                organisation=organisation,
                code=desk["code"],
                name_vi=desk["name"]["vi"],
                name_en=desk["name"]["en"],
                purpose=desk["purpose"],
                post_vi=desk["post"]["vi"],
                post_en=desk["post"]["en"],
            )


def _name_desks(table: Table) -> None:
    """Which desk answers for which province, and who gets everything else."""
    for province, desk in table.get("provinces", {}).items():
        set_province_desk(code=province, desk=Desk.objects.get(code=desk))
    if "default" in table:
        default = table["default"]
        desks = {name: Desk.objects.get(code=code) for name, code in default.items()}
        set_fallback(triage=desks["triage"], case=desks["case"], oversight=desks.get("oversight"))
