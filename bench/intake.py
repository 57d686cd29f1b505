"""The same report, sent over HTTP to the real server: what is lost, how fast, at what cost, under a flood, killed.

    ./run bench intake [--json] [--database sqlite|postgresql] [--kills 50] [--quick] [--only-kill] [--smoke]

The sender runs on the same two cores as the server. SQLite has synchronous=FULL, PostgreSQL its defaults.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench.site import Site, in_own_process, said
from tests.patience import PATIENCE


@dataclass(frozen=True)
class Size:
    """How much of everything: reports by parallel clients, the whole way with and without a script, junk, guessing
    browsers, reports among the guesses."""

    levels: dict[int, int]
    whole: int
    plain: int
    junk: int
    guessers: int
    among_guesses: int


WHOLE = Size(
    {1: 400, 4: 800, 16: 2000, 64: 2000}, whole=1600, plain=160, junk=1000, guessers=64, among_guesses=20
)
QUICK = replace(WHOLE, levels={clients: count // 4 for clients, count in WHOLE.levels.items()}, whole=400)
SMOKE = Size({1: 3, 4: 8}, whole=20, plain=4, junk=40, guessers=3, among_guesses=2)
SIZES = {"whole": WHOLE, "quick": QUICK, "smoke": SMOKE}
UNDER_LOAD, LATEST_KILL = 120, 80
"""Reports that are being sent when the server is killed, and the most that were accepted by then."""
WORDS = (
    "Tối thứ Sáu chủ quán giữ giấy tờ của tôi và nói tôi còn nợ tiền phòng tiền ăn. "
    "Tôi đã làm ba tháng mà chưa nhận được đồng nào vì họ trừ hết vào tiền phạt. "
    "Hôm qua có khách đánh tôi nhưng quản lý bảo không được kể với ai nếu không sẽ gọi về nhà. "
)
REPORT = " ".join((WORDS * 3).split()[:150])


@dataclass
class Sent:
    """What came back: latencies in seconds by outcome, and the keys of what was accepted."""

    accepted: dict[str, float] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    when_accepted: Callable[[int], None] = lambda count: None

    def add(self, key: str, status: int, seconds: float) -> None:
        if status in (200, 201):
            self.accepted[key] = seconds
            self.when_accepted(len(self.accepted))
        else:
            self.refused[str(status)] = self.refused.get(str(status), 0) + 1


async def post(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    body: bytes,
    port: int,
    path: str = "/send/",
    kind: str = "application/json",
) -> int:
    """One POST on an open connection; the status."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    answer = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in answer.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    await reader.readexactly(length)
    return int(answer.split(b" ", 2)[1])


