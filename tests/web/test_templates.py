"""Templates are read by people: no line is too long, and what is sent is what was written, without indentation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template

from tincay.web.loader import without_indentation

ROOT = Path(settings.BASE_DIR)
LONGEST = 120


def templates() -> Iterator[Path]:
    yield from sorted((ROOT / "tincay").rglob("templates/**/*.html"))


def test_no_line_of_a_template_is_too_long() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > LONGEST
    ]
    assert not wrong, f"over {LONGEST} letters; ./run fix, or a blocktranslate over several lines: {wrong}"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<div>\n  <p>a</p>\n</div>", "<div><p>a</p></div>"),
        ("<p>\n  one\n  two\n</p>", "<p>one two</p>"),
        ("<a>x</a>\n<a>y</a>", "<a>x</a> <a>y</a>"),
        ("one line  stays", "one line  stays"),
    ],
)
def test_a_line_break_is_a_space_where_a_reader_would_see_one(written: str, sent: str) -> None:
    assert without_indentation(written) == sent


def test_a_loaded_template_is_sent_without_indentation() -> None:
    text = get_template("403.html").template.source  # type: ignore[attr-defined]
    assert "\n  <" in text
    page = get_template("web/print.html").render({})
    assert "\n  <" not in page


def test_what_a_variable_prints_keeps_its_lines() -> None:
    assert Template("<pre>{{ text }}</pre>").render(Context({"text": "a\n  b"})) == "<pre>a\n  b</pre>"
