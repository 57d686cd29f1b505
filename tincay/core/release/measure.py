"""Count the tables of the workload once, with noise, after the budget was charged. See noise.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .budget import MICRO
from .noise import Counts, Noise, cost, discrete_gaussian, scale_for
from .rows import Progress, Rows, silent
from .workload import Axes, Workload

Charge = Callable[[int], None]


@dataclass(frozen=True)
class Noisy:
    """A table with noise, flat, and the noise's variance in each cell."""

    counts: Counts
    variance: float


@dataclass(frozen=True)
class Measurement:
    """All that is known of the rows from here on; whatever is computed from it costs no more privacy."""

    workload: Workload
    tables: Mapping[Axes, Noisy]
    micro_rho: int
    most: int
    spent: Fraction


def measure(
    rows: Rows,
    workload: Workload,
    *,
    micro_rho: int,
    charge: Charge,
    most: int = 1,
    noise: Noise = discrete_gaussian,
    progress: Progress = silent,
) -> Measurement:
    """Measure every table of the workload with `micro_rho` in all, for people with at most `most` rows.

    `charge` is called once, before the rows are looked at: if it raises, nothing has happened.
    """
    if rows.domain != workload.domain:
        raise ValueError("The rows and the workload have different domains.")
    scales = {t: scale_for(part * micro_rho / MICRO, most) for t, part in workload.parts.items()}
    spent = sum((cost(scale, most) for scale in scales.values()), Fraction(0))
    charge(micro_rho)
    return Measurement(workload, _measured(rows, scales, noise, progress), micro_rho, most, spent)


def _measured(
    rows: Rows, scales: Mapping[Axes, float], noise: Noise, progress: Progress
) -> dict[Axes, Noisy]:
    """Tables of one scale are drawn together; each cell's noise is independent of every other's."""
    measured: dict[Axes, Noisy] = {}
    for scale in sorted(set(scales.values())):
        tables = [table for table, its_scale in scales.items() if its_scale == scale]
        counts = []
        for table in tables:
            counts.append(rows.count(table))
            progress("count", len(measured) + len(counts), len(scales))
        noisy = noise(np.concatenate(counts), scale)
        pieces = np.split(noisy, np.cumsum([len(each) for each in counts])[:-1])
        measured |= {t: Noisy(piece, scale * scale) for t, piece in zip(tables, pieces, strict=True)}
    return {table: measured[table] for table in scales}
