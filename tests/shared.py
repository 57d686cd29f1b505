"""What is slow and the same in every test is done once: stretched codes, the rows of the network, an emptied database.

Each test still has all of it to itself: rows are written anew into its own database, objects are copies.
"""

import json
import pickle
import sys
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import TransactionTestCase

from tincay.core import sealing
from tincay.core.sealing import Identity, Stretched

T = TypeVar("T")
Row = tuple[Any, ...]
STRETCHES = Path(__file__).parent / "vectors" / "stretched.json"
CODES = (*range(1, 25), 77, 99)
"""Whose receipt is stretched, by number."""
KEYS = ("thu.cayme", "minh.cayme", "hoa.cayme", "lan.cayme", "son.bensong", "ha.giamsat")
"""Who holds a key behind a passphrase."""
LASTING = {"django_migrations", "django_content_type", "auth_permission"}
"""Tables that the migrations fill and no test changes."""


# --- stretched codes and passphrases

stretch_receipt, stretch_passphrase = sealing.stretch_receipt, sealing.stretch_passphrase
"""The product's own, that work."""


@cache
def known_stretches() -> tuple[dict[tuple[str, bytes], Stretched], dict[tuple[str, bytes], Identity]]:
    """What the cast's codes and passphrases become (tests/test_shared.py works each out again)."""
    kept = json.loads(STRETCHES.read_text(encoding="utf-8"))
    codes = {
        (one["code"], bytes.fromhex(one["salt"])): Stretched(
            bytes.fromhex(one["locator"]), Identity(one["identity"]), bytes.fromhex(one["signing_seed"])
        )
        for one in kept["codes"]
    }
    passphrases = {
        (one["passphrase"], bytes.fromhex(one["salt"])): Identity(one["identity"])
        for one in kept["passphrases"]
    }
    return codes, passphrases


def write_stretches() -> None:
    """Work out anew what is kept of the cast: `import django; django.setup()` first."""
    from tests.cast import SALT, code_number

    passphrases = [(f"gió sông {name} đồng xanh", f"salt of {name}".ljust(16, ".").encode()) for name in KEYS]
    kept = {
        "codes": [_written_code(code_number(number), SALT) for number in CODES],
        "passphrases": [
            {"passphrase": phrase, "salt": salt.hex(), "identity": stretch_passphrase(phrase, salt)}
            for phrase, salt in passphrases
        ],
    }
    STRETCHES.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _written_code(code: str, salt: bytes) -> dict[str, str]:
    found = stretch_receipt(code, salt)
    return {
        "code": code,
        "salt": salt.hex(),
        "locator": found.locator.hex(),
        "identity": found.identity,
        "signing_seed": found.signing_seed.hex(),
    }


@lru_cache(maxsize=1000)
def _code(code: str, salt: bytes) -> Stretched:
    return known_stretches()[0].get((code, salt)) or stretch_receipt(code, salt)


@lru_cache(maxsize=1000)
def _passphrase(passphrase: str, salt: bytes, **how: int) -> Identity:
    known = None if how else known_stretches()[1].get((passphrase, salt))
    return known or stretch_passphrase(passphrase, salt, **how)


def remember_stretches() -> None:
    """From now on nothing is stretched twice in this process, whoever asks for it."""
    others = (name for name in sys.modules if name.startswith(("tincay.", "tests.")) and name != __name__)
    ours = [sys.modules[name] for name in others]
    for name, own in (("stretch_receipt", _code), ("stretch_passphrase", _passphrase)):
        product = getattr(sealing, name)
        for module in ours:
            if getattr(module, name, None) is product:
                setattr(module, name, own)


# --- rows that several tests begin with


class Kept(Generic[T]):
    """What `build` makes in an empty database, kept and put into the next test's database as it is."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._made: bytes | None = None
        self._rows: dict[str, tuple[list[str], list[Row]]] = {}

    def put(self) -> T:
        """What `build` returns, and its rows in the database: built, or put back where their tables are empty."""
        if self._made is None:
            return self._first()
        if self._rows.keys() & set(filled()):
            return self._build()
        with transaction.atomic(), connection.cursor() as cursor:
            for table, (columns, rows) in self._rows.items():
                names, places = ", ".join(map(_quoted, columns)), ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {_quoted(table)} ({names}) VALUES ({places})", rows)
        made: T = pickle.loads(self._made)
        return made

    def _first(self) -> T:
        before = {table: _content(table) for table in filled()}
        made = self._build()
        after = {table: _content(table) for table in filled()}
        if all(after[table] == content for table, content in before.items()):
            self._rows = {table: content for table, content in after.items() if table not in before}
            self._made = pickle.dumps(made)
        return made


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _content(table: str) -> tuple[list[str], list[Row]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {_quoted(table)}")
        return [column[0] for column in cursor.description], cursor.fetchall()


@cache
def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(names) - LASTING)


def filled() -> list[str]:
    """Every table that has a row, but those that the migrations filled."""
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {_quoted(table)})" for table in _tables())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [row[0] for row in cursor.fetchall()]


# --- an emptied database


def empty_quickly() -> None:
    """After a test with real commits delete what is there, instead of emptying every table and filling Django's."""

    def teardown(_: TransactionTestCase) -> None:
        tables = filled()
        if tables:
            connection.ops.execute_sql_flush(list(_emptied(tables)))

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


def _emptied(tables: list[str]) -> Iterator[str]:
    if connection.vendor == "postgresql":
        # Neither the triggers of what is written once nor foreign keys stand in the way of the tests' superuser.
        yield "SET LOCAL session_replication_role = replica"
        yield from (f"DELETE FROM {_quoted(table)}" for table in tables)
    else:
        yield from connection.ops.sql_flush(no_style(), tables)
