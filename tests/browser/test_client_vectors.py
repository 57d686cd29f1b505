"""The built client, in a real Chromium, against the Python core: what one side closes the other opens."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Page, expect

from tests.browser.chromium import LAUNCH
from tests.browser.signed_pages import (
    Told,
    new_small_desk,
    record_json,
    routed,
    sealed_json,
)
from tests.browser.small_server import Answer, SmallServer, b64, from_b64url, script_json, serving
from tincay.core import receipts, sealing
from tincay.core.authorship import Forged, her_words
from tincay.core.consent import Grant, grant_document
from tincay.core.sealing import Identity, Recipient, Sealed
from tincay.core.statements import Kind, Statement, make_statement, read_statement
from tincay.reports.envelope import LONGEST_STORY
from tincay.web.packs import things, things_for_script
from tincay.web.strict_json import signed_json

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/vectors/sealing.json").read_text(encoding="utf-8"))
RECEIPT = VECTORS["receipts"][0]
SALT = base64.b64decode(RECEIPT["salt"])
STRETCHED = sealing.Stretched(
    base64.b64decode(RECEIPT["locator"]),
    Identity(RECEIPT["identity"]),
    base64.b64decode(RECEIPT["signing_seed"]),
)
TICKET = "ve-chua-dung"
_four = re.compile(r"^\d{4}$")
PLANTED = "ZYXQ-MƯA chiều trên bến"

DESK, CASE = new_small_desk("song-tre"), new_small_desk("chung")
PLACE: dict[str, Any] = {"default": "chung", "case": "chung", "provinces": {"vn01": "song-tre"}}


def configuration(**changes: object) -> dict[str, object]:
    told = {
        "salt": SALT.hex(),
        "things": things_for_script("vi"),
        "routed": routed(DESK, CASE, **PLACE),
        "officials": [],
        "day": "2026-06-30",
        "text_version": "2026-06",
        "limits": {"envelope": 1_572_864},
    }
    return told | changes


def given(**changes: object) -> str:
    """What the page gives the script, and the one thing in it that differs for each visitor."""
    work = {"nonce": "1.8.thu", "bits": 8}
    return script_json("sealing", configuration(**changes)) + script_json("proof-of-work", work)


FORM = """
<sealed-form data-config="sealing" data-kind="incident_report" data-action="/send" hidden>
<p data-left data-many="Còn {n} câu" data-last="Câu cuối"></p>
<section data-step="before"><h1>Trước hết</h1></section>
<fieldset data-step="need" data-needed><legend>Cần gì</legend><p data-missing hidden>Chọn một điều nhé</p>
<label><input type="checkbox" data-name="need" value="pep">PEP</label>
<label><input type="checkbox" data-name="need" value="shelter">Chỗ ở</label></fieldset>
<fieldset data-step="danger"><legend>Nguy hiểm</legend>
<label><input type="radio" data-name="danger" value="now">Có</label>
<label><input type="radio" data-name="danger" value="no">Không</label>
<p data-when="danger=now" hidden>Gọi 113</p><p data-when="danger=no" data-stop hidden>Dừng</p></fieldset>
<fieldset data-step="words"><legend>Lời</legend><textarea data-name="words" aria-label="lời"></textarea>
<input data-name="name" aria-label="tên">
<select data-name="place"><option value=""><option value="vn01">Sông Tre</select>
<label><input type="checkbox" data-name="consents" value="count_statistics">đếm</label></fieldset>
<fieldset data-step="review"><legend>Xem</legend><ol data-receipt-digits></ol>
<p data-team="song-tre" hidden>Đến Sông Tre</p><p data-team="chung" hidden>Đến nhóm chung</p></fieldset>
<div data-step="receipt" hidden><h1>Mã</h1><ol data-receipt-digits></ol><ol data-receipt-things></ol>
<b data-receipt-look></b><i data-receipt-name></i><pre data-receipt-promise></pre>
<input data-retype aria-label="nhóm cuối"><button type="button" data-go="retype" disabled>Thử</button>
<p data-retype-good hidden>Đúng</p><p data-retype-again hidden>Xem lại</p></div>
<p data-busy hidden>Đang gửi</p>
<p data-error="network" hidden>Mất mạng</p><p data-error="full" hidden>Hết chỗ</p>
<p data-error="too_long" hidden>Dài quá {n}</p><p data-error="stale_desk" hidden>Nhóm vừa đổi</p>
<p data-error="unsupported" hidden>Máy cũ</p><p data-error="other" hidden>Chưa được</p>
<p data-error="unsafe_keys" hidden>Chưa chắc ai nhận</p>
<button type="button" data-go="back" disabled>Lùi</button><button type="button" data-go="next" disabled>Tiếp</button>
<button type="button" data-go="send" disabled>Gửi</button>
</sealed-form>
"""
KEPT = {
    "promise": "lời hứa",
    "code_name": "Sóng 47",
    "first_look": "chậm nhất thứ Tư",
    "origin": "so.example",
}


def in_turn(*answers: Answer) -> Callable[[dict[str, Any]], Answer]:
    left = list(answers)
    return lambda _: left.pop(0)


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as found:
        found.add_page("/weather", "<h1>Thời tiết</h1>")
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


def fill_form(page: Page, server: SmallServer, **changes: object) -> None:
    server.add_page("/tell", given(**changes) + FORM, script="tell.js")
    page.goto(server.root + "/tell")
    page.get_by_text("Tiếp").click()
    page.get_by_label("PEP").check()
    page.get_by_text("Tiếp").click()
    page.get_by_label("Có").check()
    expect(page.get_by_text("Gọi 113")).to_be_visible()
    page.get_by_text("Tiếp").click()
    page.get_by_label("lời").fill(PLANTED)
    page.get_by_label("tên").fill("Mây")
    page.locator("select").select_option("vn01")
    page.get_by_label("đếm").check()
    page.get_by_text("Tiếp").click()


def key_of(envelope: dict[str, Any], kind: str, identity: Identity, wrap: int) -> Identity:
    compartment = envelope["compartments"][kind]
    sealed = Sealed(base64.b64decode(compartment["wraps"][wrap]["sealed"]))
    return sealing.unwrap(sealed, identity, of=Recipient(compartment["recipient"]))


def opened(envelope: dict[str, Any], kind: str, identity: Identity, wrap: int) -> dict[str, Any]:
    key = key_of(envelope, kind, identity, wrap)
    [written] = envelope["compartments"][kind]["sealed"]
    blob = base64.b64decode(written)
    sealing.check_envelope(blob, limit=5000)
    found: dict[str, Any] = json.loads(sealing.unpad(sealing.open_sealed(Sealed(blob), key)))
    return found


def statement_of(given: dict[str, str]) -> Statement:
    return Statement(given["document"].encode(), from_b64url(given["signature"]))


def test_what_the_phone_seals_opens_for_the_desk_and_for_the_receipt(
    quiet: Page, server: SmallServer
) -> None:
    server.answers["/send"] = lambda _: (201, KEPT)
    fill_form(quiet, server)
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.locator("[data-step=receipt] [data-receipt-digits] li").nth(5)).to_have_text(_four)
    code = "".join(quiet.locator("[data-step=receipt] [data-receipt-digits] li").all_inner_texts())
    shown = quiet.locator("[data-receipt-things]").inner_text()
    assert receipts.normalise(shown, things()) == code
    assert all(thing.vi in shown and thing.picture in shown for thing in receipts.to_things(code, things()))
    assert quiet.locator("[data-receipt-promise]").inner_text() == "lời hứa"

    sent = server.posted["/send"][0]
    assert PLANTED.encode() not in sent
    assert code.encode() not in sent
    envelope = json.loads(sent)
    stretched = sealing.stretch_receipt(code, SALT)
    assert from_b64url(envelope["receipt"]["locator"]) == stretched.locator
    assert envelope["receipt"]["recipient"] == sealing.recipient_of(stretched.identity)
    assert (envelope["desk"], envelope["priority"], envelope["kind_group"]) == (
        "song-tre",
        "p0",
        "substantive",
    )
    told = {
        "v": 1,
        "answers": {"kind": ["incident_report"], "need": ["pep"], "danger": ["now"], "place": ["vn01"]},
        "words": PLANTED,
    }
    assert opened(envelope, "narrative", DESK.identity, 0) == told
    assert opened(envelope, "narrative", stretched.identity, 1) == told
    assert opened(envelope, "contact", DESK.identity, 0)["fields"] == {"name": "Mây"}
    assert envelope["compartments"]["identity"]["sealed"] == []
    key_of(envelope, "identity", CASE.identity, 0)
    with pytest.raises(sealing.CannotOpen):
        key_of(envelope, "identity", DESK.identity, 0)
    signing = from_b64url(envelope["receipt"]["signing"])
    assert signing == sealing.signing_public(stretched.signing_seed)
    assert read_statement(signing, Kind.GRANT, statement_of(envelope["grants"][0]))["n"] == 1
    words = her_words(signing, [statement_of(envelope["words"])])
    assert words.desk_keys(words.recipient("thread")) == {DESK.key.signing}
    for compartment in envelope["compartments"].values():
        sealed = [base64.b64decode(one) for one in compartment["sealed"]]
        words.check_whole(compartment["recipient"], sealed)
        with pytest.raises(Forged):
            words.check(compartment["recipient"], b"other")


def test_the_last_group_is_asked_for_once(quiet: Page, server: SmallServer) -> None:
    server.answers["/send"] = lambda _: (201, KEPT)
    fill_form(quiet, server)
    quiet.get_by_text("Gửi", exact=True).click()
    last = quiet.locator("[data-step=receipt] [data-receipt-digits] li").nth(5)
    expect(last).to_have_text(_four)
    quiet.get_by_label("nhóm cuối").fill("x")
    quiet.get_by_text("Thử").click()
    expect(quiet.get_by_text("Xem lại")).to_be_visible()
    quiet.get_by_label("nhóm cuối").fill(last.inner_text())
    quiet.get_by_text("Thử").click()
    expect(quiet.get_by_text("Đúng")).to_be_visible()


def test_a_needed_answer_is_asked_for_and_a_stop_sends_nothing(quiet: Page, server: SmallServer) -> None:
    server.add_page("/tell", given() + FORM, script="tell.js")
    quiet.goto(server.root + "/tell")
    expect(quiet.get_by_text("Còn")).to_be_hidden()
    quiet.get_by_text("Tiếp").click()
    expect(quiet.get_by_text("Còn 3 câu")).to_be_visible()
    quiet.get_by_text("Tiếp").click()
    expect(quiet.get_by_text("Chọn một điều nhé")).to_be_visible()
    quiet.get_by_label("Chỗ ở").check()
    quiet.get_by_text("Tiếp").click()
    quiet.get_by_label("Không").check()
    expect(quiet.get_by_text("Dừng")).to_be_visible()
    expect(quiet.get_by_text("Tiếp")).to_be_hidden()
    quiet.get_by_text("Lùi").click()
    expect(quiet.get_by_label("Chỗ ở")).to_be_checked()


def test_a_broken_connection_loses_nothing_and_sends_the_same_bytes_again(
    page: Page, server: SmallServer
) -> None:
    server.answers["/send"] = lambda _: (201, KEPT)
    fill_form(page, server)
    page.context.set_offline(True)
    page.get_by_text("Gửi", exact=True).click()
    expect(page.get_by_text("Mất mạng")).to_be_focused()
    assert page.get_by_label("lời").input_value() == PLANTED
    page.context.set_offline(False)
    page.get_by_text("Gửi", exact=True).click()
    expect(page.locator("[data-receipt-name]")).to_have_text("Sóng 47")


def test_the_same_words_sent_again_after_an_error_are_the_same_report(
    quiet: Page, server: SmallServer
) -> None:
    server.answers["/send"] = in_turn((507, {"error": "full"}), (201, KEPT))
    fill_form(quiet, server)
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_text("Hết chỗ")).to_be_focused()
    assert quiet.get_by_label("lời").input_value() == PLANTED
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.locator("[data-receipt-name]")).to_have_text("Sóng 47")
    first, second = server.posted["/send"]
    assert first == second


def test_a_desk_that_has_a_new_key_gets_the_report_sealed_to_it(quiet: Page, server: SmallServer) -> None:
    renewed = DESK.renewed().renewed()
    fresh = {"error": "stale_desk", "config": {"routed": routed(renewed, CASE, **PLACE)}}
    server.answers["/send"] = in_turn((409, fresh), (201, KEPT))
    fill_form(quiet, server)
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.locator("[data-receipt-name]")).to_have_text("Sóng 47")
    first, second = (json.loads(body) for body in server.posted["/send"])
    assert first["key"] == second["key"]
    assert first["receipt"] == second["receipt"]
    assert opened(second, "narrative", renewed.identity, 0)["words"] == PLANTED


def test_the_team_that_will_read_is_named_and_no_other_one_gets_it(quiet: Page, server: SmallServer) -> None:
    elsewhere = {"routed": routed(DESK, CASE, **PLACE | {"provinces": {}})}
    server.answers["/send"] = in_turn((409, {"error": "stale_desk", "config": elsewhere}), (201, KEPT))
    fill_form(quiet, server)
    expect(quiet.get_by_text("Đến Sông Tre")).to_be_visible()
    expect(quiet.get_by_text("Đến nhóm chung")).to_be_hidden()
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_text("Nhóm vừa đổi")).to_be_visible()
    expect(quiet.get_by_text("Đến nhóm chung")).to_be_visible()
    assert len(server.posted["/send"]) == 1
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.locator("[data-receipt-name]")).to_have_text("Sóng 47")
    assert json.loads(server.posted["/send"][1])["desk"] == "chung"


def test_old_work_is_done_again(quiet: Page, server: SmallServer) -> None:
    fresh = {"error": "proof_of_work", "proof_of_work": {"nonce": "2.9.moi", "bits": 9}}
    server.answers["/send"] = in_turn((409, fresh), (201, KEPT))
    fill_form(quiet, server)
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.locator("[data-receipt-name]")).to_have_text("Sóng 47")
    assert json.loads(server.posted["/send"][1])["proof_of_work"]["nonce"] == "2.9.moi"


def test_too_many_words_are_said_before_anything_is_sent(quiet: Page, server: SmallServer) -> None:
    fill_form(quiet, server)
    story = "a" * (LONGEST_STORY + 5)
    quiet.evaluate("story => { document.querySelector('textarea').value = story }", story)
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_text("Dài quá 5")).to_be_visible()
    assert quiet.evaluate("document.querySelector('textarea').value") == story
    assert "/send" not in server.posted


def test_nothing_typed_has_a_name_that_a_browser_would_post(quiet: Page, server: SmallServer) -> None:
    fill_form(quiet, server)
    # Radios exclude each other by name; the script gives it, and there is no <form> to post it.
    assert quiet.locator("sealed-form [name]:not([type=radio])").count() == 0
    assert quiet.locator("form").count() == 0


def test_the_way_out_is_not_in_the_history_and_leaves_no_words(quiet: Page, server: SmallServer) -> None:
    fill_form(quiet, server)
    for _ in range(3):
        quiet.keyboard.press("Shift")
    expect(quiet.get_by_text("Thời tiết")).to_be_visible()
    quiet.go_back()
    assert "/tell" not in quiet.url


# --- coming back

GRANT = make_statement(
    STRETCHED.signing_seed,
    Kind.GRANT,
    grant_document(
        Grant(
            scope="share_service",
            receiver="desk:phong-kham",
            items=frozenset({"need", "language", "harm_type"}),
            given=True,
            number=12,
            day=date(2026, 7, 1),
            until=date(2026, 12, 31),
        ),
        text_version="2026-06",
    ),
)

VISIT = """
<receipt-visit data-config="visit" data-open="/open" data-answer="/answer" data-csrf="k" hidden>
<input data-code aria-label="mã"><button type="button" data-go="open" disabled>Mở</button>
<p data-error="length_digits" hidden>Thiếu số</p><p data-error="word" hidden>Vật thứ {n}</p>
<p data-error="check_digits" hidden>Xem lại số</p>
<p data-error="unknown" hidden>Chưa tìm thấy</p><p data-error="slow_down" hidden>Đợi {n} giây</p>
</receipt-visit>
"""


def answers_page(told: Told, shown: str) -> str:
    return (
        f"<h1>Trả lời</h1>{record_json(told.record)}"
        f"<p data-when-forged hidden>Có chỗ bị sửa</p><b data-whole-thread>Lời nhắn</b>{shown}"
        '<sealed-reply data-action="/message" data-csrf="k" hidden>'
        '<textarea data-name="words" aria-label="trả lời"></textarea>'
        '<button type="button" data-go="send" disabled>Gửi</button>'
        '<p data-error="mentions" hidden>Có mã</p><p data-error="empty" hidden>Trống</p></sealed-reply>'
        '<consent-change data-scope="share_service" data-receiver="desk:phong-kham" data-given="true" data-n="12"'
        ' data-items="need language harm_type" data-day="2026-07-01" data-until="2026-12-31" data-text="2026-06"'
        ' data-action="/consent" data-csrf="k" hidden><button type="button" data-go="send" disabled>Đồng ý</button>'
        '</consent-change><a href="/more">thêm</a>'
    )


def words_element(script: str, how: str) -> str:
    return (
        f'<sealed-words {how} hidden>{script}<div data-words class="words-hidden"></div><dl data-answers></dl>'
        '<p data-error="broken" hidden>Không mở được</p><p data-error="locked" hidden>Khóa</p>'
        '<p data-error="forged" hidden>Không phải của người ấy</p></sealed-words>'
    )


def come_back(page: Page, server: SmallServer, typed: str) -> None:
    server.add_page(
        "/back", script_json("visit", {"salt": SALT.hex(), "things": things_for_script("vi", "en")}) + VISIT
    )
    server.add_page("/after", "<h1>Đã gửi</h1>")
    secret: dict[str, bytes] = {}

    def challenge(asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        locator = from_b64url(asked["locator"])
        known = b64(locator) == RECEIPT["locator"]
        to = Recipient(RECEIPT["recipient"]) if known else sealing.new_key()[1]
        secret["is"], sealed = sealing.challenge(to, locator, TICKET.encode())
        return 200, {"challenge": b64(sealed), "ticket": TICKET}

    def answer(asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        right = secret["is"] == from_b64url(asked["answer"])
        return (200, {"next": "/answers"}) if right else (404, {"error": "unknown"})

    server.answers |= {
        "/open": challenge,
        "/answer": answer,
        "/message": lambda _: (201, {"next": "/after"}),
        "/consent": lambda _: (200, {"next": "/after"}),
    }
    page.goto(server.root + "/back")
    page.get_by_label("mã").fill(typed)
    page.get_by_text("Mở").click()


def add_answers(server: SmallServer, *, tampered: bool = False) -> Told:
    """A page with a desk's reply and with what she told herself."""
    told = Told(STRETCHED, DESK)
    story = told.report({"v": 1, "words": "Chuyện.", "answers": {"need": ["pep"]}})
    reply, said = told.reply("<b>Chào bạn</b>\nMai gặp.")
    mine = Recipient(RECEIPT["recipient"])

    def links(kind: str) -> list[dict[str, str]]:
        wrap = bytearray(sealing.wrap(told.keys[kind], mine))
        wrap[-1] ^= tampered
        return [{"sealed": b64(bytes(wrap)), "of": told.recipient(kind)}]

    shown = words_element(sealed_json([reply], links("thread"), said), "data-thread")
    shown += words_element(sealed_json(story, links("narrative")), "data-whole")
    server.add_page("/answers", answers_page(told, shown))
    return told


