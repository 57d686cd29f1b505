"""The pages of consent behind a receipt: what is allowed, one consent, the police, and what is said of a change."""

from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext

from tincay.core import officials
from tincay.core.clock import local_day
from tincay.core.consent import refuses, wishes
from tincay.intake.consents import POLICE, SHARED, item_words, items_of, seen_for
from tincay.intake.questions import CONSENTS
from tincay.reports.grants import grants, last_number
from tincay.reports.models import ConsentGrant, Report
from tincay.visit import queries
from tincay.visit.pages import about_officials, frame, labels, own_words_of
from tincay.visit.session import Visitor
from tincay.web.dates import moment_words
from tincay.web.packs import text_version, texts


class Changed(NamedTuple):
    """What is said of a word of hers that was just taken: at which row, and in which sentences."""

    key: str
    lines: list[str]


def consents(visitor: Visitor, now: datetime, changed: Changed | None = None) -> dict[str, Any]:
    """Each consent with its sentence, what is on first; `changed` is said at its row.

    About the police there is one row, whomever it names; without such a body there is none.
    """
    rows = queries.consents(visitor.report, [scope for scope in CONSENTS if scope != POLICE], now)
    shown = [
        {"key": row.key, "address": _address(row), "label": queries.sentence(row.scope, row.receiver),
         "on": row.stands, "state": _state(row)}
        for row in rows
    ]  # fmt: skip
    shown += _police_row(visitor.report, now)
    shown.sort(key=lambda one: not one["on"])
    keys = {one["key"] for one in shown}
    confirmed = (
        {"key": changed.key if changed.key in keys else "", "lines": changed.lines} if changed else None
    )
    return {**frame(visitor), "rows": shown, "told": confirmed}


def _address(row: queries.Consent) -> str:
    return reverse("visit_consent", args=[row.scope]) + row.address


def _state(row: queries.Consent) -> str:
    if row.wished:
        return gettext("Bạn muốn; còn phải chọn nơi nhận")
    return gettext("Đang cho phép") if row.given else gettext("Không cho phép")


def _police_row(report: Report, now: datetime) -> list[dict[str, Any]]:
    rows = queries.consents(report, [POLICE], now)
    if not rows:
        return []
    on = [row for row in rows if row.stands]
    state = _state(on[0]) if on else gettext("Không cho phép")
    if refuses(grants(report), POLICE):
        state = gettext("Bạn không muốn báo")
    label = gettext("Còn về công an")
    return [{"key": POLICE, "address": reverse("visit_consent", args=[POLICE]), "label": label,
             "on": bool(on), "state": state}]  # fmt: skip


def changed(report: Report, grant: ConsentGrant, now: datetime) -> Changed:
    """When it was taken, and what it does: from what she signed and from what has happened to the report."""
    when = {"when": moment_words(now)}
    taken = gettext("Đã cho phép lúc %(when)s.") if grant.given else gettext("Đã rút lúc %(when)s.")
    if grant.scope == POLICE and not grant.given and not grant.receiver:
        taken = gettext("Đã ghi lúc %(when)s: bạn không muốn báo công an.")
    lines = [taken % when, gettext("Có hiệu lực ngay.")]
    key = grant.scope
    if grant.receiver:
        named = queries.receivers(report, grant.scope, grants(report))
        to = next((one for one in named if one.receiver == grant.receiver), None)
        if grant.scope == POLICE:
            lines.insert(1, f"{queries.sentence(POLICE, to)}.")  # its row names nobody
        else:
            key += f"?to={grant.receiver.partition(':')[2]}"
    return Changed(key, lines + effect(report, grant.scope, grant.receiver or None, now))


