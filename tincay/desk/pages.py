"""What helpers see: rows of the queue, one report with its time line, and what each step would do.

Codes become words here; sealed words are handed on as they are, for the browser to open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from tincay.core import classification
from tincay.core.clock import URGENT, ZONE, Calendar, local_day, working_days_between
from tincay.core.consent import allowed_items, allows, refuses
from tincay.core.priority import PRIORITIES
from tincay.core.stages import STAGES, reached
from tincay.desk.queries import QueuePage
from tincay.directory.queries import calendar
from tincay.people.calls import REPEATS
from tincay.people.models import Desk, Organisation, User
from tincay.people.rights import May
from tincay.reports.consents import ASK_RECEIVER
from tincay.reports.grants import grants, record_of
from tincay.reports.models import Clock, ClosingProposal, Escalation, Message, Report
from tincay.reports.signed_words import record_json, said_of
from tincay.vault.queries import (
    Readable,
    desk_wraps,
    first_opening,
    holders,
    kept_for_desk,
    openings,
    readable,
)
from tincay.web.dates import day_words, moment_words, until_words, waiting_words
from tincay.web.packs import label, language, texts
from tincay.web.strict_json import base64_text
from tincay.web.templatetags.furniture import StageMark

NEXT = {
    "received": _("Mở và đọc"),
    "acknowledged": _("Kiểm tra thông tin"),
    "verified": _("Phân loại"),
    "classified": _("Bắt đầu xử lý"),
    "in_handling": _("Làm và trả lời"),
    "answered": _("Ghi kết quả"),
    "handled": _("Chờ tự đóng"),
    "closed": "",
}


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    name: str
    address: str
    stage: str
    next_step: str
    priority: str
    priority_words: str
    due: datetime
    working_days: int | None
    nobody_works_on_it: bool


def rows(page: QueuePage, now: datetime) -> list[QueueRow]:
    days = calendar()
    return [_row(report, page, now, days) for report in page.reports]


def _row(report: Report, page: QueuePage, now: datetime, days: Calendar) -> QueueRow:
    assert report.next_due_at, "only what is due stands in the queue"
    return QueueRow(
        name=report.code_name,
        address=reverse("report", args=[report.id]),
        stage=label("report_stage", report.stage),
        next_step=next_step(report, paused=report.id in page.waiting, wrote=report.id in page.wrote),
        priority=report.priority,
        priority_words=label("triage_priority", report.priority),
        due=report.next_due_at,
        working_days=working_days(report.next_due_at, now, days),
        nobody_works_on_it=not reached(report.stage, "in_handling"),
    )


class News(NamedTuple):
    """Since when something waits to be looked at, whether it is somebody in danger, and whether it will ring again."""

    since: str
    urgent: bool
    rings_again: bool


def news(user: User) -> News | None:
    """The most urgent call that this user has not seen; one that is older than a day says its day only."""
    notice = user.notices.unseen().order_by("-urgent", "-created_at").first()
    if notice is None:
        return None
    local = notice.created_at.astimezone(ZONE)
    by_day = local.time() == time.min
    since = day_words(local.date()) if by_day else moment_words(notice.created_at)
    return News(since, notice.urgent, notice.urgent and notice.rung_again < len(REPEATS))


def held_rows(page: QueuePage, stories: Mapping[UUID, Readable], now: datetime) -> list[dict[str, Any]]:
    """What is held as the browser sorts it: what a line of the queue says, and the sealed story."""
    lines = zip(page.reports, rows(page, now), strict=True)
    return [
        {
            "id": str(report.id),
            "name": row.name,
            "address": row.address,
            "priority": row.priority,
            "urgency": row.priority_words.split(" (")[0],
            "due": waiting_words(row.due, now, working_days=row.working_days),
            "story": document(stories[report.id]) if report.id in stories else None,
        }
        for report, row in lines
    ]


def next_step(report: Report, *, paused: bool, wrote: bool) -> str:
    """What somebody has to do now, as a verb."""
    if hasattr(report, "closing_proposal"):
        return gettext("Cần người thứ hai xem")
    if paused:
        return gettext("Chờ người báo trả lời")
    if wrote and reached(report.stage, "acknowledged"):
        return gettext("Đọc và hồi âm")
    return str(NEXT[report.stage])


def working_days(due: datetime, now: datetime, days: Calendar) -> int | None:
    """Working days that are left, or over; None where hours are said."""
    first, last = sorted((local_day(now), local_day(due)))
    return working_days_between(first, last, days) or None


def steps(report: Report, now: datetime) -> list[StageMark]:
    current = STAGES.index(report.stage)
    late = report.clocks.late(now).exists()
    states = {-1: "done", 0: "late" if late else "now", 1: "later"}
    return [
        StageMark(label("report_stage", stage), states[(i > current) - (i < current)], "")
        for i, stage in enumerate(STAGES)
    ]


@dataclass(frozen=True)
class Due:
    """One clock in words."""

    label: str
    until: str
    due: datetime
    level: str
    working_days: int | None


def running_clocks(report: Report, now: datetime) -> list[Due]:
    days = calendar()
    return [
        Due(
            label("clock_rule", c.rule),
            until_words(c.due_at or now),
            c.due_at or now,
            label("escalation_level", c.level) if c.level != "e0" else "",
            working_days(c.due_at or now, now, days),
        )
        for c in report.clocks.moving().order_by("due_at")
    ]


@dataclass(frozen=True)
class TimelineEntry:
    """One entry of the time line."""

    at: datetime
    title: str
    late: bool = False

    @property
    def when(self) -> str:
        return moment_words(self.at)


def events(report: Report, clocks: Iterable[Clock]) -> list[TimelineEntry]:
    """What happened, the newest first. Times are the system's; nobody can type one."""
    entries = [TimelineEntry(report.received_at, gettext("Nhận tin báo"))] if report.received_at else []
    for clock in clocks:
        if clock.met_at:
            late = clock.in_time is False
            words = gettext("%(step)s: trễ hạn") if late else gettext("%(step)s: đúng hạn")
            entries.append(
                TimelineEntry(clock.met_at, words % {"step": label("clock_rule", clock.rule)}, late)
            )
    for pause in report.pauses.all():
        entries.append(
            TimelineEntry(
                pause.begun_at, gettext("Tạm dừng: %(why)s") % {"why": label("pause_reason", pause.reason)}
            )
        )
        if pause.ended_at:
            entries.append(TimelineEntry(pause.ended_at, gettext("Thời hạn chạy tiếp")))
    for row in Escalation.objects.within(clock__report=report):
        entries.append(TimelineEntry(row.at, label("escalation_level", row.level), late=row.level != "e1"))
    for message in report.messages.all():
        if message.posted_at:
            entries.append(TimelineEntry(message.posted_at, author_of(message)))
    return sorted(entries, key=lambda event: event.at, reverse=True)


