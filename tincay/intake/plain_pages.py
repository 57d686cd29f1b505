"""The pages without JavaScript: what each of the three is given to show, and the cards that her answers call for."""

import secrets
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from tincay.core import receipts
from tincay.core.officials import ANSWERS
from tincay.core.vocabulary import CHILD_AGES, CHILD_HARMS
from tincay.directory.routing import in_force
from tincay.intake import pages
from tincay.intake.forms import FIELDS_ABOUT_HER, FIRST, SEND, STORY, PlainReport, shown
from tincay.intake.labels import answer_labels
from tincay.intake.plain import desk_of
from tincay.intake.questions import ABROAD, places, questions
from tincay.web.packs import language, texts, things

_TYPED = ("words", "identifier", *FIELDS_ABOUT_HER)


class Step(NamedTuple):
    """A question on a page; with a title it is folded, and lies open where something was said."""

    name: str
    title: str
    open: bool


class Line(NamedTuple):
    """A line of the review: what was said of one question, and where to change it."""

    words: str
    said: list[str]
    page: str
    step: str
    folded: str = ""
    """What is said in place of words of hers, until she opens them."""


def plain_page(form: PlainReport, page: str, *, stopped: bool) -> dict[str, Any]:
    """One page of the plain form; `stopped` where a mistake on it keeps her from going on. Raises RoutingBroken."""
    receiving = in_force()
    desks = pages.asked_desks(receiving)
    names = {code: desk.name(language()) for code, desk in desks.items()}
    code = _code_of(form)
    allow = pages.allowing(form)
    left_out = {"send", "review", *(() if allow["police_bodies"] else ("police",))}
    return {
        "kind": form.kind,
        "page": page,
        "number": list(form.steps).index(page) + 1,
        "of": len(form.steps),
        "steps": [_step(form, page, step) for step in form.steps[page] if step not in left_out],
        "has_story": STORY in form.steps,
        # What the Enter key does: it goes on and never sends.
        "enter": STORY if page == FIRST and STORY in form.steps else SEND,
        "address": reverse(f"{form.kind}_plain"),
        "other_language": None,  # a link would leave behind what was typed: the form has a button for it
        "form": form if stopped else None,
        "wrong": _wrong(form, page) if stopped else [],
        "questions": shown(form, stopped=stopped),
        "typed": {name: form.typed(name) for name in ("place", *_TYPED)},
        "carried": form.carried(page),
        "code": code,
        "cards": _cards(form, page),
        "places": places(),
        "teams": pages.teams(receiving, names),
        "general_team": names[receiving.routing.default],
        "texts": texts(),
        **allow,
        "danger_numbers": pages.numbers(),
        "watched": pages.watched(*desks.values()),
        "services": pages.services(),
        **(_review(form, code, names) if page == SEND else {}),
    }


def _step(form: PlainReport, page: str, step: str) -> Step:
    folded = page != SEND and step not in ("need", "danger", "words")
    said = [name for name in form.fields_of_step(step) if any(form.chosen(name)) or name in form.errors]
    return Step(step, _title(form.kind, step) if folded else "", bool(said))


def _title(kind: str, step: str) -> str:
    if step == "place":
        return gettext("Bạn ở tỉnh nào?") if kind == "ask" else gettext("Việc xảy ra ở đâu?")
    if step == "contact":
        return gettext("Người hỗ trợ nói chuyện với bạn thế nào?")
    return questions()[step].title


def _stands_before(form: PlainReport, one: str, page: str) -> bool:
    order = list(form.steps)
    return order.index(one) < order.index(page)


def _code_of(form: PlainReport) -> str:
    """The receipt code that the form carries: the same on all its pages and for every sending."""
    typed = form.typed("code")
    return typed if receipts.check(typed) else receipts.make(secrets.token_bytes)


def _wrong(form: PlainReport, page: str) -> list[tuple[str, str, str]]:
    """Where each mistake of this page is, the question and what is said of it."""
    labels = answer_labels()
    found = []
    for step in form.steps[page]:
        for name in form.fields_of_step(step):
            if name in form.errors:
                asked = labels.get(name, {}).get("", "") or gettext("Lời của bạn")
                found.append((step, asked, str(form.errors[name][0])))
    if page == SEND and "code" in form.errors:
        found.append(("", "", str(form.errors["code"][0])))
    return found


def _cards(form: PlainReport, page: str) -> list[str]:
    """The cards that what was said on earlier pages calls for, the most urgent first."""
    said = {
        name: set(form.chosen(name))
        for one in form.steps
        if _stands_before(form, one, page)
        for name in form.fields_of(one)
    }

    def any_of(name: str, *values: str) -> bool:
        return not said.get(name, set()).isdisjoint(values)

    called = {
        "danger": any_of("danger", "now"),
        "abroad": any_of("place", ABROAD) or any_of("need", "return_from_abroad"),
        "self_harm": any_of("harms", "self_harm_risk"),
        "hours": any_of("time_since", *pages.RECENT),
        "child": any_of("age_band", *CHILD_AGES) or any_of("harms", *CHILD_HARMS),
        "official": any_of("did", *ANSWERS) or any_of("harms", *ANSWERS),
        "nobody": any_of("harmed", "no"),
        "third": bool(said.get("whose", set()) - {"", "self", "not_said"}),
    }
    return [name for name, calls in called.items() if calls]


def _review(form: PlainReport, code: str, names: dict[str, str]) -> dict[str, Any]:
    return {
        "lines": [
            line
            for page, steps in form.steps.items()
            if page != SEND
            for step in steps
            for line in _lines(form, page, step)
        ],
        "team": names[desk_of(form.cleaned_data).code],
        "digits": receipts.grouped(code),
        "things": receipts.to_things(code, things()),
    }


def _lines(form: PlainReport, page: str, step: str) -> list[Line]:
    labels, asked = answer_labels(), questions()
    lines = []
    for name in form.fields_of_step(step):
        if name in _TYPED:
            words = str(form.cleaned_data.get(name, ""))
            count = len(words.split())
            said = ngettext("%(count)s chữ – xem", "%(count)s chữ – xem", count) % {"count": count}
            title = labels.get(name, {}).get("") or (
                gettext("Lời của bạn") if name == "words" else gettext("Số hoặc tên của người đó")
            )
            lines += [Line(title, [words], page, step, said)] if words else []
            continue
        options = places() if name == "place" else [o for g in asked[name].groups for o in g.options]
        said_of = [option.words for option in options if option.value and option.value in form.chosen(name)]
        title = labels.get(name, {}).get("") or asked[name].title
        lines += [Line(title, said_of, page, step)] if said_of else []
    return lines
