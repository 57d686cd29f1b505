"""Invented reports answer what the form asks, so that a helper sees them like any other report."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.demo.test_rows import rows
from tincay.demo.answers import ABOUT_HER, contact_answers, narrative_answers, row_answers
from tincay.intake.plain import CODED

PACK = Path(__file__).parents[2] / "packs" / "demo" / "reports.toml"
REPORTS: list[dict[str, Any]] = tomllib.loads(PACK.read_text(encoding="utf-8"))["reports"]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: str(report["id"]))
def test_a_described_report_answers_only_what_the_form_asks(report: dict[str, Any]) -> None:
    told = narrative_answers(report["answers"])
    assert set(told) <= {"kind", *CODED}
    assert {"kind", "need", "place", "whose"} <= set(told)
    assert set(contact_answers(report["answers"])) <= ABOUT_HER


def test_the_worst_harm_comes_first_because_the_first_is_counted() -> None:
    answers = {"harm_type": ["threat", "rape"], "primary_harm": ["rape"]}
    assert narrative_answers(answers) == {"harms": ["rape", "threat"]}


def test_how_she_may_be_reached_is_sealed_apart_from_her_words() -> None:
    answers = {"contact_preference": ["receipt_only"], "language": ["hmn"], "need": ["shelter"]}
    assert narrative_answers(answers) == {"language": ["hmn"], "need": ["shelter"]}
    assert set(contact_answers(answers)) == ABOUT_HER


def test_a_further_row_answers_only_what_the_form_asks() -> None:
    for row in rows():
        told = row_answers(row)
        assert set(told) <= {"kind", *CODED}
        assert told["need"] == [row.need]
        assert all(codes[0] for codes in told.values())
