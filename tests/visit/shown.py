"""Which sentences stand on a page as a server sends it."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

from tests.sealed import VOID

QUOTED = re.compile("“[^”]*”")
"""What a sentence only names: a button, or a word to look for."""


def pattern(text: str) -> re.Pattern[str]:
    """The words, with whatever stands in place of `%(day)s`, `{n}` or `{{ team }}`."""
    words = [re.escape(part) for part in re.split(r"%\(\w+\)s|{{.*?}}|{\w+}", " ".join(text.split()))]
    return re.compile(r"[^.]{1,60}?".join(words))


class _Shown(HTMLParser):
    """What is on a page when it is open; what only its script shows is told apart in docs/her-sentences.md."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._within: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        away = tag in {"script", "style", "template"} or ("hidden" in names and "data-when-open" not in names)
        if tag not in VOID:
            self._within.append((tag, away or (bool(self._within) and self._within[-1][1])))
        self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop()[0] != tag:
            pass
        self.found.append(" ")

    def handle_data(self, data: str) -> None:
        if not (self._within and self._within[-1][1]):
            self.found.append(data)


def text_of(page: str) -> str:
    """What can be read on a page, in one line."""
    shown = _Shown()
    shown.feed(page)
    shown.close()
    return " ".join(" ".join(shown.found).split())


def said(text: str, sentences: Mapping[str, str]) -> set[str]:
    """The names of the sentences that stand in a text."""
    text = QUOTED.sub("“”", text)
    return {name for name, words in sentences.items() if pattern(QUOTED.sub("“”", words)).search(text)}
