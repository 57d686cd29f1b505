"""What exactly a consent hands over: the items that she sees before she says yes, by scope; on the form and after."""

from django.utils.translation import gettext

from tincay.core import counting
from tincay.core.consent import FACTS

POLICE = "share_police_anon"
SHARED = frozenset({"share_service", POLICE})
"""Scopes that name a receiver."""
_ITEMS = {
    "share_service": ("need", *FACTS, "words"),
    POLICE: FACTS,
}
_SEEN = {
    **_ITEMS,
    "store_sealed": ("words",),
    "count_statistics": counting.ANSWERS,
    "alert_members": ("harms", "did"),
    "alert_public": ("harms",),
    "pattern_link": ("identifier",),
}


def items_of(scope: str) -> tuple[str, ...]:
    """The items that a grant of this scope names; none where the scope says it all."""
    return tuple(sorted(_ITEMS.get(scope, ())))


def seen_for(scope: str) -> tuple[str, ...]:
    """The answers that would be used, in the order of the questions."""
    return _SEEN[scope]


def item_words(scope: str) -> list[str]:
    """The same in words, short enough to be read at a glance."""
    words = {
        "need": gettext("Điều bạn cần giúp"),
        "harms": gettext("Chuyện đã xảy ra"),
        "time_since": gettext("Xảy ra khi nào"),
        "place": gettext("Nơi"),
        "channel": gettext("Qua mạng hay điện thoại"),
        "did": gettext("Ai đã làm"),
        "kind": gettext("Loại tin"),
        "police_option": gettext("Ý của bạn về công an"),
        "age_band": gettext("Tuổi"),
        "words": gettext("Lời của bạn"),
        "identifier": gettext("Số hay tên của người gây hại"),
    }
    return [words[name] for name in seen_for(scope)]
