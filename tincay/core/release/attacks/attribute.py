"""Knowing all answers of a person but one: does the publication give away the last one?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..domain import Codes
from ..rows import Rows
from .findings import Finding
from .membership import SPLITS, halves
from .practices import AttackerView, Practice


def attribute(practice: Practice, truth: Rows, seed: int) -> Finding:
    """How much oftener the last column is guessed right for people in the register than for people outside it.

    What holds for everybody (statistics) helps for both alike; only what was leaked about members remains.
    The median of several splits; the gate is three standard errors of one.
    """
    splits = sorted(_advantage(practice, truth, seed + number) for number in range(SPLITS))
    figure, error = splits[SPLITS // 2]
    return Finding("attribute", practice.name, figure, 3 * error, "advantage in guessing the last answer")


def _advantage(practice: Practice, truth: Rows, seed: int) -> tuple[float, float]:
    inside, outside, published = halves(practice, truth, seed)
    right = [_right(published, who) for who in (inside, outside)]
    share = sum(right) / 2
    spread = share * (1 - share) * (1 / max(1, len(inside)) + 1 / max(1, len(outside)))
    return right[0] - right[1], math.sqrt(spread + 1e-9)


def _right(published: AttackerView, people: Rows) -> float:
    if not len(people):
        return 0.0
    guess = _by_rows if published.rows is not None and len(published.rows) else _by_tables
    return float(np.mean(guess(published, people) == people.columns[-1]))


def _by_rows(published: AttackerView, people: Rows) -> NDArray[np.int64]:
    """The commonest last answer among the released rows that agree most."""
    assert published.rows is not None
    released, repeats = np.unique(published.rows.matrix(), axis=0, return_counts=True)
    answers = len(people.domain.columns[-1].values)
    return np.array([_vote(row[:-1], released, repeats, answers) for row in people.matrix()])


def _vote(answered: Codes, released: Codes, repeats: NDArray[np.int64], answers: int) -> int:
    differ = np.sum(released[:, :-1] != answered, axis=1)
    close = differ == differ.min()
    return int(np.argmax(np.bincount(released[close, -1], weights=repeats[close], minlength=answers)))


def _by_tables(published: AttackerView, people: Rows) -> NDArray[np.int64]:
    """Naive Bayes from the two-way tables with the last column."""
    last = len(people.domain.columns) - 1
    answers = len(people.domain.columns[last].values)
    belief = np.zeros((len(people), answers))
    for axes, figures in published.tables.items():
        if len(axes) == 2 and axes[1] == last:
            table = np.maximum(figures.printed.reshape(people.domain.shape(axes)), 0) + 0.1
            belief += np.log(table / table.sum(axis=0))[people.columns[axes[0]]]
        elif axes == (last,):
            belief += np.log(np.maximum(figures.printed, 0) + 0.1)
    return np.asarray(np.argmax(belief, axis=1), dtype=np.int64)
