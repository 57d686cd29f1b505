"""A real web server of the product on this machine, with a folder and a database of its own, for measurements.

`Site` starts `tincay serve`, can be killed and started again, and tells what its processes cost.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.patience import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


class Site:
    """The server of one data folder. `start`, `kill` (no warning, like a power cut of the process), `stop`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**os.environ, **environment}
        self.port, self.plain_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Site":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def plain(self) -> str:
        """Where people without JavaScript are led to."""
        return f"http://127.0.0.1:{self.plain_port}/plain"

    @property
    def leader(self) -> int:
        """The process that started all others."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        command = [sys.executable, "-m", "tincay", "serve", "--port", str(self.port)]
        command += ["--plain-port", str(self.plain_port)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL
        )
        wait_until(self._answers, "the server's first answer")

    def _answers(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise RuntimeError("the server stopped before it answered")
        try:
            for address in (f"{self.address}/", f"{self.plain}/back/"):
                urlopen(address, timeout=PATIENCE).close()
            return True
        except OSError:
            return False

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        os.killpg(self._process.pid, number)
        self._process.wait()
        self._process = None

    def cpu_seconds(self) -> float:
        """User and system time of the server's processes so far."""
        return sum(cpu(pid) for pid in family(self.leader))


def family(leader: int) -> list[int]:
    """All processes that one started, and itself."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == leader:
                found.append(int(entry.name))
    return found


def cpu(pid: int) -> float:
    """User and system seconds of a process, and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def folder() -> Iterator[Path]:
    """A data folder on the disk (not in memory: the commits are what is measured)."""
    path = Path(tempfile.mkdtemp(prefix="tincay-bench-", dir=ROOT.parent))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """A fresh database on a server that is there already; its address."""
    import psycopg

    name = f"bench_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield server.rpartition("/")[0] + "/" + name
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def in_own_process(module: str, database: str, arguments: list[str]) -> Any:
    """Run a bench on one database in a process of its own (`--here`), whose settings name it; its figures."""
    print(database, file=sys.stderr)
    command = [sys.executable, "-m", module, "--here", *arguments]
    with folder() as path:
        environment = {**os.environ, "TINCAY_DATA": str(path), "TINCAY_DATABASE": ""}
        if database == "sqlite":
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        else:
            with postgres_database(os.environ["TINCAY_TEST_DATABASE"]) as environment["TINCAY_DATABASE"]:
                done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def said(results: dict[str, object]) -> None:
    """The last line of every bench: one JSON object."""
    sys.stdout.write(json.dumps(results, ensure_ascii=False) + "\n")
