"""What a member is offered of sealed words opens, in order, and nobody is offered anybody else's."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.cast import Helper, Team, handed, new_desk, rows, staff_desk
from tests.vault.sealed import STORY, Kept, keep, opened, renew, rotate
from tincay.core.sealing import Recipient, new_key, recipient_of, seal
from tincay.people.models import User
from tincay.vault.actions import add_member, add_text, hand_key, remove_member, rewrap
from tincay.vault.models import DeskWrap
from tincay.vault.queries import (
    desk_wraps,
    first_words,
    old_key,
    readable,
    stale_wraps,
    without_key,
    wraps_for_receipt,
)

pytestmark = pytest.mark.django_db


def write(kept: Kept, kind: str, *said: str) -> None:
    for words in said:
        sealed = seal(words.encode(), recipient_of(kept.keys[kind]))
        add_text(owner=kept.owner, kind=kind, sealed=sealed, sealed_by="browser")


# --- everything of one report


def test_a_member_opens_link_by_link_what_was_sealed_to_the_desk(team: Team, kept: Kept) -> None:
    for worker in (team.helper, team.supervisor):
        (story,) = readable(kept.owner, worker.user)["narrative"]
        assert opened(story, worker) == [STORY["narrative"]]


def test_every_kind_that_the_desk_can_open_is_offered_under_its_name(team: Team, kept: Kept) -> None:
    found = readable(kept.owner, team.helper.user)
    assert {kind: opened(entry[0], team.helper) for kind, entry in found.items()} == {
        "narrative": [STORY["narrative"]],
        "contact": [STORY["contact"]],
        "identity": [STORY["identity"]],
        "thread": [],
    }


def test_who_holds_no_key_of_the_desk_is_offered_nothing(team: Team, kept: Kept, outsider: Helper) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    assert readable(kept.owner, team.colleague.user) == {}
    assert readable(kept.owner, outsider.user) == {}


def test_messages_are_read_in_the_order_in_which_they_were_written(team: Team, kept: Kept) -> None:
    write(kept, "thread", "một", "hai", "ba")
    (thread,) = readable(kept.owner, team.helper.user)["thread"]
    assert opened(thread, team.helper) == ["một", "hai", "ba"]


def test_a_rotated_compartment_comes_before_its_heir_and_both_are_read(team: Team, kept: Kept) -> None:
    rotate(kept, team.desk, "narrative", "Nắng.")
    write(kept, "narrative", "Gió.")
    story = readable(kept.owner, team.helper.user)["narrative"]
    assert [opened(part, team.helper) for part in story] == [[STORY["narrative"]], ["Nắng.", "Gió."]]


def test_one_report_is_never_offered_with_the_words_of_another(team: Team, kept: Kept) -> None:
    keep(team.desk, {"narrative": "Của người khác."})
    (story,) = readable(kept.owner, team.helper.user)["narrative"]
    assert opened(story, team.helper) == [STORY["narrative"]]


def test_words_stay_readable_while_the_desk_gets_a_new_key(team: Team, kept: Kept) -> None:
    renew(team.desk, team.helper, team.supervisor)
    after = keep(team.desk, {"narrative": "Sau."})
    for owner, words in ((kept.owner, STORY["narrative"]), (after.owner, "Sau.")):
        (story,) = readable(owner, team.helper.user)["narrative"]
        assert opened(story, team.helper) == [words]


def test_who_left_the_desk_is_offered_nothing_any_more(team: Team, kept: Kept) -> None:
    remove_member(desk=team.desk, user=team.helper.user)
    assert readable(kept.owner, team.helper.user) == {}
    assert readable(kept.owner, team.supervisor.user)


def test_reading_a_report_asks_three_questions_however_much_was_said(
    team: Team, kept: Kept, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    write(kept, "thread", "một", "hai", "ba")
    with django_assert_num_queries(3):
        readable(kept.owner, team.helper.user)


# --- the first words of many


def test_the_first_words_of_many_reports_are_opened_each(team: Team) -> None:
    told = {keep(team.desk, STORY | {"narrative": words}).owner: words for words in ("một", "hai", "ba")}
    found = first_words(told, team.helper.user)
    assert {owner: opened(entry, team.helper) for owner, entry in found.items()} == {
        owner: [words] for owner, words in told.items()
    }


def test_of_a_story_in_parts_its_beginning_is_offered(team: Team) -> None:
    long = keep(team.desk)
    write(long, "narrative", "Hai.", "Ba.")
    rotate(long, team.desk, "narrative", "Bốn.")
    entry = first_words([long.owner], team.helper.user)[long.owner]
    assert opened(entry, team.helper) == [STORY["narrative"]]


def test_the_first_words_of_many_reports_cost_three_questions(
    team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    owners = [keep(team.desk).owner for _ in range(4)]
    with django_assert_num_queries(3):
        assert len(first_words(owners, team.helper.user)) == 4


def test_the_first_words_of_what_was_not_asked_for_are_left_out(team: Team, kept: Kept) -> None:
    keep(team.desk)
    assert set(first_words([kept.owner], team.helper.user)) == {kept.owner}


def test_the_first_words_leave_out_what_the_reader_cannot_open(team: Team, kept: Kept) -> None:
    second = new_desk(team.organisation, "hai")
    staff_desk(second, team.colleague)
    assert set(first_words([kept.owner, keep(second).owner], team.helper.user)) == {kept.owner}


def test_the_first_words_are_opened_while_the_desk_gets_a_new_key(team: Team, kept: Kept) -> None:
    renew(team.desk, team.helper)
    entry = first_words([kept.owner], team.helper.user)[kept.owner]
    assert opened(entry, team.helper) == [STORY["narrative"]]


def test_erased_first_words_are_offered_to_nobody(team: Team) -> None:
    silent = keep(team.desk, {"narrative": None})
    assert first_words([silent.owner], team.helper.user) == {}


# --- who holds which key


def test_the_receipt_gets_its_own_wraps_and_no_desks(team: Team, kept: Kept) -> None:
    keep(team.desk)
    wraps = wraps_for_receipt(kept.owner)
    assert {row.recipient for row in wraps} == {recipient_of(kept.receipt)}
    assert sorted(row.compartment.kind for row in wraps) == sorted(STORY)


def test_a_desks_key_that_was_handed_to_a_key_given_up_since_is_not_offered(team: Team) -> None:
    """A colleague's page was older than the new key: what it wrapped opens for nobody."""
    stale = rows(User).get(pk=team.colleague.user.pk)
    rows(User).filter(pk=stale.pk).update(recipient=new_key()[1])
    hand_key(desk=team.desk, user=stale, wrap=handed(team.helper.desk_key(team.desk), team.desk, stale))
    assert not desk_wraps(rows(User).get(pk=stale.pk)).exists()
    assert desk_wraps(stale).get().desk == team.desk


