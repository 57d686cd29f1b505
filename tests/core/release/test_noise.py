"""The noise is whole numbers, of the size the budget pays for, and cannot be drawn twice."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tincay.core.release.noise import cost, discrete_gaussian, scale_for


@given(st.integers(1, 10**7), st.integers(1, 2000), st.integers(1, 5))
def test_a_scale_never_costs_more_than_it_was_given(micro_rho: int, tables: int, most: int) -> None:
    given_rho = Fraction(micro_rho, 10**6) / tables
    scale = scale_for(given_rho, most)
    assert cost(scale, most) <= given_rho < cost(np.nextafter(scale, 0), most)


def test_people_with_two_rows_cost_four_times_as_much() -> None:
    assert cost(10.0, 2) == 4 * cost(10.0, 1)


def test_our_price_is_the_library_s_price() -> None:
    import opendp.prelude as dp

    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    claimed = dp.m.make_gaussian(*space, scale=17.3).map(1.0)  # type: ignore[no-untyped-call]
    assert float(cost(17.3)) == pytest.approx(claimed, rel=1e-9)


def test_noise_is_drawn_anew_for_every_cell_and_time() -> None:
    nothing = np.zeros(200, dtype=np.int64)
    first, second = (discrete_gaussian(nothing, 50.0) for _ in range(2))
    assert first.dtype == np.int64
    assert not np.array_equal(first, second)
    assert 30 < np.std(first) < 70
