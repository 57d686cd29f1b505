"""Can closed reports be placed within a week, or count rows be given back to them, by who takes the disk?

    ./run bench placing [--json] [--reports 1000] [--rates 3,30] [--database postgresql://…] [--control] [--smoke]

Reports live their lives through the product's own verbs, at so many a week. Every week the attacker (bench/attacker.py)
takes the disk and has two backups, one and two weeks old. `--control` takes away what stands in the way: rows are not
rewritten and, on SQLite, have numbers. The last line is a JSON object. Aim: none of 1,000 placed more often than
by chance, and count rows relinked no better than by chance.
"""

import argparse
import heapq
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bench.site import postgres_database, said

if TYPE_CHECKING:
    from tests.cast import Network
    from tincay.core.sealing import Stretched
    from tincay.reports.models import Report

SMOKE = {3: 24, 30: 90}
WORDS = "Chủ quán giữ giấy tờ và tiền công của tôi. " * 90
ANSWER = "Vâng. " * 900
Happening = Callable[[datetime], object]


def main() -> int:
    asked = _arguments()
    if asked.live:
        said(live(*asked.live, control=asked.control))
        return 0
    sizes = SMOKE if asked.smoke else dict.fromkeys(asked.rates, asked.reports)
    results: dict[str, Any] = {"bench": "placing"}
    for rate, count in sizes.items():
        results[f"{rate} a week"] = _in_its_own_process(rate, count, asked.database, control=asked.control)
    if asked.smoke:
        results["control"] = _in_its_own_process(30, SMOKE[30], asked.database, control=True)
    results["ok"] = _ok(results)
    if not asked.json:
        sys.stderr.write(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    said(results)
    return 0 if results["ok"] or asked.control else 1


def _ok(results: dict[str, Any]) -> bool:
    """Nothing placed, relinked within three standard deviations of chance; and the control shows the attack."""
    rates = [found for name, found in results.items() if name.endswith("a week")]
    placed = any(found["placed"] for found in rates)
    relinked = any(
        found["relinked"] > found["by_chance"] + 3 * sqrt(found["by_chance"]) + 1 for found in rates
    )
    return not placed and not relinked and ("control" not in results or results["control"]["placed"] > 0)


def _in_its_own_process(rate: int, count: int, server: str, *, control: bool) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(prefix="tincay-bench-") as folder,
        postgres_database(server) if server else nullcontext("") as database,
    ):
        command = [sys.executable, "-m", "bench.placing", "--live", str(rate), str(count)]
        done = subprocess.run(
            command + ["--control"] * control,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tincay.settings",
                "TINCAY_DATA": folder,
                "TINCAY_DATABASE": database,
            },
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# --- in a process of its own