SHOWN = receipts.to_things(RECEIPT["code"], things())


@pytest.mark.parametrize(
    "typed",
    [
        RECEIPT["code"],
        " ".join(thing.vi for thing in SHOWN).upper(),
        ", ".join(thing.en for thing in SHOWN),
        "".join(thing.picture for thing in SHOWN),
    ],
    ids=["digits", "vi", "en", "pictures"],
)
def test_a_code_or_its_things_open_the_answers_in_the_same_document(
    quiet: Page, server: SmallServer, typed: str
) -> None:
    add_answers(server)
    come_back(quiet, server, typed)
    expect(quiet.locator("[data-words] p").first).to_have_text("<b>Chào bạn</b>")
    assert quiet.locator("[data-words] b").count() == 0
    expect(quiet.locator("dd")).to_have_text("pep")
    assert quiet.url == server.root + "/answers"
    assert quiet.title() == "trang/answers"
    stored = quiet.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
    )
    assert RECEIPT["code"] not in stored
    assert "AGE-SECRET" not in stored


def test_a_message_of_hers_opens_for_the_thread_and_her_consent_is_signed(
    quiet: Page, server: SmallServer
) -> None:
    told = add_answers(server)
    come_back(quiet, server, RECEIPT["code"])
    quiet.get_by_text("Đồng ý").click()
    expect(quiet.get_by_text("Đã gửi")).to_be_visible()
    assert json.loads(server.posted["/consent"][0])["grant"] == signed_json(*GRANT)

    come_back(quiet, server, RECEIPT["code"])
    quiet.get_by_label("trả lời").fill(PLANTED)
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_text("Đã gửi")).to_be_visible()
    message = json.loads(server.posted["/message"][0])
    sealed = base64.b64decode(message["sealed"])
    padded = sealing.open_sealed(Sealed(sealed), told.keys["thread"])
    assert json.loads(sealing.unpad(padded)) == {"v": 1, "words": PLANTED}
    statements = [*told.statements, statement_of(message["words"])]
    words = her_words(sealing.signing_public(STRETCHED.signing_seed), statements)
    words.check(told.recipient("thread"), sealed)
    assert words.documents[1]["key"] == message["key"]


