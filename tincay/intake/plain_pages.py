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
from tincay.intake.forms import FIELDS_ABOUT_HER, FIRST, SEND, SENT, STORY, PlainReport, shown
from tincay.intake.labels import answer_labels
from tincay.intake.plain import desk_of
from tincay.intake.questions import ABROAD, TRAFFICKING, own_places, places, questions
from tincay.web.packs import language, texts, things

SOON_AFTER = ("h24", "h72")
"""Answers to "when" after which a clinic helps most."""
_TYPED = ("words", "identifier", *FIELDS_ABOUT_HER)


class ShownStep(NamedTuple):
    """A question on a page; with a title it is folded, and lies open where something was said."""

    name: str
    title: str
    open: bool


class FormButton(NamedTuple):
    """A button of the form: to which page it leads; the first one is the one to press."""

    page: str
    words: str
    kind: str = ""
    icon: str = ""


class ReviewLine(NamedTuple):
    """A line of the review: what was said of one question, and where to change it."""

    words: str
    answers: list[str]
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
        "buttons": _buttons(page, has_story=STORY in form.steps),
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
        **pages.call_context(),
        "watching": pages.watch_words(*desks.values()),
        "provinces": own_places(),
        "services": pages.services(),
        **(_review(form, code, names) if page == SEND else {}),
    }


def _step(form: PlainReport, page: str, step: str) -> ShownStep:
    folded = step == "police" if page == SEND else step not in ("need", "danger", "words")
    answered = [name for name in form.fields_of_step(step) if any(form.chosen(name)) or name in form.errors]
    return ShownStep(step, _title(form.kind, step) if folded else "", bool(answered))


def _title(kind: str, step: str) -> str:
    if step == "place":
        return gettext("Bạn ở tỉnh nào?") if kind == "ask" else gettext("Việc xảy ra ở đâu?")
    if step == "contact":
        return gettext("Người hỗ trợ nói chuyện với bạn thế nào?")
    return questions()[{"whose": "age_band", "police": "police_option"}.get(step, step)].title


def _buttons(page: str, *, has_story: bool) -> list[FormButton]:
    send = FormButton(SENT, gettext("Gửi"), icon="send")
    review = FormButton(SEND, gettext("Xem lại rồi gửi"))
    early = FormButton(SEND, gettext("Gửi ngay, kể sau"), "quiet")
    more = FormButton(STORY, gettext("Kể thêm"))
    back = FormButton(FIRST, gettext("Quay lại"), "quiet")
    if page == FIRST:
        return [more, early] if has_story else [review]
    if page == STORY:
        return [review, back]
    return [send, more._replace(words=gettext("Kể thêm, chưa gửi"), kind="quiet") if has_story else back]


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
    mistakes = []
    for step in form.steps[page]:
        for name in form.fields_of_step(step):
            if name in form.errors:
                asked = labels.get(name, {}).get("", "") or gettext("Lời của bạn")
                mistakes.append((step, asked, str(form.errors[name][0])))
    if page == SEND and "code" in form.errors:
        mistakes.append(("", "", str(form.errors["code"][0])))
    return mistakes


def _cards(form: PlainReport, page: str) -> list[str]:
    """The cards that what was said on earlier pages calls for, the most urgent first."""
    answers = {
        name: set(form.chosen(name))
        for one in form.steps
        if _stands_before(form, one, page)
        for name in form.fields_of(one)
    }

    def any_of(name: str, *values: str) -> bool:
        return not answers.get(name, set()).isdisjoint(values)

    called = {
        "danger": any_of("danger", "now"),
        "abroad": any_of("place", ABROAD) or any_of("need", "return_from_abroad"),
        "self_harm": any_of("harms", "self_harm_risk"),
        "hours": any_of("time_since", *SOON_AFTER),
        "child": any_of("age_band", *CHILD_AGES) or any_of("harms", *CHILD_HARMS),
        "official": any_of("did", *ANSWERS) or any_of("harms", *ANSWERS),
        "trafficking": any_of("harms", *TRAFFICKING),
        "third": bool(answers.get("whose", set()) - {"", "self", "not_said"}),
        "nobody": any_of("harmed", "no"),
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


def _lines(form: PlainReport, page: str, step: str) -> list[ReviewLine]:
    labels, asked = answer_labels(), questions()
    lines = []
    for name in form.fields_of_step(step):
        if name in _TYPED:
            words = str(form.cleaned_data.get(name, ""))
            count = len(words.split())
            folded = ngettext("%(count)s chữ – xem", "%(count)s chữ – xem", count) % {"count": count}
            title = labels.get(name, {}).get("") or (
                gettext("Lời của bạn") if name == "words" else gettext("Số hoặc tên của người đó")
            )
            lines += [ReviewLine(title, [words], page, step, folded)] if words else []
            continue
        options = places() if name == "place" else [o for g in asked[name].groups for o in g.options]
        said_of = [option.words for option in options if option.value and option.value in form.chosen(name)]
        title = labels.get(name, {}).get("") or asked[name].title
        lines += [ReviewLine(title, said_of, page, step)] if said_of else []
    return lines
