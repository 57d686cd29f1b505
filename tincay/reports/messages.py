"""The thread: what she and the helpers write to each other. Words lie in the vault; here is who wrote and when."""

from datetime import datetime
from hashlib import sha256

from tincay.core.clock import WAITS_FOR_HER, local_day
from tincay.core.stages import WrongStage
from tincay.core.statements import Statement
from tincay.people.calls import call_on_duty
from tincay.people.models import User
from tincay.reports.application import check_room, lock_and_refresh, log_event, save_clocks
from tincay.reports.clocks import ReportClocks
from tincay.reports.deadlines import go_on, stand_still
from tincay.reports.models import ClosingProposal, Message, Report
from tincay.reports.signed_words import keep_signed_message
from tincay.vault import actions as vault
from tincay.vault.queries import recipient
from tincay.web.transactions import one_transaction

HELPER_WROTE = ("first_action", "replied")
"""Events that a message of a helper is."""


@one_transaction
def receive_message(
    *, report: Report, key: str, sealed: bytes, words: Statement, sealed_by: str, now: datetime
) -> Message:
    """Keep a message of hers with her signature. It ends a pause that waits for her, and a reply is owed to it.

    Raises BadEnvelope, NotSigned, StaleNumber, NoRoom, WrongStage when it is closed; a second message with the same
    key is the same message.
    """
    if same := held_with(report, key):
        return same
    keep_signed_message(report=report, key=key, sealed=sealed, words=words)
    message = keep_message(report=report, key=key, sealed=sealed, sealed_by=sealed_by, author=None, now=now)
    clocks = ReportClocks(report)
    go_on(report, clocks, WAITS_FOR_HER, now)
    ClosingProposal.objects.within(report=report).filter(reason="lost_contact").delete()
    clocks.start_anew(["she_wrote"], now)
    call_on_duty(desk=report.desk, now=now, urgent=report.in_danger)
    save_clocks(report, clocks, "paused")
    return message


def held_with(report: Report, key: str) -> Message | None:
    """Hold the report; the message that was posted with this key already. Raises WrongStage when it is closed, NoRoom.

    In this order: of one message that is sent twice at once the second waits for the first, and then is the first.
    """
    lock_and_refresh(report)
    same = report.messages.filter(key=key).first()
    if same is None and report.closed:
        raise WrongStage("out_of_order")
    if same is None:
        check_room(report)
    return same


@one_transaction
def keep_message(
    *,
    report: Report,
    key: str,
    sealed: bytes,
    sealed_by: str,
    author: User | None,
    thread: str | None = None,
    kind: str = "message",
    now: datetime,
) -> Message:
    """Keep the words and the row with their leaf; what the message means for clocks is the caller's.

    A helper's is a try to reach her. Raises WrongStage where the author's desk has the report no more, or a reply is
    sealed to a thread that she left:
    she would find it in a place that nobody signed.
    """
    if author:
        if not _may_reply(report, author, thread):
            raise WrongStage("out_of_order")
        report.safe_tries.update_or_create(day=local_day(now), defaults={"way": "message", "by": author})
    text = vault.add_text(owner=report.id, kind="thread", sealed=sealed, sealed_by=sealed_by)
    message = Message.objects.create(
        report=report,
        place=report.messages.count(),
        key=key,
        text=text,
        from_reporter=author is None,
        kind=kind,
        number=author.number if author else None,
        posted_at=now,
    )
    log_event(report, "message_posted", now, sealed=sha256(sealed).hexdigest())
    return message


def _may_reply(report: Report, author: User, thread: str | None) -> bool:
    seats = author.memberships.filter(desk=report.desk_id)
    return thread == recipient(report.id, "thread") and seats.exists()


@one_transaction
def ask(*, report: Report, key: str, sealed: bytes, thread: str, author: User, now: datetime) -> Message:
    """Ask her something; the clock pauses for ten working days at most. Raises CannotPause for p0 and p1."""
    if same := held_with(report, key):
        return same
    message = keep_message(
        report=report,
        key=key,
        sealed=sealed,
        sealed_by="browser",
        author=author,
        thread=thread,
        kind="question",
        now=now,
    )
    clocks = ReportClocks(report)
    clocks.mark_met(HELPER_WROTE, now)
    if not report.paused:
        stand_still(report, clocks, "asked_reporter", now)
    save_clocks(report, clocks, "paused")
    return message


@one_transaction
def write_message(
    *, report: Report, key: str, sealed: bytes, thread: str, author: User, now: datetime
) -> Message:
    """Write to her without moving a stage. The desk's signature lies inside the seal: her browser checks it.

    `thread` is the key that it is sealed to. Raises BadEnvelope, WrongStage when it is closed; a second message with
    the same key is the same message.
    """
    if same := held_with(report, key):
        return same
    message = keep_message(
        report=report, key=key, sealed=sealed, sealed_by="browser", author=author, thread=thread, now=now
    )
    clocks = ReportClocks(report)
    clocks.mark_met(HELPER_WROTE, now)
    save_clocks(report, clocks, "paused")
    return message
