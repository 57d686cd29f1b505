"""Same counts, one answer; and nothing that is public of it can be tried out against guessed counts."""

import json
from hashlib import sha256
from itertools import permutations

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from tests.cast import NOW, Hands, Worker, sign_in
from tests.estimates.conftest import SMALL, THOROUGH, about, load_table, run_on
from tincay.core.estimate.bootstrap import ENOUGH_TO_PUBLISH
from tincay.core.estimate.histories import Table, write_table
from tincay.estimates import actions, compute, worker
from tincay.estimates.actions import begin_run, publish_run
from tincay.estimates.compute import EFFORTS, digest
from tincay.estimates.models import PublishedRun, Run
from tincay.estimates.publishing import FEWEST_REPLICATES, refusal_to_publish

pytestmark = pytest.mark.django_db


def ask(researcher: Worker, table: Table) -> Run:
    run = begin_run(by=researcher.user, table=table, about=about(), effort="publish", seed=1, now=NOW)
    worker.work_through()
    return Run.objects.for_the_rules().get(pk=run.pk)


def page(client: Client, name: str, number: int) -> str:
    return str(client.get(reverse(name, args=[number])).content.decode())


def test_the_order_in_which_lists_are_entered_changes_no_number(researcher: Worker) -> None:
    table = load_table("hiv_rome_4list")
    results = [ask(researcher, table.keep(lists)).result for lists in (table.lists, table.lists[::-1])]
    assert results[0] == results[1]


def test_counts_under_other_names_are_not_published_twice(researcher: Worker, done: Run) -> None:
    publish_run(run=done, now=NOW)
    table = done.table
    renamed = ask(researcher, Table(("x", "y", "z"), table.keep(table.lists[::-1]).counts))
    assert refusal_to_publish(renamed) == "already"
    row = PublishedRun.objects.get()
    row.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


def test_nothing_public_can_be_tried_out_against_guessed_counts(clock: Hands, done: Run) -> None:
    row = publish_run(run=done, now=NOW)
    assert row.result
    public = page(Client(), "published_run", row.pk) + bytes(row.opening).decode()
    guesses = [write_table(done.table.keep(lists)) for lists in permutations(done.lists)]
    result = json.dumps(row.result, sort_keys=True, separators=(",", ":"))
    for secret in (row.salt, str(row.counts_key), *map(_hash, (result, *guesses))):
        assert secret[:16] not in public
    assert row.table_hash in public
    assert row.digest == digest(row.result, row.salt)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", ["run", "run_on_paper"])
def test_who_holds_the_table_can_prove_the_published_hash(
    clock: Hands, researcher: Worker, done: Run, name: str
) -> None:
    row = publish_run(run=done, now=NOW)
    other = ask(researcher, Table(("x", "y", "z"), done.table.counts))
    shown = page(sign_in(researcher), name, other.pk)
    assert row.salt in shown
    assert row.table_hash in shown
    assert ", ".join(row.lists) in shown
    assert row.table_hash == _hash(f"{row.salt}\n{write_table(row.table)}")


def test_what_is_offered_for_publishing_draws_as_many_tables_as_it_promises() -> None:
    assert FEWEST_REPLICATES == ENOUGH_TO_PUBLISH == 20_000
    assert EFFORTS["publish"].stepwise == EFFORTS["publish"].bic == 20_000
    assert EFFORTS["look"].stepwise == EFFORTS["look"].bic == 1_000


def test_one_method_with_too_few_replicates_keeps_a_run_from_being_published(
    clock: Hands, researcher: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compute, "EFFORTS", {"publish": SMALL})
    run = run_on(researcher, "kampala_fsw_3capture")
    assert refusal_to_publish(run) == "few_replicates"
    shown = page(sign_in(researcher), "run", run.pk)
    assert f"Chọn từng bước {SMALL.stepwise}, Chọn theo BIC {SMALL.bic}" in shown
    assert "Lần này đủ kỹ để công bố" not in shown


def test_the_pages_say_of_each_method_how_many_tables_it_drew(
    clock: Hands, researcher: Worker, done: Run
) -> None:
    row = publish_run(run=done, now=NOW)
    drawn = f"Chọn từng bước {THOROUGH.stepwise}, Chọn theo BIC {THOROUGH.bic}"
    assert drawn in page(Client(), "published_run", row.pk)
    desk = page(sign_in(researcher), "run", done.pk)
    assert "Lần này đủ kỹ để công bố" in desk
    assert drawn in desk


def test_what_a_run_was_made_with_is_kept_with_it_and_published(
    done: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = compute.made_with()
    monkeypatch.setattr(actions, "made_with", lambda: {"machine": "another"})
    assert publish_run(run=done, now=NOW).made_with == done.made_with == installed
