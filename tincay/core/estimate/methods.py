"""The methods by name, so that a command line or a page can offer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .answers import Answer, NoEstimate, refused
from .histories import Table
from .simple import chao, chapman_table
from .stepwise import stepwise


@dataclass(frozen=True)
class Settings:
    """How hard to work: bootstrap replicates, the seed of all random draws, and worker processes."""

    replicates: int = 20_000
    seed: int = 1
    workers: int = 1


def _stepwise(held: Table, settings: Settings) -> Answer:
    return stepwise(held, replicates=settings.replicates, seed=settings.seed, workers=settings.workers)


METHODS: Mapping[str, Callable[[Table, Settings], Answer]] = {
    "stepwise": _stepwise,
    "chao": lambda held, settings: chao(held),
    "chapman": lambda held, settings: chapman_table(held),
}
"""Every method that takes a table: `METHODS[name](table, settings)` answers or raises NoEstimate."""


def ask(method: str, held: Table, settings: Settings) -> Answer:
    """The method's answer; a refusal comes back as an Answer too. Raises KeyError for an unknown name."""
    try:
        return METHODS[method](held, settings)
    except NoEstimate as refusal:
        return refused(method, refusal)
