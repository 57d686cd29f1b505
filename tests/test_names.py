"""One word has one meaning: names that were a picture of a thing, or of several things, do not come back."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
INSTEAD = {
    "here": "seal_on_server for sealing, a noun for a place",
    "alone": "exclusive (process_lock), sole holder",
    "written": "one_transaction",
    "writing": "transactions",
    "door": "session, enter_code",
    "let_in": "start_session",
    "let_out": "end_session",
    "visiting": "requires_visit",
    "tries": "attempts",
    "handing": "rekey",
    "sorting": "classification",
    "working": "compute",
    "background": "worker",
    "trust": "keys",
    "copies": "archive",
    "daily": "checkpointing",
    "wording": "dates, texts",
    "take_up": "lock_and_refresh",
    "move": "take_step",
    "meet": "meet_clocks, mark_met",
    "let_go": "a row of ENDING",
    "said_by": "author_of",
    "set_aside": "held, dismissed, unopened",
    "found": "what was found",
    "said": "what was said",
    "told": "what was told",
    "known": "what is known",
    "mine": "whose it is",
    "moment": "at, start, due",
}
"""A name that says too little, and what it was for."""
FLOOD = {"held"}
"""A word that keeps one of its meanings: a report, a lane or a page of what came in a flood."""
KNOWS_THE_FLOOD = ("tincay/reports/", "tincay/intake/", "tincay/desk/", "tincay/demo/", "tincay/operations/")


@cache
def modules() -> list[tuple[Path, ast.Module]]:
    return [
        (path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / "tincay").rglob("*.py"))
        if "migrations" not in path.parts
    ]


def names_given(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that this code gives: to a function, a class, an argument, a variable, an import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.alias) and node.asname:
            yield node.lineno, node.asname


@pytest.mark.parametrize("source", ["def found(): ...", "def f(told): ...", "said = 1", "import os as here"])
def test_a_name_is_seen_wherever_it_is_given(source: str) -> None:
    assert any(name in INSTEAD for _, name in names_given(ast.parse(source)))


def test_no_name_says_too_little() -> None:
    wrong = [
        f"{path}:{line}: {name} (say {INSTEAD[name]})"
        for path, tree in modules()
        for line, name in [(1, path.stem), *names_given(tree)]
        if name in INSTEAD
    ]
    assert not wrong, "name it by the field's word:\n" + "\n".join(wrong)


def test_held_means_held_in_a_flood_and_nothing_else() -> None:
    wrong = [
        f"{path}:{line}"
        for path, tree in modules()
        for line, name in names_given(tree)
        if name in FLOOD and not str(path).startswith(KNOWS_THE_FLOOD)
    ]
    assert not wrong, f"held is a report in a flood: {wrong}"


DJANGOS = {"Meta", "Command", "DatabaseWrapper"}


def test_no_two_modules_give_one_name_to_two_classes() -> None:
    """A nested Meta, a command's Command and a database engine's DatabaseWrapper are Django's own names."""
    where: dict[str, list[str]] = defaultdict(list)
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in DJANGOS:
                where[node.name].append(str(path))
    assert not {name: paths for name, paths in where.items() if len(paths) > 1}


def test_no_import_is_renamed_to_tell_two_own_names_apart() -> None:
    """A module of another app may be called by that app's name (`actions as vault`)."""
    wrong = [
        f"{path}:{node.lineno}: {alias.name} as {alias.asname}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tincay")
        for alias in node.names
        if alias.asname and alias.name not in {"actions", "queries", "urls", "main"}
    ]
    assert not wrong, wrong
