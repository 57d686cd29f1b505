"""Her way on an old phone with a weak network: 50 kB a second, 400 ms each way round, a processor six times slower.

    ./run bench slow_net [--json] [--runs 5] [--tree PATH]... [--smoke]

Each tree serves a demo of its own, which a busy machine loads for minutes (TINCAY_PATIENCE=900); without --tree it is
this one. Several trees take turns, so that what the machine does meanwhile falls on all of them:
`git worktree add /tmp/before v0.3.0`, then `--tree /tmp/before --tree .`

Of each tree: seconds until the front page is loaded, from the tap on a door until the first question can be answered,
and from Send until the receipt stands there (median, with what was worst); the compressed weight of the first page and
of the whole way. The last line is JSON.
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, BrowserContext, CDPSession, Locator, Page, sync_playwright

from bench.site import free_port
from tests.browser.chromium import LAUNCH, PATIENCE_MS
from tests.patience import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parent.parent
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER = 6
LOOK_MS = 5000
TARGETS = {
    "front_s": 1.5,
    "form_s": 2.2,
    "send_s": 2.0,
    "first_page_kb": 15.0,
    "whole_kb": 60.0,
}
MOST_STEPS = 40
# Looks at the page and touches nothing in it: when it could be used, when Send was pressed, when the receipt was there.
WATCH = """(() => {
  const mark = {};
  window.slowNet = mark;
  const shown = (selector) => Array.from(document.querySelectorAll(selector)).some((one) => one.checkVisibility());
  const look = () => {
    if (!mark.ready && shown("sealed-form button[data-go]:not([disabled])")) mark.ready = performance.now();
    if (!mark.receipt && mark.pressed && shown("[data-step=receipt]")) mark.receipt = performance.now();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-go=send]")) mark.pressed = performance.now();
  }, true);
})()"""


@dataclass
class Tree:
    """One state of the product, served on this machine, and what was measured of it."""

    name: str
    root: str
    seconds: dict[str, list[float]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)

    def took(self, name: str, milliseconds: float) -> None:
        self.seconds.setdefault(name, []).append(milliseconds / 1000)

    def figures(self) -> dict[str, object]:
        return {
            **{name: round(statistics.median(took), 2) for name, took in self.seconds.items()},
            **{f"{name}_worst": round(max(took), 2) for name, took in self.seconds.items()},
            **{name: round(kb, 1) for name, kb in self.weights.items()},
        }


@contextmanager
def demo_of(tree: Path) -> Iterator[str]:
    """The demo of this tree, loaded into a folder that goes again; its address."""
    folder, port = tempfile.mkdtemp(prefix="slow-net-"), free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("TINCAY_")}
    command = [sys.executable, "-m", "tincay", "demo", "--port", str(port)]
    serving = subprocess.Popen(
        command,
        cwd=tree,
        env={**own, "TINCAY_DATA": folder},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        if serving.poll() is not None:
            raise RuntimeError(f"the demo of {tree} stopped before it answered")
        try:
            urlopen(f"{address}/", timeout=PATIENCE).close()
        except OSError:
            return False
        return True

    try:
        wait_until(answers, f"the demo of {tree}")
        yield address
    finally:
        os.killpg(serving.pid, 15)
        serving.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def phone(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    """A fresh browser: nothing is cached."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True, bypass_csp=True
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(WATCH)
    page = context.new_page()
    try:
        yield page, context.new_cdp_session(page)
    finally:
        context.close()


def slow_down(session: CDPSession) -> None:
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def arrive(page: Page, tree: Tree, door: str) -> None:
    page.goto(f"{tree.root}/", wait_until="load")
    page.locator(f"a[href$='/{door}/']").first.tap()
    page.wait_for_function("window.slowNet && slowNet.ready !== undefined && location.pathname !== '/'")


