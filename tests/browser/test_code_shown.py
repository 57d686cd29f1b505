"""The code on a page: covered after a minute and out of sight, in words where no picture is drawn."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.her import Her
from tests.browser.test_j01_report import LANGUAGES
from tests.cast import Hands, Reporter
from tincay.web.packs import things

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]

# The minute passes when the test says so.
STANDING_CLOCK = """
const run = setTimeout;
window.setTimeout = (then, ms, ...more) => (ms === 60000 ? ((window.minuteIsOver = then), -1) : run(then, ms, ...more));
"""
# A phone that draws the same box for everything.
NO_PICTURES = """
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...place) { write.call(this, "x", ...place); };
"""
OUT_OF_SIGHT = """
Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
document.dispatchEvent(new Event("visibilitychange"));
"""


@pytest.fixture
def sees_a_code(comes: Comes, reporter: Reporter, clock: Hands) -> Callable[..., Her]:
    reporter.send(words="QZV lời kể", now=clock.now)

    def look(language: str = "vi", width: int = 360, *scripts: str) -> Her:
        her = comes(language, width)
        for script in scripts:
            her.page.add_init_script(script)
        her.come_back(reporter.code)
        her.follow("new-code")
        her.page.locator("new-code [data-go=make]").click()
        expect(her.page.locator("[data-receipt-seen]")).to_be_visible()
        return her

    return look


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_covers_itself_after_a_minute_and_is_shown_again_for_another(
    sees_a_code: Callable[..., Her], language: str
) -> None:
    her = sees_a_code(language, 320, STANDING_CLOCK)
    page, code = her.page, her.copied()
    again = page.locator("[data-receipt-again]")
    for _ in range(2):
        expect(again).to_be_hidden()
        page.evaluate("minuteIsOver()")
        expect(page.locator("[data-receipt-seen]")).to_be_hidden()
        assert code[:4] not in page.locator("main").inner_text()
        assert not serious_findings(page)
        assert overflow(page) == 0
        again.focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-receipt-seen]")).to_be_focused()
        assert her.copied() == code


def test_the_code_is_covered_when_the_page_goes_out_of_sight(sees_a_code: Callable[..., Her]) -> None:
    page = sees_a_code().page
    page.evaluate(OUT_OF_SIGHT)
    expect(page.locator("[data-receipt-seen]")).to_be_hidden()
    expect(page.locator("[data-receipt-again]")).to_be_visible()


def test_nothing_of_the_code_stays_after_it_was_used(sees_a_code: Callable[..., Her]) -> None:
    her = sees_a_code("vi", 360, STANDING_CLOCK)
    code = her.copied()
    her.page.locator("[data-retype]").fill(code[-4:])
    her.page.locator("new-code [data-go=change]").click()
    expect(her.page.locator("[data-step=done]")).to_be_visible()
    her.page.evaluate(OUT_OF_SIGHT)
    left = her.page.locator("[data-receipt-digits], [data-receipt-things]").all_text_contents()
    assert "".join(left).split() == []
    expect(her.page.locator("[data-receipt-again]")).to_be_hidden()


def shown_things(her: Her) -> list[tuple[str, str]]:
    """Picture and noun of each of the twelve."""
    items: list[Any] = her.page.locator("[data-receipt-things] li").evaluate_all(
        "items => items.map((item) => [item.firstChild.textContent, item.lastChild.textContent.trim()])"
    )
    return [(picture, name) for picture, name in items]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_thing_has_its_picture_and_no_browser_translates_it(
    sees_a_code: Callable[..., Her], language: str
) -> None:
    her = sees_a_code(language)
    code = her.copied()
    kept = [things()[int(code[at : at + 2])] for at in range(0, 24, 2)]
    assert shown_things(her) == [(thing.picture, thing.name(language)) for thing in kept]
    for part in ("[data-receipt-digits]", "[data-receipt-things]"):
        assert her.page.locator(part).evaluate("list => [list.translate, list.lang]") == [False, language]


def test_where_a_phone_draws_no_picture_the_word_stands_alone(sees_a_code: Callable[..., Her]) -> None:
    her = sees_a_code("vi", 360, NO_PICTURES)
    shown = shown_things(her)
    assert {picture for picture, _ in shown} == {""}
    assert all(name for _, name in shown)


def test_on_paper_the_code_stands_without_a_button(sees_a_code: Callable[..., Her]) -> None:
    her = sees_a_code()
    her.page.emulate_media(media="print")
    expect(her.page.locator("[data-receipt-digits]")).to_be_visible()
    expect(her.page.locator("[data-receipt-things]")).to_be_visible()
    expect(her.page.locator(".receipt button")).to_be_hidden()
