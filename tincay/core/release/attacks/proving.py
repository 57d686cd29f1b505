"""A made-up population to prove attacks on: people with rare combinations, small places, linked answers."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ..domain import Column, Domain
from ..rows import Rows, rows_of

ANSWERS = {
    "age": 5,
    "area": 6,
    "channel": 3,
    "gender": 3,
    "help": 2,
    "police": 2,
    "relation": 4,
    "serious": 5,
}
KINDS = 7
MIXED, TELLING = 0.7, 0.05  # how evenly the answers of a kind are spread; the answer to protect: hardly


def ground() -> Domain:
    """The columns of the made-up population; "serious" sorts last and is the answer to protect."""
    return Domain.of([Column(name, tuple(map(str, range(size)))) for name, size in ANSWERS.items()])


def population(people: int, seed: int) -> Rows:
    """`people` invented persons of seven kinds; the answers of one kind go together, some are rare."""
    rng = np.random.default_rng(seed)
    domain = ground()
    kind = rng.choice(KINDS, size=people, p=rng.dirichlet(np.full(KINDS, 2.0)))
    columns = []
    for column in domain.columns:
        even = TELLING if column.name == "serious" else MIXED
        chances = rng.dirichlet(np.full(len(column.values), even), size=KINDS).cumsum(axis=1)
        answer = np.sum(rng.random(people)[:, None] > chances[kind], axis=1)
        columns.append(np.minimum(answer, len(column.values) - 1))
    return rows_of(domain, np.stack(columns, axis=1))


def narrowed(rows: Rows, cells: int, least: int = 3) -> Rows:
    """The same rows with the narrowest columns, as many as keep the number of possible rows under `cells`.

    At least `least` columns stay; small releases make attacks quick and, having less noise, stronger.
    """
    by_size = sorted(rows.domain.columns, key=lambda column: (len(column.values), column.name))
    by_size = [column for column in by_size if len(column.values) > 1] or by_size
    chosen: list[str] = []
    size = 1
    for column in by_size:
        if len(chosen) >= least and size * len(column.values) > cells:
            break
        chosen.append(column.name)
        size *= len(column.values)
    return rows.only(chosen)


def widest(rows: Rows, columns: int = 3, most_values: int = 12) -> Rows:
    """The same rows with the columns of most values, but none of more than `most_values` if others are left."""

    def wide(column: Column) -> tuple[bool, int, str]:
        values = len(column.values)
        return values > most_values, -values, column.name

    return rows.only(column.name for column in sorted(rows.domain.columns, key=wide)[:columns])


def rows_without_twin(rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Places of the rows that nobody else shares: the people easiest to find."""
    _, first, counts = np.unique(rows.matrix(), axis=0, return_index=True, return_counts=True)
    return np.asarray(np.sort(first[counts == 1]), dtype=np.int64)


def pairs(rows: Rows) -> list[tuple[int, int]]:
    """All pairs of columns."""
    return list(combinations(range(len(rows.domain.columns)), 2))
