"""What happens to keys and sealed words. Other apps write vault rows only through these verbs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from tincay.core.authorship import KeyOfDesk, follow_keys, is_vouched, step_of
from tincay.core.sealing import BadEnvelope, Recipient, check_envelope, seal
from tincay.core.statements import NotSigned, Statement, spelled
from tincay.log.actions import Appended, append_public_leaf
from tincay.people.access import end_sessions, tell_colleagues
from tincay.people.actions import let_in_again, suspend
from tincay.people.models import Desk, DeskKey, Membership, User
from tincay.vault.models import Compartment, DeskWrap, Opening, PersonWrap, SealedText, Wrap
from tincay.vault.queries import stale_wraps, wraps_for_receipt
from tincay.vault.signed_keys import UnsafeKeys, keys_of
from tincay.web.ids import beside
from tincay.web.transactions import leave_no_copy, one_transaction

WORDS_LIMIT = 300_000
"""Bytes of one sealed text. A longer story comes in parts."""
WRAP_LIMIT = 1_024
OPENING_LIMIT = 6_000
"""Bytes of one sealed opening: an event has 4,096 at most."""


class LastMember(Exception):
    """The last member of a desk cannot leave: nobody could open its reports any more."""


class NotAll(Exception):
    """Something of a receipt's is missing, or is not its own."""


class CompartmentTaken(Exception):
    """A compartment has the public key of another one, or its report has one of that kind that takes words."""


class NotYet(Exception):
    """A desk's new key waits: another one is still being handed out, or wraps to the old one are left."""


@dataclass(frozen=True)
class SealedWrap:
    """One wrap as it came: the identity of a compartment, sealed to `to`. `desk` is None for the receipt."""

    to: Recipient
    sealed: bytes
    desk: Desk | None


class HandedKey(NamedTuple):
    """A desk's identity sealed to one member, and the desk's word that this is the member's key."""

    sealed: bytes
    voucher: Statement


class NewCompartment(NamedTuple):
    """A compartment as it came, with its wraps and what was sealed to it so far, part after part."""

    recipient: Recipient
    wraps: list[SealedWrap]
    sealed: Sequence[bytes]


@one_transaction
def add_compartments(
    *, owner: UUID, compartments: Mapping[str, NewCompartment], sealed_by: str, first: int
) -> None:
    """Store compartments, of a new report or of one that moves, from place `first` on. Bytes are checked for
    shape only; nothing here is opened. Raises BadEnvelope, CompartmentTaken."""
    rows = {
        kind: Compartment(id=beside(owner), owner=owner, kind=kind, place=place, recipient=new.recipient)
        for place, (kind, new) in enumerate(compartments.items(), start=first)
    }
    for new in compartments.values():
        _check(new)
    if Compartment.objects.insert_new(rows.values()) != len(rows):
        raise CompartmentTaken
    Wrap.objects.bulk_create(
        Wrap(
            id=beside(owner),
            compartment=rows[kind],
            holder_kind="desk" if wrap.desk else "receipt",
            desk=wrap.desk,
            recipient=wrap.to,
            sealed=wrap.sealed,
        )
        for kind, new in compartments.items()
        for wrap in new.wraps
    )
    SealedText.objects.bulk_create(
        SealedText(id=beside(owner), compartment=rows[kind], place=place, sealed=sealed, sealed_by=sealed_by)
        for kind, new in compartments.items()
        for place, sealed in enumerate(new.sealed)
    )


def _check(new: NewCompartment) -> None:
    for sealed in new.sealed:
        check_envelope(sealed, limit=WORDS_LIMIT)
    for wrap in new.wraps:
        check_envelope(wrap.sealed, limit=WRAP_LIMIT)


@one_transaction
def add_text(*, owner: UUID, kind: str, sealed: bytes, sealed_by: str) -> SealedText:
    """Add words to a report's current compartment of that kind. Raises BadEnvelope."""
    check_envelope(sealed, limit=WORDS_LIMIT)
    compartment = Compartment.objects.of(owner).get(kind=kind, current=True)
    place = compartment.texts.count()
    return SealedText.objects.create(compartment=compartment, place=place, sealed=sealed, sealed_by=sealed_by)


