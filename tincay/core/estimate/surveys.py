"""What a survey among people who know each other can say: shares weighted by network size, and scale-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .answers import Caution, MethodAnswer, NoEstimate
from .simple import Share, multiplier
from .terms import Floats

Recruits = Mapping[int | None, Sequence[int]]


@dataclass(frozen=True)
class Respondent:
    """One person of a respondent-driven sample: who recruited them (None for a first person), how many
    people of the group they know, and whether they answered yes."""

    number: int
    recruiter: int | None
    degree: float
    yes: bool


@dataclass(frozen=True)
class SampledShare:
    """A share with its interval and cautions. `share` feeds `multiplier`."""

    share: Share
    lower: float
    upper: float
    cautions: tuple[Caution, ...]


def weighted_share(degrees: Floats, yes: Floats) -> float:
    """RDS-II: Σ_{yes} 1/d over Σ 1/d (Volz & Heckathorn, J. Official Statistics 24:79, 2008)."""
    return float((yes / degrees).sum() / (1 / degrees).sum())


def recruited_share(
    respondents: Sequence[Respondent], *, replicates: int = 2_000, seed: int = 1, level: float = 0.95
) -> SampledShare:
    """The RDS-II share with a tree bootstrap (Baraff, McCormick & Raftery, PNAS 113:14668, 2016).

    First persons are drawn anew, then each one's recruits, and so on down the tree. Raises
    NoEstimate("bad_input") for a degree below 1, unknown recruiters, circles or fewer than 2 people.
    """
    people = {person.number: person for person in respondents}
    recruits = _recruits(people, len(respondents))
    degrees, yes = _columns([people[number] for number in people])
    draws = np.random.default_rng(seed)
    values = [_redrawn(people, recruits, draws) for _ in range(replicates)]
    tail = (1 - level) / 2
    lower, upper = np.quantile(values, [tail, 1 - tail])
    share = Share(weighted_share(degrees, yes), float(np.var(values, ddof=1)))
    cautions = (Caution("one_seed"),) if len(recruits[None]) == 1 else ()
    return SampledShare(share, float(lower), float(upper), cautions)


def _recruits(people: Mapping[int, Respondent], respondents: int) -> Recruits:
    """Who recruited whom, checked to be trees that reach everybody."""
    recruiters_known = all(
        person.recruiter is None or person.recruiter in people for person in people.values()
    )
    if len(people) != respondents or respondents < 2 or not recruiters_known:
        raise NoEstimate(
            "bad_input", problem="every person needs a number of their own and a known recruiter"
        )
    if any(person.degree < 1 for person in people.values()):
        raise NoEstimate("bad_input", problem="everybody knows at least one person of the group")
    recruits: dict[int | None, list[int]] = {None: []}
    for person in people.values():
        recruits.setdefault(person.recruiter, []).append(person.number)
    reached = list(recruits[None])
    for number in reached:
        reached += recruits.get(number, [])
    if len(reached) != respondents:
        raise NoEstimate("bad_input", problem="somebody was recruited in a circle")
    return recruits


def _columns(people: Sequence[Respondent]) -> tuple[Floats, Floats]:
    return np.array([p.degree for p in people], float), np.array([p.yes for p in people], float)


def _redrawn(people: Mapping[int, Respondent], recruits: Recruits, draws: np.random.Generator) -> float:
    """The share in one redrawn forest."""
    level = list(draws.choice(recruits[None], len(recruits[None])))
    chosen = list(level)
    while level:
        below = [recruits[number] for number in level if number in recruits]
        level = [number for some in below for number in draws.choice(some, len(some))]
        chosen += level
    return weighted_share(*_columns([people[number] for number in chosen]))


def recruited_multiplier(reached: float, respondents: Sequence[Respondent], *, seed: int = 1) -> MethodAnswer:
    """Service multiplier with the share of a respondent-driven sample: N = reached / RDS-II share."""
    sampled = recruited_share(respondents, seed=seed)
    answer = multiplier(reached, sampled.share)
    return answer.with_cautions(*sampled.cautions).with_details(
        share_lower=sampled.lower, share_upper=sampled.upper, seed=seed
    )


def scale_up(
    known_groups: Floats,
    group_sizes: Sequence[float],
    hidden: Floats,
    total: float,
    *,
    replicates: int = 2_000,
    seed: int = 1,
    level: float = 0.95,
) -> MethodAnswer:
    """Network scale-up (Killworth et al., Evaluation Review 22:289, 1998): N_H = N·Σy_i/Σd_i.

    `known_groups`: respondents×groups, how many people of each known group they know; `group_sizes`: sizes of those
    groups; `hidden`: how many people of the hidden group each knows (y_i); `total`: the population (N).
    d_i = N·Σ_k y_ik/Σ_k N_k. The interval redraws respondents. A known group that the same answers miss by
    half or more is named in the warnings. Raises NoEstimate("bad_input").
    """
    sizes = np.asarray(group_sizes, float)
    _check_scale_up(known_groups, sizes, hidden, total)
    estimate = _scaled(known_groups, sizes, hidden)
    draws = np.random.default_rng(seed)
    rows = draws.integers(0, len(hidden), (replicates, len(hidden)))
    met = known_groups.sum(axis=1)[rows].sum(axis=1)
    values = np.where(met > 0, sizes.sum() * hidden[rows].sum(axis=1) / np.maximum(met, 1), np.inf)
    tail = (1 - level) / 2
    lower, upper = np.quantile(values, [tail, 1 - tail], method="inverted_cdf")
    ratios = {k: _ratio(known_groups, sizes, k) for k in range(len(sizes))}
    cautions = tuple(
        Caution("known_group_off", {"group": k + 1, "ratio": ratio})
        for k, ratio in ratios.items()
        if not 0.5 < ratio < 2
    )
    details = {
        "known_group_ratios": list(ratios.values()),
        "network": _network(known_groups, sizes, total),
        "seed": seed,
    }
    return MethodAnswer("scale_up", estimate, float(lower), float(upper), level, cautions, details=details)


def _check_scale_up(known_groups: Floats, sizes: Floats, hidden: Floats, total: float) -> None:
    fits = (
        known_groups.ndim == 2
        and known_groups.shape == (len(hidden), len(sizes))
        and len(hidden) > 1
        and len(sizes) > 1
    )
    if not fits or min(known_groups.min(), hidden.min()) < 0 or sizes.min() <= 0 or total < sizes.max():
        raise NoEstimate("bad_input", problem="two known groups and one row per respondent are needed")
    if not known_groups.sum():
        raise NoEstimate("bad_input", problem="nobody knows anybody of the known groups")


def _scaled(known_groups: Floats, sizes: Floats, hidden: Floats) -> float:
    return float(sizes.sum() * hidden.sum() / known_groups.sum())


def _ratio(known_groups: Floats, sizes: Floats, group: int) -> float:
    """The known group's size as the others estimate it, over its true size."""
    others = np.delete(known_groups, group, axis=1)
    if not others.sum():
        return float("inf")
    return _scaled(others, np.delete(sizes, group), known_groups[:, group]) / float(sizes[group])


def _network(known_groups: Floats, sizes: Floats, total: float) -> float:
    """Mean number of people that a respondent knows."""
    return float(total * known_groups.sum(axis=1).mean() / sizes.sum())
