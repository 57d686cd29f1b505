"""The helper's work, step by step. Each verb moves one stage or says why it may not (core.stages)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import F

from tincay.cases.models import ClosingProposal, CountRow, SafeTry
from tincay.core.clock import URGENT
from tincay.core.consent import allows
from tincay.core.priority import changed
from tincay.core.stages import NOTHING_TO_ANSWER, WrongStage, reached
from tincay.directory.models import Province
from tincay.intake import actions as intake
from tincay.intake.models import Message, Report
from tincay.intake.queries import grants, last_message, quiet_since
from tincay.people.models import User
from tincay.people.rights import May
from tincay.web.packs import codes
from tincay.web.writing import written

QUIET_ENDS = {"lost_contact": "lost_contact"}


@written
def open_report(*, report: Report, now: datetime) -> None:
    """Somebody unlocked and reads it: counted, without saying who; the first time acknowledges it.

    What was set aside in a flood is in the queue from then on.
    """
    Report.objects.for_the_rules().filter(pk=report.pk).update(times_opened=F("times_opened") + 1, held=False)
    report.times_opened += 1
    report.held = False
    if report.stage == "received":
        intake.move(report=report, step="acknowledge", now=now, safe_tries=())


@written
def verify(*, report: Report, result: str, now: datetime) -> None:
    """Say whether there is enough to go on (verification_result). "need_more" is `ask`, not this."""
    codes().check("verification_result", result)
    if result == "need_more":
        raise WrongStage("out_of_order")
    report.verification_result = result
    intake.move(report=report, step="verify", now=now, safe_tries=())


@written
def ask(*, report: Report, key: str, sealed: bytes, author: User, now: datetime) -> Message:
    """Ask her something; the clock pauses for ten working days at most. Raises CannotPause for p0 and p1."""
    message = intake.post_message(
        report=report, key=key, sealed=sealed, sealed_by="browser", author=author, kind="question", now=now
    )
    if not report.paused:
        intake.pause(report=report, reason="asked_reporter", now=now)
    return message


@written
def classify(*, report: Report, classification: str, count: Mapping[str, str] | None, now: datetime) -> None:
    """Sort it. `count` holds the coarse codes of her sealed answers that may be counted, when she agreed.

    Without her consent `count` must be None: nothing is written, whatever a browser sent.
    """
    codes().check("classification", classification)
    report.classification = classification
    intake.move(report=report, step="classify", now=now, safe_tries=())
    if count is not None and allows(grants(report), scope="count_statistics", today=intake.today(now)):
        _write_count_row(report, {**count, "classification": classification})


def _write_count_row(report: Report, count: Mapping[str, str]) -> None:
    kept = {name: value for name, value in count.items() if name in CountRow.CODES and value}
    for name, value in kept.items():
        _check_counted(name, value)
    CountRow.objects.create(report=report, month=report.received_month, codes=kept)


AGE_GROUPS = ("child", "adult")
LISTS = {"primary_harm": "harm_type"}
"""Columns of a count row whose code list has another name."""


def _check_counted(name: str, value: str) -> None:
    """Raise UnknownCode for a value that is neither of its list nor, for a place, a province in force."""
    if name == "age_group" and value in AGE_GROUPS:
        return
    if name == "province" and Province.objects.filter(code=value).exists():
        return
    codes().check(LISTS.get(name, name), value)


@written
def begin(*, report: Report, now: datetime) -> None:
    """Begin to help: she is told what is being done by the message that goes with it."""
    intake.move(report=report, step="begin", now=now, safe_tries=())
    intake.meet(report=report, event="first_action", now=now)


@written
def write_message(*, report: Report, key: str, sealed: bytes, author: User, now: datetime) -> Message:
    """Write to her without moving a stage."""
    return intake.post_message(
        report=report, key=key, sealed=sealed, sealed_by="browser", author=author, now=now
    )


@written
def answer(*, report: Report, key: str, sealed: bytes, author: User, now: datetime) -> Message:
    """Answer her: what was done, or why nothing can be done. Without "keep my words" they are deleted now.

    Raises WrongStage before the work on it has begun: an answer ends the keeping of her words.
    """
    intake.take_up(report)
    if not reached(report.stage, "in_handling"):
        raise WrongStage("out_of_order")
    message = intake.post_message(
        report=report, key=key, sealed=sealed, sealed_by="browser", author=author, kind="answer", now=now
    )
    if report.stage == "in_handling":
        intake.move(report=report, step="answer", now=now, safe_tries=())
    if not allows(grants(report), scope="store_sealed", today=intake.today(now)):
        intake.erase_words(report=report, now=now)
    return message


@written
def handle(*, report: Report, result: str, now: datetime) -> None:
    """Handled: she was answered and help was offered, or the reason why not was stated."""
    codes().check("handling_result", result)
    report.handling_result = result
    report.handled_at = now.replace(second=0)
    intake.move(report=report, step="handle", now=now, reason=result, safe_tries=())


@written
def try_to_reach(*, report: Report, author: User, now: datetime) -> SafeTry:
    """Note today as a safe try to reach her. There is no field for another day."""
    intake.take_up(report)
    return SafeTry.objects.get_or_create(report=report, day=intake.today(now), defaults={"by": author})[0]


def safe_tries(report: Report) -> list[date]:
    """The days on which somebody tried to reach her since she wrote last."""
    wrote = last_message(report, from_reporter=True)
    days = report.safe_tries.values_list("day", flat=True)
    return [day for day in days if wrote is None or day > intake.today(wrote)]


@written
def lose_contact(*, report: Report, now: datetime) -> None:
    """End it because she could not be reached: three safe tries in thirty days. This is not handled."""
    report.handling_result = "lost_contact"
    intake.close(
        report=report, closure="lost_contact", now=now, reason="lost_contact", safe_tries=safe_tries(report)
    )
    let_go(report)


@written
def propose_closing(*, report: Report, reason: str, author: User) -> ClosingProposal:
    """The first person says that there is nothing to answer here (spam, malicious, duplicate, no harm)."""
    if reason not in NOTHING_TO_ANSWER:
        raise WrongStage("no_reason")
    intake.take_up(report)
    return ClosingProposal.objects.update_or_create(report=report, defaults={"reason": reason, "by": author})[
        0
    ]


@written
def agree_to_closing(*, report: Report, author: User, now: datetime) -> None:
    """The second person agrees; the kind notice waits behind the receipt. Raises WrongStage("one_person")."""
    proposal = ClosingProposal.objects.filter(report=report).first()
    if proposal is None or not author.may(May.SECOND_PERSON):
        raise WrongStage("one_person")
    people = len({proposal.by_id, author.pk})
    report.verification_result = proposal.reason
    report.handling_result = "no_basis"
    report.retention_class = "r30"
    intake.close(
        report=report, closure=proposal.reason, now=now, reason=proposal.reason, people=people, safe_tries=()
    )
    let_go(report)


@written
def close_handled(*, report: Report, she_asked: bool, now: datetime) -> None:
    """Close after handled: thirty quiet days, or at once when she says so."""
    closure = "person_asked" if she_asked else "goals_met"
    intake.close(
        report=report,
        closure=closure,
        now=now,
        she_asked=she_asked,
        quiet_since=quiet_since(report),
        safe_tries=(),
    )
    let_go(report)


@written
def let_go(report: Report) -> None:
    """What helpers added goes when it ends: who tried, who accused. The counted row stays without its link."""
    SafeTry.objects.filter(report=report).delete()
    ClosingProposal.objects.filter(report=report).delete()
    CountRow.objects.filter(report=report).update(report=None)


@written
def change_priority(
    *, report: Report, priority: str, author: User, danger: str, reason: bool, now: datetime
) -> None:
    """Raise it (anybody) or lower it (a supervisor with a reason, never below her own danger estimate)."""
    intake.take_up(report)
    wanted = changed(
        report.priority, priority, danger=danger, supervisor=author.may(May.SECOND_PERSON), reason=reason
    )
    intake.raise_priority(report=report, priority=wanted, now=now)
    if wanted in URGENT:
        intake.resume(report=report, now=now)  # an urgent report never stands still
