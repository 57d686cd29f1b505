"""What the pages show of a result: each screen as sentences, a drawing and the table behind it, in one language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tincay.core.estimate.checks import Gate, Range, overlap_matrix
from tincay.core.estimate.drawings import Caption, Drawing, draw_bars, draw_overlaps, draw_ranges
from tincay.core.estimate.histories import Pair, Table, apart, chapman_spread
from tincay.estimates import texts
from tincay.estimates.texts import (
    METHODS,
    caution_words,
    people,
    percent,
    range_words,
    reason_words,
)
from tincay.web.numbers import decimal_words, separators

Result = Mapping[str, Any]
XI = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Where the assumption may be put: how many times as alike all lists together are as their parts suggest."""


@dataclass(frozen=True)
class PageDrawing:
    """A figure as a page needs it: the drawing keeps its size and scrolls on a small screen."""

    title: str
    svg: SafeString
    on_paper: SafeString
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def _drawing(drawing: Drawing) -> PageDrawing:
    # Escaped by the core's drawing; the width keeps letters readable where the screen is narrower.
    svg, paper = (
        SafeString(drawing.svg.replace("<svg ", f'<svg width="{width}" ', 1)) for width in (640, 560)
    )
    return PageDrawing(drawing.title, svg, paper, drawing.table.headings, drawing.table.rows)


def _caption(title: str, description: str, headings: tuple[str, ...]) -> Caption:
    return Caption(title, description, headings, missing="–", thousands=separators()[0])


def ranges(name: str, title: str, description: str, label: str, shown: Sequence[Range]) -> PageDrawing:
    """Lines of a drawing and their table: label, lower end, estimate, upper end."""
    headings = (label, _("Cận dưới"), _("Ở giữa"), _("Cận trên"))
    return _drawing(draw_ranges(name, _caption(title, description, headings), shown))


def _range(entry: Result, label: str = "") -> Range:
    return Range(label or entry["label"], entry["lower"], entry["estimate"], entry["upper"])


def claims_drawing(claims: Sequence[tuple[str, int, int]]) -> SafeString:
    """Claims as bars from nothing, small enough for a phone: (label, figure, or its low and high end)."""
    most = max((high for _label, _low, high in claims), default=1)
    step, width = 52, 320
    marks = format_html_join(
        "",
        '<text x="0" y="{}" font-size="15">{}</text>'
        '<rect x="0" y="{}" width="{}" height="14" opacity="0.35"/>'
        '<rect x="0" y="{}" width="{}" height="14" opacity="0.65"/>',
        (
            (
                step * row + 16,
                label,
                step * row + 24,
                round(width * high / most),
                step * row + 24,
                round(width * low / most),
            )
            for row, (label, low, high) in enumerate(claims)
        ),
    )
    title = _("Các con số cạnh nhau")
    description = _("Mỗi vạch là một con số đã công bố. Không có số nào ở giữa được tính ra.")
    return format_html(
        '<svg width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-labelledby="claims-title claims-said" '
        'fill="currentColor"><title id="claims-title">{}</title><desc id="claims-said">{}</desc>{}</svg>',
        width,
        step * len(claims),
        width,
        step * len(claims),
        title,
        description,
        marks,
    )


