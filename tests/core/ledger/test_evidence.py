"""The file that a reporter keeps: valid as it is, invalid after any changed character, valid for strangers."""

from datetime import date

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.core.ledger.logs import DAY, LOG, NOON, STRANGER, W1, W2, Log, log_of, policy_of, seed
from tincay.core.ledger.encoding import encode_json
from tincay.core.ledger.evidence import (
    BackDated,
    check_day,
    latest_day,
    open_policy,
    verify_evidence,
    write_evidence,
)
from tincay.core.ledger.leaf import BadOpening
from tincay.core.ledger.merkle import BadProof
from tincay.core.ledger.note import NoteUnsigned, Signer, parse_note
from tincay.core.ledger.proof import (
    MAX_PROOF,
    Proof,
    QuorumMissing,
    UnreadableProof,
    parse_proof,
)

SMALL = log_of(11)
FILE = SMALL.evidence(4)


def test_a_kept_file_is_valid_without_anything_else() -> None:
    verified = verify_evidence(FILE)
    assert verified.index == 4
    assert verified.opened.event["record"] == f"{4:032x}"
    assert verified.seen.log == LOG.verifier
    assert verified.registered


@pytest.mark.slow
def test_any_changed_character_makes_it_invalid() -> None:
    for place, letter in enumerate(FILE):
        for other in {"A", "0", "\n", "=", chr(ord(letter) ^ 1)} - {letter}:
            with pytest.raises(ValueError):  # noqa: PT011
                verify_evidence(FILE[:place] + other + FILE[place + 1 :])


@given(some.integers(0, len(FILE) - 1), some.text(max_size=2))
def test_any_cut_or_insertion_makes_it_invalid(place: int, put: str) -> None:
    for changed in (FILE[:place] + put + FILE[place:], FILE[:place] + put + FILE[place + 1 :]):
        if changed != FILE:
            with pytest.raises(ValueError):  # noqa: PT011
                verify_evidence(changed)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 300])
def test_every_leaf_has_a_file(size: int) -> None:
    log = log_of(size)
    for index in {0, size // 2, size - 1}:
        assert verify_evidence(log.evidence(index)).index == index


def test_a_stock_verifier_finds_the_same_path() -> None:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in SMALL.entries:
        tree.append_entry(entry)
    theirs = tree.prove_inclusion(5, 11)
    pymerkle.verify_inclusion(SMALL.hashes[4], parse_seen_root(), theirs)
    assert [sibling.hex() for sibling in parse_proof(FILE).hashes] == theirs.serialize()["path"][1:]


def parse_seen_root() -> bytes:
    return SMALL.policy.check(parse_proof(FILE).note).checkpoint.root


def test_a_file_is_read_back() -> None:
    assert parse_proof(FILE).text == FILE
    bare = SMALL.proof(4)
    assert parse_proof(bare.text) == bare
    assert bare.extra is None


def test_without_witnesses_it_is_valid_but_not_registered() -> None:
    unwitnessed = log_of(3, policy=policy_of(0), witnesses=())
    assert not verify_evidence(unwitnessed.evidence(1)).registered


def test_too_few_witnesses_are_not_enough() -> None:
    log = log_of(3, policy=policy_of(2, W1, W2))
    with pytest.raises(QuorumMissing):
        verify_evidence(log.evidence(1))


def test_ones_own_policy_wins_over_the_one_in_the_file() -> None:
    assert verify_evidence(FILE, policy_of(1, W1, W2)).registered
    with pytest.raises(QuorumMissing):
        verify_evidence(FILE, policy_of(1, W2))
    with pytest.raises(NoteUnsigned):
        verify_evidence(FILE, policy_of(1, W1, log=Signer.from_seed(LOG.name, seed("thief"))))


def test_a_line_of_somebody_unnamed_is_not_hidden_in_a_file() -> None:
    log = log_of(3, witnesses=(W1, STRANGER))
    with pytest.raises(NoteUnsigned, match="somebody"):
        verify_evidence(log.evidence(1))


def test_a_policy_that_the_log_did_not_sign_is_refused() -> None:
    thief = Signer.from_seed(LOG.name, seed("thief"))
    for note in (
        thief.sign(SMALL.policy.text()),
        LOG.sign("quorum none\n"),
        SMALL.policy_note + W1.cosign(SMALL.policy.text(), NOON),
    ):
        with pytest.raises(NoteUnsigned):
            open_policy(note)
        with pytest.raises(NoteUnsigned):
            verify_evidence(write_evidence(SMALL.proof(4), opening=SMALL.openings[4], policy_note=note))


def test_the_opening_of_another_leaf_proves_nothing() -> None:
    swapped = write_evidence(SMALL.proof(4), opening=SMALL.openings[5], policy_note=SMALL.policy_note)
    with pytest.raises(BadProof):
        verify_evidence(swapped)
    with pytest.raises(BadOpening):
        verify_evidence(write_evidence(SMALL.proof(4), opening="{}", policy_note=SMALL.policy_note))


@pytest.mark.parametrize(
    "extra", [None, b"", b"\xff", b"{}", encode_json({"opening": "", "policy": "", "v": 2}).encode()]
)
def test_a_file_without_opening_is_no_evidence(extra: bytes | None) -> None:
    bare = SMALL.proof(4)
    with pytest.raises(UnreadableProof):
        verify_evidence(Proof(bare.index, bare.hashes, bare.note, extra).text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"), ("index 4", "index 04"), ("index 4", "Index 4"), ("index 4", "index -4"), ("extra ", "extra"),
        ("\n\n", "\n"), ("index 4\n", ""), ("index 4\n", "index 4\n" + ("A" * 43 + "=\n") * 64),
    ],
)  # fmt: skip
def test_what_is_no_proof_file_is_refused(old: str, new: str) -> None:
    assert old in FILE
    with pytest.raises(UnreadableProof):
        parse_proof(FILE.replace(old, new, 1))


def test_an_empty_or_endless_file_is_refused() -> None:
    for text in (
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n\n" + SMALL.note(),
        "x" * (MAX_PROOF + 1),
    ):
        with pytest.raises(UnreadableProof):
            parse_proof(text)


def test_a_leaf_that_claims_an_earlier_day_than_a_witness_saw_is_back_dated() -> None:
    log = log_of(5)
    kept = log.policy.check(parse_note(log.note(time=NOON + 3 * DAY)))
    log.add(day=date(2026, 7, 1))
    back_dated = verify_evidence(log.evidence(5))
    with pytest.raises(BackDated):
        check_day(back_dated, [kept])
    log.add(day=date(2026, 7, 3))
    check_day(verify_evidence(log.evidence(6)), [kept])
    check_day(verify_evidence(log.evidence(4)), [kept])


def test_without_witnesses_no_day_is_known() -> None:
    unwitnessed = Log(policy=policy_of(0), witnesses=())
    unwitnessed.add()
    assert latest_day(unwitnessed.policy.check(parse_note(unwitnessed.note()))) == date.min
