"""Average over every way in which lists may hang together in cliques, each weighed by how well it predicts.

Madigan & York, Biometrika 84:19 (1997). A decomposable graph on K lists has cliques C and separators S; with a
Dirichlet(δ, …, δ) prior on the 2^K cells of the whole population the weight of (graph, n0 unseen) is known in
closed form. The complete graph explains any table and can take all the probability; it is left out by default.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import gammaln

from .answers import Caution, MethodAnswer
from .histories import Table, tidy
from .loglinear import check_table
from .terms import Floats

MOST_LISTS = 6
GRID_POINTS = 1000
REACH = 30
"""The unseen are searched up to this many times the seen."""
GRID_END = 5e-3
CHUNK = 2000


@dataclass(frozen=True)
class Graph:
    """A decomposable graph by its cliques and its nonempty separators (bit patterns; separators repeat)."""

    cliques: tuple[int, ...]
    separators: tuple[int, ...]

    @property
    def name(self) -> str:
        """Cliques as the papers write them: `12,23,4`."""
        return ",".join(
            "".join(str(j + 1) for j in range(c.bit_length()) if c >> j & 1) for c in self.cliques
        )


@lru_cache(maxsize=8)
def decomposable_graphs(lists: int) -> tuple[Graph, ...]:
    """All decomposable graphs on K lists: 8, 61, 822 and 18,154 for 3, 4, 5 and 6, the complete one last."""
    pairs = list(combinations(range(lists), 2))
    candidates = (_graph(_edges(lists, pairs, chosen)) for chosen in range(1 << len(pairs)))
    return tuple(graph for graph in candidates if graph is not None)


def _edges(lists: int, pairs: Sequence[tuple[int, int]], chosen: int) -> list[int]:
    around = [0] * lists
    for bit, (i, j) in enumerate(pairs):
        if chosen >> bit & 1:
            around[i] |= 1 << j
            around[j] |= 1 << i
    return around


def _graph(around: list[int]) -> Graph | None:
    """The graph's cliques and separators by maximum cardinality search, or None if it is not decomposable.

    Visit next the list with most visited neighbours; these must be joined to each other (Tarjan & Yannakakis,
    SIAM J. Comput. 13:566, 1984). A new clique begins where their number does not grow.
    """
    visited, cliques, separators, before = 0, [], [], 0
    for _ in around:
        node, earlier = _next(around, visited)
        if not _joined(around, earlier):
            return None
        if earlier.bit_count() <= before and visited:
            if earlier:
                separators.append(earlier)
            cliques.append(earlier | 1 << node)
        else:
            cliques = [*cliques[:-1], earlier | 1 << node]
        before = earlier.bit_count()
        visited |= 1 << node
    return Graph(tuple(sorted(cliques, key=_by_size)), tuple(sorted(separators)))


def _next(around: list[int], visited: int) -> tuple[int, int]:
    waiting = [node for node in range(len(around)) if not visited >> node & 1]
    node = max(waiting, key=lambda each: (around[each] & visited).bit_count())
    return node, around[node] & visited


def _joined(around: list[int], nodes: int) -> bool:
    members = [node for node in range(len(around)) if nodes >> node & 1]
    return all(around[node] & nodes == nodes & ~(1 << node) for node in members)


def _by_size(clique: int) -> tuple[int, list[int]]:
    return -clique.bit_count(), [j for j in range(clique.bit_length()) if clique >> j & 1]


@dataclass(frozen=True)
class Posterior:
    """Probabilities of the graphs, and of the unseen people (`of_unseen`) on a grid (`unseen`).

    On a smooth grid quantiles are read between its points; else they are points of it.
    """

    size: int
    graphs: tuple[Graph, ...]
    graph_weights: Floats
    unseen: Floats
    of_unseen: Floats
    smooth: bool

    def quantile(self, share: float) -> float:
        """Population with this much probability at or below it."""
        reached = np.cumsum(self.of_unseen)
        if self.smooth:
            return self.size + float(np.interp(share, reached - self.of_unseen / 2, self.unseen))
        at = int(np.searchsorted(reached, share * (1 - 1e-12)))
        return self.size + float(self.unseen[min(at, len(self.unseen) - 1)])

    @property
    def mean(self) -> float:
        return self.size + float(self.of_unseen @ self.unseen)

    @property
    def at_end(self) -> float:
        """Probability in the last twentieth of the grid."""
        return float(self.of_unseen[-max(len(self.unseen) // 20, 1) :].sum())

    def top_graphs(self, most: int = 5) -> list[dict[str, Any]]:
        order = np.argsort(-self.graph_weights, kind="stable")[:most]
        return [{"graph": self.graphs[g].name, "weight": float(self.graph_weights[g])} for g in order]


def posterior(
    table: Table,
    *,
    delta: float | None = None,
    complete: bool = False,
    grid: Floats | None = None,
    log_prior: Floats | None = None,
) -> Posterior:
    """The posterior of graphs and unseen people for 2 to 6 lists.

    `delta`: the Dirichlet weight of each cell (default 2^−K). `complete`: let the complete graph take part.
    `grid`: unseen counts, each of the same weight as given; default: log-spaced up to 30 n with trapezoid
    weights. `log_prior`: log prior of the population at the grid (default −log N).
    """
    lists = len(table.lists)
    weight = 2.0**-lists if delta is None else delta
    unseen, steps = _default_grid(table.size) if grid is None else (grid, np.ones(len(grid)))
    prior = -np.log(table.size + unseen) if log_prior is None else log_prior
    graphs = decomposable_graphs(lists)[: None if complete else -1]
    parts = np.stack([_clique_weight(table, clique, unseen, weight) for clique in range(1, 1 << lists)])
    people = table.size + unseen
    common = gammaln(people + 1) - gammaln(unseen + 1) + prior + np.log(steps)
    total = 2**lists * weight
    whole = gammaln(total) - gammaln(people + total)
    by_graph, by_unseen = _summed(_mixing(lists)[: len(graphs)], np.vstack([parts, whole]), common)
    return Posterior(table.size, graphs, by_graph, unseen, by_unseen, smooth=grid is None)


def _summed(mixing: Floats, parts: Floats, common: Floats) -> tuple[Floats, Floats]:
    """Probabilities of the graphs and of the grid points, from all joint log weights, a chunk at a time."""
    tops, rows, columns = [], [], []
    for first in range(0, len(mixing), CHUNK):
        logs = mixing[first : first + CHUNK] @ parts
        logs += common
        tops.append(float(logs.max()))
        weights = np.exp(np.subtract(logs, tops[-1], out=logs), out=logs)
        rows.append(weights.sum(axis=1))
        columns.append(weights.sum(axis=0))
    scales = np.exp(np.array(tops) - max(tops))
    by_graph = np.concatenate([scale * row for scale, row in zip(scales, rows, strict=True)])
    by_unseen = scales @ np.stack(columns)
    return by_graph / by_graph.sum(), by_unseen / by_unseen.sum()


@lru_cache(maxsize=8)
def _mixing(lists: int) -> Floats:
    """Graphs×(cliques + 1): +1 for each clique of the graph, −1 for each of its separators; last, their number
    as pieces, |C| − |S|."""
    graphs = decomposable_graphs(lists)
    mixing = np.zeros((len(graphs), 1 << lists))
    for row, graph in enumerate(graphs):
        np.add.at(mixing[row], np.array(graph.cliques) - 1, 1.0)
        np.subtract.at(mixing[row], np.array(graph.separators, dtype=np.int64) - 1, 1.0)
        mixing[row, -1] = len(graph.cliques) - len(graph.separators)
    mixing.setflags(write=False)
    return mixing


def _default_grid(size: int) -> tuple[Floats, Floats]:
    """Log-spaced unseen counts from 0 to 30 n and the trapezoid weight of each."""
    points = np.expm1(np.linspace(0, np.log1p(REACH * size), GRID_POINTS))
    steps = np.zeros(GRID_POINTS)
    steps[1:] += np.diff(points) / 2
    steps[:-1] += np.diff(points) / 2
    return points, steps


def _clique_weight(table: Table, clique: int, unseen: Floats, delta: float) -> Floats:
    """Log weight of the table collapsed onto a clique, for each number of unseen people."""
    members = [name for j, name in enumerate(table.lists) if clique >> j & 1]
    inside = table.keep(members).counts
    share = 2.0 ** (len(table.lists) - len(members)) * delta
    outside = table.size - inside.sum()
    fixed = gammaln(inside[1:] + share).sum() - len(inside) * gammaln(share)
    weight: Floats = gammaln(outside + unseen + share) + fixed
    return weight


def decomposable(
    table: Table, *, delta: float | None = None, complete: bool = False, sensitive: bool = True
) -> MethodAnswer:
    """Posterior median and 95 % interval, averaged over decomposable graphs (prior 1/N, δ = 2^−K).

    Details hold the likeliest graphs and, unless `sensitive` is off, the sensitivity: δ of 1, 1/2 and 2^−K, each
    without and with the complete graph. Raises NoEstimate for fewer than 3 or more than 6 lists, or no overlap.
    """
    neat, cautions = tidy(table)
    check_table(neat, limit=MOST_LISTS)
    averaged = posterior(neat, delta=delta, complete=complete)
    answer = MethodAnswer(
        "decomposable",
        averaged.quantile(0.5),
        averaged.quantile(0.025),
        averaged.quantile(0.975),
        cautions=(*cautions, Caution("lower_bound"), *_cautions(averaged, complete)),
    )
    rows = sensitivity(neat) if sensitive else []
    return answer.with_details(
        mean=averaged.mean, graphs=averaged.top_graphs(), at_grid_end=averaged.at_end, sensitivity=rows
    )


def _cautions(averaged: Posterior, complete: bool) -> Iterator[Caution]:
    if complete:
        yield Caution("complete_graph")
    if averaged.at_end > GRID_END:
        yield Caution("grid_end", {"share": averaged.at_end})


def sensitivity(table: Table) -> list[dict[str, Any]]:
    """Median and limits for each prior weight δ, without and with the complete graph."""
    deltas = sorted({1.0, 0.5, 2.0 ** -len(table.lists)})
    return [_sensitivity(table, delta, complete) for delta in deltas for complete in (False, True)]


def _sensitivity(table: Table, delta: float, complete: bool) -> dict[str, Any]:
    averaged = posterior(table, delta=delta, complete=complete)
    return {
        "delta": delta,
        "complete_graph": complete,
        "estimate": averaged.quantile(0.5),
        "lower": averaged.quantile(0.025),
        "upper": averaged.quantile(0.975),
        "complete_weight": float(averaged.graph_weights[-1]) if complete else 0.0,
    }
