"""Half of a population reports: can the publication tell who did?"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ..budget import MICRO
from ..domain import Codes
from ..rows import UNKNOWN, Rows
from .findings import Finding
from .practices import AttackerView, Practice
from .proving import rows_without_twin

TARGETS = 1_000
BLANK = 0.1
SPLITS = 3
Real = NDArray[np.float64]
Score = Callable[[AttackerView, Rows, Rows], Real]


def membership(practice: Practice, truth: Rows, seed: int) -> Finding:
    """How well the nearest released row tells who reported (AUC), among people whom nobody resembles.

    Without released rows the tables are read. The median of several splits, so that one draw decides nothing;
    the gate is a coin plus three standard errors of one split.
    """
    figure, error = _median_auc(practice, truth, seed, _by_rows)
    return Finding("membership", practice.name, figure, 0.5 + 3 * error, "AUC by nearest row")


def membership_by_tables(practice: Practice, truth: Rows, seed: int, micro_rho: int) -> Finding:
    """The same from the figures, for an attacker who has the whole population's tables already.

    No mechanism keeps this at a coin; the gate is the most that a Gaussian mechanism of this rho allows,
    Phi(sqrt(rho)), plus three standard errors (Dong, Roth, Su, Gaussian Differential Privacy, 2019).
    """
    figure, error = _median_auc(practice, truth, seed, _by_tables)
    gate = NormalDist().cdf(math.sqrt(micro_rho / MICRO)) + 3 * error
    return Finding("membership by tables", practice.name, figure, gate, "AUC by all two-way figures")


def _median_auc(practice: Practice, truth: Rows, seed: int, score: Score) -> tuple[float, float]:
    split = [_one_auc(practice, truth, seed + number, score) for number in range(SPLITS)]
    return sorted(split)[SPLITS // 2]


def _one_auc(practice: Practice, truth: Rows, seed: int, score: Score) -> tuple[float, float]:
    inside, outside, published = halves(practice, truth, seed)
    return auc(score(published, inside, truth), score(published, outside, truth))


def halves(practice: Practice, truth: Rows, seed: int) -> tuple[Rows, Rows, AttackerView]:
    """A random half reports. People nobody resembles inside and outside it, and what is then published."""
    rng = np.random.default_rng(seed)
    reported = rng.random(len(truth)) < 0.5
    easy = rng.permutation(rows_without_twin(truth))
    inside, outside = easy[reported[easy]][:TARGETS], easy[~reported[easy]][:TARGETS]
    return truth.take(inside), truth.take(outside), practice.publish(truth.take(reported), seed)


def auc(members: Real, others: Real) -> tuple[float, float]:
    """The chance that a member scores above another person, ties counting half, and its standard error at a coin."""
    m, n = len(members), len(others)
    if not m or not n:
        return 0.5, 0.0
    ranks = rankdata(np.concatenate([members, others]))[:m].sum()
    return float((ranks - m * (m + 1) / 2) / (m * n)), math.sqrt((m + n + 1) / (12 * m * n))


def _by_rows(published: AttackerView, people: Rows, truth: Rows) -> Real:
    if published.rows is None:
        return _by_tables(published, people, truth)
    released = np.unique(published.rows.matrix(), axis=0)
    return -nearest(people.matrix(), released)


def nearest(people: Codes, released: Codes) -> Real:
    """To the nearest released row: how many answers differ, a blank counting little."""
    distance = np.full(len(people), np.inf)
    for start in range(0, len(released), 500):
        block = released[start : start + 500]
        differ = (people[:, None, :] != block[None]).astype(np.float32)
        differ[:, block == UNKNOWN] = BLANK
        distance = np.minimum(distance, differ.sum(axis=2).min(axis=1))
    return distance


def _by_tables(published: AttackerView, people: Rows, truth: Rows) -> Real:
    """For each person's cells: how much fuller they are than half of the population would make them."""
    score = np.zeros(len(people))
    for axes, figures in published.tables.items():
        if len(axes) == 2:
            half = truth.count(axes) / 2
            score += ((figures.printed - half) / (half + 1))[people.cells(axes)]
    return score