def effect(report: Report, scope: str, receiver: str | None, now: datetime) -> list[str]:
    """What her last word about this does, as things stand."""
    signed = grants(report)
    asked = [receiver]
    if scope == POLICE and receiver is None:
        asked += [one.receiver for one in queries.receivers(report, scope, signed)]
    given = any(queries.is_given(signed, scope, one, now) for one in asked)
    if scope == "store_sealed":
        return _effect_on_words(report, given)
    if scope == "count_statistics":
        return _effect_on_counting(report, given)
    if not given and receiver is None and scope in wishes(signed, today=local_day(now)):
        return [gettext("Chưa chọn nơi nhận, nên chưa có gì được đưa đi."),
                gettext("Người hỗ trợ sẽ hỏi bạn: gửi cho nơi nào.")]  # fmt: skip
    if queries.nothing_went(report, scope, receiver):
        return [gettext("Chưa có gì được đưa đi.")]
    if given:
        return [gettext("Bạn rút lại được. Cái gì đã đưa đi rồi thì không lấy lại được.")]
    return [gettext("Cái gì đã đưa đi rồi thì không lấy lại được. Từ nay không đưa thêm.")]


def _effect_on_words(report: Report, given: bool) -> list[str]:
    if not queries.own_words(report):
        gone = gettext("Lời của bạn đã được xóa.")
        return [gone, gettext("Lời bạn kể thêm từ nay được giữ.")] if given else [gone]
    if given:
        return [gettext("Lời của bạn được giữ sau khi bạn được trả lời.")]
    return [gettext("Lời của bạn bị xóa khi bạn được trả lời, hoặc khi tin đóng.")]


def _effect_on_counting(report: Report, given: bool) -> list[str]:
    nobody_knows = gettext("Không rút lại được nữa: không ai còn biết dòng nào là của bạn.")
    if report.counted:
        return [gettext("Câu trả lời của bạn đã được đếm rồi."), nobody_knows]
    if queries.was_closed(report):
        return [gettext("Nếu bạn cho phép khi tin đóng, câu trả lời của bạn vẫn được đếm."), nobody_knows]
    if given:
        return [gettext("Câu trả lời của bạn đợi có đủ mười tin, hoặc hết quý, rồi mới được đếm."),
                gettext("Trước lúc đó, và khi tin chưa đóng, bạn rút lại được.")]  # fmt: skip
    return [gettext("Câu trả lời của bạn chưa được đếm.")]


def consent(visitor: Visitor, scope: str, receiver: queries.Receiver | None, now: datetime) -> dict[str, Any]:
    """One consent: the exact items, with her own answers where they can be opened."""
    if scope not in CONSENTS or (receiver and scope not in SHARED):
        raise Http404
    report = visitor.report
    signed = grants(report)
    wished = receiver is None and scope in wishes(signed, today=local_day(now))
    return {
        **frame(visitor),
        "label": queries.sentence(scope, receiver),
        "example": texts()["consent"][scope]["example"],
        "who": texts()["consent"][scope]["who"],
        "scope": scope,
        "receiver": receiver,
        "not_to_police": scope == POLICE and about_officials(visitor),
        "officials": " ".join(sorted(officials.ANSWERS)) if scope == POLICE else "",
        "given": wished or queries.is_given(signed, scope, receiver.receiver if receiver else None, now),
        "items": items_of(scope),
        "seen": item_words(scope),
        "handed_over": scope in SHARED,
        "only": " ".join(seen_for(scope)),
        "effect": effect(report, scope, receiver.receiver if receiver else None, now),
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
    wished = any(row.wished for row in rows)
    return {
        **frame(visitor),
        "scope": POLICE,
        "bodies": [
            {
                "address": _address(row),
                "label": queries.sentence(POLICE, row.receiver),
                "on": row.given,
                "state": _state(row),
            }
            for row in rows
            if row.receiver
        ],
        "given": [queries.sentence(POLICE, row.receiver) for row in rows if row.given],
        "wished": wished,
        "refuses": refuses(grants(report), POLICE),
        "effect": effect(report, POLICE, None, now),
        **_signable(report, now),
    }


def _signable(report: Report, now: datetime) -> dict[str, Any]:
    """What her next word has to carry."""
    return {
        "number": last_number(report) + 1,
        "day": local_day(now).isoformat(),
        "text_version": text_version(),
    }
