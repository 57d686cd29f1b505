"""Who leaves the door without having come in leaves nothing behind in the browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.small_server import SmallServer, serving

pytestmark = pytest.mark.browser


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with serving() as made:
        made.add_page("/door", '<p data-forget="/out/">cửa</p>')
        made.add_page("/elsewhere", "<p>trang khác</p>")
        made.add_page("/weather", "<p>trời</p>")
        yield made


def test_leaving_the_door_asks_the_server_to_forget(page: Page, server: SmallServer) -> None:
    page.goto(server.root + "/door")
    with page.expect_request("**/out/"):
        page.get_by_text("thoát").click()
    page.wait_for_url("**/weather")


def test_leaving_another_page_asks_for_nothing(page: Page, server: SmallServer) -> None:
    page.goto(server.root + "/elsewhere")
    page.get_by_text("thoát").click()
    page.wait_for_url("**/weather")
    assert "/out/" not in server.asked
