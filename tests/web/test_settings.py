"""A wrong setting stops the start, and says which."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pydantic import ValidationError
from pytest_django.fixtures import Settings

from tests.log.conftest import Hand, hand  # noqa: F401 -- the fixture
from tincay.environment import Environment
from tincay.log.apps import check_witnesses
from tincay.settings import database


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TINCAY_PACK", "nosuch"),
        ("TINCAY_ORIGIN", "bad name"),
        ("TINCAY_ORIGIN", "bad+name"),
        ("TINCAY_DATABASE", "sqlite:///somewhere"),
        ("TINCAY_WITNESS_QUORUM", "many"),
    ],
)
def test_what_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("TINCAY_").lower()):
        Environment()


def test_a_mistyped_address_of_the_database_does_not_show_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TINCAY_DATABASE", "postgre://tincay:qzwsecret@host/name")
    with pytest.raises(ValidationError) as refused:
        Environment()
    assert "database" in str(refused.value)
    assert "qzwsecret" not in str(refused.value)


NAMES = """
import django
django.setup()
from django.conf import settings
from django.http import HttpResponse
from tincay.people import devices
kept, dropped = HttpResponse(), HttpResponse()
devices.keep_secret(kept, "x")
devices.drop_secret(dropped)
for rule in ("NAME", "PATH", "SECURE", "DOMAIN"):
    print(getattr(settings, f"SESSION_COOKIE_{rule}"), getattr(settings, f"CSRF_COOKIE_{rule}"))
print(kept.cookies.output().replace("Set-Cookie: ", ""))
print(dropped.cookies.output().replace("Set-Cookie: ", ""))
"""


def test_under_https_no_other_site_can_set_a_cookie_of_ours(tmp_path: Path) -> None:
    """A browser takes `__Host-` only with Secure, with the path / and without a domain."""
    asked = {**os.environ, "TINCAY_HTTPS": "true", "TINCAY_DATA": str(tmp_path), "TINCAY_DATABASE": "",
             "DJANGO_SETTINGS_MODULE": "tincay.settings"}  # fmt: skip
    ran = subprocess.run([sys.executable, "-c", NAMES], env=asked, capture_output=True, text=True, check=True)
    *rules, kept, dropped = ran.stdout.splitlines()
    assert rules == ["__Host-desk __Host-csrftoken", "/ /", "True True", "None None"]
    for cookie in (kept, dropped):
        assert cookie.startswith("__Host-kept=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_the_encryption_that_a_database_address_asks_for_is_asked_for(tmp_path: Path) -> None:
    assert database("postgresql://a:b%40@host:5/name?sslmode=verify-full", tmp_path) | {} == {
        "ENGINE": "django.db.backends.postgresql", "NAME": "name", "USER": "a", "PASSWORD": "b@",
        "HOST": "host", "PORT": "5", "OPTIONS": {"sslmode": "verify-full"},
        "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True,
    }  # fmt: skip


@pytest.mark.parametrize(("witnesses", "needed"), [([], 3), (["nonsense"], 0)])
def test_witnesses_that_cannot_be_meant_stop_every_command(
    settings: Settings, witnesses: list[str], needed: int
) -> None:
    assert check_witnesses() == []
    settings.TINCAY_WITNESSES, settings.TINCAY_WITNESS_QUORUM = witnesses, needed
    assert [error.id for error in check_witnesses()] == ["log.E001"]


def test_a_log_does_not_start_under_another_name(
    hand: Hand,  # noqa: F811 -- the fixture
    settings: Settings,
) -> None:
    hand.append()
    hand.sign()
    settings.TINCAY_ORIGIN = "other.example/log"
    with pytest.raises(CommandError, match="TINCAY_ORIGIN"):
        call_command("serve")
