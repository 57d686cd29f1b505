"""The log of the server as it is served: a page that fails is one line, and nothing of the visitor is in it."""

import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from tests.patience import PATIENCE, wait_until
from tincay.web.json_views import LONGEST, MOST_DISCARDED
from tincay.web.logs import WithoutDetails

SENT = {
    "query": "trong-dia-chi",
    "cookie": "trong-cookie",
    "header": "trong-tieu-de",
    "words": "trong-loi-viet",
    "forwarded": "203.0.113.77",
}
"""What is planted in a request; and the machine's own address, from which it comes."""
TINCAY = [sys.executable, "-m", "tincay"]
LOGGERS = """
import copy, json, logging, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tincay.settings"
from django.conf import settings
from granian.log import LogLevels, configure_logging
configure_logging(LogLevels.error, copy.deepcopy(settings.LOGGING))
import tincay.wsgi
tincay.wsgi.main()
import tincay.urls
known = {name: one for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)}
plain = lambda handler: [type(one).__name__ for one in handler.filters] == ["WithoutDetails"]
print(json.dumps({
    "known": sorted(known),
    "disabled": [name for name, one in known.items() if one.disabled],
    "handlers": len(logging.root.handlers),
    "bare": [name for name, one in {**known, "root": logging.root}.items() if not all(map(plain, one.handlers))],
}))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an install that has its tables and nothing else."""
    path = tmp_path_factory.mktemp("install")
    subprocess.run([*TINCAY, "migrate", "-v0"], cwd=settings.BASE_DIR, env=environment(path), check=True)
    return path


def environment(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TINCAY_")}
    return {**own, "TINCAY_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tincay.settings"}


@pytest.fixture
def served(folder: Path, tmp_path: Path) -> Iterator[tuple[str, str, Path]]:
    """`tincay serve` with processes of its own: its two addresses, and the file that it writes its log to."""
    port, plain = free_port(), free_port()
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*TINCAY, "serve", "--port", str(port), "--plain-port", str(plain)],
            cwd=settings.BASE_DIR, env=environment(folder), stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        main, beside = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{plain}/plain"
        wait_for(main, process)
        wait_for(f"{beside}/back/", process)
        yield main, beside, log
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        assert process.poll() is None, "the server ended"
        try:
            urlopen(address, timeout=PATIENCE).close()
        except URLError:
            return False
        return True

    wait_until(answers, "the server's first answer")


