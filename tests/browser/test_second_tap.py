"""A trembling finger taps twice. What the first tap brought to its place is not answered or opened by the second."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.her import Her
from tests.browser.small_server import script_json, serving
from tests.browser.test_client_desk import PERSON_KEY, UNLOCK, unlock
from tincay.reports.models import ConsentGrant, Report

pytestmark = [pytest.mark.browser, pytest.mark.page, pytest.mark.django_db(transaction=True)]
ANSWERED = """form => [...form.querySelectorAll('[data-name]')]
    .filter(one => one.checked && !one.defaultChecked).map(one => one.dataset.name + '=' + one.value)"""
HELD = "part => getComputedStyle(part).pointerEvents === 'none'"
STANDING = """
    const later = window.setTimeout, never = window.clearTimeout, waiting = new Map();
    let next = 1e9;
    window.setTimeout = (act, wait, ...rest) =>
        wait === 500 ? (waiting.set(++next, act), next) : later(act, wait, ...rest);
    window.clearTimeout = (id) => waiting.delete(id) || never(id);
    window.halfSeconds = () => [...waiting.keys()];
    window.halfASecondLater = () => [...waiting].forEach(([id, act]) => { waiting.delete(id); act(); });
"""
"""The half second of the page passes when the test says so: a slow machine taps no later than a fast one."""


def half_a_second_later(page: Page) -> None:
    page.evaluate("halfASecondLater()")


def tap_twice(button: Locator, *, apart: int) -> None:
    """The finger lies on the glass as long as it is away from it: `apart` milliseconds from tap to tap."""
    button.click(click_count=2, delay=apart / 2)


@pytest.mark.parametrize("apart", [60, 400])
def test_a_second_tap_answers_no_question_and_sends_once(comes: Callable[..., Her], apart: int) -> None:
    her = comes("vi", 360)
    her.page.add_init_script(STANDING)
    her.go("/help/")
    form = her.page.locator("sealed-form")
    while her.step() != "review":
        half_a_second_later(her.page)
        if her.step() == "need":
            her.choose("need", "just_listen")
        tap_twice(form.locator("[data-go=next]:visible"), apart=apart)
        assert form.evaluate(ANSWERED) in ([], ["need=just_listen"]), her.step()
    half_a_second_later(her.page)
    tap_twice(form.locator("[data-go=send]:visible"), apart=apart)
    expect(her.page.locator("[data-step=receipt]")).to_be_visible()
    assert Report.objects.for_the_rules().count() == 1
    assert not ConsentGrant.objects.for_the_rules().exists()


@pytest.mark.parametrize("path", ["/", "/help/"])
def test_what_a_tap_unfolds_is_not_folded_or_dialled_by_its_second_tap(
    comes: Callable[..., Her], path: str
) -> None:
    her = comes("vi", 360)
    her.page.add_init_script(STANDING)
    her.go(path)
    half_a_second_later(her.page)
    call = her.page.locator("details[data-call]").first
    tap_twice(call.locator("summary").first, apart=60)
    assert call.evaluate("part => part.open")
    assert her.page.locator("main").evaluate(HELD)
    half_a_second_later(her.page)
    call.locator("summary").first.click()
    assert not call.evaluate("part => part.open")


def test_what_moves_because_of_a_tap_is_held_whatever_moved_it(comes: Callable[..., Her]) -> None:
    her = comes("vi", 360)
    her.page.add_init_script(STANDING)
    her.go("/help/")
    main, missing = her.page.locator("main"), her.page.locator("[data-missing]:visible")
    half_a_second_later(her.page)
    tap_twice(her.page.locator("[data-go=next]:visible"), apart=60)
    expect(missing).to_be_visible()
    assert main.evaluate(HELD)
    assert her.page.locator("sealed-form").evaluate(ANSWERED) == []
    half_a_second_later(her.page)
    her.page.locator("#need-just_listen + label, label[for=need-just_listen]").first.click()
    half_a_second_later(her.page)
    her.page.mouse.click(350, 300)
    assert not main.evaluate(HELD), "nothing has moved"


def test_keys_and_the_way_out_are_never_held(comes: Callable[..., Her]) -> None:
    her = comes("vi", 360)
    her.page.add_init_script(STANDING)
    her.go("/help/")
    her.page.locator("[data-go=next]").press("Enter")
    her.page.locator("#need-just_listen").evaluate("one => one.click()")
    her.page.locator("[data-go=next]").press("Enter")
    assert her.step() == "danger"
    took = her.page.evaluate("getComputedStyle(document.querySelector('[data-leave]')).pointerEvents")
    assert took == "auto"


def test_a_finger_that_has_not_lifted_keeps_the_screen_held(comes: Callable[..., Her]) -> None:
    her = comes("vi", 360)
    her.page.add_init_script(STANDING)
    her.go("/help/")
    form = her.page.locator("sealed-form")
    half_a_second_later(her.page)
    her.page.mouse.move(180, 300)
    her.page.mouse.down()
    before = her.step()
    her.page.locator("#need-just_listen").evaluate("one => one.click()")
    form.locator("[data-go=next]").press("Enter")
    assert her.step() != before
    half_a_second_later(her.page)
    assert form.evaluate(HELD)
    her.page.mouse.up()
    assert form.evaluate(HELD)
    half_a_second_later(her.page)
    assert not form.evaluate(HELD)


def test_a_tap_on_what_is_held_begins_the_half_second_anew(comes: Callable[..., Her]) -> None:
    her = comes("vi", 360)
    her.page.add_init_script(STANDING)
    her.go("/help/")
    first = her.page.evaluate("halfSeconds()")
    her.page.mouse.click(180, 300)
    assert len(first) == 1
    again = her.page.evaluate("halfSeconds()")
    assert len(again) == 1
    assert again != first


def test_a_second_tap_opens_nothing_of_the_page_that_took_the_place(page: Page) -> None:
    with serving() as server:
        for path, leads_to in ("/first", "/second"), ("/second", "/third"), ("/third", "/first"):
            lock = script_json("person-key", PERSON_KEY) + UNLOCK
            server.add_page(path, f'{lock}<p><a href="{leads_to}">chỗ này</a></p>', script="desk.js")
        page.add_init_script(STANDING)
        page.goto(server.root + "/first")
        unlock(page)
        expect(page.locator("html")).to_have_attribute("data-keyring", "open")
        tap_twice(page.get_by_text("chỗ này"), apart=400)
        expect(page).to_have_url(server.root + "/second")
        half_a_second_later(page)
        page.get_by_text("chỗ này").click()
        expect(page).to_have_url(server.root + "/third")
