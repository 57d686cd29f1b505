"""Somebody else has the phone afterwards: nothing of hers comes up, in a page, in the history or under another code."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.browser.chromium import LAUNCH
from tests.browser.her import Her
from tests.browser.never import Watch
from tests.browser.test_locked_page import DUMP
from tests.browser.test_telling import STANDING_VISIT, choose, goes_on, step, walk_to
from tests.cast import Hands, Network, Reporter
from tincay.reports.models import Report

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
HERS, UNSENT = "QZVH lời của người thứ nhất", "QZVU lời chưa gửi"
LOCKED = "main [data-when-locked]"


@pytest.fixture
def remembering(browser_type: BrowserType) -> Iterator[Browser]:
    """A browser that keeps left pages alive for the way back, as phones do; Playwright's own do not."""
    browser = browser_type.launch(**LAUNCH, ignore_default_args=["--disable-back-forward-cache"])
    yield browser
    browser.close()


@pytest.fixture
def hers(reporter: Reporter, clock: Hands) -> Report:
    answers = {"kind": ["incident_report"], "need": ["legal_aid"], "place": ["M01"]}
    return reporter.send(words=HERS, answers=answers, now=clock.now)


@pytest.fixture
def other(hers: Report, reporter: Reporter, clock: Hands) -> Reporter:
    """Somebody with a code of their own, who has her phone in the hand."""
    other = reporter.next_person()
    other.send(words="QZVO lời của người thứ hai", answers={"kind": ["incident_report"]}, now=clock.now)
    return other


def enters(her: Her, code: str) -> None:
    her.page.locator(f"{LOCKED} [data-code]").fill(code)
    her.page.locator(f"{LOCKED} [data-go=open]").click()


def everything_in(page: Page) -> str:
    return str(page.evaluate(DUMP))


def test_what_she_was_telling_does_not_come_up_under_another_code(
    comes: Comes, hers: Report, reporter: Reporter, other: Reporter
) -> None:
    her = comes()
    her.page.add_init_script(STANDING_VISIT)
    goes_on(her, reporter.code)
    choose(her, "danger", "no")
    walk_to(her, "words")
    her.page.locator("#words").fill(UNSENT)
    her.page.evaluate("visitIsOver()")
    enters(her, other.code)
    expect(her.page.locator("tell-later [data-step]:visible")).to_have_count(1)
    assert step(her) == "danger", "the other one begins at the beginning"
    assert UNSENT not in everything_in(her.page)
    assert not her.page.locator("#danger-no").is_checked()


def test_what_she_was_correcting_does_not_come_up_under_another_code(
    comes: Comes, hers: Report, reporter: Reporter, other: Reporter
) -> None:
    her = comes()
    her.page.add_init_script(STANDING_VISIT)
    goes_on(her, reporter.code, "said")
    her.page.locator("[data-fix=need]").click()
    was = her.page.locator("[data-was]").inner_text()
    assert was
    her.page.evaluate("visitIsOver()")
    enters(her, other.code)
    expect(her.page.locator("tell-later [data-step]:visible")).to_have_count(1)
    expect(her.page.locator("[data-correcting]")).to_be_hidden()
    assert step(her) == "danger"
    assert her.page.locator("[data-was]").inner_text() == ""


def test_a_correction_that_was_not_opened_does_not_come_up_later(
    comes: Comes, hers: Report, reporter: Reporter, other: Reporter
) -> None:
    her = comes()
    her.page.add_init_script(STANDING_VISIT)
    goes_on(her, reporter.code, "said")
    her.page.route("**/back/tell/", lambda route: route.abort(), times=1)
    her.page.locator("[data-fix=need]").click()
    expect(her.page.locator("[data-weak]")).to_be_visible()
    her.page.evaluate("visitIsOver()")
    enters(her, other.code)
    expect(her.page.locator("said-so-far section")).to_have_count(1)
    her.follow("now")
    her.follow("tell")
    expect(her.page.locator("tell-later [data-step]:visible")).to_have_count(1)
    expect(her.page.locator("[data-correcting]")).to_be_hidden()


def test_a_reply_that_was_not_sent_does_not_come_up_under_another_code(
    comes: Comes, hers: Report, reporter: Reporter, other: Reporter
) -> None:
    her = comes()
    her.page.add_init_script(STANDING_VISIT)
    her.come_back(reporter.code)
    her.page.locator("#reply").fill(UNSENT)
    her.page.evaluate("visitIsOver()")
    enters(her, other.code)
    expect(her.page.locator("#reply")).to_be_visible()
    assert UNSENT not in everything_in(her.page)


# The way out


def weather(page: Page) -> None:
    page.route("https://vi.wikipedia.org/**", lambda route: route.fulfill(body="weather"))


def leaves(her: Her) -> None:
    her.page.locator("a[data-leave]").click()
    expect(her.page.get_by_text("weather")).to_be_visible()


def entries(page: Page) -> list[dict[str, str]]:
    """The history of this tab, as the browser itself keeps it."""
    found: dict[str, Any] = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    return list(found["entries"])


def looks_through(page: Page, secrets: list[str]) -> None:
    """Every page that the browser's own buttons lead to, back and forward."""
    session = page.context.new_cdp_session(page)
    now = session.send("Page.getNavigationHistory")["currentIndex"]
    left = [one for place, one in enumerate(entries(page)) if place != now and one["url"] != "about:blank"]
    for entry in left:
        with page.expect_event("framenavigated"):
            session.send("Page.navigateToHistoryEntry", {"entryId": entry["id"]})
        page.wait_for_load_state()
        shown = everything_in(page)
        assert not [secret for secret in secrets if secret in shown], entry["url"]


def goes_straight_on(her: Her) -> str:
    her.go("/ask/")
    her.page.locator("#words").fill(HERS)
    her.do("next")
    her.do("early")
    code = her.copied()
    her.send()
    her.do("on")
    expect(her.page.locator("[data-whole-thread]")).to_be_visible()
    her.page.locator("#reply").fill(UNSENT)
    return code


def comes_with_her_code(her: Her) -> str:
    code = her.ask_something()
    her.page.context.clear_cookies()
    her.page.close()
    her.page = her.page.context.new_page()
    her.go("/")
    her.come_back(code)
    her.page.locator("#reply").fill(UNSENT)
    return code


@pytest.mark.parametrize("way", [goes_straight_on, comes_with_her_code])
def test_after_the_way_out_no_entry_of_the_history_is_hers(
    remembering: Browser, live_server: Any, network: Network, way: Callable[[Her], str]
) -> None:
    her = Her(remembering.new_page(), live_server.url, "vi", Watch(live_server.url))
    code = way(her)
    weather(her.page)
    leaves(her)
    left = [entry["url"].removeprefix(her.root) for entry in entries(her.page)]
    assert not [address for address in left if address.startswith(("/back", "/ask", "/tell"))], left
    looks_through(her.page, [HERS, UNSENT, code, code[:4] + code[4:8]])
