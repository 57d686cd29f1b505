"""Which tests of an app can fail: each is shown to fail on some small change of the app's own code, or is named.

    ./run bench mutants people [--json] [--most 300] [--smoke]

One place of the app is changed at a time (a condition, a comparison, a result, a constant, a call that is left out)
in a copy of the project, and those tests of tests/APP run that no change has failed yet. It goes on until every
test has failed once or `--most` changes are made; what is named at the end never failed. Takes minutes. The last
line is JSON.
"""

import argparse
import ast
import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("tincay", "tests", "packs", "locale", "client", "bench", "docs", "witness")
FAST = "not browser and not slow and not postgres and not client"
SEED = 7
LONGEST = 600
"""Seconds for one change."""


class Mutant(NamedTuple):
    """A file with one place changed."""

    file: Path
    line: int
    code: str


def changes(node: ast.AST) -> Iterator[Callable[[ast.AST], ast.AST]]:
    """What can be made of a node in place of it."""
    match node:
        case ast.If() | ast.IfExp() | ast.While():
            yield lambda n: _with(n, test=ast.UnaryOp(ast.Not(), n.test))  # type: ignore[attr-defined]
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn() | ast.Is() | ast.IsNot()]):
            yield lambda n: ast.UnaryOp(ast.Not(), n)  # type: ignore[arg-type]
        case ast.Compare(ops=[ast.Lt()]):
            yield lambda n: _with(n, ops=[ast.GtE()])
        case ast.Compare(ops=[ast.GtE() | ast.Gt() | ast.LtE()]):
            yield lambda n: _with(n, ops=[ast.Lt()])
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield lambda n: _with(n, op=other)
        case ast.Return(value=ast.expr()):
            yield lambda n: _with(n, value=ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield lambda _: ast.Pass()
        case ast.Raise():
            yield lambda _: ast.Pass()
        case ast.keyword(arg=str()):
            yield lambda n: _with(n, value=ast.Constant(None))
        case ast.Constant(value=bool()):
            yield lambda n: ast.Constant(not n.value)  # type: ignore[attr-defined]
        case ast.Constant(value=int()):
            yield lambda n: ast.Constant(n.value + 1)  # type: ignore[attr-defined]
        case ast.Constant(value=str()):
            yield lambda n: ast.Constant(f"{n.value}x")  # type: ignore[attr-defined]


def _with(node: ast.AST, **parts: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in parts.items():
        setattr(changed, name, value)
    return changed


def mutants(folder: Path) -> Iterator[Mutant]:
    """Every change of every file of an app, but of migrations and docstrings."""
    for file in sorted(folder.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for parent in ast.walk(tree):
            for place, node in _children(parent):
                for change in changes(node):
                    place(change(node))
                    yield Mutant(
                        file, getattr(node, "lineno", 0), ast.unparse(ast.fix_missing_locations(tree))
                    )
                    place(node)


def _children(parent: ast.AST) -> Iterator[tuple[Callable[[ast.AST], None], ast.AST]]:
    """Each child with what puts another one into its place."""
    for name, value in ast.iter_fields(parent):
        if isinstance(value, list):
            for index, child in enumerate(value):
                if isinstance(child, ast.AST) and not _is_docstring(child):
                    yield lambda new, at=value, i=index: at.__setitem__(i, new), child  # type: ignore[misc]
        elif isinstance(value, ast.AST) and not isinstance(parent, ast.JoinedStr | ast.FormattedValue):
            yield lambda new, of=parent, field=name: setattr(of, field, new), value  # type: ignore[misc]


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


# --- what fails


class Copy:
    """A copy of the project, to change."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        for name in NEEDED:
            without = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=without)
        for file in ROOT.iterdir():
            if file.is_file():
                shutil.copy(file, folder)

    def failing(self, tests: list[str]) -> set[str]:
        """Which of these tests do not pass here."""
        report = self.root / "report.json"
        report.unlink(missing_ok=True)
        with suppress(subprocess.TimeoutExpired):  # it turns for ever: that says nothing of a test
            subprocess.run(
                [sys.executable, "-m", "bench.mutants", "--inside", str(report)],
                cwd=self.root,
                env={
                    **os.environ,
                    "TINCAY_DATABASE": "",
                    "TMPDIR": str(self.root),
                    "PYTHONPATH": str(self.root),
                },
                input=json.dumps(tests),
                capture_output=True,
                text=True,
                check=False,
                timeout=LONGEST,
            )
        if not report.exists():
            return set()  # it does not start
        passed, ran = (set(names) for names in json.loads(report.read_text(encoding="utf-8")))
        return ran - passed if ran else set()

    def failing_with(self, mutant: Mutant, tests: list[str]) -> set[str]:
        file = self.root / mutant.file.relative_to(ROOT)
        kept = file.read_text(encoding="utf-8")
        file.write_text(mutant.code, encoding="utf-8")
        try:
            return self.failing(tests)
        finally:
            file.write_text(kept, encoding="utf-8")


class Watcher:
    """Keeps which tests ran and which passed whole."""

    def __init__(self) -> None:
        self.ran: set[str] = set()
        self.wrong: set[str] = set()

    def pytest_runtest_logreport(self, report: object) -> None:
        name, outcome = getattr(report, "nodeid", ""), getattr(report, "outcome", "")
        self.ran.add(name)
        if outcome == "failed":
            self.wrong.add(name)


def inside(report: Path) -> int:
    """In the copy: run the tests that come in, and write which passed and which ran."""
    import pytest

    watcher = Watcher()
    pytest.main(["-m", FAST, "-p", "no:cacheprovider", "--tb=no", *json.loads(sys.stdin.read())], [watcher])
    found = [sorted(watcher.ran - watcher.wrong), sorted(watcher.ran)]
    report.write_text(json.dumps(found), encoding="utf-8")
    return 0


def all_tests(app: str, root: Path) -> list[str]:
    listed = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-m",
            FAST,
            "-p",
            "no:cacheprovider",
            f"tests/{app}",
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in listed.stdout.splitlines() if "::" in line]


def measure(app: str, most: int, copies: list[Copy], tests: list[str]) -> dict[str, object]:
    """Change after change until every test has failed; the figures."""
    left, killed, tried = set(tests), 0, 0
    waiting = list(mutants(ROOT / "tincay" / app))
    possible = len(waiting)
    random.Random(SEED).shuffle(waiting)
    with ThreadPoolExecutor(len(copies)) as pool:
        while left and waiting and tried < most:
            now, waiting = waiting[: len(copies)], waiting[len(copies) :]
            asked = [sorted(left)] * len(now)
            found = list(pool.map(Copy.failing_with, copies[: len(now)], now, asked))
            tried += len(now)
            killed += sum(bool(names) for names in found)
            left -= set().union(*found)
            print(f"{tried} changes, {len(left)} tests left", file=sys.stderr)
    return {
        "bench": "mutants",
        "app": app,
        "tests": len(tests),
        "failed_under_some_change": len(tests) - len(left),
        "never_failed": sorted(left),
        "changes_made": tried,
        "changes_seen_by_a_test_left": killed,
        "changes_possible": possible,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("app", nargs="?", default="directory")
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--most", type=int, default=300, help="changes at most")
    parser.add_argument("--smoke", action="store_true", help="three tests and two changes")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        return inside(asked.inside)
    tests = all_tests(asked.app, ROOT)[: 3 if asked.smoke else None]
    folder = Path(tempfile.mkdtemp(prefix="tincay-bench-"))
    try:
        copies = [Copy(folder / str(number)) for number in range(1 if asked.smoke else os.cpu_count() or 1)]
        found = measure(asked.app, 2 if asked.smoke else asked.most, copies, tests)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not asked.json:
        print(
            f"tests/{asked.app}: {found['failed_under_some_change']} of {found['tests']} tests fail under some change"
        )
        print("\n".join(f"never failed: {name}" for name in found["never_failed"]))  # type: ignore[attr-defined]
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
