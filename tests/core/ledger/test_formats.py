"""The examples in docs/formats are what the code writes, letter for letter."""

from datetime import date
from pathlib import Path

import pytest

from tests.core.ledger.logs import LOG, W1, W2, Log, log_of, policy_of
from tincay.core.ledger.day_totals import KIND, read_totals
from tincay.core.ledger.encoding import decode_json
from tincay.core.ledger.evidence import verify_evidence
from tincay.core.ledger.leaf import event_bytes, open_leaf, opening
from tincay.core.ledger.note import parse_note
from tincay.core.ledger.promise import open_promise

FORMATS = Path(__file__).parents[3] / "docs" / "formats"


@pytest.fixture
def log() -> Log:
    """The log of the examples: seven leaves, two witnesses of which one is needed and one signed."""
    log = log_of(6, policy=policy_of(1, W1, W2))
    log.add("stage_changed", date(2026, 6, 30), desk="to-mot", n=5, stage="answered")
    return log


def blocks(name: str) -> list[str]:
    """The texts between fences, without the name of their language."""
    parts = (FORMATS / name).read_text(encoding="utf-8").split("```")[1::2]
    return [part.partition("\n")[2] for part in parts]


def test_the_leaf_of_the_example(log: Log) -> None:
    event, data, leaf_hash, opening, *_ = (block.strip() for block in blocks("leaf.md"))
    assert (data, opening) == (log.entries[6].hex(), log.openings[6])
    assert event.replace('"', '\\"') in opening
    assert leaf_hash in log.promise(6)


def test_the_public_events_of_the_examples_are_spelled_as_events_are() -> None:
    kinds = []
    for block in blocks("leaf.md")[5:]:
        members = decode_json(block.strip())
        kinds.append(members["kind"])
        day = date.fromisoformat(str(members.pop("day")))
        text = event_bytes(kind=str(members.pop("kind")), day=day, facts=members)
        opened = open_leaf(opening(text, bytes(32)).decode())
        assert text.decode() == block.strip()
        if opened.kind == KIND:
            assert read_totals(opened).counts["cover"] > 300
    assert kinds == [KIND, "key_changed", "log_resumed"]


def test_the_promise_of_the_example(log: Log) -> None:
    [promise] = blocks("promise.md")
    assert promise == log.promise(6)
    assert open_promise(promise, LOG.verifier).leaf_hash == log.hashes[6]
    assert f"It has {len(promise.encode())} bytes" in (FORMATS / "promise.md").read_text(encoding="utf-8")


def test_the_checkpoint_and_policy_of_the_example(log: Log) -> None:
    note, policy = blocks("checkpoint.md")
    assert (note, policy) == (log.note(), log.policy_note)
    assert log.policy.check(parse_note(note)).quorum_met


def test_the_proof_of_the_example(log: Log) -> None:
    file, _ = blocks("receipt-proof.md")
    assert file == log.evidence(6)
    assert verify_evidence(file).registered
