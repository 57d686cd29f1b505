"""Which step of a report may follow which, and what has to be true first.

A report goes through eight stages in this order and leaves none out. It is handled only after the
person was answered; it ends without an answer only for the few reasons named here (domain §0,
"Life of a report"). Waiting for the reporter is a pause of the clock, not a stage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, NamedTuple

STAGES = (
    "received",
    "acknowledged",
    "verified",
    "classified",
    "in_handling",
    "answered",
    "handled",
    "closed",
)

NOT_HELPED = frozenset({"lost_contact", "no_basis"})
"""Handling results (codes of the list) that do not make a report handled."""
NOTHING_TO_ANSWER = frozenset({"spam_test", "malicious", "duplicate", "no_harm_described"})
"""Verification results that may end a report without an answer, when two people agree."""
HER_WISH = frozenset({"withdrawn", "deleted"})
"""Ends that only the person decides, at any stage."""
ENDS_WITHOUT_ANSWER = NOTHING_TO_ANSWER | HER_WISH | {"lost_contact"}

SAFE_TRIES = 3
TRIES_WITHIN = timedelta(days=30)
QUIET_FOR = timedelta(days=30)
REOPEN_MONTHS = 3
KEPT_DAYS = {"r30": 30, "r90": 90, "r12m": 365, "r5y": 5 * 365, "r_child": 7 * 365}
"""Days after the month of closing until words are taken away, by code of retention_class."""


class WrongStage(Exception):
    """A step that may not be taken now. `code` says why, for the page to put into kind words.

    out_of_order · no_answer · no_result · no_reason · one_person · too_few_tries · no_message · too_early · too_late
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# Each step is a value with the facts that it needs and no others; it leads from one stage to the next.


@dataclass(frozen=True)
class Acknowledge:
    """Somebody has opened it."""

    start: ClassVar[str] = "received"
    end: ClassVar[str] = "acknowledged"


@dataclass(frozen=True)
class Verify:
    """There is enough to go on, or not (codes of verification_result)."""

    result: str
    start: ClassVar[str] = "acknowledged"
    end: ClassVar[str] = "verified"


@dataclass(frozen=True)
class Classify:
    """What kind of matter it is (codes of classification)."""

    classification: str
    start: ClassVar[str] = "verified"
    end: ClassVar[str] = "classified"


@dataclass(frozen=True)
class Begin:
    """Somebody begins to help."""

    start: ClassVar[str] = "classified"
    end: ClassVar[str] = "in_handling"


@dataclass(frozen=True)
class Answer:
    """She was told what was done, or why nothing can be done."""

    start: ClassVar[str] = "in_handling"
    end: ClassVar[str] = "answered"


@dataclass(frozen=True)
class Handle:
    """What came of it for her (codes of handling_result)."""

    result: str
    start: ClassVar[str] = "answered"
    end: ClassVar[str] = "handled"


@dataclass(frozen=True)
class Close:
    """The end after it was handled. quiet_since: the day it was handled or of the last message after that."""

    quiet_since: date | None
    she_asked: bool = False
    start: ClassVar[str] = "handled"
    end: ClassVar[str] = "closed"


@dataclass(frozen=True)
class Dismiss:
    """An end because nothing is to be answered. people: how many different people decided."""

    reason: str
    people: int
    end: ClassVar[str] = "closed"


class Attempt(NamedTuple):
    """A day on which somebody tried to reach her, and how (codes of safe_try_way)."""

    day: date
    way: str


@dataclass(frozen=True)
class LoseContact:
    """An end because she cannot be reached. people: how many different people decided; where somebody may be in danger
    (urgent) one is not enough."""

    attempts: Sequence[Attempt]
    urgent: bool
    people: int
    end: ClassVar[str] = "closed"


@dataclass(frozen=True)
class Withdraw:
    """Her wish to end it, or to have it deleted, at any stage."""

    deletes: bool = False
    end: ClassVar[str] = "closed"


