"""Whom to call: the rows of the pack, and which of them somebody of this install has called and found right.

A real install shows only what was called here and has not changed since; a demo shows invented numbers, which dial
nobody. Where the database cannot be asked, a copy beside the data says which they were: a sign-off stands in it as
soon as it is given, and again whenever a server starts.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error

from tincay.directory.models import NumberCheck
from tincay.web.models import this_install
from tincay.web.packs import pack_toml

HOME = "VN"
FILE = "contacts.toml"
INVENTED_IN = "demo"
"""The pack whose numbers stand in the place of real ones where nobody may be called."""
_OF_THE_READER = {"reviewed", "reviewer"}


@dataclass(frozen=True)
class Number:
    """A row of contacts.toml. `digest` is of everything in it but who read it."""

    code: str
    row: Mapping[str, Any]
    digest: str

    @property
    def abroad(self) -> bool:
        return bool(self.row["country"] != HOME)


def every_number() -> dict[str, Number]:
    """All rows, in the order of the pack."""
    return _rows(this_install().is_demo)


def numbers_to_show() -> dict[str, Number]:
    """Those that her pages may show. A database that cannot be asked takes none of them away."""
    try:
        demo = this_install().is_demo
        checked = {} if demo else {one.number: one.digest for one in NumberCheck.objects.filter(right=True)}
    except Error:
        return numbers_without_rows()
    return _of(demo, checked)


def numbers_without_rows() -> dict[str, Number]:
    """The same, as far as the copy beside the data knows; no row is read."""
    return _of(settings.TINCAY_DEMO, _copied())


def _copied() -> Mapping[str, Any]:
    """What the copy says; nothing where it is away, or no such list: the pages that need it come all the same."""
    try:
        copied = json.loads(_copy().read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    return copied if isinstance(copied, dict) else {}


def keep_copy() -> None:
    """Write down which numbers are right, for when the rows cannot be read. Where there is no room, none stay there."""
    try:
        right = dict(NumberCheck.objects.filter(right=True).values_list("number", "digest"))
    except Error:
        return
    fresh = _copy().with_suffix(f".{os.getpid()}.new")
    try:
        fresh.write_text(json.dumps(right))
        os.replace(fresh, _copy())
    except OSError:
        for file in (fresh, _copy()):
            with suppress(OSError):
                file.unlink(missing_ok=True)


def last_checks() -> dict[str, NumberCheck]:
    """What was said last of each number."""
    return {one.number: one for one in NumberCheck.objects.select_related("organisation")}


def waiting() -> int:
    """How many numbers a real install does not show because nobody called them, or they changed, or are wrong."""
    return len(every_number()) - len(numbers_to_show())


def _of(demo: bool, checked: Mapping[str, Any]) -> dict[str, Number]:
    rows = _rows(demo)
    return rows if demo else {code: row for code, row in rows.items() if checked.get(code) == row.digest}


def _copy() -> Path:
    return Path(settings.TINCAY_DATA) / "numbers.json"


@lru_cache
def _rows(demo: bool) -> dict[str, Number]:
    invented = pack_toml(FILE, INVENTED_IN) if demo else {}
    return {code: _number(code, {**row, **invented.get(code, {})}) for code, row in pack_toml(FILE).items()}


def _number(code: str, row: Mapping[str, Any]) -> Number:
    as_shown = {name: value for name, value in row.items() if name not in _OF_THE_READER}
    document = json.dumps(as_shown, sort_keys=True, ensure_ascii=False, default=str)
    return Number(code, row, sha256(document.encode()).hexdigest())


def chosen(shown: Mapping[str, Number], codes: Iterable[str]) -> list[Number]:
    """Those of these numbers that may be shown, in this order."""
    return [shown[code] for code in codes if code in shown]
