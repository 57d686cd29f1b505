"""The pages that anybody can read, by day and by night, at twice their size, by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import below_seven_to_one, overflow, serious_findings
from tests.cast import Network
from tincay.estimates.actions import load_claims
from tincay.web.packs import pack_toml

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ("/", "/guide/", "/guide/history/", "/guide/keys/", "/guide/law/", "/guide/places/", "/log/", "/log/check/",
         "/figures/population/", "/back/", "/help/")  # fmt: skip


@pytest.fixture
def opened(browser: Browser, live_server: Any, network: Network) -> Any:
    contexts = []
    load_claims(entries=pack_toml("estimates.toml")["claims"])

    def open_page(path: str, **options: Any) -> Page:
        contexts.append(browser.new_context(**({"viewport": {"width": 360, "height": 640}} | options)))
        page = contexts[-1].new_page()
        answer = page.goto(live_server.url + path)
        assert answer
        assert answer.status == 200, path
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["", "/en"], ids=["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_at_twice_its_size_on_a_small_phone_nothing_is_cut(opened: Any, path: str, language: str) -> None:
    page = opened(language + path, viewport={"width": 180, "height": 320})
    for part in page.locator("details, [data-result]").all():
        part.evaluate("part => { part.open = true; part.hidden = false }")
    assert overflow(page) <= 0


@pytest.mark.parametrize("language", ["", "/en"], ids=["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_letters_of_twice_the_size_leave_nothing_outside_the_screen(
    opened: Any, path: str, language: str
) -> None:
    page = opened(language + path)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(page) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_by_day_and_by_night_everything_can_be_read(opened: Any, path: str, scheme: str) -> None:
    page = opened(path, color_scheme=scheme)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 25, 27)"
    assert dark == (scheme == "dark")
    assert page.locator("meta[name=color-scheme]").get_attribute("content") == "light dark"
    assert serious_findings(page) == []
    assert below_seven_to_one(page) == []


@pytest.mark.parametrize("path", ["/", "/guide/"])
def test_the_first_key_press_offers_to_skip_to_the_main_part(opened: Any, path: str) -> None:
    page = opened(path)
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("path", PAGES)
def test_what_stands_alone_in_its_line_is_as_tall_as_a_finger(opened: Any, path: str) -> None:
    page = opened(path)
    low = page.evaluate(
        """() => [...document.querySelectorAll("main p > a, main [type=file]")]
            .filter((one) => one.matches("input") || one.textContent.trim() === one.parentNode.textContent.trim())
            .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 48)
            .map((one) => one.outerHTML)"""
    )
    assert low == []


def test_each_question_begins_at_the_same_height(opened: Any) -> None:
    page = opened("/tell/")
    expect(page.locator("sealed-form")).to_be_visible()
    heights = page.evaluate(
        """() => {
            const steps = [...document.querySelectorAll("sealed-form [data-step]")];
            return steps.map((shown) => {
                for (const step of steps) step.hidden = step !== shown;
                const words = shown.querySelector("h1, legend");
                return [shown.dataset.step, words && Math.round(words.getBoundingClientRect().top + scrollY)];
            });
        }"""
    )
    assert len(heights) > 6
    assert len({height for _, height in heights}) == 1, heights
