"""The talk of docs/formats/rewrap.md, step by step: what each step says, and what it refuses out of turn."""

import base64
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.cast import NOW, Helper, Team, base64_text, new_desk, rows
from tests.vault.sealed import STORY, Kept, keep, member_wraps, new_key_step, rewrapped, step
from tincay.core.sealing import Identity, Recipient, Sealed, new_key, recipient_of, unwrap, wrap
from tincay.people.models import Desk, User
from tincay.vault import rekey
from tincay.vault.actions import NotYet, add_member, remove_member
from tincay.vault.models import DeskWrap, Wrap
from tincay.web.strict_json import Malformed, Strict, read

pytestmark = pytest.mark.django_db


def unlock(told: dict[str, str], worker: Helper) -> Identity:
    """A desk key of `begin`, opened and checked as the browser has to."""
    assert told["of"] == worker.user.recipient
    return unwrap(raw(told["wrap"]), worker.key, of=Recipient(told["recipient"]))


def raw(told: str) -> Sealed:
    return Sealed(base64.b64decode(told))


def take_new_key(team: Team) -> dict[str, Any]:
    """The supervisor's browser makes a new key for everybody who sits there."""
    who = team.supervisor.user
    _, sent = new_key_step(rekey.begin(team.desk, who)["members"])
    return rekey.new_key(team.desk, who, sent, NOW)


def done(team: Team, wraps: list[tuple[UUID, bytes | None]], by: Helper | None = None) -> dict[str, Any]:
    found = [{"id": str(number), "sealed": sealed and base64_text(sealed)} for number, sealed in wraps]
    sent = step(rekey.Replaced, step="done", recipient=team.desk.recipient, wraps=found)
    return rekey.replaced(team.desk, (by or team.supervisor).user, sent)


# --- begin


def test_before_anything_is_renewed_a_member_is_told_the_present_key(team: Team, kept: Kept) -> None:
    stand = rekey.begin(team.desk, team.helper.user)
    assert unlock(stand["old"], team.helper) == team.helper.desk_key(team.desk)
    assert (stand["new"], stand["left"]) == (None, len(STORY))


def test_members_are_named_with_the_keys_to_wrap_to(team: Team) -> None:
    stand = rekey.begin(team.desk, team.helper.user)
    assert stand["members"] == [
        {"id": str(one.user.pk), "recipient": one.user.recipient} for one in (team.helper, team.supervisor)
    ]


