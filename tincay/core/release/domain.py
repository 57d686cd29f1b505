"""Which columns a register has, and which answers each column allows.

The domain comes from the code lists and is written down before anybody looks at the data: what may be
counted must not depend on who is in the register.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
MOST_VALUES = 60_000  # codes are two bytes wide
FORMULA_SIGNS = ("=", "+", "-", "@")
SIGNED = re.compile(r"[+-]([0-9]+([.,][0-9]+)?)?")


class DomainError(ValueError):
    """The description of the columns is wrong; the text says where, and what to do."""


def composed(text: str) -> str:
    """The one spelling (Unicode NFC) of text that a keyboard may have written in two ways."""
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True)
class Column:
    """A column and its allowed values, in the order of the code list. "" means: not said.

    `groups` names the coarser group of each value, for tables that would have too many cells.
    """

    name: str
    values: tuple[str, ...]
    groups: tuple[str, ...] | None = None
    title: str = ""
    meanings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name:
            raise DomainError("A column has no name.")
        if not 1 <= len(self.values) <= MOST_VALUES:
            raise DomainError(f"Column {self.name}: give between 1 and {MOST_VALUES} values.")
        _refuse_twins(f"column {self.name}", self.values)
        for text in (self.name, self.title, *self.values, *(self.groups or ()), *self.meanings):
            _refuse_formula(f"Column {self.name}", text)
        if self.groups is not None and len(self.groups) != len(self.values):
            raise DomainError(f"Column {self.name}: each value needs one group.")

    @cached_property
    def index(self) -> dict[str, int]:
        """Value → its code."""
        return {value: code for code, value in enumerate(self.values)}


@dataclass(frozen=True)
class Axis:
    """A column as a table sees it: by its values, or by its coarser groups."""

    column: int
    name: str
    values: tuple[str, ...]
    coarsening: Codes | None = None

    def __len__(self) -> int:
        return len(self.values)

    def of(self, codes: Codes) -> Codes:
        """Codes of the column → codes on this axis."""
        return codes if self.coarsening is None else self.coarsening[codes]


@dataclass(frozen=True)
class Domain:
    """All columns, kept in the order of their names: the order in a file changes no number.

    `order` is the order the columns were given in, used only for writing files.
    """

    columns: tuple[Column, ...]
    order: tuple[str, ...]
    source: str = ""

    @classmethod
    def of(cls, columns: Iterable[Column], source: str = "") -> Domain:
        """A domain of these columns; refuses none, and two of one name."""
        listed = tuple(columns)
        if not listed:
            raise DomainError("The domain has no columns.")
        _refuse_twins("the columns", [column.name for column in listed])
        _refuse_formula("The source", source)
        named = tuple(sorted(listed, key=lambda column: column.name))
        domain = cls(named, tuple(column.name for column in listed), source)
        _refuse_twins("the columns and their groups", [axis.name for axis in domain.axes])
        return domain

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Column names, sorted."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The axis of each column, in order; after them the coarser axes of those that have groups."""
        fine = [Axis(i, column.name, column.values) for i, column in enumerate(self.columns)]
        return (*fine, *(_coarse_axis(i, c) for i, c in enumerate(self.columns) if c.groups))

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many answers each axis has."""
        return tuple(map(len, self.axes))

    def coarser(self, axis: int) -> int | None:
        """The coarser axis of the same column, if the code list has one."""
        later = range(len(self.columns), len(self.axes))
        return next((other for other in later if self.axes[other].column == axis), None)

    def shape(self, axes: Iterable[int]) -> tuple[int, ...]:
        """How many answers each of these axes has."""
        return tuple(self.sizes[axis] for axis in axes)

    def only(self, names: Iterable[str]) -> Domain:
        """The same domain with these columns alone."""
        wanted = set(names)
        return Domain.of((self.columns[self.names.index(n)] for n in self.order if n in wanted), self.source)


def _coarse_axis(place: int, column: Column) -> Axis:
    groups = column.groups or ()
    labels = tuple(dict.fromkeys(groups))
    where = {label: code for code, label in enumerate(labels)}
    mapping = np.array([where[group] for group in groups], dtype=np.uint16)
    return Axis(place, f"{column.name} (group)", labels, mapping)


def _refuse_twins(where: str, names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        key = composed(name)
        if key in seen:
            kind = "written twice" if seen[key] == name else "the same letters in two Unicode spellings"
            raise DomainError(f"In {where} one name is {kind}: {key!r}.")
        seen[key] = name


@lru_cache(1 << 16)
def is_formula(text: str) -> bool:
    """Would a spreadsheet run a cell with this text? Numbers with a sign are no danger."""
    begins = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return begins in FORMULA_SIGNS and not SIGNED.fullmatch(text)


def _refuse_formula(where: str, text: str) -> None:
    """No word of a code list needs to begin like a formula, and every one is published in a table."""
    if is_formula(text) or any(unicodedata.category(letter) == "Cc" for letter in text):
        raise DomainError(f"{where}: a text begins like a formula or has a control character.")


def read_domain(text: str) -> Domain:
    """Read DOMAIN.json: {"columns": [{"name", "values", "groups"?, "title"?, "meanings"?}], "source"?}.

    `groups` is {"group": [values, …]}, `meanings` is {"value": "words"}. Raises DomainError.
    """
    try:
        content = json.loads(text)
        listed = content["columns"]
        return Domain.of([_read_column(each) for each in listed], str(content.get("source", "")))
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as problem:
        raise DomainError(
            'The domain is not readable: it must be JSON like {"columns": [{"name": …, "values": […]}]}.'
        ) from problem


def _read_column(entry: Mapping[str, Any]) -> Column:
    values = tuple(composed(str(value)) for value in entry["values"])
    name = composed(str(entry["name"]))
    meanings = {composed(str(value)): str(words) for value, words in entry.get("meanings", {}).items()}
    groups = _read_groups(name, values, entry["groups"]) if entry.get("groups") else None
    return Column(
        name, values, groups, str(entry.get("title", "")), tuple(meanings.get(v, "") for v in values)
    )


def _read_groups(name: str, values: tuple[str, ...], groups: Mapping[str, list[str]]) -> tuple[str, ...]:
    group_of = {
        composed(str(value)): composed(group) for group, members in groups.items() for value in members
    }
    lost = [value for value in values if value not in group_of]
    if lost:
        raise DomainError(f"Column {name}: {len(lost)} values are in no group, the first is {lost[0]!r}.")
    return tuple(group_of[value] for value in values)


def write_domain(domain: Domain) -> str:
    """The JSON that `read_domain` reads back to the same domain."""
    return json.dumps(
        {"source": domain.source, "columns": [_column_json(domain, name) for name in domain.order]},
        ensure_ascii=False,
        indent=1,
    )


def _column_json(domain: Domain, name: str) -> dict[str, Any]:
    column = domain.columns[domain.names.index(name)]
    out: dict[str, Any] = {"name": name, "values": list(column.values), "title": column.title}
    if any(column.meanings):
        out["meanings"] = {v: words for v, words in zip(column.values, column.meanings, strict=True) if words}
    if column.groups:
        out["groups"] = {
            group: [v for v, g in zip(column.values, column.groups, strict=True) if g == group]
            for group in dict.fromkeys(column.groups)
        }
    return out
