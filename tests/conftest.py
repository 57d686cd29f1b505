"""The cast of every test (tests/cast), and the ground it stands on: a fresh data folder and a known install."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import SimpleTestCase
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests.cast import (
    NOW,
    SALT,
    Hands,
    Helper,
    Network,
    Reporter,
    Team,
    build_network,
    build_team,
    sign_routing,
)
from tests.demo.loaded import load, made_once, shared_folder
from tests.patience import StandingClock
from tests.shared import Kept, empty_quickly, remember_stretches
from tincay.web.models import Install

# What is tried is right or wrong; how long one example took on a busy machine is neither.
examples.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("house")
NETWORK, TEAM = Kept(build_network), Kept(build_team)
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
WATCHES = (
    "tincay.intake.flood",
    "tincay.intake.tallies",
    "tincay.intake.attempts",
    "tincay.web.work",
    "tincay.people.crowd",
    "allauth.account.internal.flows.login",
    "allauth.account.internal.flows.reauthentication",
    "allauth.mfa.totp.internal.auth",
    "tests.people.telephone",
)
"""Modules that look at a clock of their own: how crowded it is, how long to wait, which six digits are right."""


def pytest_configure(config: pytest.Config) -> None:
    """Point the product at an empty data folder of this run: keys, files and the test database lie there."""
    from django.conf import settings

    folder = Path(tempfile.mkdtemp(prefix="tincay-tests-"))
    config.add_cleanup(lambda: _remove(folder))
    settings.TINCAY_DATA = folder
    # Whatever the server would spool to a temporary file lies where the sweep looks (tests/browser/never.py).
    (folder / "tmp").mkdir()
    tempfile.tempdir = str(folder / "tmp")
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    # Sign-in passwords are not what is tested: a slow hash for each of eight people in each test is.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A real file: the tests promise something about what is on the disk.
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(folder / "tests.sqlite3")}
    else:
        _empty_what_is_written_once()
    remember_stretches()
    empty_quickly()


def _empty_what_is_written_once() -> None:
    """PostgreSQL's triggers refuse TRUNCATE, with which Django cleans up: the tests' superuser puts them aside."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.sql_flush

    def sql_flush(*asked: Any, **named: Any) -> list[str]:
        return ["SET LOCAL session_replication_role = replica", *flush(*asked, **named)]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what asks for the database runs, and what it answers: the rest would say the same again."""
    from django.conf import settings

    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    elsewhere = [item for item in items if not _asks_the_database(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in set(elsewhere)]


def _asks_the_database(item: pytest.Item) -> bool:
    """pytest-django opens the database to nobody else."""
    fixtures = set(getattr(item, "fixturenames", ()))
    is_django_case = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    asks = item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES or is_django_case
    return bool(asks and not item.get_closest_marker("page"))


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What a process remembers about its database, and the language it spoke last, belongs to one test."""
    from django.conf import settings
    from django.utils import translation

    from tincay.directory import queries as directory
    from tincay.directory.routing import statement_path
    from tincay.intake import flood, tallies
    from tincay.people import crowd
    from tincay.web import kept_pages
    from tincay.web import models as web
    from tincay.web.work import Gauge

    kept_pages.KEPT_S = flood.LOOK_S = 0.0  # a test sees at once what it has done
    translation.activate(settings.LANGUAGE_CODE)
    settings.TINCAY_DEMO = False
    yield
    statement_path().unlink(missing_ok=True)
    web.this_install.cache_clear()
    directory._cached.clear()
    kept_pages._kept.clear()
    tallies._in_memory = tallies.InMemory()
    crowd.attempts, crowd.worked = Gauge(), Gauge()
    flood.sealed_lane, flood.plain_lane = flood.Rate("sealed"), flood.Rate("plain")
    flood.asked_lane = flood.Rate("asked")
    flood.danger_lane.cache_clear()


@cache
def _watches() -> list[ModuleType]:
    return [import_module(name) for name in WATCHES]


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[StandingClock]:
    """However slow the machine is, no time passes in a test: `go_on` lets some pass, for pages in a browser too.

    Only other processes live in real time.
    """
    from django.utils import timezone

    begun = timezone.now()
    clock = StandingClock(begun.timestamp())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: begun + timedelta(seconds=clock.passed))
        for module in _watches():
            patch.setattr(module, "time", clock)
        yield clock


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def install(db: None) -> Install:
    """A real install with a salt that the cast's receipts are stretched with."""
    return new_install()


def new_install(*, demo: bool = False) -> Install:
    """The install's row as the tests know it; forgets what the process remembers of another.

    A demo is one by its row and by its process.
    """
    from django.conf import settings

    from tincay.directory import queries as directory
    from tincay.web.models import this_install

    directory._cached.clear()
    settings.TINCAY_DEMO = demo
    row, _ = Install.objects.update_or_create(id=1, defaults={"salt": SALT, "demo": demo})
    this_install.cache_clear()
    return row


@pytest.fixture
def clock(install: Install) -> Hands:
    """The time that pages see, and that a test moves: the install becomes a demo that stands at NOW."""
    new_install(demo=True)
    hands = Hands()
    hands.show()
    return hands


@pytest.fixture
def network(install: Install) -> Network:
    put = NETWORK.put()
    sign_routing()
    return put


@pytest.fixture
def team(install: Install) -> Team:
    """One organisation with one desk: for tests that need no report's whole way."""
    return TEAM.put()


@pytest.fixture
def helper(network: Network) -> Helper:
    return network.helper


@pytest.fixture
def supervisor(network: Network) -> Helper:
    return network.supervisor


@pytest.fixture
def stranger(network: Network) -> Helper:
    return network.stranger


@pytest.fixture
def reporter(network: Network) -> Reporter:
    """Somebody who has not reported yet: `reporter.send()` does."""
    return Reporter()


@pytest.fixture(scope="session")
def loaded_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo as it is loaded: to be read, or copied."""
    return made_once(shared_folder(tmp_path_factory), "loaded-demo", load)