def go_to_send(page: Page) -> None:
    """The shortest way through the questions: what has to be answered is, the rest is passed by. The finger then lies
    over Send. A tap counts as soon as taps count again: half a second after the screen changed."""
    for _ in range(MOST_STEPS):
        step = page.locator("[data-step]:visible").first
        name = step.get_attribute("data-step")
        if page.locator("sealed-form [data-go=send]:visible").count():
            return
        if step.get_attribute("data-needed") is not None and not step.locator("[data-name]:checked").count():
            _answer(step)
        early = page.locator("sealed-form button[data-go]:visible").filter(has_text="Gửi ngay")
        (early.first if early.count() else page.locator("sealed-form [data-go=next]:visible").first).tap()
        page.wait_for_function(
            "before => ![...document.querySelectorAll(`[data-step='${before}']`)].some(one => one.checkVisibility())",
            arg=name,
        )
    raise AssertionError("no way leads to Send")


def _answer(step: Locator) -> None:
    if not (choices := step.locator("label:visible")).count():
        step.locator("summary:visible").first.tap()
    choices.first.tap()


def measure(browser: Browser, tree: Tree, door: str) -> None:
    """One person, once, on the slow phone."""
    with phone(browser) as (page, session):
        slow_down(session)
        page.goto(f"{tree.root}/", wait_until="load")
        tree.took("front_s", page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart"))
        page.locator(f"a[href$='/{door}/']").first.tap()
        page.wait_for_function("window.slowNet && slowNet.ready !== undefined && location.pathname !== '/'")
        tree.took("form_s", page.evaluate("slowNet.ready"))
        go_to_send(page)
        page.locator("sealed-form [data-go=send]:visible").tap()
        tree.took("send_s", _until_receipt(page))
    with phone(browser) as (page, session):
        arrive(page, tree, door)
        go_to_send(page)
        slow_down(session)
        page.wait_for_timeout(LOOK_MS)
        page.locator("sealed-form [data-go=send]:visible").tap()
        tree.took("send_after_a_look_s", _until_receipt(page))


def _until_receipt(page: Page) -> float:
    page.wait_for_function("slowNet.receipt !== undefined")
    return float(page.evaluate("slowNet.receipt - slowNet.pressed"))


def weigh(browser: Browser, tree: Tree) -> None:
    """What is fetched, each address once, compressed; with the icon, which no browser without a window asks for."""
    with phone(browser) as (page, _):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if request.method == "GET" else None)
        page.goto(f"{tree.root}/", wait_until="load")
        asked.append(page.evaluate("document.querySelector('link[rel=icon]').href"))
        tree.weights["first_page_kb"] = sum(map(_compressed, dict.fromkeys(asked))) / 1000
        arrive(page, tree, "tell")
        go_to_send(page)
        page.locator("sealed-form [data-go=send]:visible").tap()
        _until_receipt(page)
        tree.weights["whole_kb"] = sum(map(_compressed, dict.fromkeys(asked))) / 1000


def _compressed(address: str) -> int:
    with urlopen(Request(address, headers={"Accept-Encoding": "gzip"}), timeout=PATIENCE) as answer:
        body = answer.read()
        return len(body) if answer.headers["Content-Encoding"] == "gzip" else len(gzip.compress(body))


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench slow_net", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--tree", type=Path, action="append", help="another state of the product; several are compared"
    )
    parser.add_argument("--smoke", action="store_true", help="one run")
    asked = parser.parse_args()
    with ExitStack() as stack, sync_playwright() as playwright:
        trees = [
            Tree(str(path), stack.enter_context(demo_of(path.resolve()))) for path in asked.tree or [ROOT]
        ]
        browser = playwright.chromium.launch(**LAUNCH)
        for tree in trees:
            weigh(browser, tree)
        for run in range(1 if asked.smoke else asked.runs):
            for tree in trees:
                print(f"run {run + 1}: {tree.name}", file=sys.stderr)
                measure(browser, tree, "tell")
        browser.close()
    found = {tree.name: tree.figures() for tree in trees}
    if not asked.json:
        for name, figures in found.items():
            print(f"{name}: {figures}")
        print(f"wanted at most: {TARGETS}")
    print(json.dumps({"bench": "slow_net", "targets": TARGETS, "trees": found}))


if __name__ == "__main__":
    main()
