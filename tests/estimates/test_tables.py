"""Only counts enter. A file about people is turned away, and nothing of it stays."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from tests.estimates.conftest import TABLES, load_table
from tincay.core.estimate.histories import Table, table_of, tidy, write_table
from tincay.estimates.tables import AboutPeople, Unreadable, counts_key, in_order, read_counts, table_hash

GOOD = "nhà tạm lánh,phòng khám,count\n1,0,210\n0,1,340\n1,1,45\n"


def test_counts_of_two_lists_are_read() -> None:
    table = read_counts(GOOD.encode("utf-8-sig"))
    assert table.lists == ("nhà tạm lánh", "phòng khám")
    assert [int(count) for count in table.counts] == [0, 210, 340, 45]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("mark", [",", ";"])
def test_what_excel_writes_is_read(end: str, mark: str) -> None:
    """Semicolons where the comma is the decimal sign, as in Vietnam; line ends of any system."""
    assert read_counts(GOOD.replace("\n", end).replace(",", mark).encode()) == read_counts(GOOD.encode())


def test_people_parted_by_semicolons_are_turned_away_too() -> None:
    with pytest.raises(AboutPeople):
        read_counts(b"name;A;B;count\nLan;1;0;1\n")


@pytest.mark.parametrize(
    "name", ["uk_5list", "western_us_5list", "neworleans_5list_n185", "kampala_fsw_3capture"]
)
def test_tables_of_the_literature_are_read(name: str) -> None:
    assert read_counts((TABLES / f"{name}.csv").read_bytes()) == load_table(name)


@pytest.mark.parametrize(
    "text",
    [
        "A,B\n1,0\n0,1\n1,1\n",
        "name,A,B,count\nLan,1,0,1\n",
        "A,B,count\n1,0,1\n1,0,1\n",
        "A,B,born,count\n1,0,1999,1\n",
        "A,B,count\n" + "1,0,1\n" * 3000,
    ],
    ids=["a row each", "with names", "rows that repeat", "with years", "too long"],
)
def test_a_file_about_people_is_turned_away(text: str) -> None:
    with pytest.raises(AboutPeople):
        read_counts(text.encode())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"\xff\xfe\x00", "text"),
        (b"", "text"),
        (b"A,count\n1,4\n", "lists"),
        (b"A,B,C,D,E,F,G,count\n1,0,0,0,0,0,0,4\n", "lists"),
        (b"A,A,count\n1,0,4\n", "names"),
        (b"0912345678,B,count\n1,0,4\n", "names"),
        (b"Nguyen0912345678,B,count\n1,0,4\n", "names"),
        (b"A,B,count\n1,0,many\n", "counts"),
        (b"A,B,count\n1,0,0\n", "counts"),
        (b"A,B,count\n1,0,-3\n", "counts"),
        (b"A,B,count\n0,0,3\n", "counts"),
        (b"A,B,count\n1,0\n", "counts"),
    ],
)
def test_what_cannot_be_read_says_what_to_look_at(text: bytes, problem: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_counts(text)
    assert str(refusal.value) == problem


def named(table: Table, names: str) -> Table:
    return Table(tuple(names), table.counts)


def orders(table: Table) -> Iterator[Table]:
    for lists in permutations(table.lists):
        yield table.keep(lists)


def test_shuffled_lists_are_asked_in_one_order_and_are_the_same_table() -> None:
    table = load_table("uk_5list")
    assert len({in_order(each) for each in orders(table)}) == 1
    assert in_order(table).keep(table.lists) == table
    assert len({counts_key(each) for each in orders(table)}) == 1


def test_lists_of_other_names_are_the_same_table_and_are_asked_in_the_same_order() -> None:
    table = load_table("uk_5list")
    for each in orders(named(table, "vwxyz")):
        assert counts_key(each) == counts_key(table)
        assert (in_order(each).counts == in_order(table).counts).all()


def test_lists_that_add_nothing_change_neither_the_order_nor_the_table() -> None:
    table = load_table("kampala_fsw_3capture")
    empty = Table(("none", *table.lists), np.stack([table.counts, 0 * table.counts], axis=1).ravel())
    twice = table_of(["A", "twice", "B", "C"], [table.counts[h & 1 | h >> 1 & 6] if h & 1 == h >> 1 & 1 else 0
                                             for h in range(16)])  # fmt: skip
    for more in (empty, twice):
        neat, notices = tidy(in_order(more))
        assert notices
        assert (neat.counts == in_order(table).counts).all()
        assert counts_key(more) == counts_key(table)


def test_other_counts_are_another_table() -> None:
    table = load_table("uk_5list")
    assert counts_key(table) != counts_key(table.drop(table.lists[0]))
    changed = table.counts.copy()
    changed[1] += 1
    assert counts_key(table) != counts_key(Table(table.lists, changed))


def test_the_counts_key_of_another_install_says_nothing_about_the_same_table(settings: Any) -> None:
    key = counts_key(load_table("korea_3list"))
    settings.SECRET_KEY = "another"
    assert counts_key(load_table("korea_3list")) != key


def test_a_hash_is_of_the_salt_and_the_table_as_a_file() -> None:
    table = load_table("korea_3list")
    file = "salt\n" + write_table(table)
    assert table_hash(table, "salt") == sha256(file.encode()).hexdigest()
