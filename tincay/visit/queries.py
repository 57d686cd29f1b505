"""What the pages behind a receipt ask of the rows. Everything is hers, or a code and a date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tincay.core.clock import local_day
from tincay.core.consent import Grant, allows, wishes
from tincay.people.models import Desk
from tincay.reports.grants import grants
from tincay.reports.models import Clock, Escalation, Report
from tincay.vault.models import SealedText
from tincay.vault.queries import wraps_for_receipt
from tincay.visit.consents import SHARED, items_of
from tincay.visit.sealed import Wrapped
from tincay.web.packs import rules


def own_words(report: Report) -> list[Wrapped]:
    """What she sent: the story, and what she said about herself."""
    texts: dict[UUID, list[SealedText]] = {}
    for text in SealedText.objects.of(report.id).order_by("place"):
        texts.setdefault(text.compartment_id, []).append(text)
    # Where it moved there are several of a kind, in the order in which she sealed to them.
    wraps = list(wraps_for_receipt(report.id).filter(compartment__in=texts))
    return [
        Wrapped(wrap, texts[wrap.compartment_id])
        for kind in ("narrative", "contact", "identity")
        for wrap in wraps
        if wrap.compartment.kind == kind
    ]


def late_clocks(report: Report, now: datetime) -> list[Clock]:
    return list(report.clocks.late(now).order_by("due_at"))


def reopened(report: Report, clocks: Sequence[Clock]) -> bool:
    """Whether it was closed before: closing takes the times of its clocks, and what began again has a second one."""
    if not report.closed:
        return any(clock.started_at is None for clock in clocks)
    return sum(rules()[clock.rule].met == "answered" for clock in clocks) > 1


def reminded(report: Report) -> bool:
    return Escalation.objects.within(clock__report=report).exists()


def oversight_asked(report: Report) -> bool:
    return Escalation.objects.within(clock__report=report).filter(level="e4").exists()


@dataclass(frozen=True)
class Consent:
    """One thing that may be allowed: to whom, and whether it is now."""

    scope: str
    receiver: Desk | None
    given: bool
    wished: bool

    @property
    def stands(self) -> bool:
        """She said yes; a wish is one that opens nothing yet."""
        return self.given or self.wished

    @property
    def address(self) -> str:
        return f"?to={self.receiver.code}" if self.receiver else ""


def consents(report: Report, scopes: Iterable[str], now: datetime) -> list[Consent]:
    """What she allows today, scope by scope and, where facts go to somebody, receiver by receiver."""
    signed = grants(report)
    wished = wishes(signed, today=local_day(now))
    rows = []
    for scope in scopes:
        for receiver in [None, *(receivers(report) if scope in SHARED else [])]:
            given = is_given(signed, scope, receiver, now)
            rows.append(Consent(scope, receiver, given, receiver is None and scope in wished))
    return rows


def is_given(signed: list[Grant], scope: str, receiver: Desk | None, now: datetime) -> bool:
    items = ("", *items_of(scope))
    code = f"desk:{receiver.code}" if receiver else None
    return any(allows(signed, scope=scope, receiver=code, item=item, today=local_day(now)) for item in items)


def receivers(report: Report) -> list[Desk]:
    """Other organisations of the network that facts could be given to."""
    others = Desk.objects.select_related("organisation").exclude(recipient="").exclude(purpose="oversight")
    return list(others.exclude(organisation=report.desk.organisation_id).order_by("name_vi"))
