"""The desk's half of the client in a real Chromium: unlock, read, answer, make a key, give a desk a new one."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.signed_pages import (
    DAY,
    SmallDesk,
    Told,
    new_small_desk,
    record_json,
    routed,
    sealed_json,
)
from tests.browser.small_server import SmallServer, b64, from_b64url, script_json, serving
from tests.browser.test_client_vectors import WITHOUT_CURVES
from tests.cast.ground import receipt_number
from tincay.core import sealing
from tincay.core.authorship import Said, follow_keys, is_vouched, read_reply, succeed, vouch
from tincay.core.letters import fold
from tincay.core.sealing import Identity, Recipient, Sealed
from tincay.core.statements import Statement, spelled
from tincay.web.strict_json import signed_json

pytestmark = pytest.mark.browser

WORDS = (Path(__file__).resolve().parents[2] / "packs/vn/words.txt").read_text(encoding="utf-8").split()
PASSPHRASE, SALT = "gió sông thu.cayme đồng xanh", b"salt of thu.cayme"  # tests/vectors/stretched.json
PERSON, DESK = sealing.new_key(), new_small_desk("song-tre")
TOLD = Told(receipt_number(1), DESK)
STORY = TOLD.report({"v": 1, "answers": {"need": ["pep"]}, "words": "Chuyện của tôi."})
BEHIND = sealing.stretch_passphrase(PASSPHRASE, SALT)
PERSON_KEY = {
    "salt": SALT.hex(),
    "n": 2**17,
    "r": 8,
    "p": 1,
    "sealed": b64(sealing.wrap(PERSON[0], sealing.recipient_of(BEHIND))),
    "recipient": PERSON[1],
}
TO_DESK = {"sealed": b64(sealing.wrap(DESK.identity, PERSON[1])), "of": DESK.recipient}


def chain(kind: str, told: Told = TOLD) -> list[dict[str, str]]:
    """From the person's key through the desk's to one compartment."""
    wrap = sealing.wrap(told.keys[kind], DESK.recipient)
    return [TO_DESK, {"sealed": b64(wrap), "of": told.recipient(kind)}]


def record(told: Told = TOLD) -> str:
    return record_json(told.desk_record([TO_DESK], chain("thread", told)))


UNLOCK = """
<key-unlock data-config="person-key" hidden><input type="password" data-passphrase aria-label="mật khẩu">
<button type="button" data-go="unlock" disabled>Mở khóa</button>
<button type="button" data-go="lock" data-when-open hidden>Khóa lại</button>
<p data-error="wrong" hidden>Chưa đúng</p><p data-error="weak" hidden>Yếu</p></key-unlock>
"""


def words_page(
    story: list[bytes] = STORY,
    *,
    wraps: list[dict[str, str]] | None = None,
    key: dict[str, object] = PERSON_KEY,
    record: str = record(),
) -> str:
    labels = {"need": {"": "Cần giúp", "pep": "Thuốc PEP"}}
    return (
        script_json("person-key", key)
        + record
        + UNLOCK
        + "<p data-when-forged hidden>Có chỗ bị sửa</p>"
        + script_json("labels", labels)
        + f'<sealed-words data-labels="labels" data-whole hidden>{sealed_json(story, wraps or chain("narrative"))}'
        '<button type="button" data-go="open" disabled>mở</button><div data-words class="words-hidden"></div>'
        '<dl data-answers></dl><p data-error="locked" hidden>Đang khóa</p><p data-error="broken" hidden>Hỏng</p>'
        '<p data-error="forged" hidden>Không có chữ ký</p>'
        '</sealed-words><sealed-reply data-kind="question" data-action="/reply" data-csrf="k" hidden>'
        '<textarea data-name="words" aria-label="trả lời"></textarea><p data-error="locked" hidden>Còn khóa</p>'
        '<p data-error="forged" hidden>Chưa gửi</p><p data-error="signed_out" hidden>Phiên đã hết</p>'
        '<button type="button" data-go="send" disabled>Gửi</button></sealed-reply><a href="/other">khác</a>'
    )


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as found:
        found.add_page("/report", words_page(), script="desk.js")
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
    server.add_page("/weak", words_page(key=PERSON_KEY | {"n": 1024}), script="desk.js")
    quiet.goto(server.root + "/weak")
    unlock(quiet)
    expect(quiet.get_by_text("Yếu")).to_be_visible()


def test_a_swapped_wrap_is_noticed(quiet: Page, server: SmallServer) -> None:
    other = b64(sealing.wrap(sealing.new_key()[0], DESK.recipient))
    swapped = [TO_DESK, {"sealed": other, "of": TOLD.recipient("narrative")}]
    server.add_page("/swapped", words_page(wraps=swapped), script="desk.js")
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
    page = words_page().replace("</key-unlock>", '<p data-error="unsupported" hidden>Bản cũ</p></key-unlock>')
    server.add_page("/old", page, script="desk.js")
    quiet.add_init_script("delete window.SharedWorker; delete window.Worker")
    quiet.goto(server.root + "/old")
    unlock(quiet)
    expect(quiet.get_by_text("Bản cũ")).to_be_visible()


def test_an_answer_is_signed_by_the_desk_and_sealed_to_the_thread(quiet: Page, server: SmallServer) -> None:
    server.answers["/reply"] = lambda _: (201, {"next": "/other"})
    quiet.goto(server.root + "/report")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    quiet.get_by_label("trả lời").fill("Chúng tôi đã đọc.")
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    sent = json.loads(server.posted["/reply"][0])
    assert sent["thread"] == TOLD.recipient("thread")
    padded = sealing.open_sealed(Sealed(base64.b64decode(sent["sealed"])), TOLD.keys["thread"])
    document = json.loads(sealing.unpad(padded))
    said = Said(TOLD.recipient("thread"), sent["key"], "question", 3, (DAY,))
    assert read_reply(document, desk_keys=[DESK.key.signing], shown=said) == "Chúng tôi đã đọc."


def test_while_the_key_is_locked_nothing_is_answered(quiet: Page, server: SmallServer) -> None:
    quiet.goto(server.root + "/report")
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "locked")
    quiet.get_by_label("trả lời").fill("Chúng tôi đã đọc.")
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_text("Còn khóa")).to_be_visible()
    assert "/reply" not in server.posted


# --- what is not hers


FORGED = TOLD.seal({"v": 1, "words": "Lời khác."}, "narrative")


def record_of(**changes: object) -> str:
    return record_json(TOLD.desk_record([TO_DESK], chain("thread")) | changes)


def another_key() -> str:
    """A record as an attacker makes it who knows every public key; only the first leaf still names hers."""
    told = Told(receipt_number(2), DESK, TOLD.keys)
    told.sign("report", {"narrative": [FORGED], "thread": []})
    return record_of(signing=told.signing, statements=told.record["statements"])


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(lambda: words_page([FORGED]), id="changed"),
        pytest.param(lambda: words_page([*STORY, FORGED]), id="one more"),
        pytest.param(lambda: words_page([]), id="gone"),
        pytest.param(lambda: words_page(record=""), id="no record"),
        pytest.param(lambda: words_page(record=record_of(statements=[])), id="no statement"),
        pytest.param(lambda: words_page([FORGED], record=another_key()), id="another key"),
    ],
)
def test_words_that_she_did_not_sign_are_not_shown(
    quiet: Page, server: SmallServer, shown: Callable[[], str]
) -> None:
    server.add_page("/forged", shown(), script="desk.js")
    quiet.goto(server.root + "/forged")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    quiet.get_by_text("mở", exact=True).click()
    expect(quiet.get_by_text("Không có chữ ký")).to_be_visible()
    assert quiet.locator("[data-words]").inner_text() == ""


@pytest.mark.parametrize(
    "record", ["", record_of(statements=[]), another_key()], ids=["none", "empty", "another"]
)
def test_where_her_signatures_are_missing_it_is_said_and_nothing_is_answered(
    quiet: Page, server: SmallServer, record: str
) -> None:
    server.add_page("/forged", words_page(record=record), script="desk.js")
    quiet.goto(server.root + "/forged")
    unlock(quiet)
    expect(quiet.get_by_text("Có chỗ bị sửa")).to_be_visible()
    quiet.get_by_label("trả lời").fill("Chúng tôi đã đọc.")
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_text("Chưa gửi")).to_be_visible()
    assert "/reply" not in server.posted


def test_a_reply_after_the_session_is_over_is_called_that_and_stays(quiet: Page, server: SmallServer) -> None:
    server.answers["/reply"] = lambda _: (302, {})  # to the page for signing in
    quiet.goto(server.root + "/report")
    unlock(quiet)
    expect(quiet.locator("html")).to_have_attribute("data-keyring", "open")
    quiet.get_by_label("trả lời").fill("Chúng tôi đã đọc.")
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_text("Phiên đã hết")).to_be_visible()
    expect(quiet.get_by_label("trả lời")).to_have_value("Chúng tôi đã đọc.")


SETUP = """
<key-setup data-config="key-config" data-action="/keep" data-csrf="k" hidden>
<button type="button" data-go="make" disabled>Tạo</button><ol data-passphrase></ol>
<input data-again aria-label="gõ lại"><button type="button" data-go="keep" disabled>Giữ</button>
<p data-error="mismatch" hidden>Chưa giống</p></key-setup>
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
    expect(quiet.get_by_text("Tạo")).to_be_focused()
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
<p data-error="network" hidden>Đứt</p><p data-error="other" hidden>Khác nữa</p>
<p data-error="unsafe_keys" hidden>Không ai ký</p></desk-rewrap>
"""


def signed_routing() -> dict[str, Any]:
    """The install has signed the desk's first key."""
    told = routed(DESK, default=DESK.code)
    return {name: told[name] for name in ("install", "statement")}


