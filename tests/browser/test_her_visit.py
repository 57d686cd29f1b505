"""Behind the code: what helpers wrote comes first, nothing typed is lost, and a locked page says so and why."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, expect

from tests.browser.her import Her
from tests.cast import Network, Reporter
from tincay.reports.models import Report
from tincay.visit.models import Visit
from tincay.web.time import now

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
ANSWER = "Chào bạn QZVA, trạm y tế đang chờ bạn."
TYPED = "QZVT: tôi muốn gặp chị hôm trước"
LOCKED = "[data-when-locked]"
ANEW = "link => { link.dataset.reload = ''; link.click(); }"
"""Leaves this document, as loading it anew does."""


@pytest.fixture
def report(network: Network, reporter: Reporter) -> Report:
    """A report that a helper has read and written about."""
    sent = reporter.send(now=now(), answers={"need": ["pep"]}, grants=[reporter.grant("store_sealed")])
    network.helper.open_report(sent, now=now())
    network.helper.write(sent, ANSWER, now=now())
    return sent


@pytest.fixture
def her(comes: Comes, report: Report, reporter: Reporter) -> Her:
    inside = comes("vi", 360)
    inside.page.set_viewport_size({"width": 360, "height": 640})
    inside.come_back(reporter.code)
    expect(inside.page.get_by_text(ANSWER)).to_be_visible()
    return inside


def goes_home(her: Her) -> None:
    her.page.locator("nav a.card[href$='/now/']").first.click()


def types_the_code(her: Her, code: str) -> None:
    her.page.locator(f"{LOCKED} [data-code]").fill(code)
    her.page.locator(f"{LOCKED} [data-go=open]").click()


@pytest.mark.parametrize("demo", [False, True], ids=["install", "demo"])
def test_what_the_helper_wrote_begins_above_the_fold(
    comes: Comes, report: Report, reporter: Reporter, request: pytest.FixtureRequest, demo: bool
) -> None:
    if demo:
        request.getfixturevalue("clock")
    her = comes("vi", 360)
    her.page.set_viewport_size({"width": 360, "height": 640})
    her.come_back(reporter.code)
    assert her.page.locator("p.demo").count() == demo
    expect(her.page.get_by_text(ANSWER)).to_be_visible()
    words = her.page.get_by_text(ANSWER).bounding_box()
    bar = her.page.locator("aside.leave").bounding_box()
    assert words
    assert bar
    assert words["y"] + words["height"] <= bar["y"]


def test_back_is_the_page_before_and_at_the_first_one_it_asks(her: Her) -> None:
    her.follow("data")
    her.page.go_back()
    her.page.wait_for_url("**/now/")
    expect(her.page.get_by_text(ANSWER)).to_be_visible()
    her.page.locator("#reply").fill(TYPED)
    her.page.go_back()
    asked = her.page.get_by_role("alertdialog", name="Rời trang này?")
    expect(asked).to_be_focused()
    expect(asked.locator("[data-stay]")).to_be_visible()
    expect(her.page.locator("#reply")).to_have_value(TYPED)
    her.page.locator("[data-stay]").click()
    expect(her.page.locator("[data-leaving]")).to_be_hidden()
    her.page.go_back()
    her.page.locator("[data-out]").click()
    her.page.wait_for_url(lambda address: "/now/" not in address)
    assert ANSWER not in her.page.content()
    assert TYPED not in her.page.content()


@pytest.mark.parametrize("way", ["data", "late", "done"])
def test_what_she_typed_is_there_again_after_another_page(her: Her, way: str) -> None:
    her.page.locator("#reply").fill(TYPED)
    her.follow(way)
    goes_home(her)
    expect(her.page.locator("#reply")).to_have_value(TYPED)


@pytest.mark.parametrize("from_here", [True, False], ids=["on this page", "on the page before"])
def test_loading_anew_asks_before_what_she_typed_is_lost_and_only_then(her: Her, from_here: bool) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    her.page.on("dialog", stay)
    her.page.locator("#reply").fill(TYPED)
    if not from_here:
        her.follow("data")
    with her.page.expect_event("dialog"):
        her.page.locator("a.site").evaluate(ANEW)
    if not from_here:
        goes_home(her)
    expect(her.page.locator("#reply")).to_have_value(TYPED)
    her.press("reply")
    expect(her.page.locator("#reply")).to_have_value("")
    expect(her.page.get_by_text(TYPED)).to_be_visible()
    her.page.locator("a.site").evaluate(ANEW)
    expect(her.page.locator(LOCKED)).to_be_visible()
    assert asked == ["beforeunload"]


def test_what_she_typed_stays_in_the_other_language(her: Her) -> None:
    her.page.locator("#reply").fill(TYPED)
    her.page.locator("a.language").click()
    her.page.wait_for_url("**/en/back/now/")
    expect(her.page.locator("#reply")).to_have_value(TYPED)
    expect(her.page.get_by_text(ANSWER)).to_be_visible()


def test_without_a_network_the_page_stays_with_what_she_typed(her: Her) -> None:
    her.page.locator("#reply").fill(TYPED)
    her.page.route("**/back/data/", lambda route: route.abort())
    her.tap_card("data")
    expect(her.page.locator("[data-weak]")).to_be_visible()
    expect(her.page.locator("#reply")).to_have_value(TYPED)
    her.page.unroute("**/back/data/")
    her.tap_card("data")
    her.page.wait_for_url("**/data/")


def test_an_answer_that_was_lost_on_the_way_makes_no_second_message(her: Her, reporter: Reporter) -> None:
    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    her.page.locator("#reply").fill(TYPED)
    her.page.route("**/back/write/", lose)
    her.press("reply")
    expect(her.page.locator("sealed-reply [data-error=network]")).to_be_visible()
    her.page.unroute("**/back/write/")
    her.follow("late")
    goes_home(her)
    expect(her.page.locator("#reply")).to_have_value(TYPED)
    her.press("reply")
    expect(her.page.locator("#reply")).to_have_value("")
    assert reporter.messages().count(TYPED) == 1


def test_after_she_wrote_it_says_when_and_by_when_she_has_a_reply(her: Her) -> None:
    her.write(TYPED)
    expect(her.page.get_by_text("Đã gửi, thứ")).to_be_visible()
    expect(her.page.get_by_text("Sẽ có hồi âm")).to_be_visible()


@pytest.mark.parametrize("page", ["now", "data", "late", "proof", "done"])
def test_loaded_again_a_page_shows_nothing_but_why_it_is_locked(
    her: Her, reporter: Reporter, page: str
) -> None:
    if page != "now":
        her.follow(page)
    her.page.reload()
    expect(her.page.locator(LOCKED)).to_be_visible()
    expect(her.page.locator("[data-locked]:visible")).to_have_attribute("data-locked", "reload")
    assert her.page.locator("main").inner_text().startswith("Trang đã khóa")
    assert "Máy bạn vừa mở" not in her.page.locator("main").inner_text()
    types_the_code(her, reporter.code)
    expect(her.page.locator(LOCKED)).to_be_hidden()
    her.page.wait_for_url(f"**/{page}/")
    expect(her.page.locator("main h1")).to_be_visible()


def test_after_fifteen_minutes_it_says_so_and_what_she_typed_comes_back(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = comes("vi", 360)
    her.page.clock.install()
    her.come_back(reporter.code)
    her.page.locator("#reply").fill(TYPED)
    her.page.clock.fast_forward(15 * 60 * 1000)
    expect(her.page.locator("[data-locked=time]")).to_be_visible()
    expect(her.page.locator("#reply")).to_be_hidden()
    assert ANSWER not in her.page.content()
    her.page.clock.run_for(1000)
    types_the_code(her, reporter.code)
    expect(her.page.locator("#reply")).to_have_value(TYPED)
    expect(her.page.get_by_text(ANSWER)).to_be_visible()


def test_a_code_that_was_opened_in_another_page_locks_this_one(
    her: Her, reporter: Reporter, network: Network
) -> None:
    other = reporter.next_person()
    other.send(now=now())
    second = Her(her.page.context.new_page(), her.root, "vi", her.watch)
    second.come_back(other.code)
    her.page.locator("#reply").fill(TYPED)
    her.tap_card("data")
    expect(her.page.locator("[data-locked=elsewhere]")).to_be_visible()
    assert ANSWER not in her.page.content()
    types_the_code(her, reporter.code)
    expect(her.page.locator("#reply")).to_have_value(TYPED)


def test_another_persons_code_finds_nothing_that_was_typed_before(her: Her, reporter: Reporter) -> None:
    other = reporter.next_person()
    other.send(now=now())
    her.page.locator("#reply").fill(TYPED)
    Visit.objects.for_the_rules().all().delete()
    her.tap_card("data")
    expect(her.page.locator("[data-locked=over]")).to_be_visible()
    types_the_code(her, other.code)
    expect(her.page.locator(LOCKED)).to_be_hidden()
    expect(her.page.locator("#reply")).to_have_value("")
    assert TYPED not in her.page.content()


def test_a_message_after_the_visit_was_closed_elsewhere_is_kept(her: Her, reporter: Reporter) -> None:
    her.page.locator("#reply").fill(TYPED)
    Visit.objects.for_the_rules().all().delete()
    her.press("reply")
    expect(her.page.locator("[data-locked=over]")).to_be_visible()
    types_the_code(her, reporter.code)
    expect(her.page.locator("#reply")).to_have_value(TYPED)
    her.press("reply")
    expect(her.page.locator("#reply")).to_have_value("")
    assert reporter.messages().count(TYPED) == 1


def test_after_the_way_out_nothing_that_was_typed_is_left(her: Her) -> None:
    her.page.locator("#reply").fill(TYPED)
    her.follow("data")
    her.page.route("**/*", lambda route: route.fulfill(body="<p>weather</p>", content_type="text/html"))
    her.page.locator("a[data-leave]").click()
    expect(her.page.get_by_text("weather")).to_be_visible()
    her.page.unroute("**/*")
    her.page.go_back()
    assert TYPED not in her.page.content()


def test_what_she_decided_is_confirmed_with_its_time(her: Her) -> None:
    her.follow("done")
    her.page.locator("form[action$='/done/'] button").click()
    expect(her.page.get_by_text("Đã đóng lúc")).to_be_visible()
    expect(her.page.get_by_text("Bạn đã đóng tin này")).to_be_visible()
    her.tap_card("done")
    her.page.locator("form[action$='/done/'] button").click()
    expect(her.page.get_by_text("Đã mở lại lúc")).to_be_visible()


def test_on_paper_stands_what_was_said_without_the_ways_on(her: Her) -> None:
    her.page.emulate_media(media="print")
    expect(her.page.get_by_text(ANSWER)).to_be_visible()
    expect(her.page.locator(".leave, main nav, main hr, main .button").filter(visible=True)).to_have_count(0)
