"""Published once, for good, out of a budget that nobody can overspend."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.patience import PATIENCE
from tincay.core.release.attacks.audit import noise_of
from tincay.core.release.attacks.findings import Finding
from tincay.core.release.attacks.suite import AttackVerdict, examine
from tincay.core.release.budget import OverBudget
from tincay.core.release.domain import Column, Domain
from tincay.core.release.export import files
from tincay.core.release.publish import ReleaseContent, measure_and_publish
from tincay.core.release.rows import Rows, read_rows
from tincay.log.actions import append_leaf
from tincay.log.models import Queued
from tincay.log.queries import leaf_of
from tincay.releases import actions
from tincay.releases.actions import InsideTransaction, NotPassed, charge, release_rows, set_budget
from tincay.releases.models import PrivacyBudget, PublishedFile, PublishedNumber, Release, Spend
from tincay.releases.queries import NeverPublished, answer, left
from tincay.web.models import Install

DOMAIN = Domain.of([Column("place", ("a", "b", "c")), Column("kind", ("x", "y"))])


def some_rows(count: int = 3000) -> Rows:
    lines = [("place", "kind"), *(("abc"[n % 3], "xy"[n % 2]) for n in range(count))]
    return read_rows(lines, DOMAIN)


def good() -> AttackVerdict:
    failed = Finding("differencing", "ours", 0.0, 1.0, "what it is")
    bites = Finding("differencing", "raw", 1.0, 0.5, "what it is")
    return AttackVerdict((failed,), (bites,))


@pytest.fixture
def emptied(transactional_db: None) -> Iterator[None]:
    """A test with real commits has to be cleaned up, which the database refuses: its triggers are put aside."""
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            for table in ("publishedfile", "publishednumber", "release", "spend", "privacybudget"):
                cursor.execute(f"DELETE FROM releases_{table}")
            for _, sql in triggers:
                cursor.execute(sql)


@pytest.fixture
def budget(emptied: None, install: Install, now: datetime) -> PrivacyBudget:
    return set_budget(code="2026", micro_rho=1_000_000, now=now)


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacks are not what is tested here; they take their time."""
    monkeypatch.setattr(actions, "examine", lambda *_: good())


@pytest.fixture
def kept(budget: PrivacyBudget, passing: None, now: datetime) -> Release:
    return release_rows(budget=budget, purpose="q1", rows=some_rows(), micro_rho=250_000, seed=1, now=now)


def test_a_release_is_kept_with_its_leaf_its_numbers_and_its_files(
    kept: Release, budget: PrivacyBudget
) -> None:
    assert Queued.objects.get(data=leaf_of(bytes(kept.opening))).kind == "release_published"
    assert PublishedNumber.objects.filter(release=kept).count() >= 6
    assert PublishedFile.objects.filter(release=kept).exists()
    assert left(budget) == 750_000


def test_the_same_question_has_the_same_stored_answer_in_any_order(kept: Release) -> None:
    first = answer(kept, place="a", kind="x")
    assert first.pk == answer(kept, kind="x", place="a").pk
    assert abs(first.value - 500) < 20 * max(first.expected_error, 1)
    with pytest.raises(NeverPublished):
        answer(kept, place="nowhere", kind="x")


