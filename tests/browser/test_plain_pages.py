"""The three pages without JavaScript in a real browser: short, and nothing that was typed is lost between them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.her import CONTACT, NAME, PLANTED, Her
from tests.browser.never import assert_discreet, assert_found_nowhere
from tests.patience import wait_until
from tincay.reports.models import Report

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
TALLEST = 2_600
"""CSS pixels at a width of 360 with closed groups: four screens. The one page that it took the place of had 10,329."""
NUMBER = "số giả 0911 QZV"


def tall(page: Page) -> float:
    box = page.locator("main").bounding_box()
    assert box
    return box["height"]


def reports() -> int:
    return Report.objects.for_the_rules().count()


def tells(her: Her, kind: str = "tell") -> None:
    """To the last page, with something said on each."""
    her.go(f"/{kind}/plain/")
    her.choose("need", "pep")
    her.choose("danger", "soon")
    her.go_on("story")
    her.page.locator("#plain-words").fill(PLANTED)
    her.choose("harms", "threat")
    her.choose("did", "client_new")
    her.open("did")
    her.page.locator("#plain-identifier").fill(NUMBER)
    her.open("place")
    her.page.locator("#plain-place").select_option("M01")
    her.open("contact")
    her.page.locator("#plain-name").fill(NAME)
    her.page.locator("#plain-contact").fill(CONTACT)
    her.go_on("send")


def assert_all_there(her: Her) -> None:
    """On the last page: everything that `tells` said."""
    said = her.page.locator("dl.summary").text_content() or ""
    for words in (PLANTED, NUMBER, NAME, CONTACT):
        assert words in said
    expect(her.page.locator("dl.summary > div")).to_have_count(9 + 1)  # and who reads it


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_of_the_three_pages_is_short(comes: Comes, language: str) -> None:
    her = comes(language, script=False)
    her.go("/tell/plain/")
    heights = {"first": tall(her.page)}
    her.choose("need", "pep")
    her.go_on("story")
    heights["story"] = tall(her.page)
    her.go_on("send")
    heights["send"] = tall(her.page)
    assert max(heights.values()) <= TALLEST, heights


def test_the_buttons_on_the_pages_lead_back_and_on_with_everything_kept(comes: Comes) -> None:
    her = comes(script=False)
    tells(her)
    assert_all_there(her)
    code = her.copied()
    her.go_on("story")
    expect(her.page.locator("#plain-words")).to_have_value(PLANTED)
    expect(her.page.locator("#plain-identifier")).to_have_value(NUMBER)
    her.go_on("first")
    expect(her.page.locator("#plain-need-pep")).to_be_checked()
    expect(her.page.locator("#plain-danger-soon")).to_be_checked()
    her.go_on("send")
    assert_all_there(her)
    assert her.copied() == code
    her.page.locator("dl.summary button").first.click()
    expect(her.page.locator("#need")).to_be_visible()
    assert reports() == 0


def test_the_other_language_keeps_every_word_on_every_page(comes: Comes) -> None:
    her = comes(script=False)
    tells(her)
    her.choose("consents", "count_statistics")
    for page in ("send", "story", "first"):
        if page != "send":
            her.go_on(page)
        her.page.get_by_role("button", name="English").click()
        assert her.page.url.endswith("/en/tell/plain/")
        her.page.get_by_role("button", name="Tiếng Việt").click()
        assert her.page.url.endswith("/tell/plain/")
        assert "/en/" not in her.page.url
    her.go_on("send")
    assert_all_there(her)
    expect(her.page.locator("[name=plain-consents]:checked")).to_have_count(1)


def test_a_missing_answer_keeps_everything_and_leads_to_its_question(comes: Comes) -> None:
    her = comes(script=False)
    tells(her)
    her.go_on("story")
    her.go_on("first")
    her.page.locator("#plain-need-pep").evaluate("box => { box.checked = false }")
    her.go_on("send")
    expect(her.page.get_by_role("alert")).to_be_visible()
    expect(her.page.locator("[href='#need']")).to_be_visible()
    her.choose("need", "pep")
    her.go_on("send")
    assert_all_there(her)


def test_the_enter_key_goes_on_and_never_sends(comes: Comes) -> None:
    her = comes(script=False)
    tells(her)
    her.page.locator("[type=radio], [type=checkbox]").first.focus()
    her.page.keyboard.press("Enter")
    expect(her.page.locator("dl.summary")).to_be_visible()
    assert reports() == 0


def resent(her: Her, go: Callable[[], object]) -> None:
    """Back or Forward to a page that a form led to: the browser shows nothing until she lets it send the form again."""
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        go()
    wait_until(lambda: reloaded(her.page), "the browser's own page that asks to send again")


def reloaded(page: Page) -> bool:
    try:
        page.reload()
    except Error as error:
        if "Not attached" not in error.message:  # its own page is not there yet
            raise
        return False
    return True


def test_back_forward_and_reload_send_nothing_twice_and_lose_no_page_that_was_sent(comes: Comes) -> None:
    her = comes(script=False)
    tells(her)
    code = her.copied()
    # Back: the page as the one before it had sent it. What was typed on it itself a browser does not keep ...
    resent(her, her.page.go_back)
    expect(her.page.locator("#plain-words")).to_have_value("")
    # ... but Forward brings the whole of it back.
    resent(her, her.page.go_forward)
    assert_all_there(her)
    assert her.copied() == code
    her.page.reload()
    assert_all_there(her)
    assert reports() == 0

    her.go_on("sent")
    assert her.copied() == code
    her.page.reload()
    assert her.copied() == code
    resent(her, her.page.go_back)
    assert_all_there(her)
    her.go_on("sent")
    expect(her.page.get_by_text("Điều bạn sửa hay viết thêm")).to_have_count(0)
    assert reports() == 1


def test_what_is_added_after_sending_is_not_taken_for_sent_and_goes_on_into_the_visit(comes: Comes) -> None:
    her = comes(script=False)
    her.go("/help/plain/")
    her.choose("need", "pep")
    her.go_on("send")
    code = her.copied()
    her.go_on("sent")
    resent(her, her.page.go_back)
    her.go_on("story")
    her.page.locator("#plain-words").fill(PLANTED)
    her.go_on("send")
    her.go_on("sent")
    assert her.copied() == code
    expect(her.page.get_by_text("Điều bạn sửa hay viết thêm sau lần ấy chưa được gửi.")).to_be_visible()
    her.page.get_by_role("button", name="Mở tin này và viết thêm").click()
    expect(her.page.locator("#plain-words")).to_have_value(PLANTED)
    assert reports() == 1


def test_with_danger_now_the_numbers_come_first_on_the_next_page(comes: Comes) -> None:
    her = comes(script=False)
    her.go("/help/plain/")
    expect(her.page.locator("main .call:visible").first).to_be_in_viewport()
    her.choose("need", "safety_now")
    her.choose("danger", "now")
    for page in ("story", "send"):
        her.go_on(page)
        expect(her.page.locator("main .call:visible").first).to_be_in_viewport()
    her.go_on("sent")
    expect(her.page.locator("main .call:visible").first).to_be_in_viewport()


def test_nothing_of_it_is_in_an_address_a_cookie_a_row_or_the_log(
    comes: Comes, caplog: pytest.LogCaptureFixture
) -> None:
    her = comes(script=False)
    tells(her)
    her.go_on("story")
    her.go_on("send")
    code = her.copied()
    secrets = [PLANTED, NUMBER, NAME, CONTACT, code, "client_new"]
    assert_found_nowhere(secrets, watch=her.watch, log=caplog.text, posted=False)
    her.go_on("sent")
    her.page.reload()
    assert_found_nowhere(secrets, watch=her.watch, log=caplog.text, posted=False)
    assert_discreet(her.watch)
    assert not her.watch.set_cookies
