"""Log-linear terms and models as bit patterns: which sightings may hang together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Design:
    """All terms up to an order, over the cells 1 … 2^K−1.

    `terms[t]` is the bit pattern of term t: 0 (the constant) first, then lists, pairs in the order
    12, 13, …, 23, …, triples and so on. `matrix[c, t]` is 1 when term t is part of cell c+1's history.
    """

    lists: int
    order: int
    terms: tuple[int, ...]
    matrix: Floats

    @property
    def pairs(self) -> range:
        """Columns of the pairs."""
        return range(1 + self.lists, 1 + self.lists + self.lists * (self.lists - 1) // 2)

    def main_effects(self) -> Bools:
        """Which columns make up the independence model."""
        return np.arange(len(self.terms)) <= self.lists

    def chosen(self, terms: Sequence[int]) -> Bools:
        """Which columns a model (its terms' bit patterns) uses."""
        wanted = set(terms)
        return np.array([term in wanted for term in self.terms])


@lru_cache(maxsize=32)
def design(lists: int, order: int) -> Design:
    """The design of K lists with interactions of at most `order` lists."""
    terms = [0]
    for size in range(1, order + 1):
        terms += [sum(1 << j for j in chosen) for chosen in combinations(range(lists), size)]
    cells = np.arange(1, 1 << lists)[:, None]
    pattern = np.array(terms)[None, :]
    matrix = ((cells & pattern) == pattern).astype(np.float64)
    matrix.setflags(write=False)
    return Design(lists, order, tuple(terms), matrix)


def hierarchical_models(lists: int, order: int) -> Iterator[Bools]:
    """Every hierarchical model with all main effects and no term above `order` (never the saturated one).

    Each is a choice of the columns of `design(lists, min(order, lists − 1))`. A term needs all its parts.
    There are 8, 113 and 6,893 for 3, 4 and 5 lists; with pairs only 2^(K choose 2).
    """
    top = min(order, lists - 1)
    layout = design(lists, top)
    yield from _grow(layout, layout.main_effects(), 2)


def _grow(layout: Design, base: Bools, size: int) -> Iterator[Bools]:
    if size > layout.order:
        yield base
        return
    possible = [t for t, term in enumerate(layout.terms) if _allowed(layout, base, term, size)]
    for count in range(1 << len(possible)):
        chosen = base.copy()
        chosen[[t for bit, t in enumerate(possible) if count >> bit & 1]] = True
        if count:
            yield from _grow(layout, chosen, size + 1)
        else:
            yield chosen


def _allowed(layout: Design, base: Bools, term: int, size: int) -> bool:
    """Whether the term has this size and all its parts one list smaller are in the model."""
    if term.bit_count() != size:
        return False
    if size == 2:
        return True
    parts = (term & ~(1 << j) for j in range(layout.lists) if term >> j & 1)
    return all(base[layout.terms.index(part)] for part in parts)


def neighbours(layout: Design, chosen: Bools) -> Iterator[Bools]:
    """The hierarchical models one interaction away: one added whose parts are there, or one that may go."""
    for t, term in enumerate(layout.terms):
        if term.bit_count() < 2:
            continue
        changed = chosen.copy()
        changed[t] = not chosen[t]
        if is_hierarchical(layout, changed):
            yield changed


def is_hierarchical(layout: Design, chosen: Bools) -> bool:
    terms = [term for term, used in zip(layout.terms, chosen, strict=True) if used]
    return all(_allowed(layout, chosen, term, term.bit_count()) for term in terms if term.bit_count() > 2)


def model_name(layout: Design, chosen: Bools) -> str:
    """The model by its largest terms, as the papers write it: `[12,13,4]`, lists numbered from 1 in order."""
    used = [term for term, there in zip(layout.terms, chosen, strict=True) if there and term]
    largest = [term for term in used if not any(term & other == term for other in used if other != term)]
    largest.sort(key=lambda term: (-term.bit_count(), _numbers(term)))
    return "[" + ",".join("".join(str(j) for j in _numbers(term)) for term in largest) + "]"


def _numbers(term: int) -> list[int]:
    return [j + 1 for j in range(term.bit_length()) if term >> j & 1]


def term_name(lists: Sequence[str], term: int) -> str:
    """The lists of a term, joined by `×`."""
    return "×".join(name for j, name in enumerate(lists) if term >> j & 1)
