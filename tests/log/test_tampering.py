"""Whoever holds the database, the disk and even the log's key: what was dropped, altered, moved or dated back
is found: by `log_verify`, by the next signing, by the witness, by her, or by a stranger with an old checkpoint.

The numbers are those of the eleven ways to tamper that an attacker tried on 0.1.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pymerkle
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.cast import Network, Reporter, rows, step_in
from tests.log.conftest import Hand, RunningWitness, cosign
from tincay.core.ledger import day_totals, leaf
from tincay.core.ledger.audit import Audited, LogBroken, PromiseBroken, check_promise
from tincay.core.ledger.evidence import BackDated, check_day, verify_evidence
from tincay.core.ledger.merkle import Frontier, hash_leaf
from tincay.core.ledger.promise import open_promise
from tincay.core.ledger.proof import parse_proof
from tincay.core.ledger.tiles import parse_bundle
from tincay.core.sealing import new_key
from tincay.log import actions, keys, queries, sequencing, witnesses
from tincay.log.checks import check_log
from tincay.log.models import Checkpoint, ClearOpening, Cosignature, Head, Leaf, Queued, Tile
from tincay.log.queries import Standing
from tincay.log.totals import totals
from tincay.operations.checks import check_everything
from tincay.operations.scheduled import tick
from tincay.people.models import Desk
from tincay.vault.models import Opening


@pytest.fixture
def kept(hand: Hand) -> str:
    """A log of 320 leaves, published; somebody kept its checkpoint."""
    hand.append(300)
    checkpoint = hand.sign()
    assert len(hand.audit().leaf_hashes) == 320
    return checkpoint.note


def assert_found_out(hand: Hand, kept: str) -> None:
    """The rows no longer fit what was signed: publicly, in our own check, and before anything new is signed."""
    with pytest.raises(ValueError):  # noqa: PT011
        hand.audit()
    assert_not_signed(hand)


def assert_not_signed(hand: Hand) -> None:
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
    with pytest.raises(LogBroken, match="320 leaves"):
        hand.audit(kept)


# 1: a leaf that waits is dropped


def test_1_a_promise_outlives_a_leaf_that_was_dropped_before_it_had_a_place(hand: Hand, kept: str) -> None:
    [appended] = hand.append()
    Queued.objects.all().delete()
    hand.next_day()
    hand.sign()
    promise = open_promise(appended.promise, keys.log_signer().verifier)
    with pytest.raises(PromiseBroken):
        check_promise(promise, in_two_weeks(hand.audit()))
    assert queries.state_of(appended.data, appended.day).standing is Standing.MISSING


def in_two_weeks(audited: Audited) -> Audited:
    """The same copy, seen by a witness when the promise was long due."""
    return replace(audited, seen=replace(audited.seen, times={"w": 1_784_000_000}))


# 2: a leaf is dropped


def test_2_a_dropped_leaf_is_found(hand: Hand, kept: str) -> None:
    Leaf.objects.filter(index=270).delete()
    assert_found_out(hand, kept)


def test_a_leaf_dropped_with_the_whole_log_rewritten_is_found(hand: Hand, kept: str) -> None:
    hand.rewrite(lambda leaves: leaves[:270] + leaves[271:])
    hand.append(5)
    assert_rewriting_found_out(hand, kept)


def test_the_last_leaf_dropped_with_the_whole_log_rewritten_is_found(hand: Hand, kept: str) -> None:
    hand.rewrite(lambda leaves: leaves[:-1])
    assert_rewriting_found_out(hand, kept)


# 3: a leaf is altered, its tile left


@pytest.mark.parametrize("place", [7, 270])
def test_3_an_altered_leaf_is_found_and_nothing_more_is_signed(hand: Hand, kept: str, place: int) -> None:
    Leaf.objects.filter(index=place).update(data=bytes([1]) + bytes(32))
    assert_found_out(hand, kept)


def test_3_a_leaf_altered_with_its_tile_and_the_level_above_is_found(hand: Hand, kept: str) -> None:
    Leaf.objects.filter(index=7).update(data=bytes([1]) + bytes(32))
    data = [bytes(row.data) for row in Leaf.objects.filter(index__lt=256)]
    tile = queries._hashed(b"".join(data))
    Tile.objects.filter(level=0, index=0).update(data=tile.hashes)
    Tile.objects.filter(level=1, index=0).update(data=tile.root)
    assert_found_out(hand, kept)


def altered(leaves: list[bytes]) -> list[bytes]:
    return [*leaves[:100], bytes([1]) + bytes(32), *leaves[101:]]


def test_a_leaf_altered_with_the_whole_log_rewritten_is_found(hand: Hand, kept: str) -> None:
    hand.rewrite(altered)
    assert_rewriting_found_out(hand, kept)


# 4: two leaves change places


def test_4_two_leaves_in_another_order_are_found(hand: Hand, kept: str) -> None:
    first, second = Leaf.objects.get(index=280), Leaf.objects.get(index=281)
    Leaf.objects.filter(index__in=(280, 281)).delete()
    Leaf.objects.create(index=280, data=second.data)
    Leaf.objects.create(index=281, data=first.data)
    assert_found_out(hand, kept)


def swapped(leaves: list[bytes]) -> list[bytes]:
    leaves[10], leaves[200] = leaves[200], leaves[10]
    return leaves


def test_leaves_in_another_order_with_the_whole_log_rewritten_are_found(hand: Hand, kept: str) -> None:
    hand.rewrite(swapped)
    assert_rewriting_found_out(hand, kept)


def test_a_leaf_slipped_in_among_older_ones_is_found(hand: Hand, kept: str) -> None:
    hand.rewrite(lambda leaves: [*leaves[:50], bytes([1]) + bytes(32), *leaves[50:]])
    assert_rewriting_found_out(hand, kept)


# 5 and 6: months, kinds and totals


def test_5_6_no_column_of_a_leaf_can_be_changed_because_it_has_none(hand: Hand, kept: str) -> None:
    with connection.cursor() as cursor:
        columns = {
            column.name for column in connection.introspection.get_table_description(cursor, "log_leaf")
        }
    assert columns == {"index", "data"}


def totals_row() -> ClearOpening:
    row = ClearOpening.objects.filter(kind=day_totals.KIND).last()
    assert row
    return row


def test_6_totals_that_were_changed_are_found(hand: Hand, kept: str) -> None:
    row = totals_row()
    changed = bytes(row.opening).replace(b"count_report_received", b"count_stage_changed")
    ClearOpening.objects.filter(pk=row.pk).update(opening=changed)
    assert changed != bytes(row.opening)
    with pytest.raises(queries.LogDamaged, match="totals"):
        check_log()


def test_6_totals_with_a_leaf_of_their_own_that_came_later_are_found(hand: Hand, kept: str) -> None:
    """By the public rules: a leaf that says what he likes is queued, placed and signed; it stands a day too late."""
    honest, row = queries.last_totals()
    assert honest
    assert row
    forged = replace(honest, counts={"escalated": 300, "cover": 19, "day_totals": 1})
    with transaction.atomic():
        appended = actions.append_leaf(kind=day_totals.KIND, event=forged.facts, now=hand.now)
    for _ in range(7):
        hand.next_day()
        hand.sign()
    assert queries.place_of(appended.data) is not None
    ClearOpening.objects.filter(kind=day_totals.KIND).exclude(pk=totals_row().pk).update(
        opening=appended.opening
    )
    with pytest.raises(queries.LogDamaged, match="totals"):
        check_log()


def test_6_totals_that_were_removed_are_found(hand: Hand, kept: str) -> None:
    totals_row().delete()
    with pytest.raises(queries.LogDamaged, match="totals"):
        check_log()


def test_6_the_page_shows_what_the_leaves_of_the_days_say(hand: Hand, kept: str) -> None:
    for _ in range(7):
        hand.next_day()
        hand.sign()
    assert totals().week == {"report_received": 300}
    first = ClearOpening.objects.filter(kind=day_totals.KIND).first()
    assert first
    place = queries.place_of(queries.leaf_of(bytes(first.opening)))
    assert place is not None
    assert hand.audit().leaf_hashes[place] == hash_leaf(queries.leaf_of(bytes(first.opening)))


def test_a_day_that_added_too_few_leaves_is_found(
    hand: Hand, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that leaves covers out, and signs that."""
    monkeypatch.setattr(day_totals, "padded", lambda leaves, floor: leaves)
    hand.placed(3)
    with pytest.raises(queries.LogDamaged, match="as many as a day adds"):
        check_log()


