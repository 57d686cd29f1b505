"""One value, one spelling: everything else is refused, so that a changed character never goes unseen."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tincay.core.ledger.encoding import (
    MAX_SIZE,
    decode_base64,
    decode_hash,
    decode_json,
    decode_number,
    encode_base64,
    encode_json,
)


@given(some.binary(max_size=100))
def test_base64_is_read_back(data: bytes) -> None:
    assert decode_base64(encode_base64(data)) == data
    assert encode_base64(data) == base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "text", ["A", "AA", "AA=", "AB==", "AA==\n", " AA==", "A-==", "ÁA==", "AA==AA==", "===="]
)
def test_another_base64_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        decode_base64(text)


def test_a_hash_has_32_bytes() -> None:
    assert decode_hash(encode_base64(bytes(32))) == bytes(32)
    with pytest.raises(ValueError, match="32 bytes"):
        decode_hash(encode_base64(bytes(31)))


@given(some.integers(0, MAX_SIZE))
def test_numbers_are_read_back(number: int) -> None:
    assert decode_number(str(number)) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", "01", "00", "1 ", "1_0", "٣", "1.0", str(2**63), "9" * 20])
def test_another_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|zero"):
        decode_number(text)


@given(
    some.dictionaries(
        some.text(max_size=10), some.one_of(some.text(max_size=20), some.integers()), max_size=6
    )
)
def test_flat_objects_are_read_back(members: dict[str, str | int]) -> None:
    try:
        text = encode_json(members)
        text.encode()
    except UnicodeEncodeError:
        return
    assert decode_json(text) == members == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "5", "[]", "null", '{"a": 1}', '{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":1.0}', '{"a":true}', '{"a":null}',
        '{"a":[]}', '{"a":{}}', '{"a":"\\u0061"}', '{"a":-0}', '{"a":1}\n', '{"a":"\\ud800"}', "[" * 100_000,
        '{"a":1e3}', '{"a":NaN}',
    ],
)  # fmt: skip
def test_another_json_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode_json(text)
