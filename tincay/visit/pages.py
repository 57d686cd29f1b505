"""What the pages behind a receipt are given to show; opened here only where her browser has no script."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from tincay.core import receipts
from tincay.core.authorship import Forged, HerWords, Step, check_kept, check_steps, her_words, read_step
from tincay.core.ledger.leaf import Opened, open_leaf
from tincay.core.sealing import CannotOpen, Sealed, open_sealed, signing_public
from tincay.directory.pages import call_context
from tincay.intake.labels import ANSWER_LISTS
from tincay.intake.questions import CONSENTS, Option, places, questions
from tincay.log.keys import log_signer, policy_note
from tincay.log.queries import Standing, evidence_for, state_of
from tincay.reports.grants import record_of
from tincay.reports.models import Report
from tincay.reports.signed_words import record_json, said_of, signed_words
from tincay.vault.models import Opening
from tincay.vault.queries import first_opening, kept_for_receipt, openings, wraps_for_receipt
from tincay.visit import queries
from tincay.visit.actions import ReceiptKeys
from tincay.visit.new_code import sealed_to_code
from tincay.visit.reminders import reminders
from tincay.visit.sealed import Wrapped
from tincay.visit.sentences import WRITTEN_DOWN, OneConsent, Says
from tincay.visit.session import Visitor
from tincay.visit.stage_bar import bar, what_is_owed
from tincay.web.dates import moment_words
from tincay.web.models import this_install
from tincay.web.packs import codes, language, texts, thing_groups, things, things_for_script
from tincay.web.strict_json import base64_text
from tincay.web.time import now


def _page(visitor: Visitor, just: str = "", about: OneConsent | None = None) -> dict[str, Any]:
    """What every page behind a receipt has; `just` is what she did a moment ago, `about` the consent of the page."""
    plain = visitor.keys is not None
    says = Says(visitor.report, now(), plain=plain, just=just, about=about)
    # Without a script the way out has to pass by here, or the visit would stay open behind her.
    way_out = {"exit_address": reverse("visit_out")} if plain else {}
    return {
        "report": visitor.report,
        "token": visitor.token,
        "plain": plain,
        "record": None if plain else record_json(visitor.report),
        "forged": record_of(visitor.report).changed,
        "texts": texts(),
        "says": says,
        # Whom to call, where something on a page is not hers.
        **call_context(),
        # The site's name leads to her own first page, not out of the visit.
        "home_address": reverse("visit"),
        **({} if plain else visit_config()),
        **way_out,
    }


frame = _page
"""For the pages behind a receipt that stand in a module of their own."""


def visit_config() -> dict[str, Any]:
    """What <receipt-visit> is given, at the door and wherever the page may lock."""
    things_of_all = things_for_script("vi", "en")
    groups = thing_groups(language())
    return {"config": {"salt": bytes(this_install().salt).hex(), "things": things_of_all, "groups": groups}}


@dataclass(frozen=True)
class ThreadMessage:
    """One message of the thread."""

    who: str
    from_her: bool
    when: str
    kind: str
    wrapped: Wrapped
    text_id: UUID


def conversation(report: Report) -> list[ThreadMessage]:
    """Messages both ways, oldest first. A helper is a number, never a name."""
    wraps = wraps_for_receipt(report.id).filter(compartment__kind="thread")
    wrap_of = {wrap.compartment_id: wrap for wrap in wraps}
    rows = report.messages.select_related("text__compartment").order_by("place")
    return [
        ThreadMessage(
            who=gettext("Bạn")
            if row.from_reporter
            else gettext("Người hỗ trợ số %(number)s") % {"number": row.number},
            from_her=row.from_reporter,
            when=moment_words(row.posted_at) if row.posted_at else "",
            kind=row.kind,
            wrapped=Wrapped(
                wrap_of[row.text.compartment_id], [row.text], None if row.from_reporter else said_of(row)
            ),
            text_id=row.text_id,
        )
        for row in rows
        if row.text.compartment_id in wrap_of
    ]


def home(visitor: Visitor, now: datetime, just: str = "") -> dict[str, Any]:
    """What was said, where it stands and by when, and the place to write."""
    report = visitor.report
    own = _Opener(visitor)
    thread = conversation(report)
    shown = [_message(own, message) for message in thread]
    own.check_steps(report, [bytes(text.sealed) for message in thread for text in message.wrapped.texts])
    steps = {
        "stage": report.stage,
        "sealed": [base64_text(row.for_receipt) for row in openings(report.id)],
        "kept": kept_for_receipt(report.id),
    }
    page = _page(visitor, just)
    own.expect_thread([message.wrapped for message in thread if message.from_her])
    newest = _newest(thread)
    return {
        **page,
        "record": page["record"] and {**page["record"], "steps": steps},
        "bar": bar(report, now),
        "before": shown[:newest],
        "messages": shown[newest:],
        "forged": page["forged"] or own.forged,
        "calls": report.in_danger and not report.closed,
        "key": secrets.token_urlsafe(16),
    }


def _newest(thread: list[ThreadMessage]) -> int:
    """Where what is new begins: what helpers wrote since she wrote, or else the last of theirs with what she said."""
    at = len(thread)
    while at and thread[at - 1].from_her:
        at -= 1
    end = at
    while at and not thread[at - 1].from_her:
        at -= 1
    return at if end == len(thread) else max(end - 1, 0)


class _Opener:
    """Opens her words in memory where her browser has no script; remembers whether something was not hers."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self.forged = False
        self._hers: HerWords | None = None
        if visitor.keys:
            try:
                self._hers = her_words(
                    signing_public(visitor.keys.stretched.signing_seed), signed_words(visitor.report)
                )
            except Forged:
                self.forged = True

    def check_steps(self, report: Report, messages: list[bytes]) -> None:
        """Whether every step of the report is there, and says what the page says."""
        keys = self._visitor.keys
        if keys is None or self._hers is None:
            return
        try:
            events = [_step(keys, row).event for row in openings(report.id)]
            check_steps(events, stage=report.stage, words=self._hers, messages=messages)
            check_kept(events, words=self._hers, kept=kept_for_receipt(report.id))
        except (Forged, ValueError, LookupError, TypeError, AttributeError):
            self.forged = True

    def open(self, wrapped: Wrapped) -> list[dict[str, Any]]:
        keys = self._visitor.keys
        if keys is None or self._hers is None:
            return []
        try:
            return wrapped.opened(keys.stretched.identity, self._hers)
        except Forged:
            self.forged = True
            return []

    def expect_thread(self, shown: Iterable[Wrapped]) -> None:
        """Notice when a message of hers is not among what is shown."""
        texts = [bytes(text.sealed) for wrapped in shown for text in wrapped.texts]
        for recipient in self._hers.recipients("thread") if self._hers else ():
            self._expect(recipient, texts)

    def expect_whole(self, wrapped: Wrapped) -> None:
        """Notice when something that she sealed to this compartment is not among what is shown of it."""
        self._expect(wrapped.wrap.compartment.recipient, [bytes(text.sealed) for text in wrapped.texts])

    def _expect(self, recipient: str, texts: list[bytes]) -> None:
        try:
            if self._hers:
                self._hers.check_whole(recipient, texts)
        except Forged:
            self.forged = True

    def document(self, wrapped: Wrapped) -> dict[str, Any] | None:
        """What her own browser opens; None where it has no script."""
        return None if self._visitor.keys else wrapped.document


