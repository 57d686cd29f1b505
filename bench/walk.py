"""How far one report walks through the code, from GET /tell/ to "handled": requests, files, functions, rooms, rows.

    ./run bench walk [--json] [--smoke]

The way goes through Django's test client, once to warm up and once watched by sys.setprofile. Only code of tincay/
is counted, without module bodies and comprehensions; the decorator that opens a transaction is looked through.

A *room* is a top-level package of tincay/, a *hop* a call from one room into another. Which room lies above which
is said by the layers of pyproject.toml. A hop goes *up again* when it leads back into a room that lies above and was
left for the one that calls; the log's opening, which can only be kept after its leaf, is let pass. Rows are
statements whose first table is the report's or its clocks'; the path is every room in the order it is called, of
the two requests that write most. The last line is JSON.

Asks nothing of the layout but the test cast and the names of pages, so it also runs on an older tree:
`cp bench/walk.py /tmp/ && cd OLDER && PYTHONPATH=. python /tmp/walk.py`.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client

    from tests.cast import Helper, Reporter

LOOKED_THROUGH = {"web/transactions.py", "web/writing.py", "people/tenancy.py", "web/loader.py"}
"""What the framework calls around a step, in both trees: the transaction's decorator (by its name now and then), the
sets that every query is made of, the templates' loader. What they call is called by whoever called them."""
NO_FUNCTION = {"<module>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"}
WRITING = ("POST send", "POST answer")
"""The two requests whose rows and path are shown."""
COUNTED = ("hops", "up_again", "rows")


@dataclass
class Walk:
    """What was passed on the way of one request, or of several."""

    requests: int = 0
    files: set[str] = field(default_factory=set)
    functions: set[CodeType] = field(default_factory=set)
    changes_of_file: int = 0
    hops: Counter[str] = field(default_factory=Counter)
    up_again: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    path: list[str] = field(default_factory=list)

    def add(self, other: "Walk") -> None:
        self.requests += other.requests
        self.files |= other.files
        self.functions |= other.functions
        self.changes_of_file += other.changes_of_file
        for name in COUNTED:
            getattr(self, name).update(getattr(other, name))

    def figures(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "files": len(self.files),
            "functions": len(self.functions),
            "changes_of_file": self.changes_of_file,
            "room_hops": self.hops.total(),
            "up_again": self.up_again.total(),
        }


class Watcher:
    """Sees every call into tincay/ while it is on."""

    def __init__(self) -> None:
        import tincay

        product = Path(tincay.__file__).parent
        self.root = str(product) + os.sep
        self.heights = heights(product.parent / "pyproject.toml")

    def on(self, walk: Walk) -> None:
        self.walk, self._last = walk, ""
        sys.setprofile(self)

    def off(self) -> None:
        sys.setprofile(None)

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call" or (file := self._file(frame)) is None:
            return
        self.walk.files.add(file)
        self.walk.functions.add(frame.f_code)
        last, self._last = self._last, file
        if last and last != file:
            self.walk.changes_of_file += 1
        if room_of(last) != room_of(file):
            self.walk.path.append(room_of(file))
        self._hop(frame, room_of(file))

    def _up(self, room: str, other: str) -> bool:
        """Whether the other room lies above this one."""
        return self.heights.get(other, 0) > self.heights.get(room, 0)

    def _file(self, frame: FrameType) -> str | None:
        name = frame.f_code.co_filename
        if not name.startswith(self.root) or frame.f_code.co_name in NO_FUNCTION:
            return None
        file = name[len(self.root) :].replace(os.sep, "/")
        return None if file in LOOKED_THROUGH else file

    def _hop(self, frame: FrameType, room: str) -> None:
        outer = self._rooms(frame.f_back)
        caller = next(outer, room)
        if caller == room:
            return
        self.walk.hops[f"{caller} → {room}"] += 1
        if self._up(caller, room) and room in outer and "opening" not in frame.f_code.co_name:
            self.walk.up_again[f"{caller} → {room} ({frame.f_code.co_name})"] += 1

    def _rooms(self, frame: FrameType | None) -> Iterator[str]:
        """The rooms that wait for this call, from the nearest out."""
        while frame:
            if (file := self._file(frame)) is not None:
                yield room_of(file)
            frame = frame.f_back


