"""Which class answers point to and what a reader is warned of: the same in the helper's browser."""

from typing import Any

import pytest

from tests.core.vectors import pack_codes, read, why
from tincay.core.classification import SUGGESTIONS, WARNINGS, suggest, warnings_of

FILE: dict[str, Any] = read("classification.json")
VECTORS: list[dict[str, Any]] = FILE["vectors"]
QUESTIONS = {
    "age_band": "age_band",
    "harms": "harm_type",
    "did": "perpetrator_relation",
    "kind": "report_kind",
}
"""The code list of each question that a suggestion looks at."""


@pytest.mark.parametrize("vector", VECTORS, ids=why)
def test_the_vectors_that_the_browser_also_passes(vector: dict[str, Any]) -> None:
    found = suggest(vector["answers"])
    expected = vector["suggestion"]
    assert (found and found.classification) == (expected and expected["classification"])
    assert [list(pair) for pair in (found.why if found else ())] == (expected["why"] if expected else [])
    assert list(warnings_of(vector["answers"])) == vector["warnings"]


def test_the_browser_is_tested_with_our_tables() -> None:
    ours = [
        [name, {question: list(codes) for question, codes in wanted.items()}] for name, wanted in SUGGESTIONS
    ]
    assert ours == FILE["suggestions"]
    assert {name: list(codes) for name, codes in WARNINGS.items()} == FILE["warnings"]


def test_every_class_and_every_warning_is_among_the_vectors() -> None:
    classes = {vector["suggestion"]["classification"] for vector in VECTORS if vector["suggestion"]}
    assert classes == {name for name, _ in SUGGESTIONS}
    assert {name for vector in VECTORS for name in vector["warnings"]} == set(WARNINGS)


def test_every_code_is_one_of_the_pack() -> None:
    lists = pack_codes()
    lists.check("classification", *(name for name, _ in SUGGESTIONS))
    lists.check("content_warning", *WARNINGS)
    lists.check("harm_type", *(code for codes in WARNINGS.values() for code in codes))
    for _, wanted in SUGGESTIONS:
        for question, codes in wanted.items():
            lists.check(QUESTIONS[question], *codes)
