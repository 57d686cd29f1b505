"""What the reporter's pages are given to show: texts of the pack, questions, services, the receipt."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from tincay.core import officials, receipts
from tincay.core.clock import local_day
from tincay.core.consent import ASK_FIRST, NOT_OF_A_CHILD, ON_FORM
from tincay.core.priority import is_child
from tincay.core.vocabulary import CHILD_AGES
from tincay.directory.models import Service
from tincay.directory.numbers import Number
from tincay.directory.pages import call_context
from tincay.directory.queries import provinces
from tincay.directory.routing import InForce, in_force
from tincay.intake.consents import POLICE, item_words
from tincay.intake.forms import PlainReport, Shown
from tincay.intake.questions import (
    KINDS,
    PRESELECTED,
    TRAFFICKING,
    WHOSE,
    asked,
    own_places,
    places,
    questions,
)
from tincay.intake.sentences import SaysOnTheWay, WayIn
from tincay.people.models import Desk
from tincay.people.queries import channel_works, desks_on_call, law_enforcement
from tincay.reports.models import Report
from tincay.web.dates import moment_words
from tincay.web.json_views import LONGEST
from tincay.web.models import this_install
from tincay.web.packs import language, text_version, texts, things, things_for_script
from tincay.web.time import now


def front_page() -> dict[str, Any]:
    return {"way_back": reverse("back"), "texts": texts(), **call_context()}


def intake_page(kind: str) -> dict[str, Any]:
    """One way in, with its questions for the script. Raises RoutingBroken."""
    receiving = in_force()
    desks = asked_desks(receiving)
    allow = allowing(PlainReport(kind=kind))
    return {
        "kind": kind,
        "way_back": reverse("back"),
        "plain_address": reverse(f"{kind}_plain"),
        "report_kind": KINDS[kind],
        "asked": [step for step in asked(kind) if step != "police" or allow["police_bodies"]],
        "sealed": _sealed(kind),
        "places": places(),
        "provinces": own_places(),
        "desks": [(code, desk.name(language())) for code, desk in desks.items()],
        "texts": texts(),
        **allow,
        **call_context(),
        "watching": watch_words(*desks.values()),
        "services": services(),
        # Codes under which a card stands.
        "official_answers": _of_officials(),
        "trafficking_answers": ",".join(TRAFFICKING),
        "third_persons": ",".join(code for code in WHOSE if code not in {"self", "not_said"}),
        "child_ages": ",".join(CHILD_AGES),
        "config": configuration(receiving),
    }


def _sealed(kind: str) -> dict[str, Shown]:
    """Every question for the script; who comes to warn others has said so."""
    return {
        name: Shown(question, True, PRESELECTED.get((kind, name), ())[:1])
        for name, question in questions(kind).items()
    }


def watched(*desks: Desk) -> bool:
    """Is there somebody on call at each of these desks, with a way to call them and a place to reach them?"""
    return channel_works(now()) and {desk.pk for desk in desks} <= desks_on_call()


def watch_words(*desks: Desk) -> str:
    """Who watches at this hour, for somebody in danger whose words go to one of these desks: said so on every page."""
    says = SaysOnTheWay(WayIn(watched=watched(*desks)))
    return says["nobody_watches"] or says["somebody_watches"]


def asked_desks(receiving: InForce) -> dict[str, Desk]:
    """Every desk that a report from this page may go to, by its code: the province is not chosen yet."""
    codes = {receiving.routing.default, *receiving.routing.provinces.values()}
    return dict(sorted(receiving.desks(*codes).items()))


def first_look(report: Report, at: datetime) -> str:
    """By when somebody reads it, as things stand then; in danger also who watches at this hour.

    "" where it was read, or should have been.
    """
    due = report.next_due_at
    state = WayIn(
        kept=True,
        unread=report.stage == "received" and due is not None and due > at,
        in_danger=report.in_danger,
        watched=report.in_danger and watched(report.desk),  # asked only where something is said of it
    )
    says = SaysOnTheWay(state, moment=moment_words(due) if due else "")
    return " ".join(filter(None, (says[name] for name in ("nobody_watches", "read_by_or_later", "read_by"))))


def _of_officials() -> dict[str, str]:
    """The answers, by question, that keep a report from every state body: what the officer card stands under."""
    asked_about = questions()
    return {name: ",".join(sorted(officials.ANSWERS & asked_about[name].values)) for name in ("did", "harms")}


def allowing(form: PlainReport) -> dict[str, Any]:
    """What may be allowed, and what is by now."""
    return {
        "consents": _consents(form),
        "police_bodies": _police_bodies(form),
        "police_items": item_words(POLICE),
        "about_official": not officials.ANSWERS.isdisjoint([*form.chosen("did"), *form.chosen("harms")]),
        "about_child": is_child(form.typed("age_band"), form.chosen("harms")),
        "police_options": _police_options(form),
        "keeping": keeping(form),
    }


def _police_bodies(form: PlainReport) -> list[dict[str, Any]]:
    """To whom the facts may go without her name, and "ask me first"; empty where the install has no such body."""
    named = [(body.code, body.name(language())) for body in law_enforcement()]
    words, chosen = texts()["police"], form.chosen("police_body")
    bodies = [
        {
            "code": code,
            "name": name,
            "label": gettext("Tôi cho phép: %(name)s") % {"name": name},
            "review": gettext("Nơi được biết: %(name)s.") % {"name": name},
        }
        for code, name in named
    ]
    first = {"code": ASK_FIRST, "label": words["ask"], "review": words["say"]["ask_body"]}
    return [{**one, "chosen": one["code"] in chosen} for one in [*bodies, first]] if bodies else []


def _police_options(form: PlainReport) -> list[dict[str, Any]]:
    reviews, chosen = texts()["police"]["say"], form.chosen("police_option")
    (group,) = questions()["police_option"].groups
    return [
        {"value": one.value, "label": one.words, "review": reviews[one.value], "chosen": one.value in chosen}
        for one in group.options
    ]


def keeping(form: PlainReport) -> list[dict[str, Any]]:
    answers, chosen = texts()["keep"], form.chosen("keep")
    return [{"value": value, "chosen": value in chosen, **answers[value]} for value in ("yes", "no")]


def _consents(form: PlainReport) -> list[dict[str, Any]]:
    """Who only asks something has told nothing that could warn or be compared: the totals alone are asked."""
    sentences, chosen = texts()["consent"], form.chosen("consents")
    return [
        {
            "scope": scope,
            "given": scope in chosen,
            "items": item_words(scope),
            "for_child": scope not in NOT_OF_A_CHILD,
            **sentences[scope],
        }
        for scope in (ON_FORM if form.kind != "ask" else ON_FORM[:1])
    ]


def services() -> list[dict[str, str]]:
    """Every urgent service travels with the page; the phone shows those of the chosen province."""
    tongue = language()
    return [
        _service(service, tongue) for service in Service.objects.within_72_hours().select_related("province")
    ]


def _service(service: Service, tongue: str) -> dict[str, str]:
    def text(name: str) -> str:
        return str(getattr(service, f"{name}_{tongue}") or getattr(service, f"{name}_vi"))

    return {
        "name": text("name"),
        "place": text("place"),
        "hours": text("hours"),
        "note": text("note"),
        "phone": service.phone,
        "province": service.province_id or "",
        "province_name": service.province.name(tongue) if service.province else "",
    }


def teams(receiving: InForce, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Which team reads what comes from a province."""
    signed = receiving.routing.provinces
    return [
        (province.name(language()), names[signed[province.code]])
        for province in provinces()
        if province.code in signed
    ]


