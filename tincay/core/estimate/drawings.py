"""Drawings of the diagnostics as plain SVG, each with the table it draws; readable by screen readers.

Nothing here needs a script, a font or a colour: shapes carry the meaning, `currentColor` lets a page set ink.
The caller brings all words, so a page speaks its own language.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .checks import Range

TEXT = '<text stroke="none" '
WIDTH, ROW, LEFT, RIGHT, TOP, BOTTOM = 640, 28, 190, 24, 12, 40
CLEARANCE = 64
"""What a number under the axis needs, so that two do not overlap."""


@dataclass(frozen=True)
class TextTable:
    """The numbers behind a drawing: column headings and rows, all text; the first column heads its row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Drawing:
    """A drawing (an `svg` element as text) and its table."""

    title: str
    svg: str
    table: TextTable


@dataclass(frozen=True)
class Caption:
    """What a drawing says: its title, one sentence on what it shows, and its column headings."""

    title: str
    description: str
    headings: tuple[str, ...]
    missing: str = "–"
    thousands: str = ","

    def number(self, value: float | None) -> str:
        """A whole number of people, or the sign for a missing one."""
        if value is None:
            return self.missing
        return f"{value:,.0f}".replace(",", self.thousands)


def draw_ranges(name: str, caption: Caption, ranges: Sequence[Range]) -> Drawing:
    """One line per range on a log scale: bar from lower to upper, dot at the estimate, arrow for an open end.

    `name` makes the element's ids; `caption.headings` name label, lower, estimate and upper.
    """
    shown = [value for each in ranges for value in (each.lower, each.estimate, each.upper) if value]
    axis = _Axis.over(shown)
    height = TOP + ROW * len(ranges) + BOTTOM
    marks = "".join(_range_mark(axis, row, each) for row, each in enumerate(ranges))
    svg = _svg(
        name,
        caption,
        height,
        _labels([each.label for each in ranges]) + _ticks(axis, caption, height) + marks,
    )
    rows = tuple((each.label, *_numbers(caption, each)) for each in ranges)
    return Drawing(caption.title, svg, TextTable(caption.headings, rows))


def _numbers(caption: Caption, each: Range) -> tuple[str, str, str]:
    return caption.number(each.lower), caption.number(each.estimate), caption.number(each.upper)


