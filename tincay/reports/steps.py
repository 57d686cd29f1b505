"""What happens to a report, step by step. Each verb moves one stage or says why it may not (core.stages).

How a report comes is in receiving.py, how it ends in ending.py.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import F

from tincay.core.clock import URGENT, local_day
from tincay.core.consent import allows
from tincay.core.stages import (
    NOTHING_TO_ANSWER,
    Acknowledge,
    Answer,
    Begin,
    Classify,
    Close,
    Dismiss,
    Handle,
    LoseContact,
    Reopen,
    Verify,
    Withdraw,
    WrongStage,
    after,
    reached,
)
from tincay.people.calls import call_on_duty
from tincay.people.models import User
from tincay.people.rights import May
from tincay.reports import count_rows, ending
from tincay.reports.application import (
    check_room,
    lock_and_refresh,
    lock_open,
    save_clocks,
    take_locked_step,
    take_step,
)
from tincay.reports.clocks import ReportClocks
from tincay.reports.consents import settle_wishes
from tincay.reports.grants import grants
from tincay.reports.messages import HELPER_WROTE, held_with, keep_message
from tincay.reports.models import ClosingProposal, Message, Report, SafeTry
from tincay.reports.queries import attempts, quiet_since
from tincay.web.packs import codes
from tincay.web.transactions import one_transaction


@one_transaction
def open_report(*, report: Report, now: datetime) -> None:
    """Somebody unlocked and reads it: counted, without saying who; the first time acknowledges it.

    What was held in a flood is in the queue from then on.
    """
    lock_and_refresh(report)
    Report.objects.for_the_rules().filter(pk=report.pk).update(times_opened=F("times_opened") + 1, held=False)
    report.times_opened += 1
    report.held = False
    if report.stage == "received":
        take_locked_step(report=report, step=Acknowledge(), now=now)


@one_transaction
def verify(*, report: Report, result: str, now: datetime) -> None:
    """Say whether there is enough to go on (verification_result). "need_more" is `ask`, not this."""
    codes().check("verification_result", result)
    if result == "need_more":
        raise WrongStage("out_of_order")
    take_step(report=report, step=Verify(result), now=now)


@one_transaction
def classify(*, report: Report, classification: str, count: Mapping[str, str] | None, now: datetime) -> None:
    """Sort it. `count` holds the coarse codes of her sealed answers that may be counted, when she agreed.

    Without her consent nothing is kept of it, whatever a browser sent.
    """
    codes().check("classification", classification)
    take_step(report=report, step=Classify(classification), now=now)
    if count is not None and count_rows.may_be_counted(report, now):
        count_rows.add_entry(report=report, count={**count, "classification": classification}, now=now)


@one_transaction
def begin(*, report: Report, now: datetime) -> None:
    """Begin to help. It is no first action: that is a message to her, or help offered."""
    take_step(report=report, step=Begin(), now=now)


@one_transaction
def answer(*, report: Report, key: str, sealed: bytes, thread: str, author: User, now: datetime) -> Message:
    """Answer her: what was done, or why nothing can be done. Without "keep my words" they are deleted now.

    Raises WrongStage before the work on it has begun: an answer ends the keeping of her words.
    A second answer with the same key is the same answer.
    """
    if same := held_with(report, key):
        return same
    if not reached(report.stage, "in_handling"):
        raise WrongStage("out_of_order")
    message = keep_message(
        report=report,
        key=key,
        sealed=sealed,
        sealed_by="browser",
        author=author,
        thread=thread,
        kind="answer",
        now=now,
    )
    if report.stage == "in_handling":
        take_locked_step(report=report, step=Answer(), now=now, events=HELPER_WROTE)
    else:
        clocks = ReportClocks(report)
        clocks.mark_met(HELPER_WROTE, now)
        save_clocks(report, clocks)
    if not allows(grants(report), scope="store_sealed", today=local_day(now)):
        ending.erase_words(report=report, now=now)
    return message


@one_transaction
def handle(*, report: Report, result: str, now: datetime) -> None:
    """Handled: she was answered and help was offered, or the reason why not was stated."""
    codes().check("handling_result", result)
    take_step(report=report, step=Handle(result), now=now)


@one_transaction
def try_to_reach(*, report: Report, author: User, now: datetime) -> SafeTry:
    """Note that today somebody tried to reach her by another way that she called safe. There is no field for another
    day. Raises WrongStage("no_message") while no message waits for her behind the receipt.
    """
    lock_open(report)
    if not any(attempt.way == "message" for attempt in attempts(report)):
        raise WrongStage("no_message")
    row = {"way": "other_way", "by": author}
    return report.safe_tries.get_or_create(day=local_day(now), defaults=row)[0]


@one_transaction
def lose_contact(*, report: Report, author: User, now: datetime) -> None:
    """End it because she could not be reached (core.stages.LoseContact); this is not handled. Where she may be in
    danger it is proposed, and a second person ends it. Either way a supervisor is called to look.
    """
    lock_open(report)
    if report.priority in URGENT:
        after(report.stage, _loss(report, people=2), answered=False, today=local_day(now))
        _propose(report, "lost_contact", author)
    else:
        ending.close(report=report, step=_loss(report, people=1), now=now)
    call_on_duty(desk=report.desk, now=now, place=None)


def _loss(report: Report, *, people: int) -> LoseContact:
    return LoseContact(attempts(report), report.priority in URGENT, people)


@one_transaction
def propose_closing(*, report: Report, reason: str, author: User) -> ClosingProposal:
    """The first person says that there is nothing to answer here (spam, malicious, duplicate, no harm)."""
    if reason not in NOTHING_TO_ANSWER:
        raise WrongStage("no_reason")
    lock_open(report)
    return _propose(report, reason, author)


def _propose(report: Report, reason: str, author: User) -> ClosingProposal:
    proposals = ClosingProposal.objects.within(report=report)
    return proposals.update_or_create(report=report, defaults={"reason": reason, "by": author})[0]


@one_transaction
def agree_to_closing(*, report: Report, author: User, now: datetime) -> None:
    """The second person agrees; the kind notice waits behind the receipt. Raises WrongStage."""
    lock_open(report)
    proposal = ClosingProposal.objects.within(report=report).first()
    if proposal is None or not author.may(May.SECOND_PERSON):
        raise WrongStage("one_person")
    people = len({proposal.by_id, author.pk})
    lost = proposal.reason == "lost_contact"
    step = _loss(report, people=people) if lost else Dismiss(proposal.reason, people)
    ending.close(report=report, step=step, now=now)


@one_transaction
def close_handled(*, report: Report, she_asked: bool, now: datetime) -> None:
    """Close after handled: thirty quiet days, or at once when she says so."""
    ending.close(report=report, step=Close(quiet_since(report), she_asked), now=now)


@one_transaction
def finish(*, report: Report, now: datetime) -> None:
    """She is done. After "handled" it is closed as such; before, it is withdrawn by her."""
    if report.stage == "handled":
        close_handled(report=report, she_asked=True, now=now)
    else:
        ending.close(report=report, step=Withdraw(), now=now)


@one_transaction
def reopen(*, report: Report, now: datetime) -> None:
    """Begin again: an answer and a reply are owed anew, what was counted stays. Raises WrongStage, NoRoom."""
    closed_in = date.fromisoformat(f"{report.closed_month}-01") if report.closed_month else None
    check_room(report)
    take_step(report=report, step=Reopen(closed_in), now=now)
    settle_wishes(report, now)
    call_on_duty(desk=report.desk, now=now, urgent=report.in_danger)
