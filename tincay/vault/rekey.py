"""Giving a desk a new key: the server's half of docs/formats/rewrap.md. It passes ciphertext on and opens none."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from pydantic import Field, StringConstraints

from tincay.people.models import Desk, User
from tincay.vault import actions as vault
from tincay.vault.models import DeskWrap, Wrap
from tincay.vault.queries import desk_wraps, old_key, stale_wraps, without_key
from tincay.web.strict_json import AgeRecipient, Bytes64, Malformed, Strict, base64_text
from tincay.web.transactions import one_transaction

AT_ONCE = 50
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
WrapId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class MemberWrap(Strict):
    id: Number
    sealed: Bytes64


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
    """Where things stand for this member, who holds the desk's present key unless it has none yet."""
    members = _public(User.objects.for_the_rules().filter(memberships__desk=desk, is_active=True))
    if not desk.recipient:  # its first key: there is nothing to hand over yet
        return {"old": None, "new": None, "members": members, "left": 0}
    current = desk_wraps(user).get(of=desk.recipient)
    old = old_key(desk, user)
    renewing = old is not None
    joining = [] if renewing or desk.key_due else _public(without_key(desk))
    return {
        "old": _desk_key(old or current, user),
        "new": _desk_key(current, user) if renewing else None,
        "members": members,
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


def new_key(desk: Desk, user: User, sent: NewKey, now: datetime) -> dict[str, Any]:
    """Take the desk's new key. Every member with a key must have a wrap, so that nobody is left outside."""
    sitting = User.objects.for_the_rules().filter(memberships__desk=desk, is_active=True)
    members = sitting.exclude(recipient="").in_bulk()
    sealed = {int(wrap.id): wrap.sealed for wrap in sent.wraps}
    if set(sealed) != set(members):
        raise Malformed
    wraps = {members[number]: wrap for number, wrap in sealed.items()}
    vault.set_desk_key(desk=desk, recipient=sent.recipient, wraps=wraps, now=now)
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
    if old_key(desk, user) is None:
        raise Malformed
    wraps = [(UUID(wrap.id), wrap.sealed) for wrap in sent.wraps]
    vault.rewrap(desk=desk, wraps=wraps, recipient=sent.recipient)
    return {"left": stale_wraps(desk).count()}


@one_transaction
def joined(desk: Desk, sent: Joined) -> None:
    """Hand the desk's present key to members who do not hold it yet: to all of them, or to nobody."""
    waiting = without_key(desk).exclude(recipient="").in_bulk()
    for wrap in sent.wraps:
        if int(wrap.id) not in waiting:
            raise Malformed
        vault.hand_key(desk=desk, user=waiting[int(wrap.id)], sealed=wrap.sealed)


def forget_old(desk: Desk) -> None:
    """The end: nothing goes to the old key any more. Raises vault.NotYet while something does."""
    vault.forget_old_key(desk=desk)
