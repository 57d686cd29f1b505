"""One checkpoint a day, also on quiet days; a demo may sign again, a real log may not."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.conftest import new_install
from tests.log.conftest import Hand
from tincay.core.ledger.checkpoint import parse_checkpoint
from tincay.core.ledger.evidence import open_policy
from tincay.core.ledger.note import parse_note
from tincay.log import actions, keys, queries
from tincay.log.models import Checkpoint


def test_a_day_is_signed_once(hand: Hand) -> None:
    hand.append(3)
    first = hand.sign()
    hand.append(2)
    hand.now += timedelta(hours=5)
    assert hand.sign() == first
    assert Checkpoint.objects.count() == 1


def test_a_quiet_day_is_signed_too(hand: Hand) -> None:
    hand.append(3)
    hand.sign()
    hand.next_day()
    assert hand.sign().size == 2 * 64
    assert Checkpoint.objects.count() == 2


def test_an_empty_log_is_signed(hand: Hand) -> None:
    checkpoint = hand.sign()
    statement = parse_checkpoint(parse_note(checkpoint.note).text)
    assert (statement.origin, statement.size) == ("tincay.invalid/log", 64)
    assert len(hand.audit().leaf_hashes) == 64


def test_only_a_demo_signs_again(hand: Hand) -> None:
    hand.append()
    hand.sign()
    hand.append()
    with pytest.raises(actions.OneCheckpointADay), transaction.atomic():
        actions.sign_checkpoint(now=hand.now, again=True)
    new_install(demo=True)
    assert actions.sign_checkpoint(now=hand.now, again=True).size == 2 * 64
    assert actions.sign_checkpoint(now=hand.now, again=True).size == 2 * 64
    assert Checkpoint.objects.count() == 2


def test_the_day_is_the_day_in_viet_nam(hand: Hand) -> None:
    hand.now = hand.now.replace(hour=0, minute=30)
    assert hand.sign().day.isoformat() == "2026-06-30"


def test_without_witnesses_nothing_is_ever_registered(hand: Hand) -> None:
    [appended] = hand.append()
    hand.sign()
    state = queries.state_of(appended.data, appended.day)
    assert state.standing is queries.Standing.SIGNED
    published = queries.latest()
    assert published
    assert not published.registered
    assert state.proof


def test_the_policy_is_signed_and_names_the_log(hand: Hand) -> None:
    actions.create_log_key()
    policy = open_policy(keys.policy_note())
    assert [key.vkey for key in policy.logs] == [actions.create_log_key()]
    assert not policy.has_quorum


def test_an_empty_log_has_nothing_to_show(hand: Hand) -> None:
    assert queries.latest() is None
    assert queries.size() == 0
    assert queries.state_of(bytes(33), hand.now.date()) == (queries.Standing.WAITING, "")