def test_a_message_with_the_code_in_it_is_not_sent(quiet: Page, server: SmallServer) -> None:
    add_answers(server)
    come_back(quiet, server, RECEIPT["code"])
    quiet.get_by_label("trả lời").fill("mã là " + " ".join(thing.vi for thing in SHOWN))
    quiet.get_by_text("Gửi", exact=True).click()
    expect(quiet.get_by_text("Có mã")).to_be_visible()
    assert "/message" not in server.posted


def test_the_thing_that_was_not_understood_is_named_by_its_place(quiet: Page, server: SmallServer) -> None:
    nouns = [thing.vi for thing in SHOWN]
    come_back(quiet, server, " ".join([*nouns[:3], "xyzzy", *nouns[4:]]))
    expect(quiet.get_by_text("Vật thứ 4")).to_be_focused()
    assert "/open" not in server.posted


def test_a_wrong_code_and_an_unknown_one_are_said_alike(quiet: Page, server: SmallServer) -> None:
    add_answers(server)
    come_back(quiet, server, VECTORS["receipts"][1]["code"])
    expect(quiet.get_by_text("Chưa tìm thấy")).to_be_visible()
    assert len(server.posted["/answer"]) == 1
    come_back(quiet, server, RECEIPT["code"][:-1])
    expect(quiet.get_by_text("Thiếu số")).to_be_visible()


