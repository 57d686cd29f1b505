"""How soon a person has to look: from the few answers that say how dangerous it is.

The reporter's browser works it out with the same rule (client/), because the answers themselves are
sealed; tests/vectors/priority.json and open_codes.json hold both to one result. The rule is domain §7: first match
wins.
"""

from collections.abc import Iterable, Sequence

from tincay.core.vocabulary import CHILD_AGES, CHILD_HARMS

PRIORITIES = ("p0", "p1", "p2", "p3")

LIFE_HARMS = frozenset({"killing", "missing", "attempted_killing", "child_taken"})
SEXUAL_HARMS = frozenset(
    {
        "rape",
        "sexual_assault",
        "coerced_acts",
        "condom_refusal",
        "forced_sexual_services",
        "child_sex_exploitation",
        "off_sexual_extortion",
    }
)
"""Harms after which the first 72 hours matter for health."""
OFFICIAL_FORCE = frozenset({"off_violence", "off_detention", "torture"})
# Always urgent, however long ago (the code list's notes: rape p1, torture and self-harm p0 or p1).
GRAVE_HARMS = frozenset({"rape", "torture", "confinement", "self_harm_risk"})
FELT_DANGER = frozenset({"soon", "unsure"})
RECENT = frozenset({"h24", "h72", "ongoing"})

QUESTIONS = frozenset({"information_question", "feedback"})
# Texts that end soon: nothing happened to anybody, or nothing true was told.
SHORT_LIVED = frozenset({"no_harm_described", "malicious", "spam_test"})


class CannotLower(Exception):
    """A priority is never lowered here."""


def kind_group(report_kind: str) -> str:
    """What the server may know of the kind: question, data_request, or substantive."""
    if report_kind in QUESTIONS:
        return "question"
    return "data_request" if report_kind == "data_request" else "substantive"


def is_child(age_band: str, harms: Iterable[str]) -> bool:
    """Whether the answers say that it happened to a child: by the age, or by a harm that only children suffer."""
    return age_band in CHILD_AGES or not set(CHILD_HARMS).isdisjoint(harms)


def priority(
    kind_group: str,
    danger: str,
    harms: Sequence[str],
    time_since: str,
    age_band: str,
    *,
    frequency: str = "",
    needs: Sequence[str] = (),
) -> str:
    """p0 (a person within the hour) to p3 (information). Unknown and empty answers raise nothing."""
    harms_told = set(harms)
    ongoing = "ongoing" in {time_since, frequency}
    child = is_child(age_band, harms)
    if _now(danger, harms_told, ongoing=ongoing, child=child, needs=needs):
        return "p0"
    if _soon(danger, harms_told, recent=ongoing or time_since in RECENT, ongoing=ongoing, child=child):
        return "p1"
    return "p2" if kind_group == "substantive" else "p3"


def _now(danger: str, harms_told: set[str], *, ongoing: bool, child: bool, needs: Sequence[str]) -> bool:
    return (
        danger == "now"
        or "safety_now" in needs
        or bool(harms_told & LIFE_HARMS)
        or (child and danger in FELT_DANGER)
        or (ongoing and bool(harms_told & {"confinement", "torture"}))
        or ("self_harm_risk" in harms_told and danger in FELT_DANGER)
    )


def _soon(danger: str, harms_told: set[str], *, recent: bool, ongoing: bool, child: bool) -> bool:
    return (
        child
        or danger in FELT_DANGER
        or bool(harms_told & GRAVE_HARMS)
        or (recent and bool(harms_told & SEXUAL_HARMS))
        or (ongoing and bool(harms_told & OFFICIAL_FORCE))
    )


def changed(now: str, wanted: str) -> str:
    """The priority after somebody asks for another one: the same or a more urgent one. Raises CannotLower."""
    if wanted not in PRIORITIES or PRIORITIES.index(wanted) > PRIORITIES.index(now):
        raise CannotLower
    return wanted


def retention_class(
    kind_group: str,
    *,
    keeps_words: bool,
    child: bool = False,
    verification: str = "",
    has_case: bool = False,
    claim_pending: bool = False,
) -> str:
    """How long words are kept (codes of the list retention_class).

    Without "keep my words" they go after the answer, whatever else is true. claim_pending: she wishes
    them kept for a claim or a trial.
    """
    if not keeps_words:
        return "r0_now"
    if verification in SHORT_LIVED:
        return "r30"
    if child:
        return "r_child"
    if claim_pending:
        return "r5y"
    if has_case:
        return "r12m"
    return "r90" if kind_group == "substantive" else "r30"
