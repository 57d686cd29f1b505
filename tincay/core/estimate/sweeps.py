"""One Gibbs sweep of the latent-class model after another, all chains side by side in numpy.

With numba installed each chain can run compiled instead; the module works without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy.special import gammaln

from .answers import NoEstimate
from .terms import Floats, Integers

MOST_UNSEEN = 1e15
"""Beyond this a chain has run away: the run is refused, never cut off in silence."""
PRIOR = 0.25
SWAPS = 3
"""Label swaps offered in each sweep; without them chains stay for 100,000 sweeps where they began."""


class SweepSettings(Protocol):
    """What a run needs to know of the sampler's settings."""

    @property
    def burn_in(self) -> int: ...
    @property
    def kept(self) -> int: ...
    @property
    def thin(self) -> int: ...
    @property
    def classes(self) -> int: ...
    @property
    def cap(self) -> int | None: ...


@lru_cache(maxsize=1)
def compiles() -> bool:
    """Whether numba is there and may compile. Asked late: importing numba takes longer than most answers."""
    try:
        from .compiled import ON
    except ImportError:
        return False
    return bool(ON)


Seeds = Sequence[np.random.SeedSequence]


@dataclass
class ChainState:
    """C chains: log class shares (C×K), log chances of being seen and missed (C×J×K each), α (C)."""

    shares: Floats
    seen: Floats
    missed: Floats
    alpha: Floats


def start(chains: int, lists: int, classes: int, draws: np.random.Generator) -> ChainState:
    """Dispersed starts: from chains in which everybody is easily seen to chains in which hardly anyone is."""
    reach = np.geomspace(0.02, 0.9, chains)[:, None, None]
    chance = reach * draws.uniform(0.1, 1.0, (chains, lists, classes))
    shares = draws.dirichlet(np.ones(classes), chains)
    return ChainState(np.log(shares), np.log(chance), np.log1p(-chance), np.full(chains, PRIOR * 4))


