"""What many send at once shares a commit on SQLite; for each of them it is as if it had come alone."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from unittest import mock

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from tests.cast import rows
from tests.patience import PATIENCE, wait_until
from tincay.operations.models import FailedJob
from tincay.reports.models import SafeTry
from tincay.web import transactions
from tincay.web.time import now
from tincay.web.transactions import one_commit_for_many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]
happened: list[str] = []


class Refused(Exception):
    """What one call has to say."""


@one_commit_for_many
def keep(name: str) -> str:
    """Keep a row under this name."""
    FailedJob.objects.create(job=name, since=now(), error="")
    transaction.on_commit(lambda: happened.append("committed"))
    happened.append("written")
    if name == "refused":
        raise Refused
    if name == "of nobody":  # which SQLite notices when it commits
        SafeTry.objects.create(report_id="0" * 32, day=now().date())
    if name == "breaks afterwards":
        transaction.on_commit(_break)
    return name


def _break() -> None:
    raise Refused


@contextmanager
def at_once(*names: str) -> Iterator[list[Future[str]]]:
    """As many threads, which wait for the writer together and are then let go."""

    def call(name: str) -> str:
        try:
            said = keep(name)
            happened.append("answered")
            return said
        finally:
            connection.close()

    happened.clear()
    with ThreadPoolExecutor(len(names)) as pool:
        with transactions._writer:
            calls = [pool.submit(call, name) for name in names]
            wait_until(lambda: len(transactions._waiting) == len(names), "all of them to wait")
        yield calls


def errors(calls: list[Future[str]]) -> list[type[BaseException]]:
    return [type(error) for call in calls if (error := call.exception(PATIENCE))]


def kept() -> set[str]:
    return set(FailedJob.objects.values_list("job", flat=True))


def test_all_that_wait_are_written_then_committed_once_and_only_then_answered() -> None:
    names = [f"job {number}" for number in range(6)]
    with at_once(*names) as calls:
        assert [call.result(PATIENCE) for call in calls] == names
    assert kept() == set(names)
    assert happened == ["written"] * 6 + ["committed"] * 6 + ["answered"] * 6


def test_one_that_is_refused_undoes_only_its_own() -> None:
    with at_once("first", "refused", "third") as calls:
        assert errors(calls) == [Refused]
    assert kept() == {"first", "third"}


def test_of_two_that_cannot_both_be_kept_the_first_is() -> None:
    with at_once("same", "same", "other") as calls:
        assert errors(calls) == [IntegrityError]
    assert kept() == {"same", "other"}


def test_a_commit_that_fails_answers_none_as_kept_that_is_not() -> None:
    with at_once("first", "of nobody", "third") as calls:
        assert errors(calls) == [IntegrityError]
    assert kept() == {"first", "third"}
    assert rows(SafeTry).count() == 0


@contextmanager
def locked_by_somebody_else() -> Iterator[None]:
    name = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(name, uri=name.startswith("file:"))) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_while_the_database_is_locked_all_are_told_so_after_one_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.5)
    transaction_of = mock.Mock(wraps=transactions._outermost)
    monkeypatch.setattr(transactions, "_outermost", transaction_of)
    names = [f"job {number}" for number in range(16)]
    with locked_by_somebody_else(), at_once(*names) as calls:
        assert errors(calls) == [OperationalError] * 16
    assert transaction_of.call_count == 1
    assert kept() == set()
    assert keep("later") == "later"


def test_locked_after_one_was_refused_the_others_are_told_after_one_wait_too() -> None:
    full = OperationalError("database or disk is full")

    def run(name: str) -> str:
        happened.append(name)
        raise Refused if name == "refused" else full

    calls = [transactions._Call(partial(run, name), Future()) for name in ("refused", "a", "b", "c")]
    happened.clear()
    transactions._write(calls)
    assert errors([call.future for call in calls]) == [Refused] + [OperationalError] * 3
    assert happened == ["refused", "refused", "a"]


def test_what_breaks_after_the_commit_undoes_nothing_and_writes_nothing_twice() -> None:
    with at_once("first", "breaks afterwards", "third") as calls:
        assert [call.result(PATIENCE) for call in calls] == ["first", "breaks afterwards", "third"]
    assert kept() == {"first", "breaks afterwards", "third"}
    assert happened == ["written"] * 3 + ["committed"] * 3 + ["answered"] * 3


def test_inside_another_happening_it_is_part_of_that() -> None:
    @transactions.one_transaction
    def outer() -> None:
        keep("inner")
        raise Refused

    with pytest.raises(Refused):
        outer()
    assert kept() == set()


def test_nobody_who_comes_later_finds_the_writer_held() -> None:
    with at_once("refused") as calls:
        assert errors(calls) == [Refused]
    assert keep("later") == "later"
    assert not transactions._waiting
