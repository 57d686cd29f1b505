"""A leaf fits one event and tells nothing; a promise names the week and no hour."""

import hashlib
import hmac
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.core.ledger.logs import LOG, ORIGIN, W1, log_of, seed
from tincay.core.ledger import leaf
from tincay.core.ledger.checkpoint import BadCheckpoint, parse_checkpoint
from tincay.core.ledger.encoding import encode_base64, encode_json
from tincay.core.ledger.leaf import BadOpening, commit, event_bytes, open_leaf, opening
from tincay.core.ledger.note import NoteUnsigned, Signer
from tincay.core.ledger.promise import BadPromise, Promise, open_promise, parse_promise, week_of

DAY = date(2026, 6, 30)
NONCE = seed("nonce")
NONCE64 = encode_base64(NONCE)
EVENT = event_bytes(kind="stage_changed", day=DAY, facts={"stage": "answered", "deadline": 1_782_795_600})
facts = some.dictionaries(
    some.text("abcdefghij_", min_size=1, max_size=12).filter(lambda name: name not in ("kind", "day")),
    some.one_of(
        some.text(some.characters(codec="utf-8"), max_size=30), some.integers(-(2**53) + 1, 2**53 - 1)
    ),
    max_size=5,
)


def test_a_leaf_is_a_version_and_an_hmac() -> None:
    assert commit(EVENT, NONCE) == b"\x01" + hmac.new(NONCE, EVENT, hashlib.sha256).digest()
    assert len(commit(EVENT, NONCE)) == leaf.LENGTH


def test_an_event_has_one_spelling() -> None:
    assert EVENT.decode() == (
        '{"day":"2026-06-30","deadline":1782795600,"kind":"stage_changed","stage":"answered"}'
    )


@given(facts, some.dates(), some.binary(min_size=32, max_size=32))
def test_every_opening_opens_its_leaf_and_no_other(
    event_facts: dict[str, str | int], day: date, nonce: bytes
) -> None:
    event = event_bytes(kind="report_received", day=day, facts=event_facts)
    text = opening(event, nonce).decode()
    opened = leaf.check(text, commit(event, nonce))
    assert (opened.kind, opened.day) == ("report_received", day)
    assert opened.event == {**event_facts, "kind": "report_received", "day": day.isoformat()}
    with pytest.raises(BadOpening):
        leaf.check(text, commit(event + b" ", nonce))


def test_another_day_is_another_leaf() -> None:
    earlier = event_bytes(kind="stage_changed", day=DAY - timedelta(days=1), facts={"stage": "answered"})
    later = event_bytes(kind="stage_changed", day=DAY, facts={"stage": "answered"})
    with pytest.raises(BadOpening, match="another leaf"):
        leaf.check(opening(earlier, NONCE).decode(), commit(later, NONCE))


@pytest.mark.parametrize(
    "event_facts",
    [{"kind": "x"}, {"day": "x"}, {"n": 2**53}, {"n": -(2**53)}, {"n": True}, {"n": 1.5}, {"n": "x" * 5000}],
)  # fmt: skip
def test_a_fact_that_others_could_read_otherwise_is_refused(event_facts: dict[str, str | int]) -> None:
    with pytest.raises(ValueError, match=r"once|fact|long"):
        event_bytes(kind="stage_changed", day=DAY, facts=event_facts)


def test_a_short_nonce_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit(EVENT, NONCE[:31])


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"event": EVENT.decode(), "nonce": encode_base64(NONCE)},
        {"event": EVENT.decode(), "nonce": encode_base64(NONCE), "v": 2},
        {"event": EVENT.decode(), "nonce": encode_base64(NONCE), "v": 1, "more": 1},
        {"event": EVENT.decode(), "nonce": encode_base64(NONCE[:-1]), "v": 1},
        {"event": EVENT.decode(), "nonce": "", "v": 1},
        {"event": EVENT.decode() + " ", "nonce": encode_base64(NONCE), "v": 1},
        {"event": "{}", "nonce": encode_base64(NONCE), "v": 1},
        {"event": '{"day":"2026-06-30"}', "nonce": encode_base64(NONCE), "v": 1},
        {"event": '{"day":20260630,"kind":"x"}', "nonce": encode_base64(NONCE), "v": 1},
        {"event": '{"day":"2026-W27-2","kind":"x"}', "nonce": encode_base64(NONCE), "v": 1},
        {"event": '{"day":"never","kind":"x"}', "nonce": encode_base64(NONCE), "v": 1},
        {"event": encode_json({"day": "2026-06-30", "kind": "x", "z": "y" * 5000}), "nonce": NONCE64, "v": 1},
    ],
)  # fmt: skip
def test_what_is_no_opening_is_refused(members: dict[str, str | int]) -> None:
    with pytest.raises(BadOpening):
        open_leaf(encode_json(members))


def test_a_promise_is_signed_text_that_a_code_can_carry() -> None:
    log = log_of(1)
    note = log.promise(0)
    promise = open_promise(note, LOG.verifier)
    assert promise == Promise(ORIGIN, log.hashes[0], "2026-W27")
    assert parse_promise(promise.text) == promise
    assert len(note) < 400


def test_a_promise_tells_the_week_and_no_hour() -> None:
    note = log_of(1).promise(0)
    assert "2026-06-30" not in note
    assert ":" not in note.split("\n\n")[0]


def test_a_promise_is_due_a_day_after_its_week_in_viet_nam() -> None:
    promise = Promise(ORIGIN, bytes(32), week_of(DAY))
    assert promise.due == datetime(2026, 7, 7, tzinfo=timezone(timedelta(hours=7)))


def test_a_promise_of_another_key_is_refused() -> None:
    with pytest.raises(NoteUnsigned):
        open_promise(log_of(1).promise(0), W1.verifier)
    same_name = Signer.from_seed(ORIGIN, seed("thief"))
    with pytest.raises(NoteUnsigned):
        open_promise(same_name.sign(parse_text()), LOG.verifier)
    other_name = Signer.from_seed("other.example/log", seed("log"))
    with pytest.raises(NoteUnsigned):
        open_promise(other_name.sign(parse_text()), other_name.verifier)


def parse_text() -> str:
    return Promise(ORIGIN, bytes(32), "2026-W27").text


def test_a_promise_is_never_a_checkpoint() -> None:
    with pytest.raises(BadCheckpoint):
        parse_checkpoint(parse_text())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v1", "v2"), ("origin ", "origin"), ("leaf ", ""), ("AAA", "AA"), ("W27", "W54"), ("W27", "W2"),
        ("2026", "0000"), ("within 24h", "within 48h"), ("within 24h\n", "within 24h"), ("week", "Week"),
    ],
)  # fmt: skip
def test_another_promise_text_is_refused(old: str, new: str) -> None:
    assert old in parse_text()
    with pytest.raises(BadPromise):
        parse_promise(parse_text().replace(old, new, 1))