@dataclass(frozen=True)
class Reopen:
    """Open again what was closed. closed_in: a day of the month of closing."""

    closed_in: date | None
    start: ClassVar[str] = "closed"
    end: ClassVar[str] = "in_handling"


EarlyEnd = Dismiss | LoseContact | Withdraw
"""Steps that end a report before it was handled."""
Ending = Close | EarlyEnd
OrderedStep = Acknowledge | Verify | Classify | Begin | Answer | Handle | Close | Reopen
"""Steps that start at one stage only."""
Step = OrderedStep | EarlyEnd


def after(stage: str, step: Step, *, answered: bool, today: date) -> str:
    """The stage to which a step leads. Raises WrongStage otherwise.

    answered: a message with the result was sent to the reporter.
    """
    if isinstance(step, EarlyEnd):
        _check_early_end(stage, step, today)
        return step.end
    if stage != step.start:
        raise WrongStage("out_of_order")
    if isinstance(step, Handle):
        _check_handling(answered, step.result)
    elif isinstance(step, Close):
        _check_closing(step, today)
    elif isinstance(step, Reopen):
        _check_reopening(step.closed_in, today)
    return step.end


def reached(stage: str, wanted: str) -> bool:
    """Has a report in `stage` been through `wanted`? (Asked of reports that were not closed early.)"""
    return STAGES.index(stage) >= STAGES.index(wanted)


def check_attempts(attempts: Sequence[Attempt], today: date) -> None:
    """Attempts on three different days in the thirty days that end today, at least one of them a message behind the
    receipt. Raises WrongStage otherwise."""
    recent = [attempt for attempt in attempts if today - TRIES_WITHIN <= attempt.day <= today]
    if len({attempt.day for attempt in recent}) < SAFE_TRIES:
        raise WrongStage("too_few_tries")
    if not any(attempt.way == "message" for attempt in recent):
        raise WrongStage("no_message")


def _check_handling(answered: bool, result: str) -> None:
    if not answered:
        raise WrongStage("no_answer")
    if not result or result in NOT_HELPED:
        raise WrongStage("no_result")


def _check_early_end(stage: str, step: EarlyEnd, today: date) -> None:
    if stage == "closed":
        raise WrongStage("out_of_order")
    if isinstance(step, Withdraw):
        return
    if stage == "received":  # nobody has read it yet
        raise WrongStage("out_of_order")
    needs_two = True
    if isinstance(step, LoseContact):
        check_attempts(step.attempts, today)
        needs_two = step.urgent
    elif step.reason not in NOTHING_TO_ANSWER:
        raise WrongStage("no_reason")
    if needs_two and step.people < 2:
        raise WrongStage("one_person")


def _check_closing(step: Close, today: date) -> None:
    if step.she_asked:
        return
    if step.quiet_since is None or today - step.quiet_since < QUIET_FOR:
        raise WrongStage("too_early")


def reopening_ends(closed_in: date) -> date:
    """The first day on which it cannot be opened again. `closed_in` is any day of the month of closing.

    Only the month of closing is kept, so three months are counted in whole months.
    """
    month = closed_in.year * 12 + closed_in.month + REOPEN_MONTHS
    return date(month // 12, month % 12 + 1, 1)


def purge_day(retention_class: str, closed: date) -> date | None:
    """When a report that ends on this day is taken away (codes of retention_class); None: never by itself.

    Counted from the end of the month, so that the day of the end does not tell on which day it was closed.
    For r0_now her words are gone by then; the thread and the receipt wait while she may open it again.
    """
    if retention_class == "r0_now":
        return reopening_ends(closed)
    days = KEPT_DAYS.get(retention_class)
    return None if days is None else _first_of_next_month(closed) + timedelta(days=days - 1)


def _first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _check_reopening(closed_in: date | None, today: date) -> None:
    if closed_in is None or not closed_in.replace(day=1) <= today < reopening_ends(closed_in):
        raise WrongStage("too_late")
