"""One writer at a time, one transaction for one happening.

SQLite has one writer whatever we do. Queueing in this process instead of in SQLite's busy loop
keeps p99 latency an order of magnitude lower and never answers "database is locked".
"""

import functools
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")
_writer = threading.RLock()


class _Depth(threading.local):
    inside = False


_depth = _Depth()


def one_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Run an action in one transaction: all of it is kept, or nothing.

    Actions may call actions: an inner one is part of the outer one and has no savepoint of its own, so an
    outer action must not catch what an inner one raises and go on.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if _depth.inside:
            return function(*args, **kwargs)
        if connection.vendor != "sqlite":
            return _outermost(function, *args, **kwargs)
        with _writer:
            return _outermost(function, *args, **kwargs)

    return call


def _outermost(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    _depth.inside = True
    try:
        with transaction.atomic():
            return function(*args, **kwargs)
    finally:
        _depth.inside = False


class _Call(NamedTuple):
    """One call that waits for the writer, and what its thread is told in the end."""

    run: Callable[[], Any]
    future: Future[Any]


_waiting: deque[_Call] = deque()


def one_commit_for_many(function: Callable[P, R]) -> Callable[P, R]:
    """`one_transaction` for what many send at once: what waits for SQLite's writer meanwhile shares one commit.

    A call is answered only once the shared commit stands. When one of them raises, none is kept: each is then run
    once more in a transaction of its own, so that nobody is refused for what another one sent. `function` may
    therefore do nothing that a rollback does not undo. Where the database is locked or full all are told so at once:
    each would wait as long again. On PostgreSQL each commits alone.
    """
    unshared = one_transaction(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if _depth.inside or connection.vendor != "sqlite":
            return unshared(*args, **kwargs)
        future: Future[R] = Future()
        _waiting.append(_Call(functools.partial(function, *args, **kwargs), future))
        with _writer:
            if not future.done():
                _write([_waiting.popleft() for _ in range(len(_waiting))])
        return future.result()

    return call


def _write(calls: list[_Call]) -> None:
    """Run these calls and tell each thread how its own went. The caller holds the writer."""
    try:
        results = _outermost(_run, calls)
    except BaseException as error:
        if len(calls) == 1 or rests(error):
            _fail(calls, error)
        else:
            _write_alone(calls)
    else:
        for call, result in zip(calls, results, strict=True):
            call.future.set_result(result)


def _run(calls: list[_Call]) -> list[Any]:
    results = [call.run() for call in calls]
    # What is to be done after the commit cannot undo it: it is noted in the log when it breaks, and the next is done.
    hooks: Any = connection.run_on_commit
    hooks[:] = [(points, act, True) for points, act, _ in hooks]
    return results


def _write_alone(calls: list[_Call]) -> None:
    for place, call in enumerate(calls, 1):
        _write([call])
        if rests(error := call.future.exception()):
            _fail(calls[place:], error)
            return


def _fail(calls: list[_Call], error: BaseException | None) -> None:
    for call in calls:
        call.future.set_exception(error)


PASSES = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
}  # fmt: skip
"""What stands in SQLite's way for a while. A missing table is an OperationalError too, and does not pass."""


AWAY = (OperationalError, InterfaceError)
"""What is raised where the database cannot be asked for now. A connection that broke is no DatabaseError."""


def rests(error: BaseException | None) -> bool:
    """Whether the database could not be used for now: locked, full or away, rather than asked for nonsense."""
    if not isinstance(error, AWAY):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is None or code & 0xFF in PASSES


READERS_WAIT_MS = 1_000
"""How long emptying the write-ahead log waits for somebody who reads: writers wait meanwhile, so briefly."""


def leave_no_copy() -> None:
    """Call where something is erased: once that is kept, the write-ahead log holds it no more."""
    transaction.on_commit(truncate_wal, robust=True)


def truncate_wal() -> None:
    """Empty SQLite's write-ahead log. With a reader in the way it stays as it is, until the next tick."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    usual = int(connection.settings_dict["OPTIONS"]["timeout"] * 1000)
    with _writer, connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout={READERS_WAIT_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={usual}")
