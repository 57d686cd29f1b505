"""A wrong setting stops the start, and says which."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from tests.log.conftest import Hand, hand  # noqa: F401 -- the fixture
from tincay.environment import Environment, read_environment
from tincay.log.apps import check_witnesses
from tincay.operations.guards import CannotStart, check_command
from tincay.settings import database

WRONG = {
    "TINCAY_BACKUP_DAYS": ["-5", "0", "3651", "many", ""],
    "TINCAY_DATABASE": ["sqlite:///somewhere", "postgresql://host", "postgre://tincay:qzwsecret@host/name"],
    "TINCAY_DEBUG": ["perhaps"],
    "TINCAY_EXIT_ADDRESS": ["", "javascript:alert", "www.example", "https://"],
    "TINCAY_HOSTS": [
        "tin.example",
        "[]",
        "[1]",
        '["https://tin.example"]',
        '["tin.example:8000"]',
        '["*"]',
        "{}",
    ],
    "TINCAY_HTTPS": ["yes please"],
    "TINCAY_MAIL_FROM": ["nobody", "a b@c"],
    "TINCAY_MAIL_HOST": ["mail example"],
    "TINCAY_MAIL_PORT": ["0", "65536", "smtp"],
    "TINCAY_MAIL_TLS": ["ssl"],
    "TINCAY_NOTICE_SECRET": ["qzwsecret", "whsec_", "whsec_AAAA", "whsec_!"],
    "TINCAY_NOTICE_WEBHOOK": ["hook.example", "ftp://hook.example", "http://"],
    "TINCAY_ORIGIN": ["", "bad name", "bad+name", "x" * 121],
    "TINCAY_PACK": ["nosuch", "../packs/vn"],
    "TINCAY_SECRET_KEY": ["qzwsecret"],
    "TINCAY_TIMER": ["often"],
    "TINCAY_WITNESSES": ["nonsense", "3"],
    "TINCAY_WITNESS_QUORUM": ["-1", "many"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_what_cannot_be_meant_is_refused_by_name_with_an_example_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        read_environment()
    [line] = str(refused.value).splitlines()
    assert line.startswith(f"{name} has to be ")
    assert f"e.g. {name}=" in line
    assert "qzwsecret" not in line


def test_every_setting_has_words_for_what_it_has_to_be_and_an_example_that_is_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free_text = {"data", "mail_user", "mail_password"}
    for name, field in Environment.model_fields.items():
        variable = f"TINCAY_{name.upper()}"
        assert field.description
        assert variable in WRONG or name in free_text, "say what it may not be"
        [example] = field.examples or []
        if "$(" not in example and "BASE64" not in example and example != "...":
            monkeypatch.setenv(variable, example.strip("'"))
    monkeypatch.delenv("TINCAY_WITNESS_QUORUM")
    read_environment()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TINCAY_WITNESS_QUORUM": "1"}, "TINCAY_WITNESS_QUORUM asks for more witnesses"),
        ({"TINCAY_MAIL_HOST": "mail.example"}, "TINCAY_MAIL_FROM is missing"),
        (
            {"TINCAY_MAIL_HOST": "mail.example", "TINCAY_MAIL_FROM": "a@b", "TINCAY_MAIL_TLS": "none"},
            "TINCAY_MAIL_TLS=none is for a mail server on this machine",
        ),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=said):
        read_environment()


def test_a_name_that_nobody_reads_is_refused_with_the_nearest_that_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TINCAY_HOST", "x")
    monkeypatch.setenv("TINCAY_QQQQQQ", "x")
    with pytest.raises(ImproperlyConfigured) as refused:
        read_environment()
    assert str(refused.value).splitlines() == [
        "TINCAY_HOST is no setting: is TINCAY_HOSTS meant?", "TINCAY_QQQQQQ is no setting: see docs/operating.md"
    ]  # fmt: skip


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
        "ENGINE": "tincay.web.postgresql", "NAME": "name", "USER": "a", "PASSWORD": "b@",
        "HOST": "host", "PORT": "5",
        "OPTIONS": {"sslmode": "verify-full", "server_side_binding": True, "prepare_threshold": 2},
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
    with pytest.raises(CannotStart, match="TINCAY_ORIGIN"):
        check_command("serve", [])
