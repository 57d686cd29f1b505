"""Nothing that she typed or was shown is lost by a slip: Back, the other language, a weak network, a second tab."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.her import PLANTED, Her
from tests.cast import Network
from tincay.reports.models import Report

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]


def back(page: Page) -> None:
    """The button of the phone: the browser itself goes back, and no script of the page is asked first."""
    page.evaluate("history.back()")


def at_her_words(her: Her) -> None:
    her.go("/help/")
    her.choose("need", "just_listen")
    her.walk_to("words")
    her.page.locator("#words").fill(PLANTED)


def test_back_goes_one_question_back_with_everything_kept(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/")
    her.page.locator("main a[href$='/help/']").click()
    expect(her.page.locator("[data-step=need]")).to_be_visible()
    her.choose("need", "just_listen")
    her.do("next")
    her.choose("danger", "no")
    her.do("next")
    back(her.page)
    expect(her.page.locator("[data-step=danger]")).to_be_visible()
    expect(her.page.locator("#danger-no")).to_be_checked()
    back(her.page)
    expect(her.page.locator("[data-step=need]")).to_be_visible()
    expect(her.page.locator("#need-just_listen")).to_be_checked()
    back(her.page)
    expect(her.page.locator("[data-asks]")).to_be_in_viewport()
    expect(her.page.locator("[data-asks]")).to_be_focused()
    her.do("stay")
    expect(her.page.locator("[data-asks]")).to_be_hidden()
    assert her.step() == "need"
    back(her.page)
    her.do("leave")
    her.page.wait_for_url(her.root + "/")


def test_leaving_with_the_browser_asks_first_and_the_way_out_never(comes: Comes) -> None:
    her = comes("vi", 360)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    her.page.on("dialog", stay)
    her.page.route("https://vi.wikipedia.org/**", lambda route: route.fulfill(body="weather"))
    at_her_words(her)
    her.page.locator("a.site").click()
    expect(her.page.locator("#words")).to_have_value(PLANTED)
    assert asked == ["beforeunload"]
    her.page.locator("a[data-leave]").click()
    expect(her.page.get_by_text("weather")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_code_that_was_not_confirmed_is_not_left_without_a_question(comes: Comes) -> None:
    her = comes("vi", 360)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    her.page.on("dialog", stay)
    code = her.ask_something()
    back(her.page)
    expect(her.page.locator("[data-asks]")).to_be_visible()
    her.do("stay")
    assert her.copied() == code
    expect(her.page.locator("a.language")).to_be_hidden()
    her.page.locator("a.site").click()
    assert her.copied() == code
    assert asked == ["beforeunload"]
    her.page.locator("#last").fill(code[-4:])
    her.do("retype")
    expect(her.page.locator("[data-retype-good]")).to_be_visible()
    her.page.locator("a.site").click()
    her.page.wait_for_url(her.root + "/")
    assert asked == ["beforeunload"]


def test_the_other_language_comes_in_place_with_answers_step_words_and_code(
    comes: Comes, network: Network
) -> None:
    her = comes("vi", 360)
    at_her_words(her)
    her.page.locator("a.language").click()
    expect(her.page.locator("html")).to_have_attribute("lang", "en")
    assert her.step() == "words"
    expect(her.page.locator("#words")).to_have_value(PLANTED)
    expect(her.page.locator("a.language")).to_have_text("Tiếng Việt")
    her.do("early")
    expect(her.page.locator("[data-step=review]")).to_contain_text("I only want somebody to listen")
    code = her.copied()
    her.page.locator("a.language").click()
    expect(her.page.locator("html")).to_have_attribute("lang", "vi")
    assert her.step() == "review"
    assert her.copied() == code
    expect(her.page.locator("[data-team]:visible")).to_have_count(1)
    back(her.page)
    expect(her.page.locator("[data-step=words]")).to_be_visible()
    her.do("early")
    her.send()
    assert her.copied() == code
    report = Report.objects.for_the_rules().get()
    assert network.helper.open(report)[0]["words"] == PLANTED


def test_a_language_that_does_not_come_leaves_everything_as_it_is(comes: Comes) -> None:
    her = comes("vi", 360)
    at_her_words(her)
    her.page.route("**/en/help/", lambda route: route.abort())
    her.page.locator("a.language").click()
    expect(her.page.locator("[data-error=page]")).to_be_visible()
    expect(her.page.locator("html")).to_have_attribute("lang", "vi")
    assert her.step() == "words"
    expect(her.page.locator("#words")).to_have_value(PLANTED)


def test_a_second_tab_is_a_report_of_its_own(comes: Comes) -> None:
    her = comes("vi", 360)
    at_her_words(her)
    other = Her(her.page.context.new_page(), her.root, "vi", her.watch)
    other_code = other.ask_something()
    expect(her.page.locator("#words")).to_have_value(PLANTED)
    her.do("early")
    assert her.copied() != other_code
    her.send()
    assert Report.objects.for_the_rules().count() == 2


WITHOUT_CURVES = """
    for (const name of ['generateKey', 'importKey']) {
        const own = crypto.subtle[name].bind(crypto.subtle);
        crypto.subtle[name] = (...given) => /25519/.test(JSON.stringify(given))
            ? Promise.reject(new DOMException('', 'NotSupportedError')) : own(...given);
    }
"""
"""A browser of 2022: keys of Curve25519 are no part of it, and the page fetches them."""


def test_a_part_of_the_script_that_does_not_come_costs_no_word(comes: Comes, network: Network) -> None:
    her = comes("vi", 360)
    her.page.add_init_script(WITHOUT_CURVES)
    asked: list[Any] = []
    her.page.on("request", lambda request: asked.append(request) if "curves.js" in request.url else None)
    her.page.route("**/curves.js*", lambda route: route.abort())
    her.go("/ask/")
    her.review()
    her.do("send")
    expect(her.page.locator("[role=alert]:visible")).to_have_count(1)
    assert asked
    her.page.unroute("**/curves.js*")
    her.send()
    assert network.helper.open(Report.objects.for_the_rules().get())[0]["words"] == PLANTED


def test_an_answer_that_was_a_slip_is_taken_back(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/help/")
    her.choose("need", "just_listen")
    her.walk_to("contact")
    her.open_everything()
    back_button = her.page.locator("[data-go=unchoose][data-of=contact_preference]")
    expect(back_button).to_be_hidden()
    her.page.locator("[data-step=contact] .choice label").first.click()
    expect(her.page.locator("[data-name=contact_preference]:checked")).to_have_count(1)
    back_button.click()
    expect(her.page.locator("[data-name=contact_preference]:checked")).to_have_count(0)
