"""What an attack found, and the line it must not cross."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """An attack's figure against one way of publishing. It succeeded if the figure is above the gate."""

    attack: str
    practice: str
    figure: float
    gate: float
    what: str

    @property
    def succeeded(self) -> bool:
        """Did the attack get through?"""
        return self.figure > self.gate