@one_transaction
def give_to_desks(
    *,
    owner: UUID,
    before: Mapping[str, SealedWrap],
    compartments: Mapping[str, NewCompartment],
    sealed_by: str,
) -> None:
    """Let other desks hold a report: compartments of before go on to be read with the wraps of `before` (by public
    key) and take no more words; `compartments` follow them. Every wrap of a desk that was there is deleted."""
    rows = {row.recipient: row for row in Compartment.objects.of(owner)}
    for wrap in before.values():
        check_envelope(wrap.sealed, limit=WRAP_LIMIT)
    Wrap.objects.of(owner).filter(holder_kind="desk").delete()
    Wrap.objects.bulk_create(
        Wrap(compartment=rows[of], holder_kind="desk", desk=wrap.desk, recipient=wrap.to, sealed=wrap.sealed)
        for of, wrap in before.items()
    )
    Compartment.objects.of(owner).filter(kind__in=compartments.keys()).update(current=False)
    leave_no_copy()
    add_compartments(
        owner=owner,
        compartments=compartments,
        sealed_by=sealed_by,
        first=Compartment.objects.of(owner).count(),
    )


@one_transaction
def keep_opening(
    *, owner: UUID, number: int, appended: Appended, thread: Recipient, receipt: Recipient
) -> None:
    """Seal what a leaf says to the thread's key and to the receipt. Needs no unlocked key.

    `number` counts the leaves of this owner from 1: the event says it too, so that a missing one shows.
    """
    step = step_of(appended.signed_opening)
    opening = Opening(
        id=beside(owner),
        owner=owner,
        number=number,
        for_thread=seal(step, thread),
        for_receipt=seal(step, receipt),
    )
    Opening.objects.bulk_create([opening])


@one_transaction
def give_to_receipt(
    *, owner: UUID, receipt: Recipient, wraps: Mapping[str, bytes], openings: Mapping[int, bytes]
) -> None:
    """Put another receipt in the place of the one that there is: wraps by the compartment's public key, openings by
    their number. Raises NotAll unless it is exactly all of them, BadEnvelope."""
    own = {row.compartment.recipient: row for row in wraps_for_receipt(owner)}
    leaves = {row.number: row for row in Opening.objects.of(owner)}
    if wraps.keys() != own.keys() or openings.keys() != leaves.keys():
        raise NotAll
    for of, sealed in wraps.items():
        check_envelope(sealed, limit=WRAP_LIMIT)
        Wrap.objects.of(owner).filter(pk=own[of].pk).update(recipient=receipt, sealed=sealed)
    for number, sealed in openings.items():
        check_envelope(sealed, limit=OPENING_LIMIT)
        Opening.objects.of(owner).filter(pk=leaves[number].pk).update(for_receipt=sealed)
    leave_no_copy()


@one_transaction
def erase(*, owner: UUID) -> None:
    """Delete a report's words, wraps and openings. Its leaves stay and mean nothing any more."""
    # Children first: each is then one statement, without reading what is deleted.
    SealedText.objects.of(owner).delete()
    Wrap.objects.of(owner).delete()
    Compartment.objects.of(owner).delete()
    Opening.objects.of(owner).delete()
    leave_no_copy()


@one_transaction
def erase_words(*, owner: UUID) -> int:
    """Delete words only (consent `store_sealed` was not given, and she was answered); how many texts."""
    words = SealedText.objects.of(owner).filter(compartment__kind__in=["narrative", "contact", "identity"])
    leave_no_copy()
    return words.delete()[0]


def _lock(desks: QuerySet[Desk]) -> None:
    """Who changes who holds the keys of these desks waits here for who does it already: else the last two
    holders could go at the same moment. (SQLite has one writer anyway.)"""
    list(desks.select_for_update(no_key=True).order_by("pk"))


def _lock_what_is_held(user: User) -> None:
    _lock(Desk.objects.filter(pk__in=DeskWrap.objects.within(user=user).values("desk")))


def _held_by_nobody_else(user: User) -> QuerySet[DeskWrap]:
    """What this user holds of desk keys, older ones included, that no other active user holds."""
    others = DeskWrap.objects.for_the_rules().filter(user__is_active=True).exclude(user=user)
    return DeskWrap.objects.within(user=user).exclude(of__in=others.values("of"))


