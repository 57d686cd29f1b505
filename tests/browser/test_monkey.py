"""Nothing is given, lost or said that is not true, whatever fingers do: seeds of a monkey, judged by a recorder."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.monkey import Monkey, sit_down
from tests.cast import Hands, Helper, Network, Reporter, again, rows
from tests.patience import StandingClock
from tincay.core.sealing import Identity
from tincay.people.models import Desk

pytestmark = [pytest.mark.browser, pytest.mark.page, pytest.mark.django_db(transaction=True)]
FAILED = [1, 2, 3, 4, 5, 6, 7, 8, 14, 1002, 1010, 1042, 1120, 1197]
"""Every seed that ever found something: run for ever."""
TOLD = os.environ.get("MONKEY_TOLD", "")
"""Where the bench reads what became of each seed."""
ASKED = [int(seed) for seed in os.environ.get("MONKEY_SEEDS", "").split()]
"""Other seeds, by `./run bench monkey`."""
SEEDS = ASKED or sorted({*range(24), *FAILED})


@pytest.fixture
def sits(
    browser: Browser, live_server: Any, network: Network, clock: Hands, standing_clock: StandingClock
) -> Iterator[Callable[..., Monkey]]:
    made: list[Monkey] = []

    @cache
    def desk_key(code: str) -> Identity:
        desk = rows(Desk).get(code=code)
        return next(
            worker
            for worker in network.workers
            if worker.identity and worker.user.memberships.filter(desk=desk).exists()
        ).desk_key(desk)

    def go_on(seconds: float) -> None:
        standing_clock.go_on(seconds)

    def sit(seed: int, **planted: str) -> Monkey:
        monkey = sit_down(
            browser, live_server.url, seed, desk_key, go_on, begun=clock.now.timestamp(), **planted
        )
        made.append(monkey)
        return monkey

    yield sit
    for monkey in made:
        monkey.context.close()


def come_back_with(monkey: Monkey, reporter: Reporter, helper: Helper, clock: Hands) -> None:
    """A report that was read and answered, whose code she has."""
    sent = reporter.send(words="Tôi kể việc ấy.", grants=[reporter.grant("store_sealed")], now=clock.now)
    helper.open_report(sent, now=clock.now)
    helper.ask(sent, "Bạn có ở gần trạm không?", now=clock.now)
    monkey.report, monkey.code = again(sent), reporter.code


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_given_lost_or_said_that_is_not_true(
    seed: int, sits: Callable[..., Monkey], reporter: Reporter, helper: Helper, clock: Hands
) -> None:
    monkey = sits(seed)
    if monkey.plan.door == "visit":
        come_back_with(monkey, reporter, helper, clock)
    faults = monkey.run()
    if TOLD:
        sent = sum(one.accepted for one in monkey.recorder.sent)
        line = {
            "seed": seed,
            "sent": sent,
            "came_back": monkey.came_back,
            "faults": [str(one) for one in faults],
        }
        with open(TOLD, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    assert not faults, "\n".join([*map(str, faults), "", *monkey.trace])


# --- what the browser does by its own clock is over before anything is judged

SLOW = 8
"""How many times slower than this machine another one is."""


@pytest.mark.parametrize(("kind", "which"), [("swipe", 0.0), ("key", 0.55), ("key", 0.9)])
def test_she_scrolls_as_far_on_a_slow_machine_as_on_a_fast_one_and_no_further_afterwards(
    sits: Callable[..., Monkey], kind: str, which: float
) -> None:
    went = []
    for rate in (1, SLOW):
        monkey = sits(3)
        once = replace(
            monkey.plan.gestures[0], kind=kind, which=which, choice=0.0, where=(0.5, 0.5), pause=600
        )
        monkey.plan = replace(monkey.plan, gestures=(once,))
        monkey.recorder.cdp.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        monkey.run()
        for frames in (0, 20):
            for _ in range(frames):
                monkey.recorder.asks("painted")
            went.append(monkey.page.evaluate("scrollY"))
    assert went[0] > 0
    assert went == went[:1] * 4


# --- the judge can find something: faults that are planted behind its back

NO_GUARD = """
    const none = new CSSStyleSheet();
    none.replaceSync('* { pointer-events: auto !important }');
    addEventListener('DOMContentLoaded', () => document.adoptedStyleSheets.push(none));
"""
"""The half second without taps, taken away."""
GIVES = """
    addEventListener('click', () => {
        document.querySelectorAll('[data-name=consents]').forEach((one) => { one.checked = true; });
    });
"""
FORGETS = (
    "setInterval(() => document.querySelectorAll('textarea').forEach((one) => { one.value = ''; }), 700);"
)
SAYS = """
    addEventListener('DOMContentLoaded', () =>
        document.querySelector('main').append(Object.assign(document.createElement('p'), { textContent: 'Đã gửi' })));
"""


STRAIGHT, FAR = (3, 9, 15), 24
"""Seeds of the shortest door, and how many gestures of them, as they are when every gesture goes on."""


def told(sits: Callable[..., Monkey], seed: int, what: str, planted: str = "") -> bool:
    """Whether the judge says this of these pages."""
    monkey = sits(seed, after=planted)
    onward = tuple(replace(gesture, kind="go") for gesture in monkey.plan.gestures[:FAR])
    monkey.plan = replace(monkey.plan, gestures=onward)
    return any(what in str(fault) for fault in monkey.run())


def found(sits: Callable[..., Monkey], planted: str, what: str) -> bool:
    """Whether the judge says so where this fault was planted, and does not where it was not."""
    seed = next((seed for seed in STRAIGHT if told(sits, seed, what, planted)), None)
    return seed is not None and not told(sits, seed, what)


def test_without_the_half_second_the_judge_finds_answers_that_nobody_gave(
    sits: Callable[..., Monkey],
) -> None:
    assert found(sits, NO_GUARD, "the second tap fell on")


def test_the_judge_finds_a_consent_that_a_script_gives(sits: Callable[..., Monkey]) -> None:
    assert found(sits, GIVES, "given after")


def test_the_judge_finds_words_that_a_script_forgets(sits: Callable[..., Monkey]) -> None:
    assert found(sits, FORGETS, "text of words is gone")


def test_the_judge_finds_a_sentence_that_is_not_so(sits: Callable[..., Monkey]) -> None:
    assert found(sits, SAYS, "sent: 'Đã gửi'")
