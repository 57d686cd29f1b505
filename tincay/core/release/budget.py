"""The privacy budget: whole micro-rho, added up exactly, never overspent. The argument is in budget.md."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

MICRO = 1_000_000
DELTA = 1e-6


class OverBudget(ValueError):
    """This release would spend more than is left of the budget; nothing was spent."""


@dataclass(frozen=True)
class BudgetEntry:
    """What one release has spent, and for what."""

    purpose: str
    micro_rho: int


@dataclass(frozen=True)
class Budget:
    """A limit, and what was spent of it. A value: spending gives a new one."""

    limit: int
    spends: tuple[BudgetEntry, ...] = ()

    @property
    def spent(self) -> int:
        """Micro-rho spent so far."""
        return sum(spend.micro_rho for spend in self.spends)

    @property
    def left(self) -> int:
        """Micro-rho that may still be spent."""
        return self.limit - self.spent

    def charge(self, purpose: str, micro_rho: int) -> Budget:
        """The budget after this spend. Raises OverBudget, or ValueError for a spend of nothing."""
        if micro_rho <= 0:
            raise ValueError("A spend is a positive whole number of micro-rho.")
        if micro_rho > self.left:
            raise OverBudget(f"{micro_rho} micro-rho are asked for, {self.left} of {self.limit} are left.")
        return replace(self, spends=(*self.spends, BudgetEntry(purpose, micro_rho)))


def read_rho(text: str) -> int:
    """ "0.25" → 250000 micro-rho, exactly. Raises ValueError for anything finer, negative or zero."""
    try:
        micro = Fraction(text) * MICRO
    except (ValueError, ZeroDivisionError):
        micro = Fraction(0)
    if micro.denominator != 1 or micro <= 0:
        raise ValueError("rho must be positive and a whole number of millionths, like 0.25 or 0.0175.")
    return int(micro)


def epsilon(micro_rho: int, delta: float = DELTA) -> float:
    """The epsilon that people know: rho-zCDP is (epsilon, delta)-DP for this epsilon, rounded up to 0.01.

    Canonne, Kamath, Steinke, The Discrete Gaussian for Differential Privacy (2020), Corollary 13:
    for every a > 1, epsilon = a·rho + (log(1/(a·delta)) + (a − 1)·log(1 − 1/a)) / (a − 1).
    """
    rho = micro_rho / MICRO
    orders = [1 + math.exp(step / 200) for step in range(-2000, 3001)]
    return math.ceil(100 * min(_epsilon_at(order, rho, delta) for order in orders)) / 100


def _epsilon_at(order: float, rho: float, delta: float) -> float:
    tail = -math.log(order * delta) + (order - 1) * math.log1p(-1 / order)
    return max(0.0, order * rho + tail / (order - 1))
