"""Sentences of the way in that say how things stand: their words, and the state in which they are true.

Templates show them by name only (`says.NAME`, "" where it is not true). docs/her-sentences.md shows the whole table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tincay.web.packs import texts

State = TypeVar("State")
Words = str | Callable[[], str]


class Sentence(NamedTuple, Generic[State]):
    """Words with places for days and numbers, and when they are true."""

    words: Words
    when: Callable[[State], bool]

    @property
    def text(self) -> str:
        return gettext(self.words) if isinstance(self.words, str) else self.words()


@dataclass(frozen=True)
class WayIn:
    """What is true of a report that is being sent, or was a moment ago."""

    # Why it was not taken this time: full · slow_down · many · busy; "" where nobody tried, or it was taken.
    trouble: str = ""
    kept: bool = False
    # Nobody has read it, and the time for that is not over.
    unread: bool = False
    in_danger: bool = False
    # Somebody is on call at the desk, or at each desk that it may go to.
    watched: bool = False
    # There was a report with this code, and it does not say what was sent now.
    left_out: bool = False
    nobody_harmed: bool = False
    # Whether the last group was copied well; None where she has not typed it.
    copied: bool | None = None


WAY_IN: Mapping[str, Sentence[WayIn]] = {
    # Not taken
    "not_sent": Sentence(_("Lần này chưa gửi được"), lambda s: s.trouble != ""),
    "no_room": Sentence(
        _("Máy chủ hết chỗ, nên lần này chưa gửi được. Lời bạn viết vẫn ở dưới đây."),
        lambda s: s.trouble == "full",
    ),
    "too_many_codes": Sentence(
        _("Trình duyệt này vừa thử nhiều mã, nên chưa gửi được ngay. Lời bạn viết vẫn ở dưới đây."),
        lambda s: s.trouble == "slow_down",
    ),
    "too_many_people": Sentence(
        _("Nhiều người cùng gửi lúc này, nên lần này chưa gửi được. Lời bạn viết vẫn ở dưới đây."),
        lambda s: s.trouble == "many",
    ),
    "server_busy": Sentence(
        _("Máy chủ đang bận, nên lần này chưa gửi được. Lời bạn viết vẫn ở dưới đây."),
        lambda s: s.trouble == "busy",
    ),
    # Taken
    "sent": Sentence(_("Đã gửi"), lambda s: s.kept),
    "somebody_watches": Sentence(
        lambda: str(texts()["danger"]["watched"]["text"]), lambda s: not s.kept and s.watched
    ),
    "nobody_watches": Sentence(
        lambda: str(texts()["danger"]["unwatched"]["text"]),
        lambda s: not s.watched and (not s.kept or (s.in_danger and s.unread)),
    ),
    "read_by": Sentence(
        _("Người hỗ trợ sẽ đọc, chậm nhất %(moment)s."),
        lambda s: s.kept and s.unread and (s.watched or not s.in_danger),
    ),
    "read_by_or_later": Sentence(
        _("Hạn đọc là %(moment)s, nhưng có thể trễ hơn."),
        lambda s: s.kept and s.unread and s.in_danger and not s.watched,
    ),
    "sent_before": Sentence(_("Mã này đã gửi từ trước"), lambda s: s.left_out),
    "not_sent_since": Sentence(
        _("Điều bạn sửa hay viết thêm sau lần ấy chưa được gửi."), lambda s: s.left_out
    ),
    "nobody_harmed": Sentence(
        lambda: str(texts()["no_harm"]["stored"]["text"]), lambda s: s.kept and s.nobody_harmed
    ),
    # The code
    "right": Sentence(_("Đúng rồi"), lambda s: s.copied is True),
    "copied_well": Sentence(_("Bạn đã chép đúng nhóm cuối."), lambda s: s.copied is True),
    "not_like_above": Sentence(_("Chưa giống mã ở trên"), lambda s: s.copied is False),
}


class SaysOnTheWay:
    """The sentences that are true of a state, by name; "" for the others."""

    def __init__(self, state: WayIn, **values: str) -> None:
        self._state, self._values = state, values

    def __getitem__(self, name: str) -> str:
        sentence = WAY_IN[name]
        return sentence.text % self._values if sentence.when(self._state) else ""
