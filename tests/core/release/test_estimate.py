"""The estimate is the least-squares one, its tables agree, and its variance is the true one."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest

from tests.core.release.register import columns, register, rows, silence
from tincay.core.release.domain import Column, Domain
from tincay.core.release.estimate import Part, reconcile
from tincay.core.release.measure import Measurement, Noisy, measure
from tincay.core.release.rows import rows_of
from tincay.core.release.workload import Workload, choose_tables

A, B, C = 3, 2, 4


def measured(seed: int) -> Measurement:
    """Noisy tables of a×b, a, b and b×c, of different precision, that contradict each other."""
    domain = columns(a=A, b=B, c=C)
    rng = np.random.default_rng(seed)
    sizes = {(0, 1): 4.0, (0,): 1.0, (1,): 9.0, (1, 2): 2.0}
    tables = {
        axes: Noisy(rng.integers(0, 50, int(np.prod(domain.shape(axes)))), variance)
        for axes, variance in sizes.items()
    }
    workload = Workload(domain, dict.fromkeys(tables, Fraction(1, 4)), ())
    return Measurement(workload, tables, 1, 1, Fraction(0))


def sums(axes: tuple[int, ...]) -> np.ndarray:
    """How the table of these axes is summed from the full a×b×c table."""
    full = list(product(range(A), range(B), range(C)))
    cells = list(product(*(range((A, B, C)[axis]) for axis in axes)))
    return np.array([[float(tuple(cell[axis] for axis in axes) == want) for cell in full] for want in cells])


@pytest.mark.parametrize("axes", [(), (0,), (1,), (2,), (0, 1), (1, 2)])
def test_every_table_is_the_generalised_least_squares_solution(axes: tuple[int, ...]) -> None:
    measurement = measured(3)
    design = np.vstack([sums(table) / np.sqrt(noisy.variance) for table, noisy in measurement.tables.items()])
    seen = np.concatenate([noisy.counts / np.sqrt(noisy.variance) for noisy in measurement.tables.values()])
    best = np.linalg.lstsq(design, seen)[0]
    spread = np.linalg.pinv(design.T @ design)
    estimate = reconcile(measurement)
    assert estimate.table(axes).ravel() == pytest.approx(sums(axes) @ best)
    wanted = np.diag(sums(axes) @ spread @ sums(axes).T)
    assert estimate.variance(axes) == pytest.approx(float(wanted.mean()))


def test_sums_agree_wherever_two_tables_meet() -> None:
    truth = register(500)
    estimate = reconcile(
        measure(truth, choose_tables(truth.domain), micro_rho=100_000, charge=lambda _: None)
    )
    for axes in combinations(range(len(truth.domain.columns)), 2):
        table = estimate.table(axes)
        assert table.sum(axis=1) == pytest.approx(estimate.table(axes[:1]))
        assert table.sum(axis=0) == pytest.approx(estimate.table(axes[1:]))


def test_a_table_with_an_unmeasured_part_is_not_known() -> None:
    estimate = reconcile(measured(1))
    assert estimate.is_known((0, 1))
    assert not estimate.is_known((0, 2))


def test_groups_are_the_sums_of_their_members() -> None:
    domain = Domain.of(
        [
            Column("a", tuple(map(str, range(150))), tuple(f"g{v % 3}" for v in range(150))),
            Column("b", tuple(map(str, range(100)))),
        ]
    )
    some = rows(domain, *[(i % 150, i % 100) for i in range(600)])
    estimate = reconcile(measure(some, choose_tables(domain), micro_rho=250_000, charge=lambda _: None))
    fine = np.bincount(np.arange(150) % 3, weights=estimate.table((0,)))
    assert estimate.table((1, 2)).sum(axis=0) == pytest.approx(fine)


@pytest.mark.parametrize("axes", [(3,), (1, 3), (1, 4), (2, 3)])
def test_a_table_by_groups_is_the_sum_of_the_one_by_values_with_the_variance_of_sums(
    axes: tuple[int, ...],
) -> None:
    fine = measured(3)
    domain = Domain.of(
        [
            Column("a", tuple("012"), ("g", "h", "g")),
            Column("b", tuple("01")),
            Column("c", tuple("0123"), ("x", "y", "y", "y")),
        ]
    )
    tables = {**fine.tables, (0, 2): Noisy(np.arange(A * C), 3.0)}
    estimate = reconcile(Measurement(Workload(domain, fine.workload.parts, ()), tables, 1, 1, Fraction(0)))
    by_value = tuple(sorted(domain.axes[axis].column for axis in axes))
    values = rows(domain, *product(range(A), range(B), range(C)))
    into = np.zeros((np.prod(domain.shape(axes)), np.prod(domain.shape(by_value))))
    into[values.cells(axes), values.cells(by_value)] = 1
    assert estimate.table(axes).ravel() == pytest.approx(into @ estimate.table(by_value).ravel())
    design = np.vstack([sums(table) / np.sqrt(noisy.variance) for table, noisy in tables.items()])
    cells = into @ sums(by_value)
    wanted = np.diag(cells @ np.linalg.pinv(design.T @ design) @ cells.T)
    assert estimate.variance(axes) == pytest.approx(float(wanted.mean()))


def test_what_three_columns_say_by_groups_is_not_lost_in_the_noise_of_their_values() -> None:
    values, groups = tuple(map(str, range(24))), tuple(f"g{value // 12}" for value in range(24))
    domain = Domain.of([Column("a", values, groups), Column("b", values, groups), Column("c", ("0", "1"))])
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 24, (2, 2_000))
    truth = rows_of(domain, np.stack([a, b, a // 12 ^ b // 12], axis=1))
    estimate = reconcile(measure(truth, choose_tables(domain), micro_rho=20_000, charge=lambda _: None))
    assert estimate.together((0, 1, 2)).surprise < 2 < estimate.together((2, 3, 4)).surprise
    by_groups = truth.count((2, 3, 4)).reshape(2, 2, 2)
    assert np.abs(estimate.table((2, 3, 4)) - by_groups).mean() < 100


def test_three_way_parts_that_are_only_noise_are_pulled_to_zero() -> None:
    noise = Part(np.random.default_rng(0).normal(0, 0.5, (4, 4, 4)), 1.5)
    signal = Part(100 * noise.values, 1.5)
    assert np.abs(noise.shrunk().values).max() == 0
    assert signal.shrunk().values == pytest.approx(signal.values, rel=0.01)
    assert signal.surprise > 2 > noise.surprise


def test_a_part_without_freedom_surprises_nobody() -> None:
    part = Part(np.zeros((1, 3)), 1.0)
    assert part.surprise == 0
    assert not part.shrunk().values.any()


def test_nobody_is_never_fewer_than_nobody() -> None:
    domain = columns(a=2, b=2)
    empty = rows(domain, (0, 0)).take(np.zeros(1, dtype=bool))
    drawn = measure(
        empty, choose_tables(domain), micro_rho=1000, charge=lambda _: None, noise=lambda c, s: c - 9
    )
    assert reconcile(drawn).people == 0
    assert (
        reconcile(
            measure(empty, choose_tables(domain), micro_rho=1000, charge=lambda _: None, noise=silence)
        ).people
        == 0
    )
