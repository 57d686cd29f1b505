"""J01: somebody reports from a shared phone, in either language, on either width, with and without a script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Locator, Page, Route, expect

from tests.browser.chromium import LAUNCH, overflow, serious_findings, serious_findings_without_script
from tests.browser.her import CONTACT, NAME, PLANTED, Her
from tests.browser.never import (
    Watch,
    assert_discreet,
    assert_found_nowhere,
    assert_no_address_or_device_is_stored,
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
    # The pages before carry it in her own form; the page after sending holds nothing of it.
    for secret in (PLANTED, NAME, CONTACT):
        assert secret not in her.page.content()
    assert_discreet(her.watch)
    assert not her.watch.set_cookies


@pytest.mark.parametrize(("language", "width"), [("vi", 320), ("en", 1280)])
def test_axe_finds_nothing_serious_on_any_step(comes: Comes, language: str, width: int) -> None:
    her = comes(language, width)
    her.go("/")
    wrong = serious_findings(her.page)
    her.go("/tell/")
    for step in ("need", "danger", "harmed", "whose", "time_since", "harms", "place", "did", "words",
                 "keep", "contact", "police", "consents", "review"):  # fmt: skip
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
    her.go_on("story")
    wrong += [f"missing: {finding}" for finding in serious_findings_without_script(her.page)]
    her.choose("need", "pep")
    for step in ("story", "send"):
        her.go_on(step)
        wrong += [f"{step}: {finding}" for finding in serious_findings_without_script(her.page)]
    her.tell_plainly()
    wrong += [f"receipt: {finding}" for finding in serious_findings_without_script(her.page)]
    assert wrong == []


def test_danger_shows_whom_to_call_and_she_can_go_on(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/help/")
    her.walk_to("need")
    her.choose("need", "just_listen")
    her.walk_to("danger")
    step = her.page.locator("[data-step=danger_now]")
    expect(step).to_be_hidden()
    her.choose("danger", "now")
    her.do("early")
    assert her.step() == "danger_now", "she was led past the numbers"
    for number in ("113", "115", "111"):
        expect(step.locator(f"a[href='tel:{number}']:visible")).to_have_count(1)
    her.do("next")
    assert her.step() == "whose"


FILLED = "one => getComputedStyle(one).backgroundColor"


def calls_first(page: Page, cards: Locator, *, buttons: bool) -> None:
    """The numbers are filled as no button beside them is."""
    colours = cards.evaluate_all(f"all => all.map({FILLED})")
    assert len(set(colours)) == 1
    assert "rgba" not in colours[0]
    visible = page.locator("main .buttons .button:visible")
    if buttons:
        assert set(visible.evaluate_all(f"all => all.map({FILLED})")) == {"rgba(0, 0, 0, 0)"}
    first = cards.first.bounding_box()
    assert first
    assert first["y"] < min(
        box["y"] for box in visible.evaluate_all("all => all.map((one) => one.getBoundingClientRect())")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_in_danger_now_sees_the_numbers_before_any_button_and_reads_what_she_said(
    comes: Comes, language: str
) -> None:
    title = {"vi": "Bạn đang gặp nguy hiểm: hãy gọi ngay", "en": "You are in danger: call now"}[language]
    her = comes(language, 360)
    her.go("/help/")
    her.choose("need", "just_listen")
    her.walk_to("danger")
    her.choose("danger", "now")
    her.do("next")
    step = her.page.locator("[data-step=danger_now]")
    expect(step.get_by_role("heading", name=title)).to_be_visible()
    expect(her.page.locator("sealed-form [data-go=early]:visible")).to_have_count(1)
    calls_first(her.page, step.locator(".call:visible"), buttons=True)
    her.do("next")
    assert "button-quiet" not in (her.page.locator("sealed-form [data-go=next]").get_attribute("class") or "")

    plain = comes(language, 360, script=False)
    plain.go("/help/plain/")
    plain.choose("need", "just_listen")
    plain.choose("danger", "now")
    plain.go_on("story")
    expect(plain.page.get_by_role("heading", name=title)).to_be_visible()
    calls_first(plain.page, plain.page.locator("[data-calls] .call:visible"), buttons=False)


def test_with_nobody_harmed_the_page_explains_and_sends_nothing(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/tell/")
    her.walk_to("need")
    her.choose("need", "other")
    her.walk_to("harmed")
    her.choose("harmed", "no")
    expect(her.page.locator("[data-step=harmed] [data-stop]")).to_contain_text(
        "Chưa bấm gửi thì chưa có gì được gửi đi"
    )
    for go in ("next", "early", "send"):
        expect(her.page.locator(f"[data-go={go}]")).to_be_hidden()
    assert not her.watch.posted
    assert not Report.objects.for_the_rules().exists()


def test_only_the_help_wanted_has_to_be_answered(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/help/")
    her.press("next")
    expect(her.page.locator("[data-missing]:visible")).to_have_count(1)
    her.choose("need", "just_listen")
    her.walk_to("review")
    her.send()
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
    her.review()
    her.page.route("**/send/", lambda route: route.abort())
    her.press("send")
    expect(her.page.locator("[data-error=network]")).to_be_visible()
    her.page.unroute("**/send/")
    her.send()
    assert network.helper.open(Report.objects.for_the_rules().get())[0]["words"] == PLANTED


def lose_answers(her: Her, times: int = 1) -> None:
    """What she sends arrives, and she never hears of it."""

    left = [None] * times

    def lose(route: Route) -> None:
        answer = route.fetch()
        if answer.ok and left:
            left.pop()
            route.abort()
        else:  # asked for other work, or heard at last
            route.fulfill(response=answer)

    her.page.route("**/send/", lose)


def test_a_lost_answer_is_called_unknown_and_the_second_press_is_the_same_report(comes: Comes) -> None:
    her = comes("vi", 360)
    her.go("/ask/")
    her.review()
    lose_answers(her)
    her.press("send")
    expect(her.page.get_by_text("chưa biết tin đã đến chưa")).to_be_visible()
    expect(her.page.get_by_text("Gửi lại không thành hai tin")).to_be_visible()
    assert Report.objects.for_the_rules().count() == 1
    her.send()
    expect(her.page.locator("[data-earlier]")).to_be_hidden()
    assert Report.objects.for_the_rules().count() == 1


def test_what_she_changes_after_a_lost_answer_is_not_called_sent_and_not_lost(
    comes: Comes, network: Network
) -> None:
    her = comes("vi", 360)
    her.go("/ask/")
    her.review()
    code = her.copied()
    lose_answers(her, times=2)
    her.press("send")
    expect(her.page.locator("[data-error=network]")).to_be_visible()
    her.page.locator("[data-folded]:visible [data-go=change]").click()
    her.page.locator("#words").fill(PLANTED + " QZVS")
    her.do("next")
    assert her.copied() == code
    her.press("send")
    expect(her.page.locator("[data-error=network]")).to_be_visible()
    her.send()
    expect(her.page.locator("[data-earlier]")).to_be_visible()
    her.page.locator("[data-earlier] summary").click()
    expect(her.page.locator("[data-earlier] [data-words]")).to_have_text(PLANTED + " QZVS")
    report = Report.objects.for_the_rules().get()
    assert network.helper.open(report)[0]["words"] == PLANTED
    assert her.copied() == code


def test_what_she_changes_after_a_try_that_never_arrived_is_what_is_sent(
    comes: Comes, network: Network
) -> None:
    her = comes("vi", 360)
    her.go("/ask/")
    her.review()
    her.page.route("**/send/", lambda route: route.abort(), times=1)
    her.press("send")
    expect(her.page.locator("[data-error=network]")).to_be_visible()
    her.page.locator("[data-folded]:visible [data-go=change]").click()
    her.page.locator("#words").fill("QZVT ngắn hơn")
    her.do("next")
    her.send()
    expect(her.page.locator("[data-earlier]")).to_be_hidden()
    assert network.helper.open(Report.objects.for_the_rules().get())[0]["words"] == "QZVT ngắn hơn"


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
    her.page.once("dialog", lambda dialog: dialog.accept())
    her.page.goto(her.root + "/")
    her.page.go_back(wait_until="commit")  # a page that lived on is not loaded again
    assert her.page.evaluate("window.alive"), "the browser loaded the page anew: nothing was shown"
    assert her.page.locator("#words").input_value() == ""
