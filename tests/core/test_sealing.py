"""Words open for the key they were sealed to and for no other; bytes that lie are refused before they cost anything."""

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pyrage
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.vectors import ROOT, read
from tincay.core import sealing
from tincay.core.sealing import BadEnvelope, BadKey, BadPadding, CannotOpen, Identity, Recipient, Sealed
from tincay.core.statements import Kind, Statement, read_statement

VECTORS: dict[str, Any] = read("sealing.json")
FINGERPRINTS: dict[str, Any] = read("fingerprints.json")
WORDS = (ROOT / "packs/vn/words.txt").read_text(encoding="utf-8").split()
# A fixed key of these tests: it stands in the names of cases, which have to be the same in every process.
MINE = sealing.Identity("AGE-SECRET-KEY-1MF2MKGM6TNS370ZUV93RDN7HDPA3AQ3NZFV3WR2GG8QEYF8K6HTQEGKFRW")
MY_RECIPIENT = sealing.recipient_of(MINE)
OTHER, OTHER_RECIPIENT = sealing.new_key()
SALT = bytes(16)


def raw(written: str) -> bytes:
    return base64.b64decode(written, validate=True)


def case(name: str) -> pytest.MarkDecorator:
    vectors = VECTORS[name]
    return pytest.mark.parametrize("vector", vectors, ids=[v.get("why", v.get("by", "")) for v in vectors])


# --- what both sides must give


@case("receipts")
def test_a_code_becomes_the_same_keys_as_in_the_browser(vector: dict[str, str]) -> None:
    found = sealing.stretch_receipt(vector["code"], raw(vector["salt"]))
    assert found.locator == raw(vector["locator"])
    assert found.identity == vector["identity"]
    assert sealing.recipient_of(found.identity) == vector["recipient"]
    assert found.signing_seed == raw(vector["signing_seed"])
    assert sealing.signing_public(found.signing_seed) == raw(vector["signing_public"])


@case("passphrases")
def test_a_passphrase_becomes_the_same_key_as_in_the_browser(vector: dict[str, Any]) -> None:
    n, r, p = vector["n"], vector["r"], vector["p"]
    found = sealing.stretch_passphrase(vector["passphrase"], raw(vector["salt"]), n=n, r=r, p=p)
    assert found == vector["identity"]


@case("sealed")
def test_what_either_side_sealed_opens(vector: dict[str, str]) -> None:
    opened = sealing.open_sealed(Sealed(raw(vector["sealed"])), Identity(vector["identity"]))
    assert opened.decode() == vector["plain"]


@case("documents")
def test_a_document_of_either_side_opens(vector: dict[str, Any]) -> None:
    padded = sealing.open_sealed(Sealed(raw(vector["sealed"])), Identity(vector["identity"]))
    assert json.loads(sealing.unpad(padded)) == vector["document"]


@case("wraps")
def test_a_wrap_of_either_side_opens(vector: dict[str, str]) -> None:
    sealed, holder = Sealed(raw(vector["sealed"])), Identity(vector["holder"])
    assert sealing.unwrap(sealed, holder, of=Recipient(vector["recipient"])) == vector["identity"]


@case("challenges")
def test_a_challenge_of_the_vectors_is_answered(vector: dict[str, Any]) -> None:
    receipt = VECTORS["receipts"][vector["receipt"]]
    ask = Sealed(raw(vector["sealed"])), Identity(receipt["identity"]), raw(receipt["locator"])
    assert sealing.answer_challenge(*ask, vector["ticket"].encode()) == raw(vector["secret"])


@case("grants")
def test_a_grant_that_either_side_signed_holds(vector: dict[str, Any]) -> None:
    public = raw(VECTORS["receipts"][vector["receipt"]]["signing_public"])
    signed = Statement(vector["document"].encode(), raw(vector["signature"]))
    assert read_statement(public, Kind.GRANT, signed)["n"] == vector["grant"]["n"]


@pytest.mark.parametrize(("length", "size"), VECTORS["padded_sizes"])
def test_padding_has_the_sizes_that_the_format_says(length: int, size: int) -> None:
    assert sealing.padded_size(length) == size


