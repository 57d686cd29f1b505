"""Reading, checking, merging and cutting tables of sightings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.histories import (
    LARGEST_COUNT,
    Table,
    apart,
    chapman_spread,
    count_people,
    pairs,
    read_table,
    table_of,
    tidy,
    write_table,
)

from .tables import NAMES, REFERENCE, load


@pytest.mark.parametrize("name", NAMES)
def test_every_published_table_is_read_whole(name: str) -> None:
    assert load(name).size == REFERENCE["tables"][name]["n"]


def test_rows_of_people_and_rows_of_counts_are_the_same_table() -> None:
    people = read_table("A,B\n1,0\n1,1\n0,1\n1,0\n")
    assert people == read_table("A,B,count\n0,1,1\n1,0,2\n1,1,1\n")
    assert people == count_people(["A", "B"], [(1, 0), (1, 1), (0, 1), (1, 0)])


def test_a_history_given_twice_is_added_up() -> None:
    assert read_table("A,B,count\n1,1,2\n1,1,3\n").size == 5


@pytest.mark.parametrize("end", ["\r", "\r\n"])
@pytest.mark.parametrize("mark", [",", ";"])
def test_line_ends_and_separators_of_other_programs_are_read(end: str, mark: str) -> None:
    """Excel parts cells by semicolons where the comma is the decimal sign, as in Vietnam."""
    plain = "A,B,count\n1,0,2\n0,1,1\n1,1,1\n"
    assert read_table(plain.replace("\n", end).replace(",", mark)) == read_table(plain)


def test_a_table_written_is_read_back() -> None:
    table = load("uk_5list")
    assert read_table(write_table(table)) == table
    assert hash(read_table(write_table(table))) == hash(table)


def test_a_table_is_no_number() -> None:
    assert load("uk_5list") != 2744


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("\n , \n", "the file is empty"),
        ("A,A,count\n1,1,3\n", "a name of its own"),
        ("A,,count\n1,1,3\n", "a name of its own"),
        ("count\n3\n", "1 to 12 lists"),
        ("A,B,count\n1,1\n", "one value for each column"),
        ("A,B,count\n1,2,3\n", "one 0 or 1 for each list"),
        ("A,B\n1\n", "one 0 or 1 for each list"),
        ("A,B,count\n1,1,-3\n", "whole number"),
        ("A,B,count\n1,1,3.5\n", "whole number"),
        ("A,B,count\n1,1,²\n", "whole number"),
        ("A,B,count\n1,1,99999999999999\n", "whole number"),
        ("A,B,count\n0,0,3\n", "on no list"),
        (",".join(f"L{j}" for j in range(13)) + "\n", "1 to 12 lists"),
        ("A,B," + "x" * 200_000, "not a CSV file"),
    ],
)
def test_a_broken_table_is_refused_with_its_problem(text: str, problem: str) -> None:
    with pytest.raises(NoEstimate, match=problem) as refusal:
        read_table(text)
    assert refusal.value.reason == "bad_table"


def test_the_number_of_counts_must_fit_the_lists() -> None:
    with pytest.raises(NoEstimate, match="2 lists need 4 counts"):
        table_of(["A", "B"], [0, 1, 2])


def test_people_on_no_list_cannot_be_counted() -> None:
    with pytest.raises(NoEstimate, match="on no list"):
        table_of(["A"], [1, 2])


def test_the_largest_count_still_fits() -> None:
    assert table_of(["A"], [0, LARGEST_COUNT]).size == LARGEST_COUNT


def test_sizes_and_overlaps_are_counted_whatever_else_people_are_on() -> None:
    table = table_of(["A", "B", "C"], [0, 1, 2, 4, 8, 16, 32, 64])
    assert table.list_size("A") == 1 + 4 + 16 + 64
    assert table.overlap("A", "B") == 4 + 64
    assert table.times_seen() == (1 + 2 + 8, 4 + 16 + 32, 64)


def test_dropping_a_list_keeps_people_whom_others_saw() -> None:
    table = table_of(["A", "B", "C"], [0, 1, 2, 4, 8, 16, 32, 64]).drop("B")
    assert table.lists == ("A", "C")
    assert table.counts.tolist() == [0, 1 + 4, 8 + 32, 16 + 64]


def test_an_unknown_list_cannot_be_dropped() -> None:
    with pytest.raises(NoEstimate, match="there is no list X"):
        load("korea_3list").drop("X")


def test_merging_lists_counts_each_person_once() -> None:
    table = table_of(["A", "B", "C"], [0, 1, 2, 4, 8, 16, 32, 64]).merge(["A", "B"], into="AB")
    assert table.lists == ("AB", "C")
    assert table.counts.tolist() == [0, 1 + 2 + 4, 8, 16 + 32 + 64]


def test_a_merged_list_needs_a_free_name() -> None:
    with pytest.raises(NoEstimate, match="two lists would be named C"):
        load("artificial_3list").merge(["A", "B"], into="C")


def test_within_a_list_only_its_people_remain() -> None:
    table = table_of(["A", "B", "C"], [0, 1, 2, 4, 8, 16, 32, 64]).within("A")
    assert table.lists == ("B", "C")
    assert table.counts.tolist() == [0, 4, 16, 64]


def test_pairs_carry_chapmans_estimate() -> None:
    """Reference: pairwise Chapman values of the UK table, 2,839 to 95,707."""
    estimates = {f"{pair.first}x{pair.second}": round(pair.chapman, 1) for pair in pairs(load("uk_5list"))}
    expected = REFERENCE["tables"]["uk_5list"]["measured"]["python_prototype_diagnostics"]["chapman_pairs"]
    assert estimates == expected


def test_the_spread_of_two_lists_leaves_out_pairs_with_nobody_in_common() -> None:
    """Netherlands: K and R share nobody, and Chapman would make 1,002,306 of that."""
    overlaps = pairs(load("netherlands_5list"))
    shared = [pair.chapman for pair in overlaps if pair.both]
    assert [(pair.first, pair.second) for pair in apart(overlaps)] == [("K", "R")]
    assert chapman_spread(overlaps) == (min(shared), max(shared))
    assert max(shared) < 1_000_000


@pytest.mark.parametrize("counts", [[0, 9, 8, 0], [0, 9]])
def test_lists_that_share_nobody_have_no_spread(counts: list[int]) -> None:
    assert chapman_spread(pairs(table_of("AB"[: len(counts) // 2], counts))) is None


def test_empty_lists_are_left_out_and_named() -> None:
    neat, cautions = tidy(table_of(["A", "B"], [0, 3, 0, 0]))
    assert neat.lists == ("A",)
    assert [caution.code for caution in cautions] == ["empty_list_dropped"]
    assert "B" in cautions[0].text


def test_of_equal_lists_one_stays() -> None:
    table = load("korea_3list")
    doubled = count_people(
        [*table.lists, "twin", "third"],
        [
            [*(cell >> j & 1 for j in range(3)), cell & 1, cell & 1]
            for cell in range(1, 8)
            for _ in range(int(table.counts[cell]))
        ],
    )
    neat, cautions = tidy(doubled)
    assert neat == table
    assert [caution.code for caution in cautions] == ["same_list_dropped"] * 2


def test_a_table_without_people_is_refused() -> None:
    with pytest.raises(NoEstimate) as refusal:
        tidy(table_of(["A", "B"], [0, 0, 0, 0]))
    assert refusal.value.reason == "no_cases"


tables = st.integers(1, 4).flatmap(
    lambda k: st.lists(st.integers(0, 50), min_size=(1 << k) - 1, max_size=(1 << k) - 1).map(
        lambda counts: table_of([f"L{j}" for j in range(k)], [0, *counts])
    )
)


@settings(deadline=None)
@given(tables)
def test_what_is_written_is_read(table: Table) -> None:
    assert read_table(write_table(table)) == table


@settings(deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_renumbering_lists_moves_nobody(table: Table, order: object) -> None:
    names = sorted(table.lists, key=lambda name: order.random())  # type: ignore[attr-defined]
    assert table.keep(names).keep(table.lists) == table
    assert all(table.keep(names).list_size(name) == table.list_size(name) for name in names)


@settings(deadline=None)
@given(tables)
def test_merging_all_lists_counts_everybody(table: Table) -> None:
    assert table.merge(table.lists, into="all").counts.tolist() == [0, table.size]


@settings(deadline=None)
@given(tables)
def test_nobody_is_seen_more_often_than_there_are_lists(table: Table) -> None:
    assert sum(table.times_seen()) == table.size
    assert np.dot(table.times_seen(), range(1, len(table.lists) + 1)) == sum(
        map(table.list_size, table.lists)
    )
