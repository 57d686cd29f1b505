"""Whom to call is one tap away on a small phone, and never a number of the wrong country."""

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.her import Her
from tests.cast import Network
from tincay.directory.models import NumberCheck
from tincay.directory.numbers import numbers_without_rows
from tincay.intake.pages import unsafe_page

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
SMALL = {"width": 360, "height": 640}
AT_HOME = ("113", "115", "111")
DOORS = 4


def small(her: Her, path: str) -> Page:
    her.page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    her.go(path)
    return her.page


def in_sight(page: Page, part: Locator) -> bool:
    """Whether all of it stands between the top of the screen and the way out."""
    box, bar = part.bounding_box(), page.locator(".leave").bounding_box()
    assert box
    assert bar
    return box["y"] >= 0 and box["y"] + box["height"] <= bar["y"]


def call(page: Page) -> Locator:
    return page.locator("details[data-call]:visible")


def only(page: Page, step: str) -> Locator:
    """One step of the form alone on the screen, whatever was answered before."""
    page.evaluate(
        """(wanted) => document.querySelectorAll("[data-step]").forEach((step) => {
            step.hidden = step.dataset.step !== wanted;
        })""",
        step,
    )
    return page.locator(f"[data-step={step}]")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_four_doors_and_the_way_back_stand_on_a_small_screen_at_once(comes: Comes, language: str) -> None:
    page = small(comes(language, 360), "/")
    doors = page.locator("main nav a")
    assert doors.count() == DOORS + 1
    for n in range(DOORS):
        assert in_sight(page, doors.nth(n)), n
    assert in_sight(page, call(page).locator("summary").first)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", ["/", "/help/", "/tell/", "/warn/"])
def test_one_tap_on_the_front_page_and_on_each_first_question_shows_the_first_number(
    comes: Comes, path: str, language: str
) -> None:
    page = small(comes(language, 360), path)
    expect(page.locator("a[href^='tel:']:visible")).to_have_count(0)
    call(page).locator("summary").first.click()
    for number in AT_HOME:
        expect(page.locator(f"a[href='tel:{number}']:visible")).to_have_count(1)
    assert in_sight(page, page.locator("a[href='tel:113']:visible"))
    assert in_sight(page, call(page).locator("details summary"))
    assert overflow(page) == 0


def test_who_is_not_in_viet_nam_finds_the_numbers_of_other_countries_beside_them(comes: Comes) -> None:
    page = small(comes("vi", 360), "/")
    call(page).locator("summary").first.click()
    page.get_by_text("Không ở Việt Nam?").click()
    first = page.locator("a[href='tel:+84981848484']:visible")
    expect(first).to_have_count(1)
    assert in_sight(page, first)
    for number in ("112", "117", "1191", "110", "191", "199", "999"):
        expect(page.locator(f"a[href='tel:{number}']:visible").first).to_be_visible()
    assert serious_findings(page) == []


def test_a_keyboard_opens_the_numbers_and_reaches_the_first_one(comes: Comes) -> None:
    page = small(comes("vi", 360), "/")
    call(page).locator("summary").first.focus()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "tel:113"


def test_the_numbers_open_without_a_script(comes: Comes) -> None:
    page = small(comes("vi", 360, script=False), "/")
    call(page).locator("summary").first.click()
    expect(page.locator("a[href='tel:113']:visible")).to_have_count(1)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_danger_now_is_a_screen_that_begins_with_a_number(comes: Comes, language: str) -> None:
    page = small(comes(language, 360), "/help/")
    step = only(page, "danger_now")
    page.evaluate("scrollTo(0, 0)")
    assert step.get_attribute("data-step-when") == "danger=now"
    assert in_sight(page, step.locator("a[href='tel:113']").first)
    expect(
        step.get_by_text({"vi": "Giờ này không có ai trực", "en": "Nobody watches"}[language])
    ).to_be_visible()
    assert overflow(page) == 0


@pytest.mark.parametrize("now", [True, False])
def test_after_sending_the_numbers_stand_open_where_there_is_danger_now_and_only_there(
    comes: Comes, network: Network, now: bool
) -> None:
    her = comes("vi", 360)
    her.go("/tell/")
    her.choose("need", "just_listen")
    her.walk_to("danger")
    her.choose("danger", "now" if now else "no")
    her.do("early")
    if now:
        her.do("early")
    her.send()
    for number in AT_HOME:
        expect(her.page.locator(f"a[href='tel:{number}']:visible")).to_have_count(int(now))
    expect(her.page.locator("details[data-call]")).to_have_count(1)


@pytest.mark.parametrize(("step", "answer"), [("need", "return_from_abroad"), ("place", "x_abroad")])
def test_abroad_it_is_asked_where_she_is_before_any_number_stands_there(
    comes: Comes, step: str, answer: str
) -> None:
    page = small(comes("vi", 360), "/help/")
    part = only(page, step)
    card = part.locator(f"[data-card='{step}={answer}']")
    card.evaluate("(card) => { card.hidden = false; }")
    expect(card.locator("a[href^='tel:']:visible")).to_have_count(0)
    card.get_by_text("Không, ở nước khác").click()
    expect(card.locator("a[href='tel:+84981848484']")).to_be_visible()
    for number in AT_HOME:
        expect(card.locator(f"a[href='tel:{number}']")).to_be_hidden()
    card.get_by_text("Có, ở Việt Nam").click()
    expect(card.locator("a[href='tel:113']")).to_be_visible()


def test_where_nobody_checked_a_number_the_page_says_so_and_shows_none(comes: Comes) -> None:
    NumberCheck.objects.all().delete()
    page = small(comes("vi", 360), "/")
    call(page).locator("summary").first.click()
    said = page.get_by_text("Số ở trang này chưa được ai kiểm tra")
    expect(said).to_be_visible()
    assert in_sight(page, said)
    assert page.locator("a[href^='tel:']").count() == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_where_nothing_can_be_taken_a_number_stands_on_the_first_screen(comes: Comes, language: str) -> None:
    her = comes(language, 360)
    with translation.override(language):
        shown = render_to_string("operations/emergency.html", unsafe_page(numbers_without_rows()))
    her.page.route(
        "**/nothing/", lambda route: route.fulfill(body=shown, content_type="text/html; charset=utf-8")
    )
    page = small(her, "/nothing/")
    assert in_sight(page, page.locator("a[href='tel:113']"))
    assert serious_findings(page) == []
