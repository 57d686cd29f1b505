"""What the way in holds for states that only her phone knows, by the attribute that shows it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation

from tincay.web.packs import texts

ROOT = Path(settings.BASE_DIR) / "tincay"
TEMPLATES = [
    *sorted((ROOT / "intake/templates/intake").rglob("*.html")),
    *(ROOT / f"directory/templates/directory/{name}_numbers.html" for name in ("danger", "abroad")),
    ROOT / "operations/templates/operations/emergency.html",
    *(ROOT / f"web/templates/{name}.html" for name in ("400", "403_csrf", "404", "421", "500", "503")),
    ROOT / "web/templates/web/page.html",
    ROOT / "web/templates/web/furniture/receipt.html",
]
OPENING = re.compile(
    r"<(?P<tag>\w[\w-]*)[^<>]*?\bdata-(?P<kind>error|busy|opening|earlier|asks|missing|room|over|folded|left|without-script|told"
    r"|team|card|none|retype-good|retype-again|receipt-covered|(?:when|unless)(?==\"whose)|step(?==\"(?:receipt|danger_now)\"))"
    r"(?:=\"(?P<code>[^\"]*)\")?[^<>]*>"
)
SAYS = re.compile(
    r"""{%-?\s*translate\s+"(?P<line>[^"]*)"|{%\s*blocktranslate[^%]*%}(?P<block>.*?){%\s*endblocktranslate"""
    r"|{{-?\s*texts\.(?P<path>[\w.]+)",
    re.DOTALL,
)
NONE_CHOSEN = re.compile(r"""data-review-none="{[%{]\s*(?:translate\s+"([^"]*)"|texts\.([\w.]+))""")
NAMED = re.compile(
    r"<(legend|button|summary|label|a|option)\b.*?</\1>|aria-label=\"{%.*?%}|{%\s*translate[^%]*\bas (?!title)\w+",
    re.DOTALL,
)
"""Questions, names of controls, and what is handed on as one."""


class Spoken(NamedTuple):
    """A sentence of a template: the words, or the path of a text of the country; where it stands."""

    words: str
    path: str
    at: int

    @property
    def key(self) -> str:
        return self.words or f"texts.{self.path}"


def sentences_in(template: str) -> list[Spoken]:
    return [
        Spoken(" ".join((one["line"] or one["block"] or "").split()), one["path"] or "", one.start())
        for one in SAYS.finditer(template)
    ]


def _end(template: str, tag: str, start: int) -> int:
    """Behind the closing tag of an element."""
    depth = 0
    for one in re.finditer(rf"<(/?){tag}\b", template[start:]):
        depth += -1 if one[1] else 1
        if not depth:
            return start + one.end()
    return start


def spans(template: str) -> Iterator[tuple[str, int, int]]:
    """Each state of the script with the part of the template that it shows."""
    for one in OPENING.finditer(template):
        state = one["kind"] + (f": {one['code']}" if one["code"] else "")
        yield state, one.start(), _end(template, one["tag"], one.start())


def of_the_phone(template: str) -> Iterator[tuple[str, Spoken]]:
    """The innermost state in which a sentence stands, and the sentence; names of buttons state nothing."""
    shown = sorted(spans(template), key=lambda span: span[2] - span[1])
    named = names_in(template)
    for one in sentences_in(template):
        found = [state for state, start, end in shown if start <= one.at < end]
        if found and one.key not in named:
            attribute = re.search(r'data-(\w+)="$', template[: one.at])
            yield f"{found[0]}: {attribute[1]}" if attribute else found[0], one
    for words, path in NONE_CHOSEN.findall(template):
        yield f"review: {path.removesuffix('.review') or 'consents.none'}", Spoken(words, path, 0)


def names_in(template: str) -> set[str]:
    """Sentences that only name: questions, controls, titles of cards."""
    parts = [(one.start(), one.end()) for one in NAMED.finditer(template)]
    inside = {one.key for one in sentences_in(template) if any(a <= one.at < b for a, b in parts)}
    return inside | {
        one.key for one in sentences_in(template) if one.words.endswith("?") or one.path.endswith("title")
    }


def of_the_review() -> Iterator[tuple[str, str]]:
    """What the page before sending says of each answer about consent: the answer, and the sentence."""
    words = texts()
    for scope, one in words["consent"].items():
        if "review" in one:
            yield f"review: consent.{scope}", one["review"]
    for value in ("yes", "no"):
        yield f"review: keep.{value}", words["keep"][value]["review"]
    for option, said in words["police"]["say"].items():
        if option not in {"none", "no_body"}:
            yield f"review: police.say.{option}", said


def words_of(one: Spoken, language: str = "vi") -> str:
    with translation.override(language):
        if one.words:
            return translation.gettext(re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", one.words))
        found: Any = texts()
        for name in one.path.split("."):
            found = found[name]
        return " ".join(str(found).split())


def rows() -> Iterator[tuple[str, str, str]]:
    """State, sentence, template: the chapter of the document."""
    for path in TEMPLATES:
        for state, one in of_the_phone(path.read_text(encoding="utf-8")):
            yield state, words_of(one), path.stem
    with translation.override("vi"):
        yield from ((state, " ".join(words.split()), "review") for state, words in of_the_review())