@pytest.mark.slow
def test_what_is_said_of_the_attacks_was_found_without_a_true_row(
    budget: PrivacyBudget, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth_free: list[tuple[ReleaseContent, AttackVerdict]] = []

    def examined(measured: ReleaseContent, *truth: Any, **named: Any) -> AttackVerdict:
        verdict = examine(measured, *truth, **named)
        if not truth and not named:
            truth_free.append((measured, verdict))
        return verdict

    monkeypatch.setattr(actions, "examine", examined)
    kept = release_rows(budget=budget, purpose="q1", rows=some_rows(), micro_rho=250_000, seed=1, now=now)
    [(measured, verdict)] = truth_free
    noise = noise_of(measured.measurement, some_rows())
    lines = list(verdict.also(noise).lines())
    assert noise.figure in (0, 1), "what the true rows were asked is answered with yes or no"
    published = {file.name: bytes(file.content) for file in kept.files.all()}
    assert published == files(measured, "csv", lines)
    assert Release.objects.get().findings == [list(line) for line in lines]


MODELS = pytest.mark.parametrize("model", [PrivacyBudget, Spend, Release, PublishedNumber, PublishedFile])


@MODELS
def test_the_database_refuses_to_change_or_delete_what_was_published(
    kept: Release, model: type[Release]
) -> None:
    assert model.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(id=10_000)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")


@MODELS
def test_the_database_refuses_to_replace_or_empty_what_was_published(
    kept: Release, model: type[Release]
) -> None:
    way = {"sqlite": "INSERT OR REPLACE INTO {0} SELECT * FROM {0}", "postgresql": "TRUNCATE {0} CASCADE"}
    change = way[connection.vendor].format(model._meta.db_table)
    with pytest.raises(DatabaseError, match="written once"), connection.cursor() as cursor:
        cursor.execute(change)


def test_nothing_is_added_to_a_release_that_stands(kept: Release) -> None:
    with pytest.raises(DatabaseError, match="written once"):
        PublishedNumber.objects.create(release=kept, table="place", cell="d", value=1, expected_error=1)
    with pytest.raises(DatabaseError, match="written once"):
        PublishedFile.objects.create(release=kept, name="more.csv", content=b"1")


@pytest.mark.postgres  # SQLite has one writer
def test_no_number_waits_in_another_transaction_until_the_release_stands(
    budget: PrivacyBudget, passing: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = connection.copy()

    def meanwhile(**named: Any) -> Any:
        PublishedNumber.objects.create(
            release_id=Spend.objects.get().pk, table="t", cell="c", value=1, expected_error=1
        )
        with other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            with pytest.raises(DatabaseError, match="lock timeout"):
                cursor.execute(
                    'INSERT INTO releases_publishednumber (release_id, "table", cell, value, expected_error) '
                    "SELECT id, 't', 'other', 1, 1 FROM releases_spend"
                )
        return append_leaf(**named)

    monkeypatch.setattr(actions, "append_leaf", meanwhile)
    try:
        release_rows(budget=budget, purpose="q1", rows=some_rows(), micro_rho=250_000, seed=1, now=now)
    finally:
        other.close()
    assert not PublishedNumber.objects.filter(cell="other").exists()


def test_nothing_is_published_that_has_not_passed(
    budget: PrivacyBudget, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    through = Finding("differencing", "ours", 1.0, 0.5, "what it is")
    verdicts = [AttackVerdict((through,), good().proofs), AttackVerdict(good().findings, good().findings)]
    for number, verdict in enumerate(verdicts):
        monkeypatch.setattr(actions, "examine", lambda *_, answer=verdict: answer)
        with pytest.raises(NotPassed):
            release_rows(
                budget=budget, purpose=f"q{number}", rows=some_rows(), micro_rho=250_000, seed=1, now=now
            )
    assert not Release.objects.exists()
    assert left(budget) == 500_000


def test_a_release_whose_noise_is_missing_is_not_published(
    budget: PrivacyBudget, passing: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        actions, "measure_and_publish", partial(measure_and_publish, noise=lambda counts, _: counts)
    )
    with pytest.raises(NotPassed, match="noise of this"):
        release_rows(budget=budget, purpose="q8", rows=some_rows(), micro_rho=250_000, seed=1, now=now)
    assert not Release.objects.exists()
    assert left(budget) == 750_000


@pytest.mark.parametrize("breaks", ["while the rows are counted", "while they are attacked"])
def test_a_release_that_breaks_has_spent_its_budget(
    budget: PrivacyBudget, now: datetime, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("the power is gone")

    if "counted" in breaks:
        monkeypatch.setattr(Rows, "count", broken)
    else:
        monkeypatch.setattr(actions, "examine", broken)
    with pytest.raises(RuntimeError, match="the power is gone"):
        release_rows(budget=budget, purpose="q3", rows=some_rows(), micro_rho=100_000, seed=1, now=now)
    assert Spend.objects.get(purpose="q3").micro_rho == 100_000
    assert left(budget) == 900_000


def test_no_row_is_counted_for_more_than_is_left(
    budget: PrivacyBudget, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[object] = []
    monkeypatch.setattr(Rows, "count", lambda *axes: counted.append(axes))
    with pytest.raises(OverBudget):
        release_rows(budget=budget, purpose="q4", rows=some_rows(10), micro_rho=2_000_000, seed=1, now=now)
    assert not counted
    assert not Spend.objects.exists()


def test_no_release_is_made_inside_a_transaction_that_could_forget_the_spend(
    budget: PrivacyBudget, passing: None, now: datetime
) -> None:
    with transaction.atomic(), pytest.raises(InsideTransaction):
        release_rows(budget=budget, purpose="q5", rows=some_rows(), micro_rho=250_000, seed=1, now=now)
    assert not Spend.objects.exists()


def test_a_small_spend_publishes_no_larger_measurement(
    budget: PrivacyBudget, passing: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dearer(rows: Rows, *, charge: Any, **named: Any) -> ReleaseContent:
        charge(1)
        return measure_and_publish(rows, charge=lambda _: None, **named)

    monkeypatch.setattr(actions, "measure_and_publish", dearer)
    with pytest.raises(ValueError, match="spent"):
        release_rows(budget=budget, purpose="q6", rows=some_rows(), micro_rho=1_000_000, seed=1, now=now)
    assert not Release.objects.exists()


def test_a_release_says_how_many_rows_a_person_may_have(
    budget: PrivacyBudget, passing: None, now: datetime
) -> None:
    kept = release_rows(
        budget=budget, purpose="q7", rows=some_rows(), micro_rho=250_000, seed=1, most=3, now=now
    )
    assert kept.people_rows == 3


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(amounts=st.lists(st.integers(-5, 600_000), max_size=8))
def test_no_order_of_calls_overspends_the_budget(install: Install, now: datetime, amounts: list[int]) -> None:
    code = f"p{PrivacyBudget.objects.count()}"
    budget = set_budget(code=code, micro_rho=1_000_000, now=now)
    for number, amount in enumerate(amounts):
        try:
            charge(budget=budget, purpose=f"{code}-{number}", micro_rho=amount, now=now)
        except OverBudget:
            assert amount <= 0 or amount > left(budget)
    assert 0 <= left(budget) <= 1_000_000


def test_two_processes_at_once_cannot_spend_the_same_rest(budget: PrivacyBudget) -> None:
    with spender(budget, "first") as first, spender(budget, "second") as second:
        assert [heard(first), heard(second)] == ["ready", "ready"]
        tell(first)
        assert heard(first) == "looked"
        tell(second)
        assert others_are_kept_out(budget), "nothing keeps the other from looking at the same rest"
        # Two lines: enough for a second one that looked in spite of all.
        outcomes = [process.communicate("go on\n" * 2, timeout=PATIENCE)[0] for process in (first, second)]
    assert sorted(outcomes) == ["over budget", "spent"]
    assert left(budget) == 400_000


def spender(budget: PrivacyBudget, purpose: str) -> subprocess.Popen[str]:
    database = str(connection.settings_dict["NAME"])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.releases.spender", database, budget.code, purpose],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(configured.BASE_DIR),
        env={**os.environ, "TINCAY_DATA": str(configured.TINCAY_DATA)},
    )


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go on\n")
    process.stdin.flush()


def others_are_kept_out(budget: PrivacyBudget) -> bool:
    """Whether a third one that asks for the budget now, and does not wait for it, is refused."""
    third = connection.copy()
    try:
        with third.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA busy_timeout=0")
                cursor.execute("BEGIN IMMEDIATE")
            else:
                cursor.execute(
                    "SELECT 1 FROM releases_privacybudget WHERE id = %s FOR UPDATE NOWAIT", [budget.pk]
                )
    except OperationalError:
        return True
    finally:
        third.close()
    return False
