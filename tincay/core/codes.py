"""The lists of answers a person can choose from: read from a country pack, checked, looked up.

A list is text with the columns code, en, vi, notes. Whoever needs an answer asks here, so that
an answer that no list knows cannot enter the product.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

COLUMNS = ["code", "en", "vi", "notes"]
CODE = re.compile(r"[A-Za-z0-9_]{1,40}")


class UnknownCode(ValueError):
    """A list has no such code, or there is no such list."""


class BadCodeList(ValueError):
    """The text of a list cannot be used: wrong columns, a code twice, a label missing."""


@dataclass(frozen=True)
class Code:
    """One answer of a list, with its words in both languages."""

    code: str
    en: str
    vi: str
    notes: str

    def label(self, language: str) -> str:
        """The words for a language tag ("vi", "en", "en-GB"); Vietnamese for every other language."""
        return self.en if language.split("-")[0].lower() == "en" else self.vi


class CodeLists(Mapping[str, tuple[Code, ...]]):
    """All lists of a pack by name, each in the order in which it is shown."""

    def __init__(self, lists: Mapping[str, tuple[Code, ...]]) -> None:
        self._lists = dict(lists)
        self._codes = {name: {code.code: code for code in codes} for name, codes in self._lists.items()}

    def __getitem__(self, list_name: str) -> tuple[Code, ...]:
        return self._lists[list_name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lists)

    def __len__(self) -> int:
        return len(self._lists)

    def get_code(self, list_name: str, code: str) -> Code:
        """The code of that list. UnknownCode names the list only: the answer may be somebody's words."""
        try:
            return self._codes[list_name][code]
        except KeyError:
            raise UnknownCode(list_name) from None

    def check(self, list_name: str, *codes: str) -> None:
        """Raise UnknownCode unless every one of the codes stands in the list."""
        for code in codes:
            self.get_code(list_name, code)


def read_codes(texts: Mapping[str, str]) -> CodeLists:
    """Read {list name: CSV text}. Raises BadCodeList with the list's name and line."""
    return CodeLists({name: _read_list(name, text) for name, text in texts.items()})


def _read_list(name: str, text: str) -> tuple[Code, ...]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if reader.fieldnames != COLUMNS:
        raise BadCodeList(f"{name}: the columns are not code, en, vi, notes")
    by_code: dict[str, Code] = {}
    for row in reader:
        code = _read_code(row, f"{name}, line {reader.line_num}")
        if code.code in by_code:
            raise BadCodeList(f"{name}, line {reader.line_num}: this code stands there twice")
        by_code[code.code] = code
    if not by_code:
        raise BadCodeList(f"{name}: the list is empty")
    return tuple(by_code.values())


def _read_code(row: dict[str, str], where: str) -> Code:
    if None in row or None in row.values():
        raise BadCodeList(f"{where}: not four fields")
    if not CODE.fullmatch(row["code"]):
        raise BadCodeList(f"{where}: a code is made of letters, digits and _")
    if not (row["en"].strip() and row["vi"].strip()):
        raise BadCodeList(f"{where}: a label is missing")
    return Code(row["code"], row["en"], row["vi"], row["notes"])
