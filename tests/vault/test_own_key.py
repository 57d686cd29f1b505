"""A person's own key: made in a browser, kept sealed, no leaf, and never the last of a desk's that goes."""

import pytest

from tests.cast import PASSWORD, Helper, Team, new_desk, rows, staff_desk
from tests.vault.sealed import renew
from tincay.core.sealing import BadEnvelope, Identity, new_key, seal, wrap
from tincay.log.models import Queued
from tincay.people.models import Desk, User
from tincay.vault.actions import LastMember, add_member, reset_access, set_person_key, suspend_member
from tincay.vault.models import DeskWrap, Opening, PersonWrap
from tincay.vault.queries import without_key

pytestmark = pytest.mark.django_db
SALT = b"sixteen bytes..."


def make_key(
    user: User, *, salt: bytes = SALT, scrypt: tuple[int, int, int] = (2**17, 8, 1), size: int = 0
) -> Identity:
    """A fresh key, as the own browser sends it (sealed to any key: nobody opens it here)."""
    key, public = new_key()
    sealed = seal(bytes(size), public) if size else wrap(key, public)
    set_person_key(user=user, recipient=public, salt=salt, sealed=sealed, scrypt=scrypt)
    return key


def as_it_was(user: User) -> tuple[object, ...]:
    wraps = rows(DeskWrap).order_by("id").values_list("id", "recipient")
    own = rows(PersonWrap).filter(user=user).values_list("salt", "scrypt_n", "scrypt_r", "scrypt_p", "sealed")
    return rows(User).get(pk=user.pk).recipient, list(wraps), [tuple(map(bytes, row[::4])) for row in own]


# --- making it


def test_the_own_key_is_kept_sealed_with_what_it_takes_to_stretch_the_passphrase(team: Team) -> None:
    user = team.colleague.user
    make_key(user, scrypt=(2**18, 9, 2))
    row = rows(PersonWrap).get(user=user)
    assert (bytes(row.salt), row.scrypt_n, row.scrypt_r, row.scrypt_p) == (SALT, 2**18, 9, 2)


def test_the_public_half_stands_at_the_account_at_once(team: Team) -> None:
    user, before = team.colleague.user, team.colleague.user.recipient
    make_key(user)
    assert before != user.recipient == rows(User).get(pk=user.pk).recipient


def test_a_second_key_takes_the_place_of_the_first(team: Team) -> None:
    make_key(team.colleague.user)
    make_key(team.colleague.user, salt=b"another salt of 16")
    assert bytes(rows(PersonWrap).get(user=team.colleague.user).salt) == b"another salt of 16"


@pytest.mark.parametrize(
    ("salt", "scrypt"),
    [(SALT[:15], (2**17, 8, 1)), (SALT, (2**17 - 1, 8, 1)), (SALT, (2**17, 7, 1))],
    ids=["salt", "n", "r"],
)
def test_a_stretch_below_the_floor_changes_nothing(
    team: Team, salt: bytes, scrypt: tuple[int, int, int]
) -> None:
    before = as_it_was(team.colleague.user)
    with pytest.raises(BadEnvelope, match="weak stretch"):
        make_key(team.colleague.user, salt=salt, scrypt=scrypt)
    assert as_it_was(team.colleague.user) == before


def test_a_key_that_did_not_come_sealed_is_refused(team: Team) -> None:
    before = as_it_was(team.colleague.user)
    with pytest.raises(BadEnvelope):
        set_person_key(
            user=team.colleague.user,
            recipient=new_key()[1],
            salt=SALT,
            sealed=b"AGE-SECRET-KEY-1",
            scrypt=(2**17, 8, 1),
        )
    assert as_it_was(team.colleague.user) == before


def test_an_own_key_has_no_room_for_anything_else(team: Team) -> None:
    with pytest.raises(BadEnvelope, match="too long"):
        make_key(team.colleague.user, size=1_000)


def test_with_a_new_own_key_colleagues_have_to_hand_over_the_desks(team: Team) -> None:
    make_key(team.helper.user)
    assert not rows(DeskWrap).filter(user=team.helper.user).exists()
    assert list(without_key(team.desk)) == [team.helper.user]
    assert team.supervisor.desk_key(team.desk)


