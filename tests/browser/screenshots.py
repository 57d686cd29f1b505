"""`./run screenshots [DIR]`: a picture of every page of pages.py, in both languages, at 360 and 1280 pixels.

Starts a demo of its own on a free port, or takes a running one with --address. Pictures are to be looked at:
what would she fear here, what would a tired worker miss, what can be taken away?
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from urllib.error import HTTPError, URLError

from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.browser.chromium import (
    LAUNCH,
    PATIENCE_MS,
    overflow,
    serious_findings,
    serious_findings_without_script,
    unpin,
)
from tests.browser.her_pages import HER_PAGES
from tests.browser.pages import PAGES, Shot, Visit, WrongPage
from tests.patience import PATIENCE, wait_until

WIDTHS = (360, 1280)
LANGUAGES = ("vi", "en")


def main() -> int:
    asked = _arguments()
    asked.folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    shots = [shot for shot in [*PAGES, *HER_PAGES] if not asked.only or shot.name in asked.only]
    if asked.dark:
        shots = [replace(shot, name=f"{shot.name}-dark", dark=True) for shot in shots]
    with _demo(asked.address) as root, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        findings = [
            finding
            for shot, language, width in product(shots, LANGUAGES, WIDTHS)
            for finding in take(browser, root, shot, language, width, asked.folder)
        ]
        browser.close()
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    taken = len(shots) * len(LANGUAGES) * len(WIDTHS)
    sys.stdout.write(f"{taken} pictures in {asked.folder}, {len(findings)} findings\n")
    return 1 if findings else 0


def take(browser: Browser, root: str, shot: Shot, language: str, width: int, folder: Path) -> list[str]:
    """One picture of the whole page; returns what is wrong with it."""
    name = f"{shot.name}-{language}-{width}"
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=shot.script,
        color_scheme="dark" if shot.dark else "light",
        locale="vi-VN" if language == "vi" else "en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    try:
        shot.steps(Visit(page, root, language))
        look = serious_findings if shot.script else serious_findings_without_script
        wrong = [*look(page), *(["scrolls sideways"] if overflow(page) > 0 else [])]
        unpin(page)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    except (BrowserError, WrongPage) as error:
        wrong = [f"could not be shown: {str(error).splitlines()[0]}"]
        page.screenshot(path=folder / f"{name}-stuck.png")
    finally:
        context.close()
    return [f"{name}: {finding}" for finding in wrong]


@contextmanager
def _demo(address: str) -> Iterator[str]:
    """The address of a demo: the given one, or one that lives as long as the pictures are taken."""
    if address:
        yield address.rstrip("/")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tincay-screenshots-") as data:
        command = [sys.executable, "-m", "tincay", "demo", "--port", str(port)]
        server = subprocess.Popen(command, env=os.environ | {"TINCAY_DATA": data}, stdout=subprocess.DEVNULL)
        try:
            yield _answering(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE)


def _answering(root: str, server: subprocess.Popen[bytes]) -> str:
    def answers() -> bool:
        if server.poll() is not None:
            raise SystemExit("the demo stopped before it answered")
        try:
            urllib.request.urlopen(root, timeout=PATIENCE).close()
        except HTTPError:
            return True
        except (URLError, TimeoutError, ConnectionError):
            return False
        return True

    wait_until(answers, "the demo's first answer")
    return root


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("screenshots"))
    parser.add_argument("--address", default="", help="a demo that runs already")
    parser.add_argument("--only", nargs="*", help="names of pages.py")
    parser.add_argument("--dark", action="store_true", help="every page as it is at night")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
