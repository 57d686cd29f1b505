"""A leaf is queued with its step or not at all, waits for nobody, and costs little."""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from tests.log.conftest import Hand
from tincay.core.codes import UnknownCode
from tincay.core.ledger import leaf
from tincay.core.ledger.merkle import hash_leaf
from tincay.core.ledger.promise import open_promise
from tincay.log import actions, keys
from tincay.log.models import ClearOpening, Head, Leaf, Queued
from tincay.log.totals import PUBLIC_KINDS
from tincay.people.actions import add_organisation
from tincay.people.models import Organisation
from tincay.web.models import Install
from tincay.web.packs import codes
from tincay.web.transactions import one_transaction


def test_a_leaf_commits_to_its_event_and_waits_for_tonight(hand: Hand) -> None:
    [appended] = hand.append(kind="escalated", record="ab" * 16, level="e2")
    row = Queued.objects.get()
    opened = leaf.check(appended.opening.decode(), bytes(row.data))
    assert opened.event == {"kind": "escalated", "day": "2026-06-30", "record": "ab" * 16, "level": "e2"}
    assert (row.kind, row.day) == ("escalated", hand.now.date())
    assert appended.leaf_hash == hash_leaf(bytes(row.data)) == opened.leaf_hash
    assert not Leaf.objects.exists()


def test_a_kind_whose_number_is_told_to_nobody_is_not_even_named_in_the_queue(hand: Hand) -> None:
    hand.append(kind="note_written")
    assert [row.kind for row in Queued.objects.all()] == ["other"]


def test_every_kind_with_a_public_number_is_a_code(hand: Hand) -> None:
    assert {code.code for code in codes()["ledger_event"]} >= PUBLIC_KINDS


def test_what_is_about_nobody_is_kept_in_clear(hand: Hand) -> None:
    with transaction.atomic():
        appended = actions.append_public_leaf(kind="key_changed", event={"desk": "a"}, now=hand.now)
    assert bytes(ClearOpening.objects.get(kind="key_changed").opening) == appended.opening


def test_the_promise_is_signed_by_the_log(hand: Hand) -> None:
    [appended] = hand.append()
    promise = open_promise(appended.promise, keys.log_signer().verifier)
    assert (promise.leaf_hash, promise.week) == (appended.leaf_hash, "2026-W27")


def test_two_leaves_of_the_same_event_look_unlike(hand: Hand) -> None:
    first, second = hand.append(2, record="same")
    assert first.leaf_hash != second.leaf_hash


def test_an_unknown_kind_is_refused(hand: Hand) -> None:
    with pytest.raises(UnknownCode):
        hand.append(kind="no_such_kind")
    assert not Queued.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_leaf_outside_a_transaction_is_refused(install: Install, now: datetime) -> None:
    with pytest.raises(actions.OutsideTransaction):
        actions.append_leaf(kind="report_received", event={}, now=now)
    assert not Queued.objects.exists()


# Row written, leaf not


class Crash(Exception):
    """Stands for a process that ends in the middle of a transaction."""


def crash_at(number: int) -> Callable[..., Any]:
    """The database works until its `number`th statement, which never comes back."""
    seen = iter(range(number, -1, -1))

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if next(seen, None) == 0:
            raise Crash
        return execute(sql, params, many, context)

    return wrapper


@one_transaction
def open_an_office(now: datetime, code: str) -> bytes:
    """A step as the product writes it: a row, and its leaf in the same transaction."""
    add_organisation(code=code, name_vi="Trạm (mẫu)", name_en="Station", kind="ngo", scope=[])
    return actions.append_leaf(kind="key_changed", event={"organisation": code}, now=now).data


def statements(now: datetime) -> int:
    count = 0

    def counting(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        open_an_office(now, "counted")
    return count


@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_statement_keeps_neither_the_row_nor_the_leaf(install: Install, now: datetime) -> None:
    leaves, rows = Queued.objects.count(), Organisation.objects.count()
    number = 0
    while True:
        try:
            with connection.execute_wrapper(crash_at(number)):
                open_an_office(now, "office")
        except Crash:
            assert (Queued.objects.count(), Organisation.objects.count()) == (leaves, rows)
            number += 1
        else:
            break
    assert (Queued.objects.count(), Organisation.objects.count()) == (leaves + 1, rows + 1)
    assert number >= statements(now) - 1


@pytest.mark.django_db(transaction=True)
def test_leaves_that_are_queued_at_the_same_time_are_all_kept(install: Install, now: datetime) -> None:
    written: list[bytes] = []

    def write() -> None:
        for _ in range(10):
            written.append(open_an_office(now, secrets.token_hex(4)))
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {bytes(row.data) for row in Queued.objects.all()} == set(written)
    assert len(set(written)) == 40


@pytest.mark.django_db(transaction=True)
def test_leaves_that_are_queued_while_the_day_is_signed_are_all_kept_once(
    install: Install, now: datetime
) -> None:
    actions.sign_checkpoint(now=now)
    written: list[bytes] = []

    def write() -> None:
        for _ in range(10):
            written.append(open_an_office(now, secrets.token_hex(4)))
        connection.close()

    def sign() -> None:
        actions.sign_checkpoint(now=now + timedelta(days=1))
        connection.close()

    threads = [threading.Thread(target=each) for each in (write, sign, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    actions.sign_checkpoint(now=now + timedelta(days=2))
    assert set(written) <= {bytes(row.data) for row in Leaf.objects.all()}
    waiting = {bytes(row.data) for row in Queued.objects.all()}
    assert not waiting


# The key


@pytest.fixture
def empty_folder(settings: Settings, tmp_path: Path) -> None:
    settings.TINCAY_DATA = tmp_path / "data"


@pytest.mark.usefixtures("empty_folder")
def test_the_key_is_made_once_and_only_its_owner_can_read_it(hand: Hand) -> None:
    line = actions.create_log_key()
    assert line == actions.create_log_key() == keys.log_signer().verifier.vkey
    assert keys.key_path().stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        keys.write_key(keys.key_path(), bytes(32))


@pytest.mark.usefixtures("empty_folder")
def test_a_log_that_lost_its_key_accepts_nothing_rather_than_start_another(hand: Hand) -> None:
    hand.append()
    keys.key_path().unlink()
    keys._read_signer.cache_clear()
    with pytest.raises(keys.NoLogKey):
        hand.append()
    assert Queued.objects.count() == 1


@pytest.mark.usefixtures("empty_folder")
@pytest.mark.parametrize(
    "content", ["", "tincay-log-key/v2 " + "A" * 43 + "=", "tincay-log-key/v1 AAAA", "x y z"]
)
def test_a_key_file_that_is_none_is_not_used(hand: Hand, content: str) -> None:
    keys.key_path().parent.mkdir(parents=True)
    keys.key_path().write_text(content)
    Head.objects.create()
    with pytest.raises(keys.NoLogKey):
        hand.append()


def test_who_waited_at_midnight_is_of_the_day_that_was_signed_meanwhile(hand: Hand) -> None:
    hand.placed()
    hand.now -= timedelta(days=1)
    [late] = hand.append()
    assert late.day == hand.now.date() + timedelta(days=1)
    assert leaf.open_leaf(late.opening.decode()).event["day"] == f"{late.day}"
