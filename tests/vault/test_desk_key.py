"""A desk's key: who gets it, who may lose it, and how a new one takes over from the old one."""

import json
from typing import Any

import pytest

from tests.cast import NOW, Helper, Team, give_key, handed, new_desk, rows, staff_desk, url64
from tests.vault.sealed import STORY, Kept, keep, opened, renew, rewrapped
from tincay.core.authorship import desk_key_of, follow_keys, is_vouched, succeed
from tincay.core.sealing import BadEnvelope, new_key, recipient_of, wrap
from tincay.core.statements import NotSigned, Statement
from tincay.log.models import Queued
from tincay.log.queries import opened_in_clear
from tincay.people.models import Desk, DeskKey, Membership
from tincay.vault import actions as vault
from tincay.vault.actions import (
    WRAP_LIMIT,
    HandedKey,
    LastMember,
    NotYet,
    add_member,
    forget_old_key,
    hand_key,
    remove_member,
    rewrap,
    set_desk_key,
)
from tincay.vault.models import DeskWrap, Wrap
from tincay.vault.queries import key_in_row, readable, stale_wraps, swapped_desks

pytestmark = pytest.mark.django_db
JUNK = b"not an age file"


def now(desk: Desk) -> Desk:
    """The desk's row as it is now."""
    return rows(Desk).get(pk=desk.pk)


def hand(team: Team, sealed: bytes | None = None) -> None:
    """The helper hands the desk's key over to the colleague, perhaps with other bytes in the place of the key."""
    given = handed(team.helper.desk_key(team.desk), team.desk, team.colleague.user)
    hand_key(desk=team.desk, user=team.colleague.user, wrap=given._replace(sealed=sealed or given.sealed))


class Offer:
    """A second key for the team's desk, as a member's browser offers it; each part may be spoiled."""

    def __init__(self, team: Team) -> None:
        self.team, self.desk = team, team.desk
        self.old, self.new = team.helper.desk_key(team.desk), new_key()[0]
        self.key = desk_key_of(self.new, desk=team.desk.code, number=2)
        self.succession: Statement | None = succeed(self.old, self.key)
        self.wraps = {
            one.user: handed(self.new, team.desk, one.user) for one in (team.helper, team.supervisor)
        }

    def give(self) -> None:
        set_desk_key(desk=self.desk, key=self.key, succession=self.succession, wraps=self.wraps, now=NOW)

    def is_refused(self, refusal: type[Exception]) -> bool:
        """Is it refused, and nothing of it kept?"""
        before, leaves = now(self.desk), rows(Queued).count()
        with pytest.raises(refusal):
            self.give()
        row = now(self.desk)
        kept = (
            row.recipient,
            bytes(row.signing),
            rows(Queued).count(),
            rows(DeskKey).filter(desk=row).count(),
        )
        assert kept == (before.recipient, bytes(before.signing), leaves, 1)
        return not rows(DeskWrap).filter(of=self.key.recipient).exists()


# --- giving it


def test_a_desks_first_key_opens_for_each_member_whom_it_was_wrapped_to(team: Team) -> None:
    desk = new_desk(team.organisation, "hai")
    key = staff_desk(desk, team.helper, team.colleague)
    assert team.helper.desk_key(desk) == team.colleague.desk_key(desk) == key
    assert desk.recipient == now(desk).recipient == recipient_of(key)


def test_a_desks_new_key_is_due_no_more(team: Team) -> None:
    remove_member(desk=team.desk, user=team.helper.user)
    renew(team.desk, team.supervisor)
    assert not team.desk.key_due
    assert not now(team.desk).key_due


def test_a_desks_new_key_is_a_leaf_that_names_it(team: Team) -> None:
    desk = new_desk(team.organisation, "hai")
    key = staff_desk(desk, team.helper)
    after = give_key(desk, team.helper, before=key, number=2)
    said = [opened.event for opened in opened_in_clear("key_changed") if opened.event["desk"] == "hai"]
    assert [(one["number"], one["recipient"]) for one in said] == [
        (1, recipient_of(key)),
        (2, recipient_of(after)),
    ]
    assert said[1]["signing"] == url64(bytes(now(desk).signing))
    assert said[1].keys() == {"kind", "day", "desk", "number", "recipient", "signing"}


