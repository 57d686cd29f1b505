"""Rows of an organisation are asked for by saying whose: whoever forgets it gets an error and never all rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count

from tests.cast import Reporter
from tincay.people.tenancy import Unscoped
from tincay.reports.models import Report, ReportSet

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
