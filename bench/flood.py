"""A night of junk that says that it is in danger: rings a person, what is held, what is lost; and how it is sorted.

    ./run bench flood [--json] [--smoke]

`server`: reports with proof of work over HTTP to a real server (SQLite) whose demo clock goes through a night while
the scheduled work runs each minute of it; a webhook counts the rings. The server's own gauge looks at the machine's
clock, for which all of it comes within minutes. `pace`: the same without a network, with that clock moved too, for
people who press "seen" at once, after ten minutes, or never. `sorting`: as many stories made of ten texts and five
that were written once (tests/vectors/flood.json), opened and grouped in the keyring of a real Chromium; milliseconds
from the press that unlocks to the lines. Key stretching is part of it and told apart. The last line is JSON.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.intake import Sent, load, missing, prepare, sealed_reports
from bench.site import Site, folder, said

ROOT = Path(__file__).resolve().parent.parent
FLOOD: dict[str, list[str]] = json.loads((ROOT / "tests/vectors/flood.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Size:
    """How many reports in a night of so many minutes, and how often the sorting is measured."""

    reports: int
    minutes: int
    times: int


WHOLE, SMOKE = Size(1000, 480, 5), Size(24, 12, 1)


# --- rings


def server(size: Size, channel: Any) -> dict[str, Any]:
    """The night over HTTP: whoever is rung presses at once."""
    from tests.cast import rows
    from tincay.operations.scheduled import tick
    from tincay.people.calls import see_notices
    from tincay.people.models import Notice, User
    from tincay.reports.models import Report
    from tincay.web.models import Install
    from tincay.web.time import now

    sent, per_minute = Sent(), size.reports / size.minutes
    with Site({"TINCAY_TIMER": "false"}) as site:
        bodies = [(key, with_work(body)) for key, body in sealed_reports(size.reports, priority="p0")]
        for minute in range(size.minutes):
            slice_of_it = bodies[round(minute * per_minute) : round((minute + 1) * per_minute)]
            asyncio.run(load(slice_of_it, site.port, 1, sent))
            Install.objects.filter(id=1).update(demo_offset=timedelta(minutes=minute))
            heard = len(channel.told)
            tick(now=now())
            for told in channel.told[heard:]:
                see_notices(user=User.objects.for_the_rules().get(username=told["to"]))
    return {
        "sent": size.reports,
        "lost": missing(set(sent.accepted)) + size.reports - len(sent.accepted),
        "held": rows(Report).filter(held=True).count(),
        "rings": dict(Counter(told["to"] for told in channel.told)),
        "unseen": rows(Notice).filter(seen=False).count(),
    }


def with_work(body: bytes) -> bytes:
    """The report with as much work as a page asks for where much comes in."""
    from tests.intake.test_send import work_on
    from tincay.intake import flood

    page = flood.new_nonce()
    done = work_on(str(page["nonce"]), flood.MOST_BITS)
    return json.dumps(json.loads(body) | {"proof_of_work": done}).encode()


def pace(size: Size, channel: Any) -> dict[str, Any]:
    """Rings a person by what people do, at the pace of a true night."""
    from django.test import Client

    from tests.cast import rows
    from tests.intake.night import BEHAVIOURS, Night
    from tincay.people.models import Notice, User
    from tincay.reports.models import Report

    people = list(User.objects.for_the_rules().exclude(notice_address=""))
    results, sender = {}, Client(HTTP_HOST="localhost")
    for behaviour in BEHAVIOURS:
        with ExitStack() as stack:
            clock = standing_clock(stack, days=10)
            rows(Notice).delete()
            channel.told.clear()
            held = rows(Report).filter(held=True).count()
            bodies = iter(sealed_reports(size.reports, priority="p0"))

            def post(_: int, bodies: Iterator[tuple[str, bytes]] = bodies) -> Any:
                return sender.post("/send/", with_work(next(bodies)[1]), content_type="application/json")

            night = Night(clock, channel, people, behaviour)
            taken = night.flood(post, minutes=size.minutes, count=size.reports)
        results[behaviour] = {
            "taken": taken,
            "held": rows(Report).filter(held=True).count() - held,
            "rings": dict(Counter(told["to"] for told in channel.told)),
        }
        print(f"  {behaviour}: {results[behaviour]}", file=sys.stderr)
    return results


def standing_clock(stack: ExitStack, days: int) -> Any:
    """The machine's clock, as the product sees it, stands until it is moved; it begins some days later."""
    from unittest import mock

    from django.utils import timezone

    from tests.patience import StandingClock
    from tincay.intake import flood, tallies

    begun = timezone.now() + timedelta(days=days)
    clock = StandingClock(begun.timestamp())
    moving = mock.patch.object(timezone, "now", side_effect=lambda: begun + timedelta(seconds=clock.passed))
    stack.enter_context(moving)
    for module in (flood, tallies):
        stack.enter_context(mock.patch.object(module, "time", clock))
    flood.danger_lane.cache_clear()
    flood.sealed_lane = flood.Rate("sealed")
    tallies._in_memory = tallies.InMemory()
    return clock


