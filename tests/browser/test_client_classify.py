"""The desk's pages with opened answers, in a real Chromium: warnings, a suggested class, and what is counted."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.signed_pages import Told, sealed_json
from tests.browser.small_server import SmallServer, b64, script_json, serving
from tests.browser.test_client_desk import DESK, PERSON_KEY, UNLOCK, chain, record, unlock
from tests.cast.ground import receipt_number
from tincay.core.classification import SUGGESTIONS, WARNINGS
from tincay.core.counting import count_row

pytestmark = pytest.mark.browser

ANSWERS = {
    "kind": ["incident_report"],
    "harms": ["rape", "threat"],
    "place": ["vn79"],
    "age_band": ["a16_17"],
}
WARNING = "Bạo lực tình dục"
LABELS = {"age_band": {"": "Tuổi", "a16_17": "16 đến 17 tuổi"}}
FORM = """
<p data-warnings hidden>Có nói đến: <span data-warning-list></span></p>
<form data-classify><div data-suggestion hidden><b data-suggested></b> <i data-why></i></div>
<select name="classification" aria-label="loại"><option value="">Chọn</option><option value="violence">Bạo lực</option>
<option value="child">Trẻ em</option></select><input type="hidden" name="count"></form>
"""


TOLD = Told(receipt_number(1), DESK)


def story(answers: object = ANSWERS, told: Told = TOLD) -> dict[str, Any]:
    sealed = told.seal({"v": 1, "answers": answers, "words": "Lời kín"}, "narrative")
    return {"wraps": chain("narrative", told), "sealed": [b64(sealed)]}


def report_page(answers: object = ANSWERS, *, counted: bool = True) -> str:
    rule = {"suggestions": SUGGESTIONS, "warnings": {WARNING: WARNINGS["sexual"]}, "counted": counted}
    told = Told(receipt_number(1), DESK)
    sealed = told.report({"v": 1, "answers": answers, "words": "Lời kín"})
    return "".join(
        [
            script_json("person-key", PERSON_KEY),
            record(told),
            script_json("classification-rule", rule),
            script_json("answer-labels", LABELS),
            UNLOCK,
            '<sealed-words data-kind="narrative" data-whole hidden>',
            f"{sealed_json(sealed, chain('narrative', told))}<div data-words></div></sealed-words>",
            FORM,
        ]
    )


def queue_page(*reports: str) -> str:
    rows = "".join(
        f'<li><span data-report="{one}"><a href="/report">{one}</a></span></li>' for one in reports
    )
    return "".join(
        [
            script_json("person-key", PERSON_KEY),
            UNLOCK,
            '<div data-warnings-from="/warnings" data-speaks-of="Có nói đến:">',
            f'<ul class="queue">{rows}</ul></div><a href="/queue">lại</a>',
        ]
    )


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as found:
        found.add_page("/report", report_page(), script="desk.js")
        found.add_page("/queue", queue_page("4f-1", "4f-2"), script="desk.js")
        stories = {"4f-1": story(), "4f-2": story({"harms": ["wage_theft"]}), "4f-3": story()}
        found.pages["/warnings"] = json.dumps({"warnings": {WARNING: WARNINGS["sexual"]}, "reports": stories})
        yield found


def opens(page: Page, address: str) -> None:
    page.goto(address)
    unlock(page)
    expect(page.locator("html")).to_have_attribute("data-keyring", "open")


def test_opened_answers_suggest_a_class_warn_and_fill_the_count(page: Page, server: SmallServer) -> None:
    opens(page, server.root + "/report")
    expect(page.locator("[data-suggested]")).to_have_text("Trẻ em")
    expect(page.locator("[data-why]")).to_have_text("16 đến 17 tuổi")
    expect(page.get_by_label("loại")).to_have_value("child")
    expect(page.locator("[data-warning-list]")).to_have_text(WARNING)
    counted = json.loads(page.locator("[name=count]").input_value())
    assert counted == count_row(ANSWERS)
    assert counted["age_group"] == "child"


def test_without_her_consent_nothing_is_counted(page: Page, server: SmallServer) -> None:
    server.add_page("/report", report_page(counted=False), script="desk.js")
    opens(page, server.root + "/report")
    expect(page.locator("[data-suggested]")).to_have_text("Trẻ em")
    assert page.locator("[name=count]").input_value() == ""


@pytest.mark.parametrize("answers", [None, "rape", {"harms": "rape", "kind": 7}, {"harms": [{"rape": 1}]}])
def test_answers_of_another_shape_suggest_nothing_and_break_nothing(
    page: Page, server: SmallServer, answers: object
) -> None:
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    server.add_page("/report", report_page(answers), script="desk.js")
    opens(page, server.root + "/report")
    expect(page.locator("[name=count]")).to_have_value("{}")
    expect(page.locator("[data-suggestion]")).to_be_hidden()
    assert said == []


def test_rows_of_the_queue_warn_while_words_are_open_also_after_coming_back(
    page: Page, server: SmallServer
) -> None:
    opens(page, server.root + "/queue")
    warning = page.locator("[data-warning]")
    expect(warning).to_have_text([f"Có nói đến: {WARNING}"])
    expect(page.locator('[data-report="4f-1"] [data-warning]')).to_be_visible()
    with page.expect_response("**/warnings"):
        page.get_by_text("lại", exact=True).click()
    expect(warning).to_have_count(1)
    assert "Lời kín" not in page.content()
    page.get_by_text("Khóa lại").click()
    expect(warning).to_have_count(0)
    unlock(page)
    expect(warning).to_have_count(1)
