"""Start with every pair of lists hanging together, and let go of the pairs for which little speaks.

Bayesian thresholding (Silverman, JRSS A 183:691, 2020): flat priors on the constant and the lists, N(0, 1) or
flat priors on interactions; interactions whose posterior mean is within two standard deviations of 0 leave; the
rest is fitted again and gives n + e^{α∅}.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .answers import Caution, MethodAnswer, NoEstimate
from .chains import WORST_RHAT, independent_draws, rhat
from .histories import Table, tidy
from .loglinear import check_table, fit, observed, require
from .terms import Bools, Design, Floats, design, term_name

FEWEST_DEVIATIONS = 2.0
PEAK_STEPS = 200
Prior = Literal["normal", "flat"]


@dataclass(frozen=True)
class Walk:
    """How long to walk: chains side by side, steps to forget, steps to keep."""

    chains: int = 48
    burn_in: int = 1_000
    kept: int = 3_000


@dataclass(frozen=True)
class Model:
    """Columns of a design with finite coefficients, cells left in, and the prior precision per column."""

    matrix: Floats
    columns: Bools
    cells: Bools
    precision: Floats


def sample(model: Model, counts: Floats, walk: Walk, draws: np.random.Generator) -> Floats:
    """Posterior draws of the finite coefficients: chains×kept×columns.

    Random-walk Metropolis whose steps have the shape of the posterior at its peak.
    """
    matrix = model.matrix[model.cells][:, model.columns]
    seen, precision = counts[model.cells], model.precision[model.columns]
    peak, root = _peak(matrix, seen, precision)
    now = peak + draws.standard_normal((walk.chains, len(peak))) @ root.T
    height = _height(matrix, seen, precision, now)
    kept = np.empty((walk.chains, walk.kept, len(peak)))
    scale = 2.38 / np.sqrt(len(peak))
    for step in range(walk.burn_in + walk.kept):
        there = now + scale * draws.standard_normal(now.shape) @ root.T
        new = _height(matrix, seen, precision, there)
        taken = np.log(draws.random(walk.chains)) < new - height
        now[taken], height[taken] = there[taken], new[taken]
        if step >= walk.burn_in:
            kept[:, step - walk.burn_in] = now
    return kept


def _height(matrix: Floats, counts: Floats, precision: Floats, at: Floats) -> Floats:
    logs = at @ matrix.T
    height: Floats = logs @ counts - np.exp(np.minimum(logs, 700.0)).sum(axis=1) - (at**2 @ precision) / 2
    return height


def _peak(matrix: Floats, counts: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """The posterior's peak by damped Newton steps, and a root of its inverse curvature there.

    Raises NoEstimate("not_identifiable") where counts lie too far apart for the curvature to be inverted.
    """
    try:
        return _climb(matrix, counts, precision)
    except np.linalg.LinAlgError:
        raise NoEstimate("not_identifiable") from None


def _climb(matrix: Floats, counts: Floats, precision: Floats) -> tuple[Floats, Floats]:
    means = counts + 0.5
    at = np.linalg.lstsq(matrix * np.sqrt(means)[:, None], np.log(means) * np.sqrt(means), rcond=None)[0]
    for _ in range(PEAK_STEPS):
        means = np.exp(np.minimum(matrix @ at, 700.0))
        curve = matrix.T @ (means[:, None] * matrix) + np.diag(precision)
        step = np.linalg.solve(curve, matrix.T @ (counts - means) - precision * at)
        while _falls(matrix, counts, precision, at, step):
            step = step / 2
        at = at + step
        if np.abs(step).max() < 1e-9:
            break
    return at, np.linalg.cholesky(np.linalg.inv(curve))


def _falls(matrix: Floats, counts: Floats, precision: Floats, at: Floats, step: Floats) -> bool:
    before, after = _height(matrix, counts, precision, np.stack([at, at + step]))
    return bool(after < before - 1e-9 * abs(before))


@dataclass
class Choice:
    """A thresholding under way: the table, the columns still in, and what was found on the way."""

    layout: Design
    counts: Floats
    chosen: Bools
    prior: Prior
    walk: Walk
    draws: np.random.Generator
    borderline: list[int]

    def model(self) -> Model:
        interactions = np.arange(len(self.layout.terms)) > self.layout.lists
        precision = np.where(interactions & (self.prior == "normal"), 1.0, 0.0)
        nobody = self.counts[0] @ self.layout.matrix == 0
        empty: Bools = np.logical_and(self.chosen, nobody & (precision == 0))
        cells = ~(self.layout.matrix[:, empty] > 0).any(axis=1)
        return Model(self.layout.matrix, np.logical_and(self.chosen, ~empty), np.asarray(cells), precision)

    def add(self, columns: Bools) -> None:
        """Let these columns take part. Raises NoEstimate where a flat prior then gives no posterior."""
        self.chosen = self.chosen | columns
        flat = self.prior == "flat"
        require(fit(self.layout, self.counts, self.chosen if flat else self.layout.main_effects()))

    def thin(self, size: int) -> None:
        """Let go of the interactions of this size for which little speaks; those at −∞ stay.

        Strength is |posterior mean|/sd. With flat priors it is |peak|/√(inverse curvature), with which all
        reference values agree; interactions on which the two disagree are noted as borderline.
        """
        model = self.model()
        sampled = sample(model, self.counts[0], self.walk, self.draws)
        by_draws = np.abs(sampled.mean(axis=(0, 1))) / sampled.std(axis=(0, 1))
        by_curve = _curve_strength(model, self.counts[0])
        used = by_draws if self.prior == "normal" else by_curve
        for t, weak, other in zip(
            np.flatnonzero(model.columns), used < FEWEST_DEVIATIONS, by_draws < FEWEST_DEVIATIONS, strict=True
        ):
            if self.layout.terms[t].bit_count() == size:
                self.chosen[t] &= not weak
                self.borderline += [int(t)] * int(weak != other)

    def triples(self) -> Bools:
        """The triples all of whose pairs are still in."""
        kept = {term for term, used in zip(self.layout.terms, self.chosen, strict=True) if used}
        return np.array([term.bit_count() == 3 and _pairs_of(term) <= kept for term in self.layout.terms])


def _pairs_of(term: int) -> set[int]:
    return {term & ~(1 << j) for j in range(term.bit_length()) if term >> j & 1}


def _curve_strength(model: Model, counts: Floats) -> Floats:
    matrix = model.matrix[model.cells][:, model.columns]
    peak, root = _peak(matrix, counts[model.cells], model.precision[model.columns])
    strength: Floats = np.abs(peak) / np.sqrt((root**2).sum(axis=1))
    return strength


def threshold(
    table: Table, *, prior: Prior = "normal", order: int = 2, seed: int = 1, walk: Walk | None = None
) -> MethodAnswer:
    """Posterior median and 95 % interval after thresholding.

    `prior` of the interactions: N(0, 1) or flat; with flat priors, pairs that nobody shows get −∞, and a model
    without a best fit is refused, because its posterior would not be one. `order` 3 also tries triples all of
    whose pairs stayed. Details hold the interactions kept, those at −∞ and borderline ones. Raises NoEstimate.
    """
    neat, cautions = tidy(table)
    check_table(neat)
    layout = design(len(neat.lists), min(order, len(neat.lists) - 1))
    draws = np.random.default_rng(seed)
    choice = Choice(layout, observed(neat), layout.main_effects(), prior, walk or Walk(), draws, [])
    choice.add(np.array([term.bit_count() == 2 for term in layout.terms]))
    choice.thin(2)
    if choice.triples().any():
        choice.add(choice.triples())
        choice.thin(3)
    log_unseen = sample(choice.model(), choice.counts[0], choice.walk, draws)[:, :, 0]
    return _answer(neat, choice, log_unseen).with_cautions(*cautions).with_details(seed=seed)


def _answer(table: Table, choice: Choice, log_unseen: Floats) -> MethodAnswer:
    worst = rhat(log_unseen)
    if worst > WORST_RHAT:
        raise NoEstimate("not_converged", rhat=worst, limit=WORST_RHAT)
    lower, middle, upper = (
        float(q) for q in table.size + np.exp(np.quantile(log_unseen, [0.025, 0.5, 0.975]))
    )
    model, terms = choice.model(), choice.layout.terms
    borderline = [term_name(table.lists, terms[t]) for t in choice.borderline]
    cautions = [Caution("lower_bound")]
    if borderline:
        cautions.append(Caution("borderline", {"interactions": ", ".join(borderline)}))
    details: dict[str, Any] = {
        "kept": _names(choice.layout, table, choice.chosen & model.columns),
        "minus_infinity": _names(choice.layout, table, choice.chosen & ~model.columns),
        "borderline": borderline,
        "rhat": worst,
        "independent_draws": independent_draws(log_unseen),
    }
    return MethodAnswer("threshold", middle, lower, upper, cautions=tuple(cautions), details=details)


def _names(layout: Design, table: Table, columns: Bools) -> list[str]:
    return [
        term_name(table.lists, term)
        for term, used in zip(layout.terms, columns, strict=True)
        if used and term.bit_count() > 1
    ]
