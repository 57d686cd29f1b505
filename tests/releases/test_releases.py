"""Published once, for good, out of a budget that nobody can overspend."""

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tincay.core.release.attacks.findings import Finding
from tincay.core.release.attacks.suite import Verdict
from tincay.core.release.budget import OverBudget
from tincay.core.release.domain import Column, Domain
from tincay.core.release.publish import release
from tincay.core.release.rows import Rows, read_rows
from tincay.record.models import Leaf
from tincay.releases.actions import NotPassed, charge, publish, release_rows, set_plan
from tincay.releases.models import Plan, PublishedFile, PublishedNumber, Release, Spend
from tincay.releases.queries import NeverPublished, answer, left
from tincay.web.models import Install

DOMAIN = Domain.of([Column("place", ("a", "b", "c")), Column("kind", ("x", "y"))])


def some_rows(count: int = 3000) -> Rows:
    lines = [("place", "kind"), *(("abc"[n % 3], "xy"[n % 2]) for n in range(count))]
    return read_rows(lines, DOMAIN)


def good() -> Verdict:
    held = Finding("differencing", "ours", 0.0, 1.0, "what it is")
    bites = Finding("differencing", "raw", 1.0, 0.5, "what it is")
    return Verdict((held,), (bites,))


@pytest.fixture
def plan(install: Install, now: datetime) -> Plan:
    return set_plan(code="2026", micro_rho=1_000_000, now=now)


@pytest.fixture
def kept(plan: Plan, now: datetime) -> Release:
    spend = charge(plan=plan, purpose="q1", micro_rho=250_000, now=now)
    measured = release(some_rows(), micro_rho=250_000, seed=1, charge=lambda amount: None)
    return publish(spend=spend, measured=measured, verdict=good(), now=now)


def test_a_release_is_kept_with_its_leaf_its_numbers_and_its_files(kept: Release, plan: Plan) -> None:
    assert Leaf.objects.get(index=kept.leaf).kind == "release_published"
    assert PublishedNumber.objects.filter(release=kept).count() >= 6
    assert PublishedFile.objects.filter(release=kept).exists()
    assert left(plan) == 750_000


def test_the_same_question_has_the_same_stored_answer_in_any_order(kept: Release) -> None:
    first = answer(kept, place="a", kind="x")
    assert first.pk == answer(kept, kind="x", place="a").pk
    assert abs(first.value - 500) < 20 * max(first.expected_error, 1)
    with pytest.raises(NeverPublished):
        answer(kept, place="nowhere", kind="x")


@pytest.mark.parametrize("model", [Plan, Spend, Release, PublishedNumber, PublishedFile])
def test_the_database_refuses_to_change_or_delete_what_was_published(
    kept: Release, model: type[Release]
) -> None:
    assert model.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(id=10_000)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")


def test_nothing_is_published_that_has_not_passed(plan: Plan, now: datetime) -> None:
    spend = charge(plan=plan, purpose="q2", micro_rho=250_000, now=now)
    measured = release(some_rows(), micro_rho=250_000, seed=1, charge=lambda amount: None)
    through = Finding("differencing", "ours", 1.0, 0.5, "what it is")
    for verdict in (Verdict((through,), good().proofs), Verdict(good().findings, good().findings)):
        with pytest.raises(NotPassed):
            publish(spend=spend, measured=measured, verdict=verdict, now=now)
    assert not Release.objects.exists()
    assert left(plan) == 750_000


def test_a_release_that_breaks_after_the_noise_was_drawn_has_spent_its_budget(
    plan: Plan, now: datetime
) -> None:
    with pytest.raises(AttributeError):
        release_rows(plan=plan, purpose="q3", rows=None, micro_rho=100_000, seed=1, now=now)  # type: ignore[arg-type]
    rows = some_rows(10)
    with pytest.raises(OverBudget):
        release_rows(plan=plan, purpose="q4", rows=rows, micro_rho=2_000_000, seed=1, now=now)
    assert not Spend.objects.filter(purpose="q4").exists()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(asked=st.lists(st.integers(-5, 600_000), max_size=8))
def test_no_order_of_calls_overspends_the_plan(install: Install, now: datetime, asked: list[int]) -> None:
    code = f"p{Plan.objects.count()}"
    plan = set_plan(code=code, micro_rho=1_000_000, now=now)
    for number, amount in enumerate(asked):
        try:
            charge(plan=plan, purpose=f"{code}-{number}", micro_rho=amount, now=now)
        except OverBudget:
            assert amount <= 0 or amount > left(plan)
    assert 0 <= left(plan) <= 1_000_000


@pytest.fixture
def emptied(transactional_db: None) -> Iterator[None]:
    """A test with real commits has to be cleaned up, which the database refuses: its triggers are put aside."""
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("DELETE FROM releases_spend")
            cursor.execute("DELETE FROM releases_plan")
            for _, sql in triggers:
                cursor.execute(sql)


@pytest.mark.usefixtures("emptied")
def test_two_at_once_cannot_spend_the_same_rest(now: datetime) -> None:
    plan = set_plan(code="race", micro_rho=1_000_000, now=now)
    outcomes: list[bool] = []

    def spend(number: int) -> None:
        try:
            charge(plan=plan, purpose=f"race-{number}", micro_rho=300_000, now=now)
            outcomes.append(True)
        except OverBudget:
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 5 + [True] * 3
    assert Spend.objects.filter(plan=plan).aggregate(sum=Sum("micro_rho"))["sum"] == 900_000
