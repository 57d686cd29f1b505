"""The talk of docs/formats/rewrap.md, step by step: what each step says, and what it refuses out of turn."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.cast import NOW, Helper, Team, base64_text, new_desk, rows, url64
from tests.vault.sealed import STORY, Kept, keep, member_wraps, new_key_step, raw, renew, rewrapped, step
from tincay.core.authorship import is_vouched
from tincay.core.sealing import Identity, Recipient, new_key, unwrap, wrap
from tincay.core.statements import NotSigned
from tincay.people.models import Desk, Membership, User
from tincay.vault import rekey
from tincay.vault.actions import NotYet, add_member, remove_member
from tincay.vault.models import DeskWrap, Wrap
from tincay.vault.queries import key_in_row, without_key
from tincay.web.strict_json import Malformed, Signed, Strict, read

pytestmark = pytest.mark.django_db


def unlock(told: dict[str, str], worker: Helper) -> Identity:
    """A desk key of `begin`, opened and checked as the browser has to."""
    assert told["of"] == worker.user.recipient
    return unwrap(raw(told["wrap"]), worker.key, of=Recipient(told["recipient"]))


def named(worker: Helper) -> dict[str, str]:
    return {"id": str(worker.user.pk), "recipient": worker.user.recipient}


def sent_by(team: Team, members: list[dict[str, Any]] | None = None) -> rekey.NewKey:
    """A new key of the supervisor's browser, for everybody who is named or for other ones."""
    stand = rekey.begin(team.desk, team.supervisor.user)
    return new_key_step(stand if members is None else stand | {"members": members}, team.supervisor)[1]


def take_new_key(team: Team) -> dict[str, Any]:
    """The supervisor's browser makes a new key for everybody who holds the old one."""
    return rekey.new_key(team.desk, team.supervisor.user, sent_by(team), NOW)


def done(team: Team, wraps: list[tuple[UUID, bytes | None]], by: Helper | None = None) -> dict[str, Any]:
    found = [{"id": str(number), "sealed": sealed and base64_text(sealed)} for number, sealed in wraps]
    sent = step(rekey.Replaced, step="done", recipient=team.desk.recipient, wraps=found)
    return rekey.replaced(team.desk, (by or team.supervisor).user, sent)


# --- begin


def test_before_anything_is_renewed_a_member_is_told_the_present_key(team: Team, kept: Kept) -> None:
    stand = rekey.begin(team.desk, team.helper.user)
    assert unlock(stand["old"], team.helper) == team.helper.desk_key(team.desk)
    assert (stand["new"], stand["left"]) == (None, len(STORY))


def test_members_are_named_with_the_keys_to_wrap_to_and_the_desks_word_for_each(team: Team) -> None:
    stand = rekey.begin(team.desk, team.helper.user)
    assert [(one["id"], one["recipient"]) for one in stand["members"]] == [
        (str(one.user.pk), one.user.recipient) for one in (team.helper, team.supervisor)
    ]
    for one in stand["members"]:
        voucher = read(Signed, json.dumps(one["voucher"])).statement
        assert is_vouched(key_in_row(team.desk), one["recipient"], voucher)


def test_the_desk_and_every_key_that_it_had_are_told(team: Team) -> None:
    renew(team.desk, team.helper)
    stand = rekey.begin(team.desk, team.helper.user)
    assert (stand["desk"], stand["keys"]["routed"]) == (team.desk.code, None)
    assert [json.loads(one["document"])["number"] for one in stand["keys"]["statements"]] == [1, 2]
    assert [bool(one["signature"]) for one in stand["keys"]["statements"]] == [False, True]


