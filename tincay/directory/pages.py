"""What pages are given to show: whom to call, and whose keys phones seal to and who outside has seen them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tincay.core.authorship import KeyOfDesk, from_base64url
from tincay.core.sealing import fingerprint
from tincay.directory.numbers import Number, chosen, numbers_to_show
from tincay.directory.routing import RoutingBroken, in_force
from tincay.log.queries import LeafState, Standing, opened_in_clear, state_of
from tincay.web.packs import label, language, pack_toml, translated, words


def call_context(shown: Mapping[str, Number] | None = None) -> dict[str, Any]:
    """Whom to call, for every page with a number on it: only what may be shown here (directory.numbers).

    Every list may be empty. `shown` is given by whoever cannot read a row.
    """
    shown = numbers_to_show() if shown is None else shown
    cards = pack_toml("texts.toml")
    countries: dict[str, list[Number]] = {}
    for number in shown.values():
        if number.abroad and number.code not in cards["abroad"]["numbers"]:
            countries.setdefault(label("country", number.row["country"]), []).append(number)
    return {
        "danger_numbers": _numbers(shown, cards["danger"]["numbers"]),
        "child_numbers": _numbers(shown, cards["child"]["numbers"]),
        "self_harm_numbers": _numbers(shown, cards["danger"]["self_harm"]["numbers"]),
        "abroad_numbers": _numbers(shown, cards["abroad"]["numbers"]),
        "abroad_countries": [
            (name, [translated(one.row) for one in rows]) for name, rows in countries.items()
        ],
    }


def _numbers(shown: Mapping[str, Number], codes: Sequence[str]) -> list[dict[str, Any]]:
    return [translated(number.row) for number in chosen(shown, codes)]


def keys_page() -> dict[str, Any]:
    """Each desk's key with its ten words, and whether the log's witnesses have seen it; `broken` where it may not
    be sealed to any of them."""
    try:
        routed = in_force()
        rows = routed.desks(*routed.keys)
    except RoutingBroken:
        return {"broken": True, "desks": [], "install_key": "", "routed": None}
    install = str(routed.for_page["install"])
    desks = [_desk(rows[code].name(language()), key) for code, key in sorted(routed.keys.items())]
    return {
        "broken": False,
        "install_key": install,
        "install_words": fingerprint(from_base64url(install), words()),
        "desks": desks,
        "waiting": any(not desk["registered"] for desk in desks),
        "routed": routed.for_page,
    }


def _desk(name: str, key: KeyOfDesk) -> dict[str, Any]:
    state = _state(key)
    return {
        "name": name,
        "number": key.number,
        "words": fingerprint(key.recipient.encode(), words()),
        "registered": state.standing is Standing.REGISTERED,
        "signed": state.standing is Standing.SIGNED,
    }


def _state(key: KeyOfDesk) -> LeafState:
    """How far the leaf of this key has come."""
    for opened in opened_in_clear("key_changed"):
        if (opened.event["desk"], opened.event["number"]) == (key.desk, key.number):
            return state_of(opened.data, opened.day)
    return LeafState(Standing.MISSING)
