"""Rows of an organisation are asked for by saying whose: whoever forgets it gets an error and never all rows."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, transaction
from django.db.models import Count, Model

from tests.cast import Reporter
from tests.cast import rows as every
from tincay.people.tenancy import Unscoped
from tincay.reports.models import Clock, ConsentGrant, Report, ReportSet, Task
from tincay.vault.models import Opening
from tincay.web.ids import beside

pytestmark = pytest.mark.django_db
WAYS: dict[str, Callable[[ReportSet], Any]] = {
    "list": list,
    "len": len,
    "truth": bool,
    "first": lambda rows: rows.first(),
    "get": lambda rows: rows.get(),
    "values": lambda rows: list(rows.values_list("pk", flat=True)),
    "slice": lambda rows: list(rows[:1]),
    "iterator": lambda rows: list(rows.iterator()),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "update": lambda rows: rows.update(paged=0),
    "delete": lambda rows: rows.delete(),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_asking_answers_before_it_was_said_whose_rows(reporter: Reporter, way: str) -> None:
    report = reporter.send()
    for rows in (Report.objects.all(), Report.objects.filter(pk=report.pk), Report.objects.exclude(paged=9)):
        with pytest.raises(Unscoped):
            WAYS[way](rows)
    assert Report.objects.for_the_rules().get().paged == report.paged


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_answers_once_it_was_said(reporter: Reporter, way: str) -> None:
    reporter.send()
    assert WAYS[way](Report.objects.for_the_rules().filter(paged=0) | Report.objects.for_the_rules())


def test_what_was_said_stays_said_however_it_is_narrowed(reporter: Reporter) -> None:
    report = reporter.send()
    rows = Report.objects.for_the_rules().filter(pk=report.pk).order_by("pk").select_related("desk")
    assert list(rows) == [report]


def test_saying_it_of_one_question_says_nothing_of_the_next(reporter: Reporter) -> None:
    reporter.send()
    everything = Report.objects.all()
    everything.for_the_rules()
    with pytest.raises(Unscoped):
        everything.count()


def test_the_error_names_the_model_and_the_way_out_and_no_row(reporter: Reporter) -> None:
    report = reporter.send()
    with pytest.raises(Unscoped, match=r"^Report: ask visible_to\(user\) first") as raised:
        list(Report.objects.filter(pk=report.pk))
    assert str(report.pk) not in str(raised.value)


def columns(row: Model) -> tuple[Any, ...]:
    """A row as the database holds it."""
    with connection.cursor() as cursor:
        key = row._meta.pk.get_db_prep_value(row.pk, connection)
        cursor.execute(f'SELECT * FROM "{row._meta.db_table}" WHERE id = %s', [key])
        return tuple(cursor.fetchone())


@pytest.mark.parametrize("model", [Report, Clock, ConsentGrant, Opening])
def test_rows_in_one_statement_are_what_the_framework_writes(reporter: Reporter, model: type[Model]) -> None:
    reporter.send(grants=[reporter.grant("store_sealed")])
    row = every(model).order_by("pk")[0]
    ours = columns(row)
    model._base_manager.filter(pk=row.pk)._raw_delete(DEFAULT_DB_ALIAS)
    model._default_manager.bulk_create([row], batch_size=1)  # with an option it is the framework's
    assert columns(row) == ours


def test_rows_in_one_statement_are_all_kept_or_none(reporter: Reporter) -> None:
    report = reporter.send()
    one, same = (Task(subject=report.pk, kind="ask_receiver", about="share_org") for _ in range(2))
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.bulk_create([one, same])
    assert every(Task).count() == 0
    assert Task.objects.bulk_create([one]) == [one]
    assert not one._state.adding


def test_rows_that_belong_together_have_random_ids_that_lie_together() -> None:
    owner = uuid4()
    made = {beside(owner) for _ in range(1000)}
    assert len(made) == 1000
    assert {(one.version, one.variant, one.bytes[:8]) for one in made} == {
        (4, owner.variant, owner.bytes[:8])
    }
    assert all(0 < sum(one.bytes[place] > 127 for one in made) < 1000 for place in range(9, 16))
