"""What the system may do with our memory, and how long words that came in the clear stay in it."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from tests.patience import PATIENCE
from tincay.operations.serving import PLAIN_FINISHES_S, PLAIN_LIVES_S, STAYS_IN_MEMORY

GUARDED = """
import os, pathlib, resource
from tincay.operations.memory import keep_to_itself
keep_to_itself()
child = os.fork()
if child == 0:
    owner = os.stat("/proc/self/mem").st_uid
    print(resource.getrlimit(resource.RLIMIT_CORE), owner)
    os._exit(0)
os.waitpid(child, 0)
"""


def in_memory(database: str) -> dict[str, dict[str, int]]:
    """What `bench memory` tells: a report, a visit and a message without JavaScript, then every process searched."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.memory", "--database", database],
        cwd=settings.BASE_DIR, env={**os.environ, "TINCAY_DATABASE": ""}, capture_output=True, text=True,
        timeout=10 * PATIENCE, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    return dict(json.loads(ran.stdout.splitlines()[-1])[database])


@pytest.mark.slow
@pytest.mark.sqlite
def test_nothing_typed_without_javascript_is_in_any_process_after_what_the_page_promises() -> None:
    figures = in_memory("sqlite")
    assert set(figures["at_first"]) == {"words", "name", "contact", "message", "code"}
    assert figures["left"] == {}


@pytest.mark.slow
@pytest.mark.postgres
def test_nothing_typed_without_javascript_stays_in_memory_beside_postgresql() -> None:
    figures = in_memory("postgresql")
    assert set(figures["at_first"]) == {"words", "name", "contact", "message", "code"}
    assert figures["left"] == {}


def test_the_page_promises_no_less_than_the_longest_life_of_a_process() -> None:
    respawn, looked_at = 3.5, PLAIN_LIVES_S
    assert PLAIN_LIVES_S + looked_at + respawn + PLAIN_FINISHES_S <= STAYS_IN_MEMORY.total_seconds()
    texts = tomllib.loads((Path(settings.BASE_DIR) / "packs/vn/texts.toml").read_text(encoding="utf-8"))
    assert STAYS_IN_MEMORY.total_seconds() == 180
    assert "nhiều nhất ba phút" in texts["sealed_by_server"]["text"]["vi"]
    assert "three minutes at most" in texts["sealed_by_server"]["text"]["en"]


def test_no_process_of_ours_leaves_a_core_file_or_lets_another_user_read_it() -> None:
    """A process that may not be dumped has a memory that belongs to root, whoever runs it."""
    ran = subprocess.run(
        [sys.executable, "-c", GUARDED], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split("\n")[0].startswith("(0, 0) 0")
