"""J02: coming back with the receipt: stages, messages both ways, a consent, proof, deletion; in either language,
on either width, with and without a script. After each journey the sweep."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import overflow, serious_findings, serious_findings_without_script
from tests.browser.helper_at_desk import AtDesk
from tests.browser.her import MESSAGE, Her
from tests.browser.never import (
    assert_discreet,
    assert_found_nowhere,
    assert_no_address_or_device_is_stored,
    assert_not_shown,
)
from tests.browser.test_j01_report import LANGUAGES, WIDTHS, secrets_of
from tests.cast import Hands, Network, Reporter, give_second_factor
from tincay.log.actions import sign_checkpoint
from tincay.reports.models import Report
from tincay.vault.models import SealedText
from tincay.web.time import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
ANSWER = "Chào bạn QZVA, trạm y tế đang chờ bạn."


@pytest.fixture
def report(network: Network, reporter: Reporter) -> Report:
    """A report that a helper has read and written about."""
    sent = reporter.send(
        grants=[reporter.grant("store_sealed")], now=now(), answers={"need": ["pep"], "harms": ["threat"]}
    )
    network.helper.open_report(sent, now=now())
    network.helper.write(sent, ANSWER, now=now())
    sign_checkpoint(now=now())
    return sent


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_she_reads_answers_and_deletes(
    comes: Comes,
    network: Network,
    report: Report,
    reporter: Reporter,
    language: str,
    width: int,
    script: bool,
    capfd: pytest.CaptureFixture[str],
) -> None:
    number = network.helper.user.number
    helper_words = {"vi": f"Người hỗ trợ số {number}", "en": f"Helper number {number}"}
    her = comes(language, width, script=script)
    her.come_back(reporter.code)
    expect(her.page.get_by_text(ANSWER)).to_be_visible()
    expect(her.page.get_by_text(helper_words[language])).to_be_visible()
    assert network.helper.user.username not in her.page.content()
    her.write(MESSAGE)
    expect(her.page.get_by_text(MESSAGE)).to_be_visible()
    assert MESSAGE in reporter.messages()
    her.allow("share_police_anon")
    assert report.grants.order_by("number").last().given  # type: ignore[union-attr]
    her.allow("share_police_anon")
    assert not report.grants.order_by("number").last().given  # type: ignore[union-attr]
    planted = [ANSWER, MESSAGE, *secrets_of(reporter.code)]
    assert_found_nowhere(planted, watch=her.watch, log="".join(capfd.readouterr()), posted=script)
    her.delete()
    assert not SealedText.objects.for_the_rules().exists()
    hidden = [*secrets_of(reporter.code)[3:], network.helper.user.username]
    assert_not_shown(hidden, watch=her.watch, on="/back/")
    assert_discreet(her.watch)
    assert_no_address_or_device_is_stored("Chrome/")


def test_the_browser_keeps_no_code_after_she_has_closed(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = comes("vi", 360)
    her.come_back(reporter.code)
    her.page.get_by_role("button", name="Đóng và khóa lại").click()
    her.page.wait_for_url(her.root + "/")
    state = her.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert state == '[{},{},""]'
    her.page.go_back()
    assert reporter.code not in her.page.content()


def test_a_wrong_code_is_said_kindly_and_five_make_her_wait(comes: Comes, report: Report) -> None:
    her = comes("vi", 360)
    her.go("/back/")
    for _ in range(5):
        her.page.locator("#code").fill(Reporter(77).code)
        her.press("open")
        expect(her.page.locator("[data-error=unknown]")).to_be_visible()
    her.press("open")
    expect(her.page.locator("[data-error=slow_down]")).to_be_visible()


def test_her_message_may_not_hold_the_code(comes: Comes, report: Report, reporter: Reporter) -> None:
    her = comes("vi", 360)
    her.come_back(reporter.code)
    her.page.locator("#reply").fill(f"mã {reporter.code}")
    her.press("reply")
    expect(her.page.locator("[data-error=mentions]")).to_be_visible()
    assert len(reporter.messages()) == 1


def test_a_form_that_may_not_have_arrived_says_so(comes: Comes, report: Report, reporter: Reporter) -> None:
    her = comes("vi", 360)
    her.come_back(reporter.code)
    her.follow("delete")
    her.page.route("**/back/delete/", lambda route: route.abort())
    her.page.locator("form[action$='/delete/'] button").click()
    expect(her.page.locator("[data-lost]")).to_be_visible()
    her.page.unroute("**/back/delete/")
    her.page.locator("form[action$='/delete/'] button").click()
    expect(her.page.get_by_role("heading", name=her.words("deleted"))).to_be_visible()


def test_a_question_pauses_and_her_answer_ends_the_pause(
    comes: Comes, network: Network, report: Report, reporter: Reporter
) -> None:
    network.helper.ask(report, "Bạn muốn gặp ai?", now=now())
    her = comes("vi", 360)
    her.come_back(reporter.code)
    expect(her.page.get_by_text("Câu hỏi cho bạn")).to_be_visible()
    her.write("Gặp chị hôm trước.")
    assert not Report.objects.for_the_rules().get().paused


def test_a_new_code_opens_what_the_old_one_opened_and_the_old_one_nothing(
    comes: Comes, sits_down: Callable[..., AtDesk], network: Network, reporter: Reporter, clock: Hands
) -> None:
    report = reporter.send(now=clock.now)
    network.helper.open_report(report, now=clock.now)
    network.helper.write(report, ANSWER, now=clock.now)
    her = comes("vi", 360)
    her.come_back(reporter.code)
    her.follow("new-code")
    her.page.locator("new-code [data-go=make]").click()
    code = her.copied()
    her.page.locator("new-code [data-retype]").fill(code[-4:])
    her.page.locator("new-code [data-go=change]").click()
    expect(her.page.locator("new-code [data-step=done]")).to_be_visible()

    her.go("/back/")
    her.page.locator("#code").fill(reporter.code)
    her.press("open")
    expect(her.page.locator("[data-error=unknown]")).to_be_visible()
    her.come_back(code)
    expect(her.page.get_by_text(ANSWER)).to_be_visible()
    her.write(MESSAGE)
    expect(her.page.get_by_text(MESSAGE)).to_be_visible()
    expect(her.page.locator("[data-when-forged]")).to_be_hidden()

    desk = sits_down()
    give_second_factor(network.helper)
    desk.sign_in(network.helper)
    desk.unlock(network.helper.passphrase)
    desk.is_open()
    desk.page.get_by_role("link", name=report.code_name).click()
    desk.press("open")
    expect(desk.page.get_by_text(MESSAGE)).to_be_visible()
    expect(desk.page.locator("[data-when-forged]")).to_be_hidden()


@pytest.mark.parametrize(
    ("language", "width", "script"),
    [("vi", 320, True), ("en", 1280, True), ("vi", 320, False), ("en", 1280, False)],
)
def test_axe_finds_nothing_serious_behind_the_receipt(
    comes: Comes, report: Report, reporter: Reporter, language: str, width: int, script: bool
) -> None:
    findings = serious_findings if script else serious_findings_without_script
    her = comes(language, width, script=script)
    her.come_back(reporter.code)
    wrong = [*findings(her.page)]
    for way in ("tell", "said", "allow", "late", "proof", "data", "delete", "done"):
        her.follow(way)
        wrong += [f"{way}: {finding}" for finding in findings(her.page)]
        assert overflow(her.page) == 0, way
        her.follow("now")
    assert wrong == []
