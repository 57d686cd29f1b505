"""The demo: the totals that the design names come out of the product's own actions, and it cannot become real."""

import json
import sqlite3
import subprocess
import tomllib
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.cast import Network
from tests.conftest import new_install
from tests.demo.loaded import TINCAY, environment
from tincay.core.sealing import recipient_of, stretch_passphrase
from tincay.demo.install import NotEmpty, load_demo, passphrase_salt
from tincay.web.time import now

IN_TIME = (
    "SELECT rule FROM reports_clock c JOIN reports_report r ON r.id = c.subject "
    "WHERE r.kind_group = 'substantive' AND c.in_time"
)
PACK = Path(settings.BASE_DIR) / "packs/demo"
GOLDEN = json.loads((PACK / "golden.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_demo_year_gives_the_totals_of_the_design(loaded_demo: Path) -> None:
    with closing(sqlite3.connect(loaded_demo / "tincay.sqlite3")) as database:

        def ask(sql: str) -> list[tuple[Any, ...]]:
            return database.execute(sql).fetchall()

        groups = Counter(group for (group,) in ask("SELECT kind_group FROM reports_report"))
        assert groups.total() == GOLDEN["signals"]["total"] == 640
        assert groups["substantive"] == GOLDEN["signals"]["substantive"]
        in_time = Counter(rule for (rule,) in ask(IN_TIME))
        clock = GOLDEN["clock"]
        assert in_time["org_verify"] == clock["verified_in_time"][0]
        assert in_time["org_classify"] == clock["classified_in_time"][0]
        assert in_time["org_answer"] == clock["answered_in_time"][0]
        # The last of them still wait for their batch.
        counted = ask("SELECT codes FROM reports_countrow UNION ALL SELECT codes FROM reports_countentry")
        found = Counter(json.loads(codes)["classification"] for (codes,) in counted)
        assert found["official_misconduct"] == GOLDEN["classification"]["official_misconduct"]
        assert found["child"] == GOLDEN["classification"]["child"]
        assert ask("SELECT 1 FROM reports_escalation WHERE level = 'e4'")
        [(last,)] = ask("SELECT max(day) FROM log_checkpoint")
        assert last == "2026-06-30"
    command = [*TINCAY, "log_verify"]
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=environment(loaded_demo),
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(done.stdout.split()[0]) > 5000


@pytest.mark.django_db
def test_a_real_install_cannot_become_a_demo(network: Network) -> None:
    with pytest.raises(NotEmpty):
        load_demo(lambda text: None)
    with pytest.raises(CommandError):
        call_command("demo_clock", "+1d")


@pytest.mark.django_db
def test_a_demo_clock_only_moves_forward() -> None:
    new_install(demo=True)
    before = now()
    with pytest.raises(CommandError):
        call_command("demo_clock", "-1d")
    call_command("demo_clock", "+1d")
    assert (now() - before).days == 1


@pytest.mark.slow
def test_the_printed_passwords_and_passphrases_of_the_demo_are_those_that_work() -> None:
    users = tomllib.loads((PACK / "users.toml").read_text(encoding="utf-8"))["users"]
    one = next(user for user in users if "passphrase" in user)
    assert PBKDF2PasswordHasher().verify(one["password"], one["password_hash"])
    for user in users:
        if "passphrase" in user:
            key = stretch_passphrase(user["passphrase"], passphrase_salt(user["username"]))
            assert recipient_of(key) == user["passphrase_key"], user["username"]
