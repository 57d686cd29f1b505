"""Names that other people chose, longer than a column: they break, and push nothing aside."""

from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import overflow
from tests.cast import Hands, Network, sign_in
from tests.core.ledger.logs import seed
from tincay.core.ledger.note import KeyType, Signer

pytestmark = [pytest.mark.browser, pytest.mark.page, pytest.mark.django_db(transaction=True)]
NAME = "nhanchungcuamangluoiphunumientrungtaynguyenvietnam.example.org/nhanchungthunhat"
WIDTHS_OF_NAMES = "names => [...new Set(names.map(name => name.getBoundingClientRect().width))]"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_name_of_a_witness_stays_in_its_column(
    page: Page, live_server: LiveServer, network: Network, clock: Hands, settings: Any, width: int
) -> None:
    witness = Signer.from_seed(NAME, seed(NAME), KeyType.COSIGNATURE)
    settings.TINCAY_WITNESSES = [witness.verifier.vkey]
    cookie = sign_in(network.steward).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]
    )
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server.url}/desk/health/")
    assert page.get_by_text(NAME).is_visible()
    assert overflow(page) == 0
    assert len(page.locator(".summary dt").evaluate_all(WIDTHS_OF_NAMES)) == 1
