"""The door: digits or things, typed or tapped; what is said of a wrong code; and coming in without typing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.her import Her
from tests.browser.test_code_shown import NO_PICTURES
from tests.browser.test_j01_report import LANGUAGES
from tests.cast import Hands, Helper, Reporter
from tincay.core import receipts
from tincay.reports import ending
from tincay.reports.models import Report
from tincay.web.packs import thing_groups, things

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
NOBODYS = "407182693350194627805158"


@pytest.fixture
def report(reporter: Reporter, clock: Hands) -> Report:
    return reporter.send(words="QZVS lời kể", now=clock.now)


def board(her: Her) -> Page:
    her.go("/back/")
    her.page.locator("[data-go=board]").click()
    expect(her.page.locator("[data-thing]")).to_have_count(100)
    return her.page


def tap(page: Page, number: str) -> None:
    page.locator(f"[data-thing='{number}']").press("Enter")


def pairs(code: str) -> list[str]:
    return [code[at : at + 2] for at in range(0, 24, 2)]


def is_in(page: Page) -> None:
    expect(page.locator("[data-whole-thread]")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_twelve_taps_open_the_report_and_leave_no_trail(
    comes: Comes, report: Report, reporter: Reporter, language: str
) -> None:
    page = board(comes(language, 320))
    assert overflow(page) == 0
    assert not serious_findings(page)
    before = page.locator("[data-groups]").inner_html()
    for many, number in enumerate(pairs(reporter.code), start=1):
        tap(page, number)
        expect(page.locator("[data-chosen]")).to_contain_text(str(many))
    assert page.locator("[data-groups]").inner_html() == before
    assert page.locator("#code").input_value() == ""
    page.locator("[data-go=open]").click()
    is_in(page)


def test_the_last_tap_is_taken_back_and_all_of_them(comes: Comes, report: Report, reporter: Reporter) -> None:
    page = board(comes())
    wanted = pairs(reporter.code)
    for number in ("00", "01", *wanted[:3]):
        tap(page, number)
    page.locator("[data-go=anew]").press("Enter")
    for number in wanted[:11]:
        tap(page, number)
    tap(page, "99" if wanted[11] != "99" else "98")
    page.locator("[data-go=drop]").press("Enter")
    expect(page.locator("[data-chosen]")).to_contain_text("11")
    tap(page, wanted[11])
    tap(page, "50")  # there are no more than twelve
    page.locator("[data-go=open]").click()
    is_in(page)


def test_a_trembling_double_tap_chooses_a_thing_once(comes: Comes, report: Report) -> None:
    page = board(comes())
    page.locator("[data-thing='03']").dblclick()
    expect(page.locator("[data-chosen]")).to_contain_text("Đã chọn 1 trong 12")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_what_stays_above_the_board_is_one_row_of_buttons_of_one_height(
    comes: Comes, report: Report, language: str, width: int
) -> None:
    """Their words may take two lines on the narrowest phone only."""
    page = board(comes(language, width))
    boxes = page.locator(".board-count button").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect())"
    )
    assert len(boxes) == 2
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["height"] == boxes[1]["height"] <= (72 if width == 320 else 48)
    assert overflow(page) == 0


def test_where_no_picture_is_drawn_each_button_has_its_word(comes: Comes, report: Report) -> None:
    her = comes()
    her.page.add_init_script(NO_PICTURES)
    page = board(her)
    assert page.locator("[data-thing]").all_inner_texts() == [thing.vi for thing in things()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_group_has_its_ten_things_in_their_order(comes: Comes, report: Report, language: str) -> None:
    page = board(comes(language))
    assert page.locator("[data-groups] h3").all_text_contents() == thing_groups(language)
    first = page.locator("[data-groups] section").first.locator("[data-thing]")
    assert [one.split("\n")[-1] for one in first.all_inner_texts()] == [
        t.name(language) for t in things()[:10]
    ]


def wrong(comes: Comes, typed: str, *, script: bool, language: str = "vi") -> str:
    her = comes(language, script=script)
    her.go("/back/")
    if not script:
        her.page.wait_for_url("**/plain/")
    her.page.locator("#code" if script else "#plain-code").fill(typed)
    her.press("open")
    said = her.page.locator(".wrong:visible")
    expect(said).to_have_count(1)
    return " ".join(said.inner_text().split())


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_digits_get_advice_for_digits_and_things_for_things(
    comes: Comes, report: Report, script: bool
) -> None:
    code = NOBODYS
    twelve = [thing.vi for thing in receipts.to_things(code, things())]
    for typed, expected in (
        (code[:-1], "sáu nhóm"),
        (code[:-1] + "0", "từng nhóm bốn số"),
        (" ".join(twelve[:7]), "thiếu vật"),
        (" ".join([twelve[1], twelve[0], *twelve[2:]]), "sai thứ tự"),
        (" ".join([*twelve[:4], "qzvq", *twelve[5:]]), "Vật thứ 5"),
    ):
        assert expected in wrong(comes, typed, script=script), typed


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_code_gets_one_answer_that_names_every_reason(
    comes: Comes, report: Report, reporter: Reporter, helper: Helper, clock: Hands, language: str
) -> None:
    with_script = wrong(comes, NOBODYS, script=True, language=language)
    plain = wrong(comes, NOBODYS, script=False, language=language)
    assert with_script == plain
    words = ("gõ sai", "chưa gửi", "đã xóa") if language == "vi" else ("mistyped", "never sent", "deleted")
    assert all(one in plain for one in words)
    ending.delete(report=report, now=clock.now)
    assert wrong(comes, reporter.code, script=True, language=language) == with_script


CAME = """
([script, code, door]) => new Promise((done, failed) => {
  const tag = document.createElement("script");
  tag.src = script;
  tag.onload = () => {
    document.dispatchEvent(new CustomEvent("came", { detail: { code, door, failed } }));
    done();
  };
  document.head.append(tag);
})
"""


def test_whoever_has_just_sent_comes_in_without_typing(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = comes()
    her.go("/")
    her.page.evaluate(CAME, ["/static/client/reporter.js", reporter.code, "/back/"])
    is_in(her.page)
    her.follow("said")
    expect(her.page.get_by_text("QZVS lời kể")).to_be_visible()
    assert reporter.code not in her.page.content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_a_lost_code_says_what_can_be_done(comes: Comes, report: Report, language: str) -> None:
    her = comes(language, 320)
    her.go("/back/")
    her.page.locator("a[href$='/lost/']").click()
    expect(her.page.locator("h1")).to_be_visible()
    assert overflow(her.page) == 0
    assert not serious_findings(her.page)