@one_transaction
def set_person_key(
    *,
    user: User,
    recipient: Recipient,
    salt: bytes,
    sealed: bytes,
    scrypt: tuple[int, int, int],
) -> None:
    """Give a user the key that the own browser made. Desk wraps for an older key are gone with it.

    Raises BadEnvelope, and LastMember when nobody else could open one of the user's desks any more.
    """
    check_envelope(sealed, limit=WRAP_LIMIT)
    if len(salt) < 16 or scrypt[0] < 2**17 or scrypt[1] < 8:
        raise BadEnvelope("weak stretch")
    _lock_what_is_held(user)
    if _held_by_nobody_else(user).exists():
        raise LastMember
    DeskWrap.objects.within(user=user).delete()
    User.objects.for_the_rules().filter(pk=user.pk).update(recipient=recipient)
    user.recipient = recipient
    PersonWrap.objects.for_the_rules().update_or_create(
        user=user,
        defaults={
            "salt": salt,
            "sealed": sealed,
            "scrypt_n": scrypt[0],
            "scrypt_r": scrypt[1],
            "scrypt_p": scrypt[2],
        },
    )


@one_transaction
def change_own_key(
    *,
    user: User,
    recipient: Recipient,
    salt: bytes,
    sealed: bytes,
    scrypt: tuple[int, int, int],
    now: datetime,
) -> None:
    """`set_person_key`; where there was a key before, everybody at the user's desks is told."""
    replaced = bool(user.recipient)
    set_person_key(user=user, recipient=recipient, salt=salt, sealed=sealed, scrypt=scrypt)
    if replaced:
        tell_colleagues(user=user, kind="own_key", now=now)


@one_transaction
def set_desk_key(
    *,
    desk: Desk,
    key: KeyOfDesk,
    succession: Statement | None,
    wraps: Mapping[User, HandedKey],
    now: datetime,
) -> None:
    """Give a desk a new key with a wrap for each of `wraps`' members.

    `succession` is the old key's word for it; the first key has none, and receives nothing before the install has
    signed it (directory.routing). What was wrapped to the old key stays readable through the members' old wraps until
    `rewrap` has replaced all of it and `forget_old_key` is called. Raises NotYet while an older key is still being
    replaced, NotSigned when the old key did not sign this one or the new one does not vouch for a member, UnsafeKeys
    when what rows call the old key does not follow from what was signed.
    """
    _lock(Desk.objects.filter(pk=desk.pk))
    before = _present_key(desk)
    if DeskWrap.objects.for_the_rules().filter(desk=desk).exclude(of=before.recipient).exists():
        raise NotYet
    signed = _checked_succession(before, key, succession)
    recipient = Recipient(key.recipient)
    DeskWrap.objects.bulk_create(_desk_wrap(desk, key, user, wrap) for user, wrap in wraps.items())
    DeskKey.objects.create(
        desk=desk,
        number=key.number,
        recipient=recipient,
        signing=key.signing,
        document=signed.document,
        signature=signed.signature,
    )
    Desk.objects.filter(pk=desk.pk).update(recipient=recipient, signing=key.signing, key_due=False)
    desk.recipient, desk.signing, desk.key_due = recipient, key.signing, False
    event = {name: value for name, value in key.document.items() if name != "v"}
    append_public_leaf(
        kind="key_changed", event=event, now=now
    )  # about nobody, so that `log_verify` finds a swapped one


def _present_key(desk: Desk) -> KeyOfDesk:
    """The desk's key, where its members hold no other one than that and the one before it. Raises UnsafeKeys."""
    keys = keys_of(desk)
    of = set(DeskWrap.objects.for_the_rules().filter(desk=desk).values_list("of", flat=True))
    if not all(keys.of(one) for one in of):
        raise UnsafeKeys
    return keys.present


def _checked_succession(before: KeyOfDesk, key: KeyOfDesk, succession: Statement | None) -> Statement:
    """The statement to keep with a new key. Raises NotSigned."""
    if key.desk != before.desk or key.number != before.number + 1 or len(key.signing) != 32:
        raise NotSigned
    if not before.number:
        return Statement(spelled(key.document), b"")
    if succession is None or follow_keys(before, [succession])[-1] != key:
        raise NotSigned
    return succession


def _desk_wrap(desk: Desk, key: KeyOfDesk, user: User, wrap: HandedKey) -> DeskWrap:
    check_envelope(wrap.sealed, limit=WRAP_LIMIT)
    if not is_vouched(key, user.recipient, wrap.voucher):
        raise NotSigned
    document, signature = wrap.voucher
    return DeskWrap(
        desk=desk,
        user=user,
        of=key.recipient,
        recipient=user.recipient,
        sealed=wrap.sealed,
        voucher=document,
        signature=signature,
    )


