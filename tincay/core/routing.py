"""Where reports go: a statement that the install's own key signs, and the keys of desks that follow from it.

The key that signs is not on the server. Whoever writes to the database can therefore neither put another key in a
desk's place nor lead a province to another desk: what a phone seals to follows from the statement alone.
Format: docs/formats/routing.md; the browser's half is client/src/routing.ts and both must pass
tests/vectors/routing.json.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tincay.core.authorship import KeyOfDesk, base64url, follow_keys, from_base64url
from tincay.core.statements import Kind, NotSigned, Statement, read_statement


@dataclass(frozen=True)
class RoutedDesk:
    """A desk that receives: its first key, who reads identity of what it gets, and whether it is a state body's."""

    key: KeyOfDesk
    case: str
    of_the_state: bool


@dataclass(frozen=True)
class Routing:
    """What the install's statement says. `serial` grows with every statement that is signed."""

    origin: str
    serial: int
    default: str
    desks: Mapping[str, RoutedDesk]
    provinces: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "default": self.default,
            "desks": {
                code: {
                    "case": desk.case,
                    "number": desk.key.number,
                    "recipient": desk.key.recipient,
                    "signing": base64url(desk.key.signing),
                    "state": desk.of_the_state,
                }
                for code, desk in self.desks.items()
            },
            "origin": self.origin,
            "provinces": dict(self.provinces),
            "serial": self.serial,
            "v": 1,
        }


def read_routing(install_key: bytes, statement: Statement) -> Routing:
    """The statement, verified. Raises NotSigned."""
    return routing_of(read_statement(install_key, Kind.ROUTING, statement))


def routing_of(document: Mapping[str, Any]) -> Routing:
    """The routing that a document states. Raises NotSigned for another shape, or when it leads to a desk that it does
    not name or to a state body by default."""
    try:
        desks = {
            code: RoutedDesk(
                KeyOfDesk(code, given["number"], given["recipient"], from_base64url(given["signing"])),
                given["case"],
                given["state"],
            )
            for code, given in document["desks"].items()
        }
        routing = Routing(
            document["origin"], document["serial"], document["default"], desks, document["provinces"]
        )
        named = {routing.default, *routing.provinces.values(), *(desk.case for desk in desks.values())}
    except (KeyError, TypeError, AttributeError):
        raise NotSigned from None
    if not named <= desks.keys() or desks[routing.default].of_the_state:
        raise NotSigned
    return routing


def keys_in_force(routing: Routing, later: Mapping[str, Sequence[Statement]]) -> dict[str, KeyOfDesk]:
    """Each desk's present key: the first one as the install signed it, or the last of those that followed it.

    `later` holds each desk's successions in order. Raises NotSigned.
    """
    return {code: follow_keys(desk.key, later.get(code, ()))[-1] for code, desk in routing.desks.items()}