def test_a_growing_wait_is_said_in_seconds(quiet: Page, server: SmallServer) -> None:
    come_back(quiet, server, "1")
    server.answers["/open"] = lambda _: (429, {"error": "slow_down", "wait": 30})
    quiet.get_by_label("mã").fill(RECEIPT["code"])
    quiet.get_by_text("Mở").click()
    expect(quiet.get_by_text("Đợi 30 giây")).to_be_visible()


def test_a_tampered_wrap_is_said_and_shows_nothing(quiet: Page, server: SmallServer) -> None:
    add_answers(server, tampered=True)
    come_back(quiet, server, RECEIPT["code"])
    expect(quiet.get_by_text("Không mở được")).to_have_count(2)
    expect(quiet.get_by_text("Không mở được").first).to_be_visible()
    assert quiet.locator("[data-words]").all_inner_texts() == ["", ""]


def test_a_reload_forgets_the_key(quiet: Page, server: SmallServer) -> None:
    add_answers(server)
    come_back(quiet, server, RECEIPT["code"])
    expect(quiet.locator("[data-words] p").first).to_be_visible()
    quiet.reload()
    expect(quiet.get_by_text("Trả lời")).to_be_visible()
    assert quiet.locator("[data-words] p").count() == 0


def test_links_of_a_visit_stay_in_the_document(quiet: Page, server: SmallServer) -> None:
    add_answers(server)
    server.add_page("/more", "<h1>Thêm</h1>")
    come_back(quiet, server, RECEIPT["code"])
    expect(quiet.locator("[data-words] p").first).to_be_visible()
    quiet.evaluate("window.sameDocument = true")
    quiet.get_by_text("thêm").click()
    expect(quiet.get_by_role("heading", name="Thêm")).to_be_visible()
    assert quiet.evaluate("window.sameDocument") is True