async def client(queue: list[tuple[str, bytes]], port: int, sent: Sent) -> None:
    """Send from the queue, one after another, on one connection; give up when the server is gone."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while queue:
            key, body = queue.pop()
            begun = time.perf_counter()
            sent.add(key, await post(reader, writer, body, port), time.perf_counter() - begun)
        writer.close()
    except (OSError, asyncio.IncompleteReadError):
        sent.refused["gone"] = sent.refused.get("gone", 0) + 1


async def load(bodies: list[tuple[str, bytes]], port: int, clients: int, sent: Sent | None = None) -> Sent:
    """All bodies through so many parallel clients."""
    sent, queue = sent or Sent(), list(bodies)
    await asyncio.gather(*(client(queue, port, sent) for _ in range(clients)))
    return sent


def percentiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "p50_ms": round(1000 * statistics.median(ordered), 1),
        "p95_ms": round(1000 * ordered[int(len(ordered) * 0.95)], 1),
    }


def sealed_reports(count: int, priority: str = "p2") -> list[tuple[str, bytes]]:
    """Reports as a browser seals them, each with its own receipt."""
    from tests.cast import Reporter
    from tincay.core.sealing import Stretched, new_key

    found = []
    for _ in range(count):
        reporter = Reporter()
        keys = Stretched(secrets.token_bytes(32), new_key()[0], secrets.token_bytes(32))
        type(reporter).keys = property(lambda _, keys=keys: keys)  # type: ignore[method-assign,assignment,misc]
        document = reporter.envelope_json(words=REPORT, priority=priority)
        found.append((document["key"], json.dumps(document).encode()))
    return found


def missing(keys: set[str]) -> int:
    """How many of these accepted reports are not there, or have no leaf."""
    from tincay.reports.models import Report
    from tincay.vault.models import Opening

    there = dict(Report.objects.for_the_rules().filter(key__in=keys).values_list("key", "id"))
    with_leaf = set(
        Opening.objects.for_the_rules().filter(owner__in=there.values()).values_list("owner", flat=True)
    )
    return len(keys - there.keys()) + sum(owner not in with_leaf for owner in there.values())


def commit_rate(path: Path) -> float:
    """Bare durable commits a second on this disk: one row of a report's size, synchronous=FULL."""
    connection = sqlite3.connect(path / f"bare-{secrets.token_hex(4)}.sqlite3", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (b BLOB);")
    begun = time.perf_counter()
    for _ in range(300):
        connection.execute("INSERT INTO t VALUES (?)", (secrets.token_bytes(11_000),))
    return round(300 / (time.perf_counter() - begun), 1)


def measure(site: Site, path: Path, levels: dict[int, int]) -> dict[str, Any]:
    """The levels one after another, the cost of each, and what is lost of all."""
    results: dict[str, Any] = {"bare_commits_per_s": commit_rate(path), "levels": {}}
    accepted: set[str] = set()
    for clients, count in levels.items():
        bodies = sealed_reports(count)
        asyncio.run(load(sealed_reports(10), site.port, 1))
        cpu, begun = site.cpu_seconds(), time.perf_counter()
        sent = asyncio.run(load(bodies, site.port, clients))
        wall = time.perf_counter() - begun
        accepted |= sent.accepted.keys()
        lost = missing(set(sent.accepted)) + count - len(sent.accepted)
        results["levels"][clients] = {
            "sent": count,
            "lost": lost,
            "refused": sent.refused,
            "per_s": round(len(sent.accepted) / wall, 1),
            "cpu_ms_each": round(1000 * (site.cpu_seconds() - cpu) / count, 2),
            **percentiles(list(sent.accepted.values())),
        }
        print(f"  {clients:3} clients: {results['levels'][clients]}", file=sys.stderr)
    return results


async def _flood(site: Site, junk: list[tuple[str, bytes]], genuine: tuple[str, bytes]) -> dict[str, float]:
    flood = asyncio.create_task(load(junk, site.port, 32))
    await asyncio.sleep(1.0)
    begun = time.perf_counter()
    sent = await load([genuine], site.port, 1)
    sealed = time.perf_counter() - begun
    plain = await asyncio.to_thread(send_plain, site)
    running = not flood.done()
    await flood
    return {
        "accepted_sealed": float(len(sent.accepted)),
        "sealed_s": round(sealed, 2),
        "plain_s": round(plain, 2),
        "flood_still_running": float(running),
    }


def send_plain(site: Site) -> float:
    """A report without JavaScript: open the page, fill it in, send it; seconds until the promise is there."""
    from bench.plain import send

    return send(site.address, REPORT)


def flood(site: Site, junk: int) -> dict[str, float]:
    """A thousand junk reports at once, and two real ones among them."""
    return asyncio.run(_flood(site, sealed_reports(junk), sealed_reports(1)[0]))


def plain_flood(site: Site, size: Size) -> dict[str, float]:
    """Made-up codes without JavaScript, many at once: how long the first page and a sealed report take meanwhile."""
    return asyncio.run(_plain_flood(site, sealed_reports(size.among_guesses), size.guessers))


async def _plain_flood(site: Site, genuine: list[tuple[str, bytes]], guessers: int) -> dict[str, float]:
    stop = asyncio.Event()
    statuses: list[int] = []
    flood = [asyncio.create_task(_guess(site.port, stop, statuses)) for _ in range(guessers)]
    await asyncio.sleep(2.0)
    sent, pages = Sent(), []
    for one in genuine:
        begun = time.perf_counter()
        await asyncio.to_thread(lambda: urlopen(site.address, timeout=PATIENCE).close())
        pages.append(time.perf_counter() - begun)
        await client([one], site.port, sent)
    stop.set()
    await asyncio.gather(*flood)
    return {
        "guesses": float(len(statuses)),
        "asked_to_wait": float(statuses.count(503)),
        "first_page": percentiles(pages)["p95_ms"],
        "sealed": percentiles(list(sent.accepted.values()))["p95_ms"],
        "lost_sealed": float(len(genuine) - len(sent.accepted)),
    }


async def _guess(port: int, stop: asyncio.Event, statuses: list[int]) -> None:
    """One browser without cookies that types a code that nobody has, again and again."""
    from tincay.core import receipts

    while not stop.is_set():
        body = f"plain-code={receipts.make(secrets.token_bytes)}".encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        statuses.append(await post(reader, writer, body, port, "/back/", "application/x-www-form-urlencoded"))
        writer.close()


def kills(site: Site, times: int, seed: int = 1) -> dict[str, int]:
    """Kill the server under load at random points: everything whose promise came is there, with its leaf.

    A point is a number of promises, not of seconds: the server is killed as one comes, whatever the others are
    at, so a slow machine accepts no fewer before it.
    """
    from tincay.log.checks import check_log

    chance = random.Random(seed)
    accepted: set[str] = set()
    for _ in range(times):
        bodies = sealed_reports(UNDER_LOAD)
        accepted |= asyncio.run(_killed(site, bodies, chance.randint(2, LATEST_KILL))).accepted.keys()
        site.kill()
        site.start()
    check_log()
    return {"kills": times, "accepted": len(accepted), "lost": missing(accepted)}


async def _killed(site: Site, bodies: list[tuple[str, bytes]], after: int) -> Sent:
    sent = Sent(when_accepted=lambda count: site.kill() if count == after else None)
    return await load(bodies, site.port, 16, sent)


def prepare() -> None:
    """Make the install that is measured: a real one, not a demo."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tincay.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.cast import build_network, sign_routing
    from tests.shared import remember_stretches

    remember_stretches()
    build_network()
    sign_routing()


def whole(site: Site, size: Size) -> dict[str, Any]:
    """The whole way of a report, with and without a script; nothing of it may be lost."""
    from django.conf import settings

    from bench import whole_way
    from bench.database_cpu import DatabaseCpu
    from tincay.reports.models import Report

    database = DatabaseCpu(os.environ["TINCAY_DATABASE"])
    figures, accepted = whole_way.whole(site, sealed_reports(size.whole), database)
    without_script = whole_way.plain(site, size.plain, REPORT, database)

    def kept_apart(sealed_by: str) -> int:
        return Report.objects.for_the_rules().filter(held=True, sealed_by=sealed_by).count()

    return {
        "commits_per_s": commit_rate(Path(settings.TINCAY_DATA)),
        "with_script": figures | {"lost": missing(accepted), "kept_apart": kept_apart("browser")},
        "without_script": without_script | {"kept_apart": kept_apart("server")},
    }


def one(kill_times: int, size: Size, *, only: str) -> dict[str, Any]:
    """Everything on the database that the environment names, or one part alone."""
    from django.conf import settings

    prepare()
    site = Site({})
    site.start()
    try:
        results: dict[str, Any] = {}
        if only in ("", "whole"):
            results["whole"] = whole(site, size)
        if not only:
            results |= measure(site, Path(settings.TINCAY_DATA), size.levels)
            results["flood"] = flood(site, size.junk)
            results["plain_flood"] = plain_flood(site, size)
        if only in ("", "kill"):
            results["kill"] = kills(site, kill_times)
    finally:
        site.stop()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench intake", description=__doc__)
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--quick", dest="size", action="store_const", const="quick", default="whole")
    parser.add_argument(
        "--smoke", dest="size", action="store_const", const="smoke", help="in seconds, SQLite"
    )
    parser.add_argument(
        "--only-kill", dest="only", action="store_const", const="kill", default="", help="the kills alone"
    )
    parser.add_argument(
        "--whole", dest="only", action="store_const", const="whole", help="the browser's whole way alone"
    )
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    smoke = options.size == "smoke"
    options.kills = options.kills or (1 if smoke else 50)
    if options.here:
        said(one(options.kills, SIZES[options.size], only=options.only))
        return
    databases = options.database or (["sqlite"] if smoke else ["sqlite", "postgresql"])
    arguments = ["--kills", str(options.kills)]
    arguments += [] if options.size == "whole" else [f"--{options.size}"]
    arguments += {"kill": ["--only-kill"], "whole": ["--whole"]}.get(options.only, [])
    said({name: in_own_process("bench.intake", name, arguments) for name in databases})


if __name__ == "__main__":
    main()
