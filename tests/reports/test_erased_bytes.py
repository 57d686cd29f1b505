"""What was erased is gone from the files of the database: words, the wraps that opened them, exact times."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.cast import Hands, Helper, Network, Reporter
from tests.open_database import read_beside
from tincay.operations.scheduled import tick
from tincay.reports.ending import delete
from tincay.reports.models import Report
from tincay.vault.models import Compartment, Opening, SealedText, Wrap
from tincay.visit.actions import forget_visits
from tincay.visit.models import Visit

# For real commits: before them nothing is in a file.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]
PIECE = 24
"""Bytes of a secret by which it would be found again."""


def pieces(*secrets: bytes | memoryview) -> Iterator[bytes]:
    """The end of a secret, where none is like another, and one out of every four kilobytes."""
    for secret in map(bytes, secrets):
        yield from (secret[at : at + PIECE] for at in range(200, len(secret) - PIECE, 4096))
        yield secret[-PIECE:]


def words_of(report: Report, *kinds: str) -> list[bytes]:
    rows = SealedText.objects.for_the_rules().filter(
        compartment__owner=report.id, compartment__kind__in=kinds
    )
    return list(pieces(*rows.values_list("sealed", flat=True)))


def everything_of(report: Report) -> list[bytes]:
    wraps = Wrap.objects.for_the_rules().filter(compartment__owner=report.id).values_list("sealed", flat=True)
    openings = Opening.objects.of(report.id)
    keys = Compartment.objects.for_the_rules().filter(owner=report.id).values_list("recipient", flat=True)
    return [
        *words_of(report, "narrative", "identity", "thread"),
        *pieces(*wraps, *(o.for_thread for o in openings), *(o.for_receipt for o in openings)),
        *(key.encode() for key in keys),
        bytes(report.locator),
        report.receipt.encode(),
    ]


def found(wanted: list[bytes]) -> list[str]:
    """Which of the pieces lie in a file of the database, its write-ahead log among them."""
    assert wanted
    name = Path(str(connection.settings_dict["NAME"]))
    files = {path.name: read_beside(path) for path in name.parent.glob(f"{name.name}*")}
    return [file for file, content in files.items() for piece in wanted if piece in content]


@pytest.fixture
def report(network: Network, clock: Hands, reporter: Reporter) -> Report:
    """One among others, so that its rows share their pages."""
    crowd = [Reporter(number) for number in range(2, 22)]
    for one in crowd[:10]:
        one.send()
    sent = reporter.send()
    for one in crowd[10:]:
        one.send()
        one.write("…")
        reporter.write("Tôi nhớ thêm một điều.")
    return sent


def test_what_she_deletes_is_in_no_file_at_once(report: Report, clock: Hands) -> None:
    wanted = everything_of(report)
    assert found(wanted)
    delete(report=report, now=clock.now)
    assert found(wanted) == []


def test_words_that_were_answered_are_in_no_file(report: Report, helper: Helper, clock: Hands) -> None:
    told, thread = words_of(report, "narrative", "identity"), words_of(report, "thread")
    helper.bring(report, "answered", now=clock.now)
    assert found(told) == []
    assert found(thread)


def test_what_a_visit_left_is_gone_with_the_next_tick(report: Report, clock: Hands, client: Client) -> None:
    client.post("/back/", {"plain-code": Reporter().code})
    wanted = list(pieces(Visit.objects.for_the_rules().get().sealed or b""))
    forget_visits(now=timezone.now() + timedelta(minutes=16))
    tick(now=clock.now)
    assert found(wanted) == []
