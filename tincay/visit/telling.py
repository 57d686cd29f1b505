"""Telling more behind the code, what was told so far, and what to do when the code is lost."""

import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from tincay.core import officials
from tincay.core.authorship import Forged
from tincay.core.clock import local_day
from tincay.core.priority import kind_group, priority
from tincay.core.receipts import mentions
from tincay.core.sealing import Recipient, Sealed
from tincay.core.stages import WrongStage
from tincay.core.statements import NotSigned
from tincay.directory.queries import case_desk, desk_for
from tincay.directory.routing import RoutingBroken, in_force
from tincay.intake.consents import POLICE
from tincay.intake.forms import ABOUT_HER, FIELDS_ABOUT_HER, PlainReport, shown
from tincay.intake.pages import intake_page, keeping
from tincay.intake.questions import questions
from tincay.intake.seal_later import OwnCompartment, seal_addition
from tincay.intake.seal_on_server import ReportContent
from tincay.people.models import Desk
from tincay.reports.additions import receive_addition
from tincay.reports.application import NoRoom
from tincay.reports.envelope import LONGEST_PART
from tincay.reports.grants import last_number
from tincay.reports.models import ConsentGrant, Report
from tincay.reports.receiving import StaleDesk
from tincay.reports.signed_words import StaleNumber, signed_words
from tincay.vault.queries import kept_for_receipt, openings, recipient, wraps_for_receipt
from tincay.visit import allowing, pages, queries
from tincay.visit.actions import ReceiptKeys
from tincay.visit.consent_views import say_plain
from tincay.visit.session import Visitor, requires_visit
from tincay.visit.told_so_far import Telling, ToldSoFar, told_so_far
from tincay.visit.views import over
from tincay.web.dates import day_words
from tincay.web.in_the_clear import either_way
from tincay.web.json_views import storage_trouble
from tincay.web.packs import language, text_version, texts, things
from tincay.web.strict_json import base64_text
from tincay.web.time import now
from tincay.web.transactions import AWAY

ASKED = ("danger", "whose", "time_since", "harms", "did", "place", "need", "contact", "words")
"""What may be told later, in this order. Whether anybody was harmed is asked before a report is sent, never after."""
KEEP, KEPT = "keep", "store_sealed"
"""The last question, for whom it was never asked, and the consent that follows from it."""
_IN_STEP: Mapping[str, tuple[str, ...]] = {
    "whose": ("whose", "age_band"),
    "place": ("place", "channel"),
    "did": ("did", "identifier", "identifier_kind"),
    "contact": (*ABOUT_HER, *FIELDS_ABOUT_HER, "accessibility", "language"),
}
_LINES = ("words", "identifier", *FIELDS_ABOUT_HER)
_KIND = "incident_report"
"""Said of words where the kind of the report was erased with the words of before."""


class PlainLater(PlainReport):
    """What is told later where there is no JavaScript: the same questions, none of them needed."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, kind="tell")
        asked = {field for step in (*ASKED, KEEP) for field in _IN_STEP.get(step, (step,))}
        for name in set(self.fields) - asked:
            del self.fields[name]
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if len(_with_number(typed).encode()) > LONGEST_PART:
            self.add_error("words", gettext("Lời này dài quá. Bạn gửi trước một phần, rồi kể tiếp nhé."))
        return typed

    @property
    def tells(self) -> bool:
        """Is there anything to read in it?"""
        content = self.content
        return bool(content.answers or content.words or content.contact_answers or content.fields)

    @property
    def content(self) -> ReportContent:
        typed = self.cleaned_data
        coded = [name for name in (*questions(), "place") if name not in ABOUT_HER and typed.get(name)]
        return ReportContent(
            answers={name: _listed(typed[name]) for name in coded},
            words=_with_number(typed),
            contact_answers={name: _listed(typed[name]) for name in ABOUT_HER if typed.get(name)},
            fields={name: typed[name] for name in FIELDS_ABOUT_HER if typed.get(name)},
        )


def _with_number(typed: Mapping[str, Any]) -> str:
    return "\n\n".join(typed[name] for name in ("words", "identifier") if typed.get(name))


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


@requires_visit(over)
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What she has not told: one question at a time, sent together; without a script on one page."""
    if visitor.keys and not visitor.report.closed:
        return _tell_plain(request, visitor, visitor.keys)
    return render(request, "visit/tell.html", _telling_page(visitor))


