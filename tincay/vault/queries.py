"""What the vault can be asked. Every answer is ciphertext or a public key."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Length

from tincay.core.authorship import TOLD, KeyOfDesk
from tincay.core.sealing import LONGEST_SEALED, Recipient
from tincay.log.queries import opened_in_clear
from tincay.people.models import Desk, User
from tincay.vault.models import Compartment, DeskWrap, Opening, SealedText, Wrap


def recipient(owner: UUID, kind: str) -> Recipient:
    """The public key that new words of this kind are sealed to."""
    return Recipient(
        Compartment.objects.of(owner).values_list("recipient", flat=True).get(kind=kind, current=True)
    )


def compartment_keys(owner: UUID) -> dict[str, str]:
    """The kind of each compartment that a desk reads, by its public key."""
    rows = Compartment.objects.of(owner).filter(wraps__holder_kind="desk")
    return dict(rows.values_list("recipient", "kind"))


def texts_in(owner: UUID, recipient: str) -> int:
    """How many texts there are under this public key."""
    return SealedText.objects.of(owner).filter(compartment__recipient=recipient).count()


def wraps_for_receipt(owner: UUID) -> QuerySet[Wrap]:
    """What her receipt opens, in the order in which the compartments came."""
    wraps = Wrap.objects.of(owner).filter(holder_kind="receipt").select_related("compartment")
    return wraps.order_by("compartment__place")


def kept_for_receipt(owner: UUID) -> list[str]:
    """SHA-256 in hex of each sealed text that her receipt opens of what she told, thread aside."""
    opened = wraps_for_receipt(owner).filter(compartment__kind__in=TOLD)
    rows = SealedText.objects.of(owner).filter(compartment__in=opened.order_by().values("compartment"))
    return _hashes(rows)


def kept_for_desk(compartments: Mapping[str, Sequence["Readable"]]) -> list[str]:
    """The same of what somebody at a desk can open."""
    return _hashes(text for kind in TOLD for one in compartments.get(kind, ()) for text in one.texts)


def _hashes(texts: Iterable[SealedText]) -> list[str]:
    return sorted(sha256(bytes(text.sealed)).hexdigest() for text in texts)


def openings(owner: UUID) -> QuerySet[Opening]:
    """What every leaf of a report says, in order."""
    return Opening.objects.of(owner)


def first_opening(owner: UUID) -> Opening | None:
    """What the first leaf of a report says; None once it is purged."""
    return Opening.objects.of(owner).first()


def desk_wraps(user: User) -> QuerySet[DeskWrap]:
    return DeskWrap.objects.within(user=user).filter(recipient=user.recipient).select_related("desk")


def key_in_row(desk: Desk) -> KeyOfDesk:
    """The public halves of a desk's present key as rows have them, signed or not; number 0 while it has none."""
    number = desk.keys.order_by("-number").values_list("number", flat=True).first() or 0
    return KeyOfDesk(desk.code, number, desk.recipient, bytes(memoryview(desk.signing)))


def holders(desk: Desk) -> list[DeskWrap]:
    """The wraps of the desk's present key, each with its member: who can open what the desk receives."""
    rows = DeskWrap.objects.for_the_rules().filter(of=desk.recipient, user__is_active=True)
    return list(rows.filter(user__memberships__desk=desk).select_related("user").order_by("user"))


def stale_wraps(desk: Desk) -> QuerySet[Wrap]:
    """Wraps of this desk that still go to an older key: what a remaining member's browser has to re-wrap."""
    return (
        Wrap.objects.for_the_rules()
        .filter(desk=desk, unopened=False)
        .exclude(recipient=desk.recipient)
        .order_by("id")
    )


def old_key(desk: Desk, user: User) -> DeskWrap | None:
    """This member's wrap of the key that is being replaced, while it is being replaced."""
    return desk_wraps(user).filter(desk=desk).exclude(of=desk.recipient).first()


def without_key(desk: Desk) -> QuerySet[User]:
    """Members who cannot open what this desk receives: new ones, and those who made themselves a new key."""
    holding = DeskWrap.objects.for_the_rules().filter(of=desk.recipient).values("recipient")
    return (
        User.objects.for_the_rules()
        .filter(memberships__desk=desk, is_active=True)
        .exclude(recipient__in=holding)
        .order_by("id")
    )