def test_who_alone_holds_a_desks_key_keeps_it_and_the_own_one(outsider: Helper) -> None:
    before = as_it_was(outsider.user)
    with pytest.raises(LastMember):
        make_key(outsider.user)
    assert as_it_was(outsider.user) == before


def test_a_colleague_who_is_suspended_counts_for_nobody(team: Team) -> None:
    suspend_member(user=team.helper.user)
    with pytest.raises(LastMember):
        make_key(team.supervisor.user)


def test_who_alone_still_holds_an_older_key_cannot_give_it_up(team: Team) -> None:
    """The new key is in two hands, but what was not wrapped anew opens in one."""
    rows(DeskWrap).filter(user=team.helper.user).delete()
    renew(team.desk, team.supervisor, team.colleague)
    with pytest.raises(LastMember):
        make_key(team.supervisor.user)


# --- what the log is told


def test_the_key_of_a_person_is_no_leaf_that_would_count_who_works_here(team: Team) -> None:
    waiting = rows(Queued).count()
    make_key(team.colleague.user)
    reset_access(user=team.helper.user, password="x", keep_key=False)
    assert rows(Queued).count() == waiting
    assert not rows(Opening).exists()


# --- a way back


def test_a_reset_takes_the_own_key_and_the_desks_away(team: Team) -> None:
    user = team.helper.user
    reset_access(user=user, password="x", keep_key=False)
    assert user.recipient == rows(User).get(pk=user.pk).recipient == ""
    assert not rows(DeskWrap).filter(user=user).exists()
    assert not rows(PersonWrap).filter(user=user).exists()


def test_a_reset_that_keeps_the_key_changes_the_password_only(team: Team) -> None:
    before = as_it_was(team.helper.user)
    reset_access(user=team.helper.user, password="mới", keep_key=True)
    assert as_it_was(team.helper.user) == before
    assert rows(User).get(pk=team.helper.user.pk).check_password("mới")


def test_a_reset_is_refused_whole_where_a_desk_would_be_lost(outsider: Helper) -> None:
    before = as_it_was(outsider.user)
    with pytest.raises(LastMember):
        reset_access(user=outsider.user, password="mới", keep_key=False)
    assert as_it_was(outsider.user) == before
    assert rows(User).get(pk=outsider.user.pk).check_password(PASSWORD)


def test_who_alone_holds_a_desks_key_gets_a_password_with_the_key_kept(outsider: Helper) -> None:
    reset_access(user=outsider.user, password="mới", keep_key=True)
    assert rows(DeskWrap).filter(user=outsider.user).exists()


def test_somebody_who_never_made_a_key_is_let_in_again(team: Team) -> None:
    user = team.colleague.user
    rows(User).filter(pk=user.pk).update(recipient="")
    user.refresh_from_db()
    reset_access(user=user, password="mới", keep_key=False)
    assert user.check_password("mới")


# --- shut out


def test_who_is_suspended_loses_every_seat_that_others_can_fill(team: Team) -> None:
    second = new_desk(team.organisation, "hai")
    staff_desk(second, team.helper, team.colleague)
    assert suspend_member(user=team.helper.user) == []
    assert not team.helper.user.memberships.exists()
    assert not rows(DeskWrap).filter(user=team.helper.user).exists()
    assert set(rows(Desk).filter(key_due=True)) == {team.desk, second}


def test_where_nobody_else_opens_a_desk_the_seat_and_the_key_stay(team: Team) -> None:
    alone = new_desk(team.organisation, "mot-minh")
    staff_desk(alone, team.helper)
    assert suspend_member(user=team.helper.user) == [alone]
    assert [row.desk for row in team.helper.user.memberships.all()] == [alone]
    assert [row.desk for row in rows(DeskWrap).filter(user=team.helper.user)] == [alone]
    assert not rows(User).get(pk=team.helper.user.pk).is_active


def test_the_desks_that_would_be_lost_are_named_in_a_fixed_order(team: Team) -> None:
    for code in ("b", "c", "a"):
        staff_desk(new_desk(team.organisation, code), team.helper)
    assert [desk.code for desk in suspend_member(user=team.helper.user)] == ["a", "b", "c"]


def test_a_seat_without_a_key_is_taken_and_no_new_key_is_due(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    suspend_member(user=team.colleague.user)
    assert not team.colleague.user.memberships.exists()
    assert not rows(Desk).get(pk=team.desk.pk).key_due
