"""The look keeps its promises: contrast, weight, and one place for colours."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from tincay.web.templatetags import furniture

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "client" / "styles"
BUILT = ROOT / "tincay" / "web" / "static" / "web"
TIMES = ("day", "night")
COLOUR = re.compile(r"--([a-z]+): (#[0-9A-Fa-f]{3,6})\b")


def palette(time: str) -> dict[str, str]:
    """The colours of tokens.css by day, or by night."""
    source = (SOURCES / "tokens.css").read_text(encoding="utf-8").split("prefers-contrast")[0]
    by_day, by_night = source.split("@media screen and (prefers-color-scheme: dark)")
    day = dict(COLOUR.findall(by_day))
    return day if time == "day" else day | dict(COLOUR.findall(by_night))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_tokens_are_those_of_the_design() -> None:
    assert palette("day") == {
        "white": "#FFFFFF",
        "paper": "#FBFAF7",
        "ink": "#1F2A2E",
        "soft": "#55636A",
        "line": "#D9D5CC",
        "teal": "#0B5563",
        "pale": "#E4F0F1",
        "marigold": "#E0A526",
        "brick": "#A3271D",
        "amber": "#8A5A00",
        "leaf": "#2E6B3E",
    }


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize(("text", "ground"), [("ink", "paper"), ("ink", "pale"), ("ink", "line"), ("teal", "paper"),
                                              ("teal", "pale"), ("brick", "paper"), ("paper", "teal"),
                                              ("paper", "brick"), ("paper", "ink")])  # fmt: skip
def test_her_phone_is_read_at_seven_to_one_by_day_and_by_night(time: str, text: str, ground: str) -> None:
    tokens = palette(time)
    assert contrast(tokens[text], tokens[ground]) >= 7


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("text", ["ink", "soft", "teal", "brick", "amber", "leaf"])
@pytest.mark.parametrize("ground", ["paper", "pale"])
def test_the_desk_is_read_at_four_and_a_half_to_one_by_day_and_by_night(
    time: str, text: str, ground: str
) -> None:
    tokens = palette(time)
    assert contrast(tokens[text], tokens[ground]) >= 4.5


def test_the_focus_ring_is_seen_on_every_ground() -> None:
    for time in TIMES:
        tokens = palette(time)
        for ground in ("paper", "pale"):
            best = max(contrast(tokens["marigold"], tokens[ground]), contrast(tokens["ink"], tokens[ground]))
            assert best >= 3


def test_colours_are_chosen_in_tokens_only() -> None:
    chosen = re.compile(r"#[0-9A-Fa-f]{3,8}\b|rgba?\(|hsla?\(")
    for sheet in SOURCES.glob("*.css"):
        rules = re.sub(r"--[a-z]+: #[0-9A-Fa-f]{3,6};", "", sheet.read_text(encoding="utf-8"))
        assert not chosen.search(rules), f"{sheet.name}: use a token"


def test_her_phone_loads_little() -> None:
    assert len(gzip.compress((BUILT / "phone.css").read_bytes())) <= 6 * 1024


def test_her_phone_downloads_no_letters() -> None:
    assert "font-face" not in (BUILT / "phone.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("sheet", ["phone.css", "desk.css"])
def test_a_sheet_loads_nothing_from_elsewhere(sheet: str) -> None:
    addresses = re.findall(r"url\(\"?([^)\"]*)", (BUILT / sheet).read_text(encoding="utf-8"))
    assert all(address.startswith("fonts/") for address in addresses)


@pytest.mark.parametrize("sheet", ["phone.css", "desk.css"])
def test_nothing_moves_by_itself(sheet: str) -> None:
    assert "@keyframes" not in (BUILT / sheet).read_text(encoding="utf-8")


def test_the_committed_sheets_hold_every_rule_of_their_sources() -> None:
    """Without Node only names can be compared; `node styles/build.mjs --check` compares bytes."""
    for built, parts in {
        "phone.css": ("furniture.css", "her-phone.css"),
        "desk.css": ("furniture.css", "desk.css"),
    }.items():
        compiled = (BUILT / built).read_text(encoding="utf-8")
        for part in parts:
            source = re.sub(r"/\*.*?\*/", "", (SOURCES / part).read_text(encoding="utf-8"), flags=re.S)
            for name in re.findall(r"\.([a-z][a-z-]+)[ ,:{]", source):
                assert f".{name}" in compiled, f"{built} lacks .{name}: node client/styles/build.mjs"


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    drawings = furniture.icons()
    for template in (ROOT / "tincay").glob("*/templates/**/*.html"):
        for name in re.findall(r'\{% icon "([^"]+)"', template.read_text(encoding="utf-8")):
            assert name in drawings, f"{template.name}: add {name} to client/styles/icons.mjs"


def test_committed_files_are_those_that_were_built() -> None:
    lines = (BUILT / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    there = {str(path.relative_to(BUILT)) for path in BUILT.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert set(sums) == there
    for name, expected in sums.items():
        assert hashlib.sha256((BUILT / name).read_bytes()).hexdigest() == expected, (
            f"{name}: node client/styles/build.mjs"
        )


@pytest.mark.parametrize("sheet", ["phone.css", "desk.css"])
def test_what_is_sent_compressed_is_the_same_sheet(sheet: str) -> None:
    assert gzip.decompress((BUILT / f"{sheet}.gz").read_bytes()) == (BUILT / sheet).read_bytes()


HER_PAGES = ("intake", "visit", "directory", "log")
PLAIN_CLASS = re.compile(r'class="([^"{]+)"')


def test_each_class_on_her_pages_has_a_rule_in_her_own_sheet() -> None:
    sheet = set(re.findall(r"\.([a-z][\w-]*)", (BUILT / "phone.css").read_text(encoding="utf-8")))
    for app in HER_PAGES:
        pages = sorted((ROOT / "tincay" / app / "templates").rglob("*.html"))
        assert pages
        for path in pages:
            used = {
                name
                for names in PLAIN_CLASS.findall(path.read_text(encoding="utf-8"))
                for name in names.split()
            }
            assert used <= sheet, path
