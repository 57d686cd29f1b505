"""Who counts as an official, and which organisations are state bodies: a report about the first never goes to the
second. The phone gets the same list with the page (intake.pages.configuration); nothing else holds a copy.
"""

from collections.abc import Collection, Mapping, Sequence

from tincay.core.vocabulary import OFFICIAL_HARMS, OFFICIALS

ANSWERS = frozenset({*OFFICIALS, *OFFICIAL_HARMS})
"""Codes of perpetrator_relation and harm_type that make a report one about an official."""
POLICE_KINDS = frozenset(
    {"police_commune", "police_province", "police_central", "border_guard", "coast_guard"}
)
STATE_KINDS = POLICE_KINDS | {
    "social_authority",
    "social_work_centre",
    "commune_pc",
    "province_pc",
    "labour_inspect",
    "culture_tourism",
    "info_comm",
    "procuracy",
    "court",
    "inspectorate",
    "elected_council",
}
"""Codes of org_type."""


def desk_for_report(
    province_desk: str,
    default_desk: str,
    state_desks: Collection[str],
    answers: Mapping[str, Sequence[str]],
) -> str:
    """The desk that a report goes to: its province's, but never a state body's when it is about an official.

    `province_desk` is the default desk where the province has none. `answers` are codes by question; who did it
    (`did`) and the harms are looked at. client/src/envelope.ts has the same rule: tests/vectors/desk_choice.json.
    """
    about_official = not ANSWERS.isdisjoint([*answers.get("did", ()), *answers.get("harms", ())])
    return default_desk if about_official and province_desk in state_desks else province_desk
