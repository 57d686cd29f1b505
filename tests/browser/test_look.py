"""Every component, as Chromium draws it: readable by everybody, on the smallest screen, without script."""

from collections.abc import Callable
from typing import Any

import pytest
from csp.utils import build_policy
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import below_seven_to_one, overflow, serious_findings
from tests.browser.look import DESK, PHONE, show
from tincay.intake.pages import promise_picture

pytestmark = [pytest.mark.browser, pytest.mark.page]
ALL = (*PHONE, *DESK)
NIGHT = "rgb(20, 25, 27)"
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


@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing_serious_at_night(opened: Opened, name: str) -> None:
    page = opened(1280 if name in DESK else 360, color_scheme="dark")
    show(page, name)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == NIGHT
    assert serious_findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PHONE)
def test_every_text_on_her_phone_is_read_at_seven_to_one(opened: Opened, name: str, scheme: str) -> None:
    page = opened(color_scheme=scheme)
    show(page, name)
    for part in page.locator("details").all():
        part.evaluate("part => { part.open = true }")
    assert below_seven_to_one(page) == []


def test_a_text_below_seven_to_one_would_be_found(opened: Opened) -> None:
    page = opened()
    page.set_content("<html lang=vi><title>x</title><main><h1>x</h1><p style='color: #666'>nhạt</p></main>")
    assert len(below_seven_to_one(page)) == 1


def test_a_qr_code_stays_black_on_white_at_night_with_its_quiet_zone(opened: Opened) -> None:
    page = opened(color_scheme="dark")
    show(page, "saying", extra={"qr": promise_picture("mã thử")})
    code = page.locator("svg.qr")
    assert code.evaluate("code => getComputedStyle(code).backgroundColor") == "rgb(255, 255, 255)"
    assert code.locator("path").evaluate("path => getComputedStyle(path).stroke") == "rgb(0, 0, 0)"
    quiet, modules = code.evaluate(
        """code => {
            const drawn = code.querySelector("path").getBoundingClientRect();
            const all = code.getBoundingClientRect();
            const modules = code.viewBox.baseVal.width;
            return [(drawn.left - all.left) / all.width * modules, modules];
        }"""
    )
    assert round(quiet) == 4, modules


@pytest.mark.parametrize("name", PHONE)
def test_paper_is_white_also_at_night(opened: Opened, name: str) -> None:
    page = opened(color_scheme="dark")
    show(page, name)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"


def test_who_asks_for_more_contrast_gets_lines_as_dark_as_letters(opened: Opened) -> None:
    page = opened(contrast="more")
    show(page, "asking")
    card = page.locator(".choice label").first
    border, letters = card.evaluate(
        "card => [getComputedStyle(card).borderTopColor, getComputedStyle(card).color]"
    )
    assert border == letters


@pytest.mark.parametrize("name", ALL)
def test_nothing_has_to_be_scrolled_sideways_at_320_pixels(opened: Opened, name: str) -> None:
    page = opened(320)
    show(page, name)
    assert overflow(page) <= 0


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "window", [(320, 568), (360, 640), (320, 300), (180, 320)], ids=["320", "360", "keyboard-up", "twice-360"]
)
def test_the_way_out_is_whole_and_large_without_script(
    opened: Opened, window: tuple[int, int], language: str
) -> None:
    page = opened(*window, java_script_enabled=False)
    show(page, "asking", language)
    way_out = page.locator(".way-out")
    expect(way_out).to_be_in_viewport(ratio=1)
    box = way_out.bounding_box()
    assert box
    assert box["height"] >= 48
    assert way_out.get_attribute("rel") == "nofollow noreferrer"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("window", [(320, 568), (360, 640)], ids=["320", "360"])
def test_the_bar_takes_an_eighth_of_the_screen_at_most(
    opened: Opened, window: tuple[int, int], language: str
) -> None:
    page = opened(*window)
    show(page, "first", language)
    bar = page.locator(".leave").bounding_box()
    assert bar
    assert bar["height"] <= 0.12 * window[1]
    assert bar["y"] + bar["height"] == window[1]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("window", [(320, 568), (360, 640), (180, 320)], ids=["320", "360", "twice-360"])
def test_what_the_way_out_does_not_do_opens_in_place_without_script(
    opened: Opened, window: tuple[int, int], language: str
) -> None:
    page = opened(*window, java_script_enabled=False)
    show(page, "asking", language)
    page.get_by_label("Bạn kể lại").fill("còn đây")
    note = page.locator(".leave details")
    note.locator("summary").click()
    expect(note.locator("p").first).to_be_in_viewport(ratio=1)
    expect(page.locator(".way-out")).to_be_in_viewport(ratio=1)
    assert note.locator("a").count() == 0, "a link would lose what was typed"
    note.locator("summary").click()
    expect(note.locator("p").first).to_be_hidden()
    expect(page.get_by_label("Bạn kể lại")).to_have_value("còn đây")


@pytest.mark.parametrize("window", [(320, 568), (180, 320)], ids=["320", "twice-360"])
def test_the_bar_never_lies_over_what_has_the_focus(opened: Opened, window: tuple[int, int]) -> None:
    page = opened(*window)
    show(page, "asking")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, covered = page.evaluate(
            """() => {
                const focused = document.activeElement;
                const at = (focused.closest(".choice") ?? focused).getBoundingClientRect();
                const bar = document.querySelector(".leave");
                const top = bar.getBoundingClientRect().top;
                // Of a box for words the line that is written in counts, of what is tall its upper part.
                const whole = focused.tagName === "TEXTAREA" ? 100 : Math.min(at.height, top / 2);
                return [focused.id, !bar.contains(focused) && at.top + whole > top + 1];
            }"""
        )
        assert not covered, name
        reached.add(name)
    assert {"id_words", "id_code", "id_count"} <= reached


@pytest.mark.parametrize("name", PHONE)
def test_what_a_finger_is_asked_to_hit_on_her_phone_is_large(opened: Opened, name: str) -> None:
    page = opened()
    show(page, name)
    for control in (
        page.locator(
            "main .button, main .card, main .choice, main select, main input.short, "
            "main .board button, main .review button, main summary"
        )
        .filter(visible=True)
        .all()
    ):
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
