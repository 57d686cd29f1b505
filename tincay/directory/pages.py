"""What the page about keys is given to show: whose keys phones seal to, and who outside has seen them."""

from typing import Any

from tincay.core.authorship import KeyOfDesk, from_base64url
from tincay.core.sealing import fingerprint
from tincay.directory.routing import RoutingBroken, in_force
from tincay.log.queries import LeafState, Standing, opened_in_clear, state_of
from tincay.web.packs import language, words


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
