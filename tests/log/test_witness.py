"""A witness is another process with another key: it signs only what continues what it saw, and nothing is called
registered before as many signed as the install chose."""

import hashlib
import json
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as some
from pytest_django.fixtures import Settings

from tests.core.ledger.logs import LOG, W1, W2, log_of, nodes_of
from tests.log.conftest import WITNESS, WITNESS_CODE, Hand, RunningWitness, cosign
from tests.patience import PATIENCE, wait_until
from tincay.core.ledger.encoding import encode_base64
from tincay.core.ledger.evidence import verify_evidence
from tincay.core.ledger.merkle import BadProof, consistency_proof, hash_leaf, root_of, verify_consistency
from tincay.core.ledger.note import NoteUnsigned, parse_vkey
from tincay.log import actions, keys, queries, witnesses
from tincay.log.actions import Appended
from tincay.log.models import Checkpoint, Cosignature, Queued
from tincay.log.queries import LeafState, Standing


def state(appended: Appended) -> LeafState:
    return queries.state_of(appended.data, appended.day)


def standing(appended: Appended) -> Standing:
    return state(appended).standing


def test_a_leaf_waits_is_signed_and_is_registered(hand: Hand, witness: RunningWitness) -> None:
    [appended] = hand.append()
    assert standing(appended) is Standing.WAITING
    assert state(appended).proof == ""
    checkpoint = hand.sign()
    assert standing(appended) is Standing.SIGNED
    assert queries.evidence_for(appended.opening.decode()) is None
    cosign(checkpoint)
    assert standing(appended) is Standing.REGISTERED
    verdict = verify_evidence(queries.evidence_for(appended.opening.decode()) or "")
    assert verdict.registered
    assert list(verdict.seen.times) == ["w1.example/witness"]


def test_yesterdays_cosigned_checkpoint_still_proves_while_todays_waits(
    hand: Hand, witness: RunningWitness
) -> None:
    [first] = hand.append()
    cosign(hand.sign())
    [second] = hand.placed()
    assert [standing(one) for one in (first, second)] == [Standing.REGISTERED, Standing.SIGNED]
    assert state(first).proof
    assert not state(second).proof


def test_a_leaf_that_is_not_in_the_log_when_its_day_is_over_is_missing(hand: Hand) -> None:
    hand.sign()
    [appended] = hand.append()
    assert standing(appended) is Standing.WAITING
    Queued.objects.all().delete()
    hand.next_day()
    hand.sign()
    assert standing(appended) is Standing.MISSING


def test_the_command_signs_asks_and_says_what_came_of_it(
    hand: Hand, witness: RunningWitness, capsys: pytest.CaptureFixture[str]
) -> None:
    hand.append(3)
    call_command("checkpoint")
    printed = capsys.readouterr().out
    assert "witness w1.example/witness: signed" in printed
    assert printed.endswith("\nregistered\n")
    call_command("checkpoint")
    assert Cosignature.objects.count() == 1


def test_a_witness_that_is_away_leaves_the_log_signed_and_not_registered(
    hand: Hand, witness: RunningWitness, capsys: pytest.CaptureFixture[str]
) -> None:
    [appended] = hand.append()
    witness.stop()
    call_command("checkpoint")
    printed = capsys.readouterr()
    assert "did not sign" in printed.out
    assert "not registered" in printed.out
    assert "cannot be reached" in printed.err
    assert standing(appended) is Standing.SIGNED


def test_a_witness_keeps_what_it_saw_when_it_starts_anew(hand: Hand, witness: RunningWitness) -> None:
    hand.append(5)
    cosign(hand.sign())
    witness.stop()
    witness.start()
    assert ask_old(witness, 0) == (409, "64\n", "text/x.tlog.size")


def test_a_log_that_forgot_what_it_showed_asks_the_witness(hand: Hand, witness: RunningWitness) -> None:
    hand.append(5)
    cosign(hand.sign())
    Cosignature.objects.all().delete()
    appended = hand.placed(300)
    cosign(Checkpoint.objects.latest("size"))
    assert standing(appended[299]) is Standing.REGISTERED