def _message(own: _Opener, message: ThreadMessage) -> dict[str, Any]:
    return {
        "message": message,
        "id": f"m{message.text_id.hex}",
        "words": [str(document.get("words", "")) for document in own.open(message.wrapped)],
        "sealed": own.document(message.wrapped),
    }


def labels() -> dict[str, dict[str, str]]:
    """The words of every answer, for the pages that show what was sealed."""
    labels = {
        name: _labels_of(question.title, question.values, question.groups)
        for name, question in questions().items()
    }
    for name, (list_name, _) in ANSWER_LISTS.items():
        # A helper may have written down an answer that the form does not offer.
        labels[name] = {"": gettext("Loại tin")} | _list(list_name) | labels.get(name, {})
    labels["place"] = {"": gettext("Nơi xảy ra"), **{place.value: place.words for place in places()}}
    for name, words in _fields().items():
        labels[name] = {"": words}
    return labels


def _labels_of(title: str, values: frozenset[str], groups: Any) -> dict[str, str]:
    options: list[Option] = [option for group in groups for option in group.options]
    return {"": title, **{option.value: option.words for option in options if option.value}}


def _list(name: str) -> dict[str, str]:
    return {code.code: code.label(language()) for code in codes()[name]}


def _fields() -> dict[str, str]:
    return {
        "words": gettext("Lời của bạn"),
        "identifier": gettext("Số hay tên của người gây hại"),
        "name": gettext("Tên bạn muốn được gọi"),
        "contact": gettext("Cách liên hệ"),
        "hours": gettext("Giờ an toàn"),
    }


