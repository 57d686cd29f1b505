"""What a method may answer: a range with its cautions, or a refusal with its reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

REASONS: Mapping[str, str] = {
    "bad_table": "The table cannot be read: {problem}.",
    "no_cases": "The table holds no people.",
    "too_few_lists": "This method needs at least {needed} lists that hold people; the table has {lists}.",
    "too_many_lists": "This method takes at most {limit} lists; the table has {lists}. Merge some first.",
    "no_overlap": "Nobody was seen twice, so the lists say nothing about the people nobody saw.",
    "full_list": "The list {list} holds everybody, so nothing shows how many people all lists missed.",
    "no_maximum": "The model has no best fit for these counts: the estimate would run off to infinity.",
    "not_identifiable": "Different answers fit these counts equally well, so none of them can be chosen.",
    "no_model": "No model of this kind has a best fit for these counts.",
    "not_converged": "The chains disagree (R-hat {rhat:.2f}, above {limit}); a number would depend on luck.",
    "wrong_lists": "This method needs exactly {needed} lists that hold different people; the table has {lists}.",
    "too_thin": "Too few people were seen twice ({repeats}) for any model; see the lower bound instead.",
    "seen_once": "{single:.1%} of the people were seen only once: too many for any model; see the lower bound.",
    "bad_input": "The input cannot be used: {problem}.",
}
"""Why no estimate is given. Codes are stable: pages translate them."""

CAUTIONS: Mapping[str, str] = {
    "lower_bound": "Read this as “at least”: on real lists such methods came out too low more often than too high.",
    "limit_suppressed": "The {side} limit needs more replicates than were run, so it is not shown.",
    "no_upper_limit": "Some resampled tables give no finite answer, so there is no upper limit.",
    "no_interval": "The interval could not be worked out: {problem}.",
    "few_replicates": "Only {replicates} replicates: enough to look at, too few to publish (20,000).",
    "empty_list_dropped": "The list {list} is empty and was left out.",
    "same_list_dropped": "The lists {list} and {same} hold the same people; one was left out.",
    "replicates_without_estimate": "{share:.1%} of the resampled tables gave no finite estimate.",
    "near_ties": "Models that fit almost equally well give {lowest:,.0f} to {highest:,.0f}.",
    "grid_end": "{share:.1%} of the probability sits at the end of the range that was searched.",
    "complete_graph": "The graph that explains everything is included; it can take all the probability.",
    "near_cap": "{share:.1%} of the draws are near the cap of {cap:,.0f} that was asked for.",
    "two_modes": "The draws gather around two answers: about {low:,.0f} and about {high:,.0f}.",
    "few_independent_draws": "The chains hold only about {draws:.0f} independent draws.",
    "borderline": "It is a close call whether these belong in the model: {interactions}.",
    "one_seed": "All recruits stem from one first person: how first persons differ is not in the interval.",
    "survey_dependent": "The survey and the service reach the same people: the answer may be far off.",
    "duplicate_clients": "The register may hold people twice: the answer would be too high.",
    "two_lists": "Two lists cannot show whether one sighting makes the next more or less likely.",
    "unlisted_linkage": "How many matches were missed is not stated; missed matches push the answer up.",
    "known_group_off": "For the known group {group} the same answers give {ratio:.1f} times its true size.",
    "too_thin": "Only {repeats} people were seen twice and {single:.0%} just once: see the lower bound.",
    "few_linkages": "Only {linkages} linkages: the spread between them is poorly known.",
}
"""Cautions that go with an estimate. Codes are stable: pages translate them."""


@dataclass(frozen=True)
class Caution:
    """A warning beside an estimate: `code` is a key of `CAUTIONS`, `values` fill its sentence."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return CAUTIONS[self.code].format(**self.values)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "text": self.text, "values": dict(self.values)}


class NoEstimate(Exception):
    """There is no honest number. `reason` is a key of `REASONS`, `values` fill its sentence."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(REASONS[reason].format(**values))
        self.reason = reason
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.reason, self.values)

    def as_json(self) -> dict[str, Any]:
        return {"reason": self.reason, "text": str(self), "values": self.values}


def _rebuild(reason: str, values: Mapping[str, Any]) -> NoEstimate:
    return NoEstimate(reason, **values)


@dataclass(frozen=True)
class MethodAnswer:
    """One method's word on one population.

    `estimate`, `lower` and `upper` count people (the seen included), `None` where there is no honest value;
    `level` is the interval's nominal level; `details` holds what the method found on its way, ready for JSON.
    """

    method: str
    estimate: float | None
    lower: float | None = None
    upper: float | None = None
    level: float = 0.95
    cautions: tuple[Caution, ...] = ()
    refusal: NoEstimate | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def with_details(self, **details: Any) -> MethodAnswer:
        return replace(self, details={**self.details, **details})

    def with_cautions(self, *cautions: Caution) -> MethodAnswer:
        return replace(self, cautions=(*self.cautions, *cautions))

    def as_json(self) -> dict[str, Any]:
        """Plain values only: no infinity, no NaN, no arrays."""
        return {
            "method": self.method,
            "estimate": finite(self.estimate),
            "lower": finite(self.lower),
            "upper": finite(self.upper),
            "level": self.level,
            "warnings": [caution.as_json() for caution in self.cautions],
            "refusal": self.refusal.as_json() if self.refusal else None,
            "details": dict(self.details),
        }


def refused(method: str, refusal: NoEstimate) -> MethodAnswer:
    """The answer that says why there is none."""
    return MethodAnswer(method, None, refusal=refusal)


def finite(value: float | None) -> float | None:
    """The value as a plain float, or `None` where it is missing, infinite or not a number."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)
