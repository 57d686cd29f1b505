"""Without JavaScript, at the real servers: she is led to the plain one, reports, comes back, reads, writes, leaves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Request, expect

from bench.site import Site
from tests.browser.her import MESSAGE, PLANTED

PREPARE = "from bench.intake import prepare; prepare()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A real install on SQLite, with `tincay serve` as it is served: no proxy in front."""
    folder = {"TINCAY_DATA": str(tmp_path_factory.mktemp("install")), "TINCAY_DATABASE": ""}
    subprocess.run(
        [sys.executable, "-c", PREPARE], cwd=settings.BASE_DIR, env={**os.environ, **folder}, check=True
    )
    with Site(folder) as served:
        yield served


@pytest.mark.browser
@pytest.mark.sqlite
def test_a_person_without_javascript_goes_the_whole_way_at_the_plain_server(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    posted: list[Request] = []
    page.on("request", lambda request: posted.append(request) if request.method == "POST" else None)
    page.goto(f"{site.address}/tell/")
    page.get_by_role("link", name="Dùng trang đơn giản").click()
    assert page.url == f"{site.plain}/tell/plain/"
    page.locator("summary", has_text="máy chủ khóa kín giúp bạn").click()
    expect(page.get_by_text("nhiều nhất ba phút")).to_be_visible()
    page.locator("[name=plain-need][value=just_listen]").check()
    page.get_by_role("button", name="Kể thêm").click()
    page.locator("[name=plain-words]").fill(PLANTED)
    page.get_by_role("button", name="Xem lại rồi gửi").click()
    code = page.locator("[name=plain-code]").first.get_attribute("value") or ""
    page.get_by_role("button", name="English").click()
    assert page.url == f"{site.plain}/en/tell/plain/"
    page.get_by_role("button", name="Tiếng Việt").click()
    assert page.url == f"{site.plain}/tell/plain/"
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", name="Đã gửi")).to_be_visible()
    expect(page.get_by_text(code[:4]).first).to_be_visible()

    # Back another day: the door of the main server leads on by itself.
    page.goto(f"{site.address}/back/")
    page.wait_for_url(f"{site.plain}/back/plain/")
    page.locator("[name=plain-code]").fill(code)
    page.get_by_role("button", name="Xem tin của tôi").click()
    assert page.url == f"{site.plain}/back/now/"
    # Each said whence it came: by that the server tells them from another site's where a browser says nothing else.
    assert [one.all_headers()["origin"] for one in posted] == [site.plain.removesuffix("/plain")] * 6
    page.locator("[name=plain-words]").fill(MESSAGE)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text(MESSAGE)).to_be_visible()
    assert {cookie["path"] for cookie in context.cookies() if cookie["name"].startswith("visit")} == {
        "/plain/"
    }
    # The main server knows nothing of this visit: it leads back to the plain one, whose visit goes on.
    page.goto(f"{site.address}/back/now/")
    page.wait_for_url(f"{site.plain}/back/plain/")
    page.goto(f"{site.plain}/en/back/now/")
    expect(page.get_by_text(MESSAGE)).to_be_visible()
    page.get_by_role("link", name="Tiếng Việt").click()
    assert page.url == f"{site.plain}/back/now/"
    context.close()
