"""docs/texts-to-read-aloud.md: what clubs are asked to read is what her pages say."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tincay.web.catalogues import messages_in

ROOT = Path(settings.BASE_DIR)
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \|$")


def rows() -> list[tuple[str, ...]]:
    lines = (ROOT / "docs/texts-to-read-aloud.md").read_text(encoding="utf-8").splitlines()
    found = [match.groups() for line in lines if (match := ROW.match(line))]
    return [row for row in found if row[0] != "trước"]


def lines_of(table: object) -> Iterator[str]:
    if isinstance(table, dict):
        for part in table.values():
            yield from lines_of(part)
    elif isinstance(table, list):
        for part in table:
            yield from lines_of(part)
    elif isinstance(table, str):
        yield from table.splitlines()


def said() -> set[str]:
    """Every sentence of templates, code and the country's texts, on one line each."""
    shipped = [message.text for message in messages_in(ROOT / "tincay").values()]
    for name in ("texts.toml", "guide.toml"):
        shipped += lines_of(tomllib.loads((ROOT / "packs/vn" / name).read_text(encoding="utf-8")))
    return {re.sub(r"\s+", " ", text).strip() for text in shipped}


def test_clubs_read_what_her_pages_say() -> None:
    listed = [now.replace("\\|", "|") for _, now, _ in rows()]
    assert len(listed) > 300
    assert set(listed) <= said()
    assert len(listed) == len(set(listed))


def test_each_line_says_why() -> None:
    assert all(why.strip() and before.strip() for before, _, why in rows())
