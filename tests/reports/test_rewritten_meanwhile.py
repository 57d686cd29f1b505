"""What closed is written anew while somebody uses it (PostgreSQL: SQLite has one writer): nothing is lost, and
nobody is turned away."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from tests.cast import NOW, Helper, Reporter, again, rows
from tests.patience import PATIENCE, wait_until
from tests.reports.test_sent_twice import somebody_waits
from tincay.core.stages import Withdraw
from tincay.reports import ending
from tincay.reports.application import lock_and_refresh
from tincay.reports.models import Report
from tincay.vault.models import Wrap
from tincay.visit.actions import ask_for_proof, open_visit
from tincay.visit.models import Visit
from tincay.web.transactions import one_transaction

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def closed(reporter: Reporter, helper: Helper) -> Report:
    report = reporter.send(grants=[reporter.grant("store_sealed")])
    helper.bring(report, "classified")
    ending.close(report=again(report), step=Withdraw(), now=NOW)
    return again(report)


@contextmanager
def meanwhile(run: Callable[[], object]) -> Iterator[list[BaseException]]:
    """Somebody else does this at the same time; what went wrong there is in the list, once it is over."""
    wrong: list[BaseException] = []

    def other() -> None:
        try:
            run()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        yield wrong
        thread.start()
        wait_until(lambda: somebody_waits() or not thread.is_alive(), "the other one to wait or to be done")
    thread.join(PATIENCE)
    assert not thread.is_alive()


def rewrite() -> None:
    ending.rewrite_closed(now=NOW, whole=True)


def test_a_wrap_that_is_changed_before_the_rewriting_comes_to_it_stays_changed(closed: Report) -> None:
    with meanwhile(rewrite) as wrong:
        rows(Wrap).filter(compartment__owner=closed.pk).update(sealed=b"sealed anew")
    assert wrong == []
    assert {bytes(wrap.sealed) for wrap in rows(Wrap)} == {b"sealed anew"}


def test_a_verb_that_waited_for_the_rewriting_goes_on(closed: Report) -> None:
    @one_transaction
    def verb() -> None:
        lock_and_refresh(closed)
        Report.objects.for_the_rules().filter(pk=closed.pk).update(times_opened=7)

    with meanwhile(verb) as wrong:
        rewrite()
    assert wrong == []
    assert again(closed).times_opened == 7


def test_a_verb_that_holds_the_report_is_waited_for(closed: Report) -> None:
    with meanwhile(rewrite) as wrong:
        lock_and_refresh(closed)
        rows(Wrap).filter(compartment__owner=closed.pk).update(sealed=b"sealed anew")
        Report.objects.for_the_rules().filter(pk=closed.pk).update(times_opened=7)
    assert wrong == []
    assert again(closed).times_opened == 7
    assert {bytes(wrap.sealed) for wrap in rows(Wrap)} == {b"sealed anew"}


def test_she_comes_back_while_her_report_is_written_anew(closed: Report) -> None:
    def come_back() -> None:
        ask_for_proof(locator=bytes(closed.locator), now=NOW)
        open_visit(report=closed, keys=None, now=NOW)

    with meanwhile(come_back) as wrong:
        rewrite()
    assert wrong == []
    assert rows(Visit).get().report == closed


def test_she_deletes_it_while_it_is_written_anew(closed: Report) -> None:
    with meanwhile(lambda: ending.delete(report=closed, now=NOW)) as wrong:
        rewrite()
    assert wrong == []
    assert rows(Wrap).count() == 0
