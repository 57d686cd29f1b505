"""Counts and keys that all processes that serve have in common, each for an hour, so that none tells when a report
came.

On SQLite the main server is one process and counts in its memory; the plain one, which is replaced each minute, counts
in a table (models.Tally). On PostgreSQL several serve, perhaps on several machines, and all count in the table. In
either, what is counted stands as a keyed hash: whoever has the counts cannot tell what they are of.
"""

import hmac
import secrets
import threading
import time
from collections.abc import Iterable
from typing import Protocol

from django.conf import settings
from django.db import connection

from tincay.intake.models import HourKey, Tally

HOUR = 3600


def this_hour() -> int:
    return int(time.time()) // HOUR


def _key(name: str) -> bytes:
    key = f"tincay/tally{settings.SECRET_KEY}".encode()
    return hmac.digest(key, name.encode(), "sha256")[:16]


class Tallies(Protocol):
    """Named counts. `hour` is a number since 1970: a count of it may be forgotten once the next hour is over too."""

    def add(self, name: str, hour: int, times: int = 1) -> int:
        """Count it once more, or so many times; how often that makes."""

    def read(self, names: Iterable[str]) -> dict[str, int]:
        """How often each was counted."""

    def key(self, hour: int) -> bytes:
        """32 random bytes that all processes have for this hour."""

    def forget(self, before: int) -> int:
        """Take away what belongs to earlier hours; how many counts that were."""


class InMemory:
    """The counts of one process. They go with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[bytes, tuple[int, int]] = {}
        self._keys: dict[int, bytes] = {}
        self._swept = this_hour()

    def add(self, name: str, hour: int, times: int = 1) -> int:
        with self._lock:
            if self._swept != (now := this_hour()):
                self._swept = now
                self._forget(now - 1)
            key = _key(name)
            count = self._counts.get(key, (0, 0))[1] + times
            self._counts[key] = (hour, count)
            return count

    def read(self, names: Iterable[str]) -> dict[str, int]:
        with self._lock:
            return {name: self._counts.get(_key(name), (0, 0))[1] for name in names}

    def key(self, hour: int) -> bytes:
        with self._lock:
            return self._keys.setdefault(hour, secrets.token_bytes(32))

    def forget(self, before: int) -> int:
        with self._lock:
            return self._forget(before)

    def _forget(self, before: int) -> int:
        all_of_them = len(self._counts)
        self._counts = {key: kept for key, kept in self._counts.items() if kept[0] >= before}
        self._keys = {hour: key for hour, key in self._keys.items() if hour >= before}
        return all_of_them - len(self._counts)


class InTable:
    """The counts of all processes on one database. Each is one statement: two at one moment are two counts."""

    def add(self, name: str, hour: int, times: int = 1) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                'INSERT INTO intake_tally ("key", "hour", "count") VALUES (%s, %s, %s) ON CONFLICT ("key")'
                ' DO UPDATE SET "count" = intake_tally."count" + EXCLUDED."count" RETURNING "count"',
                [_key(name), hour, times],
            )
            return int(cursor.fetchone()[0])

    def read(self, names: Iterable[str]) -> dict[str, int]:
        keys = {_key(name): name for name in names}
        rows = Tally.objects.filter(key__in=keys).values_list("key", "count")
        return dict.fromkeys(keys.values(), 0) | {keys[bytes(key)]: count for key, count in rows}

    def key(self, hour: int) -> bytes:
        keys = HourKey.objects.filter(hour=hour).values_list("key", flat=True)
        if not keys:
            made = HourKey(hour=hour, key=secrets.token_bytes(32))
            HourKey.objects.bulk_create([made], ignore_conflicts=True)  # another process may have made one
        return bytes(keys.get())

    def forget(self, before: int) -> int:
        HourKey.objects.filter(hour__lt=before).delete()
        return Tally.objects.filter(hour__lt=before).delete()[0]


_in_memory, _in_table = InMemory(), InTable()


_shared = False


def share_counts() -> None:
    """Count in the database on SQLite too, from now on: for a process that is replaced all the time."""
    global _shared
    _shared = True


def tallies() -> Tallies:
    """Those of this install's database."""
    return _in_memory if connection.vendor == "sqlite" and not _shared else _in_table


def forget_counts(before: int) -> int:
    """Take away what belongs to earlier hours, wherever it was counted; how many counts that were."""
    return _in_memory.forget(before) + _in_table.forget(before)