# --- phones that lack something

WITHOUT_CURVES = """
const native = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, algorithm, ...rest) =>
  /25519/.test(algorithm.name ?? algorithm)
    ? Promise.reject(new DOMException("no", "NotSupportedError"))
    : native(format, key, algorithm, ...rest);
"""


def test_a_browser_without_these_curves_loads_them_and_does_the_same(
    quiet: Page, server: SmallServer
) -> None:
    quiet.add_init_script(WITHOUT_CURVES)
    add_answers(server)
    come_back(quiet, server, RECEIPT["code"])
    expect(quiet.locator("[data-words] p").first).to_have_text("<b>Chào bạn</b>")
    quiet.get_by_text("Đồng ý").click()
    expect(quiet.get_by_text("Đã gửi")).to_be_visible()
    grant = json.loads(server.posted["/consent"][0])["grant"]
    assert from_b64url(grant["signature"]) == GRANT.signature
    assert "/client/curves.js" in server.asked


def test_newer_phones_do_not_load_the_curves(quiet: Page, server: SmallServer) -> None:
    add_answers(server)
    come_back(quiet, server, RECEIPT["code"])
    expect(quiet.locator("[data-words] p").first).to_be_visible()
    assert "/client/curves.js" not in server.asked


def test_a_browser_that_cannot_seal_says_so_and_asks_nothing(quiet: Page, server: SmallServer) -> None:
    quiet.add_init_script("delete window.TransformStream")
    server.add_page("/tell", given() + FORM, script="tell.js")
    quiet.goto(server.root + "/tell")
    expect(quiet.get_by_text("Máy cũ")).to_be_visible()
    expect(quiet.get_by_text("Trước hết")).to_be_hidden()