# --- sealing and opening


@given(st.binary(max_size=200))
@example(b"")
@example(bytes(64 * 1024))
@example(bytes(64 * 1024 + 1))
@example(bytes(128 * 1024))
def test_what_was_sealed_opens_here_and_with_another_implementation(plain: bytes) -> None:
    sealed = sealing.seal(plain, MY_RECIPIENT)
    sealing.check_envelope(sealed, limit=len(sealed))
    assert sealing.open_sealed(sealed, MINE) == plain
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(MINE)]) == plain


def test_the_same_words_sealed_twice_look_unrelated() -> None:
    first, second = (sealing.seal(b"m" * 4096, MY_RECIPIENT) for _ in range(2))
    shared = sum(a == b for a, b in zip(first[168:], second[168:], strict=True))
    assert shared < len(first) * 0.02


def test_another_key_opens_nothing() -> None:
    with pytest.raises(CannotOpen):
        sealing.open_sealed(sealing.seal(b"words", MY_RECIPIENT), OTHER)


@given(st.binary(max_size=64), st.data())
def test_one_changed_bit_anywhere_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(sealing.seal(plain, MY_RECIPIENT))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((BadEnvelope, CannotOpen)):
        sealing.open_sealed(Sealed(bytes(sealed)), MINE)


@case("tampered")
def test_tampered_bytes_are_refused(vector: dict[str, str]) -> None:
    with pytest.raises((BadEnvelope, CannotOpen)):
        sealing.open_sealed(Sealed(raw(vector["sealed"])), Identity(VECTORS["sealed"][0]["identity"]))


def test_keys_agree_with_another_implementation() -> None:
    theirs = pyrage.x25519.Identity.generate()
    assert sealing.recipient_of(Identity(str(theirs))) == str(theirs.to_public())
    assert str(pyrage.x25519.Identity.from_str(MINE).to_public()) == MY_RECIPIENT


@pytest.mark.parametrize(
    "recipient",
    ["", "age1", MINE, MY_RECIPIENT[:-1], MY_RECIPIENT + "q", MY_RECIPIENT.upper(), "age1" + "b" * 58],
)
def test_what_is_no_recipient_gets_nothing_sealed(recipient: str) -> None:
    with pytest.raises(BadKey):
        sealing.seal(b"words", Recipient(recipient))


def test_a_key_that_nobody_can_hold_gets_nothing_sealed() -> None:
    with pytest.raises(BadKey):
        sealing.seal(b"words", Recipient(sealing._encode_key("age", bytes(32))))


def test_a_recipient_with_bits_after_its_end_is_refused() -> None:
    data = [31] * 52
    check = sealing._polymod(sealing._spread("age") + data + [0] * 6) ^ 1
    values = data + [check >> 5 * i & 31 for i in reversed(range(6))]
    with pytest.raises(BadKey):
        sealing.seal(b"words", Recipient("age1" + "".join(sealing._LETTERS[value] for value in values)))


@pytest.mark.parametrize("identity", ["", MINE.lower(), MINE[:-1], MY_RECIPIENT, MINE[:-1] + "B"])
def test_what_is_no_identity_opens_nothing(identity: str) -> None:
    with pytest.raises(BadKey):
        sealing.open_sealed(sealing.seal(b"words", MY_RECIPIENT), Identity(identity))


# --- the envelope check


@case("refused")
def test_a_hostile_header_is_refused_by_its_bytes(vector: dict[str, str]) -> None:
    with pytest.raises(BadEnvelope):
        sealing.check_envelope(raw(vector["sealed"]), limit=1 << 20)


def test_a_hostile_header_never_reaches_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    def parser(*_: object) -> bytes:
        raise AssertionError("parsed")

    monkeypatch.setattr(pyrage, "decrypt", parser)
    for vector in VECTORS["refused"]:
        with pytest.raises(BadEnvelope):
            sealing.open_sealed(Sealed(raw(vector["sealed"])), MINE)


def test_more_bytes_than_the_limit_are_refused() -> None:
    sealed = sealing.seal(b"", MY_RECIPIENT)
    sealing.check_envelope(sealed, limit=200)
    with pytest.raises(BadEnvelope):
        sealing.check_envelope(sealed, limit=199)


