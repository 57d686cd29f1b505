"""Item by item what a planner may see: claims side by side, a table asked, a thin table refused, a sheet for paper."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.helper_at_desk import SAID
from tests.browser.never import Watch
from tests.cast import Hands, Network, Worker, give_second_factor, hire
from tests.estimates.conftest import SMALL, TABLES, put_triggers_aside, work_out_once
from tests.people.telephone import totp
from tincay.estimates import compute, worker
from tincay.estimates.actions import load_claims
from tincay.estimates.models import Run
from tincay.people.actions import add_organisation
from tincay.web.packs import pack_toml

pytestmark = [pytest.mark.browser, pytest.mark.page, pytest.mark.django_db(transaction=True)]
SIZES = [("vi", 360), ("vi", 1280), ("en", 360), ("en", 1280)]

VALUES = {"vi": ("hơn 100.000", "300.000"), "en": ("over 100,000", "300,000")}
WORDS = {
    "vi": {
        "upload": "Chọn tệp",
        "file": "Bảng đếm (CSV)",
        "who": "Những ai được đếm",
        "first": "Từ năm",
        "last": "Đến năm",
        "run": "Chạy",
        "open": "Qua cổng kiểm tra",
        "shut": "Chưa thể ước lượng từ bảng này",
        "bound": "ít nhất",
        "paper": "Trang in",
        "people": "mỗi dòng là một người",
        "headline": "Đó là khoảng chung",
        "pairs": "Tính riêng từng cặp",
        "no_method": "Đã công bố, không nêu phương pháp",
        "average": "200.000",
        "rank": "Không xếp hạng",
    },
    "en": {
        "upload": "Choose a file",
        "file": "Table of counts (CSV)",
        "who": "Who is counted",
        "first": "From year",
        "last": "To year",
        "run": "Run",
        "open": "Through the gate",
        "shut": "This table does not allow an estimate yet",
        "bound": "at least",
        "paper": "Sheet for paper",
        "people": "Each row of this file seems to be a person",
        "headline": "This is the union",
        "pairs": "Taken pair by pair",
        "no_method": "Published, method not stated",
        "average": "200,000",
        "rank": "Never rank provinces",
    },
}


@pytest.fixture(autouse=True)
def _little_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "EFFORTS", {"look": SMALL, "publish": SMALL})
    monkeypatch.setattr(worker, "work_out", work_out_once)


@pytest.fixture(autouse=True)
def _cleaned(transactional_db: None) -> Iterator[None]:
    yield from put_triggers_aside()


@pytest.fixture
def researcher(network: Network) -> Worker:
    institute = add_organisation(
        code="ben-sach",
        name_vi="Viện Nghiên cứu Bến Sách (mẫu)",
        name_en="Book Wharf Research Institute (invented)",
        kind="research",
        scope=["aggregate_only"],
    )
    return hire(institute, "lan.bensach", "me_officer", title="Người nghiên cứu", with_key=False)


class Desk:
    """A research user's browser, without script: everything here works without any."""

    def __init__(self, page: Page, root: str, language: str, watch: Watch) -> None:
        self.page, self.root, self.language, self.watch = page, root, language, watch
        self.words = WORDS[language]

    def go(self, path: str) -> None:
        self.page.goto(self.root + ("" if self.language == "vi" else "/en") + path)

    def sign_in(self, worker: Worker) -> None:
        said = SAID[self.language]
        self.go(reverse("runs"))
        self.page.get_by_label(said["name"]).fill(worker.user.username)
        self.page.get_by_label(said["password"], exact=True).fill(worker.password)
        self.page.get_by_role("button", name=said["sign_in"], exact=True).click()
        self.page.get_by_label(said["code"]).fill(totp())
        self.page.get_by_role("button", name=said["enter"], exact=True).click()
        self.look()

    def look(self) -> None:
        self.watch.look(self.page)
        assert serious_findings(self.page) == []
        assert overflow(self.page) <= 0, self.page.url

    def upload(self, file: Path | dict[str, Any]) -> None:
        self.go(reverse("new_run"))
        self.page.get_by_label(self.words["file"]).set_input_files(file)  # type: ignore[arg-type]
        self.page.get_by_label(self.words["who"]).fill("Người từng đến ba nơi (mẫu)")
        self.page.get_by_label(self.words["first"]).fill("2025")
        self.page.get_by_label(self.words["last"]).fill("2026")
        self.page.get_by_role("button", name=self.words["run"], exact=True).click()

    def wait(self) -> None:
        """The page asks again by itself until the run is done; then all of it is there."""
        expect(self.page.locator("section h2").first).to_be_visible()
        self.page.wait_for_load_state()


