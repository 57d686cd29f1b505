"""A report without JavaScript: the form's answers become the same envelope that a browser makes."""

import base64
import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from tincay.core.clock import local_day
from tincay.core.consent import ASK_FIRST, Grant, grants_from
from tincay.core.officials import ANSWERS, desk_for_report
from tincay.core.priority import kind_group, priority, retention_class
from tincay.core.sealing import Sealed, Stretched, open_sealed, unpad, unwrap
from tincay.directory.queries import case_desk, desk_for
from tincay.intake import flood
from tincay.intake.derivations import stretch
from tincay.intake.forms import ABOUT_HER, FIELDS_ABOUT_HER, PlainReport
from tincay.intake.questions import KINDS
from tincay.intake.seal_on_server import ReportContent, seal_report, with_number
from tincay.people.models import Desk
from tincay.people.queries import law_enforcement
from tincay.reports.envelope import Envelope
from tincay.reports.models import Report
from tincay.vault.models import SealedText
from tincay.vault.queries import wraps_for_receipt
from tincay.web.packs import text_version

CODED = ("need", "danger", "harmed", "whose", "age_band", "time_since", "harms", "place", "channel", "did",
         "identifier_kind", "police_option", "accessibility", "language")  # fmt: skip


class Sent(NamedTuple):
    report: Report
    code: str
    left_out: bool
    """There was a report with this code already, and it does not say what was sent now."""


def send_plain(form: PlainReport, *, now: datetime) -> Sent:
    """Seal a valid form in memory and keep it. Sent twice it is one report. Raises derivations.Busy."""
    code = form.cleaned_data["code"]
    receipt = stretch(code)
    flood.plain_lane.add()
    crowded = flood.plain_lane.level() > flood.PLAIN_BUDGET
    content = _content(form)
    envelope = _envelope(form, content, receipt, local_day(now))
    report, new = flood.receive(envelope=envelope, sealed_by="server", crowded=crowded, now=now)
    return Sent(report, code, not new and not _says(report, content, receipt))


def _says(report: Report, content: ReportContent, receipt: Stretched) -> bool:
    """Whether a report begins with these answers and words: opened in memory, with her code."""
    wrap = wraps_for_receipt(report.id).filter(compartment__kind="narrative").first()
    if wrap is None:
        return False
    texts = SealedText.objects.of(report.id).filter(compartment=wrap.compartment).order_by("place")
    try:
        key = unwrap(Sealed(bytes(wrap.sealed)), receipt.identity)
        documents = [json.loads(unpad(open_sealed(Sealed(bytes(text.sealed)), key))) for text in texts]
    except ValueError:
        return False
    words = "".join(document["words"] for document in documents)
    return bool(documents) and documents[0]["answers"] == content.answers and words.startswith(content.words)


def key_of(receipt: Stretched) -> str:
    """The idempotency key of a plain report: the same for each sending of one page."""
    raw = sha256(b"tincay/plain/key" + receipt.locator).digest()[:16]
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _envelope(form: PlainReport, content: ReportContent, receipt: Stretched, day: date) -> Envelope:
    answers = form.cleaned_data
    desk = desk_of(answers)
    grants = _grants(form, day)
    group = kind_group(KINDS[form.kind])
    nobody_harmed = answers["harmed"] == "no"
    return seal_report(
        content=content,
        receipt=receipt,
        key=key_of(receipt),
        desk=desk,
        case=case_desk(desk),
        kind_group=group,
        priority="p3" if nobody_harmed else _priority(answers, group),
        retention_class=retention_class(
            group,
            keeps_words=answers["keep"] == "yes" or nobody_harmed,
            child=form.child,
            verification="no_harm_described" if nobody_harmed else "",
        ),
        grants=grants,
        text_version=text_version(),
    )


def desk_of(answers: Mapping[str, Any]) -> Desk:
    """Who is asked: the province's desk, but never a state body's desk about an official."""
    desk, default = desk_for(answers["place"]), desk_for(None)
    state_desks = [desk.code] if desk.organisation.of_the_state else []
    about = {"did": [answers["did"]], "harms": answers["harms"]}
    return desk if desk_for_report(desk.code, default.code, state_desks, about) == desk.code else default


def _priority(answers: Mapping[str, Any], group: str) -> str:
    return priority(
        group,
        answers["danger"],
        answers["harms"],
        answers["time_since"],
        answers["age_band"],
        needs=answers["need"],
    )


def _content(form: PlainReport) -> ReportContent:
    typed = form.cleaned_data
    coded = {name: _listed(typed[name]) for name in CODED if typed.get(name)}
    return ReportContent(
        answers={"kind": [KINDS[form.kind]], **coded},
        words=with_number(typed["words"], typed["identifier"]),
        contact_answers={name: _listed(typed[name]) for name in ABOUT_HER if typed.get(name)},
        fields={name: typed[name] for name in FIELDS_ABOUT_HER if typed[name]},
    )


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def _grants(form: PlainReport, day: date) -> list[Grant]:
    typed = form.cleaned_data
    names = ("keep", "consents", "police_option", "police_body")
    answers = {name: _listed(typed[name]) for name in names if typed.get(name)}
    if typed["police_body"] not in {ASK_FIRST, *(body.code for body in law_enforcement())}:
        answers.pop("police_body", None)
    official = not ANSWERS.isdisjoint([typed["did"], *typed["harms"]])
    return grants_from(answers, child=form.child, official=official, day=day)
