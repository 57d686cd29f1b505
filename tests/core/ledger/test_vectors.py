"""The committed vectors are current, and mean what their names say."""

import json
from datetime import date
from typing import Any

import pytest

from tests.core.ledger.make_vectors import PATH, TOTALS, as_text, totals_text
from tincay.core.ledger.day_totals import Growth, floors, read_totals
from tincay.core.ledger.evidence import verify_evidence
from tincay.core.ledger.leaf import open_leaf
from tincay.core.ledger.policy import parse_policy

CASES: list[dict[str, Any]] = json.loads(PATH.read_text(encoding="utf-8"))
VALID = 11
OF_DAYS: dict[str, list[dict[str, Any]]] = json.loads(TOTALS.read_text(encoding="utf-8"))


def test_the_committed_vectors_are_current() -> None:
    assert PATH.read_text(encoding="utf-8") == as_text()
    assert TOTALS.read_text(encoding="utf-8") == totals_text()


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


@pytest.mark.parametrize("case", OF_DAYS["totals"], ids=lambda case: case["name"])
def test_totals_of_a_day_are_read_or_refused(case: dict[str, Any]) -> None:
    opened = open_leaf(case["opening"])
    assert (opened.data.hex(), opened.leaf_hash.hex()) == (case["leaf"], case["hash"])
    if case["valid"]:
        assert read_totals(opened).counts["cover"] == 398
        return
    with pytest.raises(ValueError, match="totals of a day"):
        read_totals(opened)


@pytest.mark.parametrize("case", OF_DAYS["floors"], ids=lambda case: case["name"])
def test_the_floor_follows_from_growth_alone(case: dict[str, Any]) -> None:
    growths = [Growth(date.fromisoformat(day), leaves) for day, leaves in case["days"]]
    assert floors(growths, date.fromisoformat(case["next"])) == case["in_force"]
