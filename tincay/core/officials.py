"""Who counts as an official, and which organisations are state bodies: a report about the first never goes to the
second. The phone gets the same list with the page (intake.pages.configuration); nothing else holds a copy.
"""

from collections.abc import Iterable

OFFICIALS = ("police", "other_official", "militia_guard")
"""Codes of perpetrator_relation."""
OFFICIAL_HARMS = (
    "off_violence",
    "off_sexual_extortion",
    "off_bribe",
    "off_detention",
    "off_condoms",
    "off_refused_report",
    "off_disclosure",
    "raid_harm",
)
ANSWERS = frozenset({*OFFICIALS, *OFFICIAL_HARMS})
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
