"""A demo install: invented organisations, people and desks, made with the same actions as any other install.

Only an empty install becomes a demo, and a demo never becomes anything else: demo and real data cannot mix.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256, sha512
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.utils import timezone

from tincay.core import receipts
from tincay.core.authorship import desk_key_of, vouch
from tincay.core.sealing import (
    Identity,
    Recipient,
    Stretched,
    new_key,
    recipient_of,
    stretch_receipt,
    wrap,
)
from tincay.demo.story import DescribedReport, Story, play
from tincay.directory.actions import add_province, add_service, seed_calendar, set_fallback
from tincay.directory.models import Province
from tincay.directory.signing import install_seed, sign_routing
from tincay.log.actions import create_log_key
from tincay.people.actions import add_desk, add_organisation, add_user
from tincay.people.models import Desk, Organisation, User
from tincay.reports.models import Report
from tincay.vault.actions import HandedKey, add_member, set_desk_key, set_person_key
from tincay.web.models import Install, this_install
from tincay.web.packs import pack_rows, pack_toml
from tincay.web.transactions import one_transaction

PACK = "demo"
Table = Mapping[str, Any]
Say = Callable[[str], None]


class NotEmpty(Exception):
    """This install holds something already: demo and real data are never mixed."""


@dataclass(frozen=True)
class DemoAccount:
    """What everybody may know of an invented user."""

    username: str
    password: str
    passphrase: str
    totp: str
    role: str
    title: str


@one_transaction
def load_demo(say: Say) -> None:
    """Fill an empty install with the demo pack, all or nothing; `say` is told how far it is. Raises NotEmpty."""
    pack = pack_toml("pack.toml", PACK)
    start: datetime = pack["start"]
    if Install.objects.exists() or Report.objects.for_the_rules().exists():
        raise NotEmpty
    install_seed()
    settings.TINCAY_DEMO = True
    with ThreadPoolExecutor(1) as stretching:
        Install.objects.create(
            id=1,
            demo=True,
            origin=settings.TINCAY_ORIGIN,
            name_vi="Thông tin cộng đồng",
            name_en="Community information",
        )
        this_install.cache_clear()
        # The slow stretches of the printed receipts run beside everything else.
        receipts_made = stretching.submit(_stretched, bytes(this_install().salt))
        create_log_key()
        say("organisations, people, keys")
        desk_keys = _network(_first_day(pack))
        described = _described(receipts_made.result())
        play(Story(described=described, pack=pack, start=start, desk_keys=desk_keys), say)
        Install.objects.filter(id=1).update(demo_offset=start - timezone.now())


def _first_day(pack: Table) -> datetime:
    first = pack["reporting_year"]["first"]
    start: datetime = pack["start"]
    return start.replace(year=first.year, month=first.month, day=first.day, hour=0)


def sign_ins() -> Iterator[DemoAccount]:
    """The users of the demo, as its pack prints them."""
    for user in pack_toml("users.toml", PACK)["users"]:
        yield DemoAccount(
            user["username"],
            user["password"],
            user.get("passphrase", ""),
            user["totp"],
            user["role"],
            user["title"]["vi"],
        )


def demo_code(name: str) -> str:
    """The receipt code of a described report: the same in every demo, so that a guide can print it."""
    stream = iter(sha512(f"tincay demo {name}".encode()).digest() * 4)
    return receipts.make(lambda count: bytes(next(stream) for _ in range(count)))


def demo_codes() -> dict[str, tuple[str, str]]:
    """The described reports: id → (code name, receipt code)."""
    reports = pack_toml("reports.toml", PACK)["reports"]
    return {report["id"]: (report["code_name"], demo_code(report["id"])) for report in reports}


def _stretched(salt: bytes) -> list[Stretched]:
    reports = pack_toml("reports.toml", PACK)["reports"]
    return [stretch_receipt(demo_code(report["id"]), salt) for report in reports]


def _described(stretched: list[Stretched]) -> list[DescribedReport]:
    reports = pack_toml("reports.toml", PACK)["reports"]
    return [DescribedReport(report, receipt) for report, receipt in zip(reports, stretched, strict=True)]


def _network(now: datetime) -> Mapping[str, Identity]:
    seed_calendar(rows=pack_rows("calendar.csv"), now=now)
    for organisation in pack_toml("organisations.toml", PACK)["organisations"]:
        _add_organisation(organisation)
    keys = _add_users(pack_toml("users.toml", PACK)["users"])
    desk_keys = {desk.code: _give_key(desk, keys, now) for desk in Desk.objects.all()}
    _add_directory()
    sign_routing(install_seed(), serial=1)
    return desk_keys


def _add_organisation(given: Table) -> None:
    organisation = add_organisation(
        code=given["code"],
        name_vi=given["name"]["vi"],
        name_en=given["name"]["en"],
        kind=given["kind"],
        scope=given["scope"],
    )
    for desk in given.get("desks", ()):
        add_desk(
            organisation=organisation,
            code=desk["code"],
            name_vi=desk["name"]["vi"],
            name_en=desk["name"]["en"],
            purpose=desk["purpose"],
            post_vi=desk["post"]["vi"],
            post_en=desk["post"]["en"],
        )


@dataclass(frozen=True)
class Seat:
    """A user with a key, and the desks where the user sits."""

    user: User
    identity: Identity
    desks: Mapping[str, int | None]


def _add_users(given: list[Table]) -> list[Seat]:
    organisations = {organisation.code: organisation for organisation in Organisation.objects.all()}
    seats = []
    for table in given:
        user = add_user(
            organisation=organisations[table["organisation"]],
            username=table["username"],
            password=None,
            role=table["role"],
            title_vi=table["title"]["vi"],
            title_en=table["title"]["en"],
        )
        User.objects.for_the_rules().filter(pk=user.pk).update(password=table["password_hash"])
        TOTP.activate(user, table["totp"])
        if "passphrase_key" in table:
            seats.append(_seat(user, table, Recipient(table["passphrase_key"])))
    return seats


def passphrase_salt(username: str) -> bytes:
    """The salt behind a demo user's passphrase; `passphrase_key` in the pack was stretched with it."""
    return sha256(f"tincay demo salt {username}".encode()).digest()[:16]


