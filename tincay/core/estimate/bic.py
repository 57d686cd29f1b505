"""Choose among log-linear models by BIC, and show how much the choice itself moves the answer.

Silverman, Chan & Vincent, Statistics and Computing 34:44 (2024): rank all hierarchical models that have a best
fit; in every resampled table choose again among the top ones. How the limits change with the number of models
that may be chosen is the diagnostic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from .answers import Caution, MethodAnswer, NoEstimate, finite
from .bootstrap import Limits, acceleration, attach_limits, bca, left_out, resampled
from .histories import Table, tidy
from .loglinear import bic, check_table, empty_idle_lists, farthest, fit, observed
from .terms import Bools, Design, Floats, design, hierarchical_models, model_name, neighbours

NEAR_TIE = 2.5
"""BIC units within which models count as fitting almost equally well."""
TOP = {3: 8, 4: 20}
"""Models that each resampled table may choose from, by number of lists; 100 from 5 lists on."""
CURVE = (1, 2, 5, 10, 20, 50, 100)
CHUNK = 1000


@dataclass(frozen=True)
class Ranking:
    """Models that have a best fit, best BIC first: columns of `layout` (M×T), scores and populations (M)."""

    layout: Design
    models: Bools
    scores: Floats
    populations: Floats
    tried: int

    @property
    def weights(self) -> Floats:
        """Share of each model when e^{−BIC/2} stands for its probability."""
        weights = np.exp(-(self.scores - self.scores[0]) / 2)
        shares: Floats = weights / weights.sum()
        return shares

    def near_ties(self) -> Floats:
        """Populations of the models within 2.5 BIC units of the best."""
        near: Floats = self.populations[self.scores <= self.scores[0] + NEAR_TIE]
        return near

    def as_json(self, most: int = 10) -> list[dict[str, Any]]:
        return [
            {
                "model": model_name(self.layout, self.models[m]),
                "bic": float(self.scores[m]),
                "estimate": float(self.populations[m]),
                "weight": float(self.weights[m]),
            }
            for m in range(min(most, len(self.scores)))
        ]


def highest_order(lists: int) -> int:
    """Interactions that all-models searches look at: every order up to 5 lists, pairs alone beyond."""
    return lists - 1 if lists <= 5 else 2


def rank(table: Table, order: int | None = None) -> Ranking:
    """Every hierarchical model of at most this order with a best fit, by BIC.

    Models that cannot be told apart from others, have no best fit or run away are left out. At most 6 lists.
    Raises NoEstimate("no_model") when none is left.
    """
    lists = len(table.lists)
    wanted = min(order or highest_order(lists), lists - 1)
    layout = design(lists, wanted)
    return _ranked(table, layout, hierarchical_models(lists, wanted))


def _ranked(table: Table, layout: Design, models: Iterable[Bools]) -> Ranking:
    every, scores, populations = [], [], []
    models = iter(models)
    while chunk := list(islice(models, CHUNK)):
        chosen = np.array(chunk)
        score, population = _fit_models(table, layout, chosen)
        every.append(chosen)
        scores.append(score)
        populations.append(population)
    population = np.concatenate(populations)
    score = np.where(population - table.size <= farthest(table), np.concatenate(scores), np.inf)
    best = np.argsort(score, kind="stable")[: int(np.isfinite(score).sum())]
    if not len(best):
        raise NoEstimate("no_model")
    return Ranking(layout, np.concatenate(every)[best], score[best], population[best], len(score))


def _fit_models(table: Table, layout: Design, chosen: Bools) -> tuple[Floats, Floats]:
    counts = np.tile(observed(table), (len(chosen), 1))
    fits = fit(layout, counts, chosen)
    return bic(fits, counts, chosen.sum(axis=1)), table.size + fits.unseen


def greedy(table: Table, order: int | None = None) -> Ranking:
    """Go downhill from independence, adding or dropping the one interaction that lowers BIC most.

    Cheap, and can miss the best model (UK: 12,262 where all models give 25,311). The ranking holds the models
    on the way, best first. Raises NoEstimate("no_model").
    """
    layout = design(len(table.lists), min(order or highest_order(len(table.lists)), len(table.lists) - 1))
    best = _ranked(table, layout, [layout.main_effects()])
    while True:
        around = _ranked(table, layout, [best.models[0], *neighbours(layout, best.models[0])])
        if around.scores[0] >= best.scores[0]:
            return best
        best = around


@dataclass(frozen=True)
class BicEstimator:
    """Estimates of resampled tables, each choosing by BIC again among the first 1, 2, 5, … models."""

    lists: int
    order: int
    models: Bools
    starts: Floats
    curve: tuple[int, ...]

    def __call__(self, counts: Floats) -> Floats:
        layout = design(self.lists, self.order)
        cleaned = empty_idle_lists(layout, counts)
        each = [_one_model(layout, *each, cleaned) for each in zip(self.models, self.starts, strict=True)]
        scores = np.column_stack([score for score, _ in each])
        unseen = np.column_stack([people for _, people in each])
        rows = np.arange(len(counts))
        picks = [unseen[rows, scores[:, :top].argmin(axis=1)] for top in self.curve]
        populations: Floats = cleaned.sum(axis=1)[:, None] + np.column_stack(picks)
        return populations


def _one_model(layout: Design, model: Bools, start: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """BIC and unseen people of one model in each table; the fits begin from the first table's own."""
    part = _part(layout, model.tobytes())
    begin = np.tile(start[model], (len(counts), 1))
    fits = fit(part, counts, np.ones(len(part.terms), dtype=bool), begin)
    return bic(fits, counts, np.full(len(counts), len(part.terms))), fits.unseen


