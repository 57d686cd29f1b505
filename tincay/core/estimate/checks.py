"""Everything an honest page shows beside a number, in the order in which it should be read.

`diagnose` makes one object: is there enough to say anything; how the lists overlap; the lower bound; how far
methods and models differ; what happens without each list; whether lists can find each other; how the answer
moves with its assumptions; whether the simulations can be trusted; and the words that may be used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from math import inf
from typing import Any

import numpy as np

from .answers import Caution, MethodAnswer, NoEstimate, finite, refused
from .bic import Ranking, by_bic, highest_order, rank
from .decomposable import MOST_LISTS, decomposable
from .histories import Pair, Table, pairs, tidy
from .latent import SamplerSettings, latent
from .simple import chao, chapman_table, independence
from .stepwise import THRESHOLD, stepwise
from .threshold import threshold

FEWEST_REPEATS = 30
MOST_SINGLE = 0.95
FEWEST_LISTS = 3
FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
THRESHOLDS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1)
QUESTIONS: Mapping[str, str] = {
    "who": "Who counts, and is it the same on every list?",
    "when_and_where": "Do all lists cover the same months and places?",
    "linkage": "How were records matched, and how many matches were missed or wrong?",
    "dependence": "Which lists send people to each other, and which shut people out?",
}
"""What no table can answer and a page must ask before it shows a number; codes are stable."""
FEWEST_SEEN = 30
"""People on other lists below which a list cannot serve as a test of a method."""


@dataclass(frozen=True)
class Gate:
    """Whether models may speak at all: at least 3 lists that hold people, 30 people seen twice, and no more
    than 95 % seen once (for scale: UK 92 %, Netherlands 94.8 %, New Orleans 93.5 %)."""

    lists: int
    seen: int
    repeats: int
    single: float

    @property
    def is_open(self) -> bool:
        enough = self.lists >= FEWEST_LISTS and self.repeats >= FEWEST_REPEATS
        return enough and self.single <= MOST_SINGLE

    def caution(self) -> Caution:
        return Caution("too_thin", {"repeats": self.repeats, "single": self.single})

    def refusal(self) -> NoEstimate:
        if self.lists < FEWEST_LISTS:
            return NoEstimate("too_few_lists", needed=FEWEST_LISTS, lists=self.lists)
        if self.repeats < FEWEST_REPEATS:
            return NoEstimate("too_thin", repeats=self.repeats)
        return NoEstimate("seen_once", single=self.single)


def union(
    answers: Sequence[MethodAnswer], seen: int, others: Sequence[float] = ()
) -> tuple[float | None, float | None]:
    """From the lowest to the highest end of all answers and other estimates.

    An end that an answer does not state may lie anywhere: without an upper limit the whole has no upper end,
    without a lower one it begins at the `seen` people. Refusals move nothing.
    """
    ends = [*others]
    for answer in answers:
        if answer.estimate is not None:
            low = seen if answer.lower is None else answer.lower
            ends += [low, answer.estimate, inf if answer.upper is None else answer.upper]
    return (finite(min(ends)), finite(max(ends))) if ends else (None, None)


def gate_of(table: Table) -> Gate:
    """Screen 1, before any model is fitted. Raises NoEstimate("no_cases")."""
    neat, _ = tidy(table)
    times = neat.times_seen()
    return Gate(len(neat.lists), neat.size, sum(times[1:]), times[0] / neat.size)


@dataclass(frozen=True)
class Range:
    """A labelled estimate with its limits, each a number or None."""

    label: str
    lower: float | None
    estimate: float | None
    upper: float | None
    reason: NoEstimate | None = None

    def as_json(self) -> dict[str, Any]:
        reason = self.reason.as_json() if self.reason else None
        return {**vars(self), "reason": reason}


def as_range(label: str, answer: MethodAnswer) -> Range:
    lower, upper = finite(answer.lower), finite(answer.upper)
    return Range(label, lower, finite(answer.estimate), upper, answer.refusal)


@dataclass(frozen=True)
class Trial:
    """A list whose size is known, looked for by a method that sees only the other lists."""

    name: str
    truth: int
    seen: int
    ranges: tuple[Range, ...]

    def holds(self, ranges: Range) -> bool | None:
        """Whether the interval holds the truth; None when it has no two ends."""
        if ranges.lower is None or ranges.upper is None:
            return None
        return ranges.lower <= self.truth <= ranges.upper


@dataclass(frozen=True)
class Diagnostics:
    """One table, seen from all sides; see `diagnose`. Parts behind a closed gate are empty."""

    table: Table
    gate: Gate
    pairs: tuple[Pair, ...]
    bound: MethodAnswer
    panel: tuple[MethodAnswer, ...] = ()
    models: tuple[dict[str, Any], ...] = ()
    near_ties: tuple[float, float] | None = None
    without: tuple[Range, ...] = ()
    trials: tuple[Trial, ...] = ()
    assumption: tuple[Range, ...] = ()
    thresholds: tuple[Range, ...] = ()
    priors: tuple[dict[str, Any], ...] = ()
    curve: tuple[dict[str, Any], ...] = ()
    cautions: tuple[Caution, ...] = field(default=())

    @property
    def headline(self) -> tuple[float | None, float | None]:
        """The union of all methods' estimates and limits and of the models that fit almost equally well.

        Without an upper end when some method that answers states none; see `union`.
        """
        return union(self.panel, self.gate.seen, self.near_ties or ())

    @property
    def answer(self) -> MethodAnswer:
        """The whole as one answer: a range and no single number, or the refusal at the gate with the bound."""
        if not self.gate.is_open:
            shut = refused("all", self.gate.refusal())
            return shut.with_details(lower_bound=self.bound.as_json())
        lower, upper = self.headline
        return MethodAnswer("all", None, lower, upper, cautions=(Caution("lower_bound"), *self.cautions))

    def as_json(self) -> dict[str, Any]:
        lower, upper = self.headline
        return {
            "questions": list(QUESTIONS),
            "gate": {**vars(self.gate), "open": self.gate.is_open},
            "overlaps": [vars(pair) for pair in self.pairs],
            "lower_bound": self.bound.as_json(),
            "headline": {"lower": lower, "upper": upper},
            "panel": [answer.as_json() for answer in self.panel],
            "models": list(self.models),
            "near_ties": self.near_ties,
            "without_each_list": [each.as_json() for each in self.without],
            "trials": [_trial_json(trial) for trial in self.trials],
            "assumption": [each.as_json() for each in self.assumption],
            "thresholds": [each.as_json() for each in self.thresholds],
            "priors": list(self.priors),
            "curve": list(self.curve),
            "notices": [caution.as_json() for caution in self.cautions],
        }


def _trial_json(trial: Trial) -> dict[str, Any]:
    ranges = [{**each.as_json(), "holds": trial.holds(each)} for each in trial.ranges]
    return {"list": trial.name, "truth": trial.truth, "seen": trial.seen, "found": ranges}


@dataclass(frozen=True)
class Effort:
    """How hard `diagnose` works. The latent-class `sampler` and replicates set most of the time."""

    stepwise: int = 20_000
    bic: int = 2_000
    trials: int = 1_000
    sampler: SamplerSettings = field(default_factory=SamplerSettings)
    seed: int = 1
    workers: int = 1


def diagnose(table: Table, effort: Effort | None = None) -> Diagnostics:
    """All screens for a table of 3 to 6 lists. Fewer lists and thin tables stop at the gate; of more lists, BIC and
    the graphs refuse, and above 8 every model does.

    Raises NoEstimate("no_cases"); every other refusal is part of the result.
    """
    effort = effort or Effort()
    neat, cautions = tidy(table)
    diagnostics = Diagnostics(neat, gate_of(neat), pairs(neat), _try(chao, "chao", neat), cautions=cautions)
    if not diagnostics.gate.is_open:
        return diagnostics
    panel = _panel(neat, effort)
    ranking = _ranking(neat)
    return Diagnostics(
        **{
            **vars(diagnostics),
            "panel": panel,
            "models": tuple(ranking.as_json()) if ranking else (),
            "near_ties": _ends(ranking),
            "without": without_each_list(neat),
            "trials": trials(neat, effort),
            "assumption": assumption(neat),
            "thresholds": by_threshold(neat),
            "priors": tuple(panel[2].details.get("sensitivity", ())),
            "curve": tuple(panel[1].details.get("curve", ())),
        }
    )


def _try(method: Callable[[Table], MethodAnswer], name: str, table: Table) -> MethodAnswer:
    try:
        return method(table)
    except NoEstimate as refusal:
        return refused(name, refusal)


def _panel(table: Table, effort: Effort) -> tuple[MethodAnswer, ...]:
    """The methods side by side; the second is BIC, the third averages graphs."""
    methods: Mapping[str, Callable[[Table], MethodAnswer]] = {
        "stepwise": partial(stepwise, replicates=effort.stepwise, seed=effort.seed, workers=effort.workers),
        "bic": partial(by_bic, replicates=effort.bic, seed=effort.seed, workers=effort.workers),
        "decomposable": decomposable,
        "latent": partial(latent, sampler=effort.sampler, seed=effort.seed),
        "threshold": partial(threshold, seed=effort.seed),
    }
    return tuple(_try(method, name, table) for name, method in methods.items())


def _ranking(table: Table) -> Ranking | None:
    if len(table.lists) > MOST_LISTS:
        return None
    try:
        return rank(table, highest_order(len(table.lists)))
    except NoEstimate:
        return None


def _ends(ranking: Ranking | None) -> tuple[float, float] | None:
    if ranking is None:
        return None
    near = ranking.near_ties()
    return float(near.min()), float(near.max())


def without_each_list(table: Table) -> tuple[Range, ...]:
    """Screen 5: the stepwise estimate with each list left out in turn."""
    return tuple(as_range(name, _try(_point, "stepwise", table.drop(name))) for name in table.lists)


def _point(table: Table) -> MethodAnswer:
    """The stepwise estimate alone; of two lists, Chapman's."""
    return chapman_table(table) if len(table.lists) == 2 else stepwise(table, replicates=0)


