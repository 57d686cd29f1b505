"""The same with real browsers: what the script of a phone and of a desk makes of a copy that was changed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.her import Her
from tests.browser.never import Watch
from tests.cast import code_number
from tests.people.telephone import totp
from tests.tampering.attacker import LIE, Attacker, own_key
from tests.tampering.conftest import LONG, LONG_NUMBER
from tests.tampering.demo_copy import CODES, HELPER, DemoCopy, account
from tests.tampering.test_words import remove_her_message, remove_her_story, swap_story_and_key

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FORGED, SHORTENED, RAISED, EMPTIED, UNTOUCHED = "Nến 1", "Ong 31", "Suối 64", "Gió 90", "Mây 12"
"""What was done to each of the described reports."""
SWAPPED = "phu-trach-4"
"""Whose key was swapped."""


@pytest.fixture(scope="module")
def served(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One copy, served: a report for each tampering."""
    folder = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(prepared, folder)
    attacker = Attacker(folder)
    attacker.add_message(FORGED, attacker.sealed_to(FORGED, "thread", {"v": 1, "words": LIE}))
    remove_her_message(attacker, SHORTENED, statement=True)
    attacker.run("UPDATE reports_report SET stage = 'handled' WHERE code_name = ?", RAISED)
    swap_story_and_key(attacker, LONG)
    remove_her_story(attacker, EMPTIED)
    attacker.run("UPDATE people_user SET recipient = ? WHERE username = ?", own_key().recipient, SWAPPED)
    with DemoCopy(folder).served() as address:
        yield address


@pytest.fixture
def opens(browser: Browser, served: str) -> Iterator[Callable[[], Page]]:
    """Somebody opens a browser of their own."""
    contexts = []

    def open_browser() -> Page:
        contexts.append(browser.new_context(viewport={"width": 1000, "height": 800}, locale="vi-VN"))
        return contexts[-1].new_page()

    yield open_browser
    for context in contexts:
        context.close()


def come_back(page: Page, served: str, code: str) -> Her:
    her = Her(page, served, "vi", Watch(served))
    her.come_back(code)
    return her


def warned(page: Page) -> None:
    expect(page.locator("[data-when-forged],[data-forged]")).to_be_visible()
    expect(page.get_by_text(LIE)).to_have_count(0)


@pytest.mark.parametrize("name", [FORGED, SHORTENED, RAISED, EMPTIED])
def test_her_phone_warns(opens: Callable[[], Page], served: str, name: str) -> None:
    """A reply that nobody signed, a message or a story of hers that is gone, a stage that was never reached."""
    warned(come_back(opens(), served, CODES[name]).page)


def test_her_phone_warns_of_another_story_and_key(opens: Callable[[], Page], served: str) -> None:
    warned(come_back(opens(), served, code_number(LONG_NUMBER)).page)


def test_her_phone_does_not_warn_where_nothing_was_changed(opens: Callable[[], Page], served: str) -> None:
    page = come_back(opens(), served, CODES[UNTOUCHED]).page
    expect(page.get_by_text("Nhà tạm lánh Hoa Gạo")).to_be_visible()
    expect(page.locator("[data-when-forged]")).to_be_hidden()


def sit_down(page: Page, served: str, username: str, path: str) -> None:
    """Sign in with what the demo prints, and unlock the page."""
    who = account(username)
    page.goto(f"{served}/desk/")
    page.get_by_label("Tên đăng nhập").fill(who.username)
    page.get_by_label("Mật khẩu", exact=True).fill(who.password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.get_by_label("Mã sáu số trong ứng dụng").fill(totp(who.totp))
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hôm nay")
    page.goto(f"{served}{path}")
    page.get_by_label("Nội dung đang khóa. Cụm từ của bạn:").fill(who.passphrase)
    page.get_by_role("button", name="Mở khóa", exact=True).click()


def test_a_desk_is_warned(opens: Callable[[], Page], served: str) -> None:
    """The same reports, one after another, in one browser that is unlocked once."""
    page = opens()
    sit_down(page, served, HELPER, "/desk/today/")
    expect(page.locator("html")).to_have_attribute("data-keyring", "open")
    for name in (FORGED, SHORTENED, EMPTIED, LONG):
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("button", name="Mở", exact=True).click()
        expect(page.get_by_role("heading", name="Trao đổi")).to_be_visible()
        warned(page)
        page.get_by_role("link", name="Hôm nay").first.click()


def test_a_member_is_told_that_the_key_was_swapped(opens: Callable[[], Page], served: str) -> None:
    page = opens()
    sit_down(page, served, SWAPPED, "/desk/key/")
    expect(page.locator("[data-error=swapped]")).to_be_visible()
