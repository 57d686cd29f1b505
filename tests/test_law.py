"""Every legal fact that a page may show has a source and a day on which somebody checked it."""

from datetime import date
from pathlib import Path

import pytest

from tincay.core.codes import read_codes
from tincay.core.law import LegalFact, read_law

VN = Path(__file__).parents[1] / "packs" / "vn"
LAW = read_law((VN / "law.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("fact", LAW.values(), ids=lambda fact: str(fact.id))
def test_a_fact_has_a_source_and_a_review_date_or_is_marked_to_be_checked(fact: LegalFact) -> None:
    assert all(fact.source.values())
    if fact.may_be_shown():
        assert fact.reviewed is not None
    else:
        assert fact.reviewed is None
        assert fact.needs_review(date(2026, 6, 30))


def test_facts_that_were_read_are_green_for_a_year_and_red_after_it() -> None:
    shown = [fact for fact in LAW.values() if fact.may_be_shown()]
    assert shown
    assert not any(fact.needs_review(date(2026, 6, 30)) for fact in shown)
    assert all(fact.needs_review(date(2027, 6, 30)) for fact in shown)


@pytest.mark.parametrize("mistake", ["tử hình", "death penalty", "2015 Law", "66/2011", "100.000", "300.000"])
def test_known_mistakes_of_the_source_documents_are_not_repeated(mistake: str) -> None:
    texts = " ".join(
        (VN / name).read_text(encoding="utf-8") for name in ("law.toml", "guide.toml", "texts.toml")
    )
    assert mistake not in texts


def test_the_list_of_laws_has_names_in_both_languages() -> None:
    laws = read_codes({"legal_ref": (VN / "codes" / "legal_ref.csv").read_text(encoding="utf-8")})[
        "legal_ref"
    ]
    assert all(law.vi and law.en for law in laws)
