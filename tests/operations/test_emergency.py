"""A server that begins on a full disk, or beside a database that is away: who is in danger finds whom to call."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from tests.demo.loaded import TINCAY, environment
from tests.operations.test_serve_log import free_port, wait_for
from tests.patience import PATIENCE, wait_until
from tincay.directory import numbers
from tincay.intake.pages import unsafe_page
from tincay.operations import emergency, standing_in

LIMIT = resource.RLIMIT_FSIZE
SERVE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tincay.settings"
import django
django.setup()
from tincay.operations import standing_in
standing_in.EVERY_S = 0.2
from tincay.__main__ import main
sys.exit(main())
"""
"""The command line, which looks more often whether the trouble is over."""
NUMBERS = ("tel:113", "tel:115", "tel:111")
SENT = "trong-loi-viet"


class Trouble(NamedTuple):
    """What stands in the way of a new server, how it goes away, and the sentence about it."""

    begins: Callable[[Path], None]
    ends: Callable[[Path, int], None]
    sentence: str
    full: bool = False
    database: str = ""


class Served(NamedTuple):
    process: subprocess.Popen[bytes]
    main: str
    plain: str


class Answer(NamedTuple):
    status: int
    kind: str
    body: str


def no_file(folder: Path) -> None:
    (folder / "tincay.sqlite3").rename(folder / "aside")
    (folder / "tincay.sqlite3").mkdir(mode=0o700)


def the_file(folder: Path, process: int) -> None:
    (folder / "tincay.sqlite3").rmdir()
    (folder / "aside").rename(folder / "tincay.sqlite3")


def nothing(folder: Path, process: int = 0) -> None:
    """It lies elsewhere."""


def room(folder: Path, process: int) -> None:
    resource.prlimit(process, LIMIT, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


TROUBLES = {
    "a full disk": Trouble(nothing, room, "it is full, read-only or broken", full=True),
    "a database that cannot be opened": Trouble(no_file, the_file, "it cannot be opened"),
    "PostgreSQL that is away": Trouble(
        nothing, nothing, "PostgreSQL does not answer", database="postgresql://nobody@127.0.0.1:9/none"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "install"
    subprocess.run([*TINCAY, "migrate", "-v0"], cwd=settings.BASE_DIR, env=own(path), check=True)
    right = {code: numbers._rows(False)[code].digest for code in ("police", "ambulance", "national_111")}
    (path / "numbers.json").write_text(json.dumps(right))  # as its steward left it
    return path


def own(folder: Path, database: str = "") -> dict[str, str]:
    return environment(folder, TINCAY_ENV_FILE="", TINCAY_DATABASE=database)


@contextmanager
def serving(folder: Path, trouble: Trouble, word: str = "serve") -> Iterator[Served]:
    """The command, begun while the trouble lasts, as soon as it answers on both ports."""
    trouble.begins(folder)
    port = free_port()
    plain = free_port() if word == "serve" else port + 1
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, word, "--port", str(port), *(["--plain-port", str(plain)] * (word == "serve"))],
        cwd=settings.BASE_DIR, env=own(folder, trouble.database), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: resource.setrlimit(LIMIT, (0, resource.RLIM_INFINITY)) if trouble.full else None,
    )  # fmt: skip
    assert process.stderr
    try:
        served = Served(process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{plain}/plain")
        wait_for(served.main, process)
        wait_for(f"{served.plain}/", process)
        yield served
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE)
        process.stderr.close()


def ask(address: str, data: bytes | None = None, kind: str = "application/x-www-form-urlencoded") -> Answer:
    request = Request(address, data, {"Content-Type": kind})
    try:
        answer = urlopen(request, timeout=PATIENCE)
    except HTTPError as refused:
        answer = refused
    with answer:
        return Answer(answer.status, answer.headers["Content-Type"], answer.read().decode())


def said(process: subprocess.Popen[bytes]) -> list[str]:
    """Every line that was written, once all of it has ended."""
    process.terminate()
    return lines_of(process)


def lines_of(process: subprocess.Popen[bytes]) -> list[str]:
    return process.communicate(timeout=PATIENCE)[1].decode().splitlines()


def test_what_comes_passes_in_the_usual_order() -> None:
    """Compressing, headers and language as on all other pages."""
    usual = list(settings.MIDDLEWARE)
    places = [usual.index(name) for name in emergency.MIDDLEWARE]
    assert places == sorted(places)


@pytest.mark.slow
@pytest.mark.parametrize("name", TROUBLES)
def test_who_opens_the_site_of_a_server_that_cannot_begin_finds_whom_to_call(folder: Path, name: str) -> None:
    trouble = TROUBLES[name]
    with serving(folder, trouble) as served:
        for address in (served.main, served.plain):
            for path in ("/", "/en/", "/help/"):
                page = ask(address + path)
                assert page.status == HTTPStatus.OK, path
                assert all(number in page.body for number in NUMBERS), path
                assert "viết tiếp" not in page.body, "nothing that is written is taken"
                assert "go on writing" not in page.body
            assert "Nút Thoát nhanh làm gì?" in ask(f"{address}/guide/history/").body
        assert ask(f"{served.main}/static/web/phone.css").status == HTTPStatus.OK
        lines = said(served.process)
    assert len(lines) == 1, lines
    assert lines[0].startswith("serve: ")
    assert trouble.sentence in lines[0]


@pytest.mark.parametrize("copy", ["none", "of another row", "damaged"])
def test_without_a_sign_off_the_page_shows_no_number_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copy: str
) -> None:
    monkeypatch.setattr(settings, "TINCAY_DATA", tmp_path)
    if copy == "of another row":
        (tmp_path / "numbers.json").write_text(json.dumps({"police": "0" * 64}))
    if copy == "damaged":
        (tmp_path / "numbers.json").write_text("[")
    page = render_to_string("operations/emergency.html", unsafe_page(numbers.numbers_without_rows()))
    assert "Số ở trang này chưa được ai kiểm tra" in page
    assert "tel:" not in page