def configuration(receiving: InForce) -> dict[str, Any]:
    """What the sealing script needs: public keys, the salt, the day, how much work, how much at most."""
    return {
        "routed": receiving.for_page,
        "officials": sorted(officials.ANSWERS),
        "salt": bytes(this_install().salt).hex(),
        "things": things_for_script(language()),
        "day": local_day(now()).isoformat(),
        "text_version": text_version(),
        "limits": {"envelope": LONGEST},
    }


def receipt_page(report: Report | None, code: str, state: WayIn) -> dict[str, Any]:
    """The receipt, where the server has sealed: the code is on this page and nowhere else.

    Without a report (the server cannot look now) the code still stands there. No link to the other language:
    it would leave the code behind.
    """
    kept = {"first_look": first_look(report, now()), **_promise(report.promise)} if report else {}
    return {
        **kept,
        **call_context(),
        "other_language": None,
        "report": report,
        "says": SaysOnTheWay(replace(state, kept=report is not None)),
        "way_back": reverse("back"),
        "code": code,
        "digits": receipts.grouped(code),
        "things": receipts.to_things(code, things()),
        "texts": texts(),
    }


def _promise(promise: str) -> dict[str, Any]:
    return {"promise": promise, "qr": promise_picture(promise)}


def promise_picture(promise: str) -> SafeString:
    """The promise as a QR code with its quiet zone, drawn into the page."""
    drawn = segno.make(promise, error="l", micro=False).svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308 - drawn here from squares only


def unsafe_page(shown: Mapping[str, Number] | None = None) -> dict[str, Any]:
    """Shown where nothing may be sealed: whom to call instead. `shown` as in call_context."""
    return {**call_context(shown), "texts": texts()}
