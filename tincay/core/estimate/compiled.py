"""The Gibbs sweeps of the latent-class model as one compiled loop. Importing this needs numba."""

from __future__ import annotations

import math

import numpy as np
from numba import config, njit

from .terms import Floats, Integers

ON = not config.DISABLE_JIT  # type: ignore[attr-defined]
"""False when numba is there but told not to compile: plain Python loops are far slower than numpy."""


@njit(nogil=True)
def _split(people: int, weights: Floats, into: Floats, draws: np.random.Generator) -> None:
    """Add a multinomial split of people over the classes to `into`."""
    left = weights.sum()
    last = len(weights) - 1
    for k in range(last):
        if people == 0:
            return
        share = weights[k] / left if left > 0 else 0.0
        if share >= 1.0:
            part = people
        elif people == 1:
            part = 1 if draws.random() < share else 0
        else:
            part = draws.binomial(people, share)
        into[k] += part
        people -= part
        left -= weights[k]
    into[last] += people


@njit(nogil=True)
def _log_gamma(shape: float, draws: np.random.Generator) -> float:
    return math.log(draws.standard_gamma(shape + 1.0)) - draws.standard_exponential() / shape


@njit(nogil=True)
def run_chain(
    shares: Floats,
    seen: Floats,
    missed: Floats,
    alpha: float,
    seen_on: Floats,
    counts: Integers,
    burn_in: int,
    thin: int,
    cap: int,
    most: float,
    swaps: int,
    kept: Floats,
    draws: np.random.Generator,
) -> bool:
    """Run one chain and fill `kept` with unseen people; False when it ran away beyond `most`."""
    cells, lists = seen_on.shape
    classes = len(shares)
    size = counts.sum()
    weights, split = np.empty(classes), np.empty(classes)
    for sweep in range(burn_in + thin * len(kept)):
        sightings, in_class = np.zeros((lists, classes)), np.zeros(classes)
        base = shares.copy()
        for j in range(lists):
            base += missed[j]
        gain = seen - missed
        for m in range(cells):
            _weigh(base, gain, seen_on[m], weights)
            split[:] = 0.0
            _split(counts[m], weights, split, draws)
            for k in range(classes):
                in_class[k] += split[k]
                for j in range(lists):
                    sightings[j, k] += seen_on[m, j] * split[k]
        hidden = _hide(base, weights)
        rate = draws.standard_gamma(float(size)) * hidden / max(1.0 - hidden, 1e-300)
        if rate > most:
            return False
        unseen = draws.poisson(rate)
        if 0 <= cap < unseen:
            unseen = cap
        _split(unseen, weights, in_class, draws)
        for _ in range(swaps):
            _swap_labels(alpha, in_class, sightings, draws)
        alpha = _renew(shares, seen, missed, alpha, sightings, in_class, draws)
        if sweep >= burn_in and (sweep - burn_in) % thin == 0:
            kept[(sweep - burn_in) // thin] = unseen
    return True


@njit(nogil=True)
def _weigh(base: Floats, gain: Floats, history: Floats, weights: Floats) -> None:
    """Weights of the classes for one history: `base` for never being seen, `gain` for each list it is on."""
    weights[:] = base
    for j in range(len(history)):
        if history[j]:
            weights += gain[j]
    top = weights.max()
    for k in range(len(weights)):
        weights[k] = math.exp(weights[k] - top)


@njit(nogil=True)
def _hide(base: Floats, weights: Floats) -> float:
    """Chance of never being seen; `weights` become each class's part of it."""
    for k in range(len(weights)):
        weights[k] = math.exp(base[k])
    return float(weights.sum())


@njit(nogil=True)
def _order_weight(alpha: float, in_class: Floats) -> float:
    """See `sweeps._order_weight`."""
    later = in_class[len(in_class) - 1]
    weight = math.lgamma(alpha + later) - math.lgamma(1.0 + later)
    for k in range(len(in_class) - 2, 0, -1):
        later += in_class[k]
        weight -= math.log(alpha + later)
    return weight


@njit(nogil=True)
def _swap_labels(alpha: float, in_class: Floats, sightings: Floats, draws: np.random.Generator) -> None:
    """See `sweeps._swap_labels`."""
    first = int(draws.random() * len(in_class))
    second = int(draws.random() * len(in_class))
    before = _order_weight(alpha, in_class)
    in_class[first], in_class[second] = in_class[second], in_class[first]
    if math.log(draws.random()) < _order_weight(alpha, in_class) - before:
        for j in range(len(sightings)):
            sightings[j, first], sightings[j, second] = sightings[j, second], sightings[j, first]
    else:
        in_class[first], in_class[second] = in_class[second], in_class[first]


@njit(nogil=True)
def _renew(
    shares: Floats,
    seen: Floats,
    missed: Floats,
    alpha: float,
    sightings: Floats,
    in_class: Floats,
    draws: np.random.Generator,
) -> float:
    """Draw the chances of being seen, the class shares and α anew."""
    lists, classes = sightings.shape
    for k in range(classes):
        for j in range(lists):
            first = draws.standard_gamma(1.0 + sightings[j, k])
            second = draws.standard_gamma(1.0 + in_class[k] - sightings[j, k])
            whole = math.log(first + second)
            seen[j, k], missed[j, k] = math.log(first) - whole, math.log(second) - whole
    later, before = in_class.sum(), 0.0
    for k in range(classes - 1):
        later -= in_class[k]
        first, second = _log_gamma(1.0 + in_class[k], draws), _log_gamma(alpha + later, draws)
        whole = max(first, second) + math.log1p(math.exp(-abs(first - second)))
        shares[k] = before + first - whole
        before += second - whole
    shares[classes - 1] = before
    return float(draws.standard_gamma(0.25 + classes - 1) / (0.25 - before))
