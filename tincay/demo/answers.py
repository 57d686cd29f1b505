"""The answers of invented reports under the names by which the form asks for them.

The demo pack names answers by their code lists; the form has shorter names (docs/formats/seal.md). What
the form seals for the case desk alone is kept apart.
"""

from collections.abc import Mapping, Sequence

from tincay.demo.rows import RowPlan

Answers = Mapping[str, Sequence[str]]
ASKED_AS = {
    "report_kind": "kind",
    "reporter_relationship": "whose",
    "harm_type": "harms",
    "province": "place",
    "online_channel": "channel",
    "perpetrator_relation": "did",
    "accessibility_need": "accessibility",
}
ABOUT_HER = frozenset({"contact_preference"})
# Asked later by a helper, or worked out from the other answers.
NOT_ASKED = frozenset(
    {"primary_harm", "recruit_method", "venue_type", "area_type", "gender", "harm_frequency"}
)


def narrative_answers(answers: Answers) -> dict[str, list[str]]:
    """What is sealed to the desk with the words; the worst harm first, as the count takes the first."""
    named = {name: codes for name, codes in _named(answers).items() if name not in ABOUT_HER}
    worst = list(answers.get("primary_harm", ()))
    if worst:
        named["harms"] = [*worst, *(code for code in named["harms"] if code not in worst)]
    return named


def contact_answers(answers: Answers) -> dict[str, list[str]]:
    """How she may be reached: sealed apart from her words."""
    return {name: codes for name, codes in _named(answers).items() if name in ABOUT_HER}


def row_answers(row: RowPlan) -> dict[str, list[str]]:
    """The answers of a further row."""
    answers = {
        "kind": row.report_kind,
        "need": row.need,
        "danger": row.danger,
        "age_band": row.age_band,
        "time_since": row.time_since,
        "harms": row.primary_harm,
        "place": row.province,
        "did": row.perpetrator_relation,
        "police_option": row.police_option,
    }
    return {name: [code] for name, code in answers.items() if code}


def _named(answers: Answers) -> dict[str, list[str]]:
    return {ASKED_AS.get(name, name): list(codes) for name, codes in answers.items() if name not in NOT_ASKED}