@requires_visit(over)
def said_so_far(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """All her words and answers, in order."""
    page = _told_page(visitor)
    if visitor.keys:
        try:
            entries = told_so_far(visitor.report, visitor.keys).entries
            page |= {"entries": [_entry(entry, page["labels"]) for entry in entries]}
        except Forged:
            page |= {"forged": True}
    return render(request, "visit/said.html", page)


@either_way
@require_safe
def lost(request: HttpRequest) -> HttpResponse:
    """What can be done without the code, and what cannot."""
    return render(request, "visit/lost.html", {"texts": texts()})


# --- what the pages are given to show


def _told_page(visitor: Visitor) -> dict[str, Any]:
    page = pages.frame(visitor)
    report = visitor.report
    steps = {
        "stage": report.stage,
        "sealed": [base64_text(row.for_receipt) for row in openings(report.id)],
        "kept": kept_for_receipt(report.id),
    }
    return {
        **page,
        "record": page["record"] and {**page["record"], "steps": steps},
        "told": None if visitor.keys else _sealed(report),
        "labels": pages.labels(),
    }


def _sealed(report: Report) -> list[dict[str, Any]]:
    """Every compartment of hers with what was sealed to it, for her phone to open."""
    return [
        {
            "kind": wrap.compartment.kind,
            "of": wrap.compartment.recipient,
            "sealed": base64_text(wrap.sealed),
            "texts": [base64_text(text.sealed) for text in texts_of],
        }
        for wrap, texts_of in queries.compartments(report)
    ]


def _telling_page(visitor: Visitor) -> dict[str, Any]:
    receiving = in_force()
    return {
        **intake_page("tell"),
        **_told_page(visitor),
        "asked": _steps(visitor.report),
        "telling_config": {
            "routed": receiving.for_page,
            "officials": sorted(officials.ANSWERS),
            "police": _word(visitor.report, POLICE) if _police_stands(visitor.report) else None,
            "keep": _word(visitor.report, KEPT) if queries.keep_unasked(visitor.report) else None,
        },
        "police_stands": _police_stands(visitor.report),
        "now_read_by": visitor.report.desk.name(language()),
    }


def _police_stands(report: Report) -> bool:
    """Did she allow, or wish, that the police are told? It ends when she tells about an official."""
    return any(row.stands for row in queries.consents(report, [POLICE], now()))


def _steps(report: Report) -> tuple[str, ...]:
    return (*ASKED, KEEP) if queries.keep_unasked(report) else ASKED


def _word(report: Report, scope: str) -> dict[str, Any]:
    """What a word of hers about this has to carry, which her browser signs as it sends."""
    return {
        "scope": scope,
        "n": last_number(report) + 1,
        "day": local_day(now()).isoformat(),
        "text": text_version(),
        "action": reverse("visit_consent", args=[scope]),
    }


class Row(NamedTuple):
    """A question, what was said, and the name by which it is corrected ("" where it cannot be)."""

    question: str
    answer: str
    name: str


def _entry(entry: Telling, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    rows = [
        Row(
            labels.get(name, {}).get("", name),
            "; ".join(labels.get(name, {}).get(code, code) for code in codes),
            "" if name == "kind" else name,
        )
        for name, codes in entry.answers.items()
        if codes
    ]
    erased = day_words(entry.erased) if entry.erased else ""
    return {"day": day_words(entry.day), "erased": erased, "words": entry.words, "rows": rows}


# --- without a script


class Going(NamedTuple):
    """Where what is told now goes."""

    desk: Desk
    moves: bool
    priority: str
    ends_police: bool


def _was_told(going: Going, posted: QueryDict) -> bool:
    """Did she see it, where another team would read it, or where it takes a word of hers back?"""
    same_team = not going.moves or posted.get("team") == going.desk.code
    return same_team and (not going.ends_police or posted.get("police") == "no")


def _tell_plain(request: HttpRequest, visitor: Visitor, keys: ReceiptKeys) -> HttpResponse:
    sends = request.POST.get("go") == "send"
    form = PlainLater(request.POST if sends else None)
    try:
        before = told_so_far(visitor.report, keys)
    except Forged:
        page = _told_page(visitor) | {"forged": True, "asked": ()}
        return render(request, "visit/plain_tell.html", page, status=409)
    if not sends:
        return _plain_page(request, visitor, before, form)
    if not form.is_valid():
        return _plain_page(request, visitor, before, form, status=422)
    problem = _problem_with(form, keys)
    if problem:
        return _plain_page(request, visitor, before, form, problem=problem, status=422)
    going = _going(visitor.report, before, form.content) if form.tells else None
    if going and not _was_told(going, request.POST):
        return _plain_page(request, visitor, before, form, going=going, status=409)
    return _send(request, visitor, keys, before, form, going)


def _problem_with(form: PlainLater, keys: ReceiptKeys) -> str:
    if not (form.tells or form.cleaned_data[KEEP]):
        return "empty"
    typed = "\n\n".join(str(form.cleaned_data.get(name, "")) for name in _LINES)
    return "mentions" if mentions(typed, keys.code, things()) else ""


def _going(report: Report, before: ToldSoFar, content: ReportContent) -> Going:
    answers = officials.all_together([before.answers, content.answers])
    asked, default, current = desk_for((answers.get("place") or [""])[0]), desk_for(None), report.desk
    state = {desk.code for desk in (asked, current) if desk.organisation.of_the_state}
    chosen = officials.desk_for_report(asked.code, default.code, state, answers)
    code = officials.desk_for_addition(
        chosen, current.code, default.code, state, answers, all_kept=before.all_kept
    )
    desk = next(one for one in (current, asked, default) if one.code == code)

    def one(name: str) -> str:
        return (answers.get(name) or [""])[0]

    group = kind_group(one("kind") or _KIND)
    urgency = priority(
        group,
        one("danger"),
        answers.get("harms", []),
        one("time_since"),
        one("age_band"),
        needs=answers.get("need", []),
    )
    ends_police = officials.named_in(answers) and _police_stands(report)
    return Going(desk, desk.code != current.code, urgency, ends_police)


def _send(
    request: HttpRequest,
    visitor: Visitor,
    keys: ReceiptKeys,
    before: ToldSoFar,
    form: PlainLater,
    going: Going | None,
) -> HttpResponse:
    """What she says about consent first: by it her words stay, and go nowhere that she does not want."""
    try:
        if going and going.ends_police:
            say_plain(visitor, keys, POLICE, None, given=False)
        kept = _say_keep(visitor, keys, form.cleaned_data[KEEP])
        if going:
            _add(visitor.report, keys, before, form.content, going, request.POST.get("key", "")[:22])
    except AWAY as error:
        return _plain_page(request, visitor, before, form, problem=storage_trouble(error), status=503)
    except (StaleNumber, NotSigned, StaleDesk):
        return _plain_page(request, visitor, before, form, problem="stale_number", status=409)
    except NoRoom:
        return _plain_page(request, visitor, before, form, problem="no_room", status=409)
    except WrongStage:
        return _plain_page(request, visitor, before, form, problem="closed", status=409)
    except RoutingBroken:
        return _plain_page(request, visitor, before, form, problem="unsafe_keys", status=503)
    if kept and not going:
        at = now()
        change = allowing.changed(visitor.report, kept, at, plain=True)
        return render(request, "visit/consents.html", allowing.consents(visitor, at, change))
    return HttpResponseRedirect(reverse("visit_said"))


def _say_keep(visitor: Visitor, keys: ReceiptKeys, chosen: str) -> ConsentGrant | None:
    """Only for whom it was asked: sent twice it is one word."""
    if not chosen or not queries.keep_unasked(visitor.report):
        return None
    return say_plain(visitor, keys, KEPT, None, given=chosen == "yes")


def _add(
    report: Report, keys: ReceiptKeys, before: ToldSoFar, content: ReportContent, going: Going, key: str
) -> None:
    statements = signed_words(report)
    answers = {"kind": before.answers.get("kind") or [_KIND], **content.answers}
    there = [
        OwnCompartment(
            wrap.compartment.kind, Recipient(wrap.compartment.recipient), Sealed(bytes(wrap.sealed))
        )
        for wrap in wraps_for_receipt(report.id)
    ]
    addition = seal_addition(
        content=content._replace(answers=answers),
        priority=going.priority,
        receipt=keys.stretched,
        key=key,
        before=statements[-1],
        number=len(statements) + 1,
        current={kind: recipient(report.id, kind) for kind in ("narrative", "contact")},
        # Where words of before were erased there are new compartments too: a part would seem to be missing.
        new_desk=(going.desk, case_desk(going.desk), there) if going.moves or not before.all_kept else None,
    )
    receive_addition(report=report, addition=addition, sealed_by="server", now=now())


def _plain_page(
    request: HttpRequest,
    visitor: Visitor,
    before: ToldSoFar,
    form: PlainLater,
    *,
    problem: str = "",
    going: Going | None = None,
    status: int = 200,
) -> HttpResponse:
    fix = request.POST.get("fix", "")
    labels = pages.labels()
    team = going.desk if going and going.moves else None
    page = {
        **intake_page("tell"),
        **_told_page(visitor),
        "asked": _asked(visitor.report, before, fix),
        "keeping": keeping(form),
        "script": False,
        "questions": shown(form),
        "form": form,
        "typed": {name: form.typed(name) for name in ("place", *_LINES)},
        "now_read_by": visitor.report.desk.name(language()),
        "team": team,
        "team_name": team.name(language()) if team else "",
        "ends_police": going is not None and going.ends_police,
        "fix": fix,
        "correcting": _row(before, fix, labels) if fix else None,
        "problem": problem,
        "key": request.POST.get("key", "")[:22] or secrets.token_urlsafe(16),
    }
    return render(request, "visit/plain_tell.html", page, status=status)


def _asked(report: Report, before: ToldSoFar, fix: str) -> tuple[str, ...]:
    """Only what she has not told yet; to correct something, only that."""
    answered = before.answers

    def wanted(step: str) -> bool:
        names = _IN_STEP.get(step, (step,))
        if fix:
            return fix in names
        return step not in answered if step in names else answered.keys().isdisjoint(names)

    return tuple(step for step in _steps(report) if wanted(step))


def _row(before: ToldSoFar, fix: str, labels: Mapping[str, Mapping[str, str]]) -> Row:
    words = labels.get(fix, {})
    codes = before.answers.get(fix, [])
    return Row(words.get("", fix), "; ".join(words.get(code, code) for code in codes), fix)
