"""What only one process of the install may do at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import Error, connection


@contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Whether nobody else does it now. The lock ends with its process.

    On SQLite a file in the data folder is the lock; on PostgreSQL several machines share the database, so it is there.
    """
    with _in_database(name) if connection.vendor == "postgresql" else _in_folder(name) as locked:
        yield locked


@contextmanager
def _in_folder(name: str) -> Iterator[bool]:
    folder = Path(settings.TINCAY_DATA)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _in_database(name: str) -> Iterator[bool]:
    """Held by a connection of its own: the usual one may be closed and opened anew while the work is done."""
    number = int.from_bytes(sha256(f"tincay {name}".encode()).digest()[:8], "big", signed=True)
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            locked = bool(cursor.fetchone()[0])
            try:
                yield locked
            finally:
                # The server would let it go only a moment after this connection is closed, or broken.
                if locked:
                    with suppress(Error):
                        cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
    finally:
        own.close()
