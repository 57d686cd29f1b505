"""With the browser's back/forward cache on, as it is on phones: after the way out nothing is left to be found.

Every entry of the history is walked, Back and Forward, and each page is read as a whole, with what its fields hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Error, Page, Route, expect

from tests.browser.chromium import LAUNCH
from tests.browser.her import Her
from tests.browser.never import Watch
from tests.cast import Hands, Helper, Network, Reporter
from tests.patience import wait_until
from tincay.reports.models import Report

pytestmark = [pytest.mark.browser, pytest.mark.page, pytest.mark.django_db(transaction=True)]
STORY = "QZVB lời kể trong trang"
REPLY = "QZVR mai gặp ở trạm"
DRAFT = "QZVD em chưa gửi câu này"
HELD = """document.documentElement.outerHTML
    + [...document.querySelectorAll('input,textarea')].map((one) => one.value).join(' ')"""
KEEPS = "kept"


@pytest.fixture(scope="module")
def keeping(browser_type: BrowserType) -> Iterator[Browser]:
    """Playwright switches the cache off; phones do not."""
    browser = browser_type.launch(**LAUNCH, ignore_default_args=["--disable-back-forward-cache"])
    yield browser
    browser.close()


@pytest.fixture
def her(keeping: Browser, live_server: Any, network: Network, clock: Hands) -> Iterator[Her]:
    context = keeping.new_context(viewport={"width": 360, "height": 640}, locale="vi-VN")
    context.route(lambda url: not url.startswith(live_server.url), _weather)
    page = context.new_page()
    yield Her(page, live_server.url, "vi", Watch(live_server.url))
    context.close()


def _weather(route: Route) -> None:
    route.fulfill(body="<!doctype html><title>trời</title><p>trời", content_type="text/html; charset=utf-8")


@dataclass
class History:
    """The tab as the browser itself sees it: Playwright waits for a load that a kept page does not have."""

    page: Page

    def __post_init__(self) -> None:
        self._send = self.page.context.new_cdp_session(self.page).send

    def entries(self) -> tuple[list[dict[str, Any]], int]:
        history = self._patiently("Page.getNavigationHistory", {})
        return history["entries"], history["currentIndex"]

    def asks(self, expression: str) -> Any:
        asked = {"expression": expression, "returnByValue": True}
        return self._patiently("Runtime.evaluate", asked)["result"].get("value")

    def _patiently(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        """While one page takes the place of another there is none for a moment."""
        answers: list[dict[str, Any]] = []

        def answered() -> bool:
            try:
                answers.append(self._send(method, asked))
            except Error as error:
                if "active page" not in error.message and "context" not in error.message:
                    raise
            return bool(answers)

        wait_until(answered, "the page that is shown now")
        return answers[0]

    def go(self, by: int) -> bool:
        """One entry on or back; False where there is none, or where the page answers Back itself."""
        entries, at = self.entries()
        if not 0 <= at + by < len(entries):
            return False
        wanted = entries[at + by]
        self._send("Page.navigateToHistoryEntry", {"entryId": wanted["id"]})
        wait_until(lambda: self.entries()[1] != at, "another entry")
        wait_until(lambda: self.asks("document.readyState") == "complete", "a page")
        return bool(self.entries()[0][self.entries()[1]]["id"] == wanted["id"])

    def walk(self, by: int) -> Iterator[str]:
        """Each page in this direction, as a whole."""
        while self.go(by):
            yield str(self.asks(HELD))


def leave(page: Page) -> None:
    page.locator("a[data-leave]").click()
    expect(page.get_by_text("trời")).to_be_visible()


def nothing_is_left(page: Page, *secrets: str) -> None:
    assert all(secrets), "nothing was planted: this could not fail"
    history = History(page)
    for entry in history.entries()[0]:
        assert not [secret for secret in secrets if secret in entry["url"] + entry["title"]], entry["url"]
    for by in (-1, 1, -1):
        for held in history.walk(by):
            assert not [secret for secret in secrets if secret in held], history.asks("location.href")


def test_this_browser_keeps_pages(her: Her) -> None:
    """Or the rest of this file would promise nothing."""
    her.page.route(
        "**/keeps/*", lambda route: route.fulfill(body="<title>a</title><p>a", content_type="text/html")
    )
    her.page.goto(her.root + "/keeps/1")
    her.page.evaluate("name => { window[name] = 1 }", KEEPS)
    her.page.goto(her.root + "/keeps/2")
    history = History(her.page)
    assert history.go(-1)
    assert history.asks(f"window.{KEEPS}") == 1


def test_the_walk_finds_what_a_kept_page_holds(her: Her) -> None:
    her.page.route(
        "**/keeps/*",
        lambda route: route.fulfill(body="<title>a</title><textarea></textarea>", content_type="text/html"),
    )
    her.page.goto(her.root + "/keeps/1")
    her.page.locator("textarea").fill(STORY)
    her.page.goto(her.root + "/keeps/2")
    with pytest.raises(AssertionError):
        nothing_is_left(her.page, STORY)


def test_after_the_way_out_of_the_form_no_entry_page_or_field_holds_anything(her: Her) -> None:
    code = type_and_see_the_code(her)
    leave(her.page)
    nothing_is_left(her.page, STORY, *code)


def test_after_the_way_out_of_a_visit_no_entry_page_or_field_holds_anything(
    her: Her, reporter: Reporter, helper: Helper, clock: Hands
) -> None:
    report: Report = reporter.send(words=STORY, grants=[reporter.grant("store_sealed")], now=clock.now)
    helper.open_report(report, now=clock.now)
    helper.write(report, REPLY, now=clock.now)
    her.go("/")
    her.page.get_by_role("link", name="Xem lại").click()
    her.page.locator("#code").fill(reporter.code)
    her.press("open")
    expect(her.page.get_by_text(REPLY)).to_be_visible()
    her.page.locator("textarea[data-name=words]").first.fill(DRAFT)
    leave(her.page)
    nothing_is_left(her.page, STORY, REPLY, DRAFT, reporter.code, *in_groups(reporter.code))


def in_groups(code: str) -> list[str]:
    """The whole code as it is written with dashes or blanks; four digits alone are in many pages."""
    fours = [code[at : at + 4] for at in range(0, len(code), 4)]
    return [mark.join(fours) for mark in (" ", "-", "</li><li>")]


def type_and_see_the_code(her: Her) -> list[str]:
    """Words are typed, and the code is on the page: sent or not."""
    her.go("/")
    her.page.locator("a[href$='/tell/']").first.click()
    go = her.page.locator("sealed-form button[data-go]:visible")
    digits = her.page.locator("[data-receipt-digits]:visible")
    for _ in range(40):
        words = her.page.locator("textarea[data-name=words]:visible")
        if words.count():
            words.fill(STORY)
        if digits.count():
            code = digits.evaluate("place => place.textContent.replace(/\\D/g, '')")
            assert len(code) == 24
            return [code, *in_groups(code)]
        step = her.page.locator("[data-step]:visible").first
        if (
            step.get_attribute("data-needed") is not None
            and not step.locator("[data-name]:checked").count()
            and not words.count()
        ):
            if not step.locator("label:visible").count():
                step.locator("summary").first.click()
            step.locator("label:visible").first.click()
        name = step.get_attribute("data-step")
        her.page.locator(
            "sealed-form [data-go=next]:visible, sealed-form [data-go=send]:visible"
        ).first.click()
        expect(her.page.locator(f"[data-step={name}]")).to_be_hidden()
    raise AssertionError(f"no code after {go.count()}")
