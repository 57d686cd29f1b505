"""The demo as a stranger finds it, with one long story more, two signed days and a witness; each test has a copy."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.browser.conftest import _patient, browser_type_launch_args
from tests.cast import Reporter, base64_text
from tests.cast.ground import plain_json
from tests.demo.loaded import made_once, shared_folder
from tests.log.conftest import RunningWitness
from tests.patience import PATIENCE
from tests.tampering.demo_copy import KEPT, WITNESS, DemoCopy, standing_on
from tincay.core import sealing
from tincay.log import queries, witnesses
from tincay.log.actions import create_log_key
from tincay.log.checkpointing import close_the_day
from tincay.reports import steps
from tincay.reports.envelope import Envelope
from tincay.reports.receiving import receive_report
from tincay.web.models import Install, this_install
from tincay.web.strict_json import read
from tincay.web.time import now

__all__ = ["_patient", "browser_type_launch_args"]

PARTS = ("QZVA trước, ", "QZVB giữa, ", "QZVC sau.")
LONG, LONG_NUMBER = "Chuyện 1", 1
"""The code name of a report whose story came in three parts, and whose code of the cast it has."""
FRESH, FRESH_NUMBER = "Chuyện 2", 2
"""A report whose leaf waits for tonight."""


@pytest.fixture(scope="session")
def prepared(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """What every test copies."""

    def make(folder: Path) -> None:
        shutil.copytree(loaded_demo, folder)
        with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(witnesses, "TIMEOUT", PATIENCE)
            _prepare(folder)

    return made_once(shared_folder(tmp_path_factory), "prepared-demo", make)


def _prepare(folder: Path) -> None:
    witness = RunningWitness(folder / WITNESS, "")
    witness.vkey = witness.command("init", str(witness.folder), "--name", "w1.example/witness")
    (witness.folder / "line").write_text(witness.vkey)
    with standing_on(folder):
        witness.command("trust", str(witness.folder), create_log_key())
        with _running(witness):
            _sign_the_day()
            _tell(LONG, LONG_NUMBER, PARTS)
            call_command("demo_clock", "+1d", stdout=StringIO())
            _sign_the_day()
        published = queries.latest()
        assert published
        assert published.registered
        (folder / KEPT).write_text(published.note)
        _tell(FRESH, FRESH_NUMBER, ["QZVN mới kể."])


@contextmanager
def _running(witness: RunningWitness) -> Iterator[None]:
    """The witness in its process, in the time of the demo; the install asks it."""
    line = settings.TINCAY_WITNESSES[0].partition(" ")[0]
    witness.start("--demo-offset", str(int(Install.objects.get().demo_offset.total_seconds())))
    settings.TINCAY_WITNESSES[:] = [f"{line} {witness.address}"]
    try:
        yield
    finally:
        witness.stop()
        settings.TINCAY_WITNESSES[:] = [line]


def _sign_the_day() -> None:
    assert not any(close_the_day(now=now()).answers.values())


def _tell(name: str, number: int, parts: "tuple[str, ...] | list[str]") -> None:
    """A report whose story came in so many sealed parts, and which a helper has opened."""
    reporter = Reporter(number, bytes(this_install().salt))
    envelope = reporter.envelope_json(words=parts[0], grants=[reporter.grant("store_sealed")])
    narrative = envelope["compartments"]["narrative"]
    for part in parts[1:]:
        plain = sealing.pad(plain_json({"v": 1, "words": part}))
        narrative["sealed"].append(base64_text(sealing.seal(plain, narrative["recipient"])))
    signed = read(Envelope, json.dumps(reporter.signed(envelope)))
    received = receive_report(envelope=signed, sealed_by="browser", code_name=name, now=now())
    steps.open_report(report=received.report, now=now())


@pytest.fixture
def demo(prepared: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[DemoCopy]:
    """A copy of its own for each test."""
    folder = tmp_path / "data"
    shutil.copytree(prepared, folder)
    with django_db_blocker.unblock(), standing_on(folder):
        yield DemoCopy(folder)


@pytest.fixture
def witness(demo: DemoCopy, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningWitness]:
    """The witness goes on with what it has seen; the install asks it."""
    monkeypatch.setattr(witnesses, "TIMEOUT", PATIENCE)
    started = RunningWitness(demo.folder / WITNESS, "")
    with _running(started):
        yield started