def trials(table: Table, effort: Effort) -> tuple[Trial, ...]:
    """Screen 6: each list large enough is taken for a population of known size and looked for by the others
    (Binette & Steorts, arXiv 2112.01594)."""
    inside = {name: table.within(name) for name in table.lists}
    return tuple(
        Trial(name, table.list_size(name), part.size, _seek(part, effort))
        for name, part in inside.items()
        if part.size >= FEWEST_SEEN
    )


def _seek(part: Table, effort: Effort) -> tuple[Range, ...]:
    methods: Mapping[str, Callable[[Table], MethodAnswer]] = {
        "stepwise": partial(stepwise, replicates=effort.trials, seed=effort.seed),
        "decomposable": partial(decomposable, sensitive=False),
        "independence": independence,
    }
    return tuple(as_range(name, _try(method, name, part)) for name, method in methods.items())


def assumption(table: Table) -> tuple[Range, ...]:
    """Screen 7: if all lists together were ξ times as alike as their parts suggest, n0 = ξ·Π odd/Π even.

    Products run over the counts of histories with an odd and an even number of lists; ξ = 1 is the usual and
    untestable assumption (Aleshin-Guendel, Sadinle & Wakefield, arXiv 2101.09304). Empty when a cell is empty.
    """
    cells = np.arange(1, len(table.counts))
    if not table.counts[1:].all():
        return ()
    sign = np.where(np.bitwise_count(cells) % 2 == 1, 1.0, -1.0)
    unseen = float(np.exp(sign @ np.log(table.counts[1:])))
    return tuple(Range(f"{factor:g}", None, table.size + factor * unseen, None) for factor in FACTORS)


def by_threshold(table: Table) -> tuple[Range, ...]:
    """Screen 8: the stepwise estimate for stricter and looser thresholds (0.02 is the usual one)."""
    return tuple(
        as_range(f"{p:g}", _try(partial(stepwise, replicates=0, threshold=p), "stepwise", table))
        for p in sorted({*THRESHOLDS, THRESHOLD})
    )


def overlap_matrix(table: Table) -> tuple[tuple[int, ...], ...]:
    """People on each two lists; the diagonal holds the lists' sizes."""
    shared = [table.overlap(first, second) for first, second in product(table.lists, repeat=2)]
    k = len(table.lists)
    return tuple(tuple(shared[i * k : (i + 1) * k]) for i in range(k))
