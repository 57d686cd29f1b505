"""The parser of what a phone sends: whatever comes, it is an envelope or it is refused in one word."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cast import Network, Reporter
from tincay.reports.envelope import AdditionIn, Envelope, GrantDocument, HerMessageIn, MessageIn, NewCode
from tincay.web.strict_json import Malformed, RoutingFile, Signed, Strict, read

CORPUS = Path(__file__).parent.parent / "vectors/envelope"
SHAPES: list[type[Strict]] = [
    Envelope,
    MessageIn,
    HerMessageIn,
    AdditionIn,
    NewCode,
    Signed,
    GrantDocument,
    RoutingFile,
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
@example(body=b"[" * 100_000)
@example(body=b'{"v":1,"v":1}')
@example(body=b'{"v":1e400}')
@example(body=b"\xef\xbb\xbf{}")
@example(body=b'{"v":NaN}')
@example(body=b'"\\ud800"')
def test_any_bytes_are_refused_with_one_kind_of_error(body: bytes) -> None:
    for shape in SHAPES:  # to invent the bytes takes longer than to refuse them
        with pytest.raises(Malformed) as refused:
            read(shape, body)
        assert str(refused.value) == "", f"an error of {shape.__name__} repeats nothing of what was sent"


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_found_once_stays_refused(path: Path) -> None:
    for shape in SHAPES:
        with pytest.raises(Malformed):
            read(shape, path.read_bytes())


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, part in inner for spot in spots(part, (*path, key)))]


def test_an_envelope_with_any_one_value_of_another_type_is_refused(
    network: Network, reporter: Reporter
) -> None:
    document = reporter.envelope_json(grants=[reporter.grant("count_statistics")])
    assert read(Envelope, json.dumps(document)).desk == document["desk"]
    for spot in spots(document)[1:]:
        for wrong in ([1], {"x": 1}, 1.5, True):
            copy = json.loads(json.dumps(document))
            holder = copy
            for key in spot[:-1]:
                holder = holder[key]
            holder[spot[-1]] = wrong
            with pytest.raises(Malformed):
                read(Envelope, json.dumps(copy))


@pytest.mark.parametrize(
    "value",
    ["YQ", "YQ==", "Y Q==", "YR==", "_-__", "a" * 43, "é" * 43, ""],
    ids=lambda value: value[:6] or "empty",
)
def test_another_spelling_of_the_same_bytes_is_refused(
    network: Network, reporter: Reporter, value: str
) -> None:
    document = reporter.envelope_json()
    document["receipt"]["locator"] = value
    with pytest.raises(Malformed):
        read(Envelope, json.dumps(document))


def test_every_sealed_value_comes_back_as_its_bytes(network: Network, reporter: Reporter) -> None:
    document = reporter.envelope_json()
    envelope = read(Envelope, json.dumps(document))
    sealed = document["compartments"]["narrative"]["sealed"]
    assert envelope.compartments.narrative.sealed == [base64.b64decode(part) for part in sealed]
    assert sealed
