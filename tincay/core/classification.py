"""Which class her answers point to, and what a reader is warned of before the words are opened.

The answers are sealed: the page hands these tables to the helper's browser, which applies them
(client/src/classify.ts). tests/vectors/classification.json holds both to one result.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tincay.core.vocabulary import CHILD_AGES, CHILD_HARMS, OFFICIAL_HARMS, OFFICIALS

Answers = Mapping[str, Sequence[str]]
"""Codes by question."""

SUGGESTIONS: tuple[tuple[str, Answers], ...] = (
    ("child", {"age_band": CHILD_AGES, "harms": CHILD_HARMS}),
    ("official_misconduct", {"did": OFFICIALS, "harms": OFFICIAL_HARMS}),
    (
        "trafficking_possible",
        {
            "harms": (
                "forced_sexual_services",
                "forced_labour",
                "forced_marriage",
                "debt_bondage",
                "confinement",
            )
        },
    ),
    (
        "sexual_violence",
        {"harms": ("rape", "sexual_assault", "coerced_acts", "condom_refusal", "sexual_harassment")},
    ),
    ("image_online", {"harms": ("image_abuse", "outing")}),
    (
        "violence",
        {
            "harms": (
                "physical_assault",
                "attempted_killing",
                "killing",
                "torture",
                "missing",
                "threat",
                "stalking",
                "psych_abuse",
                "drugging",
                "robbery",
                "self_harm_risk",
            )
        },
    ),
    ("blackmail_debt", {"harms": ("blackmail",)}),
    (
        "exploitation",
        {"harms": ("non_payment", "wage_theft", "bad_conditions", "denial_resources", "deceived")},
    ),
    ("discrimination", {"harms": ("discrimination",)}),
    ("service_complaint", {"harms": ("service_denied",)}),
    ("information", {"kind": ("information_question",)}),
)
"""Classes with the answers that point to them, by question. First match wins; any one answer is enough."""

WARNINGS: Mapping[str, Sequence[str]] = {
    "sexual": ("rape", "sexual_assault", "coerced_acts", "condom_refusal", "forced_sexual_services"),
    "physical": ("physical_assault", "attempted_killing", "torture"),
    "child": CHILD_HARMS,
    "death": ("killing", "attempted_killing"),
    "self_harm": ("self_harm_risk",),
    "trafficking": (
        "confinement",
        "debt_bondage",
        "forced_labour",
        "forced_marriage",
        "forced_sexual_services",
    ),
    "police": ("off_violence", "off_sexual_extortion", "off_detention"),
    "discrimination": ("discrimination",),
}
"""Which answers make which content warning (codes of content_warning)."""


class Suggestion(NamedTuple):
    """A class, and the answers that point to it: pairs of question and code."""

    classification: str
    why: tuple[tuple[str, str], ...]


def suggest(answers: Answers) -> Suggestion | None:
    """The class that the answers point to; None when they point to none. A suggestion decides nothing."""
    for classification, wanted in SUGGESTIONS:
        why = _chosen(answers, wanted)
        if why:
            return Suggestion(classification, why)
    return None


def warnings_of(answers: Answers) -> tuple[str, ...]:
    """What the story speaks of that is hard to read (codes of content_warning)."""
    return tuple(name for name, codes in WARNINGS.items() if _chosen(answers, {"harms": codes}))


def _chosen(answers: Answers, wanted: Answers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (question, code)
        for question, codes in wanted.items()
        for code in answers.get(question, ())
        if code in codes
    )
