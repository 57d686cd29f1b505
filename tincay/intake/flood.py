"""What keeps a flood of junk from drowning a report: work for the sender's machine, and two lanes.

Nothing here knows an address. A report that was sealed on a phone is never refused: a nonce is stateless
(signed, dated) and used once, how much work is asked follows what came in lately, and who sends nothing of it
while much comes in is kept all the same, in a held queue that is sorted apart. So are more people in danger at one
desk than can be rung for, whatever work came with them. What was used and how much came in is counted for all
processes together (intake.tallies), and without a time.

Without JavaScript the server has to stretch the code itself (intake.derivations). A flood of such forms can fill that
lane: people are then told how long to wait, with what they typed still there. It cannot fill the sealed one.
"""

import math
import threading
import time
from datetime import datetime
from enum import Enum
from functools import lru_cache

from tincay.intake.tallies import HOUR, forget_counts, tallies, this_hour
from tincay.reports.envelope import Envelope, ProofOfWorkIn
from tincay.reports.receiving import Received, receive_report
from tincay.web.work import read_nonce, signed_nonce, zero_bits

QUIET = 30
"""Reports a minute up to which nobody is asked for more than the first bits."""
FIRST_BITS, MOST_BITS = 12, 14
"""An old phone tries 26,000 a second: 12 bits take it 0.2 s; 14 bits 0.6 s, and in 95 of 100 cases not 2 s."""
LEEWAY = 2
"""Bits by which a page that was opened in quieter times may fall short."""
NONCE_LASTS = 6 * 3600
"""Seconds: she may need half a day for her words."""
IN_DANGER, IN_DANGER_MINUTES = 5, 10
"""How many people in danger are rung for one by one at one desk, within how many minutes: no roster answers more.
Those after them are held: one ring, and their number on the page."""
ASKED = 50
"""Codes asked for in a minute, up to which nobody who mistyped waits: a busy day of every desk together."""
LOOK_S = 0.5
"""Seconds for which a process goes by the counts of others that it read last."""
LONGEST_WAIT = 10
"""Seconds that a browser waits at most because others ask."""
VISIT_POSTS = 100
"""What one visit of a quarter of an hour may post: more than anybody presses."""
PLAIN_BUDGET = 20
"""Reports a minute without JavaScript that go straight to the queue; more are held."""


class Work(Enum):
    """What the work that came with a report is worth."""

    DONE = "done"
    NONE = "none"
    AGAIN = "again"


class Rate:
    """Things of one lane in the last minute (or `minutes`), in all processes, forgotten smoothly; no list of what came
    when is kept.

    The shared counts say how many came in an hour. How many in a minute each process works out for itself, from how
    the counts grew between two looks: what others counted meanwhile is taken as spread evenly over the time between.
    What a process counts itself it knows at once; it tells the others when it looks, every LOOK_S seconds at most.
    What it had not told when it was killed is forgotten.
    """

    def __init__(self, lane: str, minutes: float = 1, *, looks_always: bool = False) -> None:
        self._lane = lane
        self._minutes = minutes
        self._looks_always = looks_always
        self._lock = threading.Lock()
        self._level = 0.0
        self._at = self._looked_at = -math.inf
        self._untold = 0
        self._seen: dict[str, int] = {}

    def add(self) -> None:
        self._go_on(own=1)

    def level(self) -> float:
        return self._go_on()

    def _go_on(self, own: int = 0) -> float:
        with self._lock:
            now = time.monotonic()
            self._level = self._level * math.exp(-self._lengths(now - self._at)) + own
            self._untold += own
            self._at = now
            if self._looks_always or now - self._looked_at >= LOOK_S:
                self._level += self._by_others(now)
            return self._level

    def _by_others(self, now: float) -> float:
        """Tell what was counted here; what is left by now of what others counted since the last look."""
        hour = this_hour()
        if self._untold:
            tallies().add(f"{self._lane} {hour}", hour, self._untold)
        # The last hour too: what came after the last look at it, or from a machine whose clock is a little late.
        counts = tallies().read([f"{self._lane} {hour}" for hour in (hour - 1, hour)])
        new = sum(max(0, count - self._seen.get(name, 0)) for name, count in counts.items())
        passed = self._lengths(min(now - self._looked_at, HOUR + time.time() % HOUR))
        others = max(0, new - self._untold)
        self._seen, self._looked_at, self._untold = counts, now, 0
        return others * _left_of_one(passed)

    def _lengths(self, seconds: float) -> float:
        """So many times the lane's minutes."""
        return seconds / 60 / self._minutes


def _left_of_one(passed: float) -> float:
    """What is left of one thing that came at any moment of so many times the lane's minutes."""
    return -math.expm1(-passed) / passed if passed else 1.0


sealed_lane, plain_lane, asked_lane = Rate("sealed"), Rate("plain"), Rate("asked")


def bits_asked() -> int:
    """Zero bits that a new page asks for: more, the more came in within a minute."""
    crowd = sealed_lane.level() / QUIET
    return min(MOST_BITS, FIRST_BITS + max(0, math.ceil(math.log2(crowd)) * 2 if crowd > 0 else 0))


@lru_cache(maxsize=256)  # what a sender calls a desk may be none
def danger_lane(desk: str) -> Rate:
    """People in danger now who come to this desk."""
    return Rate(f"danger {desk}", IN_DANGER_MINUTES, looks_always=True)


def receive(*, envelope: Envelope, sealed_by: str, crowded: bool, now: datetime) -> Received:
    """Keep a report; apart, where its lane is crowded or more people in danger come to its desk than can be rung for.

    Raises as reports.receiving.receive_report.
    """
    lane = danger_lane(envelope.desk) if envelope.priority == "p0" else None
    held = crowded or (lane is not None and lane.level() + 1 > IN_DANGER)
    received = receive_report(envelope=envelope, sealed_by=sealed_by, held=held, now=now)
    if lane and received.new:
        lane.add()
    return received


def wait_for_asking() -> int:
    """Seconds to wait for the next code, for whoever has just tried one: none, until many are asked for."""
    crowd = asked_lane.level() / ASKED
    return min(LONGEST_WAIT, math.ceil(crowd)) if crowd > 1 else 0


def crowded() -> bool:
    """Whether more comes in than is let through without work."""
    return sealed_lane.level() > QUIET


def new_nonce() -> dict[str, str | int]:
    """What the page hands out: a nonce and how many zero bits it has to be brought to."""
    return signed_nonce(bits_asked())


def worth(work: ProofOfWorkIn | None) -> Work:
    """Judge the work once: a nonce that is judged good is spent."""
    if work is None:
        return Work.NONE
    read = read_nonce(work.nonce)
    if read is None:
        return Work.AGAIN
    issued, bits = read
    fresh = issued + NONCE_LASTS > time.time() and bits >= bits_asked() - LEEWAY
    if (
        not fresh
        or zero_bits(work.nonce, work.counter) < bits
        or not _spend(work.nonce, issued + NONCE_LASTS)
    ):
        return Work.AGAIN
    return Work.DONE


def may_post(visit: str) -> bool:
    """Count one more post of this visit; whether it is one of those that a visit may have."""
    return tallies().add(f"visit {visit}", this_hour()) <= VISIT_POSTS


def forget(*, now: datetime) -> int:
    """Take away the counts of hours that are over; how many. `now` is the machine's clock."""
    return forget_counts(int(now.timestamp()) // HOUR - 1)


def _spend(nonce: str, until: int) -> bool:
    """Whether this is its first time, in any process. It is known as long as it could be spent again."""
    return tallies().add(f"nonce {nonce}", until // HOUR) == 1
