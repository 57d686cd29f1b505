"""J04: a helper signs in, unlocks, reads, asks, sorts, acts, answers; what is late climbs by itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.helper_at_desk import AtDesk
from tests.browser.her import MESSAGE, Her
from tests.browser.her import PLANTED as TOLD
from tests.browser.never import assert_found_nowhere, assert_no_address_or_device_is_stored
from tests.cast import Hands, Network, Reporter, Worker, give_second_factor, hire
from tests.people.telephone import totp
from tincay.core.sealing import fingerprint as key_words
from tincay.core.sealing import recipient_of
from tincay.operations.scheduled import tick
from tincay.people.actions import add_desk, add_seat
from tincay.reports.models import Report, SignedWords
from tincay.web.packs import words as pack_words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLANTED = "ZYXQ-MƯA sau chợ"
ANSWER = "QZVA chúng tôi đã gọi chủ quán"
SIZES = [("vi", 360), ("vi", 1280), ("en", 360), ("en", 1280)]


def swept(desk: AtDesk, worker: Worker) -> None:
    """What was planted is nowhere, nothing came from elsewhere, no address or device was kept."""
    assert_found_nowhere([PLANTED, ANSWER, worker.passphrase], watch=desk.watch)
    assert not desk.watch.elsewhere
    assert not desk.watch.kept_by_caches
    assert_no_address_or_device_is_stored(desk.page.evaluate("navigator.userAgent"))


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_a_helper_goes_from_the_queue_to_an_answered_and_handled_report(
    sits_down: Callable[..., AtDesk],
    helper: Worker,
    reporter: Reporter,
    clock: Hands,
    language: str,
    width: int,
) -> None:
    report = reporter.send(
        words=PLANTED,
        answers={"need": ["legal"], "harms": ["wage_theft"], "did": ["venue_owner"]},
        grants=[reporter.grant("store_sealed"), reporter.grant("count_statistics")],
    )
    desk = sits_down(language, width)
    give_second_factor(helper)
    desk.sign_in(helper)

    desk.unlock("không phải cụm từ này")
    expect(desk.said("wrong")).to_be_visible()
    desk.unlock(helper.passphrase)
    desk.is_open()

    desk.page.get_by_role("link", name=report.code_name).click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(report.code_name)
    desk.look()
    assert PLANTED not in desk.page.content()
    desk.press("open")
    expect(desk.page.get_by_text(PLANTED)).to_be_visible()
    desk.look()

    desk.page.get_by_text(desk.words("ask_more"), exact=True).click()
    desk.write("question", "QZVQ chủ quán tên gì?", "ask")
    expect(desk.said("paused")).to_be_visible()
    reporter.write("Không biết", now=clock.move(hours=1))
    desk.page.reload()
    desk.is_open_again(helper.passphrase)
    expect(desk.page.get_by_text("Không biết")).to_be_visible()
    assert not desk.said("paused").is_visible()

    desk.page.get_by_role("radio", name=desk.words("enough")).check()
    desk.press("verify")
    expect(desk.page.locator("[data-suggestion]")).to_contain_text(desk.words("suggested"))
    desk.look()
    desk.press("classify")
    desk.press("begin")
    desk.write("answer_words", ANSWER, "answer")
    expect(desk.page.get_by_label(desk.words("result"))).to_be_visible()
    desk.page.get_by_label(desk.words("result")).select_option("advice")
    desk.press("handled")
    expect(desk.page.locator("#steps")).not_to_contain_text(desk.words("result"))
    desk.look()

    assert Report.objects.for_the_rules().get(pk=report.pk).stage == "handled"
    assert reporter.messages()[-1] == ANSWER
    swept(desk, helper)


def test_what_each_of_them_writes_the_other_reads(
    sits_down: Callable[..., AtDesk], comes: Callable[..., Her], helper: Worker, clock: Hands
) -> None:
    her = comes()
    code = her.tell()
    desk = sits_down()
    give_second_factor(helper)
    desk.sign_in(helper)
    desk.unlock(helper.passphrase)
    desk.is_open()
    desk.page.get_by_role("link", name=Report.objects.for_the_rules().get().code_name).click()
    desk.press("open")
    expect(desk.page.get_by_text(TOLD)).to_be_visible()
    desk.page.get_by_text("Viết lời nhắn", exact=True).click()
    desk.page.get_by_label("Lời nhắn của người hỗ trợ").fill(ANSWER)
    desk.page.get_by_role("button", name="Gửi lời nhắn").click()
    expect(desk.page.get_by_text(ANSWER)).to_be_visible()

    her.come_back(code)
    expect(her.page.get_by_text(ANSWER)).to_be_visible()
    her.write(MESSAGE)
    expect(her.page.get_by_text(MESSAGE)).to_be_visible()
    expect(her.page.locator("[data-when-forged]")).to_be_hidden()

    desk.page.reload()
    desk.is_open_again(helper.passphrase)
    expect(desk.page.get_by_text(MESSAGE)).to_be_visible()
    expect(desk.page.locator("[data-when-forged]")).to_be_hidden()
    assert SignedWords.objects.for_the_rules().count() == 2


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 1280)])
def test_what_is_late_is_on_the_supervisors_list_and_then_on_the_coordinating_bodys(
    sits_down: Callable[..., AtDesk],
    network: Network,
    reporter: Reporter,
    clock: Hands,
    language: str,
    width: int,
) -> None:
    report = reporter.send(words=PLANTED)
    clock.move(days=15)
    tick(now=clock.now)
    for worker, path, seen in (
        (network.supervisor, "/desk/overdue/", "overdue"),
        (network.overseer, "/desk/escalated/", ""),
    ):
        desk = sits_down(language, width)
        give_second_factor(worker)
        if worker is network.overseer:
            desk.page.goto(desk.path(path))
            desk.page.get_by_label(desk.words("name")).fill(worker.user.username)
            desk.page.get_by_label(desk.words("password"), exact=True).fill(worker.password)
            desk.press("sign_in")
            desk.page.get_by_label(desk.words("code")).fill(totp())
            desk.press("enter")
        else:
            desk.sign_in(worker)
            desk.go(path)
        expect(desk.page.get_by_text(report.code_name).first).to_be_visible()
        expect(desk.page.get_by_text(desk.words("late")).first).to_be_visible()
        desk.look()
        if seen:
            expect(desk.page.get_by_role("heading", level=1)).to_have_text(desk.words(seen))
        else:
            assert str(report.id) not in desk.page.content()
        swept(desk, worker)


def test_an_urgent_report_offers_no_pause(
    sits_down: Callable[..., AtDesk], helper: Worker, reporter: Reporter
) -> None:
    report = reporter.send(words=PLANTED, priority="p0")
    desk = sits_down()
    give_second_factor(helper)
    desk.sign_in(helper)
    desk.unlock(helper.passphrase)
    desk.is_open()
    desk.page.get_by_role("link", name=report.code_name).click()
    desk.press("open")
    desk.page.get_by_text(desk.words("ask_more"), exact=True).click()
    expect(desk.said("no_pause")).to_be_visible()
    expect(desk.button("ask")).to_be_disabled()


def test_words_lock_by_themselves_after_ten_quiet_minutes(
    sits_down: Callable[..., AtDesk], helper: Worker, reporter: Reporter
) -> None:
    report = reporter.send(words=PLANTED)
    desk = sits_down()
    give_second_factor(helper)
    desk.sign_in(helper)
    desk.unlock(helper.passphrase)
    desk.is_open()
    desk.page.get_by_role("link", name=report.code_name).click()
    desk.press("open")
    expect(desk.page.get_by_text(PLANTED)).to_be_visible()
    desk.press("lock")
    expect(desk.page.get_by_text(PLANTED)).to_have_count(0)
    expect(desk.page.get_by_label(desk.words("passphrase"))).to_be_visible()


def test_a_passkey_opens_the_desk_and_is_enough(
    sits_down: Callable[..., AtDesk], helper: Worker, reporter: Reporter
) -> None:
    desk = sits_down()
    session = desk.page.context.new_cdp_session(desk.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    desk.go("/desk/")
    desk.page.get_by_label(desk.words("name")).fill(helper.user.username)
    desk.page.get_by_label(desk.words("password"), exact=True).fill(helper.password)
    desk.press("sign_in")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(desk.words("second_title"))
    desk.go("/desk/in/second/passkeys/add/")
    desk.press("add_passkey")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(desk.words("second_title"))
    desk.page.context.clear_cookies()
    desk.go("/desk/")
    desk.press("passkey")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(desk.words("today"))


def test_a_new_helper_makes_a_key_and_a_supervisor_hands_over_the_desks(
    sits_down: Callable[..., AtDesk], network: Network, reporter: Reporter
) -> None:
    report = reporter.send(words=PLANTED)
    newcomer = hire(network.organisation, "moi.cayme", "case_worker", with_key=False)
    give_second_factor(newcomer)
    new = sits_down()
    new.sign_in(newcomer)
    passphrase = new.make_key(newcomer)
    new.look()
    new.keep_key(passphrase)
    expect(new.page.get_by_text("Đã có khóa mới")).to_be_visible()
    ten = new.page.locator("key-fingerprint[data-own] li")
    expect(ten).to_have_count(10)
    fingerprint = ten.all_inner_texts()

    boss = sits_down()
    give_second_factor(network.supervisor)
    boss.sign_in(network.supervisor)
    boss.confirm(network.supervisor)
    boss.go("/desk/")
    boss.unlock(network.supervisor.passphrase)
    boss.is_open()
    boss.page.goto(boss.path("/desk/desks/"))
    desk = boss.page.locator("section", has=boss.page.locator(f"#desk-{network.triage.code}"))
    desk.locator("select").select_option(label="moi.cayme · moi.cayme")
    desk.get_by_role("button", name="Thêm vào nhóm").click()
    boss.is_open_again(network.supervisor.passphrase)
    desk.get_by_label("Mười từ của moi.cayme").fill(" ".join(reversed(fingerprint)))
    desk.locator("desk-rewrap [data-go=start]").click()
    expect(desk.locator("[data-error=fingerprint]")).to_be_visible()
    desk.get_by_label("Mười từ của moi.cayme").fill(" ".join(fingerprint))
    desk.locator("desk-rewrap [data-go=start]").click()
    expect(desk.locator("desk-rewrap")).to_have_count(0)

    boss.page.goto(boss.path("/desk/key/"))
    boss.is_open_again(network.supervisor.passphrase)
    team = boss.page.locator("key-fingerprint:not([data-own])").first
    signed = key_words(network.triage.recipient.encode(), pack_words())
    expect(team.locator("li")).to_have_text(list(signed))

    new.page.goto(new.path("/desk/"))
    new.is_open_again(passphrase)
    new.page.get_by_role("link", name=report.code_name).click()
    new.press("open")
    expect(new.page.get_by_text(PLANTED)).to_be_visible()
    assert_found_nowhere([PLANTED, passphrase], watch=new.watch)


def test_who_leaves_a_desk_is_out_and_a_new_key_is_made_in_the_browser(
    sits_down: Callable[..., AtDesk], network: Network, reporter: Reporter
) -> None:
    report = reporter.send(words=PLANTED)
    boss = sits_down()
    give_second_factor(network.supervisor)
    boss.sign_in(network.supervisor)
    boss.confirm(network.supervisor)
    boss.go("/desk/")
    boss.unlock(network.supervisor.passphrase)
    boss.is_open()
    old = network.triage.recipient
    boss.page.goto(boss.path("/desk/desks/"))
    desk = boss.page.locator("section", has=boss.page.locator(f"#desk-{network.triage.code}"))
    desk.get_by_role("link", name="Bỏ khỏi nhóm… thu.cayme").click()
    boss.page.get_by_role("button", name="Bỏ khỏi nhóm", exact=True).click()
    boss.is_open_again(network.supervisor.passphrase)
    desk.locator("desk-rewrap [data-go=start]").click()
    expect(desk.locator("desk-rewrap")).to_have_count(0)
    network.triage.refresh_from_db()
    assert network.triage.recipient != old
    assert network.supervisor.open(report)[0]["words"] == PLANTED
    assert network.helper.open(report) == []


def test_the_queue_says_what_stories_speak_of_only_while_words_are_open(
    sits_down: Callable[..., AtDesk], helper: Worker, reporter: Reporter
) -> None:
    reporter.send(words=PLANTED, answers={"need": ["medical"], "harms": ["rape", "threat"]})
    desk = sits_down()
    give_second_factor(helper)
    desk.sign_in(helper)
    warning = desk.page.locator(".queue [data-warning]")
    assert warning.count() == 0
    desk.unlock(helper.passphrase)
    desk.is_open()
    expect(warning).to_have_text("Có nói đến: Bạo lực tình dục")
    assert PLANTED not in desk.page.content()
    desk.look()
    desk.press("lock")
    expect(warning).to_have_count(0)


def test_a_new_desk_gets_its_first_key_in_a_members_browser(
    sits_down: Callable[..., AtDesk], network: Network
) -> None:
    fresh = add_desk(
        organisation=network.organisation, code="moi", name_vi="Bàn mới", name_en="New desk", purpose="triage"
    )
    add_seat(user=network.supervisor.user, desk=fresh, on_call=0)
    boss = sits_down()
    give_second_factor(network.supervisor)
    boss.sign_in(network.supervisor)
    boss.confirm(network.supervisor)
    boss.go("/desk/")
    boss.unlock(network.supervisor.passphrase)
    boss.is_open()
    boss.page.goto(boss.path("/desk/desks/"))
    boss.is_open_again(network.supervisor.passphrase)
    section = boss.page.locator("section", has=boss.page.locator("#desk-moi"))
    section.get_by_role("button", name="Làm khóa đầu tiên").click()
    expect(section.locator("desk-rewrap")).to_have_count(0)
    fresh.refresh_from_db()
    assert fresh.recipient == recipient_of(network.supervisor.desk_key(fresh))
