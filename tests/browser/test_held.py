"""What a flood held, sorted in a real Chromium: what was written once stands first, and the lock takes all of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, Route, expect

from tests.browser.signed_pages import Told
from tests.browser.small_server import SmallServer, b64, script_json, serving
from tests.browser.test_client_desk import DESK, PERSON_KEY, UNLOCK, chain, unlock
from tests.cast.ground import receipt_number

pytestmark = pytest.mark.browser

JUNK = "Tôi là {name}, tôi bị đánh ở Sông Mây lúc {hour} giờ, xin hãy đến ngay, tôi rất sợ"
ONCE = "Chị chủ khóa cổng từ hôm qua, em bé sốt mà không ra chợ được."
TOLD = Told(receipt_number(1), DESK)
CHAIN = chain("narrative", TOLD)


def held_report(number: int, words: str = "", **answers: list[str]) -> dict[str, Any]:
    sealed = TOLD.seal({"v": 1, "answers": answers, "words": words}, "narrative")
    return {
        "id": f"id-{number}",
        "name": f"Mưa {number}",
        "address": f"/r/{number}",
        "priority": "p0",
        "urgency": "Nguy hiểm ngay",
        "due": "còn 1 giờ",
        "story": {"wraps": CHAIN, "sealed": [b64(sealed)]},
    }


REPORTS = [
    held_report(1, JUNK.format(name="Lan", hour=5)),
    held_report(2, JUNK.format(name="Hùng", hour=17)),
    held_report(3, ONCE),
    held_report(4, JUNK.format(name="Minh", hour=22)),
    held_report(5, danger=["now"], harms=["rape"]),
    held_report(6, danger=["now"]),
    held_report(7, danger=["now"]),
    held_report(8) | {"story": None},
    held_report(9) | {"story": {"wraps": CHAIN, "sealed": [b64(b"age-encryption.org/v1\nnichts")]}},
]
PAGE = "".join(
    [
        script_json("person-key", PERSON_KEY),
        UNLOCK,
        '<div data-held-from="/words"><p data-busy hidden>so</p><p data-error="other" hidden>Chưa so được</p>',
        '<div data-unsorted><ul><li>Theo hạn</li></ul></div><div data-lines hidden></div>',
        render_to_string("desk/held_lines.html"),
        '</div><a href="/held">lại</a>',
    ]
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as made:
        made.add_page("/held", PAGE, script="desk.js")
        made.pages["/words"] = json.dumps({"reports": REPORTS, "after": None})
        yield made


@pytest.fixture
def sorted_page(page: Page, server: SmallServer) -> Page:
    page.goto(server.root + "/held")
    unlock(page)
    expect(page.locator("[data-lines]")).to_be_visible()
    return page


def lines(page: Page) -> list[str]:
    """What is read first, line by line, before anything is opened."""
    found: list[str] = page.locator(
        "[data-lines] > ul > li, [data-lines] > details > summary"
    ).all_inner_texts()
    return [" ".join(line.split()) for line in found]


def test_what_was_written_once_stands_before_what_was_written_often(sorted_page: Page) -> None:
    assert lines(sorted_page) == [
        "Mưa 3 còn 1 giờ Nguy hiểm ngay",
        "Mưa 5 còn 1 giờ Nguy hiểm ngay",
        "2 tin có lời gần giống nhau",
        "3 tin có lời gần giống nhau",
        "2 tin chưa so được: quá dài, hoặc chưa mở được",
    ]
    expect(sorted_page.locator("[data-unsorted]")).to_be_hidden()


def test_a_group_can_be_looked_into_and_leads_to_each_of_its_reports(sorted_page: Page) -> None:
    group = sorted_page.locator("details", has_text="3 tin có lời")
    expect(group.locator("li").first).to_be_hidden()
    group.locator("summary").click()
    expect(group.locator("a")).to_have_text(["Mưa 1", "Mưa 2", "Mưa 4"])
    assert group.locator("a").first.get_attribute("href") == "/r/1"


def test_no_word_of_a_story_comes_into_the_page(sorted_page: Page) -> None:
    content = sorted_page.content()
    assert "Sông Mây" not in content
    assert "em bé" not in content


def test_with_the_lock_goes_which_of_them_are_alike_and_comes_back_with_the_key(sorted_page: Page) -> None:
    sorted_page.get_by_text("Khóa lại").click()
    expect(sorted_page.locator("[data-unsorted]")).to_be_visible()
    expect(sorted_page.locator("[data-lines]")).to_be_hidden()
    assert sorted_page.locator("[data-lines]").inner_html() == ""
    assert "Mưa 3" not in sorted_page.content()
    unlock(sorted_page)
    expect(sorted_page.locator("[data-lines]")).to_be_visible()
    assert len(lines(sorted_page)) == 5


def test_when_it_is_locked_while_it_is_sorted_nothing_comes(page: Page, server: SmallServer) -> None:
    on_its_way: list[Route] = []
    page.route("**/words", lambda route: on_its_way.append(route))
    page.goto(server.root + "/held")
    with page.expect_request("**/words"):
        unlock(page)
    page.get_by_text("Khóa lại").click()
    expect(page.locator("html")).to_have_attribute("data-keyring", "locked")
    with page.expect_event("requestfinished"):
        on_its_way[0].continue_()
    expect(page.locator("[data-unsorted]")).to_be_visible()
    assert page.locator("[data-lines]").inner_html() == ""


def test_where_the_words_cannot_be_fetched_it_is_said_and_the_list_stays(
    page: Page, server: SmallServer
) -> None:
    del server.pages["/words"]
    page.goto(server.root + "/held")
    unlock(page)
    expect(page.get_by_text("Chưa so được")).to_be_visible()
    expect(page.locator("[data-unsorted]")).to_be_visible()
