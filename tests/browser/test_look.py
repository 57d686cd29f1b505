"""Every component, as Chromium draws it: readable by everybody, on the smallest screen, without script."""

from collections.abc import Callable
from typing import Any

import pytest
from csp.utils import build_policy
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.look import DESK, PHONE, show

pytestmark = [pytest.mark.browser, pytest.mark.page]
ALL = (*PHONE, *DESK)
Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Any:
    """A page of its own in a window of the given shape."""
    contexts = []

    def open_page(width: int = 360, height: int = 640, **options: Any) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing_serious(opened: Opened, name: str, width: int) -> None:
    page = opened(width)
    show(page, name)
    assert serious_findings(page) == []


def test_axe_would_find_what_is_serious(opened: Opened) -> None:
    page = opened()
    page.set_content(
        "<html lang=vi><title>x</title><main><h1>x</h1><input><p style='color: #bbb'>nhạt</p></main>"
    )
    found = " ".join(serious_findings(page))
    assert "label" in found
    assert "color-contrast" in found


@pytest.mark.parametrize("name", DESK)
def test_axe_finds_nothing_serious_on_a_night_shift(opened: Opened, name: str) -> None:
    page = opened(1280, color_scheme="dark")
    show(page, name)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 25, 27)"
    assert serious_findings(page) == []


@pytest.mark.parametrize("name", ALL)
def test_nothing_has_to_be_scrolled_sideways_at_320_pixels(opened: Opened, name: str) -> None:
    page = opened(320)
    show(page, name)
    assert overflow(page) <= 0


@pytest.mark.parametrize("name", PHONE)
def test_the_way_out_is_in_sight_and_large_without_script_even_with_a_keyboard_up(
    opened: Opened, name: str
) -> None:
    for height in (640, 300):
        page = opened(320, height, java_script_enabled=False)
        show(page, name)
        way_out = page.locator(".way-out")
        expect(way_out).to_be_in_viewport(ratio=1)
        box = way_out.bounding_box()
        assert box
        assert box["height"] >= 48
        assert way_out.get_attribute("rel") == "nofollow noreferrer"


@pytest.mark.parametrize("name", PHONE)
def test_what_a_finger_is_asked_to_hit_on_her_phone_is_large(opened: Opened, name: str) -> None:
    page = opened()
    show(page, name)
    for control in page.locator(
        "main .button, main .card, main .choice, main select, main input.short"
    ).all():
        box = control.bounding_box()
        assert box
        assert box["height"] >= 48, control.inner_text()


@pytest.mark.parametrize("name", PHONE)
def test_text_is_large_and_lines_have_room_for_stacked_diacritics(opened: Opened, name: str) -> None:
    page = opened()
    show(page, name)
    size, height = page.evaluate(
        """() => {
            const body = getComputedStyle(document.body);
            return [parseFloat(body.fontSize), parseFloat(body.lineHeight)];
        }"""
    )
    assert size == 18
    assert height / size >= 1.5


@pytest.mark.parametrize("name", ALL)
def test_a_page_loads_only_its_own_sheet_letters_and_picture(opened: Opened, name: str) -> None:
    page = opened()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    asked = show(page, name, policy=build_policy())
    page.wait_for_load_state("networkidle")
    phone = ("/static/web/phone.css", "/static/client/leave.js")
    allowed = phone if name in PHONE else ("/static/web/desk.css", "/static/web/fonts/")
    assert all(path in ("/", "/static/web/favicon.png") or path.startswith(allowed) for path in asked), asked
    assert said == [], "the policy refused something of ours"


def test_choices_are_reached_and_chosen_by_keyboard(opened: Opened) -> None:
    page = opened()
    show(page, "asking")
    page.get_by_label("Không muốn nói").first.focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Không muốn nói").first).to_be_checked()
    outline = page.evaluate("getComputedStyle(document.activeElement.nextElementSibling).outlineWidth")
    assert outline == "3px"


def test_an_error_is_read_first_and_leads_to_its_field(opened: Opened) -> None:
    page = opened()
    show(page, "asking")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="Mã của bạn").click()
    expect(page.get_by_label("Mã của bạn")).to_be_focused()


def test_paper_is_black_on_white_without_furniture(opened: Opened) -> None:
    page = opened(1280)
    show(page, "saying")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('main h1')).color") == "rgb(0, 0, 0)"
    expect(page.locator(".leave")).to_be_hidden()


@pytest.mark.parametrize("name", ALL)
def test_text_at_twice_its_size_still_fits(opened: Opened, name: str) -> None:
    page = opened(640, 900)
    show(page, name)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(page) <= 0
