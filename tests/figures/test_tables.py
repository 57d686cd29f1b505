"""Only counts enter. A file about people is turned away, and nothing of it stays."""

import pytest

from tests.figures.conftest import TABLES, table_of
from tincay.figures.tables import AboutPeople, Unreadable, read_counts, table_hash

GOOD = "nhà tạm lánh,phòng khám,count\n1,0,210\n0,1,340\n1,1,45\n"


def test_counts_of_two_lists_are_read() -> None:
    held = read_counts(GOOD.encode("utf-8-sig"))
    assert held.lists == ("nhà tạm lánh", "phòng khám")
    assert [int(count) for count in held.counts] == [0, 210, 340, 45]


@pytest.mark.parametrize(
    "name", ["uk_5list", "western_us_5list", "neworleans_5list_n185", "kampala_fsw_3capture"]
)
def test_tables_of_the_literature_are_read(name: str) -> None:
    assert read_counts((TABLES / f"{name}.csv").read_bytes()) == table_of(name)


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
    with pytest.raises(Unreadable) as found:
        read_counts(text)
    assert str(found.value) == problem


def test_the_hash_is_of_the_table_and_not_of_its_order() -> None:
    held = table_of("uk_5list")
    assert table_hash(held) == table_hash(held.keep(tuple(reversed(held.lists))))
    assert table_hash(held) != table_hash(held.drop(held.lists[0]))