def plain(seen_on: Floats, counts: Integers, seeds: Seeds, settings: SweepSettings) -> Floats:
    """Unseen people in each kept sweep, chains×kept/thin. `seen_on`: M occupied cells × J lists of 0/1."""
    draws = np.random.default_rng(seeds[0])
    state = start(len(seeds), seen_on.shape[1], settings.classes, draws)
    kept = np.empty((len(seeds), settings.kept // settings.thin))
    for sweep in range(settings.burn_in + settings.thin * kept.shape[1]):
        unseen = _sweep(state, seen_on, counts, settings.cap, draws)
        at, skipped = divmod(sweep - settings.burn_in, settings.thin)
        if at >= 0 and not skipped:
            kept[:, at] = unseen
    return kept


def _sweep(
    state: ChainState, seen_on: Floats, counts: Integers, cap: int | None, draws: np.random.Generator
) -> Integers:
    """One pass over everything that is not known; returns the unseen people of each chain."""
    logs = state.shares[:, None, :] + seen_on @ state.seen + (1 - seen_on) @ state.missed
    split = draws.multinomial(counts, _weights(logs))
    hidden = state.shares + state.missed.sum(axis=1)
    unseen = _unseen(hidden, int(counts.sum()), cap, draws)
    in_class = split.sum(axis=1) + draws.multinomial(unseen, _weights(hidden))
    sightings = np.asarray(seen_on.T @ split, dtype=np.float64)
    for _ in range(SWAPS):
        _swap_labels(state.alpha, in_class, sightings, draws)
    first = draws.standard_gamma(1.0 + sightings)
    second = draws.standard_gamma(1.0 + in_class[:, None, :] - sightings)
    whole = np.log(first + second)
    state.seen, state.missed = np.log(first) - whole, np.log(second) - whole
    later = in_class[:, ::-1].cumsum(axis=1)[:, ::-1] - in_class
    stick, rest = _log_beta(1.0 + in_class[:, :-1], state.alpha[:, None] + later[:, :-1], draws)
    state.shares[:, :-1] = stick
    state.shares[:, -1] = 0.0
    state.shares[:, 1:] += rest.cumsum(axis=1)
    classes = in_class.shape[1]
    state.alpha = draws.gamma(PRIOR + classes - 1, 1 / (PRIOR - rest.sum(axis=1)))
    return unseen


def _swap_labels(alpha: Floats, in_class: Integers, sightings: Floats, draws: np.random.Generator) -> None:
    """Offer each chain to swap the labels of two classes, so that it cannot be caught in their order.

    Stick breaking prefers large classes first. With the sticks integrated out the order of the classes has
    probability ∝ Γ(α + m)/Γ(1 + m) · Π 1/(α + people in later classes), m the people of the last class and the
    product over the first K−2 (after Papaspiliopoulos & Roberts, Biometrika 95:169, 2008); the swap is taken
    with the usual odds.
    """
    chains, classes = in_class.shape
    row: Integers = np.arange(chains)
    first: Integers = draws.integers(0, classes, (chains,))
    second: Integers = draws.integers(0, classes, (chains,))
    swapped = in_class.copy()
    swapped[row, first], swapped[row, second] = in_class[row, second], in_class[row, first]
    gain = _order_weight(alpha, swapped) - _order_weight(alpha, in_class)
    taken = row[np.log(draws.random(chains)) < gain]
    in_class[taken] = swapped[taken]
    pair = sightings[taken, :, first[taken]]
    sightings[taken, :, first[taken]] = sightings[taken, :, second[taken]]
    sightings[taken, :, second[taken]] = pair


def _order_weight(alpha: Floats, in_class: Integers) -> Floats:
    """Log probability of the classes' order, up to a constant."""
    later = in_class[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:-1]
    last = in_class[:, -1]
    weight: Floats = gammaln(alpha + last) - gammaln(1 + last) - np.log(alpha[:, None] + later).sum(axis=1)
    return weight


def _weights(logs: Floats) -> Floats:
    """Shares from log weights; the last class takes what rounding leaves."""
    shares: Floats = np.exp(logs - logs.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return shares


def _log_beta(a: Floats, b: Floats, draws: np.random.Generator) -> tuple[Floats, Floats]:
    """Logs of a Beta(a, b) draw and of its complement, exact also where one of them is next to nothing."""
    first, second = _log_gamma(a, draws), _log_gamma(b, draws)
    whole = np.logaddexp(first, second)
    return first - whole, second - whole


def _log_gamma(shape: Floats, draws: np.random.Generator) -> Floats:
    logs: Floats = np.log(draws.standard_gamma(shape + 1)) - draws.standard_exponential(shape.shape) / shape
    return logs


def _unseen(hidden: Floats, size: int, cap: int | None, draws: np.random.Generator) -> Integers:
    """Negative binomial: the people missed before `size` were seen, each missed with chance Σ_k e^{hidden}."""
    missed = np.exp(hidden).sum(axis=1)
    rate = draws.standard_gamma(size, len(missed)) * missed / np.maximum(1 - missed, 1e-300)
    if rate.max() > MOST_UNSEEN:
        raise NoEstimate("no_maximum")
    unseen: Integers = draws.poisson(rate)
    return unseen if cap is None else np.minimum(unseen, cap)


def compiled(seen_on: Floats, counts: Integers, seeds: Seeds, settings: SweepSettings) -> Floats:
    """The same as `plain`, each chain on its own in compiled code. Needs numba."""
    state = start(len(seeds), seen_on.shape[1], settings.classes, np.random.default_rng(seeds[0]))
    kept = [_one_chain(state, c, seen_on, counts, seed, settings) for c, seed in enumerate(seeds)]
    return np.stack(kept)


def _one_chain(
    state: ChainState,
    c: int,
    seen_on: Floats,
    counts: Integers,
    seed: np.random.SeedSequence,
    settings: SweepSettings,
) -> Floats:
    from .compiled import run_chain

    kept = np.empty(settings.kept // settings.thin)
    cap = -1 if settings.cap is None else settings.cap
    draws = np.random.default_rng(seed.spawn(1)[0])
    whole = run_chain(
        state.shares[c].copy(),
        state.seen[c].copy(),
        state.missed[c].copy(),
        float(state.alpha[c]),
        seen_on,
        counts,
        settings.burn_in,
        settings.thin,
        cap,
        MOST_UNSEEN,
        SWAPS,
        kept,
        draws,
    )
    if not whole:
        raise NoEstimate("no_maximum")
    return kept
