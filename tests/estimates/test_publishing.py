"""What is published: a rounded range, never a refusal, once, for good, and repeatable."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import NOW, Worker
from tests.estimates.conftest import about, load_table, run_on
from tincay.estimates import compute, worker
from tincay.estimates.actions import begin_run, load_claims, publish_run, wait_again
from tincay.estimates.models import STUCK_AFTER, Claim, PublishedRun, Run
from tincay.estimates.publishing import RunNotPublished, refusal_to_publish, round_down, round_up
from tincay.estimates.texts import CAUTIONS, METHODS, REASONS
from tincay.log.models import Queued
from tincay.log.queries import leaf_of
from tincay.web.packs import pack_toml

pytestmark = pytest.mark.django_db


@given(st.floats(10, 1e12))
def test_rounding_goes_outward_and_leaves_two_figures(value: float) -> None:
    assert round_down(value) <= value * (1 + 1e-9)
    assert round_up(value) >= value * (1 - 1e-9)
    assert len(str(round_down(value)).rstrip("0")) <= 2
    assert len(str(round_up(value)).rstrip("0")) <= 2
    assert round_up(value) - round_down(value) <= max(5, 0.11 * value)


@pytest.mark.parametrize(
    ("value", "down", "up"), [(10_386.75, 10_000, 11_000), (87, 85, 90), (33_511.6, 33_000, 34_000)]
)
def test_rounding_by_example(value: float, down: int, up: int) -> None:
    assert (round_down(value), round_up(value)) == (down, up)


def test_a_published_run_has_a_leaf_that_names_seed_version_and_table(done: Run) -> None:
    row = publish_run(run=done, now=NOW)
    assert Queued.objects.get(data=leaf_of(bytes(row.opening))).kind == "indicator_published"
    opened = bytes(row.opening).decode()
    for fact in (row.table_hash, row.digest, row.version, str(row.seed)):
        assert fact in opened


def test_what_is_published_is_rounded_and_holds_the_range(done: Run) -> None:
    row = publish_run(run=done, now=NOW)
    assert done.result
    headline = done.result["headline"]
    assert row.lower <= headline["lower"]
    assert row.upper is None or row.upper >= headline["upper"]
    assert row.bound <= done.result["lower_bound"]["estimate"]
    assert row.seen % 100 == 0


@pytest.mark.parametrize("name", ["western_us_5list", "neworleans_5list_n185", "neworleans_5list_n186"])
def test_what_the_gate_refuses_is_never_published(researcher: Worker, name: str) -> None:
    run = run_on(researcher, name)
    assert run.result
    assert not run.result["gate"]["open"]
    assert run.result["lower_bound"]["estimate"] > run.result["gate"]["seen"]
    with pytest.raises(RunNotPublished) as refusal:
        publish_run(run=run, now=NOW)
    assert refusal.value.reason == "gate"
    assert not PublishedRun.objects.exists()


def test_a_first_look_an_unfinished_run_and_an_answered_table_are_not_published(
    researcher: Worker, done: Run
) -> None:
    assert refusal_to_publish(run_on(researcher, "kampala_fsw_3capture", "look")) == "few_replicates"
    waiting = begin_run(
        by=researcher.user, table=load_table("korea_3list"), about=about(), effort="publish", seed=1, now=NOW
    )
    assert refusal_to_publish(waiting) == "not_done"
    publish_run(run=done, now=NOW)
    other_seed = run_on(researcher, "kampala_fsw_3capture")
    assert refusal_to_publish(other_seed) == "already"


def test_a_table_of_two_lists_is_never_published(researcher: Worker) -> None:
    table = load_table("kampala_fsw_3capture").drop("C1")
    run = begin_run(by=researcher.user, table=table, about=about(), effort="publish", seed=1, now=NOW)
    worker.work_through()
    assert refusal_to_publish(Run.objects.for_the_rules().get(pk=run.pk)) == "gate"


OTHER_WAY = {
    "sqlite": "INSERT OR REPLACE INTO estimates_publishedrun SELECT * FROM estimates_publishedrun",
    "postgresql": "TRUNCATE estimates_publishedrun",
}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE estimates_publishedrun SET lower = 1",
        "DELETE FROM estimates_publishedrun",
        OTHER_WAY[connection.vendor],
    ],
)
def test_the_database_refuses_to_change_what_was_published(done: Run, change: str) -> None:
    publish_run(run=done, now=NOW)
    connection.check_constraints()  # PostgreSQL empties no table while it has keys to check
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_a_published_run_is_repeated_bit_for_bit(done: Run) -> None:
    row = publish_run(run=done, now=NOW)
    output = io.StringIO()
    call_command("repeat_estimate", str(row.pk), stdout=output)
    assert output.getvalue() == "identical, bit for bit\n"


def test_a_repeat_that_differs_says_where(done: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    row = publish_run(run=done, now=NOW)
    assert done.result
    other = json.loads(json.dumps(done.result))
    other["headline"]["lower"] += 1.0
    monkeypatch.setattr("tincay.estimates.management.commands.repeat_estimate.work_out", lambda *_: other)
    with pytest.raises(CommandError, match=r"headline\.lower"):
        call_command("repeat_estimate", str(row.pk), stdout=io.StringIO())
    near = json.loads(json.dumps(done.result))
    near["headline"]["lower"] *= 1 + 1e-12
    assert compute.compare(done.result, near) == (False, True, "")


def test_a_run_that_breaks_is_kept_as_failed_and_can_be_tried_again(
    researcher: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(worker, "work_out", broken)
    run = run_on(researcher, "kampala_fsw_3capture")
    assert run.state == "failed"
    monkeypatch.undo()
    wait_again(run=run, now=NOW)
    assert Run.objects.for_the_rules().get(pk=run.pk).state == "waiting"
    assert not Run.objects.for_the_rules().get(pk=run.pk).stuck(NOW + STUCK_AFTER * 2)


def test_a_run_is_worked_on_once(done: Run) -> None:
    worker.work_through()
    assert Run.objects.for_the_rules().get(pk=done.pk).ended_at == done.ended_at


def test_the_packs_claims_are_two_without_a_method_and_loading_twice_changes_nothing(install: object) -> None:
    for _ in range(2):
        load_claims(entries=pack_toml("estimates.toml")["claims"])
    by_value = {claim.value: claim for claim in Claim.objects.all()}
    assert set(by_value) == {100_000, 300_000}
    assert {claim.kind for claim in by_value.values()} == {"published_no_method"}
    assert by_value[100_000].at_least
    assert all(claim.source_vi and claim.source_en for claim in by_value.values())


def test_the_command_loads_the_packs_claims(install: object) -> None:
    output = io.StringIO()
    call_command("load_estimates", stdout=output)
    assert "2 claims" in output.getvalue()


@pytest.mark.parametrize("fields", [{}, {"low": 5, "high": 4}, {"kind": "mse", "value": 5}])
def test_the_database_wants_a_number_and_an_interval_for_an_estimate(
    install: object, fields: dict[str, object]
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Claim.objects.create(**{"code": "x", "kind": "expert", **fields})


def test_every_code_of_the_core_has_words() -> None:
    from tincay.core.estimate import answers, methods

    assert set(REASONS) == set(answers.REASONS)
    assert set(CAUTIONS) == set(answers.CAUTIONS)
    assert set(METHODS) >= set(methods.METHODS)
