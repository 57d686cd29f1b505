"""docs/her-sentences.md, from the table of sentences, the states and the templates: `./run generate` writes it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from tests.intake import on_her_phone, way_in
from tests.visit.her_states import ROWS_SAID, SAID
from tincay.intake.sentences import Sentence
from tincay.visit.sentences import OF_A_ROW, SENTENCES, WRITTEN_DOWN

EVERY: dict[str, Sentence[Any]] = {**SENTENCES, **WRITTEN_DOWN}
ROOT = Path(settings.BASE_DIR)
DOCUMENT = ROOT / "docs/her-sentences.md"
TEMPLATES = sorted((ROOT / "tincay/visit/templates/visit").glob("*.html"))
HEAD = """# What her pages say, and when

Every sentence behind the code that says how things stand, with the states in which it stands on a page and no others.
Written by `./run generate` from `tincay/visit/sentences.py` and `tests/visit/her_states.py`;
`tests/visit/test_sentences.py` makes each state with the product's own verbs and compares each page with this table,
in both languages.
"""
OF_THE_PHONE = """
## What only her phone knows

The key is in her phone's memory, so these are shown by its script: by the reason for which a page is locked
(`data-locked`), by what a press came to (`data-error`, `data-lost`, `data-weak`, `data-leaving`), by how far a proof
has come (`data-standing`), while it works (`data-busy`), when something on a page is not hers (`data-when-forged`), by
what she is telling (`data-nothing`, `data-moves`, `data-police`, `data-erased`, `data-correcting`, `data-team`),
when it was taken (`data-step="receipt"`), of words that are gone (`data-gone`), or by how many
things she tapped (`data-chosen`).

| State | Sentence | Page |
|---|---|---|
"""
OPENING = re.compile(
    r"<(?P<tag>\w[\w-]*)[^<>]*?\bdata-(?P<kind>locked|error|lost|weak|leaving|busy|when-forged|nothing|moves|erased|gone"
    r'|correcting|police|team|full|chosen|step(?=="receipt"))'
    r'(?:="(?P<code>\w+)")?[^<>]*>(?P<inside>.*?)</(?P=tag)>',
    re.DOTALL,
)
SAYS = re.compile(
    r"""{%-?\s*translate\s+"([^"]*)"|{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate""", re.DOTALL
)


def sentences_in(template: str) -> set[str]:
    """All that a template says itself."""
    return {" ".join((one or block).split()) for one, block in SAYS.findall(template)}


def of_the_phone(template: str) -> Iterator[tuple[str, str]]:
    """What a template holds for states of the script: the state, and what is said."""
    for found in OPENING.finditer(template):
        state = found["kind"] + (f": {found['code']}" if found["code"] else "")
        yield from ((state, words) for words in sorted(sentences_in(found["inside"])))


WAY_IN = """
## On the way in: what the server says

Whom to call, the pages without JavaScript, the receipt, and what is said where nothing can be taken: from
`tincay/intake/sentences.py` and `tests/intake/way_in.py`, held in both languages by `tests/intake/test_sentences.py`.

| Vietnamese | English | Page: states |
|---|---|---|
"""
ON_HER_PHONE = """
## On the way in: what only her phone knows

The form with a script asks and seals on her phone. It shows these by the step (`data-step`), by an answer
(`data-card`, `data-told`, `data-team`, `data-none`, `review`), by what a press came to (`data-error`, `data-earlier`,
`data-asks`, `data-missing`, `data-retype-…`), while it works (`data-busy`, `data-opening`), by how much was written
(`data-room`, `data-over`), by how far it is (`data-left`), and when the code is covered (`data-receipt-covered`).
`tests/browser/test_claims_of_the_form.py` makes each state in a browser.

| State | Sentence | Page |
|---|---|---|
"""


def _of_the_way_in() -> str:
    words = []
    for language in ("vi", "en"):
        with translation.override(language):
            words.append({name: " ".join(way_in.text_of(one).split()) for name, one in way_in.ALL.items()})
    vi, en = words
    return "".join(
        f"| {_shown(vi[name])} | {_shown(en[name])} | {_states(name, way_in.SAID)} |\n" for name in way_in.ALL
    )


def written() -> str:
    with translation.override("vi"):
        vi = {name: one.text for name, one in EVERY.items()}
    with translation.override("en"):
        en = {name: one.text for name, one in EVERY.items()}
    rows = [f"| {_shown(vi[name])} | {_shown(en[name])} | {_states(name, SAID)} |\n" for name in EVERY]
    rows += [
        f"| {said.text} | {_english(said.text)} | {_rows_of(name)} |\n" for name, said in OF_A_ROW.items()
    ]
    script = [
        f"| {state} | {words} | {path.stem} |\n"
        for path in TEMPLATES
        for state, words in of_the_phone(path.read_text(encoding="utf-8"))
    ]
    table = "\n| Vietnamese | English | Page: states |\n|---|---|---|\n"
    form = [f"| {state} | {words} | {page} |\n" for state, words, page in on_her_phone.rows()]
    return "".join([HEAD, table, *rows, OF_THE_PHONE, *script, WAY_IN, _of_the_way_in(), ON_HER_PHONE, *form])


def _shown(text: str) -> str:
    return re.sub(r"%\((\w+)\)s", r"‹\1›", text)


def _states(name: str, said_in: Mapping[str, Mapping[str, str]]) -> str:
    pages: dict[str, list[str]] = {}
    for state, said in said_in.items():
        for page, names in said.items():
            if name in names.split():
                pages.setdefault(page, []).append(state)
    return "; ".join(f"*{page}*: {', '.join(states)}" for page, states in pages.items())


def _english(words: str) -> str:
    with translation.override("en"):
        return translation.gettext(words)


def _rows_of(name: str) -> str:
    """A row of what she allows, and the states in which it says this."""
    rows = [
        f"*{key}*: {state}" for state, said in ROWS_SAID.items() for key, one in said.items() if one == name
    ]
    return "*allow*, in the row of " + "; ".join(rows) if rows else "*allow*: every other row"


def write() -> None:
    DOCUMENT.write_text(written(), encoding="utf-8")
