"""Who counts as an official, and which organisations are state bodies: a report about the first never goes to the
second. The phone gets the same list with the page (intake.pages.configuration); nothing else holds a copy.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

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


def named_in(answers: Mapping[str, Sequence[str]]) -> bool:
    """Is a report with these answers, codes by question, about an official?"""
    return not ANSWERS.isdisjoint([*answers.get("did", ()), *answers.get("harms", ())])


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
    return default_desk if named_in(answers) and province_desk in state_desks else province_desk


NEVER_UNSAID = ("did", "harms")
"""Questions whose answers stay said, for they decide who may read: a correction adds to them."""


def all_together(in_order: Iterable[Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    """The answers of everything that she told, in order: of each question the newest one."""
    together: dict[str, list[str]] = {}
    for answers in in_order:
        for name, codes in answers.items():
            before = together.get(name, []) if name in NEVER_UNSAID else []
            together[name] = [*before, *(code for code in codes if code not in before)]
    return together


def desk_for_addition(
    asked: str,
    current: str,
    default_desk: str,
    state_desks: Collection[str],
    answers: Mapping[str, Sequence[str]],
    *,
    all_kept: bool,
) -> str:
    """The desk for what she tells later: `asked` is that of all answers together (desk_for_report).

    Where words of before were erased nobody can ask where these lead: the desk that has the report (`current`)
    keeps it, unless it is a state body's and this is about an official. client/src/addition.ts has the same rule.
    """
    return asked if all_kept else desk_for_report(current, default_desk, state_desks, answers)
