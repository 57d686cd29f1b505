"""A consent takes two movements at two places: a trembling finger gives none, a deliberate one gives what it meant."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.her import Her
from tests.browser.never import Watch
from tests.cast import Hands, Network, Reporter
from tests.visit.test_what_she_allows import tells_all
from tincay.intake.consents import POLICE
from tincay.reports.models import ConsentGrant, Report

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASKED = ("keep", "police", "consents")
CHOSEN = (
    "form => [...form.querySelectorAll('[data-name]:checked')].map(one => one.dataset.name + '=' + one.value)"
)
REVIEWED = "form => [...form.querySelectorAll('[data-name]:checked')].map(one => one.dataset.review ?? '')"


@pytest.fixture
def touches(browser: Browser, live_server: object, network: Network) -> Iterator[Callable[[str, int], Her]]:
    """Somebody with a phone: fingers, no mouse."""
    contexts = []
    root = str(live_server)

    def open_phone(language: str, width: int) -> Her:
        context = browser.new_context(
            viewport={"width": width, "height": 640}, has_touch=True, is_mobile=True, locale="vi-VN"
        )
        contexts.append(context)
        watch = Watch(root)
        watch.on(context)
        return Her(context.new_page(), root, language, watch)

    yield open_phone
    for context in contexts:
        context.close()


def tap(page: Page, at: Locator, times: int = 1, *, apart: int = 0) -> None:
    """At one spot, whatever lies there by then. The time between taps is told to the browser, not waited for."""
    at.scroll_into_view_if_needed()
    box = at.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 24)
    for _ in range(times):
        page.touchscreen.tap(x, y)
        if apart:
            page.clock.run_for(apart)


def rested(page: Page, at: Locator) -> None:
    """A tap of somebody who has looked: half a second after the last thing moved."""
    at.scroll_into_view_if_needed()
    for _ in range(2):  # the browser tells of the scrolling a frame later
        page.screenshot()
        page.clock.run_for(600)
    assert not page.evaluate("[...document.querySelectorAll('[style*=pointer-events]')].length")
    tap(page, at)
    page.screenshot()


def at_step(her: Her, step: str) -> Locator:
    """Go there by keys, as no tap is to be held on the way."""
    part = her.page.locator(f"[data-step={step}]")
    for _ in range(20):
        if part.is_visible():
            her.page.clock.run_for(1000)
            return part
        her.page.locator("[data-go=next]:visible").press("Enter")
    raise AssertionError(f"no step {step}")


def begin(her: Her, way: str = "/tell/") -> Locator:
    her.page.clock.install()
    her.go(way)
    at_step(her, "need")
    her.page.locator("#need-just_listen").evaluate("one => one.click()")
    return her.page.locator("sealed-form")


@pytest.mark.parametrize(("language", "width"), [("vi", 320), ("en", 360), ("vi", 412)])
@pytest.mark.parametrize("apart", [60, 400])
def test_a_double_tap_on_whatever_is_in_sight_gives_no_consent(
    touches: Callable[[str, int], Her], language: str, width: int, apart: int
) -> None:
    her = touches(language, width)
    form = begin(her)
    for step in ASKED:
        part = at_step(her, step)
        assert overflow(her.page) == 0, step
        lines = part.locator("summary:visible, .choice:visible")
        for place in range(lines.count()):
            for _ in range(2):
                tap(her.page, lines.nth(place), apart=apart)
                found = [
                    one for one in form.evaluate(CHOSEN) if not one.startswith(("need=", "police_option="))
                ]
                assert found == [], f"{step}: {place}"
            part.evaluate("step => step.querySelectorAll('details').forEach((one) => { one.open = false })")
    # A tap twice on what a line opened is one too many: it stays as it was.
    part.locator("summary").first.press("Enter")
    tap(her.page, part.locator(".choice:visible").first, 2, apart=apart)
    assert not [one for one in form.evaluate(CHOSEN) if one.startswith("consents=")]


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 320)])
def test_two_movements_give_what_they_say_and_nothing_else(
    touches: Callable[[str, int], Her], network: Network, language: str, width: int
) -> None:
    her = touches(language, width)
    form, body = begin(her), network.police.code
    keep = at_step(her, "keep")
    rested(her.page, keep.locator("summary").first)
    rested(her.page, keep.locator("label[for=keep-yes]"))
    assert serious_findings(her.page) == []
    police = at_step(her, "police")
    rested(her.page, police.locator("label[for=police_option-anon_info]"))
    assert "police_body" not in str(form.evaluate(CHOSEN))
    rested(her.page, police.locator(f"label[for=police_body-{body}]"))
    assert serious_findings(her.page) == []
    consents = at_step(her, "consents")
    rested(her.page, consents.locator("summary").first)
    rested(her.page, consents.locator("label[for=consents-count_statistics]"))
    assert serious_findings(her.page) == []
    assert all(form.evaluate(REVIEWED)[1:]), "each has a sentence for the page before sending"
    at_step(her, "review")
    form.locator("[data-go=send]:visible").press("Enter")
    expect(her.page.locator("[data-step=receipt]")).to_be_visible()
    given = ConsentGrant.objects.for_the_rules().order_by("number").values_list("scope", "receiver", "given")
    assert list(given) == [
        ("store_sealed", "", True),
        ("count_statistics", "", True),
        (POLICE, f"body:{body}", True),
    ]
    assert Report.objects.for_the_rules().get().retention_class == "r90"


@pytest.mark.parametrize("answer", ["age_band-a16_17", "harms-child_taken"])
def test_a_child_is_asked_less_and_what_was_chosen_before_goes(
    touches: Callable[[str, int], Her], answer: str
) -> None:
    her = touches("vi", 360)
    form = begin(her)
    at_step(her, "consents").locator("#consents-alert_public").evaluate("one => one.click()")
    assert "consents=alert_public" in form.evaluate(CHOSEN)
    her.page.locator(f"#{answer}").evaluate("one => one.click()")
    assert "consents=alert_public" not in form.evaluate(CHOSEN)
    lines = her.page.locator("[data-step=consents] details:visible")
    expect(lines).to_have_count(2)
    expect(her.page.locator("[data-step=police] [data-unless]")).to_be_hidden()


@pytest.mark.parametrize("answer", ["did-police", "harms-off_bribe"])
def test_about_an_official_nothing_is_offered_to_his_like_and_it_says_why(
    touches: Callable[[str, int], Her], answer: str
) -> None:
    her = touches("vi", 360)
    form = begin(her)
    at_step(her, "police").locator("#police_option-anon_info").evaluate("one => one.click()")
    her.page.locator(f"#{answer}").evaluate("one => one.click()")
    expect(her.page.locator("#police_option-anon_info")).to_be_hidden()
    expect(her.page.locator("[data-told=official]")).to_be_visible()
    assert "police_option=anon_info" not in form.evaluate(CHOSEN)


def test_keys_alone_give_a_consent_too(touches: Callable[[str, int], Her]) -> None:
    her = touches("vi", 360)
    form = begin(her)
    line = at_step(her, "consents").locator("summary").first
    line.press("Enter")
    her.page.keyboard.press("Tab")
    her.page.keyboard.press("Space")
    assert "consents=count_statistics" in form.evaluate(CHOSEN)


# --- behind the code


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 320)])
def test_a_change_is_confirmed_in_sight_with_its_time_and_a_lost_answer_claims_nothing(
    touches: Callable[[str, int], Her], clock: Hands, reporter: Reporter, language: str, width: int
) -> None:
    tells_all(reporter)
    her = touches(language, width)
    her.come_back(reporter.code)
    her.follow("allow")
    her.page.locator("a.card[href*='/allow/pattern_link/']").click()
    button = her.page.locator("consent-change button")
    expect(button).to_be_hidden()
    her.page.locator("main details", has=button).locator("summary").press("Enter")
    her.page.route("**/allow/pattern_link/", lambda route: route.abort())
    button.press("Enter")
    expect(her.page.locator("consent-change [data-error=network]")).to_be_focused()
    expect(her.page.locator("[data-told]:visible")).to_have_count(0)
    her.page.unroute("**/allow/pattern_link/")
    assert reporter.report
    # Another tab was quicker: the same word goes once more, with the next number.
    reporter.consent("contact_me", now=clock.now)
    button.press("Enter")
    told = her.page.locator("[data-consent=pattern_link] [data-told]")
    expect(told).to_be_focused()
    expect(told).to_contain_text("09:00")
    expect(told).to_be_in_viewport()
    assert serious_findings(her.page) == []
    assert overflow(her.page) == 0
    assert reporter.report.grants.filter(scope="pattern_link", given=True).count() == 1


@pytest.mark.parametrize(
    "told", [{"age_band": ["a14_15"]}, {"harms": ["child_taken"]}, {"age_band": ["adult_ns"]}]
)
def test_behind_the_code_too_her_phone_asks_less_about_a_child(
    touches: Callable[[str, int], Her], clock: Hands, reporter: Reporter, told: dict[str, list[str]]
) -> None:
    """Nothing tells the server that it is one: her words are not kept as a child's."""
    reporter.send(answers=told)
    her = touches("vi", 360)
    her.come_back(reporter.code)
    her.follow("allow")
    grown = "adult_ns" in str(told)
    rows = her.page.locator("a.card[href*='/allow/']:visible")
    expect(rows.and_(her.page.locator("[href*='/alert_'],[href*='/pattern_link/']"))).to_have_count(
        3 if grown else 0
    )
    expect(
        rows.and_(her.page.locator("[href*='/count_statistics/'],[href*='/store_sealed/']"))
    ).to_have_count(2)
    expect(her.page.locator("asks-less [data-answers] dd")).to_have_count(1)
    assert "14" not in her.page.locator("main").inner_text()
    assert serious_findings(her.page) == []


def test_her_own_phone_refuses_a_body_that_she_reports_about(
    touches: Callable[[str, int], Her], clock: Hands, network: Network, reporter: Reporter
) -> None:
    reporter.send(answers={"did": ["police"]})
    her = touches("vi", 360)
    her.come_back(reporter.code)
    her.follow("allow")
    her.page.locator(f"a.card[href$='/{POLICE}/']").click()
    her.page.locator(f"a.card[href*='/{POLICE}/?to=']").click()
    button = her.page.locator("consent-change button")
    her.page.locator("main details", has=button).locator("summary").press("Enter")
    button.press("Enter")
    expect(her.page.locator("consent-change [data-error=official]")).to_be_visible()
    assert reporter.report
    assert not reporter.report.grants.exists()
