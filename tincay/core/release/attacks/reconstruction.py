"""Put all published tables of a small place into an integer programme: which people must be in it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from ..domain import Domain
from ..rows import Rows, rows_of
from ..workload import Axes
from .findings import Finding
from .practices import AttackerView, Figures, Practice
from .proving import narrowed

CELLS = 800
SECONDS = 2.0


def reconstruction(practice: Practice, truth: Rows, seed: int, people: int = 15) -> Finding:
    """How many records of a place of `people` are proved by its tables, and true.

    A person's record is proved when no register without it fits. So of records that are alike one is proved
    only with all of them: if the tables show five of six to be there, each of the six may be the one who is not.
    """
    rng = np.random.default_rng(seed)
    place = narrowed(truth, CELLS).take(rng.permutation(len(truth))[:people])
    there = Counter(map(tuple, place.matrix().tolist()))
    proved = Counter(provable(practice.publish(place, seed), place.domain))
    proved_and_true = sum(alike for record, alike in there.items() if proved[record] >= alike)
    return Finding(
        "reconstruction", practice.name, float(proved_and_true), 0.0, f"records of {people} people proved"
    )


def provable(published: AttackerView, domain: Domain) -> list[tuple[int, ...]]:
    """The records that every register with these tables contains, each as often as every register does.

    Empty if the tables contradict each other.
    """
    kinds = np.array(
        list(product(*(range(len(column.values)) for column in domain.columns))), dtype=np.uint16
    )
    programme = _Programme(published.measured or published.tables, rows_of(domain, kinds))
    register = programme.register(np.zeros(len(kinds)))
    open_kinds = set() if register is None else set(np.flatnonzero(register > 0.5).tolist())
    proved = []
    while open_kinds:
        kind = min(open_kinds)
        smallest = programme.register(np.eye(1, len(kinds), kind)[0])
        if smallest is None:
            open_kinds.discard(kind)
            continue
        proved += [tuple(kinds[kind].tolist())] * round(smallest[kind])
        open_kinds &= set(np.flatnonzero(smallest > 0.5).tolist())
        open_kinds.discard(kind)
    return proved


class _Programme:
    """How many people of each kind: whole numbers that fit every table."""

    def __init__(self, published: Mapping[Axes, Figures], kinds: Rows) -> None:
        tables = list(published.items())
        matrix = vstack([self._sums(kinds, axes, len(figures.low)) for axes, figures in tables])
        low = np.concatenate([np.maximum(figures.low, 0) for _, figures in tables])
        high = np.concatenate([figures.high for _, figures in tables])
        self.fits = LinearConstraint(matrix, low, high)
        self.count = len(kinds)

    @staticmethod
    def _sums(kinds: Rows, axes: Axes, cells: int) -> csr_array:
        ones = np.ones(len(kinds))
        return csr_array((ones, (kinds.cells(axes), np.arange(len(kinds)))), shape=(cells, len(kinds)))

    def register(self, prices: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The cheapest register that fits, or None if none was found in time."""
        solution = milp(
            prices,
            constraints=self.fits,
            integrality=np.ones(self.count),
            bounds=Bounds(0, np.inf),
            options={"time_limit": SECONDS},
        )
        return solution.x if solution.status == 0 else None
