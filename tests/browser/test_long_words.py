"""Words that are longer than anybody reads, in a real Chromium: they come piece by piece, and no letter is lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.signed_pages import Told, sealed_json
from tests.browser.small_server import SmallServer, script_json, serving
from tests.browser.test_client_desk import DESK, PERSON_KEY, UNLOCK, chain, record, unlock
from tests.cast.ground import receipt_number

pytestmark = [pytest.mark.browser, pytest.mark.page]
MANY = "\n".join(f"dòng {number}" for number in range(450))
WIDE = "mưa " * 11_000


def page_with(words: str, **answers: list[str]) -> str:
    told = Told(receipt_number(1), DESK)
    story = told.report({"v": 1, "answers": answers, "words": words})
    return (
        script_json("person-key", PERSON_KEY) + record(told) + UNLOCK
        + f'<sealed-words data-whole hidden>{sealed_json(story, chain("narrative", told))}'
        '<dl data-answers></dl><div data-words></div><p data-error="broken" hidden>Hỏng</p>'
        '<button type="button" data-go="more" hidden disabled>Xem tiếp</button></sealed-words>'
    )  # fmt: skip


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as made:
        made.add_page("/many", page_with(MANY), script="desk.js")
        made.add_page("/wide", page_with(WIDE), script="desk.js")
        made.add_page("/short", page_with("Một.\nHai."), script="desk.js")
        made.add_page("/answers", page_with("Một.", harms=["x"] * 20_000), script="desk.js")
        yield made


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    unlock(page)
    expect(page.locator("[data-words] p").first).to_be_visible()
    return page


def test_many_lines_come_two_hundred_at_a_press(page: Page, server: SmallServer) -> None:
    lines, more = opened(page, server.root + "/many").locator("[data-words] p"), page.get_by_text("Xem tiếp")
    for shown in (200, 400):
        expect(lines).to_have_count(shown)
        more.click()
    expect(lines).to_have_count(450)
    expect(more).to_be_hidden()
    assert lines.all_inner_texts() == MANY.split("\n")


def test_one_endless_line_comes_in_pieces(page: Page, server: SmallServer) -> None:
    pieces, more = opened(page, server.root + "/wide").locator("[data-words] p"), page.get_by_text("Xem tiếp")
    assert len(pieces.first.text_content() or "") == 20_000
    more.click()
    more.click()
    expect(more).to_be_hidden()
    assert "".join(pieces.all_text_contents()) == WIDE


def test_what_is_short_has_no_button(page: Page, server: SmallServer) -> None:
    expect(opened(page, server.root + "/short").locator("[data-words] p")).to_have_count(2)
    expect(page.get_by_text("Xem tiếp")).to_be_hidden()


def test_with_the_lock_goes_the_rest_that_was_not_shown_yet(page: Page, server: SmallServer) -> None:
    opened(page, server.root + "/many")
    page.get_by_text("Khóa lại").click()
    expect(page.locator("[data-words] p")).to_have_count(0)
    expect(page.get_by_text("Xem tiếp")).to_be_hidden()
    page.evaluate("document.querySelector('[data-go=more]').click()")
    assert page.locator("[data-words]").inner_text() == ""


def test_more_codes_than_a_form_has_do_not_fill_the_page(page: Page, server: SmallServer) -> None:
    expect(opened(page, server.root + "/answers").locator("dd")).to_have_count(60)
