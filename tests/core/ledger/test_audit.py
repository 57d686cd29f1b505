"""A copy of the log holds together or it does not; promises and kept checkpoints bind it."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.core.ledger.logs import DAY, LOG, NOON, W1, Log, log_of, policy_of
from tincay.core.ledger.audit import LogBroken, PromiseBroken, audit, check_promise
from tincay.core.ledger.note import BadNote, NoteUnsigned
from tincay.core.ledger.promise import Promise, open_promise

Files = dict[str, bytes]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_a_whole_copy_holds_together(size: int) -> None:
    log = log_of(size)
    audited = audit(log.files([(size // 2, NOON - DAY), (size, NOON)]))
    assert audited.leaf_hashes == log.hashes
    assert len(audited.history) == 2
    assert audited.policy == log.policy


def changed(path: str, change: Callable[[bytes], bytes]) -> Callable[[Files], None]:
    def apply(files: Files) -> None:
        files[path] = change(files[path])

    return apply


@pytest.mark.parametrize(
    "damage",
    [
        changed("tile/entries/001.p/44", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        changed("tile/entries/001.p/44", lambda data: data[:-35]),
        changed("tile/0/001.p/44", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        changed("tile/1/000.p/1", lambda data: bytes(32)),
        changed("tile/entries/000", lambda data: data[35:70] + data[:35] + data[70:]),
        lambda files: files.pop("tile/0/000"),
        lambda files: files.pop("tile/entries/000"),
        lambda files: files.pop("checkpoint"),
        lambda files: files.pop("policy"),
        changed("policy", lambda data: b"\xff" + data),
        lambda files: files.update(checkpoint=log_of(299).note().encode()),
        lambda files: files.update(checkpoint=log_of(301).note().encode()),
    ],
)
def test_a_damaged_copy_is_found_out(damage: Callable[[Files], None]) -> None:
    files = log_of(300).files()
    damage(files)
    with pytest.raises(ValueError):  # noqa: PT011
        audit(files)


def test_a_checkpoint_that_somebody_kept_binds_the_log() -> None:
    kept = log_of(5).note()
    rewritten = Log()
    for _ in range(8):
        rewritten.add(kind="escalated")
    with pytest.raises(LogBroken, match="5 leaves"):
        audit(rewritten.files(), earlier=[kept])
    shorter = log_of(4)
    with pytest.raises(LogBroken, match="5 leaves"):
        audit(shorter.files(), earlier=[kept])
    audit(log_of(8).files(), earlier=[kept])


def test_a_checkpoint_of_a_stranger_does_not_belong_here() -> None:
    with pytest.raises(NoteUnsigned):
        audit(log_of(3).files(), earlier=[log_of(2, signer=W1_AS_LOG).note()])
    with pytest.raises(BadNote):
        audit(log_of(3).files(), earlier=["not a note"])


W1_AS_LOG = type(LOG)(LOG.name, W1.key)


def test_ones_own_policy_is_used_when_given() -> None:
    trusted = policy_of(1, W1)
    assert audit(log_of(3).files(), trusted=trusted).policy is trusted


def test_a_kept_promise_is_found() -> None:
    log = log_of(6)
    promise = open_promise(log.promise(3), LOG.verifier)
    assert check_promise(promise, audit(log.files())) == 3


def test_a_promise_that_is_not_due_yet_is_no_breach() -> None:
    promise = Promise(LOG.name, bytes(32), "2026-W27")
    assert check_promise(promise, audit(log_of(6).files())) is None


def test_a_promise_that_was_not_kept_is_a_breach_that_anyone_can_show() -> None:
    promised = Log()
    promised.add(day=date(2026, 6, 1))
    promise = open_promise(promised.promise(0, date(2026, 6, 1)), LOG.verifier)
    without = Log()
    without.add(kind="escalated")
    with pytest.raises(PromiseBroken):
        check_promise(promise, audit(without.files()))


def test_of_a_log_that_nobody_watches_nobody_can_tell_whether_a_promise_is_due() -> None:
    unwitnessed = log_of(2, policy=policy_of(0), witnesses=())
    for week in ("2001-W01", "2999-W01"):
        assert check_promise(Promise(LOG.name, bytes(32), week), audit(unwitnessed.files())) is None