def own_words_of(visitor: Visitor, *, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """Her story and what she said about herself: sealed for her phone, or opened in memory."""
    words_of, own = labels(), _Opener(visitor)
    shown = []
    with_words = not only or "words" in only
    for place, wrapped in enumerate(queries.own_words(visitor.report)):
        opened = own.open(wrapped)
        own.expect_whole(wrapped)
        shown.append(
            {
                "id": f"own{place}",
                "sealed": own.document(wrapped),
                "answers": [pair for document in opened for pair in _answers(document, words_of, only)],
                "words": [str(one["words"]) for one in opened if with_words and one.get("words")],
            }
        )
    return {"own": shown, "forged": own.forged or record_of(visitor.report).changed}


def told_of_people(visitor: Visitor) -> dict[str, list[str]]:
    """Codes of who did it, of the harms and of age, as far as the server may open what she told."""
    own = _Opener(visitor)
    documents = [document for wrapped in queries.own_words(visitor.report) for document in own.open(wrapped)]
    answers = [document.get("answers", {}) for document in documents]
    codes_told: dict[str, list[str]] = {}
    for one in answers:
        for name in ("did", "harms", "age_band"):
            codes_told.setdefault(name, []).extend(map(str, _listed(one.get(name, []))))
    return codes_told


def _answers(
    document: dict[str, Any], words_of: dict[str, dict[str, str]], only: tuple[str, ...]
) -> list[tuple[str, list[str]]]:
    """Pairs of a question and its answers in words, from an opened document."""
    answers = {**document.get("answers", {}), **document.get("fields", {})}
    return [
        (
            words_of.get(name, {}).get("", name),
            [words_of.get(name, {}).get(str(code), str(code)) for code in _listed(value)],
        )
        for name, value in answers.items()
        if not only or name in only
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def late(visitor: Visitor, now: datetime, just: str = "") -> dict[str, Any]:
    """What is late, which unit was reminded when, and whether oversight was asked."""
    report = visitor.report
    clocks = [
        {"what": what_is_owed(clock, report), "due": clock.due_at}
        for clock in queries.late_clocks(report, now)
    ]
    return {**_page(visitor, just), "late": clocks, "reminders": reminders(report)}


def proof(visitor: Visitor) -> dict[str, Any]:
    """What her phone needs to find her leaf: no row says which one it is. Without a script it is found here."""
    opening = first_opening(visitor.report.id)
    if opening is None:
        return {**_page(visitor), "sealed": None}
    try:
        opened = _opened(visitor, opening)
    except Forged:
        return {**_page(visitor), "sealed": None, "forged": True}
    return {
        **_page(visitor),
        "sealed": {"policy": policy_note(), "sealed": base64_text(opening.for_receipt)},
        "state": state_of(opened.data, opened.day) if opened else None,
        "standings": [standing.value for standing in Standing],
        "leaf": base64_text(opened.leaf_hash) if opened else "",
    }


def _opened(visitor: Visitor, opening: Opening) -> Opened | None:
    """The opening, read in memory, where the server may."""
    text = _opening_text(visitor, opening)
    return open_leaf(text) if text else None


def _opening_text(visitor: Visitor, opening: Opening) -> str:
    if visitor.keys is None:
        return ""
    return _step(visitor.keys, opening).opening


def _step(keys: ReceiptKeys, row: Opening) -> Step:
    """What a leaf of hers says. Raises Forged."""
    try:
        opened = open_sealed(Sealed(bytes(row.for_receipt)), keys.stretched.identity)
    except CannotOpen:
        raise Forged("not_the_log") from None
    return read_step(opened, log=log_signer().verifier.public, record=row.owner.hex)


def leaf_state(data: bytes, day: date) -> dict[str, str]:
    """What her browser is told of the leaf that it names."""
    state = state_of(data, day)
    return {"standing": state.standing.value, "proof": state.proof}


def proof_text(visitor: Visitor) -> str | None:
    """The proof file with what the leaf says in it, where the server may open."""
    opening = first_opening(visitor.report.id)
    try:
        text = _opening_text(visitor, opening) if opening else ""
    except Forged:
        return None
    return evidence_for(text) if text else None


def data(visitor: Visitor, now: datetime) -> dict[str, Any]:
    """Everything that is held: sealed words, consents, codes and dates in the open."""
    report = visitor.report
    return {
        **_page(visitor),
        **own_words_of(visitor),
        "labels": labels(),
        "bar": bar(report, now),
        "desk": report.desk.name(language()),
        "organisation": report.desk.organisation.name(language()),
        "priority": codes().get_code("triage_priority", report.priority).label(language()),
        "retention": codes().get_code("retention_class", report.retention_class).label(language()),
        "sealed_by": report.sealed_by,
        "given": [
            queries.sentence(row.scope, row.receiver)
            for row in queries.consents(report, CONSENTS, now)
            if row.given
        ],
        "messages": report.messages.count(),
        "written_down": _written_down(report),
    }


def _written_down(report: Report) -> list[tuple[str, str]]:
    """What helpers added in the open: a name for each and what stands there."""
    coded = {
        gettext("Kết quả xem thông tin"): ("verification_result", report.verification_result),
        gettext("Được xếp vào loại"): ("classification", report.classification),
        gettext("Kết quả giải quyết"): ("handling_result", report.handling_result),
    }
    lines = [(name, codes().get_code(*code).label(language())) for name, code in coded.items() if code[1]]
    lines.append((gettext("Tên gọi của tin"), report.code_name))
    lines.append((gettext("Số lần được mở"), str(report.times_opened)))
    lines.append((gettext("Số ngày đã thử liên lạc với bạn"), str(report.safe_tries.count())))
    titles = {
        "second_person_looks": gettext("Đề nghị đóng tin"),
        "waits_in_the_totals": gettext("Con số chung"),
        "stands_in_the_totals": gettext("Con số chung"),
    }
    true = [(titles[name], one.text) for name, one in WRITTEN_DOWN.items() if one.when(report)]
    return lines + true


def new_code(visitor: Visitor, code: str) -> dict[str, Any]:
    """A new code: everything that the old one opens goes to her browser; without a script the code is shown here."""
    if visitor.keys:
        return {
            **_page(visitor),
            "code": code,
            "digits": receipts.grouped(code),
            "things": receipts.to_things(code, things()),
        }
    config = {"salt": bytes(this_install().salt).hex(), "opened": sealed_to_code(visitor.report)}
    return {**_page(visitor), "new_code_config": config}


def ending(visitor: Visitor, just: str = "") -> dict[str, Any]:
    """Before and after something ends: how long backups keep what was deleted."""
    return {**_page(visitor, just), "backup_days": settings.TINCAY_BACKUP_DAYS}