@lru_cache(maxsize=1024)
def _part(layout: Design, model: bytes) -> Design:
    """The design with the model's columns alone, so that its fits are no larger than they need be."""
    columns = np.frombuffer(model, bool)
    terms = tuple(term for term, used in zip(layout.terms, columns, strict=True) if used)
    return Design(layout.lists, layout.order, terms, np.ascontiguousarray(layout.matrix[:, columns]))


def by_bic(
    table: Table,
    *,
    order: int | None = None,
    replicates: int = 20_000,
    seed: int = 1,
    top: int | None = None,
    workers: int = 1,
) -> MethodAnswer:
    """The model with the best BIC, with BCa limits in which every resampled table chooses again.

    `order`: largest interaction looked at (default: all up to 5 lists, pairs for 6). `top`: models that may
    be chosen (default 8, 20, 100 for 3, 4, 5 lists). Details hold the best models, the limits as `top` grows,
    and what the downhill search finds. Raises NoEstimate.
    """
    neat, cautions = tidy(table)
    check_table(neat, limit=6)
    ranking = rank(neat, order)
    answer = MethodAnswer("bic", float(ranking.populations[0]), cautions=(*cautions, *_ties(ranking)))
    answer = answer.with_details(
        models=ranking.as_json(),
        models_tried=ranking.tried,
        models_with_fit=len(ranking.scores),
        downhill=greedy(neat, order).as_json(1)[0],
    )
    if not replicates:
        return answer
    allowed = min(top or TOP.get(len(neat.lists), 100), len(ranking.scores))
    curve = (*(size for size in CURVE if size < allowed), allowed)
    models = ranking.models[:allowed]
    estimator = BicEstimator(
        len(neat.lists), ranking.layout.order, models, _starts(neat, ranking.layout, models), curve
    )
    return _with_curve(answer, observed(neat)[0], estimator, replicates, seed, workers)


def _starts(table: Table, layout: Design, models: Bools) -> Floats:
    coefficients = fit(layout, np.tile(observed(table), (len(models), 1)), models).coefficients
    return np.asarray(np.nan_to_num(coefficients, neginf=0.0), dtype=np.float64)


def _ties(ranking: Ranking) -> tuple[Caution, ...]:
    near = ranking.near_ties()
    if len(near) == 1:
        return ()
    return (Caution("near_ties", {"lowest": float(near.min()), "highest": float(near.max())}),)


def _with_curve(
    answer: MethodAnswer, counts: Floats, estimator: BicEstimator, replicates: int, seed: int, workers: int
) -> MethodAnswer:
    """Add the limits for each number of models allowed; the widest choice gives the interval."""
    assert answer.estimate is not None
    drawn = resampled(counts, estimator, replicates, seed, workers)
    tables, weights = left_out(counts)
    without = estimator(tables)
    curve = [
        bca(answer.estimate, drawn[:, g], acceleration(without[:, g], weights))
        for g in range(len(estimator.curve))
    ]
    steps = [_point(size, limits, answer.level) for size, limits in zip(estimator.curve, curve, strict=True)]
    limited = attach_limits(answer, curve[-1], drawn[:, -1], seed)
    return limited.with_details(curve=steps)


def _point(size: int, limits: Limits, level: float) -> dict[str, Any]:
    lower, upper = limits.between(level)
    return {"models": size, "lower": finite(lower), "upper": finite(upper)}
