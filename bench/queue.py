"""The queue page with 200,000 waiting reports beside the same page with 2,000, over the real web server.

    ./run bench queue [--json] [--many 200000] [--few 2000] [--requests 200] [--smoke]

Both installs are filled and served at the same time, and asked in turns by one signed-in helper: the first
page, and a page in the middle. The last line is a JSON object. Aim: p95 under 150 ms with many, and no more
than 1.5 times that with few.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.site import Site

if TYPE_CHECKING:
    from tincay.people.models import Desk
    from tincay.reports.models import Report

BATCH = 5_000
SMOKE = 70, 140, 2
"""Two full pages from the middle on, and no figure that says anything."""


class Install(NamedTuple):
    """A filled data folder and what a signed-in browser needs."""

    folder: Path
    cookie: str
    first: str
    middle: str


def main() -> int:
    asked = _arguments()
    if asked.smoke:
        asked.few, asked.many, asked.requests = SMOKE
    if asked.fill:
        print(json.dumps(fill(asked.fill)))
        return 0
    with tempfile.TemporaryDirectory(prefix="tincay-bench-") as folder:
        sizes = {"few": asked.few, "many": asked.many}
        installs = {name: _filled(Path(folder) / name, size) for name, size in sizes.items()}
        few, many = (Site(_environment(installs[name].folder)) for name in sizes)
        with few, many:
            times = measure({"few": few.port, "many": many.port}, installs, asked.requests)
    result = report(times, sizes)
    if not asked.json:
        _say(result)
    print(json.dumps(result))
    return 0 if result["ok"] or asked.smoke else 1


# --- filling, in a process of its own with its own data folder


def fill(count: int) -> dict[str, str]:
    """Migrate, build the network and `count` waiting reports; a session of the helper and the two pages."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.urls import reverse

    from tests.cast import NOW, SALT, build_network, give_second_factor
    from tests.shared import remember_stretches
    from tincay.reports.models import Clock, Report
    from tincay.web.models import Install as Row
    from tincay.web.transactions import one_transaction

    call_command("migrate", verbosity=0)
    Row.objects.create(id=1, salt=SALT)
    remember_stretches()
    network = build_network()
    chance = random.Random(26)
    made = 0
    while made < count:
        size = min(BATCH, count - made)
        rows = [_report(chance, network.triage, NOW) for _ in range(size)]
        clocks = [
            Clock(
                report=r,
                place=1,
                rule="org_verify",
                started_at=r.received_at,
                due_at=r.next_due_at,
                calendar_version=1,
            )
            for r in rows
        ]
        one_transaction(lambda: (Report.objects.bulk_create(rows), Clock.objects.bulk_create(clocks)))()  # noqa: B023
        made += size
    middle = Report.objects.for_the_rules().order_by("next_due_at", "id")[count // 2]
    give_second_factor(network.helper)
    first = reverse("today")
    return {"cookie": _session(network.helper.user), "first": first, "middle": f"{first}?after={middle.id}"}


def _report(chance: random.Random, desk: "Desk", now: datetime) -> "Report":
    from tincay.reports.models import Report

    received = now - timedelta(minutes=chance.randrange(60 * 24 * 60))
    return Report(
        key=chance.randbytes(11).hex(),
        code_name=f"Sóng {chance.randrange(900)}",
        desk=desk,
        kind_group="substantive",
        priority=chance.choice(["p0", "p1", "p2", "p2", "p2", "p3"]),
        stage=chance.choice(["received", "acknowledged", "verified", "in_handling"]),
        retention_class="r90",
        sealed_by="browser",
        locator=chance.randbytes(32),
        receipt="age1bench",
        signing=chance.randbytes(32),
        promise="x" * 300,
        received_at=received,
        received_month="2026-06",
        next_due_at=received + timedelta(days=chance.randrange(1, 30)),
    )


def _session(user: object) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from tincay.people.models import User
    from tincay.people.sessions import SessionStore

    assert isinstance(user, User)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "TINCAY_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "tincay.settings",
        "TINCAY_DATABASE": "",
        "TINCAY_TIMER": "0",
    }


def _filled(folder: Path, count: int) -> Install:
    folder.mkdir(mode=0o700)
    command = [sys.executable, "-m", "bench.queue", "--fill", str(count)]
    done = subprocess.run(command, env=_environment(folder), check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Install(folder, **told)


# --- asking


def measure(ports: dict[str, int], installs: dict[str, Install], requests: int) -> dict[str, list[float]]:
    """Milliseconds of each request, by page and size; the sizes take turns, so both have the same weather."""
    lines = {name: http.client.HTTPConnection("127.0.0.1", port) for name, port in ports.items()}
    times: dict[str, list[float]] = {}
    for turn in range(requests + 10):
        for page in ("first", "middle"):
            for name, line in lines.items():
                took = _ask(line, installs[name], page)
                if turn >= 10:  # the first ten only warm up
                    times.setdefault(f"{page} {name}", []).append(took)
    return times


def _ask(line: http.client.HTTPConnection, install: Install, page: str) -> float:
    begun = time.perf_counter()
    line.request("GET", getattr(install, page), headers={"Cookie": f"desk={install.cookie}"})
    answer = line.getresponse()
    body = answer.read()
    took = (time.perf_counter() - begun) * 1000
    if answer.status != 200 or body.count(b'class="name"') != 30:
        raise SystemExit(f"not the queue: {answer.status}")
    return took


def report(times: dict[str, list[float]], sizes: dict[str, int]) -> dict[str, object]:
    figures = {
        name: {"p50": round(statistics.median(values), 1), "p95": round(_p95(values), 1)}
        for name, values in times.items()
    }
    ratio = max(_p95(times[f"{page} many"]) / _p95(times[f"{page} few"]) for page in ("first", "middle"))
    worst = max(_p95(times[f"{page} many"]) for page in ("first", "middle"))
    return {
        "bench": "queue",
        "reports": sizes,
        "milliseconds": figures,
        "p95_many_ms": round(worst, 1),
        "p95_ratio": round(ratio, 2),
        "ok": worst < 150 and ratio <= 1.5,
    }


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _say(result: dict[str, object]) -> None:
    figures = result["milliseconds"]
    assert isinstance(figures, dict)
    for name, value in figures.items():
        print(f"{name:>12}: p50 {value['p50']:>6} ms · p95 {value['p95']:>6} ms")
    print(f"p95 with many: {result['p95_many_ms']} ms (aim 150) · {result['p95_ratio']} times few (aim 1.5)")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--many", type=int, default=200_000)
    parser.add_argument("--few", type=int, default=2_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument(
        "--smoke", action="store_true", help="a few reports, in seconds, whatever the figures"
    )
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