@pytest.mark.slow
@pytest.mark.parametrize("name", TROUBLES)
def test_a_server_that_cannot_keep_anything_takes_nothing_and_says_so(folder: Path, name: str) -> None:
    with serving(folder, TROUBLES[name]) as served:
        for path in ("/tell/", "/back/", "/desk/", "/desk/health/", "/log/", "/no-such-page/"):
            refused(served.main + path, "Bạn gõ gì lúc này cũng không được giữ lại")
            refused(f"{served.main}/en{path}", "Nothing that you type is kept")
        for address in (
            f"{served.plain}/tell/plain/",
            f"{served.plain}/back/",
            served.main,
            f"{served.main}/desk/in/",
        ):
            refused(address, "Bạn gõ gì lúc này cũng không được giữ lại", f"words={SENT}".encode())
        script = ask(f"{served.main}/send/", b"{}", "application/json")
        assert (script.status, script.body) == (HTTPStatus.SERVICE_UNAVAILABLE, '{"error": "busy"}')
        lines = said(served.process)
    assert len(lines) == 1, lines
    assert not [path for path in folder.rglob("*") if path.is_file() and SENT.encode() in path.read_bytes()]


def refused(address: str, words: str, data: bytes | None = None) -> None:
    page = ask(address, data)
    assert page.status == HTTPStatus.SERVICE_UNAVAILABLE, address
    assert words in page.body, address
    assert all(number in page.body for number in NUMBERS), address
    assert SENT not in page.body


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize("name", [name for name, trouble in TROUBLES.items() if not trouble.database])
def test_a_server_begins_by_itself_once_the_disk_can_be_used(folder: Path, name: str) -> None:
    trouble = TROUBLES[name]
    with serving(folder, trouble) as served:
        trouble.ends(folder, served.process.pid)
        wait_until(
            lambda: "Bạn cần gì hôm nay?" in asked_until_it_answers(served.main), "the usual first page"
        )
        wait_for(f"{served.plain}/back/", served.process)
        lines = said(served.process)
    assert len(lines) == 2, lines
    assert trouble.sentence in lines[0]
    assert lines[1] == "serve: the disk and the database can be used again"


def asked_until_it_answers(address: str) -> str:
    """The page; nothing while nobody listens."""
    try:
        return ask(address).body
    except OSError:
        return ""


@pytest.mark.slow
def test_a_guard_that_says_something_else_by_then_is_heard(folder: Path) -> None:
    trouble = TROUBLES["a database that cannot be opened"]
    with serving(folder, trouble) as served:
        folder.chmod(0o755)
        trouble.ends(folder, served.process.pid)
        lines = lines_of(served.process)
        assert served.process.returncode == 1
        assert "chmod 700" in lines[-1]


@pytest.mark.slow
def test_only_what_serves_stands_in_for_itself(folder: Path) -> None:
    no_file(folder)
    for words in (["tick"], ["checkpoint"], ["demo", "--load-only"]):
        done = subprocess.run(
            [*TINCAY, *words], cwd=settings.BASE_DIR, env=own(folder), capture_output=True, text=True, check=False
        )  # fmt: skip
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert "it cannot be opened" in done.stderr
    with serving(folder, TROUBLES["PostgreSQL that is away"], "demo") as served:
        assert NUMBERS[0] in ask(served.main).body


@pytest.mark.slow
def test_a_second_server_stands_in_for_nobody(folder: Path) -> None:
    trouble = TROUBLES["a database that cannot be opened"]
    with serving(folder, trouble) as served:
        for words in (["--port", served.main.rpartition(":")[2]], ["--port", str(free_port())]):
            done = subprocess.run(
                [*TINCAY, "serve", *words], cwd=settings.BASE_DIR, env=own(folder), capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            assert done.returncode == 1
            assert "cannot be taken" in done.stderr or "another server (process" in done.stderr


def test_the_disk_is_looked_at_calmly() -> None:
    assert standing_in.EVERY_S == 30
