"""J01: somebody reports from a shared phone, in either language, on either width, with and without a script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Route, expect

from tests.browser.chromium import LAUNCH, overflow, serious_findings, serious_findings_without_script
from tests.browser.her import CONTACT, NAME, PLANTED, Her
from tests.browser.never import (
    Watch,
    assert_discreet,
    assert_found_nowhere,
    assert_no_address_or_device_is_stored,
    assert_not_shown,
)
from tests.cast import Network
from tincay.core import receipts
from tincay.reports.models import Report
from tincay.web.packs import things

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["vi", "en"]
WIDTHS = [360, 1280]
Comes = Callable[..., Her]


def secrets_of(code: str) -> list[str]:
    rows = [" ".join(row) for row in zip(*receipts.to_things(code, things()), strict=True)]
    return [PLANTED, NAME, CONTACT, code, receipts.grouped(code), *rows]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_is_sealed_on_the_phone(
    comes: Comes, network: Network, language: str, width: int, capfd: pytest.CaptureFixture[str]
) -> None:
    her = comes(language, width)
    code = her.tell()
    report = Report.objects.for_the_rules().get()
    assert report.sealed_by == "browser"
    assert network.helper.open(report)[0]["words"] == PLANTED
    assert network.helper.open(report, "contact")[0]["fields"]["name"] == NAME
    assert_found_nowhere(secrets_of(code), watch=her.watch, log="".join(capfd.readouterr()))
    assert_discreet(her.watch)
    assert not her.watch.set_cookies
    assert_no_address_or_device_is_stored(her.page.evaluate("navigator.userAgent"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_script_the_server_seals_and_keeps_nothing_open(
    comes: Comes, network: Network, language: str, width: int, capfd: pytest.CaptureFixture[str]
) -> None:
    her = comes(language, width, script=False)
    code = her.tell_plainly()
    report = Report.objects.for_the_rules().get()
    assert report.sealed_by == "server"
    assert network.helper.open(report)[0]["words"] == PLANTED
    assert_found_nowhere(secrets_of(code), watch=her.watch, log="".join(capfd.readouterr()), posted=False)
    assert_not_shown([PLANTED, NAME, CONTACT], watch=her.watch, on="/plain/")
    assert_discreet(her.watch)
    assert not her.watch.set_cookies


@pytest.mark.parametrize(("language", "width"), [("vi", 320), ("en", 1280)])
def test_axe_finds_nothing_serious_on_any_step(comes: Comes, language: str, width: int) -> None:
    her = comes(language, width)
    her.go("/")
    wrong = serious_findings(her.page)
    her.go("/tell/")
    for step in ("before", "need", "danger", "harmed", "whose", "time_since", "harms", "place", "did", "words",
                 "contact", "keep", "police", "consents", "send"):  # fmt: skip
        if step == "danger":
            her.choose("need", "pep")
        her.walk_to(step)
        her.open_everything()
        wrong += [f"{step}: {finding}" for finding in serious_findings(her.page)]
        assert overflow(her.page) == 0, step
    assert wrong == []


@pytest.mark.parametrize(("language", "width"), [("vi", 320), ("en", 1280)])
def test_axe_finds_nothing_serious_without_a_script(comes: Comes, language: str, width: int) -> None:
    her = comes(language, width, script=False)
    wrong = []
    for path in ("/", "/tell/", "/tell/plain/"):
        her.go(path)
        wrong += [f"{path}: {finding}" for finding in serious_findings_without_script(her.page)]
    her.press("send")
    wrong += [f"missing: {finding}" for finding in serious_findings_without_script(her.page)]
    her.tell_plainly()
    wrong += [f"receipt: {finding}" for finding in serious_findings_without_script(her.page)]
    assert wrong == []


def test_danger_shows_whom_to_call_and_she_can_go_on(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/help/")
    her.walk_to("need")
    her.choose("need", "just_listen")
    her.walk_to("danger")
    expect(her.page.locator("a[href='tel:113']")).to_be_hidden()
    her.choose("danger", "now")
    for number in ("113", "115", "111"):
        expect(her.page.locator(f"a[href='tel:{number}']")).to_be_visible()
    her.press("next")
    assert her.step() == "whose"


def test_with_nobody_harmed_the_page_explains_and_sends_nothing(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/tell/")
    her.walk_to("need")
    her.choose("need", "other")
    her.walk_to("harmed")
    her.choose("harmed", "no")
    expect(her.page.get_by_text("Chưa có gì được gửi đi")).to_be_visible()
    expect(her.page.get_by_role("button", name="Tiếp tục")).to_be_hidden()
    assert not her.watch.posted
    assert not Report.objects.for_the_rules().exists()


def test_only_the_help_wanted_has_to_be_answered(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/help/")
    her.walk_to("need")
    her.press("next")
    expect(her.page.locator("[data-missing]")).to_be_visible()
    her.choose("need", "just_listen")
    her.walk_to("send")
    her.press("send")
    expect(her.page.locator("[data-step=receipt]")).to_be_visible()
    assert Report.objects.for_the_rules().count() == 1


def test_the_last_group_is_asked_for_once_and_blocks_nothing(comes: Comes) -> None:
    her = comes("vi", 360)
    code = her.tell()
    her.page.locator("#last").fill("0000" if code[-4:] != "0000" else "1111")
    her.press("retype")
    expect(her.page.locator("[data-retype-again]")).to_be_visible()
    her.page.locator("#last").fill(code[-4:])
    her.press("retype")
    expect(her.page.locator("[data-retype-good]")).to_be_visible()


def test_the_way_out_replaces_the_page_and_back_does_not_return(comes: Comes) -> None:
    her = comes("vi", 360)
    her.page.route("https://vi.wikipedia.org/**", lambda route: route.fulfill(body="weather"))
    her.page.goto("about:blank")
    her.go("/help/")
    her.walk_to("need")
    her.page.get_by_role("link", name="Thoát nhanh").click()
    expect(her.page.get_by_text("weather")).to_be_visible()
    her.page.go_back()
    assert "help" not in her.page.url


@pytest.mark.parametrize("path", ["/tell/", "/back/"])
def test_a_phone_whose_script_runs_but_cannot_seal_keeps_the_plain_way(comes: Comes, path: str) -> None:
    her = comes("vi", 360)
    her.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    her.go(path)
    expect(her.page.locator("[data-error=unsupported]")).to_be_visible()
    her.page.locator("[data-without-script] a").click()
    expect(her.page.locator("[name=plain-code]")).to_be_attached()


def test_what_she_typed_stays_when_the_network_breaks(comes: Comes, network: Network) -> None:
    her = comes("vi", 360)
    her.go("/ask/")
    her.walk_to("need")
    her.choose("need", "legal_info")
    her.walk_to("words")
    her.page.locator("#words").fill(PLANTED)
    her.walk_to("send")
    her.page.route("**/send/", lambda route: route.abort())
    her.press("send")
    expect(her.page.locator("[data-error=network]")).to_be_visible()
    her.page.unroute("**/send/")
    her.press("send")
    expect(her.page.locator("[data-step=receipt]")).to_be_visible()
    assert network.helper.open(Report.objects.for_the_rules().get())[0]["words"] == PLANTED


def test_a_lost_answer_is_called_unknown_and_the_second_press_is_the_same_report(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/ask/")
    her.walk_to("need")
    her.choose("need", "legal_info")
    her.walk_to("send")

    def lose(route: Route) -> None:
        assert route.fetch().status == 201
        route.abort()

    her.page.route("**/send/", lose, times=1)
    her.press("send")
    expect(her.page.get_by_text("chưa biết đã gửi được chưa")).to_be_visible()
    assert Report.objects.for_the_rules().count() == 1
    her.press("send")
    expect(her.page.locator("[data-step=receipt]")).to_be_visible()
    assert Report.objects.for_the_rules().count() == 1


@pytest.fixture
def remembering(browser_type: BrowserType) -> Iterator[Browser]:
    """A browser that keeps left pages alive for the way back, as phones do; Playwright's own do not."""
    browser = browser_type.launch(**LAUNCH, ignore_default_args=["--disable-back-forward-cache"])
    yield browser
    browser.close()


def test_words_are_gone_when_she_comes_back_with_the_browsers_own_button(
    remembering: Browser, live_server: Any, network: Network
) -> None:
    watch = Watch(live_server.url)
    her = Her(remembering.new_page(), live_server.url, "vi", watch)
    her.go("/help/")
    her.walk_to("need")
    her.choose("need", "just_listen")
    her.walk_to("words")
    her.page.locator("#words").fill(PLANTED)
    her.page.evaluate("window.alive = true")
    her.page.goto(her.root + "/")
    her.page.go_back(wait_until="commit")  # a page that lived on is not loaded again
    assert her.page.evaluate("window.alive"), "the browser loaded the page anew: nothing was shown"
    assert her.page.locator("#words").input_value() == ""
