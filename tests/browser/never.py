"""The sweep after each journey: what was planted may be found nowhere that the product keeps or shows.

Works on bytes: the database with its WAL, every file of the data folder, what was logged, every address and
every page's title, cookies, headers. Reused by the staff's browser tests.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.db import connection
from playwright.sync_api import BrowserContext, Error, Page, Request, Response

from tests.open_database import read_beside
from tests.sealed import read_by_helpers

TELLING = re.compile(
    r"bạo lực|bóc lột|mại dâm|tình dục|hiếp|tố cáo|nạn nhân|tội phạm|violence|abuse|sex|victim|rape|report",
    re.IGNORECASE,
)
"""Words that a title or an address read over a shoulder may not have."""
LEFT = re.compile("is navigating|because of a navigation")
"""How Playwright says that a page was left while it was read."""


@dataclass
class Watch:
    """Everything that went over the wire in one browser, as far as it stays somewhere."""

    root: str
    addresses: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    set_cookies: list[str] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    kept_by_caches: list[str] = field(default_factory=list)
    pages: list[tuple[str, str]] = field(default_factory=list)
    read_by_helpers: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("response", self._response)

    def _request(self, request: Request) -> None:
        self.addresses.append(request.url)
        if not request.url.startswith(self.root):
            self.elsewhere.append(request.url)
        if request.post_data_buffer:
            self.posted.append(request.post_data_buffer)

    def _response(self, response: Response) -> None:
        headers = response.headers
        if "set-cookie" in headers:
            self.set_cookies.append(headers["set-cookie"])
        page = headers.get("content-type", "").startswith(("text/html", "application/json"))
        if page and "no-store" not in headers.get("cache-control", ""):
            self.kept_by_caches.append(response.url)

    def look(self, page: Page) -> None:
        """Keep title and content of the page that is there, or of the one that takes its place meanwhile."""
        while True:
            page.wait_for_load_state("domcontentloaded")  # a click returns when the new page has begun
            try:
                title, address, content = page.title(), page.url, page.content()
            except Error as error:
                if not LEFT.search(error.message):
                    raise
                continue
            self.titles.append(title)
            self.pages.append((address, content))
            self.read_by_helpers += [f"{address}: {found}" for found in read_by_helpers(content)]
            return


def spellings(secret: str) -> Iterator[bytes]:
    """How a text could lie on a disk: as it is, decomposed, escaped for JSON, in UTF-16, without spaces."""
    for text in {
        secret,
        unicodedata.normalize("NFD", secret),
        secret.replace(" ", ""),
        secret.replace(" ", "+"),
    }:
        yield text.encode()
        yield text.encode("utf-16-le")
        yield text.encode("unicode_escape")


def stored_bytes() -> Iterator[tuple[str, bytes]]:
    """Every file under the data folder (database, WAL, keys), and on PostgreSQL every row of every table."""
    for path in sorted(Path(settings.TINCAY_DATA).rglob("*")):
        if path.is_file():
            yield str(path), read_beside(path)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, b" ".join(_raw(value) for value in row)


def _raw(value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode()


def assert_found_nowhere(secrets: Iterable[str], *, watch: Watch, log: str = "", posted: bool = True) -> None:
    """None of the secrets is stored, logged or in an address; with `posted`, none left the phone in the clear."""
    wanted = [(secret, spelling) for secret in secrets if secret for spelling in spellings(secret)]
    assert wanted, "nothing was planted: this sweep could not fail"
    assert not watch.read_by_helpers, set(watch.read_by_helpers)
    places = [*stored_bytes(), ("log", log.encode())]
    places += [("address", unquote(address).encode()) for address in watch.addresses]
    places += [("title", title.encode()) for title in watch.titles]
    places += [("cookie", cookie.encode()) for cookie in watch.set_cookies]
    if posted:
        places += [("what was posted", body) for body in watch.posted]
    for secret, spelling in wanted:
        for place, content in places:
            assert spelling not in content, f"{secret!r} is in {place}"


def assert_not_shown(secrets: Iterable[str], *, watch: Watch, on: str) -> None:
    """No page that was looked at, at an address with `on` in it, has any of the secrets in its HTML."""
    shown = [(address, html) for address, html in watch.pages if on in address]
    assert shown, "no such page was looked at"
    for secret in secrets:
        assert not [address for address, html in shown if secret in html], secret


def assert_discreet(watch: Watch) -> None:
    """Neutral titles and addresses, nothing from elsewhere, no page kept by a cache, no lasting cookie."""
    assert watch.titles, "no title was looked at"
    assert not [title for title in watch.titles if TELLING.search(title)]
    assert not [
        a
        for a in watch.addresses
        if TELLING.search(unquote(a).removeprefix(watch.root)) and "/static/" not in a
    ]
    assert not watch.elsewhere
    assert not watch.kept_by_caches
    for cookie in watch.set_cookies:
        assert "max-age" not in cookie.lower() or "max-age=0" in cookie.lower(), cookie
        assert "httponly" in cookie.lower() or "max-age=0" in cookie.lower(), cookie


def assert_no_address_or_device_is_stored(user_agent: str) -> None:
    """Neither the browser's address nor its name lies anywhere."""
    for place, content in stored_bytes():
        assert b"127.0.0.1" not in content, place
        assert user_agent.encode() not in content, place
        assert b"Mozilla/5.0" not in content, place
