"""What is there already is told by a number and never by an error of the database: PostgreSQL would write the values
of the row, and the whole statement, into its log."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, connection

from tests.cast import NOW, Network, Reporter, rows
from tincay.people.calls import call_on_duty
from tincay.people.models import Notice
from tincay.reports.envelope import Envelope
from tincay.reports.models import Report
from tincay.reports.receiving import receive_report
from tincay.vault.models import Compartment
from tincay.web.strict_json import Malformed, read

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def no_error_of_the_database() -> Iterator[None]:
    """Every statement that fails is noted, whoever catches what it raises."""
    failed: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        try:
            return execute(sql, *more)
        except DatabaseError as error:
            failed.append(type(error).__name__)
            raise

    with connection.execute_wrapper(watch):
        yield
    assert failed == []


def test_an_error_would_be_seen_here(reporter: Reporter) -> None:
    report = reporter.send()
    with pytest.raises(AssertionError), no_error_of_the_database(), pytest.raises(DatabaseError):
        Report.objects.bulk_create([report])


def test_two_sendings_of_one_envelope_at_one_moment(network: Network, reporter: Reporter) -> None:
    envelope = reporter.envelope()
    first = receive_report(envelope=envelope, sealed_by="browser", now=NOW)
    # The second one looked before the first one was there.
    with (
        no_error_of_the_database(),
        mock.patch("tincay.reports.receiving.with_key", side_effect=[None, first.report]),
    ):
        second = receive_report(envelope=envelope, sealed_by="browser", now=NOW)
    assert (second.new, second.report) == (False, first.report)
    assert rows(Report).count() == 1


def test_a_receipt_that_another_report_has(network: Network, reporter: Reporter) -> None:
    reporter.send()
    with no_error_of_the_database(), pytest.raises(Malformed):
        receive_report(envelope=reporter.envelope(), sealed_by="browser", now=NOW)
    assert rows(Report).count() == 1


def test_a_compartment_that_another_report_has(network: Network, reporter: Reporter) -> None:
    taken = reporter.send()
    stolen = rows(Compartment).get(owner=taken.id, kind="thread").recipient
    other = reporter.next_person()
    envelope = other.envelope_json()
    envelope["compartments"]["thread"]["recipient"] = stolen
    signed = read(Envelope, json.dumps(other.signed(envelope)))
    with no_error_of_the_database(), pytest.raises(Malformed):
        receive_report(envelope=signed, sealed_by="browser", now=NOW)
    assert rows(Report).count() == 1
    assert rows(Compartment).count() == 4


def test_a_code_that_is_taken(network: Network, reporter: Reporter) -> None:
    reporter.send()
    other = Reporter(reporter.number + 1000)
    other.send()
    with no_error_of_the_database(), pytest.raises(Malformed):
        reporter.change_code()


def test_somebody_who_has_not_seen_the_last_call(network: Network) -> None:
    with no_error_of_the_database():
        for _ in range(3):
            call_on_duty(desk=network.triage, now=NOW)
    assert rows(Notice).count() == 1
