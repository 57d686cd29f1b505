"""What is signed is read in one spelling, by its key, as its kind; nothing else is believed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import signed_vectors, vectors
from tincay.core.authorship import from_base64url
from tincay.core.sealing import sign, signing_public
from tincay.core.statements import Kind, NotSigned, Statement, make_statement, read_statement, spelled

VECTORS = vectors.read("statements.json")
KINDS = {signed_vectors.name(kind): kind for kind in Kind}
SEED, OTHER_SEED = bytes(range(32)), bytes(32)
PUBLIC = signing_public(SEED)
NAMES = st.text(st.characters(max_codepoint=127), max_size=6).filter(lambda name: not name.isdecimal())
DOCUMENTS = st.dictionaries(
    NAMES,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(1 - 2**53, 2**53 - 1)
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def case(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", VECTORS[name], ids=vectors.why)


def statement_of(signed: dict[str, str]) -> Statement:
    return Statement(signed["document"].encode(), from_base64url(signed["signature"]))


def signed_by_hand(document: bytes, kind: Kind = Kind.WORDS) -> Statement:
    return Statement(document, sign(SEED, kind.value.encode() + b"\0" + document))


# --- what both languages agree on


@pytest.mark.parametrize("file", signed_vectors.made())
def test_the_vectors_are_what_their_script_writes(file: str) -> None:
    kept = (signed_vectors.FOLDER / file).read_text(encoding="utf-8")
    assert kept == signed_vectors.text(signed_vectors.made()[file])


@case("spelled")
def test_a_document_has_one_spelling(vector: dict[str, Any]) -> None:
    assert spelled(vector["document"]).decode() == vector["written"]


@case("statements")
def test_every_kind_is_signed_as_the_browser_signs_it(vector: dict[str, Any]) -> None:
    kind, seed = KINDS[vector["kind"]], from_base64url(vector["seed"])
    assert kind.value == vector["label"]
    assert make_statement(seed, kind, vector["document"]) == statement_of(vector["signed"])


@case("statements")
def test_every_kind_is_read_with_its_key(vector: dict[str, Any]) -> None:
    public, signed = from_base64url(vector["public"]), statement_of(vector["signed"])
    assert read_statement(public, KINDS[vector["kind"]], signed) == vector["document"]


@case("refused")
def test_what_is_not_signed_so_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(NotSigned) as refused:
        read_statement(
            from_base64url(vector["public"]), KINDS[vector["kind"]], statement_of(vector["signed"])
        )
    assert str(refused.value) == ""


def test_the_vectors_have_every_kind() -> None:
    assert {vector["kind"] for vector in VECTORS["statements"]} == set(KINDS)


# --- for all documents


@given(DOCUMENTS, st.sampled_from(Kind))
def test_what_was_signed_is_read_again_as_it_was(document: dict[str, Any], kind: Kind) -> None:
    assert read_statement(PUBLIC, kind, make_statement(SEED, kind, document)) == document


@given(DOCUMENTS, st.randoms())
def test_the_order_in_which_members_come_does_not_matter(document: dict[str, Any], dice: Any) -> None:
    names = list(document)
    dice.shuffle(names)
    assert spelled({name: document[name] for name in names}) == spelled(document)


@given(DOCUMENTS, DOCUMENTS)
def test_two_documents_never_share_a_spelling(one: dict[str, Any], other: dict[str, Any]) -> None:
    # In Python True is 1: what they look like tells them apart.
    assert (spelled(one) == spelled(other)) == (_shown(one) == _shown(other))


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{name!r}{_shown(value[name])}" for name in sorted(value)) + "}"
    return "[" + ",".join(map(_shown, value)) + "]" if isinstance(value, list) else repr(value)


@given(DOCUMENTS, st.sampled_from(Kind), st.sampled_from(Kind))
def test_a_signature_is_good_for_its_kind_alone(document: dict[str, Any], made: Kind, read: Kind) -> None:
    signed = make_statement(SEED, made, document)
    if made is read:
        return
    with pytest.raises(NotSigned):
        read_statement(PUBLIC, read, signed)


@given(DOCUMENTS, st.data())
def test_one_changed_bit_is_noticed(document: dict[str, Any], data: st.DataObject) -> None:
    signed = make_statement(SEED, Kind.REPLY, document)
    parts = [bytearray(part) for part in signed]
    changed = data.draw(st.sampled_from(parts))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NotSigned):
        read_statement(PUBLIC, Kind.REPLY, Statement(*map(bytes, parts)))


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode))
def test_whatever_was_signed_is_read_in_its_spelling_or_refused(document: bytes) -> None:
    try:
        read = read_statement(PUBLIC, Kind.WORDS, signed_by_hand(document))
    except NotSigned:
        return
    assert spelled(read) == document


# --- what one language would read otherwise than the other


@pytest.mark.parametrize(
    "document",
    [
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"a":Infinity}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\xff"}',
        b"null",
    ],
    ids=[
        "brackets without end",
        "an endless number",
        "infinity",
        "a byte order mark",
        "another encoding",
        "no letter",
        "nothing",
    ],
)
def test_what_has_two_readings_is_refused_even_when_it_is_signed(document: bytes) -> None:
    with pytest.raises(NotSigned):
        read_statement(PUBLIC, Kind.WORDS, signed_by_hand(document))


def test_another_key_signed_nothing_of_hers() -> None:
    signed = make_statement(OTHER_SEED, Kind.WORDS, {"v": 1})
    with pytest.raises(NotSigned):
        read_statement(PUBLIC, Kind.WORDS, signed)
    assert read_statement(signing_public(OTHER_SEED), Kind.WORDS, signed) == {"v": 1}
