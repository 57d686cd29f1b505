"""The committed vectors are current, and mean what their names say."""

import json
from typing import Any

import pytest

from tests.core.ledger.make_vectors import PATH, as_text
from tincay.core.ledger.evidence import verify_evidence
from tincay.core.ledger.policy import parse_policy

CASES: list[dict[str, Any]] = json.loads(PATH.read_text(encoding="utf-8"))
VALID = 11


def test_the_committed_vectors_are_current() -> None:
    assert PATH.read_text(encoding="utf-8") == as_text()


@pytest.mark.parametrize("case", CASES[:VALID], ids=lambda case: case["name"])
def test_what_is_true_is_valid(case: dict[str, Any]) -> None:
    verified = verify_evidence(case["file"], parse_policy(case["trusted"]) if case["trusted"] else None)
    assert case["valid"]
    assert (verified.index, verified.registered) == (case["index"], case["registered"])
    assert dict(verified.opened.event) == case["event"]


@pytest.mark.parametrize("case", CASES[VALID:], ids=lambda case: case["name"])
def test_what_was_changed_is_invalid(case: dict[str, Any]) -> None:
    assert not case["valid"]
    with pytest.raises(ValueError):  # noqa: PT011
        verify_evidence(case["file"], parse_policy(case["trusted"]) if case["trusted"] else None)
