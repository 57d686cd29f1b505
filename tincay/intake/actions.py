"""What happens to a report: spoken about, allowed and forbidden, moved on, ended. How it comes is intake.receiving.

Every verb appends its leaf in the same transaction; none takes a time from a form.
"""

import secrets
from collections.abc import Container, Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise

from tincay.core.clock import PAUSE_REASONS, WAITS_FOR_HER, ZONE, may_pause, pause_review
from tincay.core.clock import Pause as Stretch
from tincay.core.consent import GRANT_LABEL
from tincay.core.priority import retention_class
from tincay.core.sealing import Recipient, verify_signature
from tincay.core.stages import STAGES, WrongStage, after, reopening_ends
from tincay.directory.actions import keep_opening, set_day
from tincay.directory.queries import calendar
from tincay.intake import clocks as running
from tincay.intake.envelope import GrantDocument, GrantIn, Malformed, read
from tincay.intake.models import Clock, ConsentGrant, Escalation, Message, Pause, Report
from tincay.people.actions import call_on_duty
from tincay.people.models import User
from tincay.record.actions import Appended, append_leaf
from tincay.vault import actions as vault
from tincay.web.packs import codes, rules
from tincay.web.writing import written


class NotSigned(Exception):
    """A grant whose signature, number or document is not hers."""


class CannotPause(Exception):
    """This clock may not be paused for that reason."""


class PastDay(Exception):
    """The calendar changes for days to come only: a missed deadline never becomes a kept one."""


def leaf(report: Report, kind: str, now: datetime, /, **facts: str | int) -> Appended:
    """Append a leaf about this report, its opening sealed to record and receipt."""
    return vault.write_event(
        owner=report.id,
        kind=kind,
        event={"desk": report.desk.code, **facts},
        record=Recipient(report.thread),
        receipt=Recipient(report.receipt),
        now=now,
    )


