"""On a frozen sample of CTDC's public data (tests/vectors/release/README.md): how good, how fast, how safe."""

import csv
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tests.core.release.register import RHO
from tincay.core.release.attacks.suite import examine
from tincay.core.release.domain import read_domain
from tincay.core.release.publish import ReleaseContent, measure_and_publish
from tincay.core.release.rows import Rows, read_rows

VECTORS = Path(__file__).parents[2] / "vectors" / "release"


@cache
def sample() -> Rows:
    domain = read_domain((VECTORS / "ctdc_domain.json").read_text("utf-8"))
    with (VECTORS / "ctdc_sample.csv").open(encoding="utf-8", newline="") as lines:
        return read_rows(csv.reader(lines), domain)


@cache
def frozen(micro_rho: int = RHO) -> ReleaseContent:
    return measure_and_publish(sample(), micro_rho=micro_rho, seed=1, charge=lambda _: None)


def misplaced(truth: Rows, made: Rows, width: int) -> float:
    """The mean share of people in a wrong cell, over all tables of this width."""
    tables = combinations(range(len(truth.domain.columns)), width)
    return float(np.mean([np.abs(truth.count(t) - made.count(t)).sum() / 2 / len(truth) for t in tables]))


@pytest.mark.parametrize(("width", "most"), [(1, 0.008), (2, 0.035), (3, 0.08)])
def test_three_thousand_people_are_told_well(width: int, most: int) -> None:
    assert misplaced(sample(), frozen().rows, width) < most


@pytest.mark.slow
def test_more_budget_is_less_error() -> None:
    errors = [misplaced(sample(), frozen(micro_rho).rows, 2) for micro_rho in (17_500, RHO, 4_000_000)]
    assert errors == sorted(errors, reverse=True)


def test_single_columns_are_off_by_no_more_than_twice_the_noise_of_measuring_them() -> None:
    done = frozen()
    for axis in range(16):
        noise = 0.8 * done.measurement.tables[(axis,)].variance ** 0.5
        assert np.abs(sample().count((axis,)) - done.rows.count((axis,))).mean() < 2 * noise


@pytest.mark.slow
def test_no_attack_with_the_true_rows_gets_through() -> None:
    verdict = examine(frozen(), sample())
    assert verdict.passed, list(verdict.lines())
