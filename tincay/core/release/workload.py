"""Which tables are measured, and with what part of the budget: decided by the domain alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from .domain import Domain

MOST_CELLS = 10_000  # of one table; a larger pair is measured by its groups
TRIPLE_CELLS = 60_000  # of all three-way tables together
MOST_TRIPLES = 600
ONES, PAIRS, TRIPLES = Fraction(10, 20), Fraction(6, 20), Fraction(4, 20)
ROOT_STEPS = 1_000  # roots of table sizes are whole numbers of this part: exact on every machine
ONES_ALL, TRIPLES_ALL = Fraction(1, 4), Fraction(3, 4)

Axes = tuple[int, ...]


@dataclass(frozen=True)
class Workload:
    """The tables to measure (sorted axes each), each with its part of the budget; the parts sum to 1."""

    domain: Domain
    parts: dict[Axes, Fraction]
    too_large: tuple[Axes, ...]

    @property
    def tables(self) -> tuple[Axes, ...]:
        """The tables, in a fixed order."""
        return tuple(self.parts)


def choose_tables(domain: Domain, triple_cells: int = TRIPLE_CELLS) -> Workload:
    """One-way tables, every pair, and the smallest three-way tables up to `triple_cells` in all.

    When all three-way tables fit, the pairs need no measurement of their own: they are sums of those.
    """
    ones = [(axis,) for axis in range(len(domain.columns))]
    pairs, too_large = _pairs(domain)
    triples = _triples(domain, triple_cells)
    covered = {pair for triple in triples for pair in combinations(triple, 2)}
    if triples and covered >= set(pairs) and len(triples) == math.comb(len(ones), 3):
        parts = _share(domain, [(ones, ONES_ALL), (triples, TRIPLES_ALL)])
    else:
        parts = _share(domain, [(ones, ONES), (pairs, PAIRS), (triples, TRIPLES)])
    return Workload(domain, parts, too_large)


def _pairs(domain: Domain) -> tuple[list[Axes], tuple[Axes, ...]]:
    chosen, too_large = [], []
    for pair in combinations(range(len(domain.columns)), 2):
        fitting = _fitting(domain, pair)
        if fitting is None:
            too_large.append(pair)
        else:
            chosen.append(fitting)
    return chosen, tuple(too_large)


def _fitting(domain: Domain, pair: Axes) -> Axes | None:
    """The pair itself, or by the groups of its larger column, or of both; None if nothing is small enough."""
    small, large = sorted(pair, key=lambda axis: len(domain.axes[axis]))
    by_groups = domain.coarser(large)
    both = domain.coarser(small)
    candidates = [(small, large), (small, by_groups), (both, large), (both, by_groups)]
    for table in candidates:
        axes = tuple(sorted(axis for axis in table if axis is not None))
        if len(axes) == 2 and math.prod(domain.shape(axes)) <= MOST_CELLS:
            return axes
    return None


def _triples(domain: Domain, limit: int) -> list[Axes]:
    """The smallest three-way tables first; among equals, by name: a narrow table tells most for its noise."""
    sized = [(math.prod(domain.shape(t)), t) for t in combinations(range(len(domain.columns)), 3)]
    chosen: list[Axes] = []
    cells = 0
    for size, triple in sorted(sized):
        cells += size
        if cells > limit or len(chosen) == MOST_TRIPLES:
            break
        chosen.append(triple)
    return sorted(chosen)


def _share(domain: Domain, groups: Iterable[tuple[Sequence[Axes], Fraction]]) -> dict[Axes, Fraction]:
    """Spread each group's weight over its tables, by the root of their cells; no tables, no weight.

    A wide table's counts are small and want less noise. Equal parts would be best for the mean over tables of
    their mean errors, a power of 2/3 for the mean over all cells: the root lies between, and is exact.
    """
    present = [(tables, weight) for tables, weight in groups if tables]
    whole = sum((weight for _, weight in present), Fraction(0))
    parts = {}
    for tables, weight in present:
        sizes = [math.isqrt(math.prod(domain.shape(table)) * ROOT_STEPS**2) for table in tables]
        parts.update(
            {t: weight / whole * Fraction(size, sum(sizes)) for t, size in zip(tables, sizes, strict=True)}
        )
    return parts