def test_the_way_without_script_is_in_sight_until_the_script_runs(quiet: Page, server: SmallServer) -> None:
    form = '<a href="/plain" data-without-script>Cách đơn giản</a>' + FORM
    server.add_page("/tell", given() + form, script="tell.js")
    quiet.goto(server.root + "/tell")
    expect(quiet.get_by_text("Trước hết")).to_be_visible()
    expect(quiet.get_by_text("Cách đơn giản")).to_be_hidden()
    quiet.route("**/tell.js", lambda route: route.abort())
    quiet.goto(server.root + "/tell?again")
    expect(quiet.get_by_text("Cách đơn giản")).to_be_visible()
    expect(quiet.get_by_text("Gửi", exact=True)).to_be_hidden()


def test_back_from_another_page_finds_empty_fields_and_no_key(
    server: SmallServer, browser_type: BrowserType
) -> None:
    # Playwright turns the back/forward cache off, and with it the thing that keeps what was typed.
    browser = browser_type.launch(**LAUNCH, ignore_default_args=["--disable-back-forward-cache"])
    page = browser.new_page()
    # A page that may be kept whole, whatever a browser makes of no-store.
    server.cache_control = "no-cache"
    fill_form(page, server)
    page.evaluate("window.kept = true")
    page.goto(server.root + "/weather")
    page.go_back(wait_until="commit")  # a page that was kept is not loaded again
    expect(page.locator("[data-step=words]")).to_be_attached()
    was_kept, words = page.evaluate("[window.kept === true, document.querySelector('textarea').value]")
    browser.close()
    assert was_kept
    assert words == ""
