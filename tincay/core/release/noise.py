"""Add whole-number noise to counts, so that one person more or less can hardly be seen. See noise.md."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import opendp.prelude as dp
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Noise = Callable[[Counts, float], Counts]

dp.enable_features("contrib")


def scale_for(rho: Fraction, most: int = 1) -> float:
    """The smallest float s with most² / (2·s²) ≤ rho, compared as exact fractions.

    `most` is how far one person can move the table (L2): m rows may all fall into one cell.
    """
    wanted = Fraction(most * most) / (2 * rho)
    root = math.sqrt(wanted)
    near = (math.nextafter(root, 0), root, math.nextafter(root, math.inf))  # sqrt errs by less than one step
    return next(scale for scale in near if Fraction(scale) ** 2 >= wanted)


def cost(scale: float, most: int = 1) -> Fraction:
    """The exact rho of one table with noise of this scale."""
    return Fraction(most * most) / (2 * Fraction(scale) ** 2)


def discrete_gaussian(counts: Counts, scale: float) -> Counts:
    """Counts plus independent discrete Gaussian noise, from the operating system's randomness.

    There is no seed: who knows the seed of the noise can take the noise away.
    """
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="i64")
    return np.array(dp.m.make_gaussian(*space, scale=scale)(counts.tolist()), dtype=np.int64)
