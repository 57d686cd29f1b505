"""The methods by name, so that a command line or a page can offer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .answers import MethodAnswer, NoEstimate, refused
from .bic import by_bic
from .checks import Gate, gate_of
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


def _stepwise(table: Table, settings: Settings) -> MethodAnswer:
    replicates = settings.replicates or 20_000
    return stepwise(table, replicates=replicates, seed=settings.seed, workers=settings.workers)


def _bic(table: Table, settings: Settings) -> MethodAnswer:
    replicates = settings.replicates or 2_000
    return by_bic(table, replicates=replicates, seed=settings.seed, workers=settings.workers)


METHODS: Mapping[str, Callable[[Table, Settings], MethodAnswer]] = {
    "stepwise": _stepwise,
    "bic": _bic,
    "decomposable": lambda table, settings: decomposable(table),
    "latent": lambda table, settings: latent(table, seed=settings.seed),
    "threshold": lambda table, settings: threshold(table, seed=settings.seed),
    "chao": lambda table, settings: chao(table),
    "chapman": lambda table, settings: chapman_table(table),
}
"""Every method that takes a table: `METHODS[name](table, settings)` answers or raises NoEstimate."""


def ask(method: str, table: Table, settings: Settings) -> MethodAnswer:
    """The method's answer; a refusal comes back as an Answer too, and a thin table is said to be thin.

    Raises KeyError for an unknown name.
    """
    try:
        answer = METHODS[method](table, settings)
    except NoEstimate as refusal:
        return refused(method, refusal)
    gate = gate_of(table)
    return answer if gate.is_open or method in BOUNDS else answer.with_cautions(gate.caution())


def ask_all(table: Table, settings: Settings) -> tuple[Gate | None, tuple[MethodAnswer, ...]]:
    """The gate (None for an empty table) and every method's answer; behind a shut gate only the bounds."""
    try:
        gate = gate_of(table)
    except NoEstimate:
        gate = None
    names = METHODS if gate and gate.is_open else BOUNDS
    return gate, tuple(ask(name, table, settings) for name in names)
