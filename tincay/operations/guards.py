"""What has to be true before a command does anything: each mistake of an operator is one sentence, and no damage.

`python -m tincay` asks `check_start` before every command that needs an install. What is wrong is raised as
CannotStart, whose words say what to do and repeat no secret.
"""

import errno
import fcntl
import os
import socket
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from tincay.log import keys, queries
from tincay.operations import postgres
from tincay.web.models import Install, keep_origin
from tincay.web.transactions import rests

WITHOUT_INSTALL = {
    "help", "version", "--help", "-h", "--version", "check", "messages", "rights", "makemigrations", "compilemessages",
    "makemessages", "collectstatic", "findstatic", "showmigrations", "diffsettings", "test",
}  # fmt: skip
"""Commands that ask nothing of an install; with the two of `routing` that run on another machine."""
ELSEWHERE = {("routing", "key"), ("routing", "sign")}
MAKING = {"migrate", "demo"}
"""Commands that may make a database."""
SERVING = {"serve"}
ROOM = 1 << 20
"""Bytes that the data folder has to take before `serve` begins again."""
STORAGE = {errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO, errno.EPERM}
SQLITE = {
    "SQLITE_FULL": "the disk is full: make room",
    "SQLITE_READONLY": "the disk or the file is read-only: make it writable for this user",
    "SQLITE_CANTOPEN": "it cannot be opened: the folder has to be writable for this user, on a disk with room",
    "SQLITE_IOERR": "the disk answers with an error: it is full, read-only or broken",
    "SQLITE_BUSY": "another process keeps it locked: wait, or end that process",
    "SQLITE_LOCKED": "another process keeps it locked: wait, or end that process",
    "SQLITE_NOTADB": "the file is no database: put a backup back",
    "SQLITE_CORRUPT": "the file is damaged: keep it as it is, and put a backup back",
}
_locks: dict[Path, int] = {}
"""The locks of this process, by folder: they end with it."""


class CannotStart(Exception):
    """Why this command does nothing, and what to do: one sentence."""


class StorageTrouble(CannotStart):
    """The disk or the database cannot be used now, and that may pass: `serve` serves the numbers meanwhile."""


def check_command(word: str, rest: Sequence[str]) -> None:
    """Raise CannotStart unless this command may go on."""
    if word in WITHOUT_INSTALL or (word, *rest[:1]) in ELSEWHERE or {"-h", "--help"} & set(rest):
        return
    check_start(serving=word in SERVING, making=word in MAKING)


def check_start(*, serving: bool = False, making: bool = False) -> None:
    """Raise CannotStart unless files, database, settings and rows fit together.

    `making`: this command may make the database. `serving`: it serves, so that it has to be the only one, and from
    then on the log goes by the name that it is told, unless it has begun under another.
    """
    try:
        _check_files()
        _check_database(making=making)
        if not making:
            _check_rows(serving=serving)
        if serving:
            one_server(Path(settings.TINCAY_DATA))
    except (Error, OSError) as error:
        if trouble := as_storage_trouble(error):
            raise trouble from None
        raise


# --- files


def _check_files() -> None:
    """What holds keys or rows is its owner's alone. The database's files are made so; a key that others could read
    may have been read already, so its owner has to hear of it."""
    folder = Path(settings.TINCAY_DATA)
    if not folder.is_dir():
        return
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CannotStart(f"others may look into {folder}, which holds keys: chmod 700 {folder}")
    for path in folder.glob("*.key"):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CannotStart(f"others may read {path}: chmod 600 {path}")
    for path in _database_files():
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            _close(path)


def _close(path: Path) -> None:
    try:
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        raise CannotStart(f"others may read {path} ({error.strerror}): chmod 600 {path}") from None


def _sqlite() -> Path | None:
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None


def _database_files() -> Iterator[Path]:
    if path := _sqlite():
        yield from (
            file for end in ("", "-wal", "-shm") if (file := path.with_name(path.name + end)).exists()
        )


# --- the database


