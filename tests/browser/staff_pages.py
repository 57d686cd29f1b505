"""The steps of `./run screenshots` to pages behind the sign-in: the demo's own people, who sign in once each."""

import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.people.telephone import totp

USERS = Path(__file__).resolve().parents[2] / "packs/demo/users.toml"
_cookies: dict[tuple[str, str], Any] = {}


@lru_cache
def user_of(role: str) -> dict[str, Any]:
    """The first person of the demo in this role."""
    tables = tomllib.loads(USERS.read_text(encoding="utf-8"))
    users = next(value for value in tables.values() if isinstance(value, list))
    return next(user for user in users if user["role"] == role)


def take_seat(page: Page, root: str, role: str) -> None:
    """Be signed in as this role. A one-time code is good once, so the session is kept for later pictures."""
    if (root, role) in _cookies:
        page.context.add_cookies(_cookies[root, role])
        return
    user = user_of(role)
    page.goto(root + "/desk/in/")
    page.locator("[name=login]").fill(user["username"])
    page.locator("[name=password]").fill(user["password"])
    page.locator("[name=password]").press("Enter")
    page.locator("[name=code]").fill(totp(user["totp"]))
    page.locator("[name=code]").press("Enter")
    page.wait_for_url(lambda address: "/in/" not in address)
    _cookies[root, role] = page.context.cookies()


def unlock(page: Page, role: str) -> None:
    page.locator("input[data-passphrase]").fill(user_of(role)["passphrase"])
    page.locator("[data-go=unlock]").click()
    expect(page.locator("html")).to_have_attribute("data-keyring", "open")


def desk(role: str, path: str, *, status: int = 200) -> Callable[[Any], None]:
    """The steps to a staff page that has an address."""

    def steps(visit: Any) -> None:
        take_seat(visit.page, visit.root, role)
        visit.open(path, status)

    return steps


def report(role: str, *, opened: bool) -> Callable[[Any], None]:
    """The steps to the first report of the queue, closed or open."""

    def steps(visit: Any) -> None:
        take_seat(visit.page, visit.root, role)
        visit.open("/desk/")
        if opened:
            unlock(visit.page, role)
        visit.page.locator(".queue a").first.click()
        expect(visit.page.locator("#words-heading")).to_be_visible()
        if opened:
            visit.page.locator("form[action$='/open/'] button").click()
            expect(visit.page.locator("[data-words] p").first).to_be_visible()

    return steps
