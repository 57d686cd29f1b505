"""What exactly a consent hands over: the items that she sees before she says yes, by scope."""

from tincay.core import counting

FACTS = ("harms", "time_since", "place", "channel", "did")
"""What happened, in chosen answers: no words of hers, nothing about who she is."""
SHARED = frozenset({"share_service"})
"""Scopes that name a receiver."""
_ITEMS = {
    "share_service": ("need", *FACTS, "words"),
    "share_police_anon": FACTS,
}
_SEEN = {
    **_ITEMS,
    "store_sealed": ("words",),
    "count_statistics": counting.ANSWERS,
    "alert_members": ("harms", "did"),
    "alert_public": ("harms",),
    "pattern_link": ("identifier",),
}
CANNOT_BE_RECALLED = frozenset(
    {"count_statistics", "alert_members", "alert_public", "share_service", "share_police_anon"}
)


def items_of(scope: str) -> tuple[str, ...]:
    """The items that a grant of this scope names; none where the scope says it all."""
    return tuple(sorted(_ITEMS.get(scope, ())))


def seen_for(scope: str) -> tuple[str, ...]:
    """The answers that would be used, in the order of the questions."""
    return _SEEN[scope]
