"""The desk's half of the client in a real Chromium: unlock, read, answer, make a key, give a desk a new one."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.small_server import SmallServer, b64, from_b64url, script_json, serving
from tests.browser.test_client_vectors import WITHOUT_CURVES
from tincay.core import sealing
from tincay.core.letters import fold
from tincay.core.sealing import Identity, Recipient, Sealed

pytestmark = pytest.mark.browser

WORDS = (Path(__file__).resolve().parents[2] / "packs/vn/words.txt").read_text(encoding="utf-8").split()
PASSPHRASE, SALT = "gió sông lúa tre mưa nắng", bytes(range(16))
PERSON, DESK, RECORD = sealing.new_key(), sealing.new_key(), sealing.new_key()
BEHIND = sealing.stretch_passphrase(PASSPHRASE, SALT)
PERSON_KEY = {
    "salt": SALT.hex(),
    "n": 2**17,
    "r": 8,
    "p": 1,
    "sealed": b64(sealing.wrap(PERSON[0], sealing.recipient_of(BEHIND))),
    "recipient": PERSON[1],
}
CHAIN = [
    {"sealed": b64(sealing.wrap(DESK[0], PERSON[1])), "of": DESK[1]},
    {"sealed": b64(sealing.wrap(RECORD[0], DESK[1])), "of": RECORD[1]},
]
UNLOCK = """
<key-unlock data-config="person-key" hidden><input type="password" data-passphrase aria-label="mật khẩu">
<button type="button" data-go="unlock" disabled>Mở khóa</button>
<button type="button" data-go="lock" data-when-open hidden>Khóa lại</button>
<p data-error="wrong" hidden>Chưa đúng</p><p data-error="weak" hidden>Yếu</p></key-unlock>
"""


def words_page(
    text: bytes, *, chain: list[dict[str, str]] = CHAIN, key: dict[str, object] = PERSON_KEY
) -> str:
    value = json.dumps({"wraps": chain, "sealed": [b64(text)]})
    labels = {"need": {"": "Cần giúp", "pep": "Thuốc PEP"}}
    return (
        script_json("person-key", key)
        + UNLOCK
        + script_json("labels", labels)
        + f'<sealed-words data-labels="labels" hidden><script type="application/json">{value}</script>'
        '<button type="button" data-go="open" disabled>mở</button><div data-words class="words-hidden"></div>'
        '<dl data-answers></dl><p data-error="locked" hidden>Đang khóa</p><p data-error="broken" hidden>Hỏng</p>'
        f'</sealed-words><sealed-reply data-recipient="{RECORD[1]}" data-action="/reply" data-csrf="k" hidden>'
        '<textarea data-name="words" aria-label="trả lời"></textarea>'
        '<button type="button" data-go="send" disabled>Gửi</button></sealed-reply><a href="/other">khác</a>'
    )


def document() -> bytes:
    told = {"v": 1, "answers": {"need": ["pep"]}, "words": "Chuyện của tôi."}
    return sealing.seal(sealing.pad(json.dumps(told).encode()), RECORD[1])


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as found:
        found.add_page("/report", words_page(document()), script="desk.js")
        found.add_page(
            "/other", script_json("person-key", PERSON_KEY) + UNLOCK + "<h1>Khác</h1>", script="desk.js"
        )
        yield found


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page that must not complain: neither an error nor something that the security policy stopped."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console", lambda message: said.append(message.text) if "Content Security" in message.text else None
    )
    yield page
    assert said == []


def unlock(page: Page, passphrase: str = PASSPHRASE) -> None:
    page.get_by_label("mật khẩu").fill(passphrase)
    page.get_by_text("Mở khóa").click()


def test_words_open_only_after_the_passphrase_and_a_press(quiet: Page, server: SmallServer) -> None:
    quiet.goto(server.root + "/report")
    quiet.get_by_text("mở", exact=True).click()
    expect(quiet.get_by_text("Đang khóa")).to_be_visible()
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    assert quiet.locator("[data-words]").inner_text() == ""
    quiet.get_by_text("mở", exact=True).click()
    expect(quiet.locator("[data-words] p")).to_have_text("Chuyện của tôi.")
    expect(quiet.locator("dt")).to_have_text("Cần giúp")
    expect(quiet.locator("dd")).to_have_text("Thuốc PEP")
    assert "/reply" not in server.posted


def test_locking_takes_the_words_off_the_page(quiet: Page, server: SmallServer) -> None:
    quiet.goto(server.root + "/report")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    quiet.get_by_text("mở", exact=True).click()
    expect(quiet.locator("[data-words] p")).to_be_visible()
    quiet.get_by_text("Khóa lại").click()
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "locked")
    assert quiet.locator("[data-words] p").count() == 0


def test_a_wrong_passphrase_opens_nothing(quiet: Page, server: SmallServer) -> None:
    quiet.goto(server.root + "/report")
    unlock(quiet, "gió sông")
    expect(quiet.get_by_text("Chưa đúng")).to_be_visible()
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "locked")


def test_a_page_that_asks_for_a_weak_stretch_is_refused(quiet: Page, server: SmallServer) -> None:
    server.add_page("/weak", words_page(document(), key=PERSON_KEY | {"n": 1024}), script="desk.js")
    quiet.goto(server.root + "/weak")
    unlock(quiet)
    expect(quiet.get_by_text("Yếu")).to_be_visible()


def test_a_swapped_wrap_is_noticed(quiet: Page, server: SmallServer) -> None:
    swapped = [CHAIN[0], {"sealed": b64(sealing.wrap(sealing.new_key()[0], DESK[1])), "of": RECORD[1]}]
    server.add_page("/swapped", words_page(document(), chain=swapped), script="desk.js")
    quiet.goto(server.root + "/swapped")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    quiet.get_by_text("mở", exact=True).click()
    expect(quiet.get_by_text("Hỏng")).to_be_visible()


def test_the_key_outlives_a_click_and_is_in_no_storage(quiet: Page, server: SmallServer) -> None:
    quiet.goto(server.root + "/report")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    quiet.get_by_text("khác").click()
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    stored = quiet.evaluate(
        "(async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,"
        " await indexedDB.databases(), await caches.keys()]))()"
    )
    assert json.loads(stored) == [{}, {}, "", [], []]


def test_a_second_tab_shares_the_key_and_the_lock(quiet: Page, server: SmallServer) -> None:
    quiet.goto(server.root + "/report")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    second = quiet.context.new_page()
    second.goto(server.root + "/report")
    expect(second.locator("html")).to_have_attribute("data-keyring", "open")
    second.get_by_text("Khóa lại").click()
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "locked")


HAND_WOUND = """
const waiting = new Map();
const minute = 60_000;
const [set, clear] = [self.setTimeout.bind(self), self.clearTimeout.bind(self)];
self.setTimeout = (call, ms) => {
  if (ms < minute) return set(call, ms);
  waiting.set(call, ms);
  return call;
};
self.clearTimeout = (id) => (waiting.delete(id) ? undefined : clear(id));
const hands = new BroadcastChannel("hands");
hands.onmessage = ({ data }) => {
  const due = [...waiting].filter(([, ms]) => ms <= data).map(([call]) => call);
  for (const call of due) call();
  hands.postMessage(due.length);
};
"""
"""Before a worker's own script: its long waits end when somebody says on the channel how much time has passed."""
PASS = """ms => new Promise((resolve) => {
  const hands = new BroadcastChannel("hands");
  hands.onmessage = ({ data }) => resolve(data);
  hands.postMessage(ms);
})"""
"""Let so many milliseconds pass in the worker; how many of its waits that ended."""


