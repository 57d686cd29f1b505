"""After the lock nothing on a staff page says what was read: no text, attribute, field, title or storage."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helper_at_desk import AtDesk
from tests.browser.test_client_desk import HAND_WOUND, PASS
from tests.cast import Helper, Reporter, again, give_second_factor
from tincay.reports.models import Report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORY, DRAFT, WRITTEN = "ZYXQ-MƯA sau chợ", "QZVD hẹn ở nhà tôi", "QZVW em đang chờ"
HARM, WARNING, CODE = "Bị hiếp dâm", "Bạo lực tình dục", "rape"
IDLE_MS = 10 * 60_000
DUMP = """() => {
  const parts = [document.title, location.href, document.cookie, document.body.innerText];
  const texts = document.createTreeWalker(document, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
  while (texts.nextNode()) {
    // What every report's page carries alike: choices, and the words of all answers.
    const { data, parentNode } = texts.currentNode;
    if (!["SCRIPT", "STYLE", "OPTION"].includes(parentNode.nodeName)) parts.push(data);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) parts.push(`${name}=${value}`);
    if (element.matches("input,textarea,select,output")) parts.push(element.value);
  }
  parts.push(JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
  return parts.join("\\n");
}"""
"""Everything that can be read off a page, shown or hidden."""
SLOW = """
const post = self.postMessage.bind(self);
const late = [];
let holding = false;
self.postMessage = (message) => (holding && message.answer ? late.push(message) : post(message));
const way = new BroadcastChannel("way");
way.onmessage = ({ data }) => {
  holding = data === "hold" || (holding && data !== "let go");
  if (!holding) for (const message of late.splice(0)) post(message);
  way.postMessage(late.length);
};
"""
"""Before a worker's own script: its answers wait until they are let go."""
SAY = """word => new Promise((resolve) => {
  const way = new BroadcastChannel("way");
  way.onmessage = ({ data }) => resolve(data);
  way.postMessage(word);
})"""


def planted_in(page: Page) -> list[str]:
    dump = page.evaluate(DUMP)
    return [words for words in (STORY, DRAFT, WRITTEN, HARM, WARNING, CODE) if words in dump]


def lock_by_press(desk: AtDesk) -> None:
    desk.press("lock")


def lock_by_time(desk: AtDesk) -> None:
    assert desk.page.evaluate(PASS, IDLE_MS) == 1


LOCKS = pytest.mark.parametrize("lock", [lock_by_press, lock_by_time])


def is_locked(desk: AtDesk) -> None:
    expect(desk.page.locator("html")).to_have_attribute("data-keyring", "locked")


@pytest.fixture
def desk(sits_down: Callable[..., AtDesk], helper: Helper) -> AtDesk:
    """Unlocked, with a worker whose ten minutes a test can let pass: no other clock reaches it."""
    desk = sits_down()
    script = desk.page.request.get(f"{desk.root}/static/client/keyring.js").text()
    desk.page.context.route(
        "**/keyring.js",
        lambda route: route.fulfill(body=HAND_WOUND + SLOW + script, content_type="text/javascript"),
    )
    desk.page.add_init_script("delete window.SharedWorker")
    give_second_factor(helper)
    desk.sign_in(helper)
    desk.unlock(helper.passphrase)
    desk.is_open()
    return desk


@pytest.fixture
def report(helper: Helper, reporter: Reporter) -> Report:
    report = reporter.send(
        words=STORY,
        answers={"need": ["medical"], "harms": [CODE], "report_kind": ["incident_report"]},
        grants=[reporter.grant("store_sealed"), reporter.grant("count_statistics")],
    )
    helper.bring(report, "verified")
    reporter.write(WRITTEN)
    return again(report)


def open_it(desk: AtDesk, report: Report) -> None:
    desk.page.get_by_role("link", name=report.code_name).click()
    desk.press("open")
    expect(desk.page.get_by_text(STORY)).to_be_visible()
    expect(desk.page.get_by_text(WRITTEN)).to_be_visible()
    expect(desk.page.locator("[data-why]")).to_contain_text(HARM)
    expect(desk.page.locator("[data-warning-list]")).to_contain_text(WARNING)


@LOCKS
def test_the_page_of_a_report_says_nothing_after_the_lock_and_keeps_the_letter_that_was_begun(
    report: Report, desk: AtDesk, helper: Helper, lock: Callable[[AtDesk], None]
) -> None:
    page = desk.page
    open_it(desk, report)
    page.get_by_text("Viết lời nhắn", exact=True).click()
    letter = page.get_by_label("Lời nhắn của người hỗ trợ")
    letter.fill(DRAFT)
    assert {*planted_in(page)} == {STORY, DRAFT, WRITTEN, HARM, WARNING, CODE}
    chosen = page.locator("[name=classification]")
    expect(chosen).not_to_have_value("")

    lock(desk)
    is_locked(desk)
    assert planted_in(page) == []
    expect(chosen).to_have_value("")
    expect(page.locator("[name=count]")).to_have_value("")
    expect(page.locator("#steps")).to_be_hidden()
    letter.evaluate("area => { area.focus(); document.execCommand('undo'); }")
    assert planted_in(page) == []

    desk.unlock(helper.passphrase)
    expect(letter).to_have_value(DRAFT)
    expect(page.get_by_text(STORY)).to_be_visible()
    expect(page.locator("[data-why]")).to_contain_text(HARM)
    expect(chosen).not_to_have_value("")


@LOCKS
def test_a_letter_that_was_put_aside_by_the_lock_is_sent_once(
    report: Report, desk: AtDesk, helper: Helper, reporter: Reporter, lock: Callable[[AtDesk], None]
) -> None:
    open_it(desk, report)
    desk.page.get_by_text("Viết lời nhắn", exact=True).click()
    desk.page.get_by_label("Lời nhắn của người hỗ trợ").fill(DRAFT)
    lock(desk)
    is_locked(desk)
    desk.unlock(helper.passphrase)
    expect(desk.page.get_by_label("Lời nhắn của người hỗ trợ")).to_have_value(DRAFT)
    desk.page.get_by_role("button", name="Gửi lời nhắn").click()
    expect(desk.page.get_by_text("Đã gửi lời nhắn.")).to_be_visible()
    assert reporter.messages() == [WRITTEN, DRAFT]


@LOCKS
@pytest.mark.parametrize("path", ["/desk/today/", "/desk/held/", "/desk/key/"])
def test_no_other_page_says_anything_after_the_lock(
    report: Report, desk: AtDesk, reporter: Reporter, lock: Callable[[AtDesk], None], path: str
) -> None:
    page = desk.page
    apart = reporter.next_person().send(words=STORY, answers={"harms": [CODE]}, held=True)
    page.locator('a[href="/desk/today/"]').first.click()
    page.locator(f'a[href="{path}"]').first.click()
    if path == "/desk/held/":
        expect(page.get_by_text(apart.code_name).locator("visible=true").first).to_be_visible()
    if path == "/desk/today/":
        expect(page.locator(".queue [data-warning]")).to_contain_text(WARNING)
    if path == "/desk/key/":
        expect(page.locator("key-fingerprint li")).not_to_have_count(0)
    lock(desk)
    is_locked(desk)
    assert planted_in(page) == []
    expect(page.locator("key-fingerprint li")).to_have_count(0)


def test_what_was_opened_before_the_lock_and_arrives_after_it_is_not_shown(
    report: Report, desk: AtDesk
) -> None:
    open_it(desk, report)
    page = desk.page
    page.evaluate(SAY, "hold")
    page.evaluate("document.dispatchEvent(new CustomEvent('keyring'))")  # everything is opened anew
    page.wait_for_function(f"async () => (await ({SAY})('how many')) > 2")
    desk.press("lock")
    is_locked(desk)
    page.evaluate(SAY, "let go")
    # Behind them on the same way: when this is answered they have arrived.
    desk.unlock("không phải cụm từ này")
    expect(desk.said("wrong")).to_be_visible()
    assert planted_in(page) == []
