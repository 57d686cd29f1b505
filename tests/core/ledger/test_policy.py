"""A quorum is what the policy says it is, and a log cannot lend itself a witness."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.core.ledger.logs import LOG, NOON, STRANGER, W1, W2, W3, log_of, policy_of, seed
from tincay.core.ledger.checkpoint import BadCheckpoint, CheckpointBody, parse_checkpoint
from tincay.core.ledger.note import KeyType, NoteUnsigned, Signer, parse_note
from tincay.core.ledger.policy import BadPolicy, Policy, parse_policy

# Groups inside groups, as in the example of https://c2sp.org/tlog-policy.
NESTED = f"""
# who watches
log {LOG.verifier.vkey} https://tincay.example/log
witness X1 {W1.verifier.vkey} https://w1.example
witness X2\t{W2.verifier.vkey}
witness Y1 {W3.verifier.vkey}
group X any X1 X2
group all-of-them all X Y1
quorum all-of-them
"""


@pytest.mark.parametrize(
    ("names", "met"),
    [(set(), False), ({"X1"}, False), ({"X1", "X2"}, False), ({"Y1"}, False), ({"X2", "Y1"}, True)],
)
def test_groups_are_counted_as_they_are_nested(names: set[str], met: bool) -> None:
    assert parse_policy(NESTED).met_by(names) is met


def test_a_policy_is_read_back_without_addresses_for_the_public() -> None:
    policy = parse_policy(NESTED)
    assert parse_policy(policy.text(with_urls=True)) == policy
    public = policy.text()
    assert "https" not in public
    assert parse_policy(public).text() == public


@given(some.integers(0, 3), some.sets(some.sampled_from([W1, W2, W3])))
def test_the_quorum_is_met_by_as_many_as_it_asks_for(needed: int, signers: set[Signer]) -> None:
    policy = policy_of(needed, W1, W2, W3)
    seen = policy.check(
        parse_note(log_of(3, policy=policy, witnesses=sorted(signers, key=lambda s: s.name)).note())
    )
    assert seen.quorum_met is (len(signers) >= needed)
    assert policy.has_quorum is (needed > 0)
    assert set(seen.times) == {signer.name for signer in signers}
    assert (seen.latest is None) is (not signers)


def test_a_single_witness_can_be_the_quorum() -> None:
    policy = parse_policy(f"witness w {W1.verifier.vkey}\nquorum w\n")
    assert policy.met_by({"w"})
    assert not policy.met_by(set())


def test_a_checkpoint_needs_the_key_of_its_own_log() -> None:
    other = Signer.from_seed("other.example/log", seed("other"))
    borrowed = parse_note(other.sign(CheckpointBody(LOG.name, 0, bytes(32)).text))
    with pytest.raises(NoteUnsigned):
        policy_of(0, log=other).check(borrowed)
    with pytest.raises(NoteUnsigned):
        policy_of(0).check(borrowed)


def test_the_logs_own_key_is_no_witness() -> None:
    own = Signer(LOG.name, LOG.key, KeyType.COSIGNATURE)
    log = log_of(2, witnesses=[own])
    assert not policy_of(1, W1).check(parse_note(log.note())).quorum_met


def test_a_stranger_does_not_count() -> None:
    log = log_of(2, witnesses=[STRANGER])
    assert not policy_of(1, W1).check(parse_note(log.note())).quorum_met


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("", "no quorum"),
        ("quorum nobody", "quorum"),
        ("quorum none\nquorum none", "quorum"),
        ("quorum", "not a line"),
        ("unknown line\nquorum none", "not a line"),
        ("group g any\nquorum none", "not a line"),
        ("group g any w\nquorum none", "unknown"),
        (f"witness none {W1.verifier.vkey}\nquorum none", "taken"),
        (f"witness w {W1.verifier.vkey}\nwitness w {W2.verifier.vkey}\nquorum none", "taken"),
        (f"witness w {W1.verifier.vkey}\nwitness v {W1.verifier.vkey}\nquorum none", "twice"),
        (f"log {LOG.verifier.vkey}\nlog {LOG.verifier.vkey}\nquorum none", "twice"),
        (f"log {W1.verifier.vkey}\nquorum none", "wrong type"),
        (f"witness w {LOG.verifier.vkey}\nquorum none", "wrong type"),
        ("log nonsense\nquorum none", "verifier key"),
        (f"witness w {W1.verifier.vkey}\ngroup g 2 w\nquorum g", "more agreement"),
        (f"witness w {W1.verifier.vkey}\ngroup g 0 w\nquorum g", "more agreement"),
        (f"witness w {W1.verifier.vkey}\ngroup g x w\nquorum g", "number"),
        (f"witness w {W1.verifier.vkey}\ngroup g 1 w w\nquorum g", "twice"),
        (f"witness w {W1.verifier.vkey}\ngroup g any w\ngroup h any w\nquorum g", "twice"),
        ("quorum none\r\n", "control"),
        ("quorum none\x7f", "control"),
        ("#\n" * 300 + "quorum none", "too many"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(lines: str, why: str) -> None:
    with pytest.raises(BadPolicy, match=why):
        parse_policy(lines)


def test_a_chain_of_groups_as_long_as_allowed_can_be_asked() -> None:
    lines = [
        f"witness g0 {W1.verifier.vkey}",
        *(f"group g{n + 1} all g{n}" for n in range(190)),
        "quorum g190",
    ]
    assert parse_policy("\n".join(lines)).met_by({"g0"})


def test_nobody_has_to_agree_where_nobody_was_asked() -> None:
    assert Policy().met_by(())


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "origin\n1\n", "origin\n1\nAAAA\n", f"origin\n01\n{'A' * 43}=\n", f"\n1\n{'A' * 43}=\n",
        f"origin\n1\n{'A' * 43}=", f"origin\n1\n{'A' * 43}=\n\n", f"origin\n-1\n{'A' * 43}=\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadCheckpoint):
        parse_checkpoint(text)


def test_a_checkpoint_is_read_back_with_its_extensions() -> None:
    checkpoint = CheckpointBody("origin", 7, bytes(32), ("one", "two"))
    assert parse_checkpoint(checkpoint.text) == checkpoint


def test_the_published_checkpoint_example_is_read() -> None:
    """https://c2sp.org/tlog-checkpoint and tlog-cosignature print no keys, so only their shape is checked."""
    note = parse_note(
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo"
        "+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo"
        "0xUe+mbIUBkBIfZ+qnA==\n"
    )
    assert parse_checkpoint(note.text).size == 20852163
    assert int.from_bytes(note.signatures[1].blob[:8], "big") == 1679315147


def test_when_a_witness_last_saw_it_is_told_in_utc() -> None:
    seen = policy_of(1, W1).check(parse_note(log_of(1).note(time=NOON)))
    assert seen.latest is not None
    assert seen.latest.isoformat() == "2026-06-30T05:00:00+00:00"