def test_ten_idle_minutes_lock(quiet: Page, server: SmallServer) -> None:
    # Playwright's clock does not reach workers: the page's own Worker is given hands to turn.
    script = quiet.request.get(f"{server.root}/client/keyring.js").text()
    quiet.context.route(
        "**/keyring.js",
        lambda route: route.fulfill(body=HAND_WOUND + script, content_type="text/javascript"),
    )
    quiet.add_init_script("delete window.SharedWorker")
    quiet.goto(server.root + "/report")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    assert quiet.evaluate(PASS, 10 * 60_000 - 1) == 0
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    assert quiet.evaluate(PASS, 10 * 60_000) == 1
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "locked")


def test_a_worker_without_these_curves_loads_them_too(quiet: Page, server: SmallServer) -> None:
    script = quiet.request.get(f"{server.root}/client/keyring.js").text()
    quiet.context.route(
        "**/keyring.js",
        lambda route: route.fulfill(body=WITHOUT_CURVES + script, content_type="text/javascript"),
    )
    quiet.add_init_script("delete window.SharedWorker")
    quiet.goto(server.root + "/report")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    assert "/client/curves.js" in server.asked


def test_a_browser_without_workers_says_so(quiet: Page, server: SmallServer) -> None:
    page = words_page(document()).replace(
        "</key-unlock>", '<p data-error="unsupported" hidden>Bản cũ</p></key-unlock>'
    )
    server.add_page("/old", page, script="desk.js")
    quiet.add_init_script("delete window.SharedWorker; delete window.Worker")
    quiet.goto(server.root + "/old")
    unlock(quiet)
    expect(quiet.get_by_text("Bản cũ")).to_be_visible()


