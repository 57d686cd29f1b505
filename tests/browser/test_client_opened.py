"""What a press carries: the answer to the server's challenge, and to nothing else that is sealed to the same key."""

import json
from collections.abc import Iterator
from hashlib import sha256

import pytest
from playwright.sync_api import Page, expect

from tests.browser.small_server import SmallServer, b64, b64url, serving
from tests.browser.test_client_desk import DESK, TOLD, chain, unlock, words_page
from tincay.core import sealing

pytestmark = pytest.mark.browser

TICKET, SECRET = f"{'06' * 16}.1782784920", bytes(range(32))


def binding(ticket: str) -> bytes:
    return sha256(b"tincay/opened/v1\0" + ticket.encode()).digest()


def challenge(plain: bytes) -> str:
    sealed = sealing.seal(plain, TOLD.recipient("thread"))
    return json.dumps({"ticket": TICKET, "sealed": b64(sealed), "wraps": chain("thread")})


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as found:
        found.add_page("/report", f'<div data-proof="/challenge">{words_page()}</div>', script="desk.js")
        found.add_page("/other", "<h1>Khác</h1>", script="desk.js")
        found.answers["/reply"] = lambda _: (201, {"next": "/other"})
        yield found


def send(page: Page, server: SmallServer) -> str | None:
    page.goto(server.root + "/report")
    unlock(page)
    expect(page.locator("html")).to_have_attribute("data-keyring", "open")
    page.get_by_label("trả lời").fill("Chúng tôi đã đọc.")
    page.get_by_text("Gửi", exact=True).click()
    expect(page.get_by_role("heading", name="Khác")).to_be_visible()
    return server.proofs[-1]


def test_a_press_carries_the_answer(page: Page, server: SmallServer) -> None:
    server.pages["/challenge"] = challenge(SECRET + binding(TICKET))
    assert send(page, server) == f"{TICKET}.{b64url(SECRET)}"


@pytest.mark.parametrize(
    "plain",
    [
        pytest.param(TOLD.statements[0].document[:64], id="words of 64 letters"),
        pytest.param(SECRET + binding(TICKET + "0"), id="another ticket"),
        pytest.param(SECRET + binding(TICKET) + b"x", id="longer"),
        pytest.param(DESK.identity.encode(), id="a key"),
    ],
)
def test_nothing_else_is_opened_for_the_server(page: Page, server: SmallServer, plain: bytes) -> None:
    server.pages["/challenge"] = challenge(plain)
    assert send(page, server) is None
