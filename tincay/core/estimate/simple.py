"""Estimates a field team can check by hand: two lists, multipliers, and bounds from repeated sightings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, exp, log, sqrt

import numpy as np
from scipy.special import ndtri

from .answers import Caution, MethodAnswer, NoEstimate
from .histories import Table, tidy
from .loglinear import check_table, farthest, fit, log_likelihood, observed, require, standard_error
from .newton import climb
from .terms import Bools, Floats, design, model_name


def log_interval(seen: float, estimate: float, variance: float, level: float = 0.95) -> tuple[float, float]:
    """Limits that are symmetric for the log of the unseen (Burnham et al. 1987; Chao, Biometrics 43:783).

    With n0 = estimate − seen and C = exp(z·√log(1 + variance/n0²)): (seen + n0/C, seen + n0·C).
    """
    unseen = estimate - seen
    if unseen <= 0:
        return estimate, estimate
    factor = exp(_normal(level) * sqrt(log(1 + variance / unseen**2)))
    return seen + unseen / factor, seen + unseen * factor


def _normal(level: float) -> float:
    return float(ndtri((1 + level) / 2))


def chapman(first: int, second: int, both: int, *, missed: float = 0.0, level: float = 0.95) -> MethodAnswer:
    """Two lists: N = (n1+1)(n2+1)/(m+1) − 1 (Chapman 1951), with Seber's variance and a log interval.

    `missed` is the share of true matches that linkage missed (0 ≤ q < 1); m is then m/(1−q). Missing them
    without saying so inflates N by about 1/(1−q). Raises NoEstimate("bad_input").
    """
    if not 0 <= both <= min(first, second) or not 0 <= missed < 1 or not first + second:
        raise NoEstimate("bad_input", problem="the overlap must fit into both lists")
    m = min(both / (1 - missed), float(min(first, second)))
    estimate = (first + 1) * (second + 1) / (m + 1) - 1
    variance = (first + 1) * (second + 1) * (first - m) * (second - m) / ((m + 1) ** 2 * (m + 2))
    lower, upper = log_interval(first + second - m, estimate, variance, level)
    details = {"first": first, "second": second, "both": both, "missed": missed, "variance": variance}
    cautions = [Caution("lower_bound"), Caution("two_lists")]
    if not missed:
        cautions.append(Caution("unlisted_linkage"))
    return MethodAnswer("chapman", estimate, lower, upper, level, tuple(cautions), details=details)


def chapman_table(table: Table, *, level: float = 0.95) -> MethodAnswer:
    """`chapman` for a table of two lists that share some of their people; empty lists are left out first.

    Raises NoEstimate, also where so few are on both that the answer would be a thousand times the people seen.
    """
    neat, cautions = tidy(table)
    if len(neat.lists) != 2:
        raise NoEstimate("wrong_lists", needed=2, lists=len(neat.lists))
    check_table(neat, needed=2)
    first, second = neat.lists
    both = neat.overlap(first, second)
    answer = chapman(neat.list_size(first), neat.list_size(second), both, level=level)
    assert answer.estimate is not None
    if answer.estimate > farthest(neat):
        raise NoEstimate("too_thin", repeats=both)
    return answer.with_cautions(*cautions)


def independence(table: Table, *, level: float = 0.95) -> MethodAnswer:
    """All lists independent (main effects only): n + e^{α∅}, interval n + exp(α∅ ± z·se)."""
    neat, cautions = tidy(table)
    check_table(neat, needed=2)
    layout = design(len(neat.lists), 1)
    fits = fit(layout, observed(neat), layout.main_effects())
    require(fits)
    error = standard_error(layout, fits.means[0], layout.main_effects())
    return _conditional("independence", neat, float(fits.coefficients[0, 0]), error, level).with_cautions(
        *cautions
    )


def _conditional(method: str, table: Table, constant: float, error: float, level: float) -> MethodAnswer:
    reach = _normal(level) * error
    limits = table.size + exp(constant - reach), table.size + exp(constant + reach)
    details = {"standard_error_log_unseen": error}
    return MethodAnswer(
        method, table.size + exp(constant), *limits, level, (Caution("lower_bound"),), details=details
    )


def log_linear(table: Table, terms: Sequence[int], *, level: float = 0.95) -> MethodAnswer:
    """One given log-linear model (bit patterns of its terms), with its conditional interval.

    Raises NoEstimate("no_maximum") or NoEstimate("not_identifiable") instead of returning a huge number.
    """
    counts = observed(table)
    layout = design(len(table.lists), max(term.bit_count() for term in terms))
    chosen = layout.chosen(terms)
    fits = fit(layout, counts, chosen)
    require(fits)
    used = chosen & np.isfinite(fits.coefficients[0])
    error = standard_error(layout, fits.means[0], used)
    answer = _conditional("log_linear", table, float(fits.coefficients[0, 0]), error, level)
    return answer.with_details(
        model=model_name(layout, chosen), log_likelihood=float(log_likelihood(fits, counts)[0])
    )


def chao(table: Table, *, level: float = 0.95) -> MethodAnswer:
    """Lower bound that lets people differ in how visible they are, on lists that differ in reach (Mth).

    Log-linear: main effects, plus Σ_j η_j·max(k−j, 0) for people seen k ≥ 3 times, every η_j ≥ 0 (Chao's
    bound in the form of Rivest & Baillargeon, Biometrics 63:999, 2007). Details hold the bound that treats
    the lists as alike, n + (K−1)/K·f1²/(2·f2), and its form for small counts (Chao, Biometrics 43:783, 1987).
    Raises NoEstimate("no_maximum") where nobody was seen exactly twice or the bound runs away.
    """
    neat, cautions = tidy(table)
    check_table(neat, needed=2)
    if not neat.times_seen()[1]:
        raise NoEstimate("no_maximum")
    matrix = _hinged(neat)
    coefficients, used, means = _non_negative(neat, matrix)
    information = matrix[:, used].T @ (means[:, None] * matrix[:, used])
    error = sqrt(float(np.linalg.inv(information)[0, 0]))
    answer = _conditional("chao", neat, float(coefficients[0]), error, level).with_cautions(*cautions)
    return answer.with_details(**_alike(neat.size, neat.times_seen()))


def _alike(size: int, seen: Sequence[int]) -> dict[str, float]:
    once, twice, lists = seen[0], seen[1], len(seen)
    share = (lists - 1) / lists
    return {
        "lists_alike": size + share * once**2 / (2 * twice),
        "lists_alike_small_counts": size + share * once * (once - 1) / (2 * (twice + 1)),
    }


def _hinged(table: Table) -> Floats:
    """Main effects and max(k−j, 0) for j = 2 … K−1."""
    base = design(len(table.lists), 1).matrix
    times = base[:, 1:].sum(axis=1)
    hinges = [np.maximum(times - j, 0.0) for j in range(2, len(table.lists))]
    return np.column_stack([base, *hinges])


def _non_negative(table: Table, matrix: Floats) -> tuple[Floats, Bools, Floats]:
    """Fit with every hinge at 0 or above: hinges that come out negative leave, until none does."""
    counts = observed(table)
    used = np.ones((1, matrix.shape[1]), dtype=bool)
    hinges = np.arange(matrix.shape[1]) > len(table.lists)
    top = max(k for k, people in enumerate(table.times_seen(), start=1) if people)
    used[0, hinges] = np.arange(2, len(table.lists)) < top
    while True:
        coefficients, converged = climb(matrix, counts, used, np.ones_like(counts, dtype=bool), None, 100)
        negative = used[0] & hinges & (coefficients[0] < 0)
        if not negative.any():
            break
        used[0, negative] = False
    means = np.exp(coefficients[0] @ matrix.T)
    if not converged[0] or coefficients[0, 0] > log(farthest(table)):
        raise NoEstimate("no_maximum")
    return coefficients[0], used[0], means


def chao_repeats(times: Sequence[int], *, level: float = 0.95) -> MethodAnswer:
    """One list on which people may appear several times: at least n + f1²/(2·f2).

    `times[k]` counts people seen exactly k+1 times. Without anybody seen twice the form f1(f1−1)/2 is used
    (Chao 1987). Details hold Zelterman's n/(1 − exp(−2·f2/f1)) (J. Stat. Plan. Inf. 18:225, 1988).
    """
    if len(times) < 2 or min(times) < 0 or not sum(times):
        raise NoEstimate("bad_input", problem="counts of people seen once, twice and so on are needed")
    size, once, twice = sum(times), times[0], times[1]
    if not twice:
        unseen, variance = comb(once, 2) * 1.0, _variance_without_pairs(size, once)
    else:
        ratio = once / twice
        unseen, variance = once**2 / (2 * twice), twice * (ratio**4 / 4 + ratio**3 + ratio**2 / 2)
    lower, upper = log_interval(size, size + unseen, variance, level)
    details = {"zelterman": size / (1 - exp(-2 * twice / once)) if once and twice else None}
    return MethodAnswer(
        "chao", size + unseen, lower, upper, level, (Caution("lower_bound"),), details=details
    )


def _variance_without_pairs(size: int, once: int) -> float:
    if once < 2:
        return 0.0
    pairs = once * (once - 1) / 2
    return max(pairs + once * (2 * once - 1) ** 2 / 4 - once**4 / (4 * (size + pairs)), 0.0)


@dataclass(frozen=True)
class Share:
    """A proportion from a survey: its value and its variance (design effects included)."""

    value: float
    variance: float


def simple_share(yes: int, respondents: int) -> Share:
    """The share of a simple random sample, variance p(1−p)/(n−1). Raises NoEstimate("bad_input")."""
    if respondents < 2 or not 0 <= yes <= respondents:
        raise NoEstimate("bad_input", problem="at least two people must have been asked")
    value = yes / respondents
    return Share(value, value * (1 - value) / (respondents - 1))


def multiplier(
    reached: float,
    share: Share,
    *,
    reached_variance: float = 0.0,
    survey_dependent: bool = False,
    duplicates: bool = False,
    level: float = 0.95,
) -> MethodAnswer:
    """Unique object or service multiplier: N = M/P, by delta method var N = N²(var P/P² + var M/M²).

    `reached` (M) people got the object or used the service; `share` (P) of the population say so in a survey.
    The interval is symmetric for log N. The two flags say what the team knows to be wrong.
    (UNAIDS/WHO, Guidelines on Estimating the Size of Populations Most at Risk to HIV, 2010.)
    """
    if reached <= 0 or not 0 < share.value <= 1:
        raise NoEstimate("bad_input", problem="somebody must have been reached, and some must say so")
    estimate = reached / share.value
    relative = share.variance / share.value**2 + reached_variance / reached**2
    reach = exp(_normal(level) * sqrt(relative))
    flags = {"survey_dependent": survey_dependent, "duplicate_clients": duplicates}
    cautions = tuple(Caution(code) for code, true in flags.items() if true)
    details = {"share": share.value, "reached": reached, "relative_error": sqrt(relative)}
    return MethodAnswer(
        "multiplier", estimate, estimate / reach, estimate * reach, level, cautions, details=details
    )
