"""The methods by name, so that a command line or a page can offer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .answers import Answer, NoEstimate, refused
from .bic import by_bic
from .checks import Gate, gate
from .decomposable import decomposable
from .histories import Table
from .latent import latent
from .simple import chao, chapman_table
from .stepwise import stepwise
from .threshold import threshold

BOUNDS = ("chao", "chapman")
"""Methods that may speak where the gate is shut."""


@dataclass(frozen=True)
class Settings:
    """How hard to work: bootstrap replicates (None: 20,000 for stepwise, 2,000 for BIC, whose replicates each
    choose among up to 100 models), the seed of all random draws, and worker processes."""

    replicates: int | None = None
    seed: int = 1
    workers: int = 1


def _stepwise(held: Table, settings: Settings) -> Answer:
    replicates = settings.replicates or 20_000
    return stepwise(held, replicates=replicates, seed=settings.seed, workers=settings.workers)


def _bic(held: Table, settings: Settings) -> Answer:
    replicates = settings.replicates or 2_000
    return by_bic(held, replicates=replicates, seed=settings.seed, workers=settings.workers)


METHODS: Mapping[str, Callable[[Table, Settings], Answer]] = {
    "stepwise": _stepwise,
    "bic": _bic,
    "decomposable": lambda held, settings: decomposable(held),
    "latent": lambda held, settings: latent(held, seed=settings.seed),
    "threshold": lambda held, settings: threshold(held, seed=settings.seed),
    "chao": lambda held, settings: chao(held),
    "chapman": lambda held, settings: chapman_table(held),
}
"""Every method that takes a table: `METHODS[name](table, settings)` answers or raises NoEstimate."""


def ask(method: str, held: Table, settings: Settings) -> Answer:
    """The method's answer; a refusal comes back as an Answer too, and a thin table is said to be thin.

    Raises KeyError for an unknown name.
    """
    try:
        answer = METHODS[method](held, settings)
    except NoEstimate as refusal:
        return refused(method, refusal)
    door = gate(held)
    return answer if door.is_open or method in BOUNDS else answer.with_warnings(door.notice())


def ask_all(held: Table, settings: Settings) -> tuple[Gate | None, tuple[Answer, ...]]:
    """The gate (None for an empty table) and every method's answer; behind a shut gate only the bounds."""
    try:
        door = gate(held)
    except NoEstimate:
        door = None
    names = METHODS if door and door.is_open else BOUNDS
    return door, tuple(ask(name, held, settings) for name in names)