@pytest.fixture
def sits_down(
    browser: Browser, live_server: Any, clock: Hands, researcher: Worker
) -> Iterator[Callable[[str, int], Desk]]:
    contexts = []
    cache.clear()

    def open_browser(language: str, width: int) -> Desk:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="vi-VN")
        contexts.append(context)
        watch = Watch(live_server.url)
        watch.on(context)
        desk = Desk(context.new_page(), live_server.url, language, watch)
        give_second_factor(researcher)
        desk.sign_in(researcher)
        return desk

    yield open_browser
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_a_table_is_uploaded_asked_and_printed(
    sits_down: Callable[[str, int], Desk], language: str, width: int, tmp_path: Path
) -> None:
    desk = sits_down(language, width)
    words = desk.words
    desk.page.get_by_role("link", name=words["upload"]).click()
    desk.look()
    desk.upload(TABLES / "kampala_fsw_3capture.csv")
    desk.wait()
    expect(desk.page.get_by_text(words["open"])).to_be_visible()
    expect(desk.page.get_by_text(words["headline"])).to_be_visible()
    expect(desk.page.get_by_text(words["pairs"])).to_be_visible()
    assert desk.page.locator("section > h2").count() >= 10
    assert desk.page.locator("main svg[role=img]").count() >= 7
    assert desk.page.locator("main script").count() == 0
    desk.look()

    desk.page.get_by_role("link", name="ξ = 4").click()
    expect(desk.page.locator("[aria-current=true]")).to_contain_text("4")
    desk.look()

    desk.page.get_by_role("link", name=words["paper"]).click()
    desk.look()
    desk.page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dots per inch
    desk.page.emulate_media(media="print")
    assert desk.page.evaluate("getComputedStyle(document.querySelector('main h1')).color") == "rgb(0, 0, 0)"
    expect(desk.page.locator(".no-print").first).to_be_hidden()
    assert desk.page.locator("main table").count() >= 8
    desk.look()
    assert not desk.watch.elsewhere


@pytest.mark.parametrize(("language", "width"), SIZES)
@pytest.mark.parametrize(
    ("name", "seen"),
    [("neworleans_5list_n185", "185"), ("neworleans_5list_n186", "186"), ("western_us_5list", "345")],
)
def test_new_orleans_and_the_western_states_are_refused_with_a_count_and_a_bound(
    sits_down: Callable[[str, int], Desk], language: str, width: int, name: str, seen: str
) -> None:
    desk = sits_down(language, width)
    desk.upload(TABLES / f"{name}.csv")
    desk.wait()
    expect(desk.page.get_by_text(desk.words["shut"])).to_be_visible()
    expect(desk.page.get_by_text(f"{seen} ").first).to_be_visible()
    bound = re.compile(rf"^{desk.words['bound']} [\d.,]+$")
    expect(desk.page.locator("dd").filter(has_text=bound)).to_be_visible()
    for a_models_word in ("headline", "pairs"):
        expect(desk.page.get_by_text(desk.words[a_models_word])).to_have_count(0)
    desk.look()


@pytest.mark.parametrize(("language", "width"), [("vi", 360), ("en", 1280)])
def test_a_file_about_people_is_turned_away_and_forgotten(
    sits_down: Callable[[str, int], Desk], language: str, width: int
) -> None:
    desk = sits_down(language, width)
    people = b"name,A,B\nZYXQ,1,0\n"
    desk.upload({"name": "people.csv", "mimeType": "text/csv", "buffer": people})
    expect(desk.page.get_by_text(desk.words["people"]).first).to_be_visible()
    assert "ZYXQ" not in desk.page.content()
    assert not Run.objects.for_the_rules().exists()
    desk.look()


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_everybody_reads_both_claims_side_by_side_and_no_average(
    browser: Browser, live_server: Any, clock: Hands, language: str, width: int
) -> None:
    load_claims(entries=pack_toml("estimates.toml")["claims"])
    context = browser.new_context(viewport={"width": width, "height": 800})
    words, watch = WORDS[language], Watch(live_server.url)
    watch.on(context)
    desk = Desk(context.new_page(), live_server.url, language, watch)
    desk.go("/figures/population/")
    for value in VALUES[language]:
        expect(desk.page.get_by_role("heading", name=value, exact=True)).to_be_visible()
    assert desk.page.locator("dd", has_text=words["no_method"]).count() == 2
    text = desk.page.locator("main").inner_text()
    assert words["average"] not in text.replace(desk.page.locator("main svg").first.inner_html(), "")
    assert words["rank"] in text
    desk.look()
    assert not watch.elsewhere
    context.close()