class DeskServer:
    """The server's side of docs/formats/rewrap.md, in memory. Two hold the desk's key: who is here, and a colleague."""

    def __init__(self, records: int) -> None:
        self.records = [sealing.new_key() for _ in range(records)]
        self.old = {
            str(i): b64(sealing.wrap(identity, DESK.recipient))
            for i, (identity, _) in enumerate(self.records)
        }
        self.renewed: dict[str, str | None] = {}
        self.new: dict[str, Any] | None = None
        self.sent: dict[str, Any] = {}
        self.asked: list[str] = []
        self.keys: dict[str, Any] = {
            "routed": signed_routing(),
            "statements": [signed_json(spelled(DESK.key.document), b"")],
        }
        self.present = TO_DESK
        self.colleague = sealing.new_key()
        self.vouched = self.colleague[1]
        self.joined: list[dict[str, Any]] = []
        self.joining: list[dict[str, Any]] = []
        self.break_after = 99

    def answer(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        step: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, said["step"])
        self.asked.append(said["step"])
        self.break_after -= said["step"] == "done"
        return (503, {"error": "busy"}) if self.break_after < 0 else (200, step(said))

    @property
    def left(self) -> int:
        return len(self.old) - len(self.renewed)

    def member(self, number: str, recipient: Recipient, vouched: Recipient) -> dict[str, Any]:
        voucher = vouch(DESK.identity, desk=DESK.code, recipient=vouched)
        return {"id": number, "recipient": recipient, "voucher": signed_json(*voucher)}

    def begin(self, said: dict[str, Any]) -> dict[str, Any]:
        return {
            "desk": DESK.code,
            "keys": self.keys,
            "old": {"wrap": self.present["sealed"], "recipient": self.present["of"]},
            "new": self.new,
            "members": [
                self.member("1", PERSON[1], PERSON[1]),
                self.member("2", self.colleague[1], self.vouched),
            ],
            "left": self.left,
            **({"joining": self.joining} if self.joining else {}),
        }

    def key(self, said: dict[str, Any]) -> dict[str, Any]:
        self.sent = said
        self.new = {"wrap": self.wrap_for("1"), "recipient": said["recipient"]}
        self.keys["statements"].append(said["succession"])
        return {"new": self.new, "left": self.left}

    def wrap_for(self, number: str) -> str:
        return next(str(wrap["sealed"]) for wrap in self.sent["wraps"] if wrap["id"] == number)

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


