"""Somebody of a research institute, tables of the literature, and work that is done at once instead of in a thread."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.cast import NOW, Hands, Network, Worker, hire, sign_in
from tincay.core.estimate.checks import Effort
from tincay.core.estimate.histories import Table, read_table
from tincay.core.estimate.latent import SamplerSettings
from tincay.estimates import compute, publishing, worker
from tincay.estimates.actions import About, begin_run
from tincay.estimates.models import Run
from tincay.people.actions import add_organisation

TABLES = Path(__file__).parents[1] / "vectors" / "mse"
SMALL = Effort(stepwise=200, bic=60, trials=60, sampler=SamplerSettings(chains=2, burn_in=100, kept=200))
"""Enough to fill every screen; nothing that anybody would publish."""
THOROUGH = replace(SMALL, bic=200)
"""Enough where 200 replicates are asked for, instead of 20,000."""


def load_table(name: str) -> Table:
    return read_table((TABLES / f"{name}.csv").read_text(encoding="utf-8"))


def about(place: Any = None) -> About:
    return About(place, "Người từng đến ba nơi (mẫu)", 2025, 2026, "exact")


def work_out_once(table: Table, code: str, seed: int) -> dict[str, Any]:
    """What the worker works out, once for each table and effort: the same counts have one answer."""
    kept = _worked_out(table, compute.EFFORTS[code], seed, code)
    result: dict[str, Any] = json.loads(kept)
    return result


@cache
def _worked_out(table: Table, _effort: Effort, seed: int, code: str) -> str:
    return json.dumps(compute.work_out(table, code, seed))


@pytest.fixture(autouse=True)
def _little_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "EFFORTS", {"look": SMALL, "publish": THOROUGH})
    monkeypatch.setattr(worker, "work_out", work_out_once)
    monkeypatch.setattr(publishing, "FEWEST_REPLICATES", THOROUGH.bic)


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is worked out before the page answers: threads do not see a test's transaction."""
    monkeypatch.setattr(worker, "start", worker.work_through)


@pytest.fixture
def researcher(network: Network) -> Worker:
    institute = add_organisation(
        code="ben-sach",
        name_vi="Viện (mẫu)",
        name_en="Institute (invented)",
        kind="research",
        scope=["aggregate_only"],
    )
    return hire(institute, "lan.bensach", "data_entry", title="Người nghiên cứu", with_key=False)


@pytest.fixture
def desk(clock: Hands, researcher: Worker, _at_once: None) -> Any:
    return sign_in(researcher)


@pytest.fixture
def done(researcher: Worker) -> Run:
    """A run on a table of three lists that passes the gate."""
    return run_on(researcher, "kampala_fsw_3capture")


def run_on(researcher: Worker, name: str, effort: str = "publish") -> Run:
    run = begin_run(by=researcher.user, table=load_table(name), about=about(), effort=effort, seed=1, now=NOW)
    worker.work_through()
    return Run.objects.for_the_rules().get(pk=run.pk)


def put_triggers_aside() -> Iterator[None]:
    """Real commits have to be cleaned up, which the database refuses for what was published."""
    yield
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'estimates%'"
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("DELETE FROM estimates_publishedrun")
        for _, sql in triggers:
            cursor.execute(sql)
