"""What a browser's helpers (translator, spell checker, memory) could still read on a page that was shown."""

import re
from html.parser import HTMLParser

from tincay.web.sealed import FIELD, TYPED

PLANTED = re.compile(r"ZYXQ|QZV")
"""Marks of the invented words that journeys type and read (tests/browser/her.py)."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kept_out = given.get("translate") == "no" or (bool(self.open) and self.open[-1][1])
        if tag not in VOID:
            self.open.append((tag, kept_out))
        kind = given.get("type") or "text"
        if (tag == "textarea" or (tag == "input" and kind in TYPED)) and not FIELD.keys() <= given.keys():
            self.found.append(f"<{tag} id={given.get('id')}> lacks {sorted(FIELD.keys() - given.keys())}")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        where, kept_out = self.open[-1] if self.open else ("", False)
        if PLANTED.search(data) and not kept_out and where != "script":
            self.found.append(f"words in <{where}>: {data.strip()[:40]}")


def read_by_helpers(html: str) -> list[str]:
    """Controls without the attributes of a sealed one, and planted words outside translate="no"."""
    page = _Page()
    page.feed(html)
    page.close()
    return page.found
