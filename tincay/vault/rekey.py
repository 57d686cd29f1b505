"""Giving a desk a new key: the server's half of docs/formats/rewrap.md. It passes ciphertext on and opens none."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from pydantic import Field, StringConstraints

from tincay.core.authorship import KeyOfDesk
from tincay.people.access import tell_colleagues
from tincay.people.models import Desk, User
from tincay.vault import actions as vault
from tincay.vault.models import DeskWrap, Wrap
from tincay.vault.queries import holders, stale_wraps, without_key
from tincay.vault.signed_keys import keys_of, own_keys
from tincay.web.strict_json import (
    AgeRecipient,
    Bytes32,
    Bytes64,
    Malformed,
    Signed,
    Strict,
    base64_text,
    signed_json,
)
from tincay.web.transactions import one_transaction

AT_ONCE = 50
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
WrapId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class MemberWrap(Strict):
    """The desk's key for one member, and the desk's word that the member's key was compared."""

    id: Number
    sealed: Bytes64
    voucher: Signed


class ReplacedWrap(Strict):
    id: WrapId
    sealed: Bytes64 | None


class BeginRekey(Strict):
    v: Literal[1]
    step: Literal["begin", "more", "finish"]


class NewKey(Strict):
    v: Literal[1]
    step: Literal["key"]
    recipient: AgeRecipient
    signing: Bytes32
    succession: Signed | None
    wraps: Annotated[list[MemberWrap], Field(min_length=1, max_length=200)]


class Replaced(Strict):
    v: Literal[1]
    step: Literal["done"]
    recipient: AgeRecipient
    wraps: Annotated[list[ReplacedWrap], Field(max_length=AT_ONCE)]


class Joined(Strict):
    v: Literal[1]
    step: Literal["join"]
    wraps: Annotated[list[MemberWrap], Field(min_length=1, max_length=200)]


def begin(desk: Desk, user: User) -> dict[str, Any]:
    """Where things stand for this member, who holds the desk's present key unless it has none yet.

    `members` are those who hold it, each with the voucher under which they got it; who makes the first key is alone.
    `keys` is what the browser follows the desk's keys by. Raises UnsafeKeys where they do not follow.
    """
    keys, wraps = own_keys(desk, user)
    about = {"desk": desk.code, "keys": keys.followed_by}
    if not keys.present.number:  # its first key: there is nothing to hand over yet
        maker = {"id": str(user.pk), "recipient": user.recipient, "voucher": None}
        return {**about, "old": None, "new": None, "members": [maker], "left": 0}
    current = wraps.get(keys.present.recipient)
    if current is None:  # a colleague has made another one meanwhile
        raise vault.NotYet
    old = wraps.get(keys.before.recipient) if keys.before else None
    renewing = old is not None
    joining = [] if renewing or desk.key_due else _public(without_key(desk))
    return {
        **about,
        "old": _desk_key(old or current, user),
        "new": _desk_key(current, user) if renewing else None,
        "members": [_vouched(row) for row in holders(desk)],
        **({"joining": joining} if joining else {}),
        "left": stale_wraps(desk).count()
        if renewing
        else Wrap.objects.for_the_rules().filter(desk=desk, unopened=False).count(),
    }


def _desk_key(row: DeskWrap, user: User) -> dict[str, str]:
    return {"wrap": base64_text(row.sealed), "of": user.recipient, "recipient": row.of}


def _public(users: QuerySet[User]) -> list[dict[str, str]]:
    return [
        {"id": str(user.pk), "recipient": user.recipient}
        for user in users.exclude(recipient="").order_by("id")
    ]


def _vouched(row: DeskWrap) -> dict[str, Any]:
    voucher = signed_json(row.voucher, row.signature)
    return {"id": str(row.user_id), "recipient": row.user.recipient, "voucher": voucher}


@one_transaction
def new_key(desk: Desk, user: User, sent: NewKey, now: datetime) -> dict[str, Any]:
    """Take the desk's new key. Who held the old one must have a wrap, so that nobody is left outside, unless the
    maker's browser found another key in a member's place: then that member waits until fingerprints are compared."""
    holding = {row.user_id: row.user for row in holders(desk)} or {user.pk: user}
    given = {int(wrap.id): vault.HandedKey(wrap.sealed, wrap.voucher.statement) for wrap in sent.wraps}
    if user.pk not in given or not given.keys() <= holding.keys():
        raise Malformed
    key = KeyOfDesk(desk.code, keys_of(desk).present.number + 1, sent.recipient, sent.signing)
    succession = sent.succession.statement if sent.succession else None
    wraps = {holding[number]: wrap for number, wrap in given.items()}
    vault.set_desk_key(desk=desk, key=key, succession=succession, wraps=wraps, now=now)
    tell_colleagues(user=user, kind="desk_key", desk=desk, now=now)
    own = DeskWrap.objects.within(user=user).get(of=desk.recipient)
    return {"new": _desk_key(own, user), "left": stale_wraps(desk).count()}


def more(desk: Desk) -> dict[str, Any]:
    """At most fifty wraps to the old key."""
    stale = stale_wraps(desk).select_related("compartment")
    wraps = [
        {"id": str(row.pk), "sealed": base64_text(row.sealed), "of": row.compartment.recipient}
        for row in stale[:AT_ONCE]
    ]
    return {"wraps": wraps, "left": stale.count()}


def replaced(desk: Desk, user: User, sent: Replaced) -> dict[str, Any]:
    """Take what was wrapped anew, from a member who can have opened it: while the old key is replaced."""
    keys, wraps_of_keys = own_keys(desk, user)
    if keys.before is None or keys.before.recipient not in wraps_of_keys:
        raise Malformed
    wraps = [(UUID(wrap.id), wrap.sealed) for wrap in sent.wraps]
    vault.rewrap(desk=desk, wraps=wraps, recipient=sent.recipient)
    return {"left": stale_wraps(desk).count()}


@one_transaction
def joined(desk: Desk, user: User, sent: Joined, now: datetime) -> None:
    """Hand the desk's present key to members who do not hold it yet: to all that are named, or to nobody."""
    waiting = without_key(desk).exclude(recipient="").in_bulk()
    for wrap in sent.wraps:
        if int(wrap.id) not in waiting:
            raise Malformed
        given = vault.HandedKey(wrap.sealed, wrap.voucher.statement)
        newcomer = waiting[int(wrap.id)]
        vault.hand_key(desk=desk, user=newcomer, wrap=given)
        tell_colleagues(user=user, kind="desk_key_handed", desk=desk, receiver=newcomer, now=now)


def forget_old(desk: Desk) -> None:
    """The end: nothing goes to the old key any more. Raises vault.NotYet while something does, and UnsafeKeys."""
    vault.forget_old_key(desk=desk)
