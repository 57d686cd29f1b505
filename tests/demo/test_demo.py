"""The demo: the totals that the design names come out of the product's own actions, and it cannot become real."""

import json
import tomllib
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.cast import Network
from tincay.core.sealing import recipient_of, stretch_passphrase
from tincay.demo.install import NotEmpty, load_demo, passphrase_salt
from tincay.log.checks import check_log
from tincay.reports.models import Clock, CountEntry, CountRow, Escalation, Report
from tincay.web.models import Install, this_install
from tincay.web.time import now

PACK = Path(settings.BASE_DIR) / "packs/demo"
GOLDEN = json.loads((PACK / "golden.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demo_year_gives_the_totals_of_the_design() -> None:
    Install.objects.all().delete()
    this_install.cache_clear()
    load_demo(lambda text: None)
    reports = Report.objects.for_the_rules()
    assert reports.count() == GOLDEN["signals"]["total"] == 640
    assert reports.filter(kind_group="substantive").count() == GOLDEN["signals"]["substantive"]
    in_time = Counter(
        Clock.objects.for_the_rules()
        .filter(report__kind_group="substantive", in_time=True)
        .values_list("rule", flat=True)
    )
    clock = GOLDEN["clock"]
    assert in_time["org_verify"] == clock["verified_in_time"][0]
    assert in_time["org_classify"] == clock["classified_in_time"][0]
    assert in_time["org_answer"] == clock["answered_in_time"][0]
    found = Counter(
        codes["classification"]
        for rows in (CountRow.objects, CountEntry.objects)  # the last of them still wait for their batch
        for codes in rows.for_the_rules().values_list("codes", flat=True)
    )
    assert found["official_misconduct"] == GOLDEN["classification"]["official_misconduct"]
    assert found["child"] == GOLDEN["classification"]["child"]
    assert Escalation.objects.for_the_rules().filter(level="e4").exists()
    assert now().astimezone().date() >= datetime(2026, 6, 30).date()  # noqa: DTZ001
    leaves, _ = check_log()
    assert leaves > 5000


@pytest.mark.django_db
def test_a_real_install_cannot_become_a_demo(network: Network) -> None:
    with pytest.raises(NotEmpty):
        load_demo(lambda text: None)
    with pytest.raises(CommandError):
        call_command("demo_clock", "+1d")


@pytest.mark.django_db
def test_a_demo_clock_only_moves_forward() -> None:
    Install.objects.update_or_create(id=1, defaults={"demo": True})
    this_install.cache_clear()
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
