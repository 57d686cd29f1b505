"""Which key of a desk counts while it gets a new one: the one that follows from what was signed, whatever a row says.

A helper's browser wraps reports anew only to a key that the desk's old key signed. Format: docs/formats/rewrap.md;
the browser's half is client/src/renewal.ts and both must pass tests/vectors/renewal.json.
"""

import json
from collections.abc import Sequence

from tincay.core.authorship import KeyOfDesk, follow_keys, read_desk_key
from tincay.core.statements import NotSigned, Statement, spelled


def present_key(desk: str, installed: KeyOfDesk | None, statements: Sequence[Statement]) -> KeyOfDesk | None:
    """The desk's key now, None before its first one. Raises NotSigned where one does not follow from the other.

    `installed` is the key of this desk that the install's routing statement names; None where it names none.
    `statements` are all of the desk's own, in order from number 1, which nobody signed.
    """
    first = installed or (_unsigned(desk, statements[0]) if statements else None)
    if first is None:
        return None
    return follow_keys(first, statements[first.number :])[-1]


def _unsigned(desk: str, statement: Statement) -> KeyOfDesk:
    """A first key that the install has not signed yet: only its shape can be looked at."""
    try:
        key = read_desk_key(json.loads(statement.document))
    except (ValueError, TypeError, RecursionError):
        raise NotSigned from None
    if (key.desk, key.number) != (desk, 1) or spelled(key.document) != statement.document:
        raise NotSigned
    return key


def check_succession(before: KeyOfDesk, present: KeyOfDesk, statements: Sequence[Statement]) -> None:
    """Raise NotSigned unless `before` has signed the present key itself."""
    own = statements[present.number - 1 : present.number]
    if follow_keys(before, own)[-1] != present or before.number != present.number - 1:
        raise NotSigned
