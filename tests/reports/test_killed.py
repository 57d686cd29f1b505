"""The server is killed under load, at random points: whatever had a promise is there, with its leaf."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.patience import PATIENCE


def killed(database: str) -> dict[str, int]:
    """What `./run bench intake` finds. A kill comes with a promise, not after a time: some reports are always kept."""
    command = [sys.executable, "-m", "bench.intake", "--only-kill", "--kills", "5", "--database", database]
    environment = {**os.environ, "TINCAY_DATABASE": "", "DJANGO_SETTINGS_MODULE": "tincay.settings"}
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        timeout=10 * PATIENCE,
    )
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])[database]["kill"]
    return found


@pytest.mark.slow
def test_five_kills_lose_no_report_that_had_its_promise() -> None:
    found = killed("sqlite")
    assert found["lost"] == 0
    assert found["kills"] == 5
    assert found["accepted"] >= 2 * 5, "a kill came before a promise: the test shows nothing"


@pytest.mark.postgres
@pytest.mark.slow
def test_five_kills_lose_no_report_on_postgresql_either() -> None:
    assert os.environ.get("TINCAY_TEST_DATABASE"), "./run test starts a PostgreSQL and names it here"
    found = killed("postgresql")
    assert found["lost"] == 0
    assert found["accepted"] >= 2 * 5
