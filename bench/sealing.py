"""How long a slow phone takes from the page to the envelope: whose keys these are, sealing, signing.

    ./run bench sealing [--before COMMIT] [--times 9] [--slow 6] [--json] [--smoke]

The built client runs in Chromium with its processor slowed down so many times (CDP, Emulation.setCPUThrottlingRate).
The clock starts when the form's element is defined and stops when the envelope is posted: the check of the routing
statement and of the desk's chain of keys, a key for each compartment, sealing, wraps, signatures of words and
consents. The stretch of the code is left out (it is the same 600,000 rounds whatever is sealed), and so is the
network. `cpu` is what the page's process worked at full speed in that time, multiplied: it does not depend on what else
the machine does. With --before the client of an older commit, as it lies in its tree, seals the same story in turn:
what it takes more now is the median of the differences of two that followed each other. The last line is JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import LAUNCH, PATIENCE_MS

if TYPE_CHECKING:
    from tests.browser.small_server import SmallServer

ROOT = Path(__file__).resolve().parent.parent
BUILT = "tincay/web/static/client"
DESKS = 34
LATER_KEYS = 3
"""Every desk has had a new key so many times since the install signed where reports go."""
MEASURE = """
const derive = crypto.subtle.deriveBits.bind(crypto.subtle);
crypto.subtle.deriveBits = (algorithm, ...rest) =>
  algorithm.name === "PBKDF2" ? Promise.resolve(new Uint8Array(32).fill(7).buffer) : derive(algorithm, ...rest);
const define = customElements.define.bind(customElements);
customElements.define = (name, made) => {
  if (name !== "sealed-form") return define(name, made);
  window.begin = () => new Promise((resolve) => {
    const started = performance.now();
    window.fetch = (address, { body }) => {
      resolve({ ms: performance.now() - started, bytes: body.length });
      return Promise.resolve(new Response("{}", { status: 201 }));
    };
    define(name, made);
    document.querySelector("[data-go=send]").click();
  });
};
"""
FORM = """
<sealed-form data-config="sealing" data-kind="incident_report" data-action="/send" hidden>
<fieldset data-step="all"><legend>Kể</legend>
<input type="checkbox" data-name="need" value="pep" checked>
<input type="checkbox" data-name="harms" value="threat" checked>
<select data-name="place"><option value="vn01" selected>một nơi</select>
<textarea data-name="words">{words}</textarea>
<input data-name="name" value="Mây"><input data-name="contact" value="0900">
<input type="radio" data-name="keep" value="yes" checked>
<input type="checkbox" data-name="consents" value="count_statistics" checked></fieldset>
<button type="button" data-go="send">Gửi</button></sealed-form>
"""
STORY = "Chủ quán giữ giấy tờ và tiền công của tôi. " * 50


def configuration() -> dict[str, Any]:
    """What both clients read of the page: the keys in the old form and in the signed one."""
    from tests.browser.signed_pages import new_small_desk, routed
    from tincay.web.packs import things_for_script, word_list_address

    desks = [new_small_desk(f"desk-{place}") for place in range(DESKS)]
    for _ in range(LATER_KEYS):
        desks = [desk.renewed() for desk in desks]
    names = {f"vn{place + 1:02}": desk.code for place, desk in enumerate(desks)}
    sealed_to = {
        desk.code: {"desk": desk.code, "recipient": desk.recipient, "identity_recipient": desks[0].recipient}
        for desk in desks
    }
    words = (ROOT / BUILT / Path(word_list_address()).name).read_text(encoding="utf-8").split()
    return {
        "salt": "00" * 16,
        "day": "2026-06-30",
        "text_version": "2026-06",
        "limits": {"envelope": 1_572_864, "words": 20_000},
        "proof_of_work": None,
        "officials": [],
        "things": things_for_script("vi"),
        "routed": routed(*desks, default="desk-0", provinces=names),
        "words": words,
        "provinces": {place: sealed_to[code] for place, code in names.items()},
        "default": sealed_to["desk-0"],
    }


@contextmanager
def client_of(commit: str) -> Iterator[Path]:
    """The built client as it lies in a commit."""
    with tempfile.TemporaryDirectory(prefix="tincay-bench-") as folder:
        listed = ["git", "ls-tree", "--name-only", f"{commit}:{BUILT}"]
        names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
        for name in names:
            shown = ["git", "show", f"{commit}:{BUILT}/{name}"]
            content = subprocess.run(shown, cwd=ROOT, check=True, capture_output=True).stdout
            (Path(folder) / name).write_bytes(content)
        yield Path(folder)


def once(browser: Browser, server: "SmallServer", slow: float) -> dict[str, float]:
    """One report, slowed down and at full speed: milliseconds and bytes."""
    slowed, whole = (_report(browser, server, rate) for rate in (slow, 1))
    return slowed | {"cpu": whole["cpu"] * slow}


def _report(browser: Browser, server: "SmallServer", slow: float) -> dict[str, float]:
    """One report in a fresh browser."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        page.add_init_script(MEASURE)
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
        page.goto(f"{server.root}/tell")
        before = _cpu_ms(browser)
        measured: dict[str, float] = page.evaluate("begin()")
        return measured | {"cpu": _cpu_ms(browser) - before}
    finally:
        context.close()