def _seat(user: User, table: Table, key: Recipient) -> Seat:
    identity, recipient = new_key()
    set_person_key(
        user=user,
        recipient=recipient,
        salt=passphrase_salt(user.username),
        sealed=wrap(identity, key),
        scrypt=(2**17, 8, 1),
    )
    return Seat(user, identity, {desk["code"]: desk.get("on_call") for desk in table["desks"]})


def _give_key(desk: Desk, seats: list[Seat], now: datetime) -> Identity:
    identity, _ = new_key()
    members = [seat for seat in seats if desk.code in seat.desks]
    wraps = {
        seat.user: HandedKey(
            wrap(identity, recipient_of(seat.identity)),
            vouch(identity, desk=desk.code, recipient=recipient_of(seat.identity)),
        )
        for seat in members
    }
    key = desk_key_of(identity, desk=desk.code, number=1)
    set_desk_key(desk=desk, key=key, succession=None, wraps=wraps, now=now)
    for seat in members:
        add_member(desk=desk, user=seat.user, on_call=seat.desks[desk.code])
    return identity


def _add_directory() -> None:
    desks = {desk.code: desk for desk in Desk.objects.all()}
    for row in pack_rows("provinces.csv", PACK):
        add_province(
            code=row["code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            list_version=row["list_version"],
            old_codes=row["old_codes"].split(),
            desk=desks.get(row["desk"]),
        )
    default = pack_toml("pack.toml", PACK)["desks"]
    set_fallback(
        triage=desks[default["default"]], case=desks[default["case"]], oversight=desks[default["oversight"]]
    )
    for service in pack_toml("services.toml", PACK)["services"]:
        _add_service(service)


def _add_service(given: Table) -> None:
    both = {
        f"{name}_{language}": given[name][language]
        for name in ("name", "place", "hours", "note")
        if name in given
        for language in ("vi", "en")
    }
    add_service(
        code=given["code"],
        province=Province.objects.filter(code=given.get("province", "")).first(),
        kinds=given["kinds"],
        phone=given.get("phone", ""),
        urgent=given.get("urgent", False),
        **both,
    )