def test_nobody_is_offered_the_keys_of_a_colleague(team: Team) -> None:
    assert [row.user for row in desk_wraps(team.helper.user)] == [team.helper.user]


def test_members_without_the_desks_key_wait_for_it_in_a_fixed_order(team: Team) -> None:
    new = team.colleague.user
    assert list(without_key(team.desk)) == []
    add_member(desk=team.desk, user=new)
    assert list(without_key(team.desk)) == [new]
    rows(DeskWrap).filter(desk=team.desk).delete()
    assert list(without_key(team.desk)) == [team.helper.user, new, team.supervisor.user]


def test_a_suspended_member_waits_for_no_key(team: Team) -> None:
    add_member(desk=team.desk, user=team.colleague.user)
    rows(User).filter(pk=team.colleague.user.pk).update(is_active=False)
    assert list(without_key(team.desk)) == []


def test_who_holds_only_the_older_key_waits_for_the_new_one(team: Team) -> None:
    renew(team.desk, team.supervisor)
    assert list(without_key(team.desk)) == [team.helper.user]


def test_what_goes_to_an_older_key_is_stale_and_nothing_else(team: Team, kept: Kept) -> None:
    assert not stale_wraps(team.desk).exists()
    renew(team.desk, team.helper)
    keep(team.desk)
    stale = stale_wraps(team.desk)
    assert [row.compartment.owner for row in stale] == [kept.owner] * len(STORY)
    assert list(stale) == sorted(stale, key=lambda row: row.pk)


def test_what_could_not_be_opened_is_not_handed_out_again(team: Team, kept: Kept) -> None:
    renew(team.desk, team.helper)
    first, *rest = stale_wraps(team.desk)
    rewrap(desk=team.desk, wraps=[(first.pk, None)], recipient=Recipient(team.desk.recipient))
    assert list(stale_wraps(team.desk)) == rest


def test_the_older_key_is_held_only_while_it_is_replaced(team: Team) -> None:
    before = team.desk.recipient
    assert old_key(team.desk, team.helper.user) is None
    renew(team.desk, team.helper)
    row = old_key(team.desk, team.helper.user)
    assert row
    assert row.of == before


def test_a_beginning_that_is_too_long_is_left_out_and_no_later_part_stands_for_it(
    team: Team, kept: Kept
) -> None:
    long = keep(team.desk, STORY | {"narrative": "mưa " * 2_000})
    write(long, "narrative", "Ngắn.")
    assert set(first_words([kept.owner, long.owner], team.helper.user, longest=5_000)) == {kept.owner}
    assert set(first_words([long.owner], team.helper.user, longest=100_000)) == {long.owner}
