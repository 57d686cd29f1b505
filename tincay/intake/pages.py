"""What the reporter's pages are given to show: texts of the pack, questions, services, the receipt."""

import secrets
from collections.abc import Mapping
from typing import Any

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from tincay.core import officials, receipts
from tincay.core.clock import local_day
from tincay.directory.models import Service
from tincay.directory.queries import provinces
from tincay.directory.routing import InForce, in_force
from tincay.intake.forms import LONGEST_WORDS, PlainReport, shown
from tincay.intake.questions import CONSENTS, KINDS, asked, places
from tincay.people.models import Desk
from tincay.people.queries import channel_works, desks_on_call
from tincay.reports.models import Report
from tincay.web.dates import moment_words
from tincay.web.json_views import LONGEST
from tincay.web.models import this_install
from tincay.web.packs import language, pack_toml, text_version, texts, things, things_for_script, translated
from tincay.web.time import now

RECENT = ("h24", "h72")
"""Answers to "when" that show the 72-hour card."""


def intake_page(kind: str, form: PlainReport, *, script: bool) -> dict[str, Any]:
    """One way in, with its questions for the script (`script`) and for the plain form. Raises RoutingBroken."""
    receiving = in_force()
    desks = _asked(receiving)
    names = {code: desk.name(language()) for code, desk in desks.items()}
    return {
        "kind": kind,
        "way_back": reverse("back"),
        "plain_address": reverse(f"{kind}_plain"),
        "report_kind": KINDS[kind],
        "asked": asked(kind),
        "script": script,
        "form": form,
        "sealed": shown(None) if script else {},
        "plain": {} if script else shown(form),
        "typed": {name: form.typed(name) for name in ("place", *_LINES)},
        "code": _code_of(form),
        "places": places(),
        "teams": [] if script else _teams(receiving, names),
        "desks": list(names.items()) if script else [],
        "general_team": names[receiving.routing.default],
        "texts": texts(),
        "consents": _consents(form),
        "danger_numbers": numbers(),
        "watched": watched(*desks.values()),
        "services": _services(),
        "recent": " ".join(RECENT),
        "longest": LONGEST_WORDS,
        "config": configuration(receiving) if script else None,
    }


def _code_of(form: PlainReport) -> str:
    """The receipt code that the plain form carries: the same for every sending of one page."""
    typed = form.typed("code")
    return typed if receipts.check(typed) else receipts.make(secrets.token_bytes)


_LINES = ("identifier", "words", "name", "contact", "hours")


def numbers() -> list[dict[str, Any]]:
    """Whom to call in danger, as the pack says; with what each does, and at night."""
    contacts = pack_toml("contacts.toml")
    return [translated(contacts[name]) for name in pack_toml("texts.toml")["danger"]["numbers"]]


def watched(*desks: Desk) -> bool:
    """Is there somebody on call at each of these desks, with a way to call them and a place to reach them?"""
    return channel_works(now()) and {desk.pk for desk in desks} <= desks_on_call()


def _asked(receiving: InForce) -> dict[str, Desk]:
    """Every desk that a report from this page may go to, by its code: the province is not chosen yet."""
    codes = {receiving.routing.default, *receiving.routing.provinces.values()}
    return dict(sorted(receiving.desks(*codes).items()))


def first_look(report: Report) -> str:
    """By when somebody reads it; where nobody is there to read it within the hour, whom to call."""
    if report.next_due_at is None:
        return ""
    if report.priority == "p0" and not watched(report.desk):
        return str(texts()["danger"]["unwatched"]["text"])
    return gettext("Người hỗ trợ sẽ đọc, chậm nhất %(moment)s.") % {
        "moment": moment_words(report.next_due_at)
    }


def _consents(form: PlainReport) -> list[dict[str, Any]]:
    sentences = texts()["consent"]
    chosen = form.chosen("consents")
    return [{"scope": scope, "given": scope in chosen, **sentences[scope]} for scope in CONSENTS]


def _services() -> list[dict[str, str]]:
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


def _teams(receiving: InForce, names: Mapping[str, str]) -> list[tuple[str, str]]:
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
        "limits": {"envelope": LONGEST, "words": LONGEST_WORDS},
    }


def receipt_page(report: Report | None, code: str) -> dict[str, Any]:
    """The receipt, where the server has sealed: the code is on this page and nowhere else.

    Without a report (the server cannot look now) the code still stands there. No link to the other language:
    it would leave the code behind.
    """
    kept = {"first_look": first_look(report), **_promise(report.promise)} if report else {}
    return {
        **kept,
        "other_language": None,
        "report": report,
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


def unsafe_page() -> dict[str, Any]:
    """Shown where nothing may be sealed: whom to call instead."""
    return {"danger_numbers": numbers(), "texts": texts()}
