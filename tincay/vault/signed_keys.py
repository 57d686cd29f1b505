"""Which keys of a desk are its own: those that follow from what was signed. A row alone makes none.

Whoever writes to the database can put a key of their own anywhere, sealed to a member as a true one is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tincay.core.authorship import KeyOfDesk, is_vouched
from tincay.core.renewal import check_succession, present_key
from tincay.core.statements import NotSigned, Statement
from tincay.directory.routing import RoutingBroken, installed_key
from tincay.people.models import Desk, DeskKey, User
from tincay.vault.models import DeskWrap
from tincay.vault.queries import desk_wraps
from tincay.web.strict_json import signed_json

NO_BYTES = (TypeError, ValueError)
"""What comes of what somebody puts where bytes belong: SQLite keeps anything there, and bytes need not be text."""


class UnsafeKeys(Exception):
    """A desk's rows hold a key, or a wrap of one, that does not follow from what was signed."""


class DeskKeys(NamedTuple):
    """A desk's keys as they follow from what was signed: the present one (number 0 and empty while there is none) and
    the one before it, which signed it. `followed_by` is what a browser follows them by."""

    present: KeyOfDesk
    before: KeyOfDesk | None
    followed_by: Mapping[str, Any]

    def of(self, recipient: str) -> KeyOfDesk | None:
        """The one of the two with this public half."""
        return next((key for key in (self.present, self.before) if key and key.recipient == recipient), None)


def keys_of(desk: Desk) -> DeskKeys:
    """Raises UnsafeKeys: the desk's row has to hold the key that follows from the install's statement, or, where that
    does not name the desk, from its first one."""
    rows = list(DeskKey.objects.filter(desk=desk).select_related("desk").order_by("number"))
    try:
        if [row.number for row in rows] != list(range(1, len(rows) + 1)):
            raise NotSigned
        signed = [Statement(_raw(row.document), _raw(row.signature)) for row in rows]
        installed = installed_key(desk.code)
        present = present_key(desk.code, installed.key, signed) or KeyOfDesk(desk.code, 0, "", b"")
        # With the statements, from one query: a renewal may write both meanwhile.
        row = rows[0].desk if rows else desk
        if (row.recipient, _raw(row.signing)) != (present.recipient, present.signing):
            raise NotSigned
        before = _signer(desk.code, rows, present.number)
        if before:
            check_succession(before, present, signed)
        statements = [signed_json(*statement) for statement in signed]
    except (NotSigned, RoutingBroken, *NO_BYTES):
        raise UnsafeKeys from None
    return DeskKeys(present, before, {"routed": installed.for_page, "statements": statements})


def _raw(value: Any) -> bytes:
    """Never bytes(value): of a number that makes as many zeros."""
    return bytes(memoryview(value))


def _signer(desk: str, rows: Sequence[DeskKey], number: int) -> KeyOfDesk | None:
    """The key whose number is one lower, as its row has it."""
    if number < 2 or len(rows) < number:
        return None
    row = rows[number - 2]
    return KeyOfDesk(desk, row.number, row.recipient, _raw(row.signing))


def own_keys(desk: Desk, user: User) -> tuple[DeskKeys, dict[str, DeskWrap]]:
    """The desk's keys, and this member's wraps of them by their public halves. Raises UnsafeKeys where a wrap is of
    another key, or of one that does not vouch for the member."""
    wraps = list(desk_wraps(user).filter(desk=desk))  # before the keys: a renewal may begin meanwhile
    keys = keys_of(desk)
    if not all(_is_given(row, keys.of(row.of), user) for row in wraps):
        raise UnsafeKeys
    return keys, {row.of: row for row in wraps}


def _is_given(row: DeskWrap, key: KeyOfDesk | None, user: User) -> bool:
    """Whether this key has vouched for the member whom the wrap is for."""
    try:
        return key is not None and is_vouched(key, user.recipient, row.statement)
    except NO_BYTES:
        return False


def has_unsafe_key(user: User) -> bool:
    """Whether a key of a desk, that this member was given, does not follow from what was signed."""
    desks = {row.desk.pk: row.desk for row in desk_wraps(user)}
    return any(is_unsafe(desk, user) for desk in desks.values())


def is_unsafe(desk: Desk, user: User) -> bool:
    try:
        own_keys(desk, user)
    except UnsafeKeys:
        return True
    return False