def test_a_floor_that_was_lowered_is_found(hand: Hand, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.placed(300)
    honest = day_totals.floors
    monkeypatch.setattr(day_totals, "floors", lambda growths, upcoming: [64])
    hand.placed(3)
    monkeypatch.setattr(day_totals, "floors", honest)
    with pytest.raises(queries.LogDamaged, match="as many as a day adds"):
        check_log()


# 7: an opening is removed


@pytest.fixture
def report(network: Network, reporter: Reporter) -> Reporter:
    """A report with three steps, signed."""
    sent = reporter.send()
    network.helper.open_report(sent)
    network.helper.verify(sent)
    check_everything()
    return reporter


@pytest.mark.parametrize("number", [1, 2, 3])
def test_7_an_opening_that_was_removed_leaves_a_gap(report: Reporter, number: int) -> None:
    assert rows(Opening).count() == 3
    rows(Opening).filter(number=number).delete()
    with pytest.raises(CommandError, match="opening is missing"):
        call_command("log_verify")


def test_7_an_opening_that_was_renumbered_says_itself_which_it_is(report: Reporter) -> None:
    steps = [step_in(row, report.keys.identity) for row in rows(Opening).order_by("number")]
    assert [step.event["n"] for step in steps] == [1, 2, 3]


# 8: the newest checkpoints are deleted


def test_8_a_checkpoint_that_was_deleted_is_found(hand: Hand, kept: str) -> None:
    hand.placed(3)
    Checkpoint.objects.latest("size").delete()
    assert_not_signed(hand)


def test_8_a_log_that_was_set_back_as_a_whole_is_refused_by_the_witness(
    hand: Hand, witness: RunningWitness
) -> None:
    cosign(hand.sign())
    opening = bytes(totals_row().opening)
    hand.placed(3)
    cosign(Checkpoint.objects.latest("size"))
    set_back(64, opening)
    check_log()
    hand.next_day()
    with pytest.raises(witnesses.WitnessRefused, match="422"):
        cosign(hand.sign())


def set_back(size: int, opening: bytes) -> None:
    """Every row as it was when the log had so many leaves (less than a tile)."""
    Cosignature.objects.filter(checkpoint__size__gt=size).delete()
    Checkpoint.objects.filter(size__gt=size).delete()
    Leaf.objects.filter(index__gte=size).delete()
    ClearOpening.objects.update(opening=opening)
    frontier = Frontier()
    for row in Leaf.objects.all():
        frontier = frontier.append(hash_leaf(bytes(row.data)))
    Head.objects.update(size=size, frontier=b"".join(frontier.hashes))


# 9: a desk's key is swapped


def test_9_a_desks_key_that_was_swapped_is_found(network: Network, hand: Hand) -> None:
    check_everything()
    desk = Desk.objects.exclude(recipient="").first()
    assert desk
    Desk.objects.filter(pk=desk.pk).update(recipient=new_key()[1])
    with pytest.raises(CommandError, match=f"another key for {desk.code}"):
        call_command("log_verify")


def test_9_an_opening_that_was_put_beside_the_log_is_found(hand: Hand, kept: str) -> None:
    forged = sequencing.commit(kind="key_changed", event={"desk": "a", "recipient": ""}, day=hand.now.date())
    ClearOpening.objects.create(kind="key_changed", opening=forged.opening)
    with pytest.raises(queries.LogDamaged, match="opens no leaf"):
        check_log()


# 10 and 11: the end of the log is written anew, with the log's own key


def test_10_a_witness_does_not_sign_a_log_that_was_rewritten_and_the_job_says_so(
    hand: Hand, witness: RunningWitness
) -> None:
    hand.append(20)
    cosign(hand.sign())
    hand.rewrite(lambda leaves: leaves[1:])
    hand.append(5)
    hand.next_day()
    assert tick(now=hand.now).failed == {"sign_the_day": "WitnessContradicts"}
    with pytest.raises(witnesses.WitnessRefused, match="422"):
        cosign(Checkpoint.objects.latest("size"))
    assert not queries.publish(Checkpoint.objects.latest("size")).registered


def test_10_a_witness_does_not_sign_a_log_that_became_shorter(hand: Hand, witness: RunningWitness) -> None:
    cosign(hand.sign())
    hand.placed(100)
    cosign(Checkpoint.objects.latest("size"))
    hand.rewrite(lambda leaves: leaves[:3])
    hand.next_day()
    with pytest.raises(witnesses.WitnessRefused, match="longer log"):
        cosign(hand.sign())


def test_11_where_the_witness_forgot_too_a_stranger_with_an_old_checkpoint_finds_it(
    hand: Hand, kept: str, witness: RunningWitness
) -> None:
    hand.rewrite(altered)
    hand.next_day()
    cosign(hand.sign())  # this witness never saw the log as it was
    assert queries.publish(Checkpoint.objects.latest("size")).registered
    hand.audit()
    with pytest.raises(LogBroken, match="320 leaves"):
        hand.audit(kept)


# Days


def test_a_back_dated_event_does_not_open_its_leaf(hand: Hand) -> None:
    [appended] = hand.append(kind="stage_changed", stage="answered")
    hand.sign()
    earlier = appended.opening.decode().replace("2026-06-30", "2026-06-29")
    with pytest.raises(leaf.BadOpening):
        leaf.check(earlier, appended.data)
    assert queries.evidence_for(appended.opening.decode())
    assert queries.evidence_for(earlier) is None


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
    evidence = queries.evidence_for(late.opening.decode())
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


def test_checkpoints_whose_days_were_changed_are_found(hand: Hand, kept: str) -> None:
    hand.placed()
    Checkpoint.objects.filter(size=320).update(day=date(2026, 12, 1))
    with pytest.raises(queries.LogDamaged, match="days"):
        check_log()


# Whatever else is stored


def test_an_independent_tree_over_the_download_gives_the_published_root_and_proof(hand: Hand) -> None:
    appended = hand.append(300)[271]
    hand.sign()
    files = hand.download()
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for path in ("tile/entries/000", "tile/entries/001.p/64"):
        for entry in parse_bundle(files[path]):
            tree.append_entry(entry)
    proof = parse_proof(queries.state_of(appended.data, appended.day).proof)
    assert keys.trusted_policy().check(proof.note).checkpoint.root == tree.get_root(320)
    theirs = tree.prove_inclusion(proof.index + 1, 320)
    assert [sibling.hex() for sibling in proof.hashes] == theirs.serialize()["path"][1:]
    pymerkle.verify_inclusion(hand.audit().leaf_hashes[proof.index], tree.get_root(320), theirs)


def moved(tile: Tile) -> None:
    tile.data = bytes(32) + bytes(tile.data)[32:]
    tile.save()


def removed(tile: Tile) -> None:
    tile.delete()


@pytest.mark.parametrize("change", [moved, removed])
@pytest.mark.parametrize("level", [0, 1])
def test_a_stored_tile_that_was_altered_or_removed_is_found(
    hand: Hand, kept: str, change: Callable[[Tile], None], level: int
) -> None:
    change(Tile.objects.get(level=level))
    with pytest.raises(queries.LogDamaged, match="tile"):
        check_log()
    assert_not_signed(hand)


def test_a_head_that_was_altered_is_found(hand: Hand, kept: str) -> None:
    Head.objects.update(frontier=bytes(32 * (320).bit_count()))
    assert_not_signed(hand)


def test_a_head_that_cannot_be_read_stops_the_log(hand: Hand, kept: str) -> None:
    Head.objects.update(frontier=b"short")
    assert_not_signed(hand)


def test_a_checkpoint_whose_note_was_altered_is_found(hand: Hand, kept: str) -> None:
    Checkpoint.objects.update(note=kept.replace("\n320\n", "\n319\n"))
    with pytest.raises(ValueError):  # noqa: PT011
        hand.audit()


def test_a_leaf_that_waits_and_was_cut_short_is_found(hand: Hand, kept: str) -> None:
    hand.append()
    Queued.objects.update(data=b"short")
    with pytest.raises(queries.LogDamaged, match="waits"):
        check_log()


def test_a_log_that_is_signed_while_it_is_checked_is_read_again(
    hand: Hand, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tincay.log import checks

    honest = checks._check_days

    def slowly() -> None:
        if Checkpoint.objects.count() == 1:
            hand.placed()
            raise queries.LogDamaged("what was read was of two days")
        honest()

    monkeypatch.setattr(checks, "_check_days", slowly)
    assert check_log()[0] == 384


def test_the_command_of_an_operator_says_whether_the_log_holds(hand: Hand, kept: str) -> None:
    call_command("log_verify")
    Leaf.objects.filter(index=270).delete()
    with pytest.raises(CommandError, match="number of leaves"):
        call_command("log_verify")