def author_of(message: Message) -> str:
    if message.from_reporter:
        return gettext("Người báo viết")
    kind = {"question": gettext("Câu hỏi"), "answer": gettext("Câu trả lời")}.get(
        message.kind, pgettext("one", "Lời nhắn")
    )
    return gettext("%(kind)s của người hỗ trợ số %(n)s") % {"kind": kind, "n": message.number}


def proposal_words(proposal: ClosingProposal) -> str:
    lost = proposal.reason == "lost_contact"
    return label("closure_reason" if lost else "verification_result", proposal.reason)


# --- what is sealed


def key_holders(report: Report) -> list[str]:
    """Who can hand on the desk's key, by the names that colleagues know: those who hold it and look after the desk;
    else whoever holds it."""
    users = [wrap.user for wrap in holders(report.desk)]
    return [user.username for user in [one for one in users if one.may(May.MANAGE_DESK)] or users]


def document(compartment: Readable, message: Message | None = None) -> dict[str, Any]:
    """What <sealed-words> is given (docs/client.md); `message` picks its own text."""
    only = message.text_id if message else None
    claim = said_of(message)._asdict() if message and not message.from_reporter else None
    return {
        "wraps": [{"sealed": base64_text(sealed), "of": of} for sealed, of in compartment.links],
        "sealed": [base64_text(text.sealed) for text in compartment.texts if only in (None, text.pk)],
        "said": claim,
    }


