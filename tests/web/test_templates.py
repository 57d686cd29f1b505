"""Templates can be read, and what makes them readable is not sent and changes nothing that is seen."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string

from tincay.web.loader import without_indentation

ROOT = Path(settings.BASE_DIR)
LONGEST = 120
TEMPLATES = sorted(path for path in ROOT.glob("tincay/*/templates/**/*") if path.is_file())
CURE = (
    "./run fix breaks what it can. A long {% translate %} becomes {% blocktranslate trimmed %} over several lines, "
    "with the same words; a long tag takes fewer arguments or a template of its own"
)


def test_no_line_of_a_template_is_longer_than_120_characters() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{number}: {len(line)} characters"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert not long, "\n".join([*long, CURE])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_template_can_be_loaded(path: Path) -> None:
    engines["django"].get_template(path.as_posix().rpartition("/templates/")[2])


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<ul>\n  <li>một</li>\n  <li>hai</li>\n</ul>\n", "<ul><li>một</li><li>hai</li></ul>"),
        ("<p>\n    một\n    hai\n  </p>\n", "<p>một\nhai</p>"),
        ("<b>một</b>\n  <i>hai</i>", "<b>một</b>\n<i>hai</i>"),
        ("<b>một</b> <i>hai</i>", "<b>một</b> <i>hai</i>"),
        ('<input\n  type="text"\n  required\n>', '<input\ntype="text"\nrequired>'),
        ('<textarea\n  id="words"\n>\n', '<textarea\nid="words">\n'),
        ("một<br>\n  hai\n  <br>ba", "một<br>hai<br>ba"),
    ],
)
def test_lines_are_joined_where_nobody_sees_it_and_words_stay_apart(written: str, sent: str) -> None:
    assert without_indentation(written) == sent


def test_a_page_is_sent_without_the_indentation_that_it_is_written_with() -> None:
    page = render_to_string("404.html")
    assert "<main" in page
    assert not re.search(r"\n[ \t]", page)


def test_where_line_breaks_are_seen_a_template_writes_none() -> None:
    """In <pre> and <textarea> the loader would change what is written; what a variable prints it leaves alone."""
    for path in TEMPLATES:
        for tag, inside in re.findall(
            r"<(pre|textarea)\b[^>]*>(.*?)</\1", path.read_text(encoding="utf-8"), re.DOTALL
        ):
            written = re.sub(r"\{[{%].*?[%}]\}", "", inside)
            assert not written.strip("\n"), f"{path.relative_to(ROOT)}: <{tag}> holds {written!r}"
