"""What the pages behind a receipt show. Everything is hers, or a code and a date."""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from tincay.core.clock import local_day
from tincay.core.consent import Grant, allows
from tincay.core.sealing import Identity, Sealed, open_sealed, unpad, unwrap
from tincay.core.stages import ENDS_WITHOUT_ANSWER, NOTHING_TO_ANSWER, STAGES
from tincay.people.models import Desk, Organisation
from tincay.reports.models import Clock, Escalation, Report
from tincay.reports.queries import grants
from tincay.vault.models import Opening, SealedText, Wrap
from tincay.vault.queries import wraps_for_receipt
from tincay.visit.consents import SHARED, items_of
from tincay.web.dates import day_words, moment_words, until_words
from tincay.web.packs import codes, rules

BAR = {
    "substantive": ("received", "acknowledged", "verified", "classified", "in_handling", "answered"),
    "question": ("received", "acknowledged", "answered"),
    "data_request": ("received", "acknowledged", "answered"),
}


@dataclass(frozen=True)
class Step:
    """One mark of the stage bar."""

    label: str
    state: str
    note: str


@dataclass(frozen=True)
class Wrapped:
    """Sealed words with the wrap that her receipt opens."""

    wrap: Wrap
    texts: list[SealedText]

    @property
    def document(self) -> dict[str, Any]:
        """What <sealed-words> is given (docs/client.md)."""
        link = {"sealed": _base64(self.wrap.sealed), "of": self.wrap.compartment.recipient}
        return {"wraps": [link], "sealed": [_base64(text.sealed) for text in self.texts]}

    def opened(self, identity: Identity) -> list[dict[str, Any]]:
        """The documents, where the server opens them for her. What cannot be opened is left out."""
        try:
            key = unwrap(Sealed(bytes(self.wrap.sealed)), identity)
        except ValueError:
            return []
        return [found for text in self.texts if (found := _open(text, key)) is not None]


def _open(text: SealedText, key: Identity) -> dict[str, Any] | None:
    try:
        found = json.loads(unpad(open_sealed(Sealed(bytes(text.sealed)), key)))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _base64(raw: bytes | memoryview) -> str:
    return base64.b64encode(bytes(raw)).decode()


def bar(report: Report, now: datetime) -> list[Step]:
    """How far it has come, with the days; the next step with its due time."""
    steps = BAR[report.kind_group]
    # A clock that began anew when it was reopened stands after the one that was counted.
    clocks = {_meets(clock): clock for clock in report.clocks.order_by("id")}
    here = STAGES.index(report.stage)
    if report.closed:
        done = _done_before_closing(report, steps, clocks)
        ended = Step(codes().get_code("report_stage", "closed").label(_language()), "done", "")
        return [*(_done(step, clocks.get(step), report) for step in done), ended]
    done = [step for step in steps if STAGES.index(step) <= here]
    ahead = next((step for step in steps if step not in done), None)
    return [
        _done(step, clocks.get(step), report)
        if step in done
        else _to_come(step, step == ahead, clocks.get(step), report, now)
        for step in steps
    ]


def _done_before_closing(report: Report, steps: Sequence[str], clocks: dict[str, Clock]) -> list[str]:
    """What was really done: all of it, or up to the last step whose clock was met before an early end."""
    if report.closure not in ENDS_WITHOUT_ANSWER:
        return list(steps)
    met = [at for at, step in enumerate(steps) if step in clocks and clocks[step].band]
    return list(steps[: max(met, default=0) + 1])


def _meets(clock: Clock) -> str:
    return rules()[clock.rule].met


def _done(step: str, clock: Clock | None, report: Report) -> Step:
    at = report.received_at if step == "received" else clock.met_at if clock else None
    return Step(_label(step, report), "done", day_words(local_day(at)) if at else "")


def _label(step: str, report: Report) -> str:
    if step == "answered" and report.kind_group != "substantive":
        return gettext("Đã trả lời")
    return codes().get_code("report_stage", step).label(_language())


def _will(step: str, report: Report) -> str:
    """A step that has not been taken, in words that do not say it was."""
    if step == "answered" and report.kind_group != "substantive":
        return gettext("Sẽ trả lời")
    return {
        "acknowledged": gettext("Sẽ có người đọc"),
        "verified": gettext("Sẽ kiểm tra thông tin"),
        "classified": gettext("Sẽ phân loại"),
        "in_handling": gettext("Sẽ xử lý"),
        "answered": gettext("Sẽ báo kết quả"),
    }[step]


def _to_come(step: str, ahead: bool, clock: Clock | None, report: Report, now: datetime) -> Step:
    label = _will(step, report)
    if not ahead or clock is None or clock.due_at is None or clock.met_at:
        return Step(label, "now" if ahead else "later", "")
    late = clock in late_clocks(report, now)
    return Step(label, "late" if late else "now", _until(clock.due_at, late))


