"""The demo, loaded once for all tests that look at it, in as many processes as they run."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

TINCAY = [sys.executable, "-m", "tincay"]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """For a process of the product with a data folder of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TINCAY_")}
    return {**own, "TINCAY_DATA": str(folder), "TINCAY_TIMER": "false", **more}


def made_once(shared: Path, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` fills: by the first of several processes that ask; the others wait for it."""
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """One for all processes of a test run (pytest-xdist gives each of them a folder in it)."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def load(folder: Path) -> None:
    """`tincay demo --load-only`, as a visitor does it."""
    command = [*TINCAY, "demo", "--load-only"]
    subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment(folder), check=True, stdout=subprocess.DEVNULL
    )
