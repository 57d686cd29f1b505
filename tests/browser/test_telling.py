"""Telling more behind the code: one question at a time, sent together; what was told, and corrections."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.her import Her
from tests.browser.test_j01_report import LANGUAGES
from tests.cast import Hands, Helper, Network, Reporter, again, rows
from tincay.reports import ending, steps
from tincay.reports.models import Report, SignedWords
from tincay.vault.models import SealedText

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
STORY = "QZVS lời kể của tôi"
MORE = "QZVM còn một chuyện nữa"


@pytest.fixture
def report(reporter: Reporter, clock: Hands) -> Report:
    return reporter.send(words=STORY, grants=[reporter.grant("store_sealed")], now=clock.now)


def goes_on(her: Her, code: str, way: str = "tell") -> None:
    her.come_back(code)
    her.follow(way)


def step(her: Her) -> str:
    return her.page.locator("[data-step]:visible").get_attribute("data-step") or ""


def press(her: Her, go: str) -> None:
    # A tap right after a change of screen counts for nothing: the key is pressed.
    her.page.locator(f"tell-later [data-go={go}]").focus()
    her.page.keyboard.press("Enter")


def walk_to(her: Her, wanted: str) -> None:
    while step(her) != wanted:
        assert step(her) != "review"
        press(her, "next")


def choose(her: Her, name: str, value: str) -> None:
    control = her.page.locator(f"#{name}-{value}")
    control.evaluate("one => { for (let at = one; at = at.closest('details:not([open])'); ) at.open = true; }")
    control.focus()
    her.page.keyboard.press("Space")


def arrived(her: Her) -> None:
    expect(her.page.locator("tell-later [data-step=receipt]")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_told_is_asked_one_by_one_and_goes_in_one_piece(
    comes: Comes, report: Report, reporter: Reporter, language: str
) -> None:
    her = comes(language, 320)
    goes_on(her, reporter.code)
    asked = []
    while step(her) != "review":
        asked.append(step(her))
        assert overflow(her.page) == 0
        if step(her) == "time_since":
            choose(her, "time_since", "h72")
        if step(her) == "words":
            her.page.locator("#words").fill(MORE)
        press(her, "next")
    assert "words" in asked
    assert "danger" not in asked or "danger" not in reporter.open("narrative")[0]["answers"]
    assert not serious_findings(her.page)
    assert rows(SignedWords).filter(report=report).count() == 1
    press(her, "send")
    arrived(her)
    assert rows(SignedWords).filter(report=report).count() == 2
    told = reporter.open("narrative")[-1]
    assert told["words"] == MORE
    assert told["answers"]["time_since"] == ["h72"]
    assert her.page.locator("#words").input_value() == ""
