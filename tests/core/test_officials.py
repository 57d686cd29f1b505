"""A report about an official never goes to a state body: the same choice on the phone and here."""

from typing import Any

import pytest

from tests.core.vectors import read, why
from tincay.core.officials import ANSWERS, all_together, desk_for_addition, desk_for_report

FILE: dict[str, Any] = read("desk_choice.json")
VECTORS: list[dict[str, Any]] = FILE["vectors"]
LATER: dict[str, Any] = read("told_later.json")


def place(answers: dict[str, list[str]]) -> str:
    return next(iter(answers.get("place", ())), "")


@pytest.mark.parametrize("vector", VECTORS, ids=why)
def test_the_vectors_that_the_phone_also_passes(vector: dict[str, Any]) -> None:
    answers = vector["answers"]
    own = FILE["provinces"].get(place(answers), FILE["default"])
    assert desk_for_report(own, FILE["default"], FILE["state_desks"], answers) == vector["desk"]


def test_the_phone_is_tested_with_our_list_and_with_every_code_of_it() -> None:
    assert set(FILE["officials"]) == ANSWERS
    alone = {
        code for vector in VECTORS for name in ("did", "harms") for code in vector["answers"].get(name, ())
    }
    assert alone >= ANSWERS


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_either_answer_alone_makes_it_about_an_official(code: str) -> None:
    for answers in ({"did": [code]}, {"harms": [code]}):
        assert desk_for_report("state", "default", ["state"], answers) == "default"
    assert (
        desk_for_report("state", "default", ["state"], {"did": ["client_new"], "harms": ["threat"]})
        == "state"
    )


@pytest.mark.parametrize("vector", LATER["vectors"], ids=why)
def test_what_is_told_later_goes_where_the_phone_sends_it(vector: dict[str, Any]) -> None:
    together = all_together(vector["told"])
    assert together == vector["all"]
    default, state = LATER["default"], LATER["state_desks"]
    own = LATER["provinces"].get(place(together), default)
    asked = desk_for_report(own, default, state, together)
    assert (
        desk_for_addition(asked, vector["current"], default, state, together, all_kept=vector["all_kept"])
        == vector["desk"]
    )
