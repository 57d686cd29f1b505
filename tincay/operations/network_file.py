"""The file that enrols a network, checked whole before anything of it is written.

All faults are named at once, each with its line. Its shape is described in docs/operating.md.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo

from tincay.core.officials import POLICE_KINDS, STATE_KINDS
from tincay.directory.models import Fallback, Province
from tincay.people.models import Desk, Organisation
from tincay.web.packs import codes

Table = Mapping[str, Any]
HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\"-]+)\s*\]\]?\s*(#.*)?$")
KEY = re.compile(r"\s*\"?([\w-]+)\"?\s*=")


class Fault(NamedTuple):
    """What is wrong, and in which line (0: in the file as a whole)."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


class Body(NamedTuple):
    """What decides which reports may go to an organisation's desks."""

    of_the_state: bool
    enforces_law: bool


@dataclass
class Names:
    """What may be named: by the file itself, and by what was enrolled before. `times`: how often the file makes it."""

    desks: dict[str, Body] = field(default_factory=dict)
    organisations: set[str] = field(default_factory=set)
    provinces: set[str] = field(default_factory=set)
    times: Counter[tuple[str, str]] = field(default_factory=Counter)


# --- what a value has to be


def _code_of(vocabulary: str) -> AfterValidator:
    def check(value: str) -> str:
        return _one_of(value, [code.code for code in codes()[vocabulary]], vocabulary)

    return AfterValidator(check)


def _one_of(value: str, allowed: list[str], what: str) -> str:
    if value not in allowed:
        raise ValueError(f"{value!r} is no {what}: one of {', '.join(allowed) or 'none'}")
    return value


def _purpose(value: str) -> str:
    return _one_of(value, [code for code, _ in Desk.PURPOSES], "purpose")


def _organisation(value: str, info: ValidationInfo) -> str:
    return _one_of(value, sorted(_names(info).organisations), "organisation")


def _desk(value: str, info: ValidationInfo) -> str:
    return _one_of(value, sorted(_names(info).desks), "desk of this file or of the install")


def _for_a_province(value: str, info: ValidationInfo) -> str:
    if _names(info).desks[_desk(value, info)].enforces_law:
        raise ValueError(f"no report may go to {value}: the police answer for no province")
    return value


def _for_everything(value: str, info: ValidationInfo) -> str:
    if _names(info).desks[_desk(value, info)].of_the_state:
        raise ValueError(
            f"no report may go to {value}: reports about officials come to the default desks,"
            " which are not of the state"
        )
    return value


def _province(value: str, info: ValidationInfo) -> str:
    allowed = sorted(_names(info).provinces)
    if value not in allowed:
        hint = f"one of {', '.join(allowed)}" if allowed else "run ./run tincay load_pack first"
        raise ValueError(f"{value!r} is no province: {hint}")
    return value


def _once(kind: str) -> AfterValidator:
    def check(value: str, info: ValidationInfo) -> str:
        if _names(info).times[kind, value] > 1:
            raise ValueError(f"{value!r} is named twice")
        return value

    return AfterValidator(check)


def _reachable(value: str) -> str:
    if value.startswith("mailto:") and "@" not in value:
        raise ValueError("mailto: needs an address, e.g. mailto:on-call@mail.example")
    return value


def _names(info: ValidationInfo) -> Names:
    return info.context["names"]  # type: ignore[index, no-any-return]


Code = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]{1,50}$")]
DeskCode = Annotated[str, AfterValidator(_desk)]
DefaultDesk = Annotated[str, AfterValidator(_for_everything)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Name(_Table):
    vi: str = Field(min_length=1, max_length=120)
    en: str = Field(min_length=1, max_length=120)


class _InstallName(_Table):
    vi: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=60)


class _Title(_Table):
    vi: str = Field(min_length=1, max_length=80)
    en: str = Field(min_length=1, max_length=80)


class _DeskTable(_Table):
    code: Annotated[Code, _once("desk")]
    name: _Name
    purpose: Annotated[str, AfterValidator(_purpose)]
    post: _Name


class _OrganisationTable(_Table):
    code: Annotated[Code, _once("organisation")]
    name: _Name
    kind: Annotated[str, _code_of("org_type")]
    scope: list[Annotated[str, _code_of("org_scope")]]
    desks: list[_DeskTable] = []


class _Seat(_Table):
    code: DeskCode
    on_call: int | None = Field(None, ge=0, le=1000)