def live(rate: int, count: int, *, control: bool) -> dict[str, Any]:
    """Let so many reports live, attack every week, and say what came of it."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.backends.sqlite3.schema import DatabaseSchemaEditor

    from bench.attacker import Placed, Relinked, look, place, relink
    from tests.cast import NOW, SALT, build_network, sign_routing
    from tests.shared import remember_stretches
    from tincay.reports.rewriting import put_off
    from tincay.web.models import Install
    from tincay.web.sqlite3.base import DatabaseWrapper
    from tincay.web.transactions import truncate_wal

    if control and connection.vendor == "sqlite":
        DatabaseWrapper.SchemaEditorClass = DatabaseSchemaEditor  # type: ignore[assignment]
    call_command("migrate", verbosity=0)
    Install.objects.create(id=1, salt=SALT)
    remember_stretches()
    lives = Lives(build_network(), random.Random(rate))
    sign_routing()
    file = Path(settings.DATABASES["default"]["NAME"]) if connection.vendor == "sqlite" else None
    placed, relinked, begun = Placed(), Relinked(), time.monotonic()
    copies: list[Any] = []
    old: set[UUID] = set()
    with put_off() if control else nullcontext():
        for at in lives.weeks(rate, count, NOW):
            truncate_wal()
            # Whatever was closed in the oldest copy was attacked when it closed.
            old |= {report for report in lives.truth if copies and copies[0].is_closed(report)}
            copies = [*copies[-2:], look(at, file, forget=old)]
            if len(copies) == 3:
                place(copies, lives.truth, placed)
                relink(copies, lives.codes, relinked)
    return {
        "reports": count,
        "closed": sum("closed" in events for events in lives.truth.values()),
        "placed": len(placed.reports()),
        "ways": {
            name: {"claims": way.claims, "right": way.right, "by_chance": round(way.chance, 1)}
            for name, way in sorted(placed.ways.items())
        },
        "given_by_the_ruling": dict(placed.given),
        "questions": placed.asked,
        "count_rows": relinked.rows,
        "relinked": relinked.right,
        "by_chance": round(relinked.chance, 1),
        "by_chance_with_codes_of_open_reports": round(relinked.by_open_codes, 1),
        "linked_to_an_open_report_in_a_backup": relinked.given,
        "batches": sorted(relinked.batches),
        "pool_sizes": sorted(relinked.waiting)[:: max(1, len(relinked.waiting) // 10)],
        "rewriting_all_seconds": lives.rewriting_all(),
        "seconds": round(time.monotonic() - begun),
    }


@dataclass
class Lives:
    """Reports and what happens to them, minute by minute."""

    network: "Network"
    chance: random.Random
    truth: dict[UUID, dict[str, datetime]] = field(default_factory=dict)
    codes: dict[UUID, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._queue: list[tuple[datetime, int, Happening]] = []
        self._number = itertools.count()
        self._counts = self._all_counts()

    def weeks(self, rate: int, count: int, start: datetime) -> Iterator[datetime]:
        """Let it all happen; every week on one morning, somebody may look."""
        at = start
        for _ in range(count):
            at += timedelta(minutes=1 + int(self.chance.expovariate(rate / (7 * 24 * 60))))
            self._plan(at, self._receive)
        self._now, look = start, start
        while self._queue:
            happens, _, event = heapq.heappop(self._queue)
            while look < happens:
                self._scheduled(look)
                if (look - start).days % 7 == 0:
                    yield look
                look += timedelta(days=1)
            event(happens)
            self._counted(happens)
        last = start + timedelta(days=-(-(look - start).days // 7) * 7)
        self._scheduled(last)
        yield last

    def _plan(self, at: datetime, event: Happening) -> None:
        heapq.heappush(self._queue, (at.replace(second=0, microsecond=0), next(self._number), event))

    def _scheduled(self, now: datetime) -> None:
        """The first run of the day's scheduled work, as far as it touches what is closed."""
        from tincay.reports import schedule

        for job in (schedule.purge_due, schedule.write_counts, schedule.rewrite):
            job(now)

    def _counted(self, now: datetime) -> None:
        from tincay.reports import schedule

        schedule.write_counts(now)

    def _all_counts(self) -> Iterator[dict[str, str]]:
        """Codes to count, no two the same: so it shows to which report a row belongs."""
        from tincay.core.counting import AGE_GROUPS
        from tincay.web.packs import codes

        lists = ("report_kind", "harm_type", "perpetrator_relation", "police_option")
        every = list(itertools.product(*([one.code for one in codes()[name]] for name in lists), AGE_GROUPS))
        self.chance.shuffle(every)
        names = ("report_kind", "primary_harm", "perpetrator_relation", "police_option", "age_group")
        return (dict(zip(names, one, strict=True)) for one in every)

    # --- one life

    def _receive(self, now: datetime) -> None:
        from tests.cast import new_message_key
        from tincay.core.clock import local_day
        from tincay.core.consent import Grant
        from tincay.core.sealing import Stretched, new_key
        from tincay.intake.seal_on_server import ReportContent, seal_report
        from tincay.reports.receiving import receive_report

        scopes = [
            scope
            for scope, share in (("store_sealed", 0.7), ("count_statistics", 0.8))
            if self.chance.random() < share
        ]
        receipt = Stretched(self.chance.randbytes(32), new_key()[0], self.chance.randbytes(32))
        envelope = seal_report(
            content=ReportContent({"need": ["listen_only"]}, WORDS, {}, {}),
            receipt=receipt,
            key=new_message_key(),
            desk=self.network.triage,
            case=self.network.case,
            kind_group="substantive",
            priority="p2",
            retention_class="r90" if "store_sealed" in scopes else "r0_now",
            grants=[
                Grant(scope, None, frozenset(), True, number, local_day(now))
                for number, scope in enumerate(scopes, start=1)
            ],
            text_version="bench",
        )
        report = receive_report(envelope=envelope, sealed_by="browser", now=now).report
        self.truth[report.id] = {"received": now}
        self._next(report, now, self._course(report, receipt))

    def _course(self, report: "Report", receipt: "Stretched") -> list[tuple[float, float, Happening]]:
        """What happens, each so many days after what was before: quickly over, nothing to answer, or all the way."""
        from tincay.reports import messages, steps

        helper, second = self.network.helper.user, self.network.supervisor.user
        answer = self.network.helper.answer
        found = self._found

        def she_writes(now: datetime) -> None:
            from tests.cast import new_message_key
            from tincay.core.sealing import Recipient
            from tincay.intake.seal_on_server import seal_message
            from tincay.reports.signed_words import signed_words

            key, before, thread = new_message_key(), signed_words(report), Recipient(report.thread)
            message = seal_message(
                ANSWER, thread=thread, receipt=receipt, key=key, before=before[-1], number=len(before) + 1
            )
            messages.receive_message(
                report=found(report),
                key=key,
                sealed=message.sealed,
                words=message.words,
                sealed_by="browser",
                now=now,
            )

        def finish(now: datetime) -> None:
            steps.finish(report=found(report), now=now)
            self.truth[report.id]["closed"] = now

        def dismiss(now: datetime) -> None:
            steps.propose_closing(report=found(report), reason="duplicate", author=helper)
            steps.agree_to_closing(report=found(report), author=second, now=now)
            self.truth[report.id]["closed"] = now

        def classify(now: datetime) -> None:
            kind = self.chance.choice(["violence", "exploitation", "child", "information"])
            count = next(self._counts)
            self.codes[report.id] = tuple(sorted({**count, "classification": kind}.items()))
            steps.classify(report=found(report), classification=kind, count=count, now=now)

        opened = (0.05, 1.0, lambda now: steps.open_report(report=found(report), now=now))
        way = self.chance.random()
        if way < 0.2:
            return [(0.05, 5.0, finish)]
        if way < 0.35:
            return [opened, (0.5, 6.0, dismiss)]
        return [
            opened,
            (0.2, 2.0, lambda now: steps.verify(report=found(report), result="enough", now=now)),
            (0.2, 2.0, classify),
            (0.2, 2.0, lambda now: steps.begin(report=found(report), now=now)),
            (0.2, 4.0, she_writes),
            (0.5, 6.0, lambda now: answer(report, ANSWER, now=now)),
            (0.2, 2.0, lambda now: steps.handle(report=found(report), result="advice", now=now)),
            (0.1, 12.0, finish),
        ]

    def _found(self, report: "Report") -> "Report":
        from tests.cast import again

        return again(report)

    def _next(self, report: "Report", now: datetime, course: list[tuple[float, float, Happening]]) -> None:
        if not course:
            return
        (least, most, event), *rest = course

        def happen(at: datetime) -> None:
            event(at)
            self._next(report, at, rest)

        self._plan(now + timedelta(days=self.chance.uniform(least, most)), happen)

    def rewriting_all(self) -> float:
        """How long it takes to rewrite everything that ever closed here."""
        from tests.cast import NOW
        from tincay.reports.ending import rewrite_closed

        begun = time.monotonic()
        rewrite_closed(now=NOW, whole=True)
        return round(time.monotonic() - begun, 2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--rates", type=lambda text: [int(one) for one in text.split(",")], default=[3, 30])
    parser.add_argument("--database", default="")
    parser.add_argument("--live", type=int, nargs=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
