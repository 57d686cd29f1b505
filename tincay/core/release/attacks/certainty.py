"""Figures that are small, alone or all alike give facts away without any trick."""

from __future__ import annotations

import numpy as np

from ..rows import Rows
from .findings import Finding
from .practices import AttackerView, Practice
from .proving import narrowed, pairs

CELLS = 800
PEOPLE = 40


def homogeneity(practice: Practice, truth: Rows, seed: int) -> Finding:
    """How many answers are proved because everybody in a group gave the same one: in tables of a small place,
    and in released rows of people, where all look-alikes agree in the last column.
    """
    rows = narrowed(truth, CELLS)
    place = rows.take(np.random.default_rng(seed).permutation(len(rows))[:PEOPLE])
    published = practice.publish(place, seed)
    proved = sum(
        _proved_answers(published, place, axes, first) for axes in pairs(place) for first in (True, False)
    )
    if published.real:
        proved += _alike(practice.publish(truth, seed).rows)
    return Finding("homogeneity", practice.name, float(proved), 0.0, "answers given away")


def _proved_answers(published: AttackerView, place: Rows, axes: tuple[int, int], by_first: bool) -> int:
    """People whose other answer follows from this one: their line of the table has one cell that can be full."""
    shape = place.domain.shape(axes)
    tables = (published.tables[axes].low, published.tables[axes].high, place.count(axes))
    low, high, true = (each.reshape(shape) if by_first else each.reshape(shape).T for each in tables)
    possible = high >= 1
    certain = (possible.sum(axis=1) == 1) & (low.sum(axis=1) >= 1)
    alike = np.sum(true > 0, axis=1) == 1
    return int(true[certain & alike].sum())


def _alike(released: Rows | None) -> int:
    """Released people all of whose look-alikes gave the same last answer."""
    assert released is not None, "a practice that releases rows of people releases rows"
    matrix = released.matrix()
    _, look, sizes = np.unique(matrix[:, :-1], axis=0, return_inverse=True, return_counts=True)
    answers = np.unique(np.stack([look.ravel(), matrix[:, -1]], axis=1), axis=0)[:, 0]
    return int(sizes[np.bincount(answers, minlength=len(sizes)) == 1].sum())


def dominance(practice: Practice, truth: Rows, seed: int) -> Finding:
    """One body gave all reports of a cell but one: does the figure tell it of the other one?

    The body subtracts its own; it knows the rest if the printed range is less than one person wide.
    """
    rows = narrowed(truth, CELLS)
    published = practice.publish(rows, seed)
    learned = sum(_learned(published, rows, axes) for axes in pairs(rows))
    return Finding("dominance", practice.name, float(learned), 0.0, "cells whose remainder one body learns")


def _learned(published: AttackerView, rows: Rows, axes: tuple[int, int]) -> int:
    figures = published.tables[axes]
    return int(np.sum((rows.count(axes) >= 2) & (figures.high - figures.low < 1)))
