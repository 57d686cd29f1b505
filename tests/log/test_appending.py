"""A leaf is written with its step or not at all, in one order, and costs little."""

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
from tincay.log import actions, checks, keys
from tincay.log.checks import check_log
from tincay.log.models import Head, Leaf, Tile
from tincay.people.actions import add_organisation
from tincay.people.models import Organisation
from tincay.web.models import Install
from tincay.web.transactions import one_transaction


def test_a_leaf_commits_to_its_event_and_the_row_tells_kind_and_month_only(hand: Hand) -> None:
    [appended] = hand.append(kind="escalated", record="ab" * 16, level="e2")
    row = Leaf.objects.get()
    opened = leaf.check(appended.opening.decode(), bytes(row.data))
    assert opened.event == {"kind": "escalated", "day": "2026-06-30", "record": "ab" * 16, "level": "e2"}
    assert (row.index, row.kind, row.month) == (0, "escalated", "2026-06")
    assert appended.leaf_hash == hash_leaf(bytes(row.data)) == opened.leaf_hash
    assert [field.name for field in Leaf._meta.fields] == ["index", "data", "kind", "month"]


def test_the_promise_is_signed_by_the_log(hand: Hand) -> None:
    [appended] = hand.append()
    promise = open_promise(appended.promise, keys.log_signer().verifier)
    assert (promise.leaf_hash, promise.week) == (appended.leaf_hash, "2026-W27")


def test_two_leaves_of_the_same_event_look_unlike(hand: Hand) -> None:
    first, second = hand.append(2, record="same")
    assert (first.index, second.index) == (0, 1)
    assert first.leaf_hash != second.leaf_hash


def test_an_unknown_kind_is_refused(hand: Hand) -> None:
    with pytest.raises(UnknownCode):
        hand.append(kind="no_such_kind")
    assert not Leaf.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_leaf_outside_a_transaction_is_refused(install: Install, now: datetime) -> None:
    with pytest.raises(actions.OutsideTransaction):
        actions.append_leaf(kind="report_received", event={}, now=now)
    assert not Leaf.objects.exists()


@pytest.mark.parametrize("count", [255, 256, 257, 600])
def test_tiles_are_kept_as_they_fill(hand: Hand, count: int) -> None:
    hand.append(count)
    assert Tile.objects.filter(level=0).count() == count // 256
    assert check_log() == (count, None)


def test_tiles_fill_the_level_above_them(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """65,536 leaves would fill a tile at level 1; here the lift is called as that many leaves would."""
    for count in range(1, 257):
        actions._lift(1, count, hash_leaf(bytes([count % 256])))
    assert sorted(Tile.objects.values_list("level", "index")) == [(1, 0), (2, 0)]
    actions._lift(1, 257, hash_leaf(b""))
    assert sorted(Tile.objects.values_list("level", "index")) == [(1, 0), (1, 1), (2, 0)]


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
def open_an_office(now: datetime, code: str) -> int:
    """A step as the product writes it: a row, and its leaf in the same transaction."""
    add_organisation(code=code, name_vi="Trạm (mẫu)", name_en="Station", kind="ngo", scope=[])
    return actions.append_leaf(kind="key_changed", event={"organisation": code}, now=now).index


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
@pytest.mark.parametrize("before", [0, 255])
def test_a_crash_at_any_statement_keeps_neither_the_row_nor_the_leaf(
    install: Install, now: datetime, before: int
) -> None:
    with transaction.atomic():
        for _ in range(before):
            actions.append_leaf(kind="report_received", event={}, now=now)
    leaves, rows = Leaf.objects.count(), Organisation.objects.count()
    number = 0
    while True:
        try:
            with connection.execute_wrapper(crash_at(number)):
                open_an_office(now, "office")
        except Crash:
            assert (Leaf.objects.count(), Organisation.objects.count()) == (leaves, rows)
            assert check_log()[0] == leaves
            number += 1
        else:
            break
    assert (Leaf.objects.count(), Organisation.objects.count()) == (leaves + 1, rows + 1)
    assert check_log()[0] == leaves + 1
    assert number >= statements(now) - 1


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_take_places_one_after_the_other(install: Install, now: datetime) -> None:
    places: list[int] = []

    def write() -> None:
        for _ in range(10):
            places.append(open_an_office(now, secrets.token_hex(4)))
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(places) == list(range(40))
    assert check_log()[0] == 40


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
    Head.objects.create(size=1, frontier=bytes(32))
    with pytest.raises(keys.NoLogKey):
        hand.append()
    assert not Leaf.objects.exists()


@pytest.mark.usefixtures("empty_folder")
@pytest.mark.parametrize(
    "content", ["", "tincay-log-key/v2 " + "A" * 43 + "=", "tincay-log-key/v1 AAAA", "x y z"]
)
def test_a_key_file_that_is_none_is_not_used(hand: Hand, content: str) -> None:
    keys.key_path().parent.mkdir(parents=True)
    keys.key_path().write_text(content)
    with pytest.raises(keys.NoLogKey):
        hand.append()


def test_who_waited_at_midnight_is_not_written_before_those_of_the_new_day(hand: Hand) -> None:
    hand.append()
    hand.next_day()
    hand.append()
    hand.now -= timedelta(days=1)
    [late] = hand.append()
    assert leaf.open_leaf(late.opening.decode()).event["day"] == f"{hand.now.date() + timedelta(days=1)}"
    assert late.day == hand.now.date() + timedelta(days=1)
    assert Leaf.objects.last().month == "2026-07"  # type: ignore[union-attr]
    assert check_log()[0] == 3


def test_a_leaf_that_comes_while_the_log_is_checked_is_no_damage(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand.append(3)
    honest = checks._check_leaves

    def slowly() -> list[bytes]:
        hashes = honest()
        if Leaf.objects.count() < 3 + checks.ATTEMPTS:
            hand.append()
        return hashes

    monkeypatch.setattr(checks, "_check_leaves", slowly)
    assert check_log()[0] == 3 + checks.ATTEMPTS
