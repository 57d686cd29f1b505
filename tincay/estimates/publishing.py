"""What may be said in public of an estimate: never a single number, never a refusal, only outward-rounded ranges.

The rules, one by one: province or country (the rows know nothing smaller); the gate was open; every method that
resamples did so at least 20,000 times; at least ten people; one answer for one table; ends rounded outward to two
figures and hashes salted, so that no count can be worked back; methods that refused are named.
"""

from collections.abc import Mapping
from math import ceil, floor, log10
from typing import Any, NamedTuple

from tincay.core.estimate.bootstrap import ENOUGH_TO_PUBLISH
from tincay.estimates.models import PublishedRun, Run
from tincay.estimates.tables import counts_key

FEWEST = 10
FEWEST_REPLICATES = ENOUGH_TO_PUBLISH


class RunNotPublished(Exception):
    """This run may not be published; `reason` is a code that the page words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PublicRange(NamedTuple):
    """What is said in public: people seen, the lower bound, and the range; no upper end where none was found."""

    seen: int
    bound: int
    lower: int
    upper: int | None


def round_down(value: float) -> int:
    """Two leading figures, never more than the value: 10,386 → 10,000; 87 → 85."""
    step = _step(value)
    return floor(value / step + 1e-9) * step


def round_up(value: float) -> int:
    """Two leading figures, never less than the value: 33,511 → 34,000."""
    step = _step(value)
    return ceil(value / step - 1e-9) * step


def _step(value: float) -> int:
    return 5 if value < 100 else int(10 ** (floor(log10(value)) - 1))


def refusal_to_publish(run: Run) -> str:
    """Why this run may not be published; an empty text when it may."""
    if run.state != "done" or not run.result:
        return "not_done"
    result: Mapping[str, Any] = run.result
    if not result["gate"]["open"]:
        return "gate"
    if result["headline"]["lower"] is None or result["lower_bound"]["estimate"] is None:
        return "no_range"
    if not thorough(run):
        return "few_replicates"
    if result["gate"]["seen"] < FEWEST:
        return "too_small"
    return "already" if answered(run) else ""


def thorough(run: Run) -> bool:
    """Whether this run worked as hard as what is published must: long chains, enough replicates of every method."""
    enough = all(number >= FEWEST_REPLICATES for number in replicates(run.result or {}).values())
    return run.effort == "publish" and bool(run.salt) and enough


def replicates(result: Mapping[str, Any]) -> dict[str, int]:
    """How many tables each method that resamples has drawn."""
    drawn = {each["method"]: each["details"].get("replicates") for each in result.get("panel", ())}
    return {method: number for method, number in drawn.items() if number is not None}


def answered(run: Run) -> PublishedRun | None:
    """What was published of the same counts, by this run or another, whatever the lists were called."""
    return PublishedRun.objects.filter(counts_key=counts_key(run.table)).first()


def public_range(result: Mapping[str, Any]) -> PublicRange:
    """The public words of a result behind an open gate."""
    headline, bound = result["headline"], result["lower_bound"]
    low = bound["estimate"] if bound["lower"] is None else bound["lower"]
    return PublicRange(
        seen=round_down(result["gate"]["seen"]),
        bound=round_down(low),
        lower=round_down(headline["lower"]),
        upper=None if headline["upper"] is None else round_up(headline["upper"]),
    )