def _check_database(*, making: bool) -> None:
    path = _sqlite()
    if path and not making and not path.exists():
        raise CannotStart(
            f"there is no database at {path}: name the install's own TINCAY_DATA or TINCAY_DATABASE,"
            " or make a new one with ./run tincay migrate"
        )
    try:
        connection.ensure_connection()
        if connection.vendor == "postgresql" and (lines := postgres.talkative()):
            raise CannotStart(
                "PostgreSQL would write into its own log what people send: let its administrator run\n"
                + "\n".join(lines)
            )
        _check_migrations(making=making)
    except Error as error:
        if rests(error):
            raise
        raise CannotStart(f"the database cannot be used: {cause(error)}") from None


def _check_migrations(*, making: bool) -> None:
    executor = MigrationExecutor(connection)
    loader = executor.loader
    newer = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if (app, name) not in loader.disk_migrations and f"tincay.{app}" in settings.INSTALLED_APPS
    )
    if newer:
        raise CannotStart(
            f"the database was made by a newer version of this software ({newer[-1]}): start that version,"
            " or put the backup from before the upgrade back"
        )
    if not making and executor.migration_plan(loader.graph.leaf_nodes()):
        raise CannotStart(
            "the database is not of this version: stop the server, then run ./run tincay migrate"
        )


def cause(trouble: BaseException) -> str:
    """What stands in the way, in words that repeat nothing of what was asked."""
    name = getattr(trouble.__cause__, "sqlite_errorname", "")
    for start, words in SQLITE.items():
        if name.startswith(start):
            return words
    if connection.vendor == "postgresql" and rests(trouble):
        return (
            "PostgreSQL does not answer or does not let us in: is it running, and is TINCAY_DATABASE right?"
        )
    return type(trouble).__name__


def as_storage_trouble(error: Exception) -> StorageTrouble | None:
    """The trouble that an error tells of; None when it was something else than disk, rights and database."""
    if isinstance(error, OSError) and error.errno in STORAGE:
        at = f"{error.filename}: " if error.filename else ""
        return StorageTrouble(
            f"{at}{os.strerror(error.errno)}."
            " The data folder has to be writable for this user, on a disk with room"
        )
    return StorageTrouble(f"the database cannot be used: {cause(error)}") if rests(error) else None


def check_room() -> None:
    """Raise StorageTrouble unless the data folder takes some work: a disk that has room for one page is full soon."""
    try:
        with tempfile.TemporaryFile(dir=settings.TINCAY_DATA) as file:
            file.write(bytes(ROOM))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise as_storage_trouble(error) or error from None


# --- the rows


def _check_rows(*, serving: bool) -> None:
    install = Install.objects.first()
    if install is None:
        return
    _check_demo(install)
    begun = queries.begun()
    try:
        if begun or not serving:
            queries.check_origin()
        if begun and serving:
            keys.log_signer()
    except (queries.WrongOrigin, keys.NoLogKey) as wrong:
        raise CannotStart(str(wrong)) from None
    if serving and install.origin != settings.TINCAY_ORIGIN:
        keep_origin(settings.TINCAY_ORIGIN)


def _check_demo(install: Install) -> None:
    """A demo is one by its row and by its data folder, or nothing starts."""
    marker = Path(settings.TINCAY_DATA) / settings.DEMO_KEY_FILE
    if install.demo and not settings.TINCAY_DEMO:
        raise CannotStart(
            f"the database says that this is a demo, and {marker} is not there: somebody may have changed the row."
            " Keep the disk as it is, and compare with a backup"
        )
    if settings.TINCAY_DEMO and not install.demo:
        raise CannotStart(f"this is a real install with a demo's key in its data folder: remove {marker}")


# --- one server


def one_server(folder: Path) -> None:
    """Take the one place of a server in this folder until this process ends. Raises CannotStart."""
    if folder in _locks:
        return
    handle = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(handle)
        raise CannotStart(
            f"another server (process {process}) serves {folder}: stop it first, or name another TINCAY_DATA"
        ) from None
    _locks[folder] = handle
    with suppress(OSError):  # the lock is the place; on a full disk its number is missing
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)


def port_is_free(address: str, port: int) -> None:
    """Raise CannotStart if somebody listens there already: with SO_REUSEPORT two would share the visitors."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise CannotStart(
            f"port {port} on {address} cannot be taken ({error.strerror}):"
            " stop what listens there, or name another --port"
        ) from None
