"""A country, as data: reads the pack's files once and hands them to the rules in core."""

import csv
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import get_language

from tincay.core.clock import Rule, read_rules
from tincay.core.codes import CodeLists, read_codes
from tincay.core.receipts import Thing


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


def word_list_address() -> str:
    """Where a browser of the staff loads the thousand syllables of passphrases and fingerprints from."""
    return static(f"client/{word_list_file(settings.TINCAY_PACK)}")


def word_list_file(pack: str) -> str:
    """The file in the client's folder that holds a country pack's syllables."""
    return f"words-{pack}.txt"


@lru_cache
def words() -> tuple[str, ...]:
    """The thousand syllables of fingerprints, by number."""
    return tuple(pack_text("words.txt").split())


@lru_cache
def things() -> tuple[Thing, ...]:
    """The hundred things of receipt codes, by number."""
    return tuple(Thing(row["emoji"], row["vi"], row["en"]) for row in pack_rows("receipt_things.csv"))


def things_for_script(*languages: str) -> dict[str, Any]:
    """The same in a page's configuration, with the nouns of these languages."""
    return {
        "pictures": [thing.picture for thing in things()],
        "names": {tongue: [thing.name(tongue) for thing in things()] for tongue in languages},
    }


def thing_groups(language: str) -> list[str]:
    """What each ten of the hundred things have in common, in their order."""
    return [str(row[f"group_{language}"]) for row in pack_rows("receipt_things.csv")][::10]


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


def language() -> str:
    """The language of the page."""
    return get_language() or "vi"


def label(list_name: str, code: str) -> str:
    """The words of a code in the language of the page; "" for no code. Raises UnknownCode."""
    return codes().get_code(list_name, code).label(language()) if code else ""


def code_choices(list_name: str, wanted: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """The codes of a list, or the wanted ones, with their words, for a choice."""
    chosen = codes()[list_name] if wanted is None else [codes().get_code(list_name, code) for code in wanted]
    return [(code.code, code.label(language())) for code in chosen]


def texts() -> dict[str, Any]:
    """The pack's texts in the language of the page: title, text, label and so on are words, not tables."""
    return translated(pack_toml("texts.toml"))


def translated(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A table of a pack in the language of the page."""
    return {name: _translated_value(value) for name, value in entry.items()}


def _translated_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_translated_value(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return local_text(value, language()).strip() if "vi" in value else translated(value)


def text_version() -> str:
    """Which wording she had before her eyes."""
    return str(pack_toml("pack.toml")["text_version"])
