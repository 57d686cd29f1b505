"""What is counted: one table, one rule, the same in the helper's browser."""

from typing import Any

import pytest

from tests.core.vectors import pack_codes, read, why
from tincay.core.counting import AGE_GROUPS, ANSWERS, COLUMNS, count_row

VECTORS: list[dict[str, Any]] = read("counting.json")
LISTS = pack_codes()


@pytest.mark.parametrize("vector", VECTORS, ids=why)
def test_the_vectors_that_the_browser_also_passes(vector: dict[str, Any]) -> None:
    assert count_row(vector["answers"]) == vector["row"]


def test_every_column_that_answers_fill_and_every_age_is_among_the_vectors() -> None:
    assert {column for vector in VECTORS for column in vector["row"]} == {
        column.name for column in COLUMNS if column.answer
    }
    ages = {code for vector in VECTORS for code in vector["answers"].get("age_band", ())}
    assert ages >= {code.code for code in LISTS["age_band"]}


def test_every_column_names_a_list_of_the_pack() -> None:
    assert {column.name for column in COLUMNS if column.code_list not in LISTS} == {"age_group"}


@pytest.mark.parametrize("vector", VECTORS, ids=why)
def test_only_codes_of_their_lists_are_counted(vector: dict[str, Any]) -> None:
    lists = {column.name: column.code_list for column in COLUMNS}
    for column, code in vector["row"].items():
        if lists[column]:
            LISTS.check(lists[column], code)
        else:
            assert code in AGE_GROUPS


def test_the_way_of_reporting_is_no_column() -> None:
    assert "channel" not in {column.name for column in COLUMNS}


def test_she_is_shown_the_answers_that_are_used_and_no_others() -> None:
    told = {question: ["u14"] for question in (*ANSWERS, "need", "danger", "words", "name", "channel")}
    assert len(count_row(told)) == len(ANSWERS)
    assert not count_row({question: told[question] for question in told if question not in ANSWERS})