@dataclass(frozen=True)
class _Axis:
    """A log scale from `low` to `high` across the drawing."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[float]) -> _Axis:
        if not values:
            return cls(1.0, 10.0)
        return cls(max(min(values), 1.0) * 0.8, max(max(values), 1.0) * 1.25)

    def x(self, value: float) -> float:
        share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def ticks(self) -> list[float]:
        """Round numbers, thinned to at most six."""
        first = math.floor(math.log10(self.low))
        last = math.ceil(math.log10(self.high))
        every = [step * 10.0**power for power in range(first, last + 1) for step in (1, 1.5, 2, 3, 4, 5, 7)]
        inside = [tick for tick in every if self.low <= tick <= self.high]
        return self._apart(inside[:: max(1, -(-len(inside) // 6))])

    def _apart(self, ticks: list[float]) -> list[float]:
        """Those ticks whose numbers do not run into the number before."""
        kept: list[float] = []
        for tick in ticks:
            if not kept or self.x(tick) - self.x(kept[-1]) >= CLEARANCE:
                kept.append(tick)
        return kept


def _range_mark(axis: _Axis, row: int, each: Range) -> str:
    y = TOP + ROW * row + ROW / 2
    if each.estimate is None and each.lower is None and each.upper is None:
        return f'<text x="{LEFT + 6}" y="{y + 5:.1f}">×</text>'
    left = axis.x(each.lower) if each.lower is not None else None
    right = axis.x(each.upper) if each.upper is not None else None
    parts = [_bar(left, right, y, open_ended=each.lower is not None or each.upper is not None)]
    if each.estimate is not None:
        parts.append(f'<circle cx="{axis.x(each.estimate):.1f}" cy="{y:.1f}" r="5"/>')
    return "".join(parts)


def _bar(left: float | None, right: float | None, y: float, *, open_ended: bool) -> str:
    """A line between two ends; a missing end becomes an arrow to the edge. No line when both are missing."""
    if not open_ended:
        return ""
    start, end = left or float(LEFT), right or float(WIDTH - RIGHT)
    arrows = _arrow(start, y, -1) * (left is None) + _arrow(end, y, 1) * (right is None)
    line = f'<line x1="{start:.1f}" x2="{end:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke-width="3"/>'
    return line + arrows


def _arrow(x: float, y: float, way: int) -> str:
    return f'<path d="M{x - 7 * way:.1f} {y - 5:.1f} L{x:.1f} {y:.1f} L{x - 7 * way:.1f} {y + 5:.1f}" fill="none"/>'


def _labels(labels: Sequence[str]) -> str:
    return "".join(
        f'<text x="{LEFT - 10}" y="{TOP + ROW * row + ROW / 2 + 5:.1f}" text-anchor="end">{escape(label)}</text>'
        for row, label in enumerate(labels)
    )


def _ticks(axis: _Axis, caption: Caption, height: int) -> str:
    bottom = height - BOTTOM
    return "".join(
        f'<line x1="{axis.x(tick):.1f}" x2="{axis.x(tick):.1f}" y1="{TOP}" y2="{bottom + 5}" opacity="0.25"/>'
        f'<text x="{axis.x(tick):.1f}" y="{bottom + 22}" text-anchor="middle">{caption.number(tick)}</text>'
        for tick in axis.ticks()
    )


def _svg(name: str, caption: Caption, height: int, inside: str) -> str:
    """The element, titled and described for those who do not see it."""
    key = escape(name, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{key}-title {key}-description" fill="currentColor" stroke="currentColor" '
        f'stroke-width="0" font-size="14">'
        f'<title id="{key}-title">{escape(caption.title)}</title>'
        f'<desc id="{key}-description">{escape(caption.description)}</desc>'
        f'<g stroke-width="1.5">{inside.replace("<text ", TEXT)}</g></svg>'
    )


def draw_bars(name: str, caption: Caption, bars: Sequence[tuple[str, float, str]]) -> Drawing:
    """Bars from 0, one per (label, size, text behind it), such as the weight of each model."""
    most = max((size for _, size, _ in bars), default=0.0) or 1.0
    height = TOP + ROW * len(bars) + 8
    space = WIDTH - LEFT - RIGHT - 110
    inside = _labels([label for label, _, _ in bars])
    for row, (_, size, text) in enumerate(bars):
        y, width = TOP + ROW * row + 6, space * size / most
        inside += f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{ROW - 12}" opacity="0.6"/>'
        inside += f'<text x="{LEFT + width + 8:.1f}" y="{y + 13}">{escape(text)}</text>'
    rows = tuple((label, text) for label, _, text in bars)
    return Drawing(caption.title, _svg(name, caption, height, inside), TextTable(caption.headings, rows))


def draw_overlaps(
    name: str, caption: Caption, lists: Sequence[str], shared: Sequence[Sequence[int]]
) -> Drawing:
    """Lists against lists: in each cell the people on both, its square larger the more of them there are.

    `caption.headings` holds the heading of the first column.
    """
    step = min(70.0, (WIDTH - LEFT - RIGHT) / len(lists))
    most = max((shared[i][j] for i in range(len(lists)) for j in range(i)), default=0) or 1
    inside = "".join(
        f'<text x="{LEFT - 10}" y="{TOP + 40 + step * i:.1f}" text-anchor="end">{escape(label)}</text>'
        f'<text x="{LEFT + step * (i + 0.5):.1f}" y="{TOP + 8}" text-anchor="middle">{escape(label)}</text>'
        for i, label in enumerate(lists)
    )
    inside += "".join(
        _cell(i, j, step, shared[i][j] / most, caption.number(shared[i][j]))
        for i in range(len(lists))
        for j in range(len(lists))
        if i != j
    )
    rows = tuple((label, *(caption.number(count) for count in shared[i])) for i, label in enumerate(lists))
    height = int(TOP + 24 + step * len(lists))
    table = TextTable((*caption.headings[:1], *lists), rows)
    return Drawing(caption.title, _svg(name, caption, height, inside), table)


def _cell(i: int, j: int, step: float, share: float, text: str) -> str:
    x, y, side = LEFT + step * (j + 0.5), TOP + 35 + step * i, (step - 6) * math.sqrt(min(share, 1.0))
    return (
        f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side:.1f}" height="{side:.1f}" opacity="0.2"/>'
        f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle">{escape(text)}</text>'
    )