def test_the_same_size_is_signed_again_each_day(hand: Hand, witness: RunningWitness) -> None:
    hand.append(5)
    cosign(hand.sign())
    hand.next_day()
    quiet = hand.sign()
    cosign(quiet)
    assert queries.publish(quiet).registered


def test_two_processes_never_serve_one_folder(witness: RunningWitness) -> None:
    second = subprocess.run(
        [sys.executable, str(WITNESS), "serve", str(witness.folder), "--port", "0"],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert "another process" in second.stderr


def test_a_witness_is_made_and_told_of_a_log_from_the_command_line(hand: Hand, tmp_path: Path) -> None:
    made = RunningWitness(tmp_path / "other", "")
    vkey = made.command("init", str(made.folder), "--name", "w2.example/witness")
    log = actions.create_log_key()
    made.command("trust", str(made.folder), log)
    known = WITNESS_CODE["Witness"](made.folder)
    assert known.vkey == vkey
    assert known.keys(parse_vkey(log).name) == [log]


def test_a_witness_keeps_its_key_to_itself_and_never_makes_a_second(witness: RunningWitness) -> None:
    assert (witness.folder / "witness.key").stat().st_mode & 0o777 == 0o600
    assert witness.command("key", str(witness.folder)) == witness.vkey
    with pytest.raises(subprocess.CalledProcessError):
        witness.command("init", str(witness.folder), "--name", "w1.example/witness")
    with pytest.raises(subprocess.CalledProcessError):
        witness.command("trust", str(witness.folder), "nonsense")


def test_anybody_can_compare_what_the_witness_saw(hand: Hand, witness: RunningWitness) -> None:
    hand.append(5)
    checkpoint = hand.sign()
    cosign(checkpoint)
    origin = hashlib.sha256(keys.log_signer().name.encode()).hexdigest()
    with urllib.request.urlopen(f"{witness.address}/{origin}/checkpoint", timeout=PATIENCE) as answer:
        assert answer.read().decode() == queries.publish(checkpoint).note
    assert get_status(f"{witness.address}/{'0' * 64}/checkpoint") == 404
    assert get_status(f"{witness.address}/witness.key") == 404
    assert get_status(f"{witness.address}/../witness.key") == 404


def get_status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code


def post(witness: RunningWitness, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, str]:
    request = urllib.request.Request(witness.address + path, data=body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode(), answer.headers["Content-Type"]


def ask_old(witness: RunningWitness, old: int, *hashes: bytes) -> tuple[int, str, str]:
    published = queries.latest()
    assert published
    lines = [f"old {old}", *(encode_base64(node) for node in hashes), "", published.checkpoint.note]
    return post(witness, "\n".join(lines).encode())


# Every answer of C2SP tlog-witness


def test_what_cannot_be_read_is_answered_400(hand: Hand, witness: RunningWitness) -> None:
    hand.append(5)
    hand.sign()
    note = queries.latest().note  # type: ignore[union-attr]
    for body in (
        b"", b"\xff", b"old 0\n", b"old 0\n\n", f"old 00\n\n{note}".encode(), f"old -1\n\n{note}".encode(),
        f"new 0\n\n{note}".encode(), f"old 0\nAAAA\n\n{note}".encode(), f"old 0\n\n{note}x".encode(),
        f"old 0\n\n\x07{note}".encode(), f"old 0\n\n{note}— \n".encode(), f"old 0\n\n{note}- a AAAAAAA=\n".encode(),
        ("old 0\n" + (encode_base64(bytes(32)) + "\n") * 64 + f"\n{note}").encode(), b"x" * 70_000,
    ):  # fmt: skip
        assert post(witness, body)[0] == 400, body
    assert post(witness, b"", "/elsewhere")[0] == 404
    assert ask_old(witness, 65)[0] == 400


def test_an_unknown_log_is_answered_404_and_a_false_signature_403(
    hand: Hand, witness: RunningWitness
) -> None:
    hand.append(5)
    note = hand.sign().note
    assert post(witness, f"old 0\n\n{log_of(3).note()}".encode())[0] == 404
    other_size = note.replace("\n64\n", "\n65\n")
    assert post(witness, f"old 0\n\n{other_size}".encode())[0] == 403
    text, _, _ = note.partition("\n\n")
    unsigned = f"{text}\n\n{W1.cosign(text + chr(10), 1)}"
    assert post(witness, f"old 0\n\n{unsigned}".encode())[0] == 403


def test_a_proof_that_does_not_hold_is_answered_422(hand: Hand, witness: RunningWitness) -> None:
    hand.append(5)
    hand.sign()
    assert ask_old(witness, 0, bytes(32))[0] == 422
    assert ask_old(witness, 0)[0] == 200
    hand.next_day()
    hand.append(3)
    hand.sign()
    assert ask_old(witness, 64)[0] == 422
    assert ask_old(witness, 64, bytes(32))[0] == 422
    assert ask_old(witness, 64, *queries.consistency(64, 128), bytes(32))[0] == 422
    assert ask_old(witness, 64, *queries.consistency(64, 128))[0] == 200


def test_the_empty_log_has_one_root(hand: Hand, witness: RunningWitness) -> None:
    actions.create_log_key()
    false = keys.log_signer().sign(f"{keys.log_signer().name}\n0\n{encode_base64(bytes(32))}\n")
    assert post(witness, f"old 0\n\n{false}".encode())[0] == 422


@settings(max_examples=300)
@given(some.data())
def test_the_witness_and_the_log_agree_on_what_continues_what(data: some.DataObject) -> None:
    """Two implementations, written apart: one climbs from the leaf (RFC 9162), one descends from the root."""
    continues: Callable[..., bool] = WITNESS_CODE["continues"]
    new = data.draw(some.integers(0, 70))
    old = data.draw(some.integers(0, new))
    leaves = [hash_leaf(bytes([number])) for number in range(new)]
    proof = consistency_proof(old, new, nodes_of(leaves))
    spoiled: bool = data.draw(some.booleans())
    if proof and spoiled:
        place = data.draw(some.integers(0, len(proof)))
        proof = proof[:place] + data.draw(some.lists(some.just(bytes(32)), max_size=2)) + proof[place + 1 :]
    old_root, new_root = root_of(leaves[:old]), root_of(leaves)
    try:
        verify_consistency(old, new, old_root, new_root, proof)
    except BadProof:
        assert not continues(old, new, old_root, new_root, proof)
    else:
        assert continues(old, new, old_root, new_root, proof)


@given(some.binary(max_size=400))
def test_no_bytes_break_the_witness(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        WITNESS_CODE["read_request"](body)


def test_the_witness_is_one_file_that_imports_nothing_of_ours() -> None:
    assert [path.name for path in WITNESS.parent.iterdir() if path.suffix == ".py"] == ["witness.py"]
    code = (
        "import json, runpy, sys; before = set(sys.modules); runpy.run_path(sys.argv[1]);"
        "print(json.dumps(sorted({name.split('.')[0] for name in set(sys.modules) - before})))"
    )
    arguments = [sys.executable, "-I", "-c", code, str(WITNESS)]
    done = subprocess.run(arguments, capture_output=True, check=True, text=True, timeout=PATIENCE)
    foreign = {name for name in json.loads(done.stdout) if name not in sys.stdlib_module_names}
    assert foreign <= {"cryptography", "_cffi_backend", "_openssl"}


# What the install asks for


def test_cosignatures_of_strangers_are_not_kept(hand: Hand, witness: RunningWitness) -> None:
    hand.append()
    checkpoint = hand.sign()
    text = checkpoint.note.partition("\n\n")[0] + "\n"
    with pytest.raises(NoteUnsigned), transaction.atomic():
        actions.add_cosignature(checkpoint=checkpoint, lines=W2.cosign(text, 1))
    cosign(checkpoint)
    actions.add_cosignature(checkpoint=checkpoint, lines=witnesses.ask(the_witness(), checkpoint))
    assert [cosignature.witness for cosignature in Cosignature.objects.all()] == ["w1.example/witness"]


def test_a_witness_that_is_no_longer_named_leaves_no_line_that_a_verifier_would_refuse(
    hand: Hand, witness: RunningWitness, settings: Settings
) -> None:
    [appended] = hand.append()
    checkpoint = hand.sign()
    cosign(checkpoint)
    text = checkpoint.note.partition("\n\n")[0] + "\n"
    first = settings.TINCAY_WITNESSES
    settings.TINCAY_WITNESSES = [*first, W2.verifier.vkey]
    actions.add_cosignature(checkpoint=checkpoint, lines=W2.cosign(text, 1_800_000_000))
    settings.TINCAY_WITNESSES = [W2.verifier.vkey]
    assert standing(appended) is Standing.REGISTERED
    evidence = queries.evidence_for(appended.opening.decode())
    assert evidence
    assert list(verify_evidence(evidence).seen.times) == [W2.verifier.name]


def the_witness() -> Any:
    [witness] = keys.trusted_policy().witnesses.values()
    return witness


def test_a_quorum_counts_witnesses_of_the_settings(
    hand: Hand, witness: RunningWitness, settings: Settings
) -> None:
    [appended] = hand.append()
    cosign(hand.sign())
    settings.TINCAY_WITNESSES = [*settings.TINCAY_WITNESSES, W2.verifier.vkey]
    assert standing(appended) is Standing.REGISTERED
    settings.TINCAY_WITNESS_QUORUM = 2
    assert standing(appended) is Standing.SIGNED
    settings.TINCAY_WITNESS_QUORUM = 0
    assert standing(appended) is Standing.SIGNED


@pytest.mark.parametrize(
    ("lines", "needed"),
    [
        ([], 1),
        ([W1.verifier.vkey], 2),
        ([W1.verifier.vkey], -1),
        (["nonsense"], 0),
        ([LOG.verifier.vkey], 0),
        ([W1.verifier.vkey, W1.verifier.vkey], 1),
    ],
)
def test_settings_that_cannot_be_meant_stop_the_product(
    hand: Hand, settings: Settings, lines: list[str], needed: int
) -> None:
    actions.create_log_key()
    settings.TINCAY_WITNESSES, settings.TINCAY_WITNESS_QUORUM = lines, needed
    with pytest.raises(ImproperlyConfigured):
        keys.trusted_policy()


def test_a_witness_without_address_is_not_asked(hand: Hand, settings: Settings) -> None:
    settings.TINCAY_WITNESSES, settings.TINCAY_WITNESS_QUORUM = [W1.verifier.vkey], 1
    hand.append()
    with pytest.raises(witnesses.WitnessRefused, match="address"):
        cosign(hand.sign())


def test_the_key_line_that_a_witness_prints_is_a_verifier_key(witness: RunningWitness) -> None:
    assert parse_vkey(witness.vkey).vkey == witness.vkey


@pytest.mark.parametrize("answer", ["", "soon\n", "-1\n"])
def test_a_conflict_without_a_size_is_refused(answer: str) -> None:
    with pytest.raises(witnesses.WitnessRefused, match="size"):
        witnesses._read_size(answer)


def test_the_witness_file_is_in_the_repository() -> None:
    assert Path(WITNESS).read_text(encoding="utf-8").startswith('"""A witness')


def test_a_broken_connection_leaves_no_line_about_who_called(witness: RunningWitness) -> None:
    assert witness.process
    witness.stop()
    arguments = [sys.executable, str(WITNESS), "serve", str(witness.folder), "--port", "0"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    port = int(process.stdout.readline().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as caller:
        caller.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 50\r\n\r\nold")
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, not closed
    get_status(f"http://127.0.0.1:{port}/")  # callers are let in one after another: that one was
    wait_until(
        lambda: len(list(Path(f"/proc/{process.pid}/task").iterdir())) == 1, "the end of the broken call"
    )
    process.terminate()
    _, printed = process.communicate(timeout=PATIENCE)
    assert "127.0.0.1" not in printed
    assert "Traceback" not in printed
