"""How soon a person looks: one rule for the browser and the server, and it only ever rises by itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.vectors import pack_codes, read, why
from tincay.core.priority import (
    PRIORITIES,
    CannotLower,
    changed,
    is_child,
    kind_group,
    priority,
    retention_class,
)

VECTORS: list[dict[str, Any]] = read("priority.json")
OPEN_CODES: list[dict[str, Any]] = read("open_codes.json")
HARMS = [
    "rape",
    "condom_refusal",
    "confinement",
    "torture",
    "missing",
    "threat",
    "off_violence",
    "child_taken",
]
HARMS += ["self_harm_risk", "wage_theft", "child_sex_exploitation", "other", "ns"]
answers = st.fixed_dictionaries(
    {
        "kind_group": st.sampled_from(["question", "substantive", "data_request"]),
        "danger": st.sampled_from(["now", "soon", "unsure", "no", ""]),
        "harms": st.lists(st.sampled_from(HARMS)),
        "time_since": st.sampled_from(["h24", "h72", "d7", "ongoing", "y1", "ns", ""]),
        "age_band": st.sampled_from(["u14", "a14_15", "a16_17", "a18_24", "ns", ""]),
        "frequency": st.sampled_from(["once", "ongoing", ""]),
        "needs": st.lists(st.sampled_from(["safety_now", "pep", "just_listen"])),
    }
)


def rank(answer: dict[str, Any]) -> int:
    return PRIORITIES.index(priority(**answer))


def test_there_are_enough_vectors_and_each_priority_is_among_them() -> None:
    assert len(VECTORS) >= 60
    assert {vector["priority"] for vector in VECTORS} == set(PRIORITIES)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["why"]))
def test_the_vectors_that_the_browser_also_passes(vector: dict[str, Any]) -> None:
    asked = {key: value for key, value in vector.items() if key not in {"priority", "why"}}
    assert priority(**asked) == vector["priority"]


@given(answers, st.sampled_from(HARMS))
def test_telling_one_more_harm_never_makes_it_less_urgent(answer: dict[str, Any], harm: str) -> None:
    assert rank(answer | {"harms": [*answer["harms"], harm]}) <= rank(answer)


@given(answers)
def test_danger_now_is_always_the_first(answer: dict[str, Any]) -> None:
    assert priority(**(answer | {"danger": "now"})) == "p0"


@given(answers)
def test_a_child_is_never_less_than_urgent(answer: dict[str, Any]) -> None:
    assert rank(answer | {"age_band": "a14_15"}) <= 1


@given(answers)
def test_a_report_of_harm_is_never_filed_as_information(answer: dict[str, Any]) -> None:
    assert priority(**(answer | {"kind_group": "substantive"})) != "p3"


def open_codes(kind: str, answers: dict[str, list[str]]) -> dict[str, str]:
    """What the server learns of a report, as the plain form and the phone put it together."""

    def one(name: str) -> str:
        return next(iter(answers.get(name, ())), "")

    group, age, harms = kind_group(kind), one("age_band"), answers.get("harms", [])
    return {
        "priority": priority(
            group,
            one("danger"),
            harms,
            one("time_since"),
            age,
            frequency=one("frequency"),
            needs=answers.get("need", []),
        ),
        "kind_group": group,
        "retention_class": retention_class(
            group, keeps_words="yes" in answers.get("keep", ()), child=is_child(age, harms)
        ),
    }


@pytest.mark.parametrize("vector", OPEN_CODES, ids=why)
def test_the_server_learns_the_same_codes_from_a_phone_and_from_the_plain_form(
    vector: dict[str, Any],
) -> None:
    found = open_codes(vector["kind"], vector["answers"])
    assert found == {name: vector[name] for name in found}


def test_every_kind_and_age_is_among_the_vectors_and_every_code_is_one_of_the_pack() -> None:
    lists = pack_codes()
    kinds = {vector["kind"] for vector in OPEN_CODES}
    assert kinds == {code.code for code in lists["report_kind"]}
    ages = {code for vector in OPEN_CODES for code in vector["answers"].get("age_band", ())}
    assert ages == {code.code for code in lists["age_band"]}
    lists.check("retention_class", *(vector["retention_class"] for vector in OPEN_CODES))


@given(st.sampled_from(PRIORITIES), st.sampled_from([*PRIORITIES, "p9", ""]))
def test_a_priority_is_raised_and_never_lowered(now: str, wanted: str) -> None:
    if wanted in PRIORITIES and wanted <= now:
        assert changed(now, wanted) == wanted
    else:
        with pytest.raises(CannotLower):
            changed(now, wanted)


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({}, "r90"),
        ({"child": True}, "r_child"),
        ({"claim_pending": True, "has_case": True}, "r5y"),
        ({"has_case": True}, "r12m"),
        ({"verification": "no_harm_described", "child": True}, "r30"),
        ({"kind_group": "question"}, "r30"),
        ({"kind_group": "data_request"}, "r30"),
    ],
)
def test_words_are_kept_as_long_as_their_class_says(facts: dict[str, Any], kept: str) -> None:
    asked: dict[str, Any] = {"kind_group": "substantive", "keeps_words": True} | facts
    assert retention_class(**asked) == kept


@given(
    st.booleans(),
    st.sampled_from(["", "enough", "malicious"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["question", "substantive"]),
)
def test_without_her_yes_words_go_after_the_answer(
    child: bool, verification: str, has_case: bool, claim: bool, group: str
) -> None:
    kept = retention_class(
        group,
        keeps_words=False,
        child=child,
        verification=verification,
        has_case=has_case,
        claim_pending=claim,
    )
    assert kept == "r0_now"