@dataclass(frozen=True)
class SealedMessage:
    """One message with what opens it; `sealed` is None when this reader cannot."""

    who: str
    from_desk: bool
    when: str
    sealed: dict[str, Any] | None
    key: str


@dataclass(frozen=True)
class SealedWords:
    """What a report says, sealed, as far as this user's desks may open it."""

    narrative: list[dict[str, Any]]
    about: list[dict[str, Any]]
    messages: list[SealedMessage]
    whole: bool


def words(report: Report, user: User) -> SealedWords:
    compartments = readable(report.id, user)
    threads = {
        text.id: compartment for compartment in compartments.get("thread", []) for text in compartment.texts
    }
    messages = [_message(row, threads.get(row.text_id)) for row in report.messages.order_by("place")]
    return SealedWords(
        narrative=[
            document(compartment) for compartment in compartments.get("narrative", []) if compartment.texts
        ],
        about=[
            document(compartment)
            for kind in ("contact", "identity")
            for compartment in compartments.get(kind, [])
            if compartment.texts
        ],
        messages=messages,
        whole=all(message.sealed for message in messages),
    )


def record(report: Report, user: User, now: datetime) -> dict[str, Any] | None:
    """What the browser needs to check her signatures and to sign for the desk; None for who cannot open the thread:
    then nothing of hers is shown. `desk` is None for who does not hold the desk's present key."""
    compartments, first = readable(report.id, user), first_opening(report.id)
    threads = compartments.get("thread")
    desk = next(iter(desk_wraps(user).filter(of=report.desk.recipient)), None)
    if not threads or first is None:
        return None
    return record_json(report) | {
        "threads": [
            [{"sealed": base64_text(sealed), "of": of} for sealed, of in thread.links] for thread in threads
        ],
        "first": base64_text(first.for_thread),
        "steps": {
            "stage": report.stage,
            "sealed": [base64_text(row.for_thread) for row in openings(report.id)],
            "kept": kept_for_desk(compartments),
        },
        "desk": desk
        and {
            "code": report.desk.code,
            "wraps": [{"sealed": base64_text(desk.sealed), "of": desk.of}],
            "by": user.number,
            "day": local_day(now).isoformat(),
        },
    }


def _message(row: Message, compartment: Readable | None) -> SealedMessage:
    return SealedMessage(
        who=author_of(row),
        from_desk=not row.from_reporter,
        when=moment_words(row.posted_at) if row.posted_at else "",
        sealed=document(compartment, row) if compartment else None,
        key=f"message-{row.id.hex}",
    )


def warning_words() -> dict[str, list[str]]:
    """Which answers make which content warning, in words; the browser looks, once words can be opened."""
    return {label("content_warning", name): list(codes) for name, codes in classification.WARNINGS.items()}


def classification_rule(report: Report, now: datetime) -> dict[str, Any]:
    """What the browser needs to suggest a class, to warn, and to fill the count row if she agreed."""
    counted = allows(grants(report), scope="count_statistics", today=local_day(now))
    return {
        "suggestions": [[name, dict(wanted)] for name, wanted in classification.SUGGESTIONS],
        "warnings": warning_words(),
        "counted": counted,
    }


def wishes(report: Report) -> list[str]:
    """What she wants without having named to whom: somebody has to ask her."""
    rows = report.tasks.filter(kind=ASK_RECEIVER).order_by("about")
    return [label("consent_scope", row.about) for row in rows]


