"""Invented rows tell what the tables tell, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.release.register import columns, nobody, register, rows, silence
from tincay.core.release.domain import Column, Domain
from tincay.core.release.estimate import reconcile
from tincay.core.release.measure import measure
from tincay.core.release.publish import measure_and_publish, publish
from tincay.core.release.rows import Rows
from tincay.core.release.synth import _never_negative, synthesise
from tincay.core.release.workload import choose_tables


def invented(truth: Rows, seed: int = 1) -> Rows:
    workload = choose_tables(truth.domain)
    measurement = measure(truth, workload, micro_rho=250_000, charge=lambda _: None, noise=silence)
    return synthesise(reconcile(measurement), workload, seed=seed)


def distance(truth: Rows, made: Rows, axes: tuple[int, ...]) -> float:
    return float(np.abs(truth.count(axes) - made.count(axes)).sum()) / 2 / len(truth)


def test_without_noise_the_tables_come_out_again() -> None:
    truth = register(4_000)
    made = invented(truth)
    assert len(made) == len(truth)
    assert all(distance(truth, made, (axis,)) < 0.004 for axis in range(8))
    pairs = [distance(truth, made, (a, b)) for a in range(8) for b in range(a)]
    assert np.mean(pairs) < 0.02


def test_the_same_tables_and_seed_give_the_same_rows_and_another_seed_others() -> None:
    measured = measure_and_publish(
        register(500), micro_rho=250_000, seed=1, charge=lambda _: None
    ).measurement
    first, same, other = (publish(measured, seed).rows.matrix() for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_the_order_of_rows_and_columns_changes_nothing() -> None:
    truth = register(500)
    named = {column.name: column for column in truth.domain.columns}
    turned = Domain.of([named[name] for name in reversed(truth.domain.order)])
    mixed = Rows(turned, truth.columns).take(np.random.default_rng(1).permutation(500))
    assert np.array_equal(invented(truth).matrix(), invented(mixed).matrix())


def test_nobody_becomes_nobody() -> None:
    assert len(invented(nobody(register(1).domain))) == 0


@pytest.mark.parametrize(
    "domain", [columns(a=3), columns(a=3, b=2), columns(a=1, b=1, c=4), columns(a=200, b=200, c=2)]
)
def test_narrow_wide_and_unlinked_domains_work(domain: Domain) -> None:
    sizes = domain.shape(range(len(domain.columns)))
    truth = rows(domain, *[tuple(i % size for size in sizes) for i in range(1_200)])
    made = invented(truth)
    assert len(made) == 1_200
    assert all(distance(truth, made, (axis,)) < 0.1 for axis in range(len(sizes)))


def test_columns_that_meet_by_groups_stay_linked() -> None:
    groups = tuple(f"g{value // 40}" for value in range(120))
    domain = Domain.of(
        [Column("a", tuple(map(str, range(120))), groups), Column("b", tuple(map(str, range(120))), groups)]
    )
    rng = np.random.default_rng(0)
    place = rng.integers(0, 120, 6_000)
    near = place // 40 * 40 + rng.integers(0, 40, 6_000)
    truth = rows(domain, *np.stack([place, near], axis=1))
    made = invented(truth)
    assert np.mean(made.columns[0] // 40 == made.columns[1] // 40) > 0.95


def test_very_noisy_tables_of_few_people_still_give_rows() -> None:
    for seed in range(5):
        made = measure_and_publish(register(15), micro_rho=2_000, seed=seed, charge=lambda _: None).rows
        assert len(made) >= 0


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=12), st.integers(1, 100))
def test_the_nearest_table_without_negative_cells_has_the_wanted_total(
    cells: list[float], total: int
) -> None:
    got = _never_negative(np.array(cells), total)
    assert got.min() >= 0
    assert got.sum() == pytest.approx(total)
    moved = np.array(cells)[got > 0] - got[got > 0]
    assert np.ptp(moved) == pytest.approx(0, abs=1e-6)
