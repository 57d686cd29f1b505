"""Which step of a report may follow which, and what has to be true first.

A report goes through eight stages in this order and leaves none out. It is handled only after the
person was answered; it ends without an answer only for the few reasons named here (domain §0,
"Life of a report"). Waiting for the reporter is a pause of the clock, not a stage.
"""

from collections.abc import Sequence
from datetime import date, timedelta

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

# Each step leads from one stage to the next.
STEPS = {
    "acknowledge": ("received", "acknowledged"),
    "verify": ("acknowledged", "verified"),
    "classify": ("verified", "classified"),
    "begin": ("classified", "in_handling"),
    "answer": ("in_handling", "answered"),
    "handle": ("answered", "handled"),
    "close": ("handled", "closed"),
    "reopen": ("closed", "in_handling"),
}

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


class WrongStage(Exception):
    """A step that may not be taken now. `code` says why, for the page to put into kind words.

    unknown_step · out_of_order · no_answer · no_result · no_reason · one_person · too_few_tries ·
    too_early · too_late
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def after(
    stage: str,
    step: str,
    *,
    answered: bool,
    safe_tries: Sequence[date],
    today: date,
    reason: str = "",
    people: int = 1,
    quiet_since: date | None = None,
    she_asked: bool = False,
    closed_in: date | None = None,
) -> str:
    """The stage to which a step leads. Raises WrongStage and leaves everything as it was otherwise.

    answered: a message with the result was sent to the reporter. safe_tries: days on which somebody
    tried to reach her in a way she called safe. reason: the handling result of `handle`; the reason
    of a `close` without an answer. people: how many different people decided. quiet_since: the day it
    was handled or of the last message after that. closed_in: a day of the month of closing.
    """
    if step not in STEPS:
        raise WrongStage("unknown_step")
    if step == "close" and reason in ENDS_WITHOUT_ANSWER and stage != "closed":
        _may_end(stage, reason, people=people, safe_tries=safe_tries, today=today)
        return "closed"
    start, end = STEPS[step]
    if stage != start:
        raise WrongStage("out_of_order")
    if step == "handle":
        _may_handle(answered, reason)
    elif step == "close":
        _may_close(quiet_since, she_asked, today)
    elif step == "reopen":
        _may_reopen(closed_in, today)
    return end


def next_steps(stage: str) -> tuple[str, ...]:
    """The steps that the order allows from a stage, closing without an answer included."""
    steps = tuple(step for step, (start, _) in STEPS.items() if start == stage)
    return steps if stage in {"handled", "closed"} else (*steps, "close")


def reached(stage: str, wanted: str) -> bool:
    """Has a report in `stage` been through `wanted`? (Asked of reports that were not closed early.)"""
    return STAGES.index(stage) >= STAGES.index(wanted)


def enough_tries(safe_tries: Sequence[date], today: date) -> bool:
    """Three safe tries, on three different days, in the thirty days that end today."""
    return len({day for day in safe_tries if today - TRIES_WITHIN <= day <= today}) >= SAFE_TRIES


def _may_handle(answered: bool, result: str) -> None:
    if not answered:
        raise WrongStage("no_answer")
    if not result or result in NOT_HELPED:
        raise WrongStage("no_result")


def _may_end(stage: str, reason: str, *, people: int, safe_tries: Sequence[date], today: date) -> None:
    if reason in HER_WISH:
        return
    if stage == "received":  # nobody has read it yet
        raise WrongStage("out_of_order")
    if reason in NOTHING_TO_ANSWER and people < 2:
        raise WrongStage("one_person")
    if reason == "lost_contact" and not enough_tries(safe_tries, today):
        raise WrongStage("too_few_tries")


def _may_close(quiet_since: date | None, she_asked: bool, today: date) -> None:
    if not she_asked and (quiet_since is None or today - quiet_since < QUIET_FOR):
        raise WrongStage("too_early")


def reopening_ends(closed_in: date) -> date:
    """The first day on which it cannot be opened again. `closed_in` is any day of the month of closing.

    Only the month of closing is kept, so three months are counted in whole months.
    """
    month = closed_in.year * 12 + closed_in.month + REOPEN_MONTHS
    return date(month // 12, month % 12 + 1, 1)


def _may_reopen(closed_in: date | None, today: date) -> None:
    if closed_in is None or not closed_in.replace(day=1) <= today < reopening_ends(closed_in):
        raise WrongStage("too_late")
