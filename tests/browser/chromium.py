"""The browser of tests and screenshots: Debian's Chromium, quiet, and the rules that every page is held to."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.patience import PATIENCE

PATIENCE_MS = PATIENCE * 1000
ENHANCED = {"color-contrast-enhanced": {"enabled": True}}
LAUNCH: dict[str, Any] = {
    "executable_path": "/usr/bin/chromium",
    "timeout": PATIENCE_MS,
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
}


def below_seven_to_one(page: Page) -> list[str]:
    """Texts that axe-core measures below 7:1 (large ones below 4.5:1)."""
    answer = Axe().run(page, options={"runOnly": ["color-contrast-enhanced"], "rules": ENHANCED}).response
    assert answer["passes"], "nothing was measured"
    return [
        f"{node['target']} {node.get('failureSummary', '')}"
        for finding in answer["violations"]
        for node in finding["nodes"]
    ]


def serious_findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical, as rule and place."""
    return [
        f"{finding['id']}: {node['target']} {node.get('failureSummary', '')}"
        for finding in Axe().run(page).response["violations"]
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    ]


def serious_findings_without_script(page: Page) -> list[str]:
    """The same for a page whose browser has JavaScript off, where axe cannot run: asked of a copy.

    The copy is what such a browser shows: the words of noscript, and no script.
    """
    shown = re.sub(r"</?noscript[^>]*>|<script.*?</script>", "", page.content(), flags=re.DOTALL)
    assert page.context.browser
    context = page.context.browser.new_context(viewport=page.viewport_size)
    try:
        copy = context.new_page()
        copy.route(page.url, lambda route: route.fulfill(body=shown, content_type="text/html; charset=utf-8"))
        copy.goto(page.url)
        return serious_findings(copy)
    finally:
        context.close()


def overflow(page: Page) -> int:
    """How many CSS pixels of the page cannot be seen without scrolling sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def unpin(page: Page) -> None:
    """Let the way out lie at the end of the page, so that it hides nothing in a picture of the whole page."""
    page.evaluate(
        """document.querySelectorAll('.leave').forEach((bar) => {
            bar.style.position = 'static';
            document.body.append(bar);
        })"""
    )
