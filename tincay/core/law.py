"""Legal facts that a page may tell a person: each with its source and the day somebody last checked it.

Laws change. A fact that nobody has looked at for twelve months carries a red mark.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

GOOD_FOR = timedelta(days=365)
STATUSES = ("S", "M")


class BadLegalFact(ValueError):
    """A legal fact without words, source or a known status."""


@dataclass(frozen=True)
class LegalFact:
    """One fact. Status S was read in a source, M is from memory and waits for a lawyer."""

    id: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    source: Mapping[str, str]
    status: str
    reviewed: date | None

    def may_be_shown(self) -> bool:
        """Only what was read in a source may be told to a person as a fact."""
        return self.status == "S"

    def needs_review(self, today: date) -> bool:
        """The red mark: from memory, never reviewed, or last reviewed twelve months ago or more."""
        if self.status == "M" or self.reviewed is None:
            return True
        return today - self.reviewed >= GOOD_FOR


def read_law(toml_text: str) -> dict[str, LegalFact]:
    """Read a pack's law.toml: one table per fact. Raises BadLegalFact with the id of the fact."""
    return {name: _read_fact(name, table) for name, table in tomllib.loads(toml_text).items()}


def _read_fact(name: str, table: Mapping[str, Any]) -> LegalFact:
    fact = LegalFact(
        id=name,
        title=_both(table, "title"),
        text=_both(table, "text"),
        source=_both(table, "source"),
        status=str(table.get("status", "")),
        reviewed=_reviewed(name, table.get("reviewed", "")),
    )
    words = [*fact.title.values(), *fact.text.values(), *fact.source.values()]
    if fact.status not in STATUSES or not all(word.strip() for word in words):
        raise BadLegalFact(name)
    return fact


def _both(table: Mapping[str, Any], key: str) -> dict[str, str]:
    return {language: str(table.get(f"{key}_{language}", "")) for language in ("vi", "en")}


def _reviewed(name: str, value: object) -> date | None:
    if value == "":
        return None
    if isinstance(value, date):
        return value
    raise BadLegalFact(name)