def ask(address: str, path: str, words: dict[str, str] | None = None) -> int:
    """The status of a request that has something planted in each of its places."""
    request = Request(
        f"{address}{path}?{urlencode({'q': SENT['query']})}",
        data=urlencode(words).encode() if words else None,
        headers={
            "Cookie": f"desk={SENT['cookie']}",
            "User-Agent": SENT["header"],
            "X-Forwarded-For": SENT["forwarded"],
        },
    )
    try:
        with urlopen(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except HTTPError as failed:
        return failed.code


@pytest.mark.slow
def test_a_page_that_fails_is_one_line_without_anything_of_the_visitor(
    served: tuple[str, str, Path], folder: Path
) -> None:
    address, plain, log = served
    assert ask(address, "/log/") == 200
    assert ask(address, "/no-such-page/") == 404
    assert log.read_text() == "", "what works, and what a visitor did wrong, is no line"
    with sqlite3.connect(folder / "tincay.sqlite3") as database:
        database.execute("DROP TABLE people_deskkey")
    database.close()
    (folder / "routing.json").write_text("asked for after the keys of desks")
    assert ask(plain, "/tell/plain/", {"plain-words": SENT["words"]}) == 500
    lines = log.read_text().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("ERROR django.request OperationalError tincay.directory.routing:")
    assert ask(plain, "/tell/plain/") == 500
    said = log.read_text()
    assert len(said.splitlines()) == 2
    for planted in (*SENT.values(), "127.0.0.1", "/tell/", "SELECT", "people_deskkey"):
        assert planted not in said


@pytest.mark.slow
@pytest.mark.parametrize("size", [LONGEST + 1, MOST_DISCARDED - 1])
def test_what_is_too_long_is_answered_and_not_cut_off_while_it_is_sent(
    served: tuple[str, str, Path], size: int
) -> None:
    address, _, log = served
    too_long = Request(f"{address}/send/", bytes(size), {"Content-Type": "application/json"})
    with pytest.raises(HTTPError) as refused:
        urlopen(too_long, timeout=PATIENCE)
    assert (refused.value.code, json.loads(refused.value.read())) == (413, {"error": "too_long"})
    assert log.read_text() == ""


@pytest.mark.slow
def test_no_logger_of_the_server_is_disabled_and_no_handler_is_without_its_filter(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGGERS],
        cwd=settings.BASE_DIR, env=environment(folder), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert {"django.request", "tincay.scheduled", "tincay.estimates", "_granian"} <= set(found["known"])
    assert found["disabled"] == []
    assert found["handlers"] == 1
    assert found["bare"] == []


def line(name: str, message: str, *args: object, error: Exception | None = None, **extra: Any) -> str:
    """What the one filter leaves of a record."""
    trace = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(
        name, logging.ERROR, "/x/module_of_it.py", 7, message, args, trace, sinfo="stack"
    )
    vars(record).update(extra)
    WithoutDetails().filter(record)
    return logging.Formatter("{levelname} {name} {message}", style="{").format(record)


def raised_in(module: str) -> Exception:
    """An exception that was raised in a module of this name, and went through one that is not ours."""
    space: dict[str, Any] = {"__name__": module}
    exec("def fails(secret):\n    raise ValueError(secret)", space)
    try:
        space["fails"]("a secret")
    except ValueError as error:
        return error
    raise AssertionError


def test_of_others_loggers_only_the_place_is_told() -> None:
    assert line("_granian", "a secret %s", "more") == "ERROR _granian event module_of_it:7"
    request = SimpleNamespace(path="/a secret/")
    assert (
        line("django.request", "%s", "/secret", status_code=503, request=request)
        == "ERROR django.request 503 module_of_it:7"
    )


def test_of_an_exception_its_type_and_the_place_in_our_code_are_told() -> None:
    own, foreign = raised_in("tincay.somewhere"), raised_in("elsewhere")
    assert (
        line("django.request", "a secret", error=own) == "ERROR django.request ValueError tincay.somewhere:2"
    )
    assert line("tincay.timer", "a secret", error=foreign) == "ERROR tincay.timer ValueError elsewhere:2"


def test_our_own_words_stay() -> None:
    assert line("tincay.scheduled", "%s: %s", "purge", "Broken") == "ERROR tincay.scheduled purge: Broken"


def group(leader: int) -> list[int]:
    """The processes that were begun with one and still run."""
    pids = []
    for entry in Path("/proc").iterdir():
        try:
            state, _, own_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(own_group) == leader and state != "Z":
            pids.append(int(entry.name))
    return pids


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["the first process", "the plain server"])
def test_no_half_of_the_servers_stays_behind_when_the_other_is_killed(
    folder: Path, tmp_path: Path, killed: str
) -> None:
    """What an old version left running would go on answering part of the people."""
    port, plain = free_port(), free_port()
    with (tmp_path / "log").open("wb") as file:
        process = subprocess.Popen(
            [*TINCAY, "serve", "--port", str(port), "--plain-port", str(plain)],
            cwd=settings.BASE_DIR, env=environment(folder), stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{plain}/plain/back/", process)
        wait_for(f"http://127.0.0.1:{port}", process)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        # The plain server was begun before the main one's workers.
        os.kill(process.pid if killed == "the first process" else int(children[0]), signal.SIGKILL)
        process.wait(PATIENCE)
        wait_until(lambda: not group(process.pid), "all of them to end")
    finally:
        for pid in group(process.pid):
            os.kill(pid, signal.SIGKILL)