class _UserTable(_Table):
    organisation: Annotated[str, AfterValidator(_organisation)]
    username: Annotated[str, Field(min_length=1, max_length=60), _once("user")]
    role: Annotated[str, _code_of("user_role")]
    title: _Title
    desks: list[_Seat] = []
    notice_address: Annotated[str, Field(max_length=200), AfterValidator(_reachable)] = ""


class _Default(_Table):
    triage: DefaultDesk
    case: DefaultDesk
    oversight: DeskCode | None = None


class _File(_Table):
    name: _InstallName | None = None
    organisations: list[_OrganisationTable] = []
    users: list[_UserTable] = []
    provinces: dict[
        Annotated[str, AfterValidator(_province)], Annotated[str, AfterValidator(_for_a_province)]
    ] = {}
    default: _Default | None = None


# --- the file


def read_network(text: str) -> tuple[Table, list[Fault]]:
    """The tables of a file, and everything that is wrong with them. Nothing is written."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        return {}, [Fault(0, f"this is no TOML: {wrong}")]
    lines = _lines(text)
    try:
        _File.model_validate(table, context={"names": _gather(table)})
    except ValidationError as wrong:
        faults = [_fault(error, lines) for error in wrong.errors(include_url=False)]
    else:
        faults = []
    if "default" not in table and not Fallback.objects.exists():
        faults.append(Fault(0, "name the [default] desks: triage and case"))
    bodies = [one for one in _tables(table, "organisations") if "coordinating_body" in _scope(one)]
    if len(bodies) > 1:
        faults.append(Fault(0, "only one organisation has the scope coordinating_body"))
    return table, sorted(set(faults))


def _fault(error: Any, lines: Mapping[tuple[str | int, ...], int]) -> Fault:
    """In words, with the line of the innermost part of the file that is written somewhere."""
    place = tuple(part for part in error["loc"] if part != "[key]")
    line = next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), 0)
    name = ".".join(str(part) for part in place if not isinstance(part, int))
    match error["type"]:
        case "missing":
            return Fault(line, f"{name} is missing")
        case "extra_forbidden":
            return Fault(line, f"{name} is no name of this file")
        case _:
            return Fault(line, f"{name}: {error['msg'].removeprefix('Value error, ')}")


def _tables(table: Table, name: str) -> Iterator[Table]:
    """The tables of this name, as far as they are any."""
    rows = table.get(name)
    yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _gather(table: Table) -> Names:
    """What the file makes, with what is there already."""
    names = Names(
        desks={
            desk.code: Body(desk.organisation.of_the_state, desk.organisation.enforces_law)
            for desk in Desk.objects.select_related("organisation")
        },
        organisations=set(Organisation.objects.values_list("code", flat=True)),
        provinces=set(Province.objects.values_list("code", flat=True)),
    )
    for given in _tables(table, "organisations"):
        names.organisations.add(str(given.get("code")))
        names.times["organisation", str(given.get("code"))] += 1
        for desk in _tables(given, "desks"):
            names.desks.setdefault(str(desk.get("code")), _body(given))
            names.times["desk", str(desk.get("code"))] += 1
    for user in _tables(table, "users"):
        names.times["user", str(user.get("username"))] += 1
    return names


def _scope(given: Table) -> list[Any]:
    scope = given.get("scope")
    return scope if isinstance(scope, list) else []


def _body(given: Table) -> Body:
    """As `Organisation` says it of a row."""
    law = given.get("kind") in POLICE_KINDS or "law_enforcement" in _scope(given)
    return Body(law or given.get("kind") in STATE_KINDS, law)


def _lines(text: str) -> dict[tuple[str | int, ...], int]:
    """Where each table and each key begins. Keys of a table in one line stand where that line does."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: Counter[tuple[str | int, ...]] = Counter()
    at: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            at = _table_at(header[2].replace('"', "").split("."), counts, new=header[1] == "[[")
            lines.setdefault(at, number)
        elif key := KEY.match(line):
            lines.setdefault((*at, key[1]), number)
    return lines


def _table_at(
    parts: list[str], counts: Counter[tuple[str | int, ...]], *, new: bool
) -> tuple[str | int, ...]:
    """The place of a table: the last one of each list that its name goes through; a new one for [[…]]."""
    at: tuple[str | int, ...] = ()
    for place, part in enumerate(parts, 1):
        at = (*at, part)
        counts[at] += new and place == len(parts)
        if counts[at]:
            at = (*at, counts[at] - 1)
    return at
