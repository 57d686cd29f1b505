"""Each mistake of an operator is one sentence that says what to do, an exit code, and no damage: real commands."""

import hashlib
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest
from django.conf import settings

from tests.demo.loaded import TINCAY, environment
from tests.patience import PATIENCE
from tincay.operations import guards
from tincay.operations.guards import CannotStart, one_server, port_is_free

ORIGIN = "tin.example/log"
SECRET = "qzw-secret-xyzzy"
SERVER = """
import os, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "tincay.settings"
import django
django.setup()
from tincay.operations.guards import check_start
check_start(serving=True)
print(os.getpid(), flush=True)
sys.stdin.read()
"""
"""What `serve` does first, and then nothing until it is ended."""


class Done(NamedTuple):
    code: int
    out: str
    err: str


def run(folder: Path, *words: str, **variables: str) -> Done:
    """A command as an operator starts it; `variables` in addition, or in place of the right ones."""
    given = {"TINCAY_ORIGIN": ORIGIN, "TINCAY_ENV_FILE": "", **variables}
    done = subprocess.run(
        [*TINCAY, *words],
        cwd=settings.BASE_DIR, env={**environment(folder), **given}, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def works(folder: Path, *words: str) -> str:
    done = run(folder, *words)
    assert done.code == 0, done.err
    return done.out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new install whose log has begun, made with its own commands."""
    folder = tmp_path_factory.mktemp("install")
    for words in (["migrate", "-v0"], ["load_pack"], ["checkpoint"], ["tick"]):
        works(folder, *words)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def contents(folder: Path) -> dict[str, str]:
    """Every file but locks and SQLite's shared memory, by its hash; the database by what its tables hold."""
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock" and not path.name.startswith("tincay.sqlite3")
    }
    database = folder / "tincay.sqlite3"
    if database.exists():
        with closing(sqlite3.connect(database)) as rows:
            files["rows"] = hashlib.sha256("\n".join(rows.iterdump()).encode()).hexdigest()
    return files


def sql(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "tincay.sqlite3")) as database, database:
        for statement in statements:
            database.execute(statement)


def nothing(folder: Path) -> None:
    """The folder is as it was; what is wrong is in the variables."""


def no_database(folder: Path) -> None:
    (folder / "tincay.sqlite3").unlink()


def not_migrated(folder: Path) -> None:
    sql(folder, "DELETE FROM django_migrations WHERE app = 'web' AND name = '0002_origin'")


def newer(folder: Path) -> None:
    sql(
        folder,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('reports', '9999_later', '2030-01-01')",
    )


def no_log_key(folder: Path) -> None:
    (folder / "log.key").unlink()


def open_folder(folder: Path) -> None:
    folder.chmod(0o755)


def open_key(folder: Path) -> None:
    (folder / "log.key").chmod(0o644)


def demo_by_its_row(folder: Path) -> None:
    sql(folder, "UPDATE web_install SET demo = 1, demo_offset = 999999999999")


def demo_by_its_folder(folder: Path) -> None:
    (folder / "install.demo.key").touch(mode=0o600)


def no_longer_a_database(folder: Path) -> None:
    (folder / "tincay.sqlite3").write_bytes(b"x" * 8192)


class Mistake(NamedTuple):
    """What was done to the folder, what is said then, the variables that were wrong, and the commands to try."""

    spoil: Callable[[Path], None]
    sentence: str
    variables: Mapping[str, str] = MappingProxyType({})
    commands: tuple[str, ...] = ("tick", "checkpoint", "serve", "log_verify")


def wrong(sentence: str, **variables: str) -> Mistake:
    return Mistake(nothing, sentence, variables, ("tick", "serve"))


