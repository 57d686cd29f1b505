"""Writes tests/vectors/renewal.json, for both languages: `.venv/bin/python -m tests.core.renewal_vectors`.

Keys are fixed and signatures too: the file comes out the same every time (tests/core/test_renewal.py).
"""

from collections.abc import Sequence
from typing import Any

from tests.core.signed_vectors import (
    CASE,
    DESK,
    FIRST,
    FOLDER,
    INSTALL,
    SECOND,
    STRANGER,
    THIEF,
    THIRD,
    key_json,
    key_of,
    routing,
    signed_json,
    text,
)
from tincay.core.authorship import KeyOfDesk, base64url, succeed
from tincay.core.routing import RoutedDesk
from tincay.core.sealing import Identity, signing_public
from tincay.core.statements import Kind, Statement, make_statement, spelled

FILE = FOLDER / "renewal.json"
Chain = Sequence[Statement]


def unsigned(key: KeyOfDesk) -> Statement:
    """A first key as its row has it."""
    return Statement(spelled(key.document), b"")


ONE = [unsigned(key_of(FIRST, 1))]
TWO = [*ONE, succeed(FIRST, key_of(SECOND, 2))]
THREE = [*TWO, succeed(SECOND, key_of(THIRD, 3))]
HIS = [*ONE, succeed(STRANGER, key_of(STRANGER, 2))]
"""Somebody puts a key of his own behind the true one, signed by itself."""


def routed(number: int = 1, identity: Identity = FIRST, *, seed: bytes = INSTALL) -> dict[str, Any]:
    """What the install signed of this desk: its key of that number."""
    desks = {**routing().desks, DESK: RoutedDesk(key_of(identity, number), CASE, False)}
    statement = make_statement(seed, Kind.ROUTING, routing(desks=desks).document())
    return {"install": base64url(signing_public(INSTALL)), "statement": signed_json(statement)}


def _present() -> list[dict[str, Any]]:
    other = routed()
    listed: list[tuple[str, str, dict[str, Any] | None, Chain, KeyOfDesk | None]] = [
        ("no key yet, nothing signed", DESK, None, [], None),
        ("no key yet, the install names other desks", "ben-song", other, [], None),
        ("a first key that nobody signed yet", DESK, None, ONE, key_of(FIRST, 1)),
        ("a second key, nothing signed by the install", DESK, None, TWO, key_of(SECOND, 2)),
        ("a first key that the install signed", DESK, other, ONE, key_of(FIRST, 1)),
        ("what the install signed, whatever the row says", DESK, other, [], key_of(FIRST, 1)),
        ("another first key in its row", DESK, other, [unsigned(key_of(STRANGER, 1))], key_of(FIRST, 1)),
        ("a third key", DESK, other, THREE, key_of(THIRD, 3)),
        ("the install signed the second", DESK, routed(2, SECOND), THREE, key_of(THIRD, 3)),
        ("the install signed the last", DESK, routed(3, THIRD), THREE, key_of(THIRD, 3)),
    ]
    refused: list[tuple[str, str, dict[str, Any] | None, Chain]] = [
        ("a second key that signed itself", DESK, other, HIS),
        ("the same, nothing signed by the install", DESK, None, HIS),
        ("after another first key", DESK, other, [HIS[1], HIS[1]]),
        ("one is missing", DESK, other, [ONE[0], THREE[2]]),
        ("another order", DESK, other, [ONE[0], THREE[2], THREE[1]]),
        ("the install signed another second key", DESK, routed(2, STRANGER), THREE),
        ("a routing that the install did not sign", DESK, routed(seed=THIEF), ONE),
        ("a first key of another desk", DESK, None, [unsigned(key_of(FIRST, 1, CASE))]),
        ("a first key that is the second", DESK, None, [unsigned(key_of(SECOND, 2))]),
        (
            "a first key in another spelling",
            DESK,
            None,
            [Statement(ONE[0].document.replace(b":", b": ", 1), b"")],
        ),
        ("a first key that is no object", DESK, None, [Statement(b"[]", b"")]),
        ("a first key that is no JSON", DESK, None, [Statement(b"{", b"")]),
        (
            "a first key without what verifies",
            DESK,
            None,
            [Statement(spelled(key_of(FIRST, 1).document | {"signing": "="}), b"")],
        ),
    ]
    return [
        *(
            _told(why, desk, by, chain) | {"present": key and key_json(key), "refused": False}
            for why, desk, by, chain, key in listed
        ),
        *(
            _told(why, desk, by, chain) | {"present": None, "refused": True}
            for why, desk, by, chain in refused
        ),
    ]


def _told(why: str, desk: str, by: dict[str, Any] | None, chain: Chain) -> dict[str, Any]:
    return {"why": why, "desk": desk, "routed": by, "statements": [signed_json(one) for one in chain]}


def _opened() -> list[dict[str, Any]]:
    """`number` is the present key's; null where what was opened is not to be used."""
    other, last = routed(), routed(3, THIRD)
    both = [succeed(STRANGER, key_of(SECOND, 2))]
    listed: list[
        tuple[str, dict[str, Any] | None, Chain, Identity | None, Identity | None, int | None]
    ] = [
        ("no key yet", other, [], None, None, None),
        ("a first key is made", None, [], None, None, 0),
        ("the present key", other, ONE, FIRST, None, 1),
        ("the present key, before the install signed", None, ONE, FIRST, None, 1),
        ("the present key, a third one", other, THREE, THIRD, None, 3),
        ("a renewal", other, TWO, FIRST, SECOND, 2),
        ("a second renewal", other, THREE, SECOND, THIRD, 3),
        ("a renewal, before the install signed", None, TWO, FIRST, SECOND, 2),
        ("a renewal during which the install signed", last, THREE, SECOND, THIRD, 3),
        ("a renewal to his key", other, ONE, FIRST, STRANGER, None),
        ("a renewal to his key that signed itself", other, HIS, FIRST, STRANGER, None),
        ("the same, before the install signed", None, HIS, FIRST, STRANGER, None),
        ("his key as the present one", other, ONE, STRANGER, None, None),
        ("his key as the present one, in every row", other, [unsigned(key_of(STRANGER, 1))], STRANGER, None, None),
        ("his key as the old one", other, TWO, STRANGER, SECOND, None),
        ("his key as the old one, which signs the new", last, [*TWO[:1], *both, THREE[2]], STRANGER, THIRD, None),
        ("his key as the old one, before the first", other, ONE, STRANGER, FIRST, None),
        ("an older key as the present one", other, TWO, FIRST, None, None),
        ("an older key as the old one", other, THREE, FIRST, THIRD, None),
        ("a key as its own old one", other, TWO, SECOND, SECOND, None),
        ("a new key without an old one", other, TWO, None, SECOND, None),
        ("a key where there is none", None, [], FIRST, None, None),
    ]  # fmt: skip
    return [
        _told(why, DESK, by, chain) | {"old": old, "new": new, "number": number}
        for why, by, chain, old, new, number in listed
    ]


def made() -> dict[str, Any]:
    return {
        "about": "docs/formats/rewrap.md. Made by tests/core/renewal_vectors.py.",
        "present": _present(),
        "opened": _opened(),
    }


if __name__ == "__main__":
    FILE.write_text(text(made()), encoding="utf-8")
