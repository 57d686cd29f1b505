"""Every figure that was ever told can be measured again: every bench runs, in small."""

import ast
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tests.patience import PATIENCE

BENCHES = Path(settings.BASE_DIR) / "bench"


def runs(path: Path) -> bool:
    """Whether this file is a bench, and not what benches share."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.If) and "__main__" in ast.unparse(node.test) for node in body)


NAMES = sorted(path.stem for path in BENCHES.glob("*.py") if runs(path))


def test_the_benches_are_found() -> None:
    assert {"queue", "intake", "walk", "estimate", "release"} <= set(NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_bench_runs_in_small_and_ends_with_its_figures(name: str) -> None:
    # Short: a browser's socket lies in it, and a socket's path has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as folder:
        check_smoke(name, {**os.environ, "TMPDIR": folder, "TINCAY_DATABASE": ""})


def check_smoke(name: str, environment: dict[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", "--smoke"],
        cwd=BENCHES.parent,
        env={key: value for key, value in environment.items() if not key.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert isinstance(figures, dict)
    assert figures
