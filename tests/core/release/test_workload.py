"""What is measured follows from the domain alone."""

import math
from fractions import Fraction

import pytest

from tests.core.release.register import columns
from tincay.core.release.domain import Column, Domain
from tincay.core.release.profiles import ctdc
from tincay.core.release.workload import MOST_CELLS, MOST_TRIPLES, choose_tables


@pytest.mark.parametrize(
    "domain",
    [
        columns(a=3),
        columns(a=3, b=2),
        columns(a=3, b=2, c=4),
        columns(**{f"c{i}": 30 for i in range(6)}),
        ctdc.DOMAIN,
    ],
)
def test_the_parts_are_the_whole_budget_to_the_last_millionth(domain: Domain) -> None:
    assert sum(choose_tables(domain).parts.values()) == Fraction(1)


def test_small_domains_measure_all_three_way_tables_and_need_no_pairs() -> None:
    widths = [len(axes) for axes in choose_tables(columns(a=3, b=2, c=4, d=2)).tables]
    assert [widths.count(width) for width in (1, 2, 3)] == [4, 0, 4]


def test_large_domains_measure_pairs_and_the_narrow_three_way_tables() -> None:
    workload = choose_tables(columns(a=40, b=40, c=2, d=2, e=2), triple_cells=200)
    assert sum(len(axes) == 2 for axes in workload.tables) == 10
    assert [axes for axes in workload.tables if len(axes) == 3] == [(0, 2, 3), (2, 3, 4)]


def test_ctdc_s_countries_meet_by_region() -> None:
    workload = choose_tables(ctdc.DOMAIN)
    assert not workload.too_large
    names = [
        tuple(ctdc.DOMAIN.axes[axis].name for axis in axes) for axes in workload.tables if len(axes) == 2
    ]
    assert ("citizenship", "CountryOfExploitation (group)") in names or (
        "CountryOfExploitation",
        "citizenship (group)",
    ) in names
    assert all(math.prod(ctdc.DOMAIN.shape(axes)) <= MOST_CELLS for axes in workload.tables)
    assert sum(len(axes) == 3 for axes in workload.tables) == MOST_TRIPLES


def grouped(name: str, size: int, groups: int) -> Column:
    return Column(name, tuple(map(str, range(size))), tuple(f"g{value % groups}" for value in range(size)))


def test_two_huge_columns_meet_by_both_their_groups() -> None:
    workload = choose_tables(Domain.of([grouped("a", 1200, 90), grouped("b", 1100, 80)]))
    assert [axes for axes in workload.tables if len(axes) == 2] == [(2, 3)]


def test_without_groups_a_huge_pair_is_not_measured_and_said_so() -> None:
    workload = choose_tables(columns(a=200, b=200, c=2))
    assert workload.too_large == ((0, 1),)
