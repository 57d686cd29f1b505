"""Her proof: put together on the phone, checked on a page that needs no network."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.signed_pages import LOG_SEED
from tests.browser.small_server import SmallServer, b64, script_json, serving
from tests.cast import url64
from tincay.core import sealing
from tincay.core.authorship import step_of
from tincay.core.ledger.leaf import open_leaf
from tincay.core.sealing import Recipient
from tincay.core.statements import Kind, make_statement
from tincay.web.packs import things_for_script

pytestmark = pytest.mark.browser

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
CASES: list[dict[str, Any]] = json.loads((VECTORS / "ledger/evidence.json").read_text(encoding="utf-8"))
SEALING: dict[str, Any] = json.loads((VECTORS / "sealing.json").read_text(encoding="utf-8"))
GOOD = next(case for case in CASES if case["valid"] and not case["trusted"])
CHECK = (
    '<proof-check data-log="{log}" hidden><input type="file" aria-label="tệp">'
    '<div data-result="valid" hidden>Hợp lệ <b data-value="kind"></b>'
    '<i data-when="registered" hidden>đã vào sổ</i></div>'
    '<div data-result="other-log" hidden>Sổ khác</div><div data-result="invalid" hidden>Không đúng</div>'
    '<div data-result="unreadable" hidden>Chưa đọc được</div></proof-check>'
)


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as found:
        found.add_page("/check", CHECK.format(log=GOOD["log"]), script="verify.js")
        yield found


def give(page: Page, content: str | bytes) -> None:
    raw = content.encode() if isinstance(content, str) else content
    page.get_by_label("tệp").set_input_files(
        {"name": "x.tlog-proof", "mimeType": "text/plain", "buffer": raw}
    )


def test_the_page_says_of_every_file_what_the_server_says_and_needs_no_network(
    page: Page, server: SmallServer
) -> None:
    page.goto(server.root + "/check")
    page.context.set_offline(True)
    for case in CASES:
        if case["trusted"]:
            continue
        give(page, case["file"])
        changed = "Không đúng" if case["file"].startswith("c2sp.org/tlog-proof@") else "Chưa đọc được"
        expect(page.get_by_text("Hợp lệ" if case["valid"] else changed)).to_be_visible()
    give(page, "danh sách đi chợ")
    expect(page.get_by_text("Chưa đọc được")).to_be_visible()
    give(page, b"\xff\xfe")
    expect(page.get_by_text("Chưa đọc được")).to_be_visible()


def test_a_valid_file_shows_its_kind_and_one_changed_letter_makes_it_invalid(
    page: Page, server: SmallServer
) -> None:
    page.goto(server.root + "/check")
    give(page, GOOD["file"])
    expect(page.locator("[data-value=kind]")).to_have_text(GOOD["event"]["kind"])
    expect(page.get_by_text("đã vào sổ")).to_be_visible(visible=GOOD["registered"])
    give(page, GOOD["file"].replace("index 0", "index 1"))
    expect(page.get_by_text("Không đúng")).to_be_visible()


def test_a_file_of_another_log_is_said_to_be_one(page: Page, server: SmallServer) -> None:
    server.add_page("/other", CHECK.format(log="so.khac+00000000+AAAA"), script="verify.js")
    page.goto(server.root + "/other")
    give(page, GOOD["file"])
    expect(page.get_by_text("Sổ khác")).to_be_visible()


def test_the_page_works_from_a_file_with_the_script_inline(page: Page, tmp_path: Path) -> None:
    script = (Path(__file__).resolve().parents[2] / "tincay/web/static/client/verify.js").read_text(
        encoding="utf-8"
    )
    assert "</script" not in script
    saved = tmp_path / "check.html"
    saved.write_text(
        f'<!doctype html><meta charset="utf-8">{CHECK.format(log=GOOD["log"])}<script>{script}</script>',
        encoding="utf-8",
    )
    page.goto(saved.as_uri())
    give(page, GOOD["file"])
    expect(page.get_by_text("Hợp lệ")).to_be_visible()


def test_her_phone_puts_her_proof_together(page: Page, server: SmallServer, tmp_path: Path) -> None:
    header, extra, *rest = GOOD["file"].split("\n")
    opened = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    receipt = SEALING["receipts"][0]
    locator = base64.b64decode(receipt["locator"])
    _, challenge = sealing.challenge(Recipient(receipt["recipient"]), locator, b"ve")
    opening = json.loads(opened["opening"])
    step = step_of(make_statement(LOG_SEED, Kind.OPENING, opening))
    half = {"policy": opened["policy"], "sealed": b64(sealing.seal(step, Recipient(receipt["recipient"])))}
    record = {
        "log": url64(sealing.signing_public(LOG_SEED)),
        "record": json.loads(opening["event"])["record"],
    }
    config = {"salt": base64.b64decode(receipt["salt"]).hex(), "things": things_for_script("vi", "en")}
    server.add_page(
        "/back",
        script_json("receipt-config", config)
        + '<receipt-visit data-open="/open" data-answer="/answer" hidden><input data-code aria-label="mã">'
        '<button type="button" data-go="open" disabled>Mở</button></receipt-visit>',
        script="reporter.js later.js",
    )
    server.add_page(
        "/proof",
        script_json("record", record)
        + '<proof-file data-name="so.tlog-proof" data-action="/leaf" data-csrf="dau" hidden>'
        f'<script type="application/json">{json.dumps(half)}</script>'
        '<p data-told hidden><code data-leaf></code><span data-standing="waiting" hidden>Đợi</span>'
        '<span data-standing="registered" hidden>Vào sổ</span></p>'
        '<p data-error="broken" hidden>Hỏng</p>'
        '<p data-again hidden><button type="button" data-go="ask" disabled>Thử lại</button></p>'
        '<p data-ready hidden><button type="button" data-go="save" disabled>Tải</button></p></proof-file>',
        script="reporter.js later.js",
    )
    leaf = open_leaf(opened["opening"])
    waiting = (200, {"standing": "waiting", "proof": ""})
    answers = iter(
        [
            (503, {"error": "busy"}),
            waiting,
            (200, {"standing": "registered", "proof": "\n".join([header, *rest])}),
        ]
    )
    server.answers["/leaf"] = lambda _: next(answers)
    server.answers["/open"] = lambda _: (200, {"challenge": b64(challenge), "ticket": "ve"})
    server.answers["/answer"] = lambda _: (200, {"next": "/proof"})
    page.goto(server.root + "/back")
    page.get_by_label("mã").fill(receipt["code"])
    page.get_by_text("Mở").click()
    page.get_by_text("Thử lại").click()
    expect(page.get_by_text("Đợi")).to_be_visible()
    expect(page.locator("[data-leaf]")).to_have_text(b64(leaf.leaf_hash))
    expect(page.get_by_text("Tải")).to_be_hidden()
    page.evaluate("document.querySelector('[data-go=ask]').click()")
    expect(page.get_by_text("Vào sổ")).to_be_visible()
    asked = [json.loads(body) for body in server.posted["/leaf"]]
    assert {(one["leaf"], one["day"]) for one in asked} == {(url64(leaf.data), leaf.day.isoformat())}
    with page.expect_download() as download:
        page.get_by_text("Tải").click()
    assert download.value.suggested_filename == "so.tlog-proof"
    kept = tmp_path / "kept"
    download.value.save_as(kept)
    assert kept.read_bytes().decode() == GOOD["file"]
