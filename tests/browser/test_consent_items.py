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


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_nothing_is_announced_of_items_that_she_has_not_told(
    comes: Callable[..., Her], network: Network, clock: Hands, reporter: Reporter, script: bool
) -> None:
    reporter.send(answers={"kind": ["incident_report"], "need": ["legal_aid"]}, now=clock.now)
    her = comes(script=script)
    her.come_back(reporter.code)
    her.follow("allow")
    heading = her.page.get_by_text("Trong tin của bạn, các mục ấy là")
    for scope, told in [("alert_members", 0), ("share_service", 1)]:
        her.page.locator(f"a.card[href*='/allow/{scope}/']").first.click()
        expect(her.page.get_by_role("heading", name="Bạn không cho phép")).to_be_visible()
        if script:  # the phone has opened what there is
            expect(her.page.locator("[data-answers]")).not_to_have_count(0)
        expect(her.page.locator("main dt:visible")).to_have_count(told)
        assert heading.is_visible() == bool(told), scope
        her.page.locator("main a.back").click()
        expect(her.page.locator("a.card[href*='/allow/']").first).to_be_visible()
