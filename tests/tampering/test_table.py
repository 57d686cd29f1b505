"""The table of docs/threat-model.md: no row without a test, no tampering without a row."""

import ast
import re
from pathlib import Path

import pyrage
import pytest
from django.conf import settings

from tests.tampering import attacker
from tincay.core.sealing import Identity, Sealed, open_sealed, unpad
from tincay.core.statements import Kind, Statement, read_statement

HERE = Path(__file__).parent
HEADING = "## Somebody who writes to the database, and to nothing else"
NOT_TAMPERED = {
    "test_an_untouched_copy_raises_no_alarm",
    "test_untouched_keys_take_a_report",
    "test_her_phone_does_not_warn_where_nothing_was_changed",
}
"""Those that show that nothing is found where nothing was done."""


def table() -> list[list[str]]:
    """The cells of each row."""
    text = (Path(settings.BASE_DIR) / "docs/threat-model.md").read_text(encoding="utf-8")
    section = text.partition(HEADING)[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def named(row: list[str]) -> list[str]:
    return re.findall("`([^`]+)`", row[3])


def test_each_row_says_what_shows_it_and_when_and_has_a_test() -> None:
    assert len(table()) > 20
    for row in table():
        assert len(row) == 4
        assert all(row), row
        assert named(row), row[0]


def test_each_test_that_a_row_names_is_there() -> None:
    here = {name for path in HERE.glob("test_*.py") for name in functions_in(path)}
    for row in table():
        for name in named(row):
            path, _, function = name.rpartition("::")
            assert function in (functions_in(Path(settings.BASE_DIR) / path) if path else here), name


def test_each_tampering_has_a_row() -> None:
    files = [path for path in HERE.glob("test_*.py") if path != Path(__file__)]
    tampering = {name for path in files for name in functions_in(path)} - NOT_TAMPERED
    assert tampering <= {name for row in table() for name in named(row)}


def test_the_attacker_uses_nothing_of_the_product() -> None:
    tree = ast.walk(ast.parse(Path(attacker.__file__).read_text(encoding="utf-8")))
    imported = {node.module or "" for node in tree if isinstance(node, ast.ImportFrom)}
    assert "contextlib" in imported
    assert not [name for name in imported if name.startswith(("tincay", "tests", "django"))]


@pytest.mark.parametrize("words", ["", "x" * 3000])
def test_what_the_attacker_seals_and_signs_is_right_in_every_byte_but_the_key(words: str) -> None:
    """Else what is found would be a mistake of his."""
    identity = pyrage.x25519.Identity.generate()
    sealed = attacker.seal({"words": words}, str(identity.to_public()))
    assert words.encode() in unpad(open_sealed(Sealed(sealed), Identity(str(identity))))
    mine = attacker.own_key()
    for name, kind in (("words", Kind.WORDS), ("reply", Kind.REPLY)):
        statement = Statement(*mine.signed(name, {"v": 1, "words": words}))
        assert read_statement(mine.signing, kind, statement) == {"v": 1, "words": words}