def test_who_was_handed_no_key_and_who_is_suspended_get_no_wrap(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    rows(User).filter(pk=team.helper.user.pk).update(is_active=False)
    stand = rekey.begin(team.desk, team.supervisor.user)
    assert [one["id"] for one in stand["members"]] == [str(team.supervisor.user.pk)]


def test_who_has_no_seat_any_more_is_named_to_nobody(team: Team) -> None:
    rows(Membership).filter(user=team.helper.user).delete()
    stand = rekey.begin(team.desk, team.supervisor.user)
    assert [one["id"] for one in stand["members"]] == [str(team.supervisor.user.pk)]


def test_a_desks_first_key_is_for_its_maker_alone(team: Team) -> None:
    desk = new_desk(team.organisation, "hai")
    for worker in (team.helper, team.colleague):
        add_member(desk=desk, user=worker.user)
    assert rekey.begin(desk, team.helper.user) == {
        "desk": "hai",
        "keys": {"routed": None, "statements": []},
        "old": None,
        "new": None,
        "members": [named(team.helper) | {"voucher": None}],
        "left": 0,
    }
    stand = rekey.begin(desk, team.helper.user) | {"members": [named(team.helper), named(team.colleague)]}
    with pytest.raises(Malformed):
        rekey.new_key(desk, team.helper.user, new_key_step(stand, team.helper)[1], NOW)
    assert not rows(DeskWrap).filter(desk=desk).exists()


def test_a_first_key_is_taken_from_any_member(team: Team) -> None:
    desk = new_desk(team.organisation, "hai")
    add_member(desk=desk, user=team.helper.user)
    key, sent = new_key_step(rekey.begin(desk, team.helper.user), team.helper)
    assert unlock(rekey.new_key(desk, team.helper.user, sent, NOW)["new"], team.helper) == key
    assert team.helper.desk_key(desk) == key


def test_who_waits_for_the_key_is_named_to_who_holds_it(team: Team) -> None:
    assert "joining" not in rekey.begin(team.desk, team.helper.user)
    add_member(desk=team.desk, user=team.colleague.user)
    assert rekey.begin(team.desk, team.helper.user)["joining"] == [named(team.colleague)]


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


def test_who_is_left_out_of_a_new_key_waits_until_fingerprints_are_compared(team: Team) -> None:
    """The maker's browser found another key in the helper's place than the one the desk vouched for."""
    rekey.new_key(team.desk, team.supervisor.user, sent_by(team, [named(team.supervisor)]), NOW)
    assert [one["id"] for one in rekey.begin(team.desk, team.supervisor.user)["members"]] == [
        str(team.supervisor.user.pk)
    ]
    assert list(without_key(team.desk)) == [team.helper.user]
    rekey.forget_old(team.desk)
    assert rekey.begin(team.desk, team.supervisor.user)["joining"] == [named(team.helper)]


def test_a_new_key_that_leaves_its_maker_outside_is_refused(team: Team) -> None:
    before, sent = team.desk.recipient, sent_by(team, [named(team.helper)])
    with pytest.raises(Malformed):
        rekey.new_key(team.desk, team.supervisor.user, sent, NOW)
    assert rows(Desk).get(pk=team.desk.pk).recipient == before


@pytest.mark.parametrize("seated", [False, True], ids=["no seat", "a seat and no key"])
def test_a_new_key_for_somebody_who_did_not_hold_the_old_one_is_refused(team: Team, seated: bool) -> None:
    if seated:
        add_member(desk=team.desk, user=team.colleague.user)
    sent = sent_by(team, [named(team.supervisor), named(team.colleague)])
    with pytest.raises(Malformed):
        rekey.new_key(team.desk, team.supervisor.user, sent, NOW)
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


def test_a_new_key_that_the_old_one_did_not_sign_is_refused(team: Team) -> None:
    before, sent = team.desk.recipient, sent_by(team)
    with pytest.raises(NotSigned):
        rekey.new_key(team.desk, team.supervisor.user, sent.model_copy(update={"succession": None}), NOW)
    assert rows(Desk).get(pk=team.desk.pk).recipient == before


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
    for _ in range(13):
        keep(team.desk)
    take_new_key(team)
    first = rekey.more(team.desk)
    assert (len(first["wraps"]), first["left"]) == (50, 52)
    done(team, rewrapped(team.desk, team.supervisor)[:50])
    assert len(rekey.more(team.desk)["wraps"]) == 2


def test_each_batch_says_what_is_left(team: Team, kept: Kept) -> None:
    take_new_key(team)
    wraps = rewrapped(team.desk, team.supervisor)
    assert [done(team, [one]) for one in wraps] == [{"left": left} for left in (3, 2, 1, 0)]


def test_nothing_is_replaced_before_there_is_a_new_key(team: Team, kept: Kept) -> None:
    before = list(rows(Wrap).order_by("id").values_list("recipient", flat=True))
    ours = [(row.pk, wrap(new_key()[0], Recipient(team.desk.recipient))) for row in rows(Wrap)]
    with pytest.raises(Malformed):
        done(team, list(ours))
    assert list(rows(Wrap).order_by("id").values_list("recipient", flat=True)) == before


def test_who_never_held_the_old_key_replaces_nothing(team: Team, kept: Kept) -> None:
    take_new_key(team)
    add_member(desk=team.desk, user=team.colleague.user)
    hand_over(team, joining(team, team.colleague))
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
    key = team.helper.desk_key(team.desk)
    wraps = member_wraps([named(one) for one in workers], key, team.desk.code)
    return step(rekey.Joined, step="join", wraps=wraps)


def hand_over(team: Team, sent: rekey.Joined) -> None:
    rekey.joined(team.desk, team.helper.user, sent, NOW)


def test_who_joins_gets_the_present_key(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    hand_over(team, joining(team, team.colleague))
    assert team.colleague.desk_key(team.desk) == team.helper.desk_key(team.desk)


def test_a_key_that_the_desk_does_not_vouch_for_joins_nobody(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    told = named(team.colleague) | {"recipient": new_key()[1]}
    wraps = member_wraps([told], team.helper.desk_key(team.desk), team.desk.code)
    with pytest.raises(NotSigned):
        hand_over(team, step(rekey.Joined, step="join", wraps=wraps))
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


def test_the_key_is_not_handed_to_somebody_without_a_seat(team: Team) -> None:
    with pytest.raises(Malformed):
        hand_over(team, joining(team, team.colleague))
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


def test_who_holds_the_key_already_keeps_the_wrap_that_opens(team: Team) -> None:
    before = bytes(rows(DeskWrap).get(user=team.supervisor.user).sealed)
    with pytest.raises(Malformed):
        hand_over(team, joining(team, team.supervisor))
    assert bytes(rows(DeskWrap).get(user=team.supervisor.user).sealed) == before


def test_a_member_who_has_no_own_key_yet_is_handed_none(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    sent = joining(team, team.colleague)
    rows(User).filter(pk=team.colleague.user.pk).update(recipient="")
    with pytest.raises(Malformed):
        hand_over(team, sent)


def test_with_one_who_may_not_join_nobody_joins(team: Team, outsider: Helper) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    with pytest.raises(Malformed):
        hand_over(team, joining(team, team.colleague, outsider))
    assert not rows(DeskWrap).filter(user=team.colleague.user).exists()


# --- the shape of a step


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (rekey.BeginRekey, '{"v": 2, "step": "begin"}'),
        (rekey.BeginRekey, '{"v": 1, "step": "key"}'),
    ],
)
def test_a_step_of_another_shape_is_malformed(shape: type[Strict], text: str) -> None:
    with pytest.raises(Malformed):
        read(shape, text)


WHOLE: dict[str, Any] = {
    "v": 1,
    "step": "key",
    "recipient": new_key()[1],
    "signing": url64(bytes(32)),
    "succession": None,
    "wraps": [
        {"id": "1", "sealed": "", "voucher": {"document": "{}", "signature": url64(bytes(64))}},
    ],
}
ONE = WHOLE["wraps"][0]


def test_a_whole_new_key_and_a_whole_hand_over_are_read() -> None:
    assert read(rekey.NewKey, json.dumps(WHOLE)).wraps[0].id == "1"
    assert read(rekey.Joined, json.dumps({"v": 1, "step": "join", "wraps": [ONE]})).wraps[0].id == "1"


@pytest.mark.parametrize(
    "other",
    [
        {"wraps": []},
        {"recipient": "age1x"},
        {"signing": url64(bytes(31))},
        {"succession": {}},
        {"note": "x"},
        {"wraps": [ONE | {"id": "-1"}]},
        {"wraps": [ONE | {"sealed": None}]},
        {"wraps": [ONE | {"voucher": None}]},
        {"wraps": [ONE | {"voucher": {"document": "{}"}}]},
        {"wraps": [ONE | {"note": "x"}]},
    ],
    ids=json.dumps,
)
def test_a_new_key_of_another_shape_is_malformed(other: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read(rekey.NewKey, json.dumps(WHOLE | other))


@pytest.mark.parametrize(
    "wraps",
    [
        [],
        [ONE | {"id": "-1"}],
        [ONE | {"sealed": None}],
        [{"id": "1", "sealed": ""}],
        [ONE | {"note": "x"}],
    ],
    ids=["none", "id", "sealed", "voucher", "note"],
)
def test_a_hand_over_of_another_shape_is_malformed(wraps: list[dict[str, Any]]) -> None:
    with pytest.raises(Malformed):
        read(rekey.Joined, json.dumps({"v": 1, "step": "join", "wraps": wraps}))


def test_a_browser_sends_at_most_fifty_wraps_at_once() -> None:
    said = {"step": "done", "recipient": new_key()[1]}
    one = {"id": str(uuid4()), "sealed": base64_text(b"x")}
    assert len(step(rekey.Replaced, **said, wraps=[one] * 50).wraps) == 50
    with pytest.raises(Malformed):
        step(rekey.Replaced, **said, wraps=[one] * 51)
