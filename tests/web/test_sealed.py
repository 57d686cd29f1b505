"""No translator, spell checker or memory of a browser reads what is typed, or a word that was opened for somebody."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.sealed import read_by_helpers
from tincay.web.sealed import TYPED

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(ROOT.glob("tincay/*/templates/**/*.html"))
ELEMENT = re.compile(r"<([a-z][a-z0-9-]*)\b((?:\{%.*?%\}|\{\{.*?\}\}|[^<>{])*)>", re.DOTALL)
FILLED = re.search(r'FILLED = "([^"]+)"', (ROOT / "client/src/locking.ts").read_text(encoding="utf-8"))
GIVEN = re.compile(r"\{% (?:sealed|control)_attributes\b")


def shows_words() -> list[str]:
    """The attributes of the places that the client fills with opened words or with a code."""
    assert FILLED
    return [
        *re.findall(r"\[(data-[a-z-]+)\]", FILLED[1]),
        "data-receipt-digits",
        "data-receipt-things",
        "data-passphrase",
    ]


def faults(source: str) -> list[str]:
    """The controls and places of a template that do not take their attributes from the one tag that gives them."""
    found = []
    for name, inside in ELEMENT.findall(source):
        kind = re.search(r'\btype="([^"]*)"', inside)
        typed = name == "textarea" or (
            name == "input" and (kind[1] if kind else "text") in {*TYPED, "{{ widget.type }}"}
        )
        shown = any(re.search(rf"\s{word}(?=[\s=]|$)", inside) for word in shows_words())
        if (typed or shown) and not GIVEN.search(inside):
            found.append(f"<{name} {' '.join(inside.split())[:80]}>")
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_keeps_the_helpers_of_a_browser_away_from_words_and_codes(path: Path) -> None:
    assert not faults(path.read_text(encoding="utf-8")), "{% sealed_attributes %}: docs/components.md"


@pytest.mark.parametrize(
    "planted",
    [
        '<textarea id="words" spellcheck="false" autocomplete="off"></textarea>',
        '<input id="code" {% if x > 1 %}name="code"{% endif %}>',
        '<input type="password" data-passphrase translate="no">',
        "<div data-words></div>",
        '<dl class="summary" data-answers></dl>',
        '<ol class="digits" translate="no" data-receipt-digits>',
    ],
)
def test_a_control_or_a_place_that_was_forgotten_is_found(planted: str) -> None:
    assert faults(f"<p>{planted}</p>")
    attribute = "{% sealed_attributes %}"
    assert not faults(f"<p>{re.sub(r'^<[a-z]+', lambda tag: f'{tag[0]} {attribute}', planted)}</p>")


GIVEN_TO = 'translate="no" spellcheck="false" autocomplete="off"'


@pytest.mark.parametrize(
    ("shown", "faults"),
    [
        ("<p>Lời của ai đó ZYXQ</p>", 1),
        ("<p translate=no>Lời của ai đó <b>ZYXQ</b></p><p>không</p>", 0),
        ("<p translate=no>không<br>có</p><p>ZYXQ</p>", 1),
        ("<textarea id=words></textarea>", 1),
        (f"<textarea {GIVEN_TO}>ZYXQ</textarea><input {GIVEN_TO}>", 0),
        ('<input type="password" autocomplete="off"><input type="radio"><input type="hidden">', 1),
    ],
)
def test_what_helpers_could_read_on_a_page_is_found(shown: str, faults: int) -> None:
    """The check that the journeys of tests/browser make of each page that they look at."""
    assert len(read_by_helpers(f"<main>{shown}</main>")) == faults