def test_who_has_no_own_key_yet_and_who_is_suspended_get_no_wrap(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    rows(User).filter(pk=team.colleague.user.pk).update(recipient="")
    rows(User).filter(pk=team.helper.user.pk).update(is_active=False)
    stand = rekey.begin(team.desk, team.supervisor.user)
    assert [one["id"] for one in stand["members"]] == [str(team.supervisor.user.pk)]


def test_a_desk_without_a_key_has_nothing_to_hand_over(team: Team) -> None:
    desk = new_desk(team.organisation, "hai")
    add_member(desk=desk, user=team.helper.user)
    told = {"id": str(team.helper.user.pk), "recipient": team.helper.user.recipient}
    assert rekey.begin(desk, team.helper.user) == {"old": None, "new": None, "members": [told], "left": 0}


def test_a_first_key_is_taken_from_any_member(team: Team) -> None:
    desk = new_desk(team.organisation, "hai")
    add_member(desk=desk, user=team.helper.user)
    key, sent = new_key_step(rekey.begin(desk, team.helper.user)["members"])
    assert unlock(rekey.new_key(desk, team.helper.user, sent, NOW)["new"], team.helper) == key
    assert team.helper.desk_key(desk) == key


def test_who_waits_for_the_key_is_named_to_who_holds_it(team: Team) -> None:
    assert "joining" not in rekey.begin(team.desk, team.helper.user)
    add_member(desk=team.desk, user=team.colleague.user)
    told = {"id": str(team.colleague.user.pk), "recipient": team.colleague.user.recipient}
    assert rekey.begin(team.desk, team.helper.user)["joining"] == [told]


def test_the_old_key_is_handed_to_nobody_where_a_new_one_is_due(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    remove_member(desk=team.desk, user=team.helper.user)
    assert "joining" not in rekey.begin(team.desk, team.supervisor.user)


def test_while_a_key_is_renewed_nobody_joins(team: Team, kept: Kept) -> None:
    take_new_key(team)
    add_member(desk=team.desk, user=team.colleague.user)
    assert "joining" not in rekey.begin(team.desk, team.supervisor.user)


def test_a_renewal_that_was_broken_off_is_taken_up_where_it_stood(team: Team, kept: Kept) -> None:
    before = team.helper.desk_key(team.desk)
    take_new_key(team)
    done(team, rewrapped(team.desk, team.supervisor)[:1])
    stand = rekey.begin(team.desk, team.helper.user)
    assert unlock(stand["old"], team.helper) == before
    assert unlock(stand["new"], team.helper) == team.helper.desk_key(team.desk)
    assert stand["left"] == len(STORY) - 1


def test_what_could_not_be_opened_is_left_out_of_what_is_left(team: Team, kept: Kept) -> None:
    take_new_key(team)
    done(team, [(number, None) for number, _ in rewrapped(team.desk, team.supervisor)])
    rekey.forget_old(team.desk)
    assert rekey.begin(team.desk, team.supervisor.user)["left"] == 0


# --- key


def test_the_new_key_answers_with_the_own_wrap_and_what_is_to_do(team: Team, kept: Kept) -> None:
    answer = take_new_key(team)
    assert unlock(answer["new"], team.supervisor) == team.supervisor.desk_key(team.desk)
    assert answer["left"] == len(STORY)


def test_from_then_on_words_are_sealed_to_the_new_key(team: Team) -> None:
    before = team.desk.recipient
    take_new_key(team)
    assert rows(Desk).get(pk=team.desk.pk).recipient == team.desk.recipient != before


def test_a_new_key_that_leaves_a_member_outside_is_refused(team: Team) -> None:
    before, members = team.desk.recipient, rekey.begin(team.desk, team.supervisor.user)["members"]
    _, sent = new_key_step(members[1:])
    with pytest.raises(Malformed):
        rekey.new_key(team.desk, team.supervisor.user, sent, NOW)
    assert rows(Desk).get(pk=team.desk.pk).recipient == before


def test_a_new_key_for_somebody_who_does_not_sit_there_is_refused(team: Team) -> None:
    stranger = {"id": str(team.colleague.user.pk), "recipient": team.colleague.user.recipient}
    _, sent = new_key_step([*rekey.begin(team.desk, team.supervisor.user)["members"], stranger])
    with pytest.raises(Malformed):
        rekey.new_key(team.desk, team.supervisor.user, sent, NOW)
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


def test_a_new_key_waits_until_the_last_one_is_handed_out(team: Team, kept: Kept) -> None:
    take_new_key(team)
    with pytest.raises(NotYet):
        take_new_key(team)


# --- more, done, finish


def test_wraps_are_handed_out_with_the_key_that_each_must_open_to(team: Team, kept: Kept) -> None:
    old = team.supervisor.desk_key(team.desk)
    take_new_key(team)
    told = rekey.more(team.desk)
    found = {unwrap(raw(one["sealed"]), old, of=one["of"]) for one in told["wraps"]}
    assert (found, told["left"]) == (set(kept.keys.values()), len(STORY))


def test_nothing_is_handed_out_before_there_is_a_new_key(team: Team, kept: Kept) -> None:
    assert rekey.more(team.desk) == {"wraps": [], "left": 0}


def test_at_most_fifty_wraps_are_handed_out_at_once(team: Team) -> None:
    for _ in range(17):
        keep(team.desk)
    take_new_key(team)
    first = rekey.more(team.desk)
    assert (len(first["wraps"]), first["left"]) == (50, 51)
    done(team, rewrapped(team.desk, team.supervisor)[:50])
    assert len(rekey.more(team.desk)["wraps"]) == 1


def test_each_batch_says_what_is_left(team: Team, kept: Kept) -> None:
    take_new_key(team)
    wraps = rewrapped(team.desk, team.supervisor)
    assert [done(team, [one]) for one in wraps] == [{"left": 2}, {"left": 1}, {"left": 0}]


def test_nothing_is_replaced_before_there_is_a_new_key(team: Team, kept: Kept) -> None:
    before = list(rows(Wrap).order_by("id").values_list("recipient", flat=True))
    ours = [(row.pk, wrap(new_key()[0], Recipient(team.desk.recipient))) for row in rows(Wrap)]
    with pytest.raises(Malformed):
        done(team, list(ours))
    assert list(rows(Wrap).order_by("id").values_list("recipient", flat=True)) == before


def test_who_never_held_the_old_key_replaces_nothing(team: Team, kept: Kept) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    take_new_key(team)
    assert team.colleague.desk_key(team.desk)
    wraps = rewrapped(team.desk, team.supervisor)
    with pytest.raises(Malformed):
        done(team, wraps, by=team.colleague)


def test_the_talk_does_not_end_while_something_is_left(team: Team, kept: Kept) -> None:
    take_new_key(team)
    with pytest.raises(NotYet):
        rekey.forget_old(team.desk)
    assert rekey.begin(team.desk, team.supervisor.user)["new"]


def test_after_the_end_there_is_one_key_and_nothing_to_renew(team: Team, kept: Kept) -> None:
    take_new_key(team)
    done(team, rewrapped(team.desk, team.supervisor))
    rekey.forget_old(team.desk)
    stand = rekey.begin(team.desk, team.helper.user)
    assert (stand["new"], stand["left"]) == (None, len(STORY))
    assert unlock(stand["old"], team.helper) == team.helper.desk_key(team.desk)


# --- join


def joining(team: Team, *workers: Helper) -> rekey.Joined:
    members = [{"id": str(one.user.pk), "recipient": one.user.recipient} for one in workers]
    wraps = member_wraps(members, team.helper.desk_key(team.desk))
    return step(rekey.Joined, step="join", wraps=wraps)


def test_who_joins_gets_the_present_key(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    rekey.joined(team.desk, joining(team, team.colleague))
    assert team.colleague.desk_key(team.desk) == team.helper.desk_key(team.desk)


def test_the_key_is_not_handed_to_somebody_without_a_seat(team: Team) -> None:
    with pytest.raises(Malformed):
        rekey.joined(team.desk, joining(team, team.colleague))
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


def test_who_holds_the_key_already_keeps_the_wrap_that_opens(team: Team) -> None:
    before = bytes(rows(DeskWrap).get(user=team.supervisor.user).sealed)
    with pytest.raises(Malformed):
        rekey.joined(team.desk, joining(team, team.supervisor))
    assert bytes(rows(DeskWrap).get(user=team.supervisor.user).sealed) == before


def test_a_member_who_has_no_own_key_yet_is_handed_none(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    sent = joining(team, team.colleague)
    rows(User).filter(pk=team.colleague.user.pk).update(recipient="")
    with pytest.raises(Malformed):
        rekey.joined(team.desk, sent)


def test_with_one_who_may_not_join_nobody_joins(team: Team, outsider: Helper) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    with pytest.raises(Malformed):
        rekey.joined(team.desk, joining(team, team.colleague, outsider))
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


# --- the shape of a step


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (rekey.BeginRekey, '{"v": 2, "step": "begin"}'),
        (rekey.BeginRekey, '{"v": 1, "step": "key"}'),
        (rekey.NewKey, '{"v": 1, "step": "key", "recipient": "%s", "wraps": []}'),
        (rekey.NewKey, '{"v": 1, "step": "key", "recipient": "age1x", "wraps": [{"id": "1", "sealed": ""}]}'),
        (rekey.Joined, '{"v": 1, "step": "join", "wraps": []}'),
        (rekey.Joined, '{"v": 1, "step": "join", "wraps": [{"id": "-1", "sealed": ""}]}'),
        (rekey.Joined, '{"v": 1, "step": "join", "wraps": [{"id": "1", "sealed": null}]}'),
        (rekey.Joined, '{"v": 1, "step": "join", "wraps": [{"id": "1", "sealed": "", "note": "x"}]}'),
    ],
)
def test_a_step_of_another_shape_is_malformed(shape: type[Strict], text: str) -> None:
    with pytest.raises(Malformed):
        read(shape, text.replace("%s", recipient_of(new_key()[0])))


def test_a_browser_sends_at_most_fifty_wraps_at_once() -> None:
    said = {"step": "done", "recipient": new_key()[1]}
    one = {"id": str(uuid4()), "sealed": base64_text(b"x")}
    assert len(step(rekey.Replaced, **said, wraps=[one] * 50).wraps) == 50
    with pytest.raises(Malformed):
        step(rekey.Replaced, **said, wraps=[one] * 51)
