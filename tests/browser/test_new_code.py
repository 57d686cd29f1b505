"""A new code in a real browser: copied, put in the old one's place, and everything is there as before; and what is
whole raises no alarm, whatever happened to it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from tests.browser.chromium import overflow, serious_findings, serious_findings_without_script
from tests.browser.helper_at_desk import AtDesk
from tests.browser.her import Her
from tests.browser.never import assert_discreet, assert_found_nowhere
from tests.browser.test_forged import open_at_desk
from tests.browser.test_j01_report import LANGUAGES, secrets_of
from tests.cast import Hands, Helper, Network, Reporter, again, give_second_factor, rows
from tincay.log.actions import sign_checkpoint
from tincay.reports import ending, steps
from tincay.reports.models import ReceiptChange, Report
from tincay.vault.models import Opening, SealedText

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
SitsDown = Callable[..., AtDesk]
STORY = "QZVS lời kể của tôi"
REPLY = "QZVR mai gặp ở trạm"
LETTER = "QZVL tôi sẽ đến"
MEANWHILE = "QZVM khoan đã"


@pytest.fixture
def report(reporter: Reporter, helper: Helper, clock: Hands) -> Report:
    """A report that was read and answered, and to which she wrote again."""
    sent = reporter.send(words=STORY, grants=[reporter.grant("store_sealed")], now=clock.now)
    helper.open_report(sent, now=clock.now)
    helper.write(sent, REPLY, now=clock.now)
    reporter.write(LETTER, now=clock.now)
    sign_checkpoint(now=clock.now)
    return again(sent)


def no_alarm(page: Page) -> None:
    """Both sides' check has ended and found nothing: what is shown is shown, and nothing is said to be forged."""
    expect(page.locator("[data-when-forged]")).to_be_hidden()
    expect(page.locator("[data-error=forged]:visible")).to_have_count(0)
    expect(page.locator("[data-error=broken]:visible")).to_have_count(0)


def made(her: Her) -> str:
    """A new code, copied from the page."""
    her.follow("new-code")
    her.page.locator("new-code [data-go=make]").click()
    expect(her.page.locator("[data-step=made]")).to_be_visible()
    her.watch.look(her.page)
    return her.copied()


def change(her: Her, code: str) -> None:
    her.page.locator("[data-retype]").fill(code[-4:])
    her.page.locator("new-code [data-go=change]").click()


def change_code(her: Her) -> str:
    code = made(her)
    change(her, code)
    expect(her.page.locator("[data-step=done]")).to_be_visible()
    return code


def home(her: Her) -> None:
    her.page.locator("a.card[href$='/now/']").click()
    expect(her.page.locator("[data-whole-thread]")).to_be_visible()


def reads(her: Her, *words: str) -> None:
    her.unfold()
    for one in words:
        expect(her.page.get_by_text(one)).to_be_visible()
    no_alarm(her.page)


