"""Two members act at the same moment: a desk never ends up with nobody who opens it, nor with two new keys."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection

from tests.cast import NOW, Team, rows
from tests.vault.sealed import Kept, new_key_step, rewrapped
from tincay.core.sealing import Recipient, new_key, wrap
from tincay.people.models import Desk, User
from tincay.vault import rekey
from tincay.vault.actions import LastMember, NotYet, remove_member, rewrap, set_person_key, suspend_member
from tincay.vault.models import DeskWrap
from tincay.vault.queries import stale_wraps

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*verbs: Callable[[], object]) -> list[type[Exception] | None]:
    """Let them begin together; which of them were refused, and how."""
    refused: list[type[Exception] | None] = [None] * len(verbs)
    start = threading.Barrier(len(verbs))

    def run(number: int) -> None:
        start.wait()
        try:
            verbs[number]()
        except (LastMember, NotYet) as refusal:
            refused[number] = type(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(verbs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def holders(desk: Desk) -> set[User]:
    return {row.user for row in rows(DeskWrap).filter(desk=desk, of=rows(Desk).get(pk=desk.pk).recipient)}


def test_two_who_remove_each_other_do_not_leave_the_desk_alone(team: Team) -> None:
    refused = at_once(
        lambda: remove_member(desk=team.desk, user=team.helper.user),
        lambda: remove_member(desk=team.desk, user=team.supervisor.user),
    )
    assert sorted(refused, key=str) == [LastMember, None]
    assert len(holders(team.desk)) == 1


def test_two_who_suspend_each_other_leave_one_who_can_be_let_in_again(team: Team) -> None:
    alone: list[Desk] = []
    at_once(
        lambda: alone.extend(suspend_member(user=team.helper.user)),
        lambda: alone.extend(suspend_member(user=team.supervisor.user)),
    )
    assert alone == [team.desk]
    assert len(holders(team.desk)) == 1


def test_two_who_make_themselves_a_new_key_do_not_lose_the_desks(team: Team) -> None:
    def make_key(user: User) -> None:
        key, public = new_key()
        sealed = wrap(key, public)
        set_person_key(user=user, recipient=public, salt=bytes(16), sealed=sealed, scrypt=(2**17, 8, 1))

    refused = at_once(lambda: make_key(team.helper.user), lambda: make_key(team.supervisor.user))
    assert sorted(refused, key=str) == [LastMember, None]
    assert len(holders(team.desk)) == 1


def test_two_new_keys_at_once_are_one(team: Team, kept: Kept) -> None:
    def renew(user: User) -> None:
        desk = rows(Desk).get(pk=team.desk.pk)
        desk.recipient = team.desk.recipient  # as both saw it
        _, sent = new_key_step(rekey.begin(desk, user)["members"])
        rekey.new_key(desk, user, sent, NOW)

    refused = at_once(lambda: renew(team.helper.user), lambda: renew(team.supervisor.user))
    assert sorted(refused, key=str) == [NotYet, None]
    assert holders(team.desk) == {team.helper.user, team.supervisor.user}
    assert rows(DeskWrap).filter(desk=team.desk).count() == 4  # the old one and one new one, each twice


def test_two_who_wrap_anew_at_once_do_each_wrap_once(team: Team, kept: Kept) -> None:
    _, sent = new_key_step(rekey.begin(team.desk, team.helper.user)["members"])
    rekey.new_key(team.desk, team.helper.user, sent, NOW)
    done: list[int] = []

    def work(wraps: list[tuple[UUID, bytes | None]]) -> None:
        done.append(rewrap(desk=team.desk, wraps=wraps, recipient=Recipient(team.desk.recipient)))

    first, second = rewrapped(team.desk, team.helper), rewrapped(team.desk, team.supervisor)
    assert at_once(lambda: work(first), lambda: work(second)) == [None, None]
    assert sum(done) == len(first)
    assert not stale_wraps(team.desk).exists()
