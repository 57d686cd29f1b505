"""Before she says yes she sees exactly what the yes hands over, with a script and without one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.her import Her
from tests.cast import Hands, Network, Reporter
from tests.visit.test_what_she_allows import WORDS, tells_all
from tincay.intake.consents import POLICE, item_words, items_of, seen_for
from tincay.intake.questions import CONSENTS
from tincay.visit.pages import labels

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_each_consent_shows_exactly_its_items(
    comes: Callable[..., Her], network: Network, clock: Hands, reporter: Reporter, script: bool
) -> None:
    tells_all(reporter)
    her = comes(script=script)
    her.come_back(reporter.code)
    her.follow("allow")
    titles = {words[""]: name for name, words in labels().items()}
    for scope in CONSENTS:
        wanted = sorted(seen_for(scope))
        assert not items_of(scope) or wanted == sorted(items_of(scope))
        her.page.locator(f"a.card[href*='/allow/{scope}/']").first.click()
        if scope == POLICE:
            her.page.locator(f"a.card[href*='/{POLICE}/?to=']").first.click()
        expect(her.page.locator("main dt:visible")).to_have_count(
            len([name for name in wanted if name != "words"])
        )
        expect(her.page.get_by_text(WORDS)).to_have_count(wanted.count("words"))
        shown = [titles[title] for title in her.page.locator("main dt:visible").all_inner_texts()]
        assert sorted(shown) == [name for name in wanted if name != "words"], scope
        assert her.page.locator("main ul:visible").first.locator("li").all_inner_texts() == item_words(scope)
        her.page.locator("main a.back").click()
        if scope == POLICE:
            her.page.locator("main a.back").click()
        expect(her.page.locator("a.card[href*='/allow/']").first).to_be_visible()


NOTHING = "Bạn chưa nói gì về các mục này."


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_where_she_said_nothing_about_the_items_the_page_says_so(
    comes: Callable[..., Her], network: Network, clock: Hands, reporter: Reporter, script: bool
) -> None:
    reporter.send(answers={"harms": ["threat"]})
    her = comes(script=script)
    her.come_back(reporter.code)
    her.follow("allow")
    for scope, nothing in (("pattern_link", True), ("alert_public", False)):
        her.page.locator(f"a.card[href$='/allow/{scope}/']").click()
        expect(her.page.locator("main dt:visible")).to_have_count(0 if nothing else 1)
        expect(her.page.get_by_text(NOTHING)).to_be_visible(visible=nothing)
        her.page.locator("main a.back").click()
