"""A process that is killed between any two instructions leaves rows and leaves that belong together: each leaf waits
in the queue, or was never written."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 5
WRITE = """
import django; django.setup()
from tests.log.test_appending import open_an_office
from tincay.web.time import now
import secrets
while True:
    code = secrets.token_hex(8)
    open_an_office(now(), code)
    print(code, flush=True)
"""
LOOK = """
import django; django.setup()
from tincay.people.models import Organisation
from tincay.log.models import Queued
print(Queued.objects.count(), *Organisation.objects.values_list("code", flat=True))
"""


def run(code: str, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "TINCAY_DATA": str(folder), "TINCAY_DATABASE": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "tincay.settings"
    arguments = [sys.executable, "-c", code]
    return subprocess.Popen(
        arguments, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.mark.slow
def test_what_was_confirmed_before_a_kill_is_there_with_its_leaf(tmp_path: Path) -> None:
    migrate = "import django; django.setup(); from django.core.management import call_command as call; call('migrate')"
    with run(migrate, tmp_path) as done:
        done.communicate()
    assert done.returncode == 0
    chance = random.Random(20260630)
    confirmed: set[str] = set()
    for _ in range(ROUNDS):
        with run(WRITE, tmp_path) as writer:
            assert writer.stdout
            confirmed |= {writer.stdout.readline().strip() for _ in range(chance.randint(1, 60))}
            os.killpg(writer.pid, signal.SIGKILL)
            confirmed |= {line.strip() for line in writer.stdout if line.endswith("\n")}
    with run(LOOK, tmp_path) as looker:
        assert looker.stdout
        leaves, *codes = looker.stdout.read().split()
    assert int(leaves) == len(codes)
    assert confirmed <= set(codes)
    assert len(codes) - len(confirmed) <= ROUNDS