def test_an_answer_is_sealed_to_the_thread(quiet: Page, server: SmallServer) -> None:
    server.answers["/reply"] = lambda _: (201, {"next": "/other"})
    quiet.goto(server.root + "/report")
    quiet.get_by_label("trả lời").fill("Chúng tôi đã đọc.")
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    padded = sealing.open_sealed(
        Sealed(base64.b64decode(json.loads(server.posted["/reply"][0])["sealed"])), RECORD[0]
    )
    assert json.loads(sealing.unpad(padded)) == {"v": 1, "words": "Chúng tôi đã đọc."}


SETUP = """
<key-setup data-config="key-config" data-action="/keep" data-csrf="k" hidden>
<button type="button" data-go="make" disabled>Tạo</button><ol data-passphrase></ol>
<input data-again aria-label="gõ lại"><button type="button" data-go="keep" disabled>Giữ</button>
<p data-error="again" hidden>Chưa giống</p></key-setup>
"""


def test_a_key_is_made_in_the_browser_and_its_passphrase_is_asked_for_again(
    quiet: Page, server: SmallServer
) -> None:
    server.add_page(
        "/setup", script_json("key-config", {"words": "/client/words-vn.txt"}) + SETUP, script="desk.js"
    )
    server.answers["/keep"] = lambda _: (201, {"next": "/other"})
    quiet.goto(server.root + "/setup")
    quiet.get_by_text("Tạo").click()
    expect(quiet.locator("[data-passphrase] li")).to_have_count(6)
    passphrase = " ".join(quiet.locator("[data-passphrase] li").all_inner_texts())
    quiet.get_by_label("gõ lại").fill("gió")
    quiet.get_by_text("Giữ").click()
    expect(quiet.get_by_text("Chưa giống")).to_be_visible()
    quiet.get_by_label("gõ lại").fill(fold(passphrase).upper() + " ")
    quiet.get_by_text("Giữ").click()
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    sent = server.posted["/keep"][0]
    assert set(passphrase.split()) <= set(WORDS)
    assert passphrase.encode() not in sent
    kept = json.loads(sent)
    behind = sealing.stretch_passphrase(
        passphrase, from_b64url(kept["salt"]), n=kept["n"], r=kept["r"], p=kept["p"]
    )
    sealing.unwrap(Sealed(base64.b64decode(kept["sealed"])), behind, of=Recipient(kept["recipient"]))


# --- a desk gets a new key

REWRAP = """
<desk-rewrap data-action="/rewrap" data-csrf="k" hidden><button type="button" data-go="start" disabled>Đổi khóa</button>
<progress data-progress></progress><p data-done hidden>Xong</p><p data-error="locked" hidden>Khóa</p>
<p data-error="network" hidden>Đứt</p><p data-error="other" hidden>Khác nữa</p></desk-rewrap>
"""


