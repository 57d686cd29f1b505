"""Where reports go, as the install signed it: read from a file of the install, followed through the desks' own keys.

Rows cannot lead a report anywhere: what they say has to be what was signed, or nothing is received.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection

from tincay.core.authorship import KeyOfDesk, base64url
from tincay.core.routing import RoutedDesk, Routing, keys_in_force, read_routing
from tincay.core.statements import NotSigned, Statement
from tincay.directory.models import Fallback, Province
from tincay.log.queries import opened_in_clear
from tincay.people.models import Desk, DeskKey
from tincay.web.strict_json import Malformed, RoutingFile, read, signed_json

STATEMENT_FILE = "routing.json"
KEYS_OF_DESKS = """
    SELECT d.id, d.organisation_id, d.code, d.recipient, d.signing, k.number, k.document, k.signature
    FROM people_desk d LEFT JOIN people_deskkey k ON k.desk_id = d.id
    ORDER BY d.code, k.number
"""
_OF_DESK = ("id", "organisation_id", "code", "recipient", "signing")


class RoutingBroken(Exception):
    """Nothing may be sealed now. `reason`: missing, signature, origin, chain, rows, log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Row(NamedTuple):
    """A desk and one key of it, or none."""

    id: int
    organisation: int
    code: str
    recipient: str
    signing: bytes
    number: int | None
    document: bytes
    signature: bytes


class InForce(NamedTuple):
    """The statement, verified, and each desk's present key, which its row holds too."""

    routing: Routing
    keys: Mapping[str, KeyOfDesk]
    for_page: Mapping[str, Any]
    rows: Mapping[str, _Row]

    def desk(self, code: str) -> Desk:
        """The desk as its keys were read with it; what else its row holds is read when it is asked for."""
        row = self.rows[code]
        return Desk.from_db(DEFAULT_DB_ALIAS, _OF_DESK, row[: len(_OF_DESK)])

    def desks(self, *codes: str) -> Mapping[str, Desk]:
        """The rows of these desks, by their codes. Raises RoutingBroken when one holds another key by now."""
        rows = Desk.objects.select_related("organisation").filter(code__in=codes)
        desks = {desk.code: desk for desk in rows}
        _check_rows(
            {code: self.keys[code] for code in codes},
            {code: (desk.recipient, _raw(desk.signing)) for code, desk in desks.items()},
        )
        return desks

    def desk_of(self, province: str | None) -> str:
        """The code of the desk that a report about this province goes to."""
        return self.routing.provinces.get(province or "", self.routing.default)


def statement_path() -> Path:
    """The file that the operator puts beside the data; it is no secret."""
    return Path(settings.TINCAY_DATA) / STATEMENT_FILE


def in_force() -> InForce:
    """What phones seal to now. Raises RoutingBroken."""
    try:
        text = statement_path().read_bytes()
    except OSError:
        raise RoutingBroken("missing") from None
    return receiving_by(text)


def receiving_by(text: bytes) -> InForce:
    """What phones seal to where this is the signed file. Raises RoutingBroken."""
    # By hand, because every report asks: the mapper costs ten times the database here.
    with connection.cursor() as cursor:
        cursor.execute(KEYS_OF_DESKS)
        rows = tuple(_row(*row) for row in cursor.fetchall())
    receiving = _follow(text, rows, settings.TINCAY_ORIGIN)
    _ask_the_log(receiving.keys)
    _check_rows(receiving.keys, {code: (row.recipient, row.signing) for code, row in receiving.rows.items()})
    return receiving


def _row(
    desk: Any, organisation: Any, code: Any, recipient: Any, signing: Any, number: Any, *signed: Any
) -> _Row:
    if not isinstance(number, int | None):
        raise RoutingBroken("rows")
    document, signature = (_raw(value or b"") for value in signed)
    return _Row(desk, organisation, code, recipient, _raw(signing), number, document, signature)


def _raw(value: Any) -> bytes:
    """What a column of bytes holds; SQLite keeps in it whatever is put there. Raises RoutingBroken."""
    try:
        return bytes(memoryview(value))
    except TypeError:
        raise RoutingBroken("rows") from None