def is_unknown(comes: Comes, code: str, *, script: bool) -> None:
    her = comes(script=script)
    her.go("/back/")
    her.page.locator("#code" if script else "#plain-code").fill(code)
    her.press("open")
    if script:
        expect(her.page.locator("[data-error=unknown]")).to_be_visible()
    else:
        expect(her.page.locator("[role=alert]:not([hidden])")).to_be_visible()
        expect(her.page.locator("[data-whole-thread]")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_she_changes_her_code_and_goes_on_with_the_new_one(
    comes: Comes,
    sits_down: SitsDown,
    report: Report,
    reporter: Reporter,
    helper: Helper,
    clock: Hands,
    language: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    her = comes(language)
    her.come_back(reporter.code)
    code = made(her)
    change(her, "0000 9" if code[-4:] != "0000" else "1111")
    expect(her.page.locator("[data-retype-again]")).to_be_visible()
    assert not rows(ReceiptChange).exists()
    change(her, code)
    expect(her.page.locator("[data-step=done] h2")).to_be_focused()
    assert her.page.locator("[data-receipt-digits] li").all_inner_texts() == [""] * 6
    no_alarm(her.page)
    home(her)
    reads(her, REPLY, LETTER)
    her.write("QZVN với mã mới")
    expect(her.page.get_by_text("QZVN với mã mới")).to_be_visible()
    her.allow("share_police_anon")
    reads(her, REPLY)
    her.follow("data")
    expect(her.page.get_by_text(STORY)).to_be_visible()
    no_alarm(her.page)
    home(her)
    her.follow("proof")
    expect(
        her.page.locator("[data-standing=registered], [data-standing=signed]").locator("visible=true")
    ).to_have_count(1)
    assert_found_nowhere(
        [STORY, REPLY, *secrets_of(reporter.code), *secrets_of(code)],
        watch=her.watch,
        log="".join(capfd.readouterr()),
    )
    assert_discreet(her.watch)
    desk = open_at_desk(sits_down, helper, again(report))
    expect(desk.page.get_by_text("QZVN với mã mới")).to_be_visible()
    no_alarm(desk.page)
    helper.write(report, "QZVO đã nhận", now=clock.now)
    is_unknown(comes, reporter.code, script=True)
    later = comes(language)
    later.come_back(code)
    reads(later, REPLY, LETTER, "QZVO đã nhận")
    later.delete()
    assert not rows(SealedText).exists()


def test_the_old_code_is_unknown_at_the_plain_door_and_the_new_one_opens_there(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = comes()
    her.come_back(reporter.code)
    other = comes()
    other.come_back(reporter.code)
    code = change_code(her)
    other.tap_card("data")
    expect(other.page.locator("[data-code], #plain-code").first).to_be_attached()
    expect(other.page.get_by_text(STORY)).to_have_count(0)
    is_unknown(comes, reporter.code, script=False)
    plain = comes(script=False)
    plain.come_back(code)
    reads_plainly(plain, REPLY, LETTER)


def reads_plainly(her: Her, *words: str) -> None:
    her.unfold()
    for one in words:
        expect(her.page.get_by_text(one)).to_be_visible()
    expect(her.page.locator("[data-when-forged]")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_script_she_changes_it_too(
    comes: Comes, report: Report, reporter: Reporter, language: str
) -> None:
    her = comes(language, 320, script=False)
    her.come_back(reporter.code)
    her.follow("new-code")
    assert serious_findings_without_script(her.page) == []
    assert overflow(her.page) == 0
    code = "".join(her.page.locator("form ol, form ul").first.locator("li").all_inner_texts())
    assert len(code) == 24
    her.page.locator("#last").fill("12")
    her.page.locator("main form button").first.click()
    expect(her.page.locator("[role=alert]:visible")).to_be_focused()
    her.page.locator("#last").fill(code[-4:])
    her.page.locator("main form button").first.click()
    expect(her.page.locator("[data-whole-thread]")).to_be_visible()
    reads_plainly(her, REPLY, LETTER)
    her.write("QZVN với mã mới")
    reads_plainly(her, "QZVN với mã mới")
    is_unknown(comes, reporter.code, script=False)
    scripted = comes(language)
    scripted.come_back(code)
    reads(scripted, REPLY, LETTER, "QZVN với mã mới")


def test_on_a_bad_network_the_same_code_is_sent_again_and_it_is_one_change(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    """The answer is lost: the code was changed, and she does not know."""
    her = comes()
    her.come_back(reporter.code)
    code = made(her)
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    her.page.route("**/back/new-code/", lose, times=1)
    change(her, code)
    expect(her.page.locator("new-code [data-error=network]")).to_be_visible()
    assert lost == [201]
    assert her.copied() == code
    change(her, code)
    expect(her.page.locator("[data-step=done]")).to_be_visible()
    assert rows(ReceiptChange).count() == 1
    home(her)
    reads(her, REPLY, LETTER)


def test_what_was_never_sent_changes_nothing(comes: Comes, report: Report, reporter: Reporter) -> None:
    her = comes()
    her.come_back(reporter.code)
    code = made(her)
    her.page.route("**/back/new-code/", lambda route: route.abort())
    change(her, code)
    expect(her.page.locator("new-code [data-error=network]")).to_be_visible()
    home(her)
    reads(her, REPLY, LETTER)
    is_unknown(comes, code, script=True)
    other = comes()
    other.come_back(reporter.code)
    reads(other, REPLY, LETTER)


def test_words_that_came_while_she_copied_go_over_with_the_same_code(
    comes: Comes, report: Report, reporter: Reporter, helper: Helper, clock: Hands
) -> None:
    her = comes()
    her.come_back(reporter.code)
    code = made(her)
    helper.write(report, MEANWHILE, now=clock.now)
    reporter.write("QZVT từ máy khác", now=clock.now)
    change(her, code)
    expect(her.page.locator("[data-step=done]")).to_be_visible()
    home(her)
    reads(her, REPLY, LETTER, MEANWHILE, "QZVT từ máy khác")


def test_where_a_statement_is_not_hers_nothing_is_signed_again(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    report.signed_words.filter(number=2).update(signature=bytes(64))
    her = comes()
    her.come_back(reporter.code)
    code = made(her)
    change(her, code)
    expect(her.page.locator("new-code [data-error=other]")).to_be_visible()
    assert not rows(ReceiptChange).exists()


def test_a_code_that_somebody_else_made_is_offered_to_be_changed_on_the_first_visit(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    rows(Report).update(sealed_by="operator")
    her = comes()
    her.come_back(reporter.code)
    her.page.locator("main .notice a[href$='/new-code/'], main a[href$='/new-code/']").first.click()
    her.page.locator("new-code [data-go=make]").click()
    code = her.copied()
    change(her, code)
    expect(her.page.locator("[data-step=done]")).to_be_visible()
    home(her)
    expect(her.page.locator("main .notice a[href$='/new-code/']")).to_have_count(0)
    expect(her.page.locator("a[href$='/new-code/']")).to_have_count(1)


@pytest.mark.parametrize(("language", "width"), [("vi", 320), ("en", 1280)])
def test_axe_finds_nothing_serious_where_she_changes_her_code(
    comes: Comes, report: Report, reporter: Reporter, language: str, width: int
) -> None:
    her = comes(language, width)
    her.come_back(reporter.code)
    her.follow("new-code")
    wrong = [*serious_findings(her.page)]
    her.page.locator("new-code [data-go=make]").click()
    expect(her.page.locator("[data-step=made]")).to_be_visible()
    wrong += serious_findings(her.page)
    assert overflow(her.page) == 0
    change(her, her.copied())
    expect(her.page.locator("[data-step=done]")).to_be_visible()
    wrong += serious_findings(her.page)
    assert wrong == []


# --- what happened is no forgery


def closed(report: Report, reporter: Reporter, network: Network, hands: Hands) -> Reporter:
    steps.finish(report=again(report), now=hands.now)
    return reporter


def opened_again(report: Report, reporter: Reporter, network: Network, hands: Hands) -> Reporter:
    closed(report, reporter, network, hands)
    steps.reopen(report=again(report), now=hands.now)
    return reporter


def moved(report: Report, reporter: Reporter, network: Network, hands: Hands) -> Reporter:
    reporter.add("Ở Bến Sông", to=network.other_desk, now=hands.now)
    network.stranger.write(again(report), MEANWHILE, now=hands.now)
    return reporter


def moved_with_a_new_code(report: Report, reporter: Reporter, network: Network, hands: Hands) -> Reporter:
    return moved(report, reporter, network, hands).change_code(now=hands.now).change_code(now=hands.now)


def added(report: Report, reporter: Reporter, network: Network, hands: Hands) -> Reporter:
    reporter.add("Còn nữa", now=hands.now)
    return reporter


def answered_and_erased(report: Report, reporter: Reporter, network: Network, hands: Hands) -> Reporter:
    reporter.consent("store_sealed", given=False, now=hands.now)
    network.helper.bring(report, "answered", now=hands.now)
    assert reporter.open("narrative") == []
    return reporter


def erased_and_added(report: Report, reporter: Reporter, network: Network, hands: Hands) -> Reporter:
    answered_and_erased(report, reporter, network, hands)
    reporter.add("Còn nữa", to=network.triage, now=hands.now)
    return reporter


def raised_and_closed_with_a_new_code(
    report: Report, reporter: Reporter, network: Network, hands: Hands
) -> Reporter:
    network.helper.raise_priority(report, "p0", now=hands.now)
    return closed(report, reporter, network, hands).change_code(now=hands.now)


Happening = Callable[[Report, Reporter, Network, Hands], Reporter]


@pytest.mark.parametrize(
    "happens",
    [
        closed, opened_again, moved, moved_with_a_new_code, added, answered_and_erased, erased_and_added,
        raised_and_closed_with_a_new_code,
    ],
)  # fmt: skip
def test_what_happened_in_order_raises_no_alarm_on_either_side(
    comes: Comes,
    sits_down: SitsDown,
    report: Report,
    reporter: Reporter,
    network: Network,
    clock: Hands,
    happens: Happening,
) -> None:
    her_now = happens(report, reporter, network, clock)
    report = again(report)
    for script in (True, False):
        her = comes(script=script)
        her.come_back(her_now.code)
        her.unfold()
        for words in her_now.messages():
            expect(her.page.get_by_text(words)).to_be_visible()
        for way in ("data", "now"):
            her.follow(way)
            for document in her_now.open("narrative") if way == "data" else ():
                expect(her.page.get_by_text(document["words"])).to_be_visible()
            expect(her.page.locator("[data-when-forged]:visible")).to_have_count(0)
            expect(her.page.locator("[data-error]:visible")).to_have_count(0)
    reader = network.stranger if report.desk_id == network.other_desk.pk else network.helper
    desk = sits_down()
    give_second_factor(reader)
    desk.sign_in(reader)
    desk.unlock(reader.passphrase)
    desk.is_open()
    desk.page.goto(desk.path(reverse("report", args=[report.id])))
    desk.is_open_again(reader.passphrase)
    desk.press("open")
    for words in her_now.messages():
        expect(desk.page.get_by_text(words)).to_be_visible()
    no_alarm(desk.page)


# --- what is missing is said


@pytest.mark.parametrize("number", ["first", "middle", "last"])
def test_a_step_that_was_taken_away_is_said_on_both_sides(
    comes: Comes, sits_down: SitsDown, report: Report, reporter: Reporter, helper: Helper, number: str
) -> None:
    numbers = list(Opening.objects.of(report.id).values_list("number", flat=True))
    gone = {"first": numbers[0], "middle": numbers[len(numbers) // 2], "last": numbers[-1]}[number]
    Opening.objects.of(report.id).filter(number=gone).delete()
    for script in (True, False):
        her = comes(script=script)
        her.come_back(reporter.code)
        expect(her.page.locator("[data-when-forged]")).to_be_visible()
    desk = open_at_desk(sits_down, helper, report)
    expect(desk.page.locator("[data-when-forged]")).to_be_visible()


def test_words_that_were_told_later_and_taken_away_with_their_statement_are_missed(
    comes: Comes, sits_down: SitsDown, report: Report, reporter: Reporter, helper: Helper, clock: Hands
) -> None:
    reporter.add("Còn nữa", now=clock.now)
    last = report.signed_words.order_by("-number").first()
    assert last
    last.delete()
    for kind in ("narrative", "contact"):
        SealedText.objects.of(report.id).filter(compartment__kind=kind).order_by("-place").first().delete()  # type: ignore[union-attr]
    for script in (True, False):
        her = comes(script=script)
        her.come_back(reporter.code)
        expect(her.page.locator("[data-when-forged]")).to_be_visible()
    desk = open_at_desk(sits_down, helper, report)
    expect(desk.page.locator("[data-when-forged]")).to_be_visible()


def test_a_deleted_report_leaves_nothing_to_change(comes: Comes, report: Report, reporter: Reporter) -> None:
    her = comes()
    her.come_back(reporter.code)
    code = made(her)
    ending.delete(report=again(report), now=clock_of(report))
    change(her, code)
    expect(her.page.locator("[data-locked=over]")).to_be_visible()
    is_unknown(comes, code, script=True)


def clock_of(report: Report) -> Any:
    assert report.received_at
    return report.received_at