class Screens:
    """One result, screen by screen, in the order in which it should be read."""

    def __init__(self, table: Table, result: Result, xi: float = 1.0) -> None:
        self.table, self.result, self.xi = table, result, xi
        self.gate: Result = result["gate"]
        self.is_open: bool = result["gate"]["open"]
        self.pairs = [Pair(**pair) for pair in result["overlaps"]]

    # 1 and 3: the gate, and the lower bound

    def single(self) -> str:
        return percent(self.gate["single"])

    def refusal(self) -> str:
        """Why the gate is shut, in words."""
        measured = {name: value for name, value in self.gate.items() if name != "open"}
        return reason_words(Gate(**measured).refusal().as_json())

    def left_out(self) -> list[str]:
        """Which lists say nothing of their own, empty ones and copies, in words."""
        return [caution_words(caution) for caution in self.result["notices"]]

    def seen(self) -> str:
        return people(self.gate["seen"])

    def bound(self) -> str:
        """ "ít nhất …" from the lower end of Chao's bound; empty where even that cannot be said."""
        bound = self.result["lower_bound"]
        low = bound["lower"] if bound["lower"] is not None else bound["estimate"]
        return "" if low is None else texts.at_least(low)

    def bound_refusal(self) -> str:
        refusal = self.result["lower_bound"]["refusal"]
        return reason_words(refusal) if refusal else ""

    def bound_range(self) -> str:
        bound = self.result["lower_bound"]
        return _ends(bound["lower"], bound["upper"])

    # 2: overlaps

    def overlaps(self) -> PageDrawing:
        caption = _caption(
            _("Ai có mặt trên hai danh sách"),
            _("Ô càng đầy thì hai danh sách càng có nhiều người chung."),
            (_("Danh sách"),),
        )
        return _drawing(draw_overlaps("overlaps", caption, self.table.lists, overlap_matrix(self.table)))

    def apart(self) -> str:
        return ", ".join(f"{pair.first} – {pair.second}" for pair in apart(self.pairs))

    def pair_spread(self) -> tuple[str, str] | None:
        """How far the lists go apart two by two: a model's words too, so None behind a shut gate."""
        spread = chapman_spread(self.pairs) if self.is_open else None
        return (people(spread[0]), people(spread[1])) if spread else None

    # 4: methods and models side by side

    def headline(self) -> str:
        return range_words(self.result["headline"]["lower"], self.result["headline"]["upper"])

    def without_lower(self) -> str:
        """Methods that answer without a lower limit: with them the range begins at the people seen."""
        return self._without("lower")

    def without_upper(self) -> str:
        """Methods that answer without an upper limit: with them the range has no upper end."""
        return self._without("upper")

    def _without(self, side: str) -> str:
        return ", ".join(
            str(METHODS[each["method"]])
            for each in self.result["panel"]
            if each["estimate"] is not None and each[side] is None
        )

    def panel(self) -> PageDrawing:
        shown = [_range(each, str(METHODS[each["method"]])) for each in self.result["panel"]]
        return ranges(
            "panel",
            _("Các cách tính cạnh nhau"),
            _("Mỗi dòng là một cách: chấm ở giữa, vạch từ cận dưới đến cận trên. Dấu × là không có đáp số."),
            _("Cách tính"),
            shown,
        )

    def silent(self) -> Iterator[tuple[str, str]]:
        """Methods that refused, and why."""
        for each in self.result["panel"]:
            if each["refusal"]:
                yield str(METHODS[each["method"]]), reason_words(each["refusal"])

    def cautions(self) -> Iterator[tuple[str, list[str]]]:
        """What each method warns of; that all of them are lower bounds is said once, in the rules."""
        for each in self.result["panel"]:
            cautions = [
                caution_words(caution) for caution in each["warnings"] if caution["code"] != "lower_bound"
            ]
            if cautions:
                yield str(METHODS[each["method"]]), cautions

    def models(self) -> PageDrawing | None:
        shown = [
            (f"{each['model']} ", each["weight"], f"{people(each['estimate'])} ({percent(each['weight'])})")
            for each in self.result["models"]
        ]
        if not shown:
            return None
        caption = _caption(
            _("Mười mô hình khớp nhất"),
            _("Vạch càng dài, mô hình càng khớp theo BIC. Bên cạnh là đáp số của nó."),
            (_("Mô hình"), _("Đáp số và trọng số")),
        )
        return _drawing(draw_bars("models", caption, shown))

    def near_ties(self) -> tuple[str, str] | None:
        ends = self.result["near_ties"]
        return (people(ends[0]), people(ends[1])) if ends and ends[0] < ends[1] else None

    # 5 and 6: without each list; lists that look for each other

    def without(self) -> PageDrawing:
        return ranges(
            "without",
            _("Bỏ ra từng danh sách"),
            _("Mỗi dòng là đáp số của cách chọn từng bước khi thiếu một danh sách."),
            _("Khi thiếu"),
            [_range(each) for each in self.result["without_each_list"]],
        )

    def trials(self) -> list[dict[str, Any]]:
        """Each list taken for a population of known size: what the methods find from the other lists."""
        return [
            {
                "list": trial["list"],
                "truth": people(trial["truth"]),
                "method": METHODS[attempt["label"]],
                "range": _ends(attempt["lower"], attempt["upper"]),
                "holds": attempt["holds"],
            }
            for trial in self.result["trials"]
            for attempt in trial["found"]
        ]

    def trials_held(self) -> tuple[int, int]:
        holds = [trial["holds"] for trial in self.trials() if trial["holds"] is not None]
        return sum(holds), len(holds)

    # 7: the assumption that nothing can test

    def slider(self) -> list[tuple[str, str, bool]]:
        """Places where the assumption may be put: its number, as address and as words, and whether it is there."""
        return [(f"{xi:g}", decimal_words(xi, 2), xi == self.xi) for xi in XI]

    def at_xi(self) -> str:
        """The answer with the assumption where the reader put it; empty where a cell of the table is empty."""
        estimates = {each["label"]: each["estimate"] for each in self.result["assumption"]}
        if not estimates:
            return ""
        size = self.gate["seen"]
        return people(size + self.xi * (estimates["1"] - size))

    def xi_words(self) -> str:
        return decimal_words(self.xi, 2)

    def assumption(self) -> PageDrawing:
        shown = [
            _range(each, f"ξ = {decimal_words(float(each['label']))}") for each in self.result["assumption"]
        ]
        return ranges(
            "assumption",
            _("Khi giả định thay đổi"),
            _("Mỗi dòng là đáp số với một giả định khác về các danh sách."),
            _("Giả định"),
            shown,
        )

    # 8: sensitivities

    def thresholds(self) -> PageDrawing:
        shown = [_range(each, f"p < {_decimal_text(each['label'])}") for each in self.result["thresholds"]]
        return ranges(
            "thresholds",
            _("Khi ngưỡng chọn thay đổi"),
            _("Mỗi dòng là đáp số của cách chọn từng bước với một ngưỡng."),
            _("Ngưỡng"),
            shown,
        )

    def priors(self) -> PageDrawing | None:
        shown = [_range(each, _prior_label(each)) for each in self.result["priors"]]
        if not shown:
            return None
        return ranges(
            "priors",
            _("Khi tiên nghiệm thay đổi"),
            _("Mỗi dòng là khoảng của cách trung bình đồ thị với một tiên nghiệm."),
            _("Tiên nghiệm"),
            shown,
        )

    def curve(self) -> PageDrawing | None:
        shown = [
            Range(str(each["models"]), each["lower"], None, each["upper"]) for each in self.result["curve"]
        ]
        if not shown:
            return None
        return ranges(
            "curve",
            _("Khi được chọn giữa nhiều mô hình hơn"),
            _("Khoảng rộng ra khi mỗi bảng lặp lại được chọn giữa nhiều mô hình hơn."),
            _("Được chọn giữa"),
            shown,
        )

    # 9: can the simulations be trusted

    def health(self) -> list[tuple[str, str]]:
        """Replicates, convergence, independent draws, heaps: what each simulation says of itself."""
        return [line for each in self.result["panel"] for line in _health(each)]