def _cpu_ms(browser: Browser) -> float:
    """What the pages' processes have worked so far."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    tasks = [
        task
        for one in processes
        if one["type"] == "renderer"
        for task in Path(f"/proc/{one['id']}/task").glob("*/schedstat")
    ]
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


def measure(clients: dict[str, Path], times: int, slow: float) -> dict[str, list[dict[str, float]]]:
    """Each client in turn, so that what else the machine does meets all of them."""
    from tests.browser.small_server import script_json, serving

    body = script_json("sealing", configuration()) + FORM.format(words=STORY)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in clients}
    with serving() as server, sync_playwright() as playwright:
        # Chromium makes a socket there, whose path may not be long.
        browser = playwright.chromium.launch(**LAUNCH, env={**os.environ, "TMPDIR": "/tmp"})
        for place in range(times + 1):
            for name, folder in clients.items():
                server.client = folder
                # Before the script of reporting had a file of its own, the other one did both.
                script = "tell.js" if (folder / "tell.js").exists() else "reporter.js"
                server.add_page("/tell", body, script=script)
                measured = once(browser, server, slow)
                if place:  # the first one warms up
                    found[name].append(measured)
        browser.close()
    return found


def figures(found: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, measured in found.items():
        values = {what: [one[what] for one in measured] for what in ("ms", "cpu", "bytes")}
        shown[name] = {what: round(statistics.median(each)) for what, each in values.items()}
        shown[name]["least_ms"] = round(min(values["ms"]))
    if "before" in found:
        pairs = list(zip(found["before"], found["now"], strict=True))
        shown["more"] = {
            what: round(statistics.median(now[what] - before[what] for before, now in pairs))
            for what in ("ms", "cpu", "bytes")
        }
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench sealing", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--smoke", action="store_true", help="once, and the present client alone")
    parser.add_argument("--before", metavar="COMMIT", help="an older client to measure in turn")
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--slow", type=float, default=6)
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tincay.settings"
    import django

    django.setup()
    times = 1 if asked.smoke else asked.times
    clients = {"now": ROOT / BUILT}
    if asked.before and not asked.smoke:
        with client_of(asked.before) as before:
            shown = figures(measure({"before": before, **clients}, times, asked.slow))
    else:
        shown = figures(measure(clients, times, asked.slow))
    result = {"bench": "sealing", "slow": asked.slow, "times": times, "desks": DESKS, **shown}
    if not asked.json:
        for name, row in shown.items():
            print(f"{name:<8}", *(f"{what} {value:>7,}" for what, value in row.items()))
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
