"""While a desk gets a new key, its old one's word decides, and what the install signed: no row alone."""

from typing import Any

import pytest

from tests.core import renewal_vectors, vectors
from tests.core.signed_vectors import FIRST, THIRD, key_json, key_of, text
from tincay.core.authorship import KeyOfDesk, desk_key_of, from_base64url
from tincay.core.renewal import check_succession, present_key
from tincay.core.routing import read_routing
from tincay.core.sealing import Identity
from tincay.core.statements import NotSigned, Statement

VECTORS = vectors.read("renewal.json")
Vector = dict[str, Any]


def statement_of(signed: dict[str, str]) -> Statement:
    return Statement(signed["document"].encode(), from_base64url(signed["signature"]))


def present(vector: Vector) -> KeyOfDesk | None:
    """The desk's key by what is told."""
    installed, by = None, vector["routed"]
    if by:
        named = read_routing(from_base64url(by["install"]), statement_of(by["statement"])).desks
        installed = named[vector["desk"]].key if vector["desk"] in named else None
    return present_key(vector["desk"], installed, [statement_of(one) for one in vector["statements"]])


def check_opened(vector: Vector) -> int:
    """What a browser does with the keys that it opened (checkOpened in client/src/renewal.ts)."""
    found, newest = present(vector), vector["new"] or vector["old"]
    if found is None or newest is None:
        if found or newest:
            raise NotSigned
        return 0
    if desk_key_of(Identity(newest), desk=vector["desk"], number=found.number) != found:
        raise NotSigned
    if vector["new"]:
        before = desk_key_of(Identity(vector["old"] or newest), desk=vector["desk"], number=found.number - 1)
        check_succession(before, found, [statement_of(one) for one in vector["statements"]])
    return found.number


def test_the_vectors_are_what_their_script_writes() -> None:
    written = text(renewal_vectors.made())
    assert renewal_vectors.FILE.read_text(encoding="utf-8") == written


@pytest.mark.parametrize("vector", VECTORS["present"], ids=vectors.why)
def test_a_desks_key_follows_from_what_was_signed(vector: Vector) -> None:
    if vector["refused"]:
        with pytest.raises(NotSigned):
            present(vector)
        return
    found = present(vector)
    assert (found and key_json(found)) == vector["present"]


@pytest.mark.parametrize("vector", VECTORS["opened"], ids=vectors.why)
def test_only_the_present_key_and_the_one_that_signed_it_are_used(vector: Vector) -> None:
    if vector["number"] is None:
        with pytest.raises(NotSigned):
            check_opened(vector)
    else:
        assert check_opened(vector) == vector["number"]


def test_a_key_that_signed_another_place_is_not_the_one_before() -> None:
    first, third = key_of(FIRST, 1), key_of(THIRD, 3)
    for before in (first, first._replace(number=2)):
        with pytest.raises(NotSigned):
            check_succession(before, third, renewal_vectors.THREE)
