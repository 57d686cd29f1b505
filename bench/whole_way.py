"""The whole way of a report, as browsers go it: page, proof of work, sending; and without JavaScript form and sending.

    ./run bench intake --whole

The machine that is measured also plays all the phones. Their own work (opening the page, proof of work, sealing) is
therefore done between the timed parts and told beside them; a real phone does it on its own processor.
"""

import asyncio
import gzip
import json
import re
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from itertools import count
from typing import Any
from urllib.parse import urlencode

from bench.database_cpu import DatabaseCpu
from bench.site import Site

CLIENTS = 16
FORM = "application/x-www-form-urlencoded"


@dataclass
class Went:
    """What was timed, and what the phones did meanwhile."""

    seconds: float = 0.0
    server_cpu: float = 0.0
    work_seconds: float = 0.0
    bits: list[int] = field(default_factory=list)
    again: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    yardsticks: list[float] = field(default_factory=list)


class Line:
    """One connection, kept as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nAccept-Encoding: gzip\r\n"
        if method == "POST":
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(f"{head}\r\n".encode() + body)
        await self._writer.drain()
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"content-length: (\d+)", answer)
        content = await self._reader.readexactly(int(length[1])) if length else b""
        if b"connection: close" in answer:
            self.close()
        return int(answer.split(b" ", 2)[1]), gzip.decompress(content) if b": gzip" in answer else content

    def close(self) -> None:
        if self._writer:
            self._writer.close()
        self._writer = None


async def shared(port: int, items: list[Any], act: Callable[[Line, Any], Awaitable[None]]) -> None:
    """Every item once, by so many clients with a connection each."""
    waiting = list(reversed(items))

    async def client() -> None:
        line = Line(port)
        while waiting:
            await act(line, waiting.pop())
        line.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


def work_on(nonce: str, bits: int) -> dict[str, Any]:
    """What the page's script does (docs/formats/seal.md)."""
    for counter in count():
        if int.from_bytes(sha256(f"{nonce}:{counter}".encode()).digest()) >> 256 - bits == 0:
            return {"nonce": nonce, "counter": counter}
    raise AssertionError


def whole(
    site: Site, bodies: list[tuple[str, bytes]], database: DatabaseCpu
) -> tuple[dict[str, Any], set[str]]:
    """Page, work, sending; the figures and the keys of what was accepted."""
    went, accepted = Went(), set[str]()
    pages: list[dict[str, Any]] = []
    reports = [(key, json.loads(body)) for key, body in bodies]

    async def fetch(line: Line, _: object) -> None:
        page = (await line.ask("GET", "/tell/"))[1].decode()
        told = re.search(r'id="proof-of-work">(.*?)<', page)
        assert told, "no work on the page"
        pages.append(json.loads(told[1]))

    _timed(site, database, went, shared(site.port, reports, fetch))
    waiting = list(zip(reports, pages, strict=True))

    async def send(line: Line, one: tuple[tuple[str, Any], bytes]) -> None:
        begun = time.perf_counter()
        (key, report), body = one
        status, answer = await line.ask("POST", "/send/", body, "application/json")
        went.latencies.append(time.perf_counter() - begun)
        if status in (200, 201):
            accepted.add(key)
        elif status == 409:
            went.again += 1
            waiting.append(((key, report), json.loads(answer)["proof_of_work"]))
        else:
            went.statuses[status] = went.statuses.get(status, 0) + 1

    while waiting:
        prepared = _worked(waiting, went)
        waiting.clear()
        _timed(site, database, went, shared(site.port, prepared, send))
    return _figures(went, len(reports), len(accepted)) | {
        "asked_for_more_work": went.again,
        "phones_work_s_each": round(went.work_seconds / len(reports), 3),
        "bits": sorted(set(went.bits)),
    }, accepted


def _worked(waiting: list[Any], went: Went) -> list[Any]:
    begun = time.perf_counter()
    prepared = []
    for (key, report), asked in waiting:
        went.bits.append(asked["bits"])
        body = report | {"proof_of_work": work_on(asked["nonce"], asked["bits"])}
        prepared.append(((key, report), json.dumps(body).encode()))
    went.work_seconds += time.perf_counter() - begun
    return prepared


def plain(site: Site, number: int, words: str, database: DatabaseCpu) -> dict[str, Any]:
    """Without JavaScript: the form, and sending it. Whoever is told to wait is asked how long, and waits."""
    went, promises = Went(), []

    async def go(line: Line, _: object) -> None:
        page = (await line.ask("GET", "/plain/tell/plain/"))[1].decode()
        fields = {"plain-need": "just_listen", "plain-harmed": "yes", "plain-words": words} | _hidden(page)
        begun = time.perf_counter()
        while True:
            status, answer = await line.ask("POST", "/plain/tell/plain/", urlencode(fields).encode(), FORM)
            if status == 200 or not (told := re.search(r"đợi (\d+) giây", answer.decode())):
                break
            went.again += 1
            assert words in answer.decode(), "who has to wait lost what was typed"
            await asyncio.sleep(int(told[1]))
        went.latencies.append(time.perf_counter() - begun)
        went.statuses[status] = went.statuses.get(status, 0) + 1
        promises.extend(re.findall("tincay-promise/v1", answer.decode()))

    _timed(site, database, went, shared(site.plain_port, list(range(number)), go))
    return _figures(went, number, len(promises)) | {"told_to_wait": went.again}


def _hidden(page: str) -> dict[str, str]:
    tags = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    pairs = [[re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value")] for tag in tags]
    return {
        name[1]: unescape(value[1])
        for name, value in pairs
        if name and value and name[1].startswith("plain-")
    }


def yardstick() -> float:
    """CPU seconds of a fixed piece of Python. Machines that are shared differ twofold from minute to minute: figures
    of two runs are compared as multiples of it."""
    begun, kept = time.process_time(), dict[int, str]()
    for number in range(40_000):
        kept[number & 255] = str(number)
    return time.process_time() - begun


def _timed(site: Site, database: DatabaseCpu, went: Went, part: Any) -> None:
    went.yardsticks += [yardstick() for _ in range(3)]
    cpu, begun = site.cpu_seconds() + database.seconds(), time.perf_counter()
    asyncio.run(part)
    went.seconds += time.perf_counter() - begun
    went.server_cpu += site.cpu_seconds() + database.seconds() - cpu
    went.yardsticks += [yardstick() for _ in range(3)]


def _figures(went: Went, number: int, accepted: int) -> dict[str, Any]:
    ordered = sorted(went.latencies)
    return {
        "sent": number,
        "accepted": accepted,
        "lost_or_refused": number - accepted,
        "statuses": went.statuses,
        "per_s": round(accepted / went.seconds, 1),
        "cpu_ms_each": round(1000 * went.server_cpu / number, 2),
        "yardstick_ms": round(1000 * statistics.median(went.yardsticks), 2),
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 1),
        "p95_ms": round(1000 * ordered[int(len(ordered) * 0.95)], 1),
    }