def local_day(moment: datetime | None) -> str:
    """The day of a moment as a leaf says it."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d}" if moment else ""


@written
def post_message(
    *,
    report: Report,
    key: str,
    sealed: bytes,
    sealed_by: str,
    author: User | None,
    kind: str = "message",
    now: datetime,
) -> Message:
    """Keep a message of the thread; `author` is None when it is hers. Her word ends a pause that waits for her,
    and a reply is owed to it.

    Raises BadEnvelope, WrongStage when it is closed; a second message with the same key is the same message.
    """
    known = report.messages.filter(key=key).first()
    if known:
        return known
    take_up(report)
    text = vault.add_text(owner=report.id, kind="thread", sealed=sealed, sealed_by=sealed_by)
    message = Message.objects.create(
        report=report,
        key=key,
        text=text,
        from_reporter=author is None,
        kind=kind,
        number=author.number if author else None,
        posted_at=now.replace(second=0),
    )
    leaf(report, "message_posted", now)
    if author is None:
        resume(report=report, reasons=WAITS_FOR_HER, now=now)
        _begin_anew(report, ["she_wrote"], now)
        call_on_duty(desk=report.desk, now=now)
    else:
        meet(report=report, event="first_action", now=now)
        meet(report=report, event="replied", now=now)
    return message


def take_up(report: Report) -> None:
    """Hold the row and read again what somebody else may have changed. Raises WrongStage when it is closed."""
    row = Report.objects.for_the_rules().select_for_update()
    report.refresh_from_db(fields=["stage", "priority", "paused", "handled_at"], from_queryset=row)
    if report.closed:
        raise WrongStage("out_of_order")


def _begin_anew(report: Report, events: Iterable[str], now: datetime) -> None:
    """Start the clocks of these events that do not run, also such as ran before.

    Nothing waits for a stage that has been reached: such a clock could never be met.
    """
    known = list(report.clocks.all())
    passed = {clock.rule for clock in known if clock.met_at is None and clock.due_at}
    passed |= {code for code, rule in rules().items() if rule.met in STAGES[: STAGES.index(report.stage) + 1]}
    started = [clock for event in events for clock in running.start(report, event, now)]
    _save_clocks(report, known, [], [clock for clock in started if clock.rule not in passed])
    _save(report, "next_due_at")


@written
def change_consent(*, report: Report, grant: GrantIn, now: datetime) -> ConsentGrant:
    """Keep a signed word about consent. It acts at once; said again, it is the same word.

    Raises NotSigned, Malformed.
    """
    known = report.grants.filter(document=grant.document.encode(), signature=grant.signature).first()
    if known:
        return known
    last = report.grants.order_by("-number").values_list("number", flat=True).first() or 0
    (kept,) = read_grants(report, [grant], last=last)
    kept.save()
    leaf(report, "consent_changed", now, scope=kept.scope, given=int(kept.given))
    if kept.scope == "store_sealed":
        _keep_words(report, kept.given, now)
    return kept


def _keep_words(report: Report, keeps: bool, now: datetime) -> None:
    """Her words stay as long as she says now; taken back after the answer they go at once."""
    if keeps != (report.retention_class == "r0_now"):
        return
    report.retention_class = retention_class(report.kind_group, keeps_words=keeps)
    _save(report, "retention_class")
    if not keeps and (report.closed or _answered(report)):
        erase_words(report=report, now=now)


def read_grants(report: Report, grants: Iterable[GrantIn], *, last: int) -> list[ConsentGrant]:
    """Her words in the order in which she said them, each verified; the rows are not saved."""
    rows = [_read_grant(report, grant) for grant in grants]
    numbers = [last, *(row.number for row in rows)]
    if any(after <= before for before, after in pairwise(numbers)):
        raise NotSigned
    return rows


def _read_grant(report: Report, grant: GrantIn) -> ConsentGrant:
    document = grant.document.encode()
    if not verify_signature(bytes(report.signing), GRANT_LABEL + document, grant.signature):
        raise NotSigned
    said = read(GrantDocument, document)
    codes().check("consent_scope", said.scope)
    return ConsentGrant(
        report=report,
        number=said.n,
        scope=said.scope,
        receiver=said.receiver or "",
        items=said.items,
        given=said.given,
        day=_day(said.day),
        expires=_day(said.expires) if said.expires else None,
        document=document,
        signature=grant.signature,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed from None


@written
def move(*, report: Report, step: str, now: datetime, **facts: object) -> None:
    """Take a step. Raises WrongStage (core.stages) and changes nothing when it may not be taken.

    Clocks that the new stage meets are met now, whatever the wall says; clocks that begin with it begin.
    """
    before = report.stage
    answered = step == "handle" and _answered(report)
    report.stage = stage = after(before, step, answered=answered, today=today(now), **facts)  # type: ignore[arg-type]
    known = list(report.clocks.all())
    changed = running.meet(known, stage, now)
    _save_clocks(report, known, changed, _begun(report, stage, known, now))
    if not _save(report, stage=before):
        raise WrongStage("out_of_order")  # somebody else took a step in the meantime
    leaf(report, "stage_changed", now, stage=stage)


def _begun(report: Report, stage: str, known: list[Clock], now: datetime) -> list[Clock]:
    """The clocks that begin with a stage and have not begun before."""
    if not any(rule.starts == stage for rule in rules().values()):
        return []
    # Somebody may have raised it since this report was read.
    report.priority = Report.objects.for_the_rules().values_list("priority", flat=True).get(pk=report.pk)
    return [c for c in running.start(report, stage, now) if c.rule not in {old.rule for old in known}]


LIVE = (
    "stage",
    "verification_result",
    "classification",
    "handling_result",
    "closure",
    "retention_class",
    "held",
    "received_at",
    "handled_at",
    "next_due_at",
    "closed_month",
    "purge_on",
)
"""The columns that a step may change. Not the priority: somebody may have raised it in the meantime."""


def _save(report: Report, *columns: str, **only_if: str) -> bool:
    """Write what changes; False when the row is no longer as `only_if` says, and nothing was written.

    Without `columns` all that a step may change. A verb that is no step names its own few: the report in its
    hands may have been read before somebody else's step.
    """
    rows = Report.objects.for_the_rules().filter(pk=report.pk, **only_if)
    return rows.update(**{name: getattr(report, name) for name in columns or LIVE}) == 1


def _answered(report: Report) -> bool:
    return report.messages.filter(from_reporter=False, kind="answer").exists()


def today(now: datetime) -> date:
    return now.astimezone(ZONE).date()


def _save_clocks(report: Report, known: list[Clock], changed: list[Clock], begun: list[Clock]) -> None:
    Clock.objects.bulk_create(begun)
    for clock in changed:
        clock.save(
            update_fields=[
                "met_at",
                "in_time",
                "band",
                "due_at",
                "calendar_version",
                "next_escalation_at",
                "extended",
                "level",
            ]
        )
    report.next_due_at = running.next_due(report, [*known, *begun])


@written
def meet(*, report: Report, event: str, now: datetime) -> None:
    """Meet the clocks that wait for an event which is not a stage (the first action, the feedback)."""
    known = list(report.clocks.all())
    changed = running.meet(known, event, now)
    _save_clocks(report, known, changed, [])
    _save(report, "next_due_at")


@written
def pause(*, report: Report, reason: str, now: datetime) -> None:
    """Let the check, sort and answer clocks stand still. Never for p0 and p1. Raises CannotPause, WrongStage."""
    take_up(report)
    known = list(report.clocks.all())
    stops = [c for c in known if c.met_at is None and may_pause(rules()[c.rule], report.priority, reason)]
    if not stops or report.pauses.filter(ended_at=None).exists():
        raise CannotPause
    review = pause_review(Stretch(reason, now, None), calendar())
    Pause.objects.create(report=report, reason=reason, begun_at=now, review_at=review)
    report.paused = True
    running.recount(report, known, now)
    _save_clocks(report, known, known, [])
    _save(report, "next_due_at", "paused")
    leaf(report, "clock_paused", now, reason=reason)


@written
def resume(*, report: Report, reasons: Container[str] = PAUSE_REASONS, now: datetime) -> None:
    """End the open pause, if it is for one of these reasons. Due times move by what was paused, in a leaf."""
    open_pause = report.pauses.filter(ended_at=None).first()
    if open_pause is None or open_pause.reason not in reasons:
        return
    take_up(report)
    open_pause.ended_at = now
    open_pause.save()
    known = list(report.clocks.all())
    report.paused = False
    moved = running.recount(report, known, now)
    _save_clocks(report, known, known, [])
    _save(report, "next_due_at", "paused")
    leaf(report, "clock_resumed", now, reason=open_pause.reason)
    _tell_moved(report, moved, now)


def _tell_moved(report: Report, moved: Iterable[Clock], now: datetime) -> None:
    """No deadline moves without a leaf of its own."""
    for clock in moved:
        leaf(report, "deadline_moved", now, rule=clock.rule, deadline=local_day(clock.due_at))


@written
def extend(*, report: Report, now: datetime) -> None:
    """Extend the answer once, before it runs out; the message that tells her is posted by the caller."""
    clock = report.clocks.filter(rule="org_answer", met_at=None, extended=False, due_at__gte=now).first()
    if clock is None:
        raise CannotPause
    known = list(report.clocks.all())
    mine = next(c for c in known if c.pk == clock.pk)
    mine.extended = True
    moved = running.recount(report, known, now)
    _save_clocks(report, known, known, [])
    _save(report, "next_due_at")
    leaf(report, "extension_told", now, rule=mine.rule, deadline=local_day(mine.due_at))
    _tell_moved(report, [other for other in moved if other is not mine], now)


@written
def raise_priority(*, report: Report, priority: str, now: datetime) -> None:
    """Make a report more urgent: the clocks of the higher priority start now, none is taken away.

    Raises WrongStage when it is closed.
    """
    take_up(report)
    report.priority = priority
    known = list(report.clocks.all())
    begun = [c for c in running.start(report, "received", now) if c.rule not in {k.rule for k in known}]
    # Nothing waits for a stage that has been reached: such a clock could never be met.
    begun = [c for c in begun if rules()[c.rule].met not in STAGES[: STAGES.index(report.stage) + 1]]
    _save_clocks(report, known, [], begun)
    _save(report, "priority", "next_due_at")
    leaf(report, "stage_changed", now, stage=report.stage, priority=priority)


@written
def change_calendar(
    *, day: date, calendar_name: str, kind: str, name_vi: str, name_en: str, reason: str, now: datetime
) -> int:
    """Say what a day to come is (day_kind); how many deadlines moved. Each move is a leaf, so is the change.

    Raises PastDay. Deadlines that have passed stay as they are.
    """
    codes().check("day_kind", kind)
    if day <= today(now):
        raise PastDay
    version = set_day(
        day=day, calendar=calendar_name, kind=kind, name_vi=name_vi, name_en=name_en, reason=reason, now=now
    )
    event: dict[str, str | int] = {"calendar": calendar_name, "date": day.isoformat(), "to": kind}
    event["version"] = version.number
    keep_opening(version=version, appended=append_leaf(kind="calendar_changed", event=event, now=now))
    running_on = Clock.objects.running().filter(due_at__gte=now, due_at__date__gte=day).values("report")
    reports = Report.objects.for_the_rules().filter(pk__in=running_on).select_related("desk")
    return sum(_recount(report, now) for report in reports)


def _recount(report: Report, now: datetime) -> int:
    known = list(report.clocks.all())
    moved = running.recount(report, [c for c in known if c.due_at is not None and c.due_at >= now], now)
    _save_clocks(report, known, moved, [])
    _save(report, "next_due_at")
    _tell_moved(report, moved, now)
    return len(moved)


@written
def close(*, report: Report, closure: str, now: datetime, **facts: object) -> None:
    """End a report; times become months and bands. Raises WrongStage."""
    move(report=report, step="close", now=now, **facts)
    report.closure = closure
    report.closed_month = f"{now:%Y-%m}"
    report.purge_on = purge_day(report.retention_class, now)
    report.received_at = report.handled_at = report.next_due_at = None
    report.paused = False
    _save(report, *LIVE, "paused")
    # Whether each was in time, and the band of its duration, stand since it was met; what is late now was not.
    report.clocks.late(now).update(in_time=False)
    report.clocks.update(started_at=None, due_at=None, met_at=None, next_escalation_at=None)
    Escalation.objects.filter(clock__report=report).delete()
    report.pauses.all().delete()
    report.messages.update(posted_at=None)
    if report.retention_class == "r0_now" and closure != "deleted":
        erase_words(report=report, now=now)


@written
def reopen(*, report: Report, now: datetime) -> None:
    """Begin again: an answer and a reply are owed anew, what was counted stays. Raises WrongStage."""
    closed_in = _day(f"{report.closed_month}-01") if report.closed_month else None
    report.closed_month, report.closure, report.purge_on = "", "", None
    report.received_at = now.replace(second=0)
    move(report=report, step="reopen", now=now, safe_tries=(), closed_in=closed_in)
    _begin_anew(report, ["received", "she_wrote"], now)
    call_on_duty(desk=report.desk, now=now)


@written
def delete_report(*, report: Report, now: datetime) -> None:
    """Her wish: words, keys and openings go now. What stays is the leaf, the month and the in-time flags."""
    leaf(report, "data_deleted", now)
    if not report.closed:
        close(report=report, closure="deleted", now=now, reason="deleted", safe_tries=())
    erase(report=report)


@written
def erase_words(*, report: Report, now: datetime) -> None:
    """Take away her story and what she said about herself; the thread and the receipt stay."""
    if vault.erase_words(owner=report.id):
        leaf(report, "data_deleted", now)


@written
def erase(*, report: Report) -> None:
    """Take away everything that opens or describes a report; the row that ran the clock stays, empty."""
    report.messages.all().delete()
    report.pauses.all().delete()
    report.clocks.update(due_at=None, next_escalation_at=None)
    report.grants.all().delete()
    vault.erase(owner=report.id)
    blank = secrets.token_bytes(32)
    Report.objects.for_the_rules().filter(pk=report.pk).update(
        locator=blank,
        receipt="",
        signing=b"",
        promise="",
        key=blank.hex()[:22],
        code_name="",
        thread="",
        verification_result="",
        classification="",
        handling_result="",
        times_opened=0,
        paged=0,
        purge_on=None,
    )


def purge_day(retention_class: str, now: datetime) -> date | None:
    """When a report that ends now is taken away (codes of retention_class).

    For r0_now her words are gone by then; the thread and the receipt wait while she may open it again.
    """
    if retention_class == "r0_now":
        return reopening_ends(today(now))
    days = {"r30": 30, "r90": 90, "r12m": 365, "r5y": 5 * 365, "r_child": 7 * 365}.get(retention_class)
    return None if days is None else today(now) + timedelta(days=days)
