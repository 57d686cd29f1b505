"""What the pages behind a receipt ask of the rows. Everything is hers, or a code and a date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from tincay.core.authorship import TOLD
from tincay.core.clock import local_day
from tincay.core.consent import Grant, allows, wishes
from tincay.intake.consents import POLICE, SHARED, items_of
from tincay.people.models import Desk
from tincay.people.queries import law_enforcement
from tincay.reports.grants import grants
from tincay.reports.models import Clock, Escalation, Report
from tincay.vault.models import SealedText, Wrap
from tincay.vault.queries import wraps_for_receipt
from tincay.visit.sealed import Wrapped
from tincay.web.packs import language, rules, texts


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


def compartments(report: Report) -> list[tuple[Wrap, list[SealedText]]]:
    """Everything that her receipt opens, with what she told in it; messages aside."""
    texts: dict[UUID, list[SealedText]] = {}
    for text in SealedText.objects.of(report.id).filter(compartment__kind__in=TOLD).order_by("place"):
        texts.setdefault(text.compartment_id, []).append(text)
    return [(wrap, texts.get(wrap.compartment_id, [])) for wrap in wraps_for_receipt(report.id)]


def late_clocks(report: Report, now: datetime) -> list[Clock]:
    return list(report.clocks.late(now).order_by("due_at"))


def reopened(report: Report, clocks: Sequence[Clock]) -> bool:
    """Whether it was closed before: closing takes the times of its clocks, and what began again has a second one."""
    if not report.closed:
        return any(clock.started_at is None for clock in clocks)
    return sum(rules()[clock.rule].met == "answered" for clock in clocks) > 1


def keep_unasked(report: Report) -> bool:
    """Her words go with the answer, and she never said whether she wants that."""
    return (
        report.retention_class == "r0_now"
        and not report.closed
        and not any(grant.scope == "store_sealed" for grant in grants(report))
    )


def reminded(report: Report) -> bool:
    return Escalation.objects.within(clock__report=report).exists()


def oversight_asked(report: Report) -> bool:
    return Escalation.objects.within(clock__report=report).filter(level="e4").exists()


@dataclass(frozen=True)
class Receiver:
    """Another organisation: "desk:CODE", or "body:CODE" where it enforces the law."""

    receiver: str
    name: str

    @property
    def code(self) -> str:
        return self.receiver.partition(":")[2]


@dataclass(frozen=True)
class Consent:
    """One thing that may be allowed: to whom, and whether it is now."""

    scope: str
    receiver: Receiver | None
    given: bool
    wished: bool

    @property
    def stands(self) -> bool:
        """She said yes; a wish is one that opens nothing yet."""
        return self.given or self.wished

    @property
    def address(self) -> str:
        return f"?to={self.receiver.code}" if self.receiver else ""

    @property
    def key(self) -> str:
        """Names its row on the page."""
        return self.scope + self.address


def consents(report: Report, scopes: Iterable[str], now: datetime) -> list[Consent]:
    """What she allows today, scope by scope and, where facts go to somebody, receiver by receiver.

    Somebody has to be named there; a yes that names nobody is among them as long as it stands.
    """
    signed = grants(report)
    wished = wishes(signed, today=local_day(now))
    rows = []
    for scope in scopes:
        for receiver in [None, *receivers(report, scope, signed)]:
            given = is_given(signed, scope, receiver.receiver if receiver else None, now)
            rows.append(Consent(scope, receiver, given, receiver is None and scope in wished))
    return [row for row in rows if row.receiver or row.stands or row.scope not in SHARED]


def is_given(signed: list[Grant], scope: str, receiver: str | None, now: datetime) -> bool:
    items, today = ("", *items_of(scope)), local_day(now)
    return any(allows(signed, scope=scope, receiver=receiver, item=item, today=today) for item in items)


def receivers(report: Report, scope: str, signed: list[Grant]) -> list[Receiver]:
    """Who could be told; and whoever she named, to be taken back though the install knows no such body now."""
    tongue = language()
    offered: list[Receiver] = []
    if scope == POLICE:
        offered = [Receiver(f"body:{body.code}", body.name(tongue)) for body in law_enforcement()]
    elif scope in SHARED:
        others = Desk.objects.exclude(recipient="").exclude(purpose="oversight").order_by("name_vi")
        rows = others.exclude(organisation=report.desk.organisation_id)
        offered = [Receiver(f"desk:{desk.code}", desk.name(tongue)) for desk in rows]
    codes = {one.receiver for one in offered}
    named = [one.receiver for one in signed if one.scope == scope and one.given and one.receiver]
    return [*offered, *(Receiver(code, code) for code in dict.fromkeys(named) if code not in codes)]


def sentence(scope: str, receiver: Receiver | None) -> str:
    """What is allowed, in her words."""
    if receiver and scope == POLICE:
        words = gettext("Cho %(name)s biết việc đã xảy ra, không nói tôi là ai")
    elif receiver:
        words = gettext("Cho %(name)s biết việc đã xảy ra")
    else:
        return str(texts()["consent"][scope]["label"])
    return words % {"name": receiver.name}


def nothing_went(report: Report, scope: str, receiver: str | None) -> bool:
    """Whether it is certain that nothing went to anybody: nobody was named so far, or nobody has opened her words.

    How often they were opened is not kept when it closes.
    """
    named = [one for one in grants(report) if one.scope == scope and one.given and not one.is_wish]
    to_it = [one for one in named if receiver is None or one.receiver == receiver]
    return not to_it or (report.times_opened == 0 and not was_closed(report))


def was_closed(report: Report) -> bool:
    """Closed now or before: what was written down of it until then is gone, its promise too."""
    return report.closed or not report.promise