def room_of(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


def heights(contracts: Path) -> dict[str, int]:
    """How high each room lies: the layers that import-linter holds, counted from the lowest."""
    tools = tomllib.loads(contracts.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in tools if contract["type"] == "layers")["layers"]
    return {
        room.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for room in layer.replace(":", "|").split("|")
    }


# --- the way


def prepare(folder: Path) -> None:
    """An install with the cast's network, whose time stands where the cast's does."""
    os.environ.update(
        TINCAY_DATA=str(folder),
        TINCAY_DATABASE="",
        DJANGO_SETTINGS_MODULE="tincay.settings",
        TINCAY_TIMER="0",
    )
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.cast import SALT, Hands
    from tincay.web.models import Install

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    call_command("migrate", verbosity=0)
    settings.TINCAY_DEMO = True
    Install.objects.create(id=1, salt=SALT, demo=True)
    Hands().show()


Step = tuple[str, Callable[[], Any], int]
"""A request, and the status that it must answer with."""


def way(phone: "Client", desk: "Client", helper: "Helper", reporter: "Reporter") -> Iterator[Step]:
    """Every request of the walk, in order; each is made before the next is asked for."""
    from django.urls import reverse

    from tincay.reports.models import Report

    envelope = json.dumps(reporter.envelope_json())
    yield "GET tell", lambda: phone.get("/tell/"), 200
    yield "POST send", lambda: phone.post("/send/", envelope, content_type="application/json"), 201
    report = Report.objects.for_the_rules().order_by("-received_at", "-id").exclude(stage="handled").get()

    def at(name: str) -> str:
        return reverse(name, args=[report.id])

    def press(name: str, *fields: Any, **more: Any) -> Any:
        """As the unlocked browser does it: with the answer to a challenge, where the tree has one."""
        shown = helper.opened(desk, report) if hasattr(helper, "opened") else None
        return desk.post(at(name), *fields, headers=shown, **more)

    yield "GET today", lambda: desk.get(reverse("today")), 200
    yield "GET report", lambda: desk.get(at("report")), 200
    yield "POST open", lambda: press("open_report"), 302
    yield "POST verify", lambda: press("verify", {"result": "enough"}), 302
    yield "POST classify", lambda: press("classify", {"classification": "exploitation"}), 302
    yield "POST begin", lambda: press("begin"), 302
    body = json.dumps(helper.reply_json(report, "Chúng tôi đã hỏi chủ quán", "answer"))
    yield "POST answer", lambda: press("answer", body, content_type="application/json"), 201
    yield "POST handle", lambda: press("handle", {"result": "advice"}), 302
    report.refresh_from_db()
    assert report.stage == "handled", report.stage


def watched(steps: Iterator[Step], watcher: Watcher) -> dict[str, Walk]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = {}
    for name, ask, status in steps:
        walk = found[name] = Walk(requests=1)
        with CaptureQueriesContext(connection) as queries:
            watcher.on(walk)
            try:
                said = ask()
            finally:
                watcher.off()
        assert said.status_code == status, f"{name}: {said.status_code} instead of {status}"
        walk.rows.update(row for query in queries.captured_queries for row in touched(query["sql"]))
    return found


def touched(sql: str) -> Iterator[str]:
    """What a statement does with rows of a report or of its clocks: "report loaded", "clock saved"."""
    found = re.match(r'(SELECT (?!1 AS)|INSERT INTO |UPDATE )(?:.*? FROM )?"(\w+)"', sql, re.DOTALL)
    table = found and {"report": "report", "clock": "clock"}.get(found[2].rpartition("_")[2])
    if found and table:
        yield f"{table} {'loaded' if found[1].startswith('SELECT') else 'saved'}"


def measure() -> dict[str, Walk]:
    from django.test import Client

    from tests.cast import Reporter, build_network, sign_in, sign_routing

    helper = build_network().helper
    sign_routing()
    desk, phone, watcher = sign_in(helper), Client(), Watcher()
    watched(way(phone, desk, helper, Reporter(1)), watcher)  # imports, templates and what a process remembers
    return watched(way(phone, desk, helper, Reporter(2)), watcher)


# --- what came of it


def result(steps: dict[str, Walk]) -> dict[str, Any]:
    whole = Walk()
    for walk in steps.values():
        whole.add(walk)
    return {
        "bench": "walk",
        **whole.figures(),
        "steps": {name: walk.figures() for name, walk in steps.items()},
        "rows": {name: dict(sorted(steps[name].rows.items())) for name in WRITING},
        "path": {name: " ".join(steps[name].path) for name in WRITING},
        "where": {name: dict(getattr(whole, name).most_common()) for name in COUNTED[:2]},
    }


def show(found: dict[str, Any]) -> None:
    heads = {"files": 6, "functions": 10, "changes_of_file": 16, "room_hops": 10, "up_again": 9}
    print(" " * 14, *(f"{head.replace('_', ' '):>{width}}" for head, width in heads.items()))
    for name, walk in {**found["steps"], f"{found['requests']} requests": found}.items():
        print(f"{name:<14}", *(f"{walk[head]:>{width}}" for head, width in heads.items()))
    for name, rows in found["rows"].items():
        print(f"{name}: " + ", ".join(f"{what} {count}" for what, count in rows.items()))
    for name, path in found["path"].items():
        print(f"{name}: {path}")
    for name, ways in found["where"].items():
        print(f"{name}: " + (", ".join(f"{way} {count}" for way, count in ways.items()) or "–"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench walk", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--smoke", action="store_true", help="the same: it takes seconds")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tincay-bench-"))
    try:
        prepare(folder)
        found = result(measure())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not asked.json:
        show(found)
    print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
