"""Drawings that need no script, with the same figures as text behind each."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from tincay.core.estimate.checks import Range, overlap_matrix
from tincay.core.estimate.drawings import CLEARANCE, Caption, Drawing, draw_bars, draw_overlaps, draw_ranges

from .tables import load

CAPTION = Caption(
    "Phương pháp", "Mỗi dòng là một phương pháp.", ("Phương pháp", "Thấp", "Giữa", "Cao"), thousands="."
)
SVG = "{http://www.w3.org/2000/svg}"
RANGES = [
    Range("stepwise", 9232.0, 11313.0, 15089.0),
    Range("open <above>", 11106.0, 25311.0, None),
    Range("open below", None, None, 33511.0),
    Range("point", None, 12000.0, None),
    Range("refused", None, None, None),
]


def texts(drawing: Drawing) -> list[str]:
    return [element.text or "" for element in ET.fromstring(drawing.svg).iter(f"{SVG}text")]


def test_a_drawing_is_titled_described_and_free_of_scripts() -> None:
    drawing = draw_ranges("panel", CAPTION, RANGES)
    root = ET.fromstring(drawing.svg)
    assert root.attrib["role"] == "img"
    ids = {element.attrib["id"]: element.text for element in root if "id" in element.attrib}
    assert [ids[key] for key in root.attrib["aria-labelledby"].split()] == [
        CAPTION.title,
        CAPTION.description,
    ]
    assert "<script" not in drawing.svg
    assert "style=" not in drawing.svg


def test_every_figure_drawn_stands_in_the_table_too() -> None:
    table = draw_ranges("panel", CAPTION, RANGES).table
    assert table.headings == CAPTION.headings
    assert table.rows[0] == ("stepwise", "9.232", "11.313", "15.089")
    assert table.rows[1] == ("open <above>", "11.106", "25.311", "–")
    assert table.rows[4] == ("refused", "–", "–", "–")


def test_larger_estimates_lie_further_right() -> None:
    root = ET.fromstring(draw_ranges("panel", CAPTION, RANGES).svg)
    first, second, third = (float(dot.attrib["cx"]) for dot in root.iter(f"{SVG}circle"))
    assert [each.estimate for each in RANGES[:2]] == [11_313, 25_311]
    assert first < third < second


def test_open_ends_are_arrows_and_refusals_are_crosses() -> None:
    drawing = draw_ranges("panel", CAPTION, RANGES)
    assert len(list(ET.fromstring(drawing.svg).iter(f"{SVG}path"))) == 2
    assert texts(drawing).count("×") == 1


def test_nothing_to_draw_still_makes_a_drawing() -> None:
    drawing = draw_ranges("panel", CAPTION, [Range("none", None, None, None)])
    assert "none" in texts(drawing)


@pytest.mark.parametrize(("low", "high"), [(5.0, 6.0), (100.0, 10_000_000.0), (0.2, 0.5)])
def test_the_scale_has_a_few_round_marks(low: float, high: float) -> None:
    drawing = draw_ranges("one", CAPTION, [Range("x", low, None, high)])
    marks = [text for text in texts(drawing) if text != "x"]
    assert len(marks) <= 6


def test_numbers_under_the_scale_do_not_run_into_each_other() -> None:
    root = ET.fromstring(draw_ranges("one", CAPTION, [Range("x", 200.0, None, 1_000.0)]).svg)
    marks = [text for text in root.iter(f"{SVG}text") if text.attrib.get("text-anchor") == "middle"]
    places = [float(text.attrib["x"]) for text in marks]
    assert min(after - before for before, after in pairwise(places)) >= CLEARANCE


def test_bars_are_as_long_as_their_sizes() -> None:
    drawing = draw_bars("weights", CAPTION, [("[12,3]", 0.6, "60 %"), ("[13]", 0.3, "30 %")])
    widths = [float(bar.attrib["width"]) for bar in ET.fromstring(drawing.svg).iter(f"{SVG}rect")]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.01)
    assert drawing.table.rows == (("[12,3]", "60 %"), ("[13]", "30 %"))


def test_bars_of_nothing_have_no_length() -> None:
    assert draw_bars("none", CAPTION, []).table.rows == ()
    assert 'width="0.0"' in draw_bars("zero", CAPTION, [("a", 0.0, "0")]).svg


def test_overlaps_are_drawn_by_size_and_told_in_the_table() -> None:
    table = load("uk_5list")
    drawing = draw_overlaps("overlaps", CAPTION, table.lists, overlap_matrix(table))
    assert drawing.table.headings == ("Phương pháp", *table.lists)
    assert drawing.table.rows[0] == ("LA", "94", "18", "21", "5", "0")
    assert texts(drawing).count("68") == 2


def test_lists_without_overlap_are_drawn_empty() -> None:
    drawing = draw_overlaps("overlaps", CAPTION, ("A", "B"), ((3, 0), (0, 4)))
    assert 'width="0.0"' in drawing.svg
