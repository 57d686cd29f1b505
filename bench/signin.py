"""Sixteen sockets that guess at sign-in: how long the front page takes meanwhile, and whether who works here gets in.

    ./run bench signin [--json] [--database sqlite|postgresql] [--seconds 30] [--sockets 16] [--smoke]

The guessers run on the same cores as the server: bare sockets with made-up names, one form each without a pause.
First they send forms as they are; then each works for its own as the page's script does, with what the others leave of
the processors, for a guesser's machine is another one.
A helper meanwhile signs in with password and code from a browser that keeps a device cookie, under a name that is
being guessed at. A passkey in a real browser is in tests/browser/test_sign_in_under_attack.py. The last line is JSON.
"""

import argparse
import asyncio
import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any
from urllib.parse import urlencode

from bench.site import Site, in_own_process, said
from tests.patience import PATIENCE

PAGE, SIGN_IN, SECOND = "/", "/desk/in/", "/desk/in/second/"
FLOOR_MS = 150
"""What the front page may always take; else three times what it takes in quiet."""
PAUSE_S = 0.05
FORM = "application/x-www-form-urlencoded"


@dataclass
class Browser:
    """One that keeps cookies and reads forms, on a connection of its own for each request."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None if fields is None else urlencode(fields)
        if body is not None:
            headers["Content-Type"] = FORM
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, rest = value.partition(";")[0].partition("=")
                self.cookies[cookie] = rest
        connection.close()
        return answer.status, answer.getheader("Location") or "", page

    def token(self, path: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask(path)[2])
        assert found, f"{path} has no form"
        return found[1]

    def sign_in(self, name: str, password: str, code: str) -> tuple[int, str]:
        """Both steps; the status of the first and where the last one leads."""
        told = {"csrfmiddlewaretoken": self.token(SIGN_IN), "login": name, "password": password}
        status, leads_to, _ = self.ask(SIGN_IN, told)
        if leads_to != SECOND:
            return status, leads_to
        return status, self.ask(SECOND, {"csrfmiddlewaretoken": self.token(SECOND), "code": code})[1]


def page_times(port: int, seconds: float) -> list[float]:
    """How long the front page takes, asked again and again on a connection of its own each time."""
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        Browser(port).ask(PAGE)
        times.append(time.perf_counter() - begun)
        time.sleep(PAUSE_S)
    return times


def p95(times: list[float]) -> float:
    ordered = sorted(times)
    return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1)


class Guesser:
    """One socket that sends wrong passwords, some of them for a name that exists."""

    def __init__(self, port: int, name: str, works: ProcessPoolExecutor | None) -> None:
        self.port, self.name, self.works = port, name, works
        self.browser = Browser(port)
        self.token = ""
        self.nonce, self.bits = "", 0

    async def guess(self, stop: asyncio.Event, statuses: Counter[int]) -> None:
        self.token = await asyncio.to_thread(self.browser.token, SIGN_IN)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while not stop.is_set():
            try:
                statuses[await self._once(reader, writer)] += 1
            except (OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.close()

    async def _once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        name = self.name if secrets.randbelow(4) == 0 else secrets.token_hex(6)
        told = {"csrfmiddlewaretoken": self.token, "login": name, "password": secrets.token_hex(8)}
        if self.works and self.nonce:
            looking = asyncio.get_running_loop().run_in_executor(self.works, work, self.nonce, self.bits)
            told |= {"nonce": self.nonce, "counter": str(await looking)}
        body = urlencode(told)
        cookies = "; ".join(f"{key}={value}" for key, value in self.browser.cookies.items())
        head = (
            f"POST {SIGN_IN} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {cookies}\r\n"
            f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write((head + body).encode())
        await writer.drain()
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"(?i)content-length: (\d+)", answer)
        page = (await reader.readexactly(int(length[1]) if length else 0)).decode()
        asked = re.search(r'data-nonce="([^"]+)" data-bits="(\d+)"', page)
        self.nonce, self.bits = (asked[1], int(asked[2])) if asked else ("", 0)
        return int(answer.split(" ", 2)[1])


def worker() -> None:
    """What one of the processes that work begins with."""
    os.nice(19)


def work(nonce: str, bits: int) -> int:
    """What the page's script does."""
    from tincay.web.work import zero_bits

    counter = 0
    while zero_bits(nonce, counter) < bits:
        counter += 1
    return counter


