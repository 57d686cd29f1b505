"""Newton's method for many small Poisson fits at once: the loop in which a bootstrap spends its time.

One matrix product gives the information of all tables, one batched solve their steps: about 20 microseconds a
fit on one core, without compiled code of our own.
"""

from __future__ import annotations

import numpy as np

from .terms import Bools, Floats

SMALL_STEP = 1e-9
HALVINGS = 30


def climb(
    matrix: Floats, counts: Floats, columns: Bools, cells: Bools, start: Floats | None, steps: int
) -> tuple[Floats, Bools]:
    """Newton's method for B Poisson log-linear fits: (coefficients B×T, converged B).

    Unused columns keep 0. Each step is halved until the likelihood does not fall.
    """
    result = _first(matrix, counts, columns, cells) if start is None else np.where(columns, start, 0.0)
    converged: Bools = ~np.any(columns, axis=1)
    active = np.flatnonzero(~converged)
    for _ in range(steps):
        if not len(active):
            break
        moved, small = _step(matrix, counts[active], columns[active], cells[active], result[active])
        result[active] = moved
        converged[active[small]] = True
        active = active[~small]
    return result, converged


def _first(matrix: Floats, counts: Floats, columns: Bools, cells: Bools) -> Floats:
    """Weighted least squares on the logs of the counts, the usual first guess."""
    means = np.where(cells, counts + 0.5, 0.0)
    target = means * np.log(np.maximum(means, 0.5)) + np.where(cells, counts, 0.0) - means
    return _solve(matrix, means, target @ matrix, columns)


def _solve(matrix: Floats, weights: Floats, right: Floats, columns: Bools) -> Floats:
    """(AᵀWA)⁻¹ right, per table, over the used columns."""
    terms = matrix.shape[1]
    products = (matrix[:, :, None] * matrix[:, None, :]).reshape(len(matrix), -1)
    information = (weights @ products).reshape(-1, terms, terms)
    information *= columns[:, :, None] & columns[:, None, :]
    diagonal = np.einsum("bii->bi", information)
    diagonal += np.where(columns, 1e-13 * diagonal.max(axis=1, keepdims=True), 1.0)
    solved = np.linalg.solve(information, (right * columns)[:, :, None])[:, :, 0]
    return np.asarray(solved, dtype=np.float64)


def _step(matrix: Floats, counts: Floats, columns: Bools, cells: Bools, now: Floats) -> tuple[Floats, Bools]:
    height, means = _height(matrix, counts, cells, now)
    step = _solve(matrix, means, (counts * cells - means) @ matrix, columns)
    small = np.abs(step).max(axis=1) < SMALL_STEP
    scale = np.ones((len(now), 1))
    for _ in range(HALVINGS):
        stepped, _ = _height(matrix, counts, cells, now + scale * step)
        falls = stepped < height - 1e-9 * np.abs(height)
        if not falls.any():
            break
        scale[falls] /= 2
    return now + scale * step, small


def _height(matrix: Floats, counts: Floats, cells: Bools, now: Floats) -> tuple[Floats, Floats]:
    """Log-likelihood (without factorials) and means."""
    logs = now @ matrix.T
    means = np.exp(np.minimum(logs, 300.0)) * cells
    return (counts * cells * logs - means).sum(axis=1), means