MISTAKES = {
    "a cron line without TINCAY_ORIGIN": Mistake(
        nothing, f"set TINCAY_ORIGIN={ORIGIN}", {"TINCAY_ORIGIN": "x.example/log"}
    ),
    "a cron line without TINCAY_DATABASE": Mistake(no_database, "there is no database at"),
    "pending migrations": Mistake(not_migrated, "run ./run tincay migrate"),
    "a newer database": Mistake(newer, "made by a newer version of this software (reports.9999_later)"),
    "a missing key of the log": Mistake(
        no_log_key, "log.key is missing and this log has begun", commands=("log_key",)
    ),
    "a missing key, served": Mistake(no_log_key, "restore it from its backup", commands=("serve",)),
    "a data folder open to all": Mistake(open_folder, "chmod 700"),
    "a key that others can read": Mistake(open_key, "chmod 600"),
    "a row that says demo": Mistake(demo_by_its_row, "somebody may have changed the row"),
    "a demo's key beside real rows": Mistake(demo_by_its_folder, "remove"),
    "a file that is no database": Mistake(no_longer_a_database, "the file is no database: put a backup back"),
    "a list that is no JSON": wrong("TINCAY_HOSTS has to be a JSON list", TINCAY_HOSTS=f"{SECRET}.example"),
    "no scheme": wrong("TINCAY_NOTICE_WEBHOOK has to be", TINCAY_NOTICE_WEBHOOK=f"{SECRET}.example"),
    "a misspelt name": wrong("TINCAY_HOST is no setting: is TINCAY_HOSTS meant?", TINCAY_HOST=SECRET),
    "no env file": wrong("TINCAY_ENV_FILE names a file that is not there", TINCAY_ENV_FILE="/nowhere/env"),
    "a folder that cannot be made": wrong("has to belong to this user", TINCAY_DATA="/sys/tincay"),
    "no network file": Mistake(nothing, "cannot be read", commands=("enrol nowhere.toml",)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_an_exit_code_and_no_damage(folder: Path, name: str) -> None:
    mistake = MISTAKES[name]
    mistake.spoil(folder)
    before = contents(folder) if mistake.spoil is not no_longer_a_database else {}
    for command in mistake.commands:
        done = run(folder, *command.split(), **mistake.variables)
        assert done.code == 1, (command, done)
        assert mistake.sentence in done.err, (command, done.err)
        assert "Traceback" not in done.err
        assert len(done.err.splitlines()) == 1, done.err
        assert SECRET not in done.err
    assert (contents(folder) if before else {}) == before
    assert not (mistake.spoil is no_database and (folder / "tincay.sqlite3").exists()), (
        "no command made another one"
    )


@pytest.mark.slow
def test_several_faults_of_the_settings_are_told_at_once(folder: Path) -> None:
    done = run(
        folder, "tick", TINCAY_BACKUP_DAYS="-5", TINCAY_EXIT_ADDRESS="javascript:alert", TINCAY_HOSTNAMES="x"
    )
    assert done.code == 1
    assert [line.split()[0] for line in done.err.splitlines()] == [
        "TINCAY_EXIT_ADDRESS", "TINCAY_BACKUP_DAYS", "TINCAY_HOSTNAMES"
    ]  # fmt: skip
    assert "javascript" not in done.err


@pytest.mark.slow
def test_commands_that_need_no_install_ask_for_none(tmp_path: Path) -> None:
    empty = tmp_path / "nobody"
    assert run(empty, "help").code == 0
    assert run(empty, "routing", "key", str(tmp_path / "install.key")).code == 0
    assert run(empty, "tick", "--help").code == 0
    assert not (empty / "tincay.sqlite3").exists()


def serve_for_a_moment(folder: Path, **variables: str) -> Done:
    own = {**environment(folder), "TINCAY_ORIGIN": ORIGIN, "TINCAY_ENV_FILE": "", **variables}
    done = subprocess.run(
        [sys.executable, "-c", SERVER],
        cwd=settings.BASE_DIR,
        env=own,
        input="",
        capture_output=True,
        text=True,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def origin(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "tincay.sqlite3")) as database:
        return str(database.execute("SELECT origin FROM web_install").fetchone()[0])


@pytest.mark.slow
def test_an_install_from_before_goes_on_under_the_name_that_its_log_has(folder: Path) -> None:
    sql(folder, "UPDATE web_install SET origin = ''")
    assert f"set TINCAY_ORIGIN={ORIGIN}" in run(folder, "tick", TINCAY_ORIGIN="x.example/log").err
    assert serve_for_a_moment(folder, TINCAY_ORIGIN="x.example/log").code == 1
    assert origin(folder) == ""
    assert serve_for_a_moment(folder).code == 0
    assert origin(folder) == ORIGIN


@pytest.mark.slow
def test_until_the_log_has_begun_a_server_may_be_told_another_name(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    works(folder, "migrate", "-v0")
    works(folder, "load_pack")
    assert run(folder, "tick", TINCAY_ORIGIN="x.example/log").code == 1
    assert serve_for_a_moment(folder, TINCAY_ORIGIN="x.example/log").code == 0
    assert origin(folder) == "x.example/log"


# --- files


@pytest.mark.slow
def test_what_commands_make_is_their_owners_alone(made: Path, tmp_path: Path) -> None:
    old = os.umask(0o000)
    try:
        folder = tmp_path / "new"
        works(folder, "migrate", "-v0")
        works(folder, "load_pack")
    finally:
        os.umask(old)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir() if path.stat().st_mode & 0o077} == set()


@pytest.mark.slow
def test_a_database_that_an_older_version_made_for_all_is_closed(folder: Path) -> None:
    (folder / "tincay.sqlite3").chmod(0o644)
    works(folder, "log_verify")
    assert (folder / "tincay.sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "refused"), [(0o600, False), (0o640, False), (0o644, True), (0o660, True)])
def test_one_file_sets_every_command_and_the_environment_wins(
    folder: Path, tmp_path: Path, mode: int, refused: bool
) -> None:
    file = tmp_path / "env"
    file.write_text(f"TINCAY_ORIGIN={ORIGIN}\nTINCAY_HOSTS='[\"tin.example\"]'\n")
    file.chmod(mode)
    own = environment(folder, TINCAY_ENV_FILE=str(file))

    def tick(**more: str) -> Done:
        done = subprocess.run(
            [*TINCAY, "tick"], cwd=settings.BASE_DIR, env={**own, **more}, capture_output=True, text=True
        )
        return Done(done.returncode, done.stdout, done.stderr)

    assert tick().code == (1 if refused else 0)
    if refused:
        assert f"chmod 640 {file}" in tick().err
    else:
        assert "set TINCAY_ORIGIN" in tick(TINCAY_ORIGIN="y.example/log").err
        file.write_text("TINCAY_HOST=x\n")
        assert "is TINCAY_HOSTS meant" in tick(TINCAY_ORIGIN=ORIGIN).err


# --- full and read-only disks


@pytest.mark.slow
def test_a_disk_that_takes_no_more_is_one_sentence_and_nothing_is_lost(folder: Path) -> None:
    before = contents(folder)
    own = environment(folder, TINCAY_ORIGIN=ORIGIN, TINCAY_ENV_FILE="")
    done = subprocess.run(
        [*TINCAY, "log_key"], cwd=settings.BASE_DIR, env=own, capture_output=True, text=True, timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )  # fmt: skip
    assert done.returncode == 1
    assert (
        done.stderr
        == "log_key: the database cannot be used: the disk answers with an error: it is full, read-only or broken\n"
    )
    assert contents(folder) == before


def test_each_cause_of_a_disk_has_its_words() -> None:
    assert "No space left" in str(guards.as_storage_trouble(OSError(28, "", "/srv/tincay")))
    assert "Read-only" in str(guards.as_storage_trouble(OSError(30, "", "/srv/tincay")))
    assert guards.as_storage_trouble(OSError(9, "")) is None


# --- one server


@pytest.fixture
def served(folder: Path) -> Iterator[tuple[Path, int]]:
    own = environment(folder, TINCAY_ORIGIN=ORIGIN, TINCAY_ENV_FILE="")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=settings.BASE_DIR, env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout
        yield folder, int(process.stdout.readline())


@pytest.mark.slow
def test_a_second_server_on_the_same_folder_says_which_process_serves_it(served: tuple[Path, int]) -> None:
    folder, process = served
    done = run(folder, "serve", "--port", "0")
    assert done.code == 1
    assert f"another server (process {process}) serves {folder}: stop it first" in done.err
    assert "log_verify" not in done.err
    works(folder, "log_verify")


def test_a_port_where_somebody_listens_is_not_shared() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()
        with pytest.raises(CannotStart, match=f"port {port} on 127.0.0.1 cannot be taken"):
            port_is_free("127.0.0.1", port)
    port_is_free("127.0.0.1", port)


def test_the_place_of_a_server_is_free_again_when_its_process_ends(tmp_path: Path) -> None:
    one_server(tmp_path)
    one_server(tmp_path)  # the same process
    os.close(guards._locks.pop(tmp_path))
    one_server(tmp_path)
