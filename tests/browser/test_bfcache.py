"""With the browser's back/forward cache on, as it is on phones: after the way out nothing is left to be found.

Every entry of the history is walked, Back and Forward, and each page is read as a whole, with what its fields hold.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, Route, expect

from tests.browser.chromium import LAUNCH
from tests.browser.her import Her
from tests.browser.never import Watch
from tests.cast import Hands, Helper, Network, Reporter
from tincay.reports.models import Report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
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


def entries(page: Page) -> tuple[list[dict[str, Any]], int]:
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    return history["entries"], history["currentIndex"]


def leave(page: Page) -> None:
    page.locator("a[data-leave]").click()
    expect(page.get_by_text("trời")).to_be_visible()


def walk(page: Page, *, by: str) -> Iterator[str]:
    """Each page of the history in this direction, as a whole."""
    while True:
        before = entries(page)
        last = 0 if by == "back" else len(before[0]) - 1
        if before[1] == last:
            return
        (page.go_back if by == "back" else page.go_forward)(wait_until="load")
        if entries(page)[1] == before[1]:
            return  # the page holds Back itself: there is nothing behind it
        yield str(page.evaluate(HELD))


def nothing_is_left(page: Page, *secrets: str) -> None:
    assert all(secrets), "nothing was planted: this could not fail"
    for entry in entries(page)[0]:
        assert not [secret for secret in secrets if secret in entry["url"] + entry["title"]], entry["url"]
    for by in ("back", "forward", "back"):
        for held in walk(page, by=by):
            assert not [secret for secret in secrets if secret in held], page.url


def test_this_browser_keeps_pages(her: Her) -> None:
    """Or the rest of this file would promise nothing."""
    her.page.route("**/keeps/*", lambda route: route.fulfill(body="<title>a</title><p>a", content_type="text/html"))
    her.page.goto(her.root + "/keeps/1")
    her.page.evaluate("name => { window[name] = 1 }", KEEPS)
    her.page.goto(her.root + "/keeps/2")
    her.page.go_back()
    assert her.page.evaluate("name => window[name]", KEEPS) == 1


def test_after_the_way_out_of_the_form_no_entry_page_or_field_holds_anything(her: Her) -> None:
    code = type_and_see_the_code(her)
    leave(her.page)
    nothing_is_left(her.page, STORY, *code)


def test_after_the_way_out_of_a_visit_no_entry_page_or_field_holds_anything(her: Her, reporter: Reporter, helper: Helper, clock: Hands) -> None:
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
        if step.get_attribute("data-needed") is not None and not step.locator("[data-name]:checked").count() and not words.count():
            if not step.locator("label:visible").count():
                step.locator("summary").first.click()
            step.locator("label:visible").first.click()
        name = step.get_attribute("data-step")
        her.page.locator("sealed-form [data-go=next]:visible, sealed-form [data-go=send]:visible").first.click()
        expect(her.page.locator(f"[data-step={name}]")).to_be_hidden()
    raise AssertionError(f"no code after {go.count()}")
