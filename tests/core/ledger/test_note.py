"""Signed notes are those of C2SP: its published example is accepted, and one changed letter is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.core.ledger.logs import LOG, NOON, STRANGER, W1, seed
from tincay.core.ledger.note import (
    MAX_NOTE,
    MAX_SIGNATURES,
    BadNote,
    BadVerifierKey,
    KeyType,
    NoteUnsigned,
    Signature,
    Signer,
    Verifier,
    parse_note,
    parse_vkey,
)

# The example of https://c2sp.org/signed-note, with its key.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
TEXT = "Bước này có trong sổ.\n\nHai dòng.\n"


def test_the_published_example_is_signed_by_its_key() -> None:
    key = parse_vkey(EXAMPLE_KEY)
    assert parse_note(EXAMPLE).signed_by([key]) == {key: 0}
    assert key.vkey == EXAMPLE_KEY


def test_one_changed_letter_breaks_the_signature() -> None:
    note = parse_note(EXAMPLE.replace("example message", "exemple message"))
    with pytest.raises(NoteUnsigned):
        note.signed_by([parse_vkey(EXAMPLE_KEY)])


def test_what_we_sign_is_read_back() -> None:
    note = parse_note(LOG.sign(TEXT))
    assert note.text == TEXT
    assert str(note) == LOG.sign(TEXT)
    assert note.signed_by([LOG.verifier, STRANGER.verifier]) == {LOG.verifier: 0}


def test_a_cosignature_states_its_time_and_covers_it() -> None:
    signed = LOG.sign(TEXT)
    note = parse_note(signed + W1.cosign(TEXT, NOON))
    assert note.signed_by([W1.verifier]) == {W1.verifier: NOON}
    line = note.signatures[1]
    later = line._replace(blob=(NOON + 1).to_bytes(8, "big") + line.blob[8:])
    with pytest.raises(NoteUnsigned):
        parse_note(signed + later.line).signed_by([W1.verifier])


def test_a_plain_signature_is_no_cosignature_of_the_same_key() -> None:
    plain = Signer(W1.name, W1.key)
    note = parse_note(plain.sign(TEXT))
    assert note.signed_by([W1.verifier]) == {}
    assert plain.verifier.key_id != W1.verifier.key_id


def test_the_latest_of_two_cosignatures_counts() -> None:
    note = parse_note(LOG.sign(TEXT) + W1.cosign(TEXT, NOON + 5) + W1.cosign(TEXT, NOON))
    assert note.signed_by([W1.verifier]) == {W1.verifier: NOON + 5}


def test_lines_of_strangers_are_ignored_and_can_be_told() -> None:
    post_quantum = Signature("pq.example", b"\x06abc", bytes(2428)).line
    note = parse_note(LOG.sign(TEXT) + STRANGER.cosign(TEXT, NOON) + post_quantum)
    assert note.signed_by([LOG.verifier]) == {LOG.verifier: 0}
    assert [line.name for line in note.unknown_to([LOG.verifier])] == [STRANGER.name, "pq.example"]


@pytest.mark.parametrize("blob", [b"x", bytes(63), bytes(65)])
def test_a_signature_of_another_length_is_refused(blob: bytes) -> None:
    note = parse_note(f"{TEXT}\n{Signature(LOG.name, LOG.verifier.key_id, blob).line}")
    with pytest.raises(NoteUnsigned):
        note.signed_by([LOG.verifier])


def test_a_time_that_no_calendar_shows_is_refused() -> None:
    note = parse_note(f"{TEXT}\n{W1.cosign(TEXT, 2**62)}")
    with pytest.raises(NoteUnsigned, match="time"):
        note.signed_by([W1.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "a\n", "a\n\n", "a\n\nb\n", "a\n\n— name AAAAAAA=", "a\n\n— name AAAAAA==\n",
        "a\n\n—  AAAAAAA=\n", "a\n\n— name  AAAAAAA=\n", "a\n\n- name AAAAAAA=\n", "a\n\n— n+me AAAAAAA=\n",
        "a\n\n— name AAAAAAA\n", "a\n\n— name AAAAAAB=\n", "a\n\n— name AAÁAAAA=\n", "a\tb\n\n— name AAAAAAA=\n",
        "a\r\n\r\n— name AAAAAAA=\n", "a\n\n— name AAAAAAA=\n\n", "\ud800\n\n— name AAAAAAA=\n",
        "a\n\n— n\ud800 AAAAAAA=\n", "a\n\nname AAAAAAA=\n",
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        parse_note(text)


def test_the_shortest_note_is_read() -> None:
    assert parse_note("a\n\n— name AAAAAAA=\n").text == "a\n"


def test_a_note_has_limits() -> None:
    line = W1.cosign(TEXT, NOON)
    assert len(parse_note(f"{TEXT}\n{line * MAX_SIGNATURES}").signatures) == MAX_SIGNATURES
    with pytest.raises(BadNote, match="too many"):
        parse_note(f"{TEXT}\n{line * (MAX_SIGNATURES + 1)}")
    with pytest.raises(BadNote, match="too long"):
        parse_note("a" * MAX_NOTE + EXAMPLE)


@pytest.mark.parametrize("text", ["no new line", "bell\x07\n", "\ud800\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(BadNote):
        LOG.sign(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "", "name", "name+530d903a", EXAMPLE_KEY[:-1], EXAMPLE_KEY.replace("530d", "530e"),
        EXAMPLE_KEY.replace("530d903a", "530D903A"), EXAMPLE_KEY.replace("example", "exomple"),
        "name+00000000+", "name+00000000+Bg==", "name+00000000+AQ==", "na me+00000000+" + EXAMPLE_KEY[-44:],
    ],
)  # fmt: skip
def test_a_changed_key_is_refused(vkey: str) -> None:
    with pytest.raises(BadVerifierKey):
        parse_vkey(vkey)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\t", "nbsp\u00a0x", "\ud800"])
def test_a_key_has_a_plain_name(name: str) -> None:
    with pytest.raises(BadVerifierKey):
        Verifier(name, KeyType.ED25519, bytes(32))


@given(some.text(min_size=1, max_size=20), some.text(max_size=200))
def test_every_text_that_can_be_signed_is_read_back(name: str, text: str) -> None:
    signer = Signer.from_seed(name, seed("any"))
    try:
        note = signer.sign(f"{text}\n")
    except (BadNote, BadVerifierKey):
        return
    assert parse_note(note).signed_by([signer.verifier]) == {signer.verifier: 0}
    assert parse_note(note).text == f"{text}\n"
