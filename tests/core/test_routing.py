"""Where reports go follows from what the install signed, and from keys that follow its own: from nothing else."""

from typing import Any

import pytest

from tests.core import vectors
from tests.core.signed_vectors import CASE, DESK, FIRST, INSTALL, SECOND, THIRD, key_json, key_of, routing
from tincay.core.authorship import from_base64url, succeed
from tincay.core.officials import desk_for_report
from tincay.core.routing import RoutedDesk, Routing, keys_in_force, read_routing, routing_of
from tincay.core.sealing import signing_public
from tincay.core.statements import Kind, NotSigned, Statement, make_statement

VECTORS = vectors.read("routing.json")
TRUE = VECTORS["true"]


def case(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", VECTORS[name], ids=vectors.why)


def statement_of(signed: dict[str, str]) -> Statement:
    return Statement(signed["document"].encode(), from_base64url(signed["signature"]))


def read(told: dict[str, Any]) -> Routing:
    return read_routing(from_base64url(told["install"]), statement_of(told["statement"]))


def test_what_the_install_signed_is_read() -> None:
    assert read(TRUE) == routing()
    assert read(TRUE).document() == TRUE["document"]


def test_what_is_read_is_signed_the_same_again() -> None:
    again = make_statement(INSTALL, Kind.ROUTING, read(TRUE).document())
    assert again == statement_of(TRUE["statement"])


@case("unsigned")
def test_what_the_install_did_not_sign_leads_nowhere(vector: dict[str, Any]) -> None:
    with pytest.raises(NotSigned):
        read(vector)


@case("no_routing")
def test_a_statement_that_leads_to_nobody_or_to_the_state_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(NotSigned):
        read(vector)


@pytest.mark.parametrize("missing", ["default", "desks", "origin", "provinces", "serial"])
def test_a_statement_that_misses_a_member_is_refused(missing: str) -> None:
    document = {name: value for name, value in routing().document().items() if name != missing}
    with pytest.raises(NotSigned):
        routing_of(document)


@pytest.mark.parametrize("missing", ["case", "number", "recipient", "signing", "state"])
def test_a_desk_that_misses_a_member_is_refused(missing: str) -> None:
    document = routing().document()
    del document["desks"][DESK][missing]
    with pytest.raises(NotSigned):
        routing_of(document)


@case("keys")
def test_each_desks_present_key_follows_from_the_signed_one(vector: dict[str, Any]) -> None:
    later = {code: [statement_of(one) for one in chain] for code, chain in vector["later"].items()}
    if vector["keys"] is None:
        with pytest.raises(NotSigned):
            keys_in_force(routing(), later)
        return
    found = keys_in_force(routing(), later)
    assert set(found) == set(routing().desks)
    assert {code: key_json(found[code]) for code in vector["keys"]} == vector["keys"]


def test_a_statement_may_begin_with_a_later_key() -> None:
    """The operator signs anew; what came before needs nobody's memory."""
    anew = routing(desks={**routing().desks, DESK: RoutedDesk(key_of(SECOND, 2), CASE, False)})
    assert keys_in_force(anew, {})[DESK] == key_of(SECOND, 2)
    assert keys_in_force(anew, {DESK: [succeed(SECOND, key_of(THIRD, 3))]})[DESK] == key_of(THIRD, 3)
    with pytest.raises(NotSigned):
        keys_in_force(anew, {DESK: [succeed(FIRST, key_of(SECOND, 2))]})


@pytest.mark.parametrize("vector", VECTORS["desks"], ids=str)
def test_a_province_leads_to_its_desk_and_never_to_the_state_about_an_official(
    vector: dict[str, Any],
) -> None:
    said = read(TRUE)
    own = said.provinces.get(vector["province"], said.default)
    state = [code for code, desk in said.desks.items() if desk.of_the_state]
    answers = {"did": ["police"]} if vector["about_official"] else {"did": ["stranger"]}
    assert desk_for_report(own, said.default, state, answers) == vector["desk"]


def test_the_vectors_are_signed_by_the_install_of_the_tests() -> None:
    assert from_base64url(TRUE["install"]) == signing_public(INSTALL)
