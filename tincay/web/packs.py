"""A country, as data: reads the pack's files once and hands them to the rules in core."""

import csv
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from tincay.core.clock import Rule, read_rules
from tincay.core.codes import CodeLists, read_codes


def pack_folder(pack: str | None = None) -> Path:
    """Where a pack lies; the install's own when none is named."""
    return Path(settings.TINCAY_PACKS) / (pack or settings.TINCAY_PACK)


@lru_cache
def pack_text(name: str, pack: str | None = None) -> str:
    return (pack_folder(pack) / name).read_text(encoding="utf-8")


@lru_cache
def pack_toml(name: str, pack: str | None = None) -> Mapping[str, Any]:
    return tomllib.loads(pack_text(name, pack))


def pack_rows(name: str, pack: str | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(pack_text(name, pack).splitlines()))


@lru_cache
def codes() -> CodeLists:
    """Every code list of the country."""
    folder = pack_folder() / "codes"
    return read_codes({path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.csv"))})


@lru_cache
def rules() -> dict[str, Rule]:
    """Every clock rule of the country."""
    return read_rules(pack_text("clock.toml"))


@lru_cache
def words() -> tuple[str, ...]:
    """The thousand syllables of receipt words."""
    return tuple(pack_text("words.txt").split())


@lru_cache
def words_of_nature() -> tuple[str, ...]:
    """What reports are called inside an organisation ("Sóng 47")."""
    return tuple(pack_text("code_names.txt").split("\n"))


def unreviewed_lists() -> int:
    """How many lists of answers no native-speaking peer has read aloud yet; operators are told so."""
    return sum(not day for day in pack_toml("pack.toml")["reviewed"].values())


def local_text(entry: Mapping[str, Any], language: str) -> str:
    """`vi` or `en` of a pack's text; Vietnamese where the other is missing."""
    return str(entry.get(language) or entry["vi"])