async def attack(
    site: Site, sockets: int, seconds: float, helper: "Helper", works: ProcessPoolExecutor | None
) -> dict[str, Any]:
    """Guess with so many sockets; what the front page takes meanwhile, and how the helper fares."""
    stop, statuses = asyncio.Event(), Counter[int]()
    guessers = [Guesser(site.port, helper.name, works) for _ in range(sockets)]
    begun, cpu = time.perf_counter(), site.cpu_seconds()
    guessing = [asyncio.create_task(one.guess(stop, statuses)) for one in guessers]
    await asyncio.sleep(min(2.0, seconds / 4))
    command = [sys.executable, "-m", "bench.signin", "--pages", str(site.port), "--seconds", str(seconds)]
    pages = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    known = await asyncio.to_thread(helper.comes_in, site.port)
    told, _ = await pages.communicate()
    stop.set()
    await asyncio.gather(*guessing)
    wall = time.perf_counter() - begun
    return {
        "page_p95_ms": p95(json.loads(told)),
        "attempts_per_s": round(sum(statuses.values()) / wall, 1),
        "answers": {str(status): count for status, count in sorted(statuses.items())},
        "server_cpu": round((site.cpu_seconds() - cpu) / wall, 2),
        "known_device": known,
    }


@dataclass
class Helper:
    """Somebody who works here, and the cookies of the browser in which they came in before."""

    name: str
    password: str
    seed: str
    cookies: dict[str, str] = field(default_factory=dict)

    used: list[str] = field(default_factory=list)

    def code(self) -> str:
        """One that was not used yet: the one before and the one after count too. Those that end first go first, in
        quiet times and not in the last seconds of a turn: under attack signing in may take long."""
        from tests.people.telephone import totp

        left = 30 - time.time() % 30
        if not self.used and left < 5:
            time.sleep(left)
        shown = [totp(self.seed, time.time() + 30 * turn) for turn in (-1, 0, 1)]
        self.used.append(next(code for code in shown if code not in self.used))
        return self.used[-1]

    def first(self, port: int) -> None:
        """In quiet times, so that this browser is known from now on."""
        browser = Browser(port)
        assert browser.sign_in(self.name, self.password, self.code())[1] == "/desk/", "not in, in quiet times"
        self.cookies = {"kept": browser.cookies["kept"]}

    def comes_in(self, port: int) -> dict[str, Any]:
        """With the device cookie, and without one, while the name is being guessed at."""
        begun = time.perf_counter()
        status, leads_to = Browser(port, dict(self.cookies)).sign_in(self.name, self.password, self.code())
        seconds = round(time.perf_counter() - begun, 2)
        stranger, _ = Browser(port).sign_in(self.name, self.password, "")
        return {"in": leads_to == "/desk/", "first_step": status, "seconds": seconds, "new_device": stranger}


def prepare() -> Helper:
    """The install that is measured: somebody works here and has a second step."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tincay.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.cast import TOTP_SEED, give_second_factor, hire, new_organisation

    worker = give_second_factor(hire(new_organisation("cay-me"), "ho-tro-2", "case_worker", with_key=False))
    return Helper("ho-tro-2", worker.password, TOTP_SEED)


def one(sockets: int, seconds: float) -> dict[str, Any]:
    """Everything on the database that the environment names."""
    helper = prepare()
    with Site({}) as site:
        helper.first(site.port)
        page_times(site.port, 1)
        quiet = p95(page_times(site.port, seconds))
        found: dict[str, Any] = {"quiet_p95_ms": quiet, "allowed_ms": max(3 * quiet, FLOOR_MS)}
        with ProcessPoolExecutor(2, get_context("spawn"), worker) as works:
            for name, pool in (("junk", None), ("working", works)):
                found[name] = asyncio.run(attack(site, sockets, seconds, helper, pool))
                print(f"  {name}: {found[name]}", file=sys.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench signin", description=__doc__)
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--sockets", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--smoke", action="store_true", help="in seconds, SQLite, four sockets")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--pages", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.smoke:
        options.seconds, options.sockets = 2.0, 4
    if options.pages:
        print(json.dumps(page_times(options.pages, options.seconds)))
    elif options.here:
        said(one(options.sockets, options.seconds))
    else:
        databases = options.database or (["sqlite"] if options.smoke else ["sqlite", "postgresql"])
        arguments = ["--seconds", str(options.seconds), "--sockets", str(options.sockets)]
        said({name: in_own_process("bench.signin", name, arguments) for name in databases})


if __name__ == "__main__":
    main()
