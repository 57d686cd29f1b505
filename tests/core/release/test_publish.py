"""One call makes a release, and its stored noisy tables make the same one again."""

import numpy as np
import pytest

from tests.core.release.register import RHO, nobody, register, released
from tincay.core.release.budget import Budget, OverBudget
from tincay.core.release.publish import measure_and_publish, publish


def test_a_stored_number_never_changes() -> None:
    done = released()
    again = publish(done.measurement, done.seed)
    assert np.array_equal(done.rows.matrix(), again.rows.matrix())
    assert {k: t.counts.tolist() for k, t in done.tables.stored.items()} == {
        k: t.counts.tolist() for k, t in again.tables.stored.items()
    }


def test_a_budget_that_is_used_up_publishes_nothing_more() -> None:
    budget = [Budget(300_000)]

    def charge(micro_rho: int) -> None:
        budget[0] = budget[0].charge("release", micro_rho)

    truth = register(300)
    measure_and_publish(truth, micro_rho=RHO, seed=1, charge=charge)
    with pytest.raises(OverBudget):
        measure_and_publish(truth, micro_rho=RHO, seed=1, charge=charge)
    assert budget[0].spent == RHO


def test_an_empty_register_is_published_with_the_same_columns() -> None:
    empty = measure_and_publish(nobody(register(1).domain), micro_rho=RHO, seed=1, charge=lambda _: None)
    assert empty.rows.domain == released().rows.domain
    assert empty.measurement.tables.keys() == released().measurement.tables.keys()


def test_rows_are_refused_when_most_pairs_would_be_noise() -> None:
    assert released(people=60, micro_rho=20_000).rows_refusal is not None
    assert released().rows_refusal is None
    assert released(people=60, micro_rho=20_000).refusals
