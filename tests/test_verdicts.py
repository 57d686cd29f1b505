"""No verdict rests on how fast the machine is, and none is left out: a lint over every test. Each failure names the
line and the cure.

A test may wait for what must come (tests/patience.py) and may count what happens. It may not compare a measured
time, sleep, or give up after a number of seconds of its own. What something costs is measured in bench/.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
WAITS = {"tests/patience.py": "the one place that looks at the clock while it waits, and gives up in the end"}
"""Files that may sleep and compare times, and why."""
CLOCKS = {
    f"time.{name}{unit}"
    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime")
    for unit in ("", "_ns")
} | {
    "timeit.timeit",
    "timeit.repeat",
    "timeit.default_timer",
    "os.times",
    "datetime.now",
    "datetime.datetime.now",
}
SLEEPS = {"time.sleep", "asyncio.sleep", "trio.sleep", "anyio.sleep"}
KEEP_TIME = {
    "round",
    "int",
    "float",
    "abs",
    "min",
    "max",
    "sum",
    "sorted",
    "list",
    "timedelta",
    "len",
    "bool",
}
"""What is made of a time by one of these is a time still."""
LEFT_OUT = {"skip", "skipif", "skipTest", "importorskip", "xfail"}
"""A test that is left out says nothing, and nobody sees it: markers say where a test belongs."""
ENDS = {"wait", "join", "communicate", "result", "acquire", "poll"}
"""Methods whose first argument may be how long to wait."""


class Module:
    """One test file: what its names mean, and which of them hold a measured time."""

    def __init__(self, source: str) -> None:
        self.nodes = list(ast.walk(ast.parse(source)))
        self.imported = dict(self._imports())
        self.timed: set[str] = set()
        self._spread()

    def _imports(self) -> Iterator[tuple[str, str]]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.asname or alias.name, alias.name
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"

    def called(self, node: ast.Call) -> str:
        """The full name of what is called: `sleep` imported from time is time.sleep."""
        written = ast.unparse(node.func)
        first, dot, rest = written.partition(".")
        return self.imported.get(first, first) + dot + rest

    def _spread(self) -> None:
        """Follow times through assignments and returns until nothing new is found."""
        before = -1
        while before != len(self.timed):
            before = len(self.timed)
            for node in self.nodes:
                self.timed.update(self._made_timed(node))

    def _made_timed(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Assign) and self.is_time(node.value):
            yield from (name for target in node.targets for name in _written(target))
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
            if node.value and self.is_time(node.value):
                yield from _written(node.target)
        elif isinstance(node, ast.FunctionDef) and any(map(self.is_time, _returned(node))):
            yield f"{node.name}()"

    def is_time(self, node: ast.expr | None) -> bool:
        """Whether this is a measured time, or made of one."""
        if isinstance(node, ast.Call):
            name = self.called(node)
            if name in CLOCKS or f"{name}()" in self.timed:
                return True
            if name in KEEP_TIME or name.startswith("statistics."):
                return any(map(self.is_time, node.args))
            return isinstance(node.func, ast.Attribute) and self.is_time(node.func.value)
        if isinstance(node, ast.Name | ast.Attribute):
            return ast.unparse(node) in self.timed
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare | ast.IfExp | ast.Subscript):
            return any(
                self.is_time(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)
            )
        if isinstance(node, ast.List | ast.Tuple):
            return any(map(self.is_time, node.elts))
        return False

    def findings(self) -> Iterator[str]:
        for node in self.nodes:
            line = getattr(node, "lineno", 0)
            if isinstance(node, ast.Assert) and any(map(self.is_time, _inside(node.test))):
                yield f"{line}: asserts a measured time: count what happens, or measure it in bench/"
            elif isinstance(node, ast.Compare) and self.is_time(node):
                yield f"{line}: compares a measured time: wait_until(…) what must come"
            elif isinstance(node, ast.Call):
                yield from (f"{line}: {why}" for why in self._wrong_call(node))
            elif isinstance(node, ast.Assign) and "PATIENCE" in map(ast.unparse, node.targets):
                yield f"{line}: another patience: import the one of tests/patience.py"
            elif isinstance(node, ast.Attribute) and node.attr in LEFT_OUT:
                yield f"{line}: leaves a test out: say with a marker where it runs"
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "sleep(" in node.value:
                yield f"{line}: code that sleeps: let it wait for a line or a file instead"

    def _wrong_call(self, node: ast.Call) -> Iterator[str]:
        name, method = self.called(node), node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in SLEEPS or method == "wait_for_timeout":
            yield "sleeps: wait_until(…) what must come"
        if method in ENDS and node.args and _number(node.args[0]):
            yield f"{method} gives up after seconds of its own: PATIENCE"
        for keyword in node.keywords:
            written = ast.unparse(keyword.value)
            if keyword.arg == "timeout" and _number(keyword.value):
                yield "gives up after seconds of its own: PATIENCE"
            elif keyword.arg == "deadline" and name.endswith("settings") and written != "None":
                yield "an example has to be fast: deadline=None"
            elif (
                keyword.arg == "suppress_health_check"
                and "too_slow" not in written
                and "list(" not in written
            ):
                yield "has to be fast to draw: suppress HealthCheck.too_slow as well"


def _written(target: ast.expr) -> Iterator[str]:
    for part in ast.walk(target):
        if isinstance(part, ast.Name | ast.Attribute):
            yield ast.unparse(part)


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr | None]:
    return (node.value for node in ast.walk(function) if isinstance(node, ast.Return | ast.Yield))


def _inside(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of an assertion that are asserted: not what a call in it is handed."""
    yield node
    if not isinstance(node, ast.Call):
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                yield from _inside(part)


