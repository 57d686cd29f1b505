"""The log changed in the database: the eleven ways that were tried on 0.1, on a copy of the demo.

The same on a small log, with every combination: tests/log/test_tampering.py.
"""

from pathlib import Path

import pytest
from django.db import transaction

from tests.cast import code_number
from tests.log.conftest import RunningWitness
from tests.tampering.attacker import swap_rows
from tests.tampering.conftest import FRESH_NUMBER
from tests.tampering.demo_copy import WITNESS, DemoCopy
from tincay.core.ledger.checkpoint import CheckpointBody
from tincay.core.ledger.merkle import Frontier
from tincay.log import keys
from tincay.log.models import Checkpoint
from tincay.log.queries import LogDamaged, latest
from tincay.log.sequencing import add_leaves

pytestmark = pytest.mark.slow

MIDDLE, LATE = 20_001, 29_000


def assert_found_at_the_next_check(demo: DemoCopy, why: str) -> None:
    """By the operator's command, by the next signing, which does not take place, and by a stranger."""
    assert why in demo.log_verify()
    with pytest.raises(LogDamaged):
        demo.sign()
    assert demo.audit() != ""


def test_a_waiting_leaf_dropped(demo: DemoCopy, witness: RunningWitness) -> None:
    """Nobody sees it before the night is over; then she does, who was promised it."""
    code = code_number(FRESH_NUMBER)
    assert "Đang đợi" in demo.her(code).page("/back/proof/")
    demo.attacker.run("DELETE FROM log_queued")
    assert demo.sign() == {"w1.example/witness": ""}
    assert "Sổ đã không giữ lời" in demo.her(code).page("/back/proof/")


def test_a_leaf_dropped(demo: DemoCopy) -> None:
    demo.attacker.run('DELETE FROM log_leaf WHERE "index" = ?', MIDDLE)
    assert_found_at_the_next_check(demo, "the number of leaves")


def test_a_leaf_altered(demo: DemoCopy) -> None:
    demo.attacker.run('UPDATE log_leaf SET data = ? WHERE "index" = ?', bytes([1]) + bytes(32), MIDDLE)
    assert_found_at_the_next_check(demo, "a stored tile does not fit the leaves")


def test_two_leaves_swapped(demo: DemoCopy) -> None:
    swap_rows(demo.attacker, "log_leaf", "index", "data", (MIDDLE, MIDDLE + 1))
    assert_found_at_the_next_check(demo, "a stored tile does not fit the leaves")


def test_month_and_kind_of_a_leaf(demo: DemoCopy) -> None:
    """There is no column to change."""
    columns = [name for _, name, *_ in demo.attacker.ask("PRAGMA table_info(log_leaf)")]
    assert columns == ["index", "data"]


TOTALS = "(SELECT max(id) FROM log_clearopening WHERE kind = 'day_totals')"


def test_totals_changed(demo: DemoCopy) -> None:
    [(opening,)] = demo.attacker.ask(f"SELECT opening FROM log_clearopening WHERE id = {TOTALS}")
    changed = bytes(opening).replace(b"count_stage_changed", b"count_report_received")
    assert changed != bytes(opening)
    demo.attacker.run(f"UPDATE log_clearopening SET opening = ? WHERE id = {TOTALS}", changed)
    assert "totals" in demo.log_verify()


def test_totals_removed(demo: DemoCopy) -> None:
    demo.attacker.run(f"DELETE FROM log_clearopening WHERE id = {TOTALS}")
    assert "no totals count the leaves" in demo.log_verify()


def test_the_newest_checkpoint_deleted(demo: DemoCopy) -> None:
    newest = "(SELECT id FROM log_checkpoint ORDER BY size DESC LIMIT 1)"
    demo.attacker.run(f"DELETE FROM log_cosignature WHERE checkpoint_id = {newest}")
    demo.attacker.run(f"DELETE FROM log_checkpoint WHERE id = {newest}")
    assert "does not continue what was signed" in demo.log_verify()
    with pytest.raises(LogDamaged):
        demo.sign()
    assert "the log does not hold" in demo.audit(demo.kept)


def test_the_log_set_back_as_a_whole(demo: DemoCopy, loaded_demo: Path, witness: RunningWitness) -> None:
    """Every table of the log as an older copy has it. It holds together; who saw the longer one knows."""
    tables = ("leaf", "tile", "head", "clearopening", "queued", "checkpoint", "cosignature")
    demo.attacker.set_back(loaded_demo, *(f"log_{table}" for table in tables))
    assert demo.log_verify() == ""
    assert "the log does not hold" in demo.audit(demo.kept)
    [answer] = demo.sign().values()
    assert answer


# 10 and 11: with the log's own key


def rewrite(demo: DemoCopy) -> None:
    """One leaf altered, and everything that follows from it made anew: tiles, head, every later signature."""
    demo.attacker.run('UPDATE log_leaf SET data = ? WHERE "index" = ?', bytes([1]) + bytes(32), LATE)
    leaves = [bytes(data) for (data,) in demo.attacker.ask('SELECT data FROM log_leaf ORDER BY "index"')]
    for table in ("log_tile", "log_leaf", "log_cosignature"):
        demo.attacker.run(f"DELETE FROM {table}")
    signer, frontier = keys.log_signer(), Frontier()
    with transaction.atomic():
        for size in (0, *Checkpoint.objects.values_list("size", flat=True)):
            frontier = add_leaves(frontier, leaves[frontier.size : size])
            note = signer.sign(CheckpointBody(signer.name, size, frontier.root()).text)
            Checkpoint.objects.filter(size=size).update(note=note)


def test_the_end_rewritten_with_the_logs_key(demo: DemoCopy, witness: RunningWitness) -> None:
    rewrite(demo)
    assert demo.log_verify() == ""
    assert demo.sign() == {
        "w1.example/witness": "the witness answered 422: it has seen another log than this one"
    }
    published = latest()
    assert published
    assert not published.registered
    assert "the log does not hold" in demo.audit(demo.kept)


def test_the_end_rewritten_and_the_witness_wiped(demo: DemoCopy, witness: RunningWitness) -> None:
    """The command, the signing and the witness see nothing: only a stranger who kept a checkpoint does."""
    rewrite(demo)
    for seen in (demo.folder / WITNESS).glob("*/checkpoint"):
        seen.unlink()
    assert demo.sign() == {"w1.example/witness": ""}
    published = latest()
    assert published
    assert published.registered
    assert demo.log_verify() == ""
    assert demo.audit() == ""
    assert "the log does not hold" in demo.audit(demo.kept)