# --- sorting


def stories(seed: int, made: int) -> tuple[list[str], set[int]]:
    """So many of ten texts with five others among them, and where these are."""
    chance = random.Random(seed)
    junk = [_filled(FLOOD["templates"][number % 10], chance) for number in range(made)]
    for story in FLOOD["written"]:
        junk.insert(chance.randrange(len(junk) + 1), story)
    return junk, {junk.index(story) for story in FLOOD["written"]}


def _filled(template: str, chance: random.Random) -> str:
    filler = f" {chance.choice(FLOOD['fillers'])}" if chance.random() < 0.5 else ""
    return (
        template.replace("{name}", chance.choice(FLOOD["names"]))
        .replace("{place}", chance.choice(FLOOD["places"]))
        .replace("{number}", str(chance.randint(1, 90)))
        .replace("{phone}", f"09{chance.randrange(10**8):08}")
        + filler
    )


def sorting(size: Size) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import LAUNCH
    from tests.browser.small_server import serving

    whole: list[float] = []
    unlocking: list[float] = []
    lines, first = 0, []
    with (
        serving() as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(**LAUNCH) as browser,
    ):
        for seed in range(size.times):
            told, written = stories(seed, size.reports)
            for count, into in ((told, whole), (told[:1], unlocking)):
                shown, milliseconds = _sorted(browser, server, count)
                into.append(milliseconds)
                if count is told:
                    lines = len(shown)
                    first.append(sum(f"Mưa {place} " in line for place in written for line in shown[:20]))
    return {
        "stories": size.reports + 5,
        "lines": lines,
        "written_once_in_the_first_20": first,
        "open_and_group_ms": round(statistics.median(whole) - statistics.median(unlocking)),
        "unlock_ms": round(statistics.median(unlocking)),
    }


def _sorted(browser: Any, server: Any, told: list[str]) -> tuple[list[str], float]:
    """The lines as they stand on the page, and the milliseconds from the press."""
    from tests.browser.test_client_desk import unlock
    from tests.browser.test_held import PAGE, held_report, lines

    server.add_page("/held", PAGE, script="desk.js")
    reports = [held_report(number, words) for number, words in enumerate(told)]
    server.pages["/words"] = json.dumps({"reports": reports, "after": None})
    page = browser.new_context().new_page()
    page.goto(server.root + "/held")
    begun = time.perf_counter()
    unlock(page)
    page.locator("[data-lines]").wait_for()
    milliseconds = 1000 * (time.perf_counter() - begun)
    shown = lines(page)
    page.context.close()
    return shown, milliseconds


# --- all of it


def measure(size: Size) -> dict[str, Any]:
    prepare()
    from django.conf import settings

    from tests.cast import rows
    from tests.people.channel import open_channel
    from tincay.people.actions import add_seat
    from tincay.people.models import Desk, User
    from tincay.web.models import Install, this_install

    Install.objects.filter(id=1).update(demo=True, demo_offset=timedelta())
    this_install.cache_clear()
    (settings.TINCAY_DATA / settings.DEMO_KEY_FILE).touch(mode=0o600)
    add_seat(
        user=rows(User).get(username="minh.cayme"), desk=Desk.objects.get(code="cay-me-tiep-nhan"), on_call=1
    )
    for user in rows(User).filter(memberships__desk__code="cay-me-tiep-nhan"):
        rows(User).filter(pk=user.pk).update(notice_address=user.username)
    with open_channel() as channel:
        settings.TINCAY_NOTICE_WEBHOOK = channel.address
        results = {"server": server(size, channel)}
        print(f"  server: {results['server']}", file=sys.stderr)
        results["pace"] = pace(size, channel)
    return results | {"sorting": sorting(size)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench flood", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--smoke", action="store_true", help="in seconds")
    options = parser.parse_args()
    with folder() as path:
        os.environ |= {"TINCAY_DATA": str(path), "TINCAY_DATABASE": ""}
        said(measure(SMOKE if options.smoke else WHOLE))


if __name__ == "__main__":
    main()