def _until(due: datetime, late: bool) -> str:
    if late:
        return gettext("Đã quá hạn. Hạn là %(moment)s.") % {"moment": moment_words(due)}
    return gettext("Hạn: %(until)s") % {"until": until_words(due)}


def _language() -> str:
    return get_language() or "vi"


@dataclass(frozen=True)
class Said:
    """One message of the thread."""

    who: str
    mine: bool
    when: str
    kind: str
    wrapped: Wrapped
    text_id: int


def conversation(report: Report) -> list[Said]:
    """Messages both ways, oldest first. A helper is a number, never a name."""
    wrap = wraps_for_receipt(report.id).filter(compartment__kind="thread").first()
    if wrap is None:
        return []
    rows = report.messages.select_related("text").order_by("id")
    return [
        Said(
            who=gettext("Bạn")
            if row.from_reporter
            else gettext("Người hỗ trợ số %(number)s") % {"number": row.number},
            mine=row.from_reporter,
            when=moment_words(row.posted_at) if row.posted_at else "",
            kind=row.kind,
            wrapped=Wrapped(wrap, [row.text]),
            text_id=row.text_id,
        )
        for row in rows
    ]


def own_words(report: Report) -> list[Wrapped]:
    """What she sent: the story, and what she said about herself."""
    found = []
    for kind in ("narrative", "identity"):
        wrap = wraps_for_receipt(report.id).filter(compartment__kind=kind).first()
        texts = SealedText.objects.of(report.id).filter(compartment__kind=kind).order_by("id")
        if wrap and (listed := list(texts)):
            found.append(Wrapped(wrap, listed))
    return found


@dataclass(frozen=True)
class Reminder:
    """Which unit was reminded of a late step, and on which day."""

    unit: str
    when: str
    rule: str


def late_clocks(report: Report, now: datetime) -> list[Clock]:
    return list(report.clocks.late(now).order_by("due_at"))


def reminders(report: Report) -> list[Reminder]:
    """Every reminder that went up about this report; a unit, never a person."""
    rows = Escalation.objects.within(clock__report=report).select_related("clock").order_by("at", "level")
    return [
        Reminder(
            unit=_unit(row.level, report),
            when=day_words(local_day(row.at)),
            rule=codes().get_code("clock_rule", row.clock.rule).label(_language()),
        )
        for row in rows
    ]


def _unit(level: str, report: Report) -> str:
    language = _language()
    if level == "e4":
        body = Organisation.objects.filter(coordinating=True).first()
        return body.name(language) if body else codes().get_code("escalation_level", level).label(language)
    if level == "e1":
        return report.desk.post(language)
    who = codes().get_code("escalation_level", level).label(language).split(": ")[-1]
    return f"{report.desk.organisation.name(language)}: {who}"


def oversight_asked(report: Report) -> bool:
    return Escalation.objects.within(clock__report=report).filter(level="e4").exists()


@dataclass(frozen=True)
class Consent:
    """One thing that may be allowed: to whom, and whether it is now."""

    scope: str
    receiver: Desk | None
    given: bool

    @property
    def address(self) -> str:
        return f"?to={self.receiver.code}" if self.receiver else ""


def consents(report: Report, scopes: Iterable[str], now: datetime) -> list[Consent]:
    """What she allows today, scope by scope and, where facts go to somebody, receiver by receiver."""
    said = grants(report)
    found = []
    for scope in scopes:
        for receiver in [None, *(receivers(report) if scope in SHARED else [])]:
            found.append(Consent(scope, receiver, is_given(said, scope, receiver, now)))
    return found


def is_given(said: list[Grant], scope: str, receiver: Desk | None, now: datetime) -> bool:
    items = ("", *items_of(scope))
    code = receiver.code if receiver else None
    return any(allows(said, scope=scope, receiver=code, item=item, today=local_day(now)) for item in items)


def receivers(report: Report) -> list[Desk]:
    """Other organisations of the network that facts could be given to."""
    others = Desk.objects.select_related("organisation").exclude(recipient="").exclude(purpose="oversight")
    return list(others.exclude(organisation=report.desk.organisation_id).order_by("name_vi"))


def last_number(report: Report) -> int:
    return report.grants.order_by("-number").values_list("number", flat=True).first() or 0


def first_opening(report: Report) -> Opening | None:
    """The leaf of the report itself."""
    return Opening.objects.of(report.id).first()


def nothing_to_answer(report: Report) -> bool:
    """Closed because nothing to answer was found: the kind notice is shown."""
    return report.closure in NOTHING_TO_ANSWER
