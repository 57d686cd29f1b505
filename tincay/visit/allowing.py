"""The pages of consent behind a receipt: what is allowed, one consent, the police, and what is said of a change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext

from tincay.core import officials
from tincay.core.clock import local_day
from tincay.core.consent import NOT_OF_A_CHILD, refuses
from tincay.core.priority import is_child
from tincay.intake.consents import POLICE, SHARED, item_words, items_of, seen_for
from tincay.intake.questions import CONSENTS
from tincay.reports.grants import grants, last_number
from tincay.reports.models import ConsentGrant, Report
from tincay.visit import queries
from tincay.visit.pages import frame, labels, own_words_of, told_of_people
from tincay.visit.sentences import OneConsent, RowState, Says, of_a_row
from tincay.visit.session import Visitor
from tincay.web.packs import text_version, texts

_OF_WHOM = ("age_band", "harms")
"""The answers that tell whether it is about a child."""
NEVER_OF_A_CHILD = NOT_OF_A_CHILD | {POLICE}


class Changed(NamedTuple):
    """What is said of a word of hers that was just taken: at which row, and in which sentences."""

    key: str
    lines: list[str]


def consents(visitor: Visitor, now: datetime, changed: Changed | None = None) -> dict[str, Any]:
    """Each consent with its sentence, what is on first; `changed` is said at its row.

    About the police there is one row, whomever it names; without such a body there is none. A child is asked less.
    """
    rows = queries.consents(visitor.report, [scope for scope in CONSENTS if scope != POLICE], now)
    if of_a_child(visitor, _told(visitor)):
        rows = [row for row in rows if row.stands or row.scope not in NOT_OF_A_CHILD]
    shown = [
        {"key": row.key, "address": _address(row), "label": queries.sentence(row.scope, row.receiver),
         "on": row.stands, "state": _state(row), "grown": not row.stands and row.scope in NOT_OF_A_CHILD}
        for row in rows
    ]  # fmt: skip
    shown += _police_row(visitor.report, now)
    shown.sort(key=lambda one: not one["on"])
    keys = {one["key"] for one in shown}
    confirmed = (
        {"key": changed.key if changed.key in keys else "", "lines": changed.lines} if changed else None
    )
    own = {} if visitor.keys else {"labels": {}, **own_words_of(visitor, only=_OF_WHOM)}
    return {**frame(visitor), "rows": shown, "told": confirmed, "only": " ".join(_OF_WHOM), **own}


def _address(row: queries.Consent) -> str:
    return reverse("visit_consent", args=[row.scope]) + row.address


def _state(row: queries.Consent) -> str:
    return of_a_row(RowState(given=row.given, wished=row.wished))


def _police_row(report: Report, now: datetime) -> list[dict[str, Any]]:
    rows = queries.consents(report, [POLICE], now)
    if not rows:
        return []
    on = [row for row in rows if row.stands]
    state = of_a_row(
        RowState(given=bool(on), wished=bool(on) and on[0].wished, refused=refuses(grants(report), POLICE))
    )
    label = gettext("Còn về công an")
    return [{"key": POLICE, "address": reverse("visit_consent", args=[POLICE]), "label": label,
             "on": bool(on), "state": state}]  # fmt: skip


EFFECT = (
    "words_gone", "kept_from_now", "words_stay", "words_end",
    "already_counted", "counted_if_allowed_then", "row_is_nobodys",
    "waits_to_be_counted", "until_then_yours", "not_counted",
    "nobody_chosen", "you_will_be_asked", "nothing_went", "what_went_is_gone", "nothing_more_goes",
)  # fmt: skip
"""The sentences that say what her last word about something does, as things stand."""
DONE = ("just_allowed", "just_taken_back", "just_refused")


def changed(report: Report, grant: ConsentGrant, now: datetime, *, plain: bool) -> Changed:
    """When it was taken, and what it does: from what she signed and from what has happened to the report."""
    about = OneConsent(grant.scope, grant.receiver or None)
    just = "allowed" if grant.given else "taken_back"
    if grant.scope == POLICE and not grant.given and not grant.receiver:
        just = "refused"
    says = Says(report, now, plain=plain, just=just, about=about)
    lines, key = _said(says, DONE), grant.scope
    if grant.receiver:
        named = queries.receivers(report, grant.scope, grants(report))
        to = next((one for one in named if one.receiver == grant.receiver), None)
        if grant.scope == POLICE:
            lines.append(f"{queries.sentence(POLICE, to)}.")  # its row names nobody
        else:
            key += f"?to={grant.receiver.partition(':')[2]}"
    return Changed(key, lines + _effect(says))


def _effect(says: Says) -> list[str]:
    """What her last word about this does; that her words are gone belongs to the one that keeps them."""
    return _said(says, EFFECT if says.state.about_words else EFFECT[1:])


def _said(says: Says, names: tuple[str, ...]) -> list[str]:
    return [says[name] for name in names if says[name]]


def _told(visitor: Visitor) -> dict[str, list[str]]:
    return told_of_people(visitor) if visitor.keys else {}


def of_a_child(visitor: Visitor, codes_told: Mapping[str, Sequence[str]]) -> bool:
    """As far as the server knows: her own phone looks at what it opens (`data-grown`)."""
    ages = codes_told.get("age_band") or [""]
    return visitor.report.of_a_child or is_child(ages[-1], codes_told.get("harms", []))


def why_not(visitor: Visitor, scope: str) -> str:
    """Why a yes is not offered, as far as the server knows: "child", "official" or ""."""
    codes_told = _told(visitor)
    if scope in NEVER_OF_A_CHILD and of_a_child(visitor, codes_told):
        return "child"
    return "official" if scope == POLICE and officials.named_in(codes_told) else ""


def consent(visitor: Visitor, scope: str, receiver: queries.Receiver | None, now: datetime) -> dict[str, Any]:
    """One consent: the exact items, with her own answers where they can be opened."""
    if scope not in CONSENTS or (receiver and scope not in SHARED):
        raise Http404
    report = visitor.report
    page = frame(visitor, about=OneConsent(scope, receiver.receiver if receiver else None))
    return {
        **page,
        "label": queries.sentence(scope, receiver),
        "example": texts()["consent"][scope]["example"],
        "who": texts()["consent"][scope]["who"],
        "scope": scope,
        "receiver": receiver,
        "not_to_police": why_not(visitor, scope) == "official",
        "not_of_a_child": why_not(visitor, scope) == "child",
        "never_of_a_child": scope in NEVER_OF_A_CHILD,
        "officials": " ".join(sorted(officials.ANSWERS)) if scope == POLICE else "",
        "given": bool(page["says"]["you_allow_this"]),
        "items": items_of(scope),
        "seen": item_words(scope),
        "handed_over": scope in SHARED,
        "only": " ".join(seen_for(scope)),
        "effect": _effect(page["says"]),
        **_signable(report, now),
        **own_words_of(visitor, only=seen_for(scope)),
        "labels": labels(),
    }


def police(visitor: Visitor, now: datetime) -> dict[str, Any]:
    """What she wants about the police: each body that may be named, and none."""
    report = visitor.report
    rows = queries.consents(report, [POLICE], now)
    if not rows:
        raise Http404
    page = frame(visitor, about=OneConsent(POLICE))
    return {
        **page,
        "scope": POLICE,
        "bodies": [
            {
                "address": _address(row),
                "name": row.receiver.name,
                "on": row.given,
                "state": _state(row),
            }
            for row in rows
            if row.receiver
        ],
        "given": [queries.sentence(POLICE, row.receiver) for row in rows if row.given],
        "refuses": page["says"].state.refused,
        "effect": _effect(page["says"]),
        **_signable(report, now),
    }


def _signable(report: Report, now: datetime) -> dict[str, Any]:
    """What her next word has to carry."""
    return {
        "number": last_number(report) + 1,
        "day": local_day(now).isoformat(),
        "text_version": text_version(),
    }