def statement_of(given: dict[str, str]) -> Statement:
    return Statement(given["document"].encode(), from_b64url(given["signature"]))


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
    desk.old["3"] = b64(sealing.wrap(sealing.new_key()[0], DESK.recipient))
    renew(quiet, server)
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    assert desk.new
    wrap = Sealed(base64.b64decode(desk.wrap_for("2")))
    key = sealing.unwrap(wrap, desk.colleague[0], of=Recipient(desk.new["recipient"]))
    for id, (identity, recipient) in enumerate(desk.records):
        renewed = desk.renewed[str(id)]
        if id == 3:
            assert renewed is None
        else:
            assert renewed
            assert sealing.unwrap(Sealed(base64.b64decode(renewed)), key, of=recipient) == identity


def test_the_old_key_signs_the_new_one_and_the_new_one_vouches_for_its_members(
    quiet: Page, server: SmallServer, desk: DeskServer
) -> None:
    renew(quiet, server)
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    key = SmallDesk(DESK.code, opened_by_me(desk), 2).key
    assert follow_keys(DESK.key, [statement_of(desk.sent["succession"])])[-1] == key
    assert desk.sent["recipient"] == key.recipient
    assert from_b64url(desk.sent["signing"]) == key.signing
    vouchers = {wrap["id"]: statement_of(wrap["voucher"]) for wrap in desk.sent["wraps"]}
    assert is_vouched(key, PERSON[1], vouchers["1"])
    assert is_vouched(key, desk.colleague[1], vouchers["2"])