def test_a_last_chunk_that_could_hold_nothing_is_refused() -> None:
    full = sealing.seal(bytes(64 * 1024), MY_RECIPIENT)
    with pytest.raises(BadEnvelope):
        sealing.check_envelope(full + bytes(16), limit=1 << 20)


@given(st.binary(max_size=300))
@example(sealing.seal(b"", MY_RECIPIENT)[:168])
def test_any_bytes_are_passed_or_refused(blob: bytes) -> None:
    try:
        sealing.check_envelope(blob, limit=4096)
    except BadEnvelope:
        return
    assert blob.startswith(b"age-encryption.org/v1\n")


# --- padding


@given(st.integers(0, 300_000))
def test_padding_hides_the_length_and_gives_the_bytes_back(length: int) -> None:
    padded = sealing.pad(bytes(length))
    assert len(padded) % 4096 == 0
    assert len(padded) <= max(4096 * -(-(length + 4) // 4096), (length + 4) * 1.25 + 4096)
    assert sealing.unpad(padded) == bytes(length)


def unpadded(change: Callable[[bytearray], object]) -> bytes:
    padded = bytearray(sealing.pad(b"words"))
    change(padded)
    return sealing.unpad(bytes(padded))


@pytest.mark.parametrize(
    "change",
    [
        lambda padded: padded.clear(),
        lambda padded: padded.pop(),
        lambda padded: padded.extend(bytes(4096)),
        lambda padded: padded.__setitem__(slice(0, 4), b"\xff\xff\xff\xff"),
        lambda padded: padded.__setitem__(slice(0, 4), b"\x00\x00\x10\x00"),
        lambda padded: padded.__setitem__(4095, 1),
    ],
    ids=["nothing", "one byte less", "a step more", "an endless length", "a longer length", "a rest"],
)
def test_padding_of_another_make_is_refused(change: Callable[[bytearray], object]) -> None:
    with pytest.raises(BadPadding):
        unpadded(change)


def test_a_document_without_end_is_not_padded() -> None:
    with pytest.raises(sealing.TooLong):
        sealing.padded_size(sealing.LONGEST + 1)


# --- wraps


def test_a_wrap_always_has_the_same_size() -> None:
    assert len(sealing.wrap(OTHER, MY_RECIPIENT)) == 274


def test_a_swapped_wrap_is_noticed() -> None:
    swapped = sealing.wrap(sealing.new_key()[0], MY_RECIPIENT)
    with pytest.raises(BadKey):
        sealing.unwrap(swapped, MINE, of=OTHER_RECIPIENT)
    assert sealing.unwrap(sealing.wrap(OTHER, MY_RECIPIENT), MINE, of=OTHER_RECIPIENT) == OTHER


@pytest.mark.parametrize("content", [b"", b"\xff", b"AGE-SECRET-KEY-1", MY_RECIPIENT.encode()])
def test_a_wrap_without_a_key_is_refused(content: bytes) -> None:
    with pytest.raises(BadKey):
        sealing.unwrap(sealing.seal(content, MY_RECIPIENT), MINE)


def test_only_keys_are_wrapped() -> None:
    with pytest.raises(BadKey):
        sealing.wrap(Identity("words"), MY_RECIPIENT)


# --- stretching


@pytest.mark.parametrize("code", ["", "1" * 23, "1" * 25, "1" * 23 + "x", "١" * 24, "1" * 24 + "\n"])
def test_only_24_digits_are_stretched(code: str) -> None:
    with pytest.raises(ValueError, match="24 digits") as refused:
        sealing.stretch_receipt(code, SALT)
    assert code == "" or code not in str(refused.value)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(sealing.WeakStretch):
        sealing.stretch_receipt("1" * 24, bytes(15))
    with pytest.raises(sealing.WeakStretch):
        sealing.stretch_passphrase("words", bytes(15))


@pytest.mark.parametrize(
    "weak", [{"n": 2**16}, {"n": 2**21}, {"n": 2**17 + 1}, {"r": 4}, {"r": 32}, {"p": 0}, {"p": 5}]
)
def test_a_stretch_below_the_floor_or_beyond_the_machine_is_refused(weak: dict[str, int]) -> None:
    with pytest.raises(sealing.WeakStretch):
        sealing.stretch_passphrase("words", SALT, **weak)


def test_a_passphrase_is_the_same_however_the_keyboard_writes_it() -> None:
    written = ["ưa  nắng ", "u\u031ba na\u0306\u0301ng", "ua nang", "ƯA NẮNG"]
    assert len({sealing.stretch_passphrase(typed, SALT) for typed in written}) == 1


# --- fingerprints


@pytest.mark.parametrize("vector", FINGERPRINTS["keys"], ids=lambda vector: vector["words"][0])
def test_a_key_is_the_same_ten_words_everywhere(vector: dict[str, Any]) -> None:
    key = vector["recipient"].encode() if "recipient" in vector else bytes.fromhex(vector["key"])
    assert list(sealing.fingerprint(key, WORDS)) == vector["words"]
    for typed in vector["same"]:
        assert sealing.same_fingerprint(typed, key, WORDS)
    for typed in vector["other"]:
        assert not sealing.same_fingerprint(typed, key, WORDS)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 255))
