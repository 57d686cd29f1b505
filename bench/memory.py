"""How long what somebody without JavaScript typed stays in the memory of our processes.

    ./run bench memory [--json] [--database sqlite|postgresql] [--smoke]

A report is sent on the plain form, opened again with its code, and answered with a message. Then the memory of every
process of the server is searched for each of the planted marks, until nothing is left. Reading it needs root.
"""

import argparse
import http.cookiejar
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from bench.intake import prepare
from bench.site import Site, family, in_own_process, said
from tests.patience import PATIENCE

ENCODINGS = ("utf-8", "utf-16-le", "utf-32-le")
PIECE = 1 << 24
OVERLAP = 1 << 10


@dataclass(frozen=True)
class Planted:
    """What was typed: each mark is a word of its own, so that it can be told from everything else."""

    words: str
    name: str
    contact: str
    message: str
    code: str

    def spellings(self) -> dict[str, list[bytes]]:
        """Each mark as it may stand in memory, also as a form carries it."""
        return {
            mark: [text.encode(encoding) for encoding in ENCODINGS] for mark, text in self.__dict__.items()
        }


def plant(site: Site) -> Planted:
    """Somebody without JavaScript reports, comes back with the code, reads, and writes."""
    mark = {name: f"qzw{name}{secrets.token_hex(6)}" for name in ("words", "name", "contact", "message")}
    browser = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = _read(browser, f"{site.plain}/tell/plain/")
    fields = _hidden(page) | {
        "plain-need": "just_listen", "plain-harmed": "yes", "plain-words": mark["words"],
        "plain-name": mark["name"], "plain-contact": mark["contact"],
    }  # fmt: skip
    kept = _read(browser, f"{site.plain}/tell/plain/", fields)
    assert "tincay-promise/v1" in kept, "no promise on the page"
    code = fields["plain-code"]
    visit = _read(browser, f"{site.plain}/back/", {"plain-code": code})
    assert mark["words"] in _read(browser, f"{site.plain}/back/data/"), "her words are not shown to her"
    message = _hidden(visit) | {"plain-words": mark["message"]}
    _read(browser, f"{site.plain}/back/write/", message)
    return Planted(**mark, code=code)


def _read(browser: OpenerDirector, address: str, fields: dict[str, str] | None = None) -> str:
    body = urlencode(fields).encode() if fields else None
    origin = address.split("/plain/")[0]
    with browser.open(Request(address, data=body, headers={"Origin": origin}), timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def _hidden(page: str) -> dict[str, str]:
    fields = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and value:
            fields[name[1]] = unescape(value[1])
    return fields


def left(site: Site, planted: Planted) -> dict[str, int]:
    """How often each mark stands in the memory of the server's processes; only marks that do."""
    counts = dict.fromkeys(planted.spellings(), 0)
    for pid in family(site.leader):
        for piece in _memory(pid):
            for mark, spellings in planted.spellings().items():
                counts[mark] += sum(piece.count(one) for one in spellings)
    return {mark: count for mark, count in counts.items() if count}


def _memory(pid: int) -> Iterator[bytes]:
    """What a process has in memory, piece by piece. Raises PermissionError where it may not be read."""
    maps = Path(f"/proc/{pid}/maps")
    try:
        lines = maps.read_text().splitlines()
        memory = open(f"/proc/{pid}/mem", "rb", buffering=0)  # noqa: SIM115 -- closed below, whatever happens
    except (FileNotFoundError, ProcessLookupError):
        return  # it has ended meanwhile
    with memory:
        for line in lines:
            span, rights = line.split()[:2]
            if "r" not in rights or "[vvar" in line or "[vsyscall" in line:
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            for place in range(begin, end, PIECE):
                try:
                    memory.seek(place)
                    yield memory.read(min(PIECE + OVERLAP, end - place))
                except (OSError, OverflowError):
                    break


def measure(*, enough: float) -> dict[str, Any]:
    """Seconds until nothing is left, or what is left after `enough` seconds."""
    with Site({}) as site:
        planted = plant(site)
        begun = time.monotonic()
        at_first = left(site, planted)
        seen: dict[int, dict[str, int]] = {}
        while (now := left(site, planted)) and time.monotonic() - begun < enough:
            seen[round(time.monotonic() - begun)] = now
            time.sleep(5)
        return {
            "at_first": at_first,
            "left": now,
            "seconds": round(time.monotonic() - begun, 1),
            "last_seen_after_s": max(seen, default=0),
        }


def one(*, smoke: bool) -> dict[str, Any]:
    """On the database that the environment names."""
    prepare()
    from tincay.operations.serving import STAYS_IN_MEMORY

    return measure(enough=0 if smoke else STAYS_IN_MEMORY.total_seconds())


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench memory", description=__doc__)
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--smoke", action="store_true", help="in seconds, SQLite: what is there at first")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        said(one(smoke=options.smoke))
        return
    arguments = ["--smoke"] if options.smoke else []
    databases = options.database or (["sqlite"] if options.smoke else ["sqlite", "postgresql"])
    said({name: in_own_process("bench.memory", name, arguments) for name in databases})


if __name__ == "__main__":
    main()