@one_transaction
def forget_old_key(*, desk: Desk) -> None:
    """Take the members' wraps of the old desk key away. Raises NotYet while anything still goes to it; UnsafeKeys."""
    present = _present_key(desk)
    if stale_wraps(desk).exists():
        raise NotYet
    DeskWrap.objects.for_the_rules().filter(desk=desk).exclude(of=present.recipient).delete()


@one_transaction
def hand_key(*, desk: Desk, user: User, wrap: HandedKey) -> None:
    """Give a member the desk's present key, as an unlocked colleague wrapped it after comparing the fingerprint.

    Raises NotSigned when the desk does not vouch for the member's key, and UnsafeKeys.
    """
    row = _desk_wrap(desk, _present_key(desk), user, wrap)
    given = {name: getattr(row, name) for name in ("desk", "user", "sealed", "voucher", "signature")}
    DeskWrap.objects.for_the_rules().update_or_create(of=row.of, recipient=user.recipient, defaults=given)


@one_transaction
def add_member(*, desk: Desk, user: User, on_call: int | None = None) -> Membership:
    """Put a user at a desk. Somebody has to hand the key over before the new member can read."""
    seats = Membership.objects.for_the_rules()
    return seats.update_or_create(user=user, desk=desk, defaults={"on_call": on_call})[0]


@one_transaction
def remove_member(*, desk: Desk, user: User) -> None:
    """Take a user from a desk: wraps are gone at once. A colleague's browser then makes the desk's new key."""
    _lock(Desk.objects.filter(pk=desk.pk))
    if _held_by_nobody_else(user).filter(desk=desk).exists():
        raise LastMember
    deleted, _ = DeskWrap.objects.within(user=user).filter(desk=desk).delete()
    user.memberships.filter(desk=desk).delete()
    end_sessions(user=user)
    if deleted:
        Desk.objects.filter(pk=desk.pk).update(key_due=True)
        desk.key_due = True


@one_transaction
def suspend_member(*, user: User) -> list[Desk]:
    """Shut a user out and take them from their desks; the desks where only they can open what is there.

    There the wraps stay: nobody can fetch them while the account is suspended, and without them all is lost.
    """
    _lock_what_is_held(user)
    sole_keys = set(_held_by_nobody_else(user).values_list("desk", flat=True))
    desks = list(Desk.objects.within(memberships__user=user).order_by("code"))
    for desk in desks:
        if desk.pk not in sole_keys:
            remove_member(desk=desk, user=user)
    suspend(user=user)
    return [desk for desk in desks if desk.pk in sole_keys]


@one_transaction
def reset_access(*, user: User, password: str, keep_key: bool) -> None:
    """Let a user in again who lost the password, the telephone or the passphrase.

    The own key goes too, so that colleagues hand over the desks' keys anew, unless `keep_key`: then the
    passphrase has to be known. Raises LastMember when the key alone opens one of the desks.
    """
    if user.recipient and not keep_key:
        _lock_what_is_held(user)
        if _held_by_nobody_else(user).exists():
            raise LastMember
        DeskWrap.objects.within(user=user).delete()
        PersonWrap.objects.within(user=user).delete()
        User.objects.for_the_rules().filter(pk=user.pk).update(recipient="")
        user.recipient = ""
    let_in_again(user=user, password=password)


@one_transaction
def rewrap(*, desk: Desk, wraps: Iterable[tuple[UUID, bytes | None]], recipient: Recipient) -> int:
    """Replace wraps to this desk's older key (by their id) with wraps to its new one; how many were replaced.

    None: that one could not be opened; it is marked for a person to look at. Raises NotYet when `recipient`
    is not the desk's key (any more): what was sealed to another one would never open. Raises UnsafeKeys when the
    desk's key does not follow from what was signed.
    """
    desk = Desk.objects.select_for_update().get(pk=desk.pk)
    if recipient != _present_key(desk).recipient:
        raise NotYet
    done = 0
    for wrap_id, sealed in wraps:
        wrap = stale_wraps(desk).filter(id=wrap_id)
        if sealed is None:
            wrap.update(unopened=True)
            continue
        check_envelope(sealed, limit=WRAP_LIMIT)
        done += wrap.update(recipient=recipient, sealed=sealed)
    return done