def test_a_desks_key_that_the_log_does_not_name_is_seen(team: Team) -> None:
    assert swapped_desks() == []
    rows(Desk).filter(pk=team.desk.pk).update(recipient=new_key()[1])
    assert swapped_desks() == [team.desk.code]


def test_a_key_that_the_log_cannot_take_is_not_kept(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError("no room")

    before = now(team.desk).recipient
    monkeypatch.setattr(vault, "append_public_leaf", full)
    with pytest.raises(OSError, match="no room"):
        renew(team.desk, team.helper)
    assert now(team.desk).recipient == before


def test_one_new_key_is_handed_out_before_the_next_is_made(team: Team, kept: Kept) -> None:
    public = renew(team.desk, team.helper)
    with pytest.raises(NotYet):
        renew(team.desk, team.helper)
    assert now(team.desk).recipient == public


def test_the_keys_of_another_desk_do_not_hold_this_one_up(team: Team) -> None:
    second = new_desk(team.organisation, "hai")
    staff_desk(second, team.helper)
    renew(second, team.helper)
    assert renew(team.desk, team.helper) == now(team.desk).recipient


def test_one_broken_wrap_gives_the_desk_no_new_key(team: Team) -> None:
    offer = Offer(team)
    offer.wraps[team.supervisor.user] = offer.wraps[team.supervisor.user]._replace(sealed=JUNK)
    assert offer.is_refused(BadEnvelope)


def test_a_wrap_of_a_desks_key_has_no_room_for_anything_else(team: Team) -> None:
    long = wrap(*new_key()) + bytes(WRAP_LIMIT)
    offer = Offer(team)
    offer.wraps[team.helper.user] = offer.wraps[team.helper.user]._replace(sealed=long)
    with pytest.raises(BadEnvelope, match="too long"):
        offer.give()
    with pytest.raises(BadEnvelope, match="too long"):
        hand(team, long)


# --- who may say that it is the desk's key


def test_a_new_key_is_the_desks_because_the_old_one_says_so(team: Team) -> None:
    first = key_in_row(team.desk)
    offer = Offer(team)
    offer.give()
    row = rows(DeskKey).get(desk=team.desk, number=2)
    chain = follow_keys(first, [Statement(bytes(row.document), bytes(row.signature))])
    assert chain == [first, offer.key] == [first, key_in_row(now(team.desk))]


def test_a_first_key_has_nobodys_word_and_is_kept_as_what_the_install_will_sign(team: Team) -> None:
    desk = new_desk(team.organisation, "hai")
    key = give_key(desk, team.helper)
    row = rows(DeskKey).get(desk=desk)
    assert (row.number, bytes(row.signature)) == (1, b"")
    assert json.loads(bytes(row.document)) == desk_key_of(key, desk="hai", number=1).document


def test_a_key_that_the_old_one_did_not_sign_is_refused(team: Team) -> None:
    offer = Offer(team)
    offer.succession = None
    assert offer.is_refused(NotSigned)
    offer.succession = succeed(new_key()[0], offer.key)
    assert offer.is_refused(NotSigned)
    offer.succession = succeed(offer.old, desk_key_of(new_key()[0], desk=team.desk.code, number=2))
    assert offer.is_refused(NotSigned)


@pytest.mark.parametrize("other", [{"desk": "hai"}, {"number": 1}, {"number": 3}, {"signing": bytes(31)}])
def test_a_key_with_another_place_in_the_row_of_keys_is_refused(team: Team, other: dict[str, Any]) -> None:
    offer = Offer(team)
    offer.key, offer.wraps = offer.key._replace(**other), {}
    offer.succession = succeed(offer.old, offer.key)
    assert offer.is_refused(NotSigned)


def test_a_first_key_of_another_number_or_desk_is_refused(team: Team) -> None:
    desk = new_desk(team.organisation, "hai")
    for key in (
        desk_key_of(new_key()[0], desk="hai", number=2),
        desk_key_of(new_key()[0], desk="ba", number=1),
    ):
        with pytest.raises(NotSigned):
            set_desk_key(desk=desk, key=key, succession=None, wraps={}, now=NOW)
    assert not rows(DeskKey).filter(desk=desk).exists()


def test_the_desk_vouches_for_everybody_who_is_handed_its_key(team: Team) -> None:
    row = rows(DeskWrap).get(user=team.helper.user)
    assert is_vouched(key_in_row(team.desk), team.helper.user.recipient, row.statement)


@pytest.mark.parametrize("whose", ["another_member", "another_desk", "the_old_key", "nobody"])
def test_a_member_for_whom_the_new_key_does_not_vouch_is_handed_none(team: Team, whose: str) -> None:
    offer, user = Offer(team), team.supervisor.user
    vouchers = {
        "another_member": handed(offer.new, team.desk, team.helper.user),
        "another_desk": handed(offer.new, new_desk(team.organisation, "hai"), user),
        "the_old_key": handed(offer.old, team.desk, user),
        "nobody": HandedKey(b"", Statement(b"{}", bytes(64))),
    }
    offer.wraps[user] = offer.wraps[user]._replace(voucher=vouchers[whose].voucher)
    assert offer.is_refused(NotSigned)


# --- handing it over


def test_a_key_that_a_colleague_handed_over_opens_what_came_before(team: Team, kept: Kept) -> None:
    hand(team)
    (story,) = readable(kept.owner, team.colleague.user)["narrative"]
    assert opened(story, team.colleague) == [STORY["narrative"]]


def test_a_key_that_is_handed_over_twice_is_held_once_as_it_came_last(team: Team) -> None:
    hand(team)
    last = handed(team.helper.desk_key(team.desk), team.desk, team.colleague.user)
    hand_key(desk=team.desk, user=team.colleague.user, wrap=last)
    row = rows(DeskWrap).get(user=team.colleague.user)
    assert (bytes(row.sealed), row.statement) == last


def test_what_is_no_age_file_is_handed_to_nobody(team: Team) -> None:
    with pytest.raises(BadEnvelope):
        hand(team, JUNK)
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


def test_the_key_is_handed_only_to_whom_the_desk_vouches_for(team: Team) -> None:
    other = handed(team.helper.desk_key(team.desk), team.desk, team.supervisor.user)
    with pytest.raises(NotSigned):
        hand_key(desk=team.desk, user=team.colleague.user, wrap=other)
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


def test_who_was_handed_the_old_key_too_late_gets_no_other_one_in_its_place(team: Team) -> None:
    late = handed(team.helper.desk_key(team.desk), team.desk, team.colleague.user)
    renew(team.desk, team.helper)
    with pytest.raises(NotSigned):
        hand_key(desk=team.desk, user=team.colleague.user, wrap=late)


# --- seats


def test_a_seat_comes_without_the_key(team: Team) -> None:
    seat = add_member(desk=team.desk, user=team.colleague.user, on_call=2)
    assert (seat.user, seat.desk, seat.on_call) == (team.colleague.user, team.desk, 2)
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


def test_who_is_seated_again_keeps_one_seat_with_the_new_place(team: Team) -> None:
    add_member(desk=team.desk, user=team.helper.user, on_call=5)
    assert team.helper.user.memberships.get(desk=team.desk).on_call == 5
    assert team.helper.desk_key(team.desk)


def test_who_leaves_loses_seat_and_key_and_a_new_key_is_due(team: Team) -> None:
    remove_member(desk=team.desk, user=team.helper.user)
    assert list(rows(Membership).filter(desk=team.desk).values_list("user", flat=True)) == [
        team.supervisor.user.pk
    ]
    assert [row.user for row in rows(DeskWrap).filter(desk=team.desk)] == [team.supervisor.user]
    assert team.desk.key_due
    assert now(team.desk).key_due


def test_who_leaves_one_desk_keeps_the_other(team: Team) -> None:
    second = new_desk(team.organisation, "hai")
    key = staff_desk(second, team.helper, team.supervisor)
    remove_member(desk=team.desk, user=team.helper.user)
    assert team.helper.desk_key(second) == key
    assert not now(second).key_due
    assert team.helper.user.memberships.get().desk == second


def test_who_never_held_the_key_leaves_without_a_new_one(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    remove_member(desk=team.desk, user=team.colleague.user)
    assert not team.colleague.user.memberships.exists()
    assert not now(team.desk).key_due


def test_the_last_holder_of_a_desks_key_keeps_seat_and_key(outsider: Helper) -> None:
    desk = outsider.user.memberships.get().desk
    with pytest.raises(LastMember):
        remove_member(desk=desk, user=outsider.user)
    assert outsider.user.memberships.exists()
    assert outsider.desk_key(desk)


def test_who_alone_opens_one_desk_may_leave_another(team: Team) -> None:
    staff_desk(new_desk(team.organisation, "mot-minh"), team.helper)
    remove_member(desk=team.desk, user=team.helper.user)
    assert not team.helper.user.memberships.filter(desk=team.desk).exists()


def test_a_seat_is_taken_from_one_person_only(team: Team) -> None:
    remove_member(desk=team.desk, user=team.helper.user)
    assert team.supervisor.user.memberships.get().desk == team.desk
    assert team.supervisor.desk_key(team.desk)


# --- wrapping anew


def test_what_was_wrapped_anew_opens_with_the_new_key_alone(team: Team, kept: Kept) -> None:
    public = renew(team.desk, team.helper, team.supervisor)
    assert rewrap(desk=team.desk, wraps=rewrapped(team.desk, team.helper), recipient=public) == len(STORY)
    forget_old_key(desk=team.desk)
    (story,) = readable(kept.owner, team.supervisor.user)["narrative"]
    assert opened(story, team.supervisor) == [STORY["narrative"]]


def test_the_old_key_stays_while_anything_goes_to_it(team: Team, kept: Kept) -> None:
    public = renew(team.desk, team.helper)
    rewrap(desk=team.desk, wraps=rewrapped(team.desk, team.helper)[1:], recipient=public)
    with pytest.raises(NotYet):
        forget_old_key(desk=team.desk)
    assert rows(DeskWrap).filter(desk=team.desk).exclude(of=public).exists()


def test_the_end_of_the_old_key_leaves_the_new_one_and_every_other_desks(
    team: Team, outsider: Helper
) -> None:
    public = renew(team.desk, team.helper)
    forget_old_key(desk=team.desk)
    assert [row.of for row in rows(DeskWrap).filter(desk=team.desk)] == [public]
    assert outsider.desk_key(outsider.user.memberships.get().desk)


def test_what_could_not_be_opened_is_marked_and_does_not_keep_the_old_key(team: Team, kept: Kept) -> None:
    public = renew(team.desk, team.helper)
    (first, _), *rest = rewrapped(team.desk, team.helper)
    assert rewrap(desk=team.desk, wraps=[(first, None), *rest], recipient=public) == len(rest)
    forget_old_key(desk=team.desk)
    assert [row.pk for row in rows(Wrap).filter(unopened=True)] == [first]


def test_what_was_wrapped_for_another_key_than_the_desks_is_refused(team: Team, kept: Kept) -> None:
    renew(team.desk, team.helper)
    wraps = rewrapped(team.desk, team.helper)
    with pytest.raises(NotYet):
        rewrap(desk=team.desk, wraps=wraps, recipient=new_key()[1])
    assert stale_wraps(team.desk).count() == len(wraps)


def test_one_broken_wrap_leaves_every_one_of_its_batch(team: Team, kept: Kept) -> None:
    public = renew(team.desk, team.helper)
    *good, (last, _) = rewrapped(team.desk, team.helper)
    with pytest.raises(BadEnvelope):
        rewrap(desk=team.desk, wraps=[*good, (last, JUNK)], recipient=public)
    assert stale_wraps(team.desk).count() == len(STORY)


def test_a_batch_that_is_sent_twice_counts_once(team: Team, kept: Kept) -> None:
    public = renew(team.desk, team.helper)
    wraps = rewrapped(team.desk, team.helper)
    done = [rewrap(desk=team.desk, wraps=wraps, recipient=public) for _ in range(2)]
    assert done == [len(STORY), 0]


def test_the_wraps_of_another_desk_and_of_the_receipt_are_never_replaced(
    team: Team, kept: Kept, outsider: Helper
) -> None:
    keep(outsider.user.memberships.get().desk)
    others = rows(Wrap).exclude(desk=team.desk) | rows(Wrap).filter(desk=None)
    before = list(others.order_by("id").values_list("recipient", "unopened"))
    public = renew(team.desk, team.helper)
    sealed = wrap(new_key()[0], public)
    assert rewrap(desk=team.desk, wraps=[(row.pk, sealed) for row in others], recipient=public) == 0
    rewrap(desk=team.desk, wraps=[(row.pk, None) for row in others], recipient=public)
    assert list(others.order_by("id").values_list("recipient", "unopened")) == before