def consents(report: Report, now: datetime) -> list[str]:
    """What she allows today, in the sentences that she signed."""
    signed, day = grants(report), local_day(now)
    asked = dict.fromkeys((grant.scope, grant.receiver) for grant in signed)
    return [
        _allowed(scope, receiver)
        for scope, receiver in asked
        if allows(signed, scope=scope, receiver=receiver, today=day)
        or allowed_items(signed, scope=scope, receiver=receiver, today=day)
    ]


def refused(report: Report) -> list[str]:
    """To whom she said no by name: her answer of the form may be older than that."""
    return [gettext("Không đưa gì cho công an")] if refuses(grants(report), "share_police_anon") else []


def gives_to_police(report: Report, now: datetime) -> bool:
    """Whether a body that enforces the law may be told something today. She may have named an official since."""
    signed, day = grants(report), local_day(now)
    named = {grant.receiver for grant in signed if grant.scope == "share_police_anon" and grant.receiver}
    return any(allowed_items(signed, scope="share_police_anon", receiver=one, today=day) for one in named)


def consents_changed(report: Report) -> bool:
    """Whether somebody else has changed her words about consent: what does not verify allows nothing."""
    return record_of(report).changed


def _allowed(scope: str, receiver: str | None) -> str:
    if receiver:
        kind, _, code = receiver.partition(":")
        desk = Desk.objects.filter(code=code).first() if kind == "desk" else None
        body = Organisation.objects.filter(code=code).first() if kind == "body" else None
        whose = desk or body
        named = {"name": whose.name(language()) if whose else receiver}
        if scope == "share_police_anon":
            return gettext("Cho %(name)s biết việc đã xảy ra, không nói người báo là ai") % named
        return gettext("Cho %(name)s biết việc đã xảy ra") % named
    shown = texts()["consent"]
    return str(shown[scope]["label"]) if scope in shown else label("consent_scope", scope)


def may_ask(report: Report) -> bool:
    """A question stops the clock, so it is not offered where somebody may be in danger."""
    return report.priority not in URGENT


def may_be_raised(report: Report) -> bool:
    return PRIORITIES.index(report.priority) > 0


# --- what is late


@dataclass(frozen=True)
class Late:
    """One report that is late, by its oldest missed deadline: codes and dates.

    `address` only where the reader's own desk holds the report.
    """

    name: str
    address: str
    organisation: str
    desk: str
    late: list[str]
    stage: str
    level: str
    due: datetime
    days: int | None


def late_lines(clocks: Iterable[Clock], now: datetime, *, reader: User) -> list[Late]:
    """One line for each report, in the order of the clocks: what is late longest comes first."""
    days = calendar()
    own = set(reader.memberships.values_list("desk_id", flat=True))
    of_report: dict[UUID, list[Clock]] = {}
    for clock in clocks:
        of_report.setdefault(clock.subject, []).append(clock)
    return [_late(late, now, days, own=late[0].report.desk_id in own) for late in of_report.values()]


def _late(clocks: list[Clock], now: datetime, days: Calendar, *, own: bool) -> Late:
    shown_in = language()
    report, due = clocks[0].report, clocks[0].due_at or now
    return Late(
        name=report.code_name,
        address=reverse("report", args=[report.id]) if own else "",
        organisation=report.desk.organisation.name(shown_in),
        desk=report.desk.name(shown_in),
        late=[label("clock_rule", clock.rule) for clock in clocks],
        stage=label("report_stage", report.stage),
        level=label("escalation_level", max(_highest_level(clock) for clock in clocks)),
        due=due,
        days=working_days(due, now, days),
    )


@dataclass(frozen=True)
class Lost:
    """One report that ended because nobody could reach her: a code name, a desk, a month."""

    name: str
    desk: str
    month: date


def lost_lines(reports: Iterable[Report]) -> list[Lost]:
    shown_in = language()
    return [
        Lost(one.code_name, one.desk.name(shown_in), date.fromisoformat(f"{one.closed_month}-01"))
        for one in reports
    ]


def _highest_level(clock: Clock) -> str:
    """The highest level that was told of it, by the clock or because she asked."""
    return max((row.level for row in clock.escalations.all()), default="e0")
