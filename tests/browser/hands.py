"""What a frightened person's hands do, drawn beforehand: the same for the same seed, for ever.

Frozen: a seed that failed once stays what it was, so nothing here may change; more seeds are drawn instead.
"""

import random
from dataclasses import dataclass

DOORS = ("help", "tell", "warn", "ask")
SIZES = ((320, 568), (360, 640), (412, 800))
GESTURES = {
    "go": 54, "any": 16, "point": 4, "swipe": 4, "long": 1, "back": 5, "forward": 2, "turn": 2, "language": 2,
    "reload": 2, "tab": 1, "wait": 4, "late": 1, "key": 2,
}  # fmt: skip
LENGTH = 40


@dataclass(frozen=True)
class Gesture:
    """One movement. The numbers between nought and one choose what it falls on."""

    kind: str
    which: float
    where: tuple[float, float]
    apart: tuple[int, ...]
    """Milliseconds before the second and third tap; none for a single one."""
    lies: int
    pause: int
    choice: float


@dataclass(frozen=True)
class Plan:
    """Who comes, with which phone, and what she does."""

    seed: int
    door: str
    size: tuple[int, int]
    language: str
    gestures: tuple[Gesture, ...]


def plan(seed: int, length: int = LENGTH) -> Plan:
    """The same for the same seed, for ever."""
    drawn = random.Random(f"monkey {seed}")
    door = (*DOORS, "visit", "visit")[seed % 6]
    language = "vi" if drawn.random() < 0.8 else "en"
    return Plan(seed, door, SIZES[seed // 6 % 3], language, tuple(_gesture(drawn) for _ in range(length)))


def _gesture(drawn: random.Random) -> Gesture:
    taps = drawn.choices((1, 2, 3), (65, 30, 5))[0]
    hasty = drawn.random() < 0.15
    return Gesture(
        kind=drawn.choices(list(GESTURES), list(GESTURES.values()))[0],
        which=drawn.random(),
        where=(drawn.random(), drawn.random()),
        apart=tuple(drawn.randint(60, 400) for _ in range(taps - 1)),
        lies=drawn.choice((0, 0, 40, 120)),
        pause=drawn.randint(80, 450) if hasty else drawn.randint(600, 2500),
        choice=drawn.random(),
    )
