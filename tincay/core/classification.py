"""Which class her answers point to. The rule is data: the helper's browser applies it, since only there are
the answers open.
"""

from collections.abc import Mapping, Sequence

from tincay.core.officials import OFFICIAL_HARMS, OFFICIALS
from tincay.core.priority import CHILD_AGES, CHILD_HARMS

SUGGESTIONS: tuple[tuple[str, Mapping[str, Sequence[str]]], ...] = (
    ("child", {"age_band": sorted(CHILD_AGES), "harms": sorted(CHILD_HARMS)}),
    (
        "official_misconduct",
        {
            "did": OFFICIALS,
            "harms": OFFICIAL_HARMS,
        },
    ),
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
"""First match wins; any one of the answers is enough. A suggestion decides nothing."""

WARNINGS: Mapping[str, Sequence[str]] = {
    "sexual": ("rape", "sexual_assault", "coerced_acts", "condom_refusal", "forced_sexual_services"),
    "physical": ("physical_assault", "attempted_killing", "torture"),
    "child": tuple(sorted(CHILD_HARMS)),
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

COUNTED = {
    "report_kind": "kind",
    "province": "place",
    "primary_harm": "harms",
    "perpetrator_relation": "did",
    "police_option": "police_option",
}
"""Columns of a count row, and the answer that fills each (its first code)."""


def suggest(answers: Mapping[str, Sequence[str]]) -> tuple[str, list[str]] | None:
    """The class that the answers point to, and the codes that say so."""
    for classification, wanted in SUGGESTIONS:
        why = [code for name, codes in wanted.items() for code in answers.get(name, ()) if code in codes]
        if why:
            return classification, why
    return None
