"""Whoever holds the database, the disk and even the log's key: what was dropped, altered, moved or dated back
is found by a verifier that never saw our code, from what the public pages give."""

from dataclasses import replace
from datetime import date, datetime

import pymerkle
import pytest
from django.core.management import CommandError, call_command

from tests.log.conftest import Hand, RunningWitness, cosign
from tincay.core.ledger import leaf
from tincay.core.ledger.audit import Audited, LogBroken, PromiseBroken, check_promise
from tincay.core.ledger.evidence import BackDated, check_day, verify_evidence
from tincay.core.ledger.promise import open_promise
from tincay.core.ledger.proof import parse_proof
from tincay.core.ledger.tiles import parse_bundle
from tincay.log import keys, queries, witnesses
from tincay.log.checks import check_log
from tincay.log.models import Checkpoint, Head, Leaf, Tile


@pytest.fixture
def kept(hand: Hand) -> str:
    """A log of 300 leaves, published; somebody kept its checkpoint."""
    hand.append(300)
    checkpoint = hand.sign()
    assert len(hand.audit().leaf_hashes) == 300
    return checkpoint.note


def assert_found_out(hand: Hand, kept: str) -> None:
    """The rows no longer fit what was signed: publicly, in our own check, and before anything new is signed."""
    with pytest.raises(ValueError):  # noqa: PT011
        hand.audit()
    with pytest.raises((queries.LogDamaged, ValueError)):
        check_log()
    hand.next_day()
    with pytest.raises(queries.LogDamaged):
        hand.sign()


def assert_rewriting_found_out(hand: Hand, kept: str) -> None:
    """Everything was rewritten and signed anew, so only who kept a checkpoint can tell. And can."""
    hand.next_day()
    hand.sign()
    hand.audit()
    with pytest.raises(LogBroken, match="300 leaves"):
        hand.audit(kept)


def test_a_dropped_leaf_is_found(hand: Hand, kept: str) -> None:
    Leaf.objects.filter(index=270).delete()
    assert_found_out(hand, kept)


def test_a_leaf_dropped_with_the_whole_log_rewritten_is_found(hand: Hand, kept: str) -> None:
    hand.rewrite(lambda leaves: leaves[:270] + leaves[271:])
    hand.append(5)
    assert_rewriting_found_out(hand, kept)


def test_the_last_leaf_dropped_with_the_whole_log_rewritten_is_found(hand: Hand, kept: str) -> None:
    hand.rewrite(lambda leaves: leaves[:-1])
    assert_rewriting_found_out(hand, kept)


def test_an_altered_leaf_is_found(hand: Hand, kept: str) -> None:
    Leaf.objects.filter(index=270).update(data=bytes([1]) + bytes(32))
    assert_found_out(hand, kept)


def test_an_altered_leaf_in_a_full_tile_is_found(hand: Hand, kept: str) -> None:
    Leaf.objects.filter(index=7).update(data=bytes([1]) + bytes(32))
    with pytest.raises(LogBroken):
        hand.audit()
    with pytest.raises(queries.LogDamaged):
        check_log()


def altered(leaves: list[Leaf]) -> list[Leaf]:
    leaves[100].data = bytes([1]) + bytes(32)
    return leaves


def test_a_leaf_altered_with_the_whole_log_rewritten_is_found(hand: Hand, kept: str) -> None:
    hand.rewrite(altered)
    assert_rewriting_found_out(hand, kept)


def test_two_leaves_in_another_order_are_found(hand: Hand, kept: str) -> None:
    first, second = Leaf.objects.get(index=280), Leaf.objects.get(index=281)
    Leaf.objects.filter(index=280).update(data=second.data)
    Leaf.objects.filter(index=281).update(data=first.data)
    assert_found_out(hand, kept)


def swapped(leaves: list[Leaf]) -> list[Leaf]:
    leaves[10], leaves[200] = leaves[200], leaves[10]
    return leaves


def test_leaves_in_another_order_with_the_whole_log_rewritten_are_found(hand: Hand, kept: str) -> None:
    hand.rewrite(swapped)
    assert_rewriting_found_out(hand, kept)


def test_a_leaf_slipped_in_among_older_ones_is_found(hand: Hand, kept: str) -> None:
    hand.rewrite(lambda leaves: [*leaves[:50], leaves[299], *leaves[50:]])
    assert_rewriting_found_out(hand, kept)


def test_a_back_dated_event_does_not_open_its_leaf(hand: Hand) -> None:
    [appended] = hand.append(kind="stage_changed", stage="answered")
    hand.sign()
    earlier = appended.opening.decode().replace("2026-06-30", "2026-06-29")
    with pytest.raises(leaf.BadOpening):
        leaf.check(earlier, bytes(Leaf.objects.get().data))
    evidence = queries.evidence_for(0, earlier)
    assert evidence
    with pytest.raises(ValueError):  # noqa: PT011
        verify_evidence(evidence)