@lru_cache(maxsize=4)
def _follow(text: bytes, rows: tuple[_Row, ...], origin: str) -> InForce:
    file, routing = _read_file(text, origin)
    later: dict[str, list[Statement]] = {}
    for row in rows:
        if row.number and row.code in routing.desks and row.number > routing.desks[row.code].key.number:
            later.setdefault(row.code, []).append(Statement(row.document, row.signature))
    try:
        keys = keys_in_force(routing, later)
    except NotSigned:
        raise RoutingBroken("chain") from None
    for_page = _told(file) | {
        "later": {code: [signed_json(*one) for one in chain] for code, chain in later.items()}
    }
    return InForce(routing, keys, for_page, {row.code: row for row in rows if row.code in keys})


@lru_cache(maxsize=4)
def _read_file(text: bytes, origin: str) -> tuple[RoutingFile, Routing]:
    try:
        file = read(RoutingFile, text)
        routing = read_routing(file.install, file.statement.statement)
    except (Malformed, NotSigned):
        raise RoutingBroken("signature") from None
    if routing.origin != origin:
        raise RoutingBroken("origin")
    return file, routing


def _told(file: RoutingFile) -> dict[str, Any]:
    """The statement as a page carries it."""
    statement = {"document": file.statement.document, "signature": base64url(file.statement.signature)}
    return {"install": base64url(file.install), "statement": statement}


class Installed(NamedTuple):
    """What the install signed, whatever rows say: the key of a desk, if it named one, and the statement for a page."""

    key: KeyOfDesk | None
    for_page: Mapping[str, Any] | None


def installed_key(desk: str) -> Installed:
    """What the install's statement says of one desk: nothing before any was signed. Raises RoutingBroken."""
    try:
        file, routing = _read_file(statement_path().read_bytes(), settings.TINCAY_ORIGIN)
    except OSError:
        return Installed(None, None)
    named = routing.desks.get(desk)
    return Installed(named.key if named else None, _told(file))


def _check_rows(keys: Mapping[str, KeyOfDesk], rows: Mapping[str, tuple[str, bytes]]) -> None:
    """The desks' rows have to hold the very keys that follow from the statement. Raises RoutingBroken."""
    if rows != {code: (key.recipient, key.signing) for code, key in keys.items()}:
        raise RoutingBroken("rows")


def _ask_the_log(keys: Mapping[str, KeyOfDesk]) -> None:
    """The last key of a desk that the log names has to be the one in force. Raises RoutingBroken."""
    try:
        logged = {opened.event["desk"]: opened.event for opened in opened_in_clear("key_changed")}
    except ValueError:
        raise RoutingBroken("log") from None
    for code, key in keys.items():
        event = logged.get(code, {})
        if any(event.get(name) != value for name, value in key.document.items() if name != "v"):
            raise RoutingBroken("log")


def draft(*, serial: int) -> Routing:
    """What the rows say now, to be looked at and signed by the operator: fingerprints are compared by voice.

    Raises RoutingBroken.
    """
    default = Fallback.objects.select_related("triage", "case").get(id=1)
    cases = {
        desk.organisation_id: desk.code
        for desk in Desk.objects.filter(purpose="case").exclude(recipient="").order_by("-pk")
    }
    desks = {}
    for row in DeskKey.objects.select_related("desk__organisation").order_by("number"):
        key = KeyOfDesk(row.desk.code, row.number, row.recipient, _raw(row.signing))
        case = cases.get(row.desk.organisation_id, default.case.code)
        desks[row.desk.code] = RoutedDesk(key, case, row.desk.organisation.of_the_state)
    places = Province.objects.exclude(desk=None).order_by("code").values_list("code", "desk__code")
    return Routing(
        origin=settings.TINCAY_ORIGIN,
        serial=serial,
        default=default.triage.code,
        desks=desks,
        provinces={place: desk for place, desk in places if desk in desks},
    )


def differences(receiving: InForce) -> list[str]:
    """Provinces, and "" for the default, whose row says something else than what was signed. Raises RoutingBroken."""
    drafted = draft(serial=receiving.routing.serial)
    places = {*drafted.provinces, *receiving.routing.provinces}
    differing = {
        place for place in places if drafted.provinces.get(place) != receiving.routing.provinces.get(place)
    }
    default = {""} if drafted.default != receiving.routing.default else set()
    return sorted(differing | default)
