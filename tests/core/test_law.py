"""Legal facts have a source, and turn red when nobody looked at them for a year."""

from datetime import date, timedelta

import pytest

from tincay.core.law import BadLegalFact, read_law

FACT = """
[receipt]
title_vi = "Biên nhận"
title_en = "Receipt"
text_vi = "Bạn được nhận biên nhận."
text_en = "You are given a receipt."
source_vi = "Luật X, Điều 1"
source_en = "Law X art. 1"
status = "{status}"
reviewed = {reviewed}
"""


def fact_text(status: str = "S", reviewed: str = "2026-01-10") -> str:
    return FACT.format(status=status, reviewed=reviewed)


def test_a_fact_is_read_with_both_languages_and_its_date() -> None:
    fact = read_law(fact_text())["receipt"]
    assert fact.title == {"vi": "Biên nhận", "en": "Receipt"}
    assert fact.text["vi"] == "Bạn được nhận biên nhận."
    assert fact.source == {"vi": "Luật X, Điều 1", "en": "Law X art. 1"}
    assert fact.reviewed == date(2026, 1, 10)
    assert fact.may_be_shown()


@pytest.mark.parametrize(("days", "red"), [(0, False), (364, False), (365, True), (4000, True)])
def test_a_fact_turns_red_twelve_months_after_its_review(days: int, red: bool) -> None:
    fact = read_law(fact_text())["receipt"]
    assert fact.needs_review(date(2026, 1, 10) + timedelta(days=days)) is red


def test_a_fact_that_nobody_reviewed_is_red() -> None:
    assert read_law(fact_text(reviewed='""'))["receipt"].needs_review(date(2026, 1, 10))


def test_a_fact_from_memory_is_red_and_is_not_shown_as_a_fact() -> None:
    fact = read_law(fact_text(status="M"))["receipt"]
    assert fact.needs_review(date(2026, 1, 10))
    assert not fact.may_be_shown()


@pytest.mark.parametrize(
    "line", ["title_vi", "title_en", "text_vi", "text_en", "source_vi", "source_en", "status"]
)
def test_a_fact_with_a_part_missing_is_refused_by_its_id(line: str) -> None:
    text = "\n".join(row for row in fact_text().splitlines() if not row.startswith(line))
    with pytest.raises(BadLegalFact, match="receipt"):
        read_law(text)


def test_a_review_date_that_is_no_date_is_refused() -> None:
    with pytest.raises(BadLegalFact, match="receipt"):
        read_law(fact_text(reviewed='"last year"'))