def test_a_leaf_written_today_for_an_earlier_day_is_found(hand: Hand, witness: RunningWitness) -> None:
    """The log itself lies about the day. What witnesses saw since then says otherwise."""
    hand.append(3)
    witness.stop()
    witness.start("--demo-offset", str(offset_to(hand.now)))
    cosign_at(hand, witness)
    hand.next_day()
    hand.next_day()
    witness.stop()
    witness.start("--demo-offset", str(offset_to(hand.now)))
    cosign_at(hand, witness)
    hand.now = hand.now.replace(month=6, day=30)
    Head.objects.update(day="2026-06-30")
    [late] = hand.append(kind="stage_changed", stage="answered")
    hand.now = hand.now.replace(month=7, day=3)
    cosign_at(hand, witness)
    evidence = queries.evidence_for(late.index, late.opening.decode())
    assert evidence
    verdict = verify_evidence(evidence)
    assert verdict.opened.day == date(2026, 6, 30)
    with pytest.raises(BackDated):
        check_day(verdict, hand.audit().history)


def offset_to(target: datetime) -> int:
    return int(target.timestamp() - datetime.now(target.tzinfo).timestamp())


def cosign_at(hand: Hand, witness: RunningWitness) -> None:
    from django.conf import settings

    settings.TINCAY_WITNESSES = [f"{witness.vkey} {witness.address}"]
    cosign(hand.sign())


def test_a_month_set_back_is_found(hand: Hand, kept: str) -> None:
    Leaf.objects.filter(index=290).update(month="2026-05")
    with pytest.raises(queries.LogDamaged, match="leaf 290"):
        check_log()


def test_a_promise_outlives_the_leaf(hand: Hand, kept: str) -> None:
    [appended] = hand.append()
    hand.rewrite(lambda leaves: leaves[:-1])
    hand.next_day()
    hand.sign()
    promise = open_promise(appended.promise, keys.log_signer().verifier)
    audited = hand.audit()
    with pytest.raises(PromiseBroken):
        check_promise(promise, in_two_weeks(audited))


def in_two_weeks(audited: Audited) -> Audited:
    """The same copy, seen by a witness when the promise was long due."""
    return replace(audited, seen=replace(audited.seen, times={"w": 1_784_000_000}))


def test_a_witness_does_not_sign_a_log_that_was_rewritten(hand: Hand, witness: RunningWitness) -> None:
    hand.append(20)
    cosign(hand.sign())
    hand.rewrite(lambda leaves: leaves[1:])
    hand.append(5)
    hand.next_day()
    checkpoint = hand.sign()
    with pytest.raises(witnesses.WitnessRefused, match="422"):
        cosign(checkpoint)
    assert not queries.publish(checkpoint).registered


def test_a_witness_does_not_sign_a_log_that_became_shorter(hand: Hand, witness: RunningWitness) -> None:
    hand.append(20)
    cosign(hand.sign())
    hand.rewrite(lambda leaves: leaves[:-3])
    hand.next_day()
    with pytest.raises(witnesses.WitnessRefused, match="longer log"):
        cosign(hand.sign())


def test_an_independent_tree_over_the_download_gives_the_published_root_and_proof(hand: Hand) -> None:
    hand.append(300)
    hand.sign()
    files = hand.download()
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for path in ("tile/entries/000", "tile/entries/001.p/44"):
        for entry in parse_bundle(files[path]):
            tree.append_entry(entry)
    proof = parse_proof(queries.proof_for(271) or "")
    assert keys.trusted_policy().check(proof.note).checkpoint.root == tree.get_root(300)
    theirs = tree.prove_inclusion(272, 300)
    assert [sibling.hex() for sibling in proof.hashes] == theirs.serialize()["path"][1:]
    pymerkle.verify_inclusion(hand.audit().leaf_hashes[271], tree.get_root(300), theirs)


def test_a_stored_tile_that_was_altered_is_found(hand: Hand, kept: str) -> None:
    tile = Tile.objects.get(level=0)
    tile.data = bytes(32) + bytes(tile.data)[32:]
    tile.save()
    with pytest.raises(LogBroken):
        hand.audit()
    with pytest.raises(queries.LogDamaged, match="tile"):
        check_log()


def test_a_head_that_was_altered_is_found(hand: Hand, kept: str) -> None:
    Head.objects.update(frontier=bytes(32 * (300).bit_count()))
    with pytest.raises(queries.LogDamaged):
        check_log()
    hand.next_day()
    with pytest.raises(queries.LogDamaged):
        hand.sign()


def test_a_head_that_cannot_be_read_stops_the_log(hand: Hand, kept: str) -> None:
    Head.objects.update(frontier=b"short")
    with pytest.raises(queries.LogDamaged, match="head"):
        hand.append()


def test_checkpoints_whose_days_were_changed_are_found(hand: Hand, kept: str) -> None:
    hand.append()
    hand.next_day()
    hand.sign()
    Checkpoint.objects.filter(size=300).update(day=date(2026, 12, 1))
    with pytest.raises(queries.LogDamaged, match="days"):
        check_log()


def test_a_checkpoint_whose_note_was_altered_is_found(hand: Hand, kept: str) -> None:
    Checkpoint.objects.update(note=kept.replace("\n300\n", "\n299\n"))
    with pytest.raises(ValueError):  # noqa: PT011
        hand.audit()


def test_the_commands_of_an_operator_say_whether_the_log_holds(hand: Hand, kept: str) -> None:
    call_command("log_verify")
    Leaf.objects.filter(index=270).delete()
    with pytest.raises(CommandError, match="270"):
        call_command("log_verify")