def opened_by_me(desk: DeskServer) -> Identity:
    wrap = Sealed(base64.b64decode(desk.wrap_for("1")))
    return sealing.unwrap(wrap, PERSON[0], of=Recipient(desk.sent["recipient"]))


def test_who_stands_in_the_roster_with_a_key_that_the_desk_never_saw_gets_none(
    quiet: Page, server: SmallServer, desk: DeskServer
) -> None:
    desk.vouched = sealing.new_key()[1]
    renew(quiet, server)
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    assert [wrap["id"] for wrap in desk.sent["wraps"]] == ["1"]


def planted(key: SmallDesk) -> dict[str, str]:
    """A key of somebody's own, sealed to her as a desk's key is: all it takes is her public key."""
    return {"sealed": b64(sealing.wrap(key.identity, PERSON[1])), "of": key.recipient}


def his_new_key(desk: DeskServer, signer: Identity | None = None) -> None:
    """A renewal that seems to run: to a key that the desk's did not sign, whoever did."""
    his = SmallDesk(DESK.code, sealing.new_key()[0], 2)
    desk.new = {"wrap": planted(his)["sealed"], "recipient": his.recipient}
    desk.keys["statements"] += [signed_json(*succeed(signer, his.key))] if signer else []


def signed_by_itself(desk: DeskServer) -> None:
    his_new_key(desk, sealing.new_key()[0])


def another_present_key(desk: DeskServer) -> None:
    desk.present = planted(new_small_desk(DESK.code))


def another_key_before(desk: DeskServer) -> None:
    """The true key seems to be the new one."""
    desk.new = {"wrap": TO_DESK["sealed"], "recipient": DESK.recipient}
    another_present_key(desk)


def another_first_key(desk: DeskServer) -> None:
    """In every row, and where the install's statement names the true one."""
    his = new_small_desk(DESK.code)
    desk.present = planted(his)
    desk.keys["statements"] = [signed_json(spelled(his.key.document), b"")]


def his_new_key_before_the_install_signed(desk: DeskServer) -> None:
    desk.keys["routed"] = None
    his_new_key(desk, sealing.new_key()[0])


@pytest.mark.parametrize(
    "lie",
    [
        his_new_key,
        signed_by_itself,
        another_present_key,
        another_key_before,
        another_first_key,
        his_new_key_before_the_install_signed,
    ],
)
@pytest.mark.parametrize("joining", [False, True], ids=["renewal", "joining"])
def test_nothing_is_wrapped_to_a_key_that_the_desks_own_did_not_sign(
    quiet: Page, server: SmallServer, desk: DeskServer, lie: Callable[[DeskServer], None], joining: bool
) -> None:
    lie(desk)
    desk.joining = [{"id": "3", "recipient": sealing.new_key()[1]}] if joining else []
    renew(quiet, server)
    expect(quiet.get_by_text("Không ai ký")).to_be_visible()
    assert desk.asked == ["begin"]
    assert not desk.sent
    assert not desk.renewed


def test_a_renewal_that_a_colleague_began_is_taken_up(
    quiet: Page, server: SmallServer, desk: DeskServer
) -> None:
    fresh = DESK.renewed()
    desk.new = {"wrap": planted(fresh)["sealed"], "recipient": fresh.recipient}
    desk.keys["statements"].append(signed_json(*succeed(DESK.identity, fresh.key)))
    renew(quiet, server)
    expect(quiet.get_by_role("heading", name="Khác")).to_be_visible()
    assert "key" not in desk.asked
    for id, (identity, recipient) in enumerate(desk.records):
        sealed = Sealed(base64.b64decode(desk.renewed[str(id)] or ""))
        assert sealing.unwrap(sealed, fresh.identity, of=recipient) == identity


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