def swapped_desks() -> list[str]:
    """Desks whose public halves are not the last ones that the log names."""
    in_log = {opened.event["desk"]: opened.event for opened in opened_in_clear("key_changed")}
    desks = Desk.objects.exclude(recipient="").order_by("code")
    return [desk.code for desk in desks if not _is_logged(desk, in_log.get(desk.code, {}))]


def _is_logged(desk: Desk, event: Mapping[str, Any]) -> bool:
    try:
        key = key_in_row(desk).document
    except TypeError:
        return False  # SQLite keeps in a column of bytes whatever is put there
    return key.items() - {("v", 1)} <= event.items()


class Readable(NamedTuple):
    """One compartment that a user can open: the wraps from the user's key to it, each with the public half
    of what is inside, and what was sealed there."""

    compartment: UUID
    links: list[tuple[bytes, str]]
    texts: list[SealedText]


def readable(owner: UUID, user: User) -> dict[str, list[Readable]]:
    """What a user can open of a report, by kind of compartment; a rotated compartment comes before its heir."""
    desk_keys = {row.of: bytes(row.sealed) for row in desk_wraps(user)}
    wraps = Wrap.objects.of(owner).filter(recipient__in=desk_keys).select_related("compartment")
    texts: dict[UUID, list[SealedText]] = {}
    for text in SealedText.objects.of(owner).order_by("place"):
        texts.setdefault(text.compartment_id, []).append(text)
    by_kind: dict[str, list[Readable]] = {}
    for wrap in wraps.order_by("compartment__place"):
        links = [
            (desk_keys[wrap.recipient], wrap.recipient),
            (bytes(wrap.sealed), wrap.compartment.recipient),
        ]
        entry = Readable(wrap.compartment_id, links, texts.get(wrap.compartment_id, []))
        by_kind.setdefault(wrap.compartment.kind, []).append(entry)
    return by_kind


def links_to(owner: UUID, recipient: str, user: User) -> list[tuple[bytes, str]]:
    """The wraps from the user's key to one compartment of this owner; none when the user cannot open it."""
    desk_keys = {row.of: bytes(row.sealed) for row in desk_wraps(user)}
    wraps = Wrap.objects.of(owner).filter(recipient__in=desk_keys, compartment__recipient=recipient)
    wrap = wraps.first()
    return [(desk_keys[wrap.recipient], wrap.recipient), (bytes(wrap.sealed), recipient)] if wrap else []


def first_words(owners: Iterable[UUID], user: User, *, longest: int = LONGEST_SEALED) -> dict[UUID, Readable]:
    """How the story of each of these reports begins, as far as the user can open it and the beginning is no longer than
    so many bytes; three questions however many."""
    desk_keys = {row.of: bytes(row.sealed) for row in desk_wraps(user)}
    owners = list(owners)
    wraps = Wrap.objects.of(*owners).filter(compartment__kind="narrative", recipient__in=desk_keys)
    wrap_of = {wrap.compartment_id: wrap for wrap in wraps.select_related("compartment")}
    parts = SealedText.objects.of(*owners).filter(compartment__in=wrap_of).defer("sealed")
    # What is too long is not even read.
    rows = parts.annotate(size=Length("sealed"), beginning=Case(When(size__lte=longest, then=F("sealed"))))
    rows = rows.order_by("-compartment__place", "-place")  # of each the first is kept: it comes last
    texts = {wrap_of[text.compartment_id].compartment.owner: text for text in rows}
    return {
        owner: _beginning(text, wrap_of[text.compartment_id], desk_keys)
        for owner, text in texts.items()
        if text.beginning is not None
    }


def _beginning(text: Any, wrap: Wrap, desk_keys: Mapping[str, bytes]) -> Readable:
    text.sealed = text.beginning
    links = [
        (desk_keys[wrap.recipient], wrap.recipient),
        (bytes(wrap.sealed), wrap.compartment.recipient),
    ]
    return Readable(wrap.compartment_id, links, [text])
