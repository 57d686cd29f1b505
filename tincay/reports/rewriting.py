"""Rows written anew in no order, so that where they lie does not say when what they belong to closed.

Where a row lies in the database's files, and on PostgreSQL which transaction wrote it (xmin), tells the order in
which rows were written, whatever their keys are. Between rows of open reports, which have minutes, that is a time.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from tincay.web.transactions import leave_no_copy, one_transaction

AT_ONCE = 500
"""Rows that are in memory at a time. Each lot is drawn from all of its table, so that all of it is mixed."""
Rows = QuerySet[Any]
_chance = random.SystemRandom()
_put_off = False


@contextmanager
def put_off() -> Iterator[None]:
    """Rewrite nothing meanwhile: for a demo, whose year is over in a minute. The caller rewrites at the end."""
    global _put_off
    _put_off = True
    try:
        yield
    finally:
        _put_off = False


@one_transaction
def rewrite_rows(sets: Iterable[Rows]) -> int:
    """Delete the rows of each set and insert the same values in random order; how many there were.

    All of it or nothing. Rows may lead to one another: foreign keys are asked when the transaction ends.
    """
    if _put_off:
        return 0
    leave_no_copy()
    return sum(_rewrite(rows) for rows in sets)


def _rewrite(rows: Rows) -> int:
    with connection.cursor() as cursor:
        cursor.execute(*rows.order_by().values("pk").query.sql_with_params())
        keys = [key for (key,) in cursor.fetchall()]
        _chance.shuffle(keys)
        for start in range(0, len(keys), AT_ONCE):
            _rewrite_lot(cursor, rows, keys[start : start + AT_ONCE])
    return len(keys)


def _rewrite_lot(cursor: Any, rows: Rows, keys: list[Any]) -> None:
    quote, options = connection.ops.quote_name, rows.model._meta
    table = quote(options.db_table)
    names = ", ".join(quote(field.column) for field in options.concrete_fields)
    among = f"{table} WHERE {quote(options.pk.column)} IN ({_places(keys)})"
    # One statement: what somebody else committed while it waited for a row is what it takes out.
    cursor.execute(f"DELETE FROM {among} RETURNING {names}", keys)  # noqa: S608 -- names of a model
    kept = cursor.fetchall()
    _chance.shuffle(kept)
    if kept:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({_places(kept[0])})", kept)  # noqa: S608


def _places(values: Iterable[Any]) -> str:
    return ", ".join("%s" for _ in values)