class DeskServer:
    """The server's side of docs/formats/rewrap.md, in memory."""

    def __init__(self, records: int) -> None:
        self.records = [sealing.new_key() for _ in range(records)]
        self.old = {
            str(i): b64(sealing.wrap(identity, DESK[1])) for i, (identity, _) in enumerate(self.records)
        }
        self.renewed: dict[str, str | None] = {}
        self.new: dict[str, Any] | None = None
        self.member = sealing.new_key()
        self.joined: list[dict[str, str]] = []
        self.joining = False
        self.break_after = 99

    def answer(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        step: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, said["step"])
        self.break_after -= said["step"] == "done"
        return (503, {"error": "busy"}) if self.break_after < 0 else (200, step(said))

    @property
    def left(self) -> int:
        return len(self.old) - len(self.renewed)

    def begin(self, said: dict[str, Any]) -> dict[str, Any]:
        old = {"wrap": CHAIN[0]["sealed"], "recipient": DESK[1]}
        members = [{"id": "1", "recipient": PERSON[1]}, {"id": "2", "recipient": self.member[1]}]
        joining = {"joining": members[1:]} if self.joining else {}
        return {"old": old, "new": self.new, "members": members, "left": self.left, **joining}

    def key(self, said: dict[str, Any]) -> dict[str, Any]:
        mine = next(wrap["sealed"] for wrap in said["wraps"] if wrap["id"] == "1")
        self.shared = next(wrap["sealed"] for wrap in said["wraps"] if wrap["id"] == "2")
        self.new = {"wrap": mine, "recipient": said["recipient"]}
        return {"new": self.new, "left": self.left}

    def more(self, said: dict[str, Any]) -> dict[str, Any]:
        waiting = [id for id in self.old if id not in self.renewed][:2]
        return {
            "wraps": [{"id": id, "sealed": self.old[id], "of": self.records[int(id)][1]} for id in waiting],
            "left": self.left,
        }

    def done(self, said: dict[str, Any]) -> dict[str, Any]:
        assert self.new
        assert said["recipient"] == self.new["recipient"]
        self.renewed |= {wrap["id"]: wrap["sealed"] for wrap in said["wraps"]}
        return {"left": self.left}

    def finish(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"next": "/other"}

    def join(self, said: dict[str, Any]) -> dict[str, Any]:
        self.joined = said["wraps"]
        return {"next": "/other"}


@pytest.fixture
def desk(server: SmallServer) -> DeskServer:
    found = DeskServer(5)
    server.add_page("/desk", script_json("person-key", PERSON_KEY) + UNLOCK + REWRAP, script="desk.js")
    server.answers["/rewrap"] = found.answer
    return found


def renew(page: Page, server: SmallServer) -> None:
    page.goto(server.root + "/desk")
    expect(page.locator("html")).to_have_attribute("data-keyring", "locked")
    unlock(page)
    expect(page.locator("html")).to_have_attribute("data-keyring", "open")
    page.get_by_text("Đổi khóa").click()


def test_every_record_opens_with_the_new_desk_key_for_those_who_stay(
    quiet: Page, server: SmallServer, desk: DeskServer
) -> None:
    desk.old["3"] = b64(sealing.wrap(sealing.new_key()[0], DESK[1]))
    renew(quiet, server)
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    assert desk.new
    key = sealing.unwrap(
        Sealed(base64.b64decode(desk.shared)), desk.member[0], of=Recipient(desk.new["recipient"])
    )
    for id, (identity, recipient) in enumerate(desk.records):
        renewed = desk.renewed[str(id)]
        if id == 3:
            assert renewed is None
        else:
            assert renewed
            assert sealing.unwrap(Sealed(base64.b64decode(renewed)), key, of=recipient) == identity


def test_a_break_is_taken_up_where_it_was(quiet: Page, server: SmallServer, desk: DeskServer) -> None:
    desk.break_after = 1
    renew(quiet, server)
    expect(quiet.get_by_text("Khác nữa")).to_be_visible()
    first = desk.new
    desk.break_after = 99
    quiet.get_by_text("Đổi khóa").click()
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    assert desk.new == first
    assert desk.left == 0


def test_a_new_member_gets_the_old_desk_key(quiet: Page, server: SmallServer, desk: DeskServer) -> None:
    desk.joining = True
    renew(quiet, server)
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    wrap = Sealed(base64.b64decode(desk.joined[0]["sealed"]))
    assert sealing.unwrap(wrap, desk.member[0], of=DESK[1]) == Identity(DESK[0])
    assert desk.new is None
