"""Ask and ask again: the same question a thousand ways and times, and questions whose difference is the secret."""

from __future__ import annotations

import numpy as np

from ..rows import Rows
from ..workload import Axes
from .findings import Finding
from .practices import AttackerView, Figures, Practice, Real
from .proving import narrowed

TIMES = 1_000
CELLS = 800
PEOPLE = 200


def averaging(practice: Practice, truth: Rows, seed: int, times: int = TIMES) -> Finding:
    """How many different answers one question gets: asked as itself, and as the sum of each wider table."""
    published = practice.publish(narrowed(truth, CELLS), seed)
    routes = _routes(published, (0,))
    answers = set()
    for time in range(times):
        axes = routes[time % len(routes)]
        answers.add(round(float(_margin(published.ask(axes), truth_shape(truth, axes), axes, (0,))[0]), 6))
    return Finding(
        "averaging", practice.name, float(len(answers)), 1.0, f"different answers in {times} questions"
    )


def truth_shape(truth: Rows, axes: Axes) -> tuple[int, ...]:
    """The shape of this table of the narrowed rows."""
    return narrowed(truth, CELLS).domain.shape(axes)


def _routes(published: AttackerView, axes: Axes) -> list[Axes]:
    return [wider for wider in published.tables if set(axes) <= set(wider)]


def _margin(flat: Real, shape: tuple[int, ...], axes: Axes, kept: Axes) -> Real:
    drop = tuple(place for place, axis in enumerate(axes) if axis not in kept)
    return np.asarray(flat.reshape(shape).sum(axis=drop)).ravel()


def trackers(practice: Practice, truth: Rows, seed: int) -> Finding:
    """How many figures can be narrowed by adding and subtracting others: margin minus the rest of the row.

    One pass over every two-way table and both its margins; hidden cells that open are facts gained.
    """
    rows = narrowed(truth, CELLS).take(np.random.default_rng(seed).permutation(len(truth))[:PEOPLE])
    published = practice.publish(rows, seed)
    gained = 0
    for axes, figures in published.tables.items():
        if len(axes) == 2:
            gained += sum(
                _gained(published, rows.domain.shape(axes), axes, figures, place) for place in (0, 1)
            )
    return Finding("trackers", practice.name, float(gained), 0.0, "figures narrowed by sums and complements")


def _gained(published: AttackerView, shape: tuple[int, ...], axes: Axes, figures: Figures, place: int) -> int:
    """Cells whose range, margin minus all other cells of the line, is smaller than the range printed."""
    margin = published.tables[(axes[place],)]
    low, high = (np.moveaxis(each.reshape(shape), place, 0) for each in (figures.low, figures.high))
    rest_low = low.sum(axis=1, keepdims=True) - low
    rest_high = high.sum(axis=1, keepdims=True) - high
    least, most = margin.low[:, None] - rest_high, margin.high[:, None] - rest_low
    return int(np.sum((least > low + 1e-9) | (most < high - 1e-9)))
