"""Small registers that the tests of releases share."""

from collections.abc import Sequence

import numpy as np

from tincay.core.release.attacks.proving import population
from tincay.core.release.domain import Column, Domain
from tincay.core.release.noise import Counts
from tincay.core.release.publish import ReleaseContent, measure_and_publish
from tincay.core.release.rows import Rows, rows_of

RHO = 250_000


def silence(counts: Counts, _scale: float) -> Counts:
    """No noise at all: what the steps after the noise do by themselves."""
    return counts


def columns(**sizes: int) -> Domain:
    return Domain.of([Column(name, tuple(map(str, range(size)))) for name, size in sizes.items()])


def register(people: int = 3_000, seed: int = 5) -> Rows:
    return population(people, seed)


def nobody(domain: Domain) -> Rows:
    return rows_of(domain, np.zeros((0, len(domain.columns)), dtype=np.uint16))


def rows(domain: Domain, *answers: Sequence[int]) -> Rows:
    return rows_of(domain, np.array(answers, dtype=np.uint16))


def released(people: int = 3_000, micro_rho: int = RHO, seed: int = 1) -> ReleaseContent:
    return measure_and_publish(register(people), micro_rho=micro_rho, seed=seed, charge=lambda _: None)
