"""Send early, tell later: how many taps and screens lie between the first page and a receipt."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.her import PLANTED, Her
from tests.cast import Network
from tincay.reports.models import Report

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COUNTED = "addEventListener('pointerup', event => event.isTrusted && window.tapped(), true)"
MOST_TAPS, MOST_SCREENS = 6, 5
STRETCHES = """(() => {
  const { deriveBits } = SubtleCrypto.prototype;
  window.stretched = 0;
  SubtleCrypto.prototype.deriveBits = function (how, ...rest) {
    if (how.name === "PBKDF2") window.stretched += 1;
    return deriveBits.call(this, how, ...rest);
  };
})()"""


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ["help", "tell", "warn"])
def test_six_taps_and_five_screens_lead_from_the_first_page_to_a_receipt(
    comes: Callable[..., Her], network: Network, kind: str, language: str
) -> None:
    her = comes(language, 360)
    taps: list[None] = []
    her.page.expose_function("tapped", lambda: taps.append(None))
    her.page.add_init_script(COUNTED)
    her.go("/")
    screens = ["front"]
    her.page.locator(f"main a[href$='/{kind}/']").click()
    screens.append(her.step())
    if kind != "warn":
        her.choose("need", "just_listen")
    her.do("next")
    screens.append(her.step())
    her.choose("danger", "no")
    her.do("early")
    screens.append(her.step())
    her.send()
    screens.append(her.step())
    assert screens == ["front", "need", "danger", "review", "receipt"]
    assert len(taps) <= MOST_TAPS
    assert len(screens) <= MOST_SCREENS
    answers = network.helper.open(Report.objects.for_the_rules().get())[0]["answers"]
    assert answers["need"] == (["warn_others"] if kind == "warn" else ["just_listen"])
    assert answers["danger"] == ["no"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_chosen_for_her_lies_in_sight_before_she_scrolls(
    comes: Callable[..., Her], language: str
) -> None:
    her = comes(language, 360)
    her.go("/warn/")
    chosen = her.page.locator("[data-step=need] input:checked")
    expect(chosen).to_have_count(1)
    card = her.page.locator(f"label[for='{chosen.get_attribute('id')}']").bounding_box()
    way_out = her.page.locator(".leave").bounding_box()
    assert card
    assert way_out
    assert her.page.evaluate("scrollY") == 0
    assert 0 < card["y"] < card["y"] + card["height"] <= way_out["y"]


def test_a_question_is_asked_with_its_words_alone_and_never_empty(
    comes: Callable[..., Her], network: Network
) -> None:
    her = comes("vi", 360)
    her.go("/ask/")
    assert her.page.locator("[data-name=need]").count() == 0
    her.do("early")
    expect(her.page.locator("[data-step=words] [data-missing]")).to_be_visible()
    assert her.step() == "words"
    her.page.locator("#words").fill(PLANTED)
    her.do("early")
    assert her.step() == "review"
    her.send()
    assert network.helper.open(Report.objects.for_the_rules().get())[0]["words"] == PLANTED


def test_every_answer_that_will_go_stands_on_the_review_and_is_changed_from_there(
    comes: Callable[..., Her],
) -> None:
    her = comes("vi", 360)
    her.go("/tell/")
    her.choose("need", "pep")
    her.walk_to("time_since")
    her.choose("time_since", "h24")
    her.walk_to("place")
    her.page.locator("#place").select_option("M01")
    her.walk_to("words")
    her.page.locator("#words").fill(PLANTED)
    her.walk_to("review")
    review = her.page.locator("[data-step=review]")
    expect(review).to_contain_text(her.words("pep"))
    expect(review).to_contain_text("Việc xảy ra ở đâu?")
    expect(review.get_by_text(PLANTED)).to_be_hidden()
    review.locator("[data-folded] summary").click()
    expect(review.get_by_text(PLANTED)).to_be_visible()
    expect(review).to_contain_text("Bạn chưa cho phép điều nào")
    expect(review).to_contain_text("Bạn chưa chọn giữ lời")
    code = her.copied()
    review.locator("div", has_text="Bạn muốn được giúp điều gì?").get_by_role("button").first.click()
    assert her.step() == "need"
    her.choose("need", "just_listen")
    her.do("next")
    assert her.step() == "review"
    expect(review).to_contain_text("Tôi chỉ muốn có người lắng nghe")
    assert her.copied() == code
    assert not her.watch.posted


def test_a_code_is_stretched_once_and_begun_before_the_review_is_opened(comes: Callable[..., Her]) -> None:
    """An old phone needs seconds for it; who opens a page and answers nothing spends nothing."""
    her = comes("vi", 360)
    her.page.add_init_script(STRETCHES)
    her.go("/tell/")
    her.choose("need", "just_listen")
    assert her.page.evaluate("stretched") == 0
    her.walk_to("danger")
    her.page.wait_for_function("stretched === 1")
    her.do("early")
    shown = her.copied()
    her.send()
    assert her.page.evaluate("stretched") == 1
    assert her.copied() == shown