def test_another_key_has_other_words(key: bytes, bit: int) -> None:
    other = (int.from_bytes(key) ^ 1 << bit).to_bytes(32)
    assert not sealing.same_fingerprint(" ".join(sealing.fingerprint(key, WORDS)), other, WORDS)


# --- keys that come from an identity


def test_who_holds_a_desks_key_can_work_out_with_what_it_signs() -> None:
    seed = sealing.desk_signing_seed(MINE)
    assert len(seed) == 32
    assert seed == sealing.desk_signing_seed(MINE) != sealing.desk_signing_seed(OTHER)
    with pytest.raises(BadKey):
        sealing.desk_signing_seed(Identity(MY_RECIPIENT))


def test_each_bundle_has_a_key_of_hers_that_no_other_has() -> None:
    one, two = UUID(int=1), UUID(int=2)
    for vector in read("authorship.json")["bundles"]:
        made = sealing.bundle_identity(Identity(vector["identity"]), UUID(vector["bundle"]))
        assert made == vector["found"]
    keys = [sealing.bundle_identity(mine, bundle) for mine in (MINE, OTHER) for bundle in (one, two)]
    assert len({sealing.recipient_of(key) for key in [*keys, MINE, OTHER]}) == 6
    assert keys[0] == sealing.bundle_identity(MINE, one)
    sealed = sealing.seal(b"words", sealing.recipient_of(keys[0]))
    assert sealing.open_sealed(sealed, keys[0]) == b"words"


# --- signatures and challenges


def test_a_signature_holds_for_its_message_and_key_only() -> None:
    seed, message = bytes(range(32)), b"given"
    public, signature = sealing.signing_public(seed), sealing.sign(seed, message)
    assert sealing.verify_signature(public, message, signature)
    assert not sealing.verify_signature(public, b"taken back", signature)
    assert not sealing.verify_signature(sealing.signing_public(SALT * 2), message, signature)
    assert not sealing.verify_signature(public[:31], message, signature)
    assert not sealing.verify_signature(public, message, signature[:63])


def test_a_challenge_is_answered_for_its_own_visit_only() -> None:
    locator, ticket = bytes(32), b"this-visit"
    secret, sealed = sealing.challenge(MY_RECIPIENT, locator, ticket)
    assert sealing.answer_challenge(sealed, MINE, locator, ticket) == secret
    with pytest.raises(CannotOpen):
        sealing.answer_challenge(sealed, MINE, locator, b"another-visit")
    with pytest.raises(CannotOpen):
        sealing.answer_challenge(sealed, MINE, bytes(31) + b"\1", ticket)
    with pytest.raises(CannotOpen):
        sealing.answer_challenge(sealed, OTHER, locator, ticket)
    with pytest.raises(CannotOpen):
        sealing.answer_challenge(sealing.seal(bytes(63), MY_RECIPIENT), MINE, locator, ticket)
