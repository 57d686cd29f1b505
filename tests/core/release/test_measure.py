"""The budget is charged before the rows are looked at, once, and pays for all the noise."""

from fractions import Fraction

import pytest

from tests.core.release.register import columns, nobody, register, silence
from tincay.core.release.budget import OverBudget
from tincay.core.release.measure import measure
from tincay.core.release.rows import Rows
from tincay.core.release.workload import choose_tables


class Untouched(Rows):
    """Rows that nobody may count."""

    def count(self, axes: object) -> object:  # type: ignore[override]
        raise AssertionError("the rows were looked at")


def test_a_refused_charge_leaves_the_rows_unread() -> None:
    truth = register(50)

    def refuse(_: int) -> None:
        raise OverBudget("nothing left")

    with pytest.raises(OverBudget):
        measure(
            Untouched(truth.domain, truth.columns), choose_tables(truth.domain), micro_rho=1000, charge=refuse
        )


def test_the_charge_is_made_once_and_for_all_of_it() -> None:
    truth, charged = register(50), list[int]()
    got = measure(truth, choose_tables(truth.domain), micro_rho=123_456, charge=charged.append)
    assert charged == [123_456]
    assert Fraction(123_456, 10**6) * Fraction(999_999, 10**6) < got.spent <= Fraction(123_456, 10**6)


def test_two_rows_a_person_need_twice_the_noise() -> None:
    truth = register(50)
    workload = choose_tables(truth.domain)
    single, double = (measure(truth, workload, micro_rho=1000, most=m, charge=lambda _: None) for m in (1, 2))
    for axes in workload.tables:
        assert double.tables[axes].variance == pytest.approx(4 * single.tables[axes].variance)


def test_without_noise_the_counts_are_the_counts() -> None:
    truth, steps = register(50), list[str]()
    got = measure(
        truth,
        choose_tables(truth.domain),
        micro_rho=1000,
        charge=lambda _: None,
        noise=silence,
        progress=lambda step, _done, _of: steps.append(step),
    )
    assert all(table.counts.tolist() == truth.count(axes).tolist() for axes, table in got.tables.items())
    assert steps == ["count"] * len(got.tables)


def test_an_empty_register_has_the_same_tables_with_the_same_cells() -> None:
    truth = register(50)
    workload = choose_tables(truth.domain)
    full, empty = (
        measure(each, workload, micro_rho=1000, charge=lambda _: None)
        for each in (truth, nobody(truth.domain))
    )
    assert {a: len(t.counts) for a, t in full.tables.items()} == {
        a: len(t.counts) for a, t in empty.tables.items()
    }


def test_rows_of_another_domain_are_refused() -> None:
    with pytest.raises(ValueError, match="different domains"):
        measure(register(50), choose_tables(columns(a=2)), micro_rho=1000, charge=lambda _: None)
