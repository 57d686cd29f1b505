"""Fixtures of every browser test."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import LAUNCH, PATIENCE_MS
from tests.browser.helper_at_desk import AtDesk
from tests.browser.her import Her
from tests.browser.never import Watch
from tests.cast import Hands, Network

# Playwright's own loop runs in this thread; Django would take our plain calls for calls from inside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return LAUNCH


@pytest.fixture(scope="session", autouse=True)
def _patient() -> Iterator[None]:
    """Whatever is waited for in a browser may take as long as it takes: no test has to ask for it."""
    expect.set_options(timeout=PATIENCE_MS)
    open_context = Browser.new_context

    def new_context(browser: Browser, **options: Any) -> BrowserContext:
        context = open_context(browser, **options)
        context.set_default_timeout(PATIENCE_MS)
        return context

    def new_page(browser: Browser, **options: Any) -> Page:
        return browser.new_context(**options).new_page()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Browser, "new_context", new_context)
        patch.setattr(Browser, "new_page", new_page)
        yield


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page. The plugin's own comes with a fixture that pytest 9 warns of, and warnings are errors."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def comes(browser: Browser, live_server: Any, network: Network) -> Iterator[Callable[..., Her]]:
    """Somebody opens a browser of their own: `comes("vi", 360, script=False)`."""
    contexts = []

    def open_browser(language: str = "vi", width: int = 360, *, script: bool = True) -> Her:
        context = browser.new_context(
            viewport={"width": width, "height": 740}, java_script_enabled=script, locale="vi-VN"
        )
        contexts.append(context)
        watch = Watch(live_server.url)
        watch.on(context)
        return Her(context.new_page(), live_server.url, language, watch)

    yield open_browser
    for context in contexts:
        context.close()


@pytest.fixture
def sits_down(
    browser: Browser, live_server: Any, network: Network, clock: Hands
) -> Iterator[Callable[..., AtDesk]]:
    """Somebody opens a browser at a desk: `sits_down("vi", 1280)`."""
    contexts = []
    cache.clear()  # a one-time code is used once; ids of people begin anew with each test
    root = live_server.url.replace("127.0.0.1", "localhost")  # passkeys belong to a name

    def open_browser(language: str = "vi", width: int = 1280) -> AtDesk:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="vi-VN")
        contexts.append(context)
        watch = Watch(root)
        watch.on(context)
        return AtDesk(context.new_page(), root, language, watch)

    yield open_browser
    for context in contexts:
        context.close()
