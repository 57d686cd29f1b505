"""A file becomes codes, and a wrong file is told where it is wrong without repeating what it says."""

import csv
import io
import unicodedata
import weakref
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.release.register import columns, rows
from tincay.core.release import rows as reading
from tincay.core.release.domain import Column, Domain
from tincay.core.release.rows import RowError, Rows, read_rows

PLACES = Domain.of([Column("place", ("Huế", "Hà Nội")), Column("age", ("", "child", "adult"))])
HEADER = ["place", "age", "name"]


def test_rows_are_read_by_column_name_and_other_columns_are_left() -> None:
    got = read_rows([HEADER, ["Hà Nội", "child", "Lan"], ["Huế", "", "Mai"]], PLACES)
    assert list(got.texts()) == [("Hà Nội", "child"), ("Huế", "")]
    assert got.matrix().tolist() == [[1, 1], [0, 0]]


def test_a_value_in_the_other_unicode_spelling_is_the_same_value() -> None:
    decomposed = unicodedata.normalize("NFD", "Huế")
    assert list(read_rows([HEADER, [decomposed, "child", ""]], PLACES).texts()) == [("Huế", "child")]


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert len(read_rows([["\ufeffplace", "age"], ["Huế", ""]], PLACES)) == 1


def test_a_file_without_rows_is_an_empty_register() -> None:
    assert len(read_rows([HEADER], PLACES)) == 0
    assert len(read_rows([HEADER], PLACES, unit="name")) == 0


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "is empty"),
        ([["place", "place", "age"]], "same name"),
        ([["place"]], "no column 'age'"),
        ([HEADER, ["Huế", "child"]], "Line 2 has 2 fields"),
        ([HEADER, ["Huế", "child", ""], ["Huế", "Nguyễn Thị Lan", ""]], "Line 3, column 'age'"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line(lines: list[list[str]], says: str) -> None:
    with pytest.raises(RowError, match=says) as problem:
        read_rows(lines, PLACES)
    assert "Lan" not in str(problem.value)


def test_a_missing_unit_column_is_named() -> None:
    with pytest.raises(RowError, match="no column 'person'"):
        read_rows([HEADER], PLACES, unit="person")


def test_a_person_keeps_at_most_so_many_rows() -> None:
    lines = [HEADER, *([["Huế", "child", "A"]] * 5), ["Huế", "adult", "B"]]
    assert len(read_rows(lines, PLACES, unit="name", most=2)) == 3
    with pytest.raises(RowError, match="At least one"):
        read_rows(lines, PLACES, unit="name", most=0)


def test_a_person_is_the_same_in_each_spelling_and_with_blanks_around_the_name() -> None:
    spellings = [unicodedata.normalize(form, "Nguyễn") for form in ("NFC", "NFD")]
    lines = [HEADER, *(["Huế", "child", name] for name in (*spellings, "Nguyễn ", "\u00a0Nguyễn"))]
    assert len(read_rows(lines, PLACES, unit="name", most=1)) == 1


@pytest.mark.parametrize("nobody", ["", " "])
def test_a_row_of_nobody_is_refused_or_it_would_be_one_person_with_all_others(nobody: str) -> None:
    with pytest.raises(RowError, match="Line 3, column 'name'"):
        read_rows([HEADER, ["Huế", "child", "A"], ["Huế", "", nobody]], PLACES, unit="name")


def test_how_many_rows_a_bound_leaves_out_is_told() -> None:
    lines, left_out = [HEADER, *([["Huế", "child", "A"]] * 5), ["Huế", "adult", "B"]], list[int]()
    read_rows(lines, PLACES, unit="name", most=2, left_out=left_out.append)
    read_rows(lines, PLACES, unit="name", most=5, left_out=left_out.append)
    assert left_out == [3, 0]


def file(text: str) -> Rows:
    return read_rows(csv.reader(io.StringIO(text, newline="")), PLACES)


def test_a_line_break_in_a_field_and_a_blank_line_do_not_shift_the_line_that_is_named() -> None:
    with pytest.raises(RowError, match="Line 6, column 'age'"):
        file('place,age,name\r\nHuế,child,"A\nB"\r\n\r\nHuế,child,\r\nHuế,Lan,\r\n')
    with pytest.raises(RowError, match="Line 4 has 1 fields"):
        file('place,age,name\n"Huế",child,"A\nB"\nHuế\n')


def test_blank_lines_are_no_rows_except_in_a_file_of_one_column() -> None:
    assert len(file("place,age\nHuế,child\n\nHuế,\n\n")) == 2
    with pytest.raises(RowError, match="Line 3 has 0 fields"):
        read_rows([["age"], ["child"], []], PLACES.only(["age"]))


def test_a_quotation_mark_that_is_left_open_is_told_with_the_line_it_is_in() -> None:
    with pytest.raises(RowError, match="Line 3: a field has more than 131072 characters") as problem:
        file('place,age\nHuế,child\n"Huế,child\n' + "Lan,\n" * 40_000)
    assert "Lan" not in str(problem.value)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 1)), min_size=1), st.randoms())
def test_which_rows_of_a_person_stay_does_not_depend_on_their_order(
    people: list[tuple[int, int, int]], luck: object
) -> None:
    places, ages = ("Huế", "Hà Nội"), ("", "child", "adult")
    lines = [[places[place], ages[age], str(who)] for who, age, place in people]
    shuffled = sorted(lines, key=lambda _: luck.random())  # type: ignore[attr-defined]
    kept = [read_rows([HEADER, *each], PLACES, unit="name", most=1) for each in (lines, shuffled)]
    assert sorted(kept[0].texts()) == sorted(kept[1].texts())


class Text(str):
    """Text whose end can be seen."""


def test_ten_million_rows_would_be_read_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[weakref.ref[Text]] = []
    alive: list[int] = []
    monkeypatch.setattr(reading, "PIECE", 10)

    def lines() -> Iterator[list[str]]:
        yield HEADER
        for number in range(35):
            name = Text(number)
            texts.append(weakref.ref(name))
            alive.append(sum(text() is not None for text in texts))
            yield ["Huế", "child", name]

    steps: list[tuple[str, int, int]] = []
    got = read_rows(lines(), PLACES, unit="name", progress=lambda *step: steps.append(step))
    assert len(got) == 35
    assert steps == [("read", 10, 0), ("read", 20, 0), ("read", 30, 0), ("read", 35, 0)]
    assert got.columns[0].itemsize == 2
    assert max(alive) <= 2 * 10


def test_counting_in_pieces_counts_every_row() -> None:
    domain = columns(a=2, b=3)
    many = rows(domain, *[(i % 2, i % 3) for i in range(60)])
    assert many.count((0, 1)).tolist() == [10] * 6
    assert many.count(()).tolist() == [60]
    assert many.only(["b"]).count((0,)).tolist() == [20, 20, 20]
    assert len(many.take(np.arange(3))) == 3
