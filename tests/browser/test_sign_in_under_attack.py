"""While a name is being guessed at: a passkey and a known machine come in, a stranger's machine works for it."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from playwright.sync_api import Browser, expect

from tests.browser.helper_at_desk import AtDesk
from tests.cast import TOTP_SEED, Network, Worker, give_second_factor
from tests.patience import StandingClock
from tests.people.browsers import guess
from tests.people.telephone import totp
from tincay.people import crowd

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOCKED = "Tên này đang bị thử mật khẩu nhiều lần từ máy lạ"


def type_name_and_password(desk: AtDesk, worker: Worker) -> None:
    desk.page.goto(desk.path("/desk/"))
    desk.page.get_by_label(desk.words("name")).fill(worker.user.username)
    desk.page.get_by_label(desk.words("password"), exact=True).fill(worker.password)
    desk.press("sign_in")


def with_passkey(desk: AtDesk) -> None:
    """The browser's own authenticator, as a laptop's finger reader is one."""
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


def crowded() -> None:
    for _ in range(crowd.QUIET * 2):
        crowd.attempts.add()


def test_a_passkey_and_a_known_machine_come_in_while_the_name_is_guessed_at(
    sits_down: Callable[..., AtDesk], helper: Worker, standing_clock: StandingClock
) -> None:
    own, stranger = sits_down(), sits_down()
    with_passkey(own)
    type_name_and_password(own, helper)
    own.page.wait_for_url("**/second/mine/")
    own.go("/desk/in/second/passkeys/add/")
    own.press("add_passkey")
    own.page.wait_for_url("**/second/mine/")
    own.page.context.clear_cookies()

    known = sits_down()
    TOTP.activate(helper.user, TOTP_SEED)
    known.sign_in(helper)
    known.page.get_by_role("button", name="Đăng xuất", exact=True).click()

    guess(helper.user.username, 6)
    crowded()
    type_name_and_password(stranger, helper)
    expect(stranger.page.get_by_text(LOCKED).first).to_be_visible()

    own.go("/desk/")
    own.press("passkey")
    expect(own.page.get_by_role("heading", level=1)).to_have_text(own.words("today"))

    standing_clock.go_on(60)
    known.sign_in(helper)


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 1280)])
def test_in_a_crowd_the_page_does_the_work_while_somebody_types(
    sits_down: Callable[..., AtDesk], helper: Worker, language: str, width: int
) -> None:
    crowded()
    desk = sits_down(language, width)
    give_second_factor(helper)
    desk.go("/desk/")
    assert desk.page.locator("form#sign-in[data-nonce]").count() == 1
    type_name_and_password(desk, helper)
    desk.page.get_by_label(desk.words("code")).fill(totp())
    desk.press("enter")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(desk.words("today"))


def test_in_a_crowd_a_browser_without_script_is_told_to_wait(
    browser: Browser, live_server: Any, helper: Worker
) -> None:
    crowded()
    context = browser.new_context(
        java_script_enabled=False, locale="vi-VN", viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/desk/in/")
    told = page.locator("#sign-in noscript .notice")
    expect(told).to_be_visible()
    assert "Trình duyệt này không chạy JavaScript" in told.inner_text()
    page.get_by_label("Tên đăng nhập").fill(helper.user.username)
    page.get_by_label("Mật khẩu", exact=True).fill(helper.password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_text("Bạn thử lại sau 10 giây")).to_be_visible()
    expect(page.get_by_label("Tên đăng nhập")).to_have_value(helper.user.username)
    context.close()


def test_a_key_that_was_made_is_not_lost_when_it_is_asked_again(
    sits_down: Callable[..., AtDesk], network: Network, standing_clock: StandingClock
) -> None:
    """Six words are written down in more than five minutes."""
    desk, worker = sits_down("vi", 360), network.helper
    give_second_factor(worker)
    desk.sign_in(worker)
    desk.go("/desk/key/")
    desk.page.get_by_text("Quên cụm từ? Tạo khóa khác").click()
    desk.page.get_by_role("link", name="Tạo khóa", exact=True).click()
    desk.page.get_by_label(desk.words("password"), exact=True).fill(worker.password)
    desk.press("confirm")
    desk.look()
    expect(desk.page.get_by_text("chỉ đồng nghiệp trao khóa lại được")).to_be_visible()
    desk.page.locator("[data-go=make]").click()
    words = desk.page.locator("[data-passphrase] li")
    expect(words.nth(5)).not_to_be_empty()
    passphrase = " ".join(words.all_inner_texts())

    standing_clock.go_on(301)
    desk.keep_key(passphrase)
    refused = desk.page.locator("[data-error=again]")
    expect(refused).to_be_visible()
    assert " ".join(words.all_inner_texts()) == passphrase
    with desk.page.context.expect_page() as opened:
        refused.get_by_role("link").click()
    tab = opened.value
    tab.get_by_label(desk.words("password"), exact=True).fill(worker.password)
    tab.get_by_role("button", name=desk.words("confirm"), exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Đã xác nhận là bạn")
    desk.page.locator("[data-go=keep]").click()
    expect(desk.page.get_by_text("Đã có khóa mới")).to_be_visible()
    expect(desk.page.get_by_text("Khóa của bạn đã đổi ngày")).to_be_visible()
    desk.page.get_by_role("button", name="Tôi đã biết").click()
    expect(desk.page.get_by_text("Khóa của bạn đã đổi ngày")).to_have_count(0)


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 1280)])
def test_the_page_of_own_sessions_fits_a_phone(
    sits_down: Callable[..., AtDesk], helper: Worker, language: str, width: int
) -> None:
    desk = sits_down(language, width)
    give_second_factor(helper)
    desk.sign_in(helper)
    desk.page.locator(".who a[href$='/sessions/']").click()
    desk.page.wait_for_url("**/sessions/")
    desk.look()
    assert desk.page.locator("main .panel").count() == 1
