"""Who counts as an official, and which organisations are state bodies: a report about the first never goes to the
second. The phone gets the same list with the page (intake.pages.configuration); nothing else holds a copy.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from tincay.core.vocabulary import OFFICIAL_HARMS as OFFICIAL_HARMS
from tincay.core.vocabulary import OFFICIALS as OFFICIALS

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


def about_official(did: str, harms: Iterable[str]) -> bool:
    return not ANSWERS.isdisjoint([did, *harms])


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
    told = {*answers.get("did", ()), *answers.get("harms", ())}
    return default_desk if province_desk in state_desks and not ANSWERS.isdisjoint(told) else province_desk