def _number(node: ast.expr) -> bool:
    """Whether this is a number of seconds, written out: nought and below only look."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return False
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def findings(source: str) -> list[str]:
    return list(Module(source).findings())


def files_of_tests() -> Iterable[Path]:
    return sorted(TESTS.rglob("*.py"))


@pytest.mark.parametrize("path", files_of_tests(), ids=lambda path: str(path.relative_to(TESTS)))
def test_no_verdict_rests_on_the_speed_of_the_machine(path: Path) -> None:
    if str(path.relative_to(TESTS.parent)) in WAITS or path == Path(__file__):
        return
    found = findings(path.read_text(encoding="utf-8"))
    assert found == [], [f"{path}:{line}" for line in found]


def test_every_file_that_opens_a_browser_has_its_mark() -> None:
    """Without it the tests stand among the fast ones, and share their database with the server's own thread."""
    files = sorted((TESTS / "browser").glob("test_*.py"))
    assert files
    assert [one.name for one in files if "pytest.mark.browser" not in one.read_text(encoding="utf-8")] == []


def test_every_file_that_may_wait_is_there() -> None:
    assert all((TESTS.parent / name).exists() for name in WAITS)


BAD = {
    "asserted": "import time\nbegan = time.monotonic()\nassert time.monotonic() - began < 1",
    "under another name": "from time import perf_counter as t\nassert t() - 1 < 2",
    "kept first": "import time\na = time.time()\ntook = time.time() - a\nquick = took < 1\nassert quick",
    "rounded": "import time\na = time.process_time()\nassert round(time.process_time() - a, 1) == 0",
    "measured elsewhere": "import time\ndef took():\n    return time.monotonic() - 1\nassert took() < 1",
    "kept in an object": "import time\nclass A:\n    def f(self):\n        self.a = time.monotonic()\n"
    "    def g(self):\n        assert time.monotonic() - self.a < 1",
    "several": "import time, statistics\nt = [time.monotonic() - 1]\nassert statistics.median(t) < 1",
    "a guard": "import time\nif time.monotonic() > 5:\n    raise AssertionError",
    "negated": "import time\na = time.monotonic()\nassert not a - 1 > 2",
    "timed": "import timeit\nassert timeit.timeit('1') < 1",
    "the calendar's": "from datetime import datetime\na = datetime.now()\nassert (datetime.now() - a).seconds < 2",
    "sleeps": "import time\ntime.sleep(0.1)",
    "sleeps under another name": "from asyncio import sleep as nap\nnap(1)",
    "sleeps in the browser": "page.wait_for_timeout(500)",
    "sleeps in another process": "run(['-c', 'import time; time.sleep(1)'])",
    "gives up": "expect(x).to_be_visible(timeout=20_000)",
    "gives up on a process": "process.wait(20)",
    "another patience": "PATIENCE = 20",
    "left out": "pytest.skip('no Node')",
    "left out by a mark": "@pytest.mark.skipif(x, reason='')\ndef f(): ...",
    "may fail": "@pytest.mark.xfail\ndef f(): ...",
    "a fast example": "@settings(deadline=200)\ndef f(): ...",
    "a fast draw": "@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])\ndef f(): ...",
}
GOOD = {
    "waits for what must come": "from tests.patience import wait_until\nwait_until(lambda: done, 'it')",
    "gives up with patience": "expect(x).to_be_visible(timeout=PATIENCE_MS)\nprocess.wait(timeout=PATIENCE)",
    "only looks": "lock.acquire(timeout=0)\nprocess.wait(0)",
    "a moment as a fact": "import time\nnow = time.time()\nrow = save(at=now)\nassert row.ok",
    "what a call made of it": "import time\nassert totp(at=time.time()) == shown",
    "a clock that tests move": "assert clock.move(hours=1) == LATER",
    "joins words": "assert ', '.join(['1']) == '1'",
    "counts": "with CaptureQueriesContext(c) as queries: pass\nassert len(queries) < 5",
    "no deadline": "@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])\ndef f(): ...",
    "a word": "assert 'sleep' in shown",
}


@pytest.mark.parametrize("source", BAD.values(), ids=BAD.keys())
def test_the_lint_finds(source: str) -> None:
    assert findings(source)


@pytest.mark.parametrize("source", GOOD.values(), ids=GOOD.keys())
def test_the_lint_lets_pass(source: str) -> None:
    assert findings(source) == []