def _ends(lower: float | None, upper: float | None) -> str:
    """ "52 – 479", "từ 52", "đến 479": an end that is not known is not there."""
    if lower is None and upper is None:
        return people(None)
    if lower is None or upper is None:
        number = people(upper if lower is None else lower)
        return (_("đến %(number)s") if lower is None else _("từ %(number)s")) % {"number": number}
    return f"{people(lower)} – {people(upper)}"


def _decimal_text(label: str) -> str:
    """A decimal of the core, "0.02", as the reader writes it."""
    return decimal_words(float(label), len(label.partition(".")[2]))


def _prior_label(prior: Result) -> str:
    label = f"δ = {decimal_words(prior['delta'], 3)}"
    return f"{label} + {_('đồ thị đầy')}" if prior["complete_graph"] else label


def _health(answer: Result) -> Iterator[tuple[str, str]]:
    name, details = str(METHODS[answer["method"]]), answer["details"]
    refused = (answer["refusal"] or {}).get("values", {})
    facts = {**details, **refused}
    if "replicates" in facts:
        yield name, _("%(number)s bảng lặp lại") % {"number": people(facts["replicates"])}
        tails = [p for p in ("0.025", "0.975") if facts["limits"].get(p) is None and p in facts["limits"]]
        for tail in tails:
            expected = facts["replicates"] * min(facts["shares"][tail], 1 - facts["shares"][tail])
            yield (
                name,
                _("Không nêu %(side)s: chỉ %(few)s bảng lặp lại nằm ngoài (B·p)")
                % {
                    "side": texts.SIDES["lower" if tail == "0.025" else "upper"],
                    "few": decimal_words(expected, 1),
                },
            )
    if facts.get("rhat") is not None:
        yield name, f"R-hat {decimal_words(facts['rhat'])}"
    if facts.get("independent_draws") is not None:
        yield name, _("%(number)s lần rút độc lập") % {"number": people(facts["independent_draws"])}
    modes = facts.get("modes") or ()
    if len(modes) > 1:
        heaps = ", ".join(f"{people(mode['estimate'])} ({percent(mode['share'])})" for mode in modes)
        yield name, _("Hai cụm đáp số: %(heaps)s") % {"heaps": heaps}
