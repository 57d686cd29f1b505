"""Every sentence of her pages that says how things stand: its words, and the state in which it is true.

Templates show them by name only (`says.NAME`, "" where it is not true). docs/her-sentences.md shows the whole table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tincay.core.clock import local_day
from tincay.core.stages import NOTHING_TO_ANSWER, purge_day, reopening_ends
from tincay.intake.pages import watched
from tincay.reports.models import Clock, Report
from tincay.visit import queries
from tincay.web.dates import by_words, day_words, moment_words
from tincay.web.packs import language, rules, texts

CLOSED_BY_HER = frozenset({"withdrawn", "person_asked"})


@dataclass(frozen=True)
class HerState:
    """What is true of a report at this moment, and of this page (`plain`, `just`)."""

    open: bool = True
    closure: str = ""
    reopened: bool = False
    may_reopen: bool = False
    in_danger: bool = False
    watched: bool = False
    # With the desk's key, since it came or was opened again.
    opened: bool = False
    # Somebody in danger has not been written to yet, and by now should have been.
    first_words_owed: bool = False
    first_words_late: bool = False
    pause: str = ""
    late: bool = False
    reminded: bool = False
    oversight_told: bool = False
    wrote_last: bool = False
    reply_owed: bool = False
    reply_late: bool = False
    messages: bool = False
    # Her story and what she said of herself.
    words: bool = True
    words_go: bool = False
    made_by_other: bool = False
    plain: bool = False
    # What she did a moment ago: changed · closed · reopened · asked · deleted.
    just: str = ""


Words = str | Callable[[], str]


class Sentence(NamedTuple):
    """Words with places for days, and when they are true."""

    words: Words
    when: Callable[[HerState], bool]

    @property
    def text(self) -> str:
        return gettext(self.words) if isinstance(self.words, str) else self.words()


def _of_pack(name: str) -> Callable[[], str]:
    return lambda: str(texts()["danger"][name]["text"])


def _waits_for_first_words(state: HerState) -> bool:
    return state.open and state.in_danger and state.first_words_owed


SENTENCES: Mapping[str, Sentence] = {
    # Just done, with the time
    "just_changed": Sentence(_("Đã đổi mã"), lambda s: s.just == "changed"),
    "only_the_new_code": Sentence(_("Từ bây giờ chỉ mã mới mở được tin này."), lambda s: s.just == "changed"),
    "just_closed": Sentence(_("Đã đóng lúc %(now)s. Có hiệu lực ngay."), lambda s: s.just == "closed"),
    "just_reopened": Sentence(
        _("Đã mở lại lúc %(now)s. Người hỗ trợ được báo ngay."), lambda s: s.just == "reopened"
    ),
    "just_asked": Sentence(
        _("Đã nhờ lúc %(now)s. Nơi giám sát thấy ngay việc nào trễ."), lambda s: s.just == "asked"
    ),
    "just_deleted": Sentence(_("Đã xóa lúc %(now)s. Có hiệu lực ngay."), lambda s: s.just == "deleted"),
    "keys_gone": Sentence(
        _("Chìa khóa mở lời của bạn đã bị xóa ở đây. Không ai ở đây mở được nữa."),
        lambda s: s.just == "deleted",
    ),
    "copies_go": Sentence(
        _("Bản sao dự phòng hết hạn trong %(days)s ngày. Số chung đã công bố thì vẫn còn."),
        lambda s: s.just == "deleted",
    ),
    "code_opens_nothing": Sentence(
        _("Mã của bạn không mở gì nữa. Bạn có thể hủy tờ giấy ghi mã."), lambda s: s.just == "deleted"
    ),
    # Who has seen the code
    "made_by_other": Sentence(_("Mã này do người khác làm giúp bạn"), lambda s: s.made_by_other),
    "change_it": Sentence(
        _("Người ghi tin qua điện thoại đã thấy mã. Bạn đổi mã để chỉ mình bạn mở được."),
        lambda s: s.made_by_other,
    ),
    # Danger now
    "nobody_watches": Sentence(
        _of_pack("unwatched"), lambda s: _waits_for_first_words(s) and not s.watched and not s.opened
    ),
    "somebody_watches": Sentence(
        _of_pack("watched"),
        lambda s: _waits_for_first_words(s) and s.watched and not s.opened and not s.first_words_late,
    ),
    "nobody_came": Sentence(
        _("Đã quá giờ hẹn mà chưa ai viết cho bạn. Bạn đừng chờ, hãy gọi."),
        lambda s: _waits_for_first_words(s) and s.first_words_late,
    ),
    "somebody_opened": Sentence(
        _("Người hỗ trợ đã mở tin này, nhưng chưa viết cho bạn."),
        lambda s: _waits_for_first_words(s) and s.opened and not s.first_words_late,
    ),
    "somebody_is_on_it": Sentence(
        _("Đã có người nhận việc này."),
        lambda s: s.open and s.in_danger and s.opened and not s.first_words_owed,
    ),
    # Closed, and why
    "closed_by_her": Sentence(_("Bạn đã đóng tin này"), lambda s: s.closure in CLOSED_BY_HER),
    "closed_quietly": Sentence(
        _("Tin này đã xử lý và tự đóng, sau 30 ngày không có lời nhắn mới"),
        lambda s: s.closure == "goals_met",
    ),
    "closed_as_test": Sentence(
        _("Tin này đã đóng, vì giống một tin gửi thử"), lambda s: s.closure == "spam_test"
    ),
    "closed_unshared": Sentence(_("Chúng tôi không làm tiếp tin này"), lambda s: s.closure == "malicious"),
    "closed_as_known": Sentence(
        _("Tin này đã đóng, vì việc này có trong một tin khác"), lambda s: s.closure == "duplicate"
    ),
    "closed_without_harm": Sentence(
        _("Tin này đã đóng, vì chúng tôi chưa thấy ai bị hại"), lambda s: s.closure == "no_harm_described"
    ),
    "closed_unreached": Sentence(
        _("Tin đã đóng vì chưa gặp được bạn"), lambda s: s.closure == "lost_contact"
    ),
    "not_your_fault": Sentence(
        _("Chúng tôi đã viết ở đây và thử ít nhất ba ngày. Bạn không làm gì sai."),
        lambda s: s.closure == "lost_contact",
    ),
    "two_people": Sentence(_("Hai người đã cùng xem."), lambda s: s.closure in NOTHING_TO_ANSWER),
    "if_we_are_wrong": Sentence(
        _("Nếu chúng tôi hiểu sai, bạn mở lại tin rồi viết thêm."),
        lambda s: s.closure in NOTHING_TO_ANSWER and s.may_reopen,
    ),
    "read_until": Sentence(
        _("Mã này còn mở được trang này đến hết %(gone)s."), lambda s: not s.open and s.just != "deleted"
    ),
    "reopen_until": Sentence(_("Bạn mở lại được đến hết %(reopen)s."), lambda s: s.may_reopen),
    "too_late": Sentence(
        _("Tin này không mở lại được nữa. Nếu cần, bạn báo tin mới."),
        lambda s: not s.open and not s.may_reopen and s.just != "deleted",
    ),
    # Told again, or gone
    "tell_again": Sentence(
        _("Lời kể cũ đã bị xóa. Bạn kể lại nếu muốn."),
        lambda s: not s.words and (s.reopened or s.may_reopen),
    ),
    "words_gone": Sentence(_("Lời bạn kể đã được xóa."), lambda s: not s.words),
    # Waiting for her
    "waits_for_you": Sentence(_("Đang chờ bạn trả lời"), lambda s: s.pause == "asked_reporter"),
    "asked_you": Sentence(
        _("Việc kiểm tra và trả lời tạm dừng đến khi bạn viết, lâu nhất mười ngày làm việc."),
        lambda s: s.pause == "asked_reporter",
    ),
    "you_paused": Sentence(
        _("Bạn đã xin tạm dừng. Bạn viết thì chúng tôi làm tiếp."),
        lambda s: s.pause == "reporter_asked_pause",
    ),
    "paused_for_safety": Sentence(
        _("Đang tạm dừng, vì liên hệ lúc này có thể không an toàn cho bạn."), lambda s: s.pause == "safety"
    ),
    # Messages
    "who_answers": Sentence(_("Nơi trả lời bạn: %(post)s."), lambda s: s.open),
    "no_message_yet": Sentence(_("Chưa có lời nhắn"), lambda s: s.open and not s.messages),
    "messages_come_here": Sentence(
        _("Khi người hỗ trợ viết, bạn thấy ở đây. Chúng tôi không gửi gì ra ngoài."),
        lambda s: s.open and not s.messages,
    ),
    "no_message": Sentence(
        _("Trong tin này không có lời nhắn nào."), lambda s: not s.open and not s.messages
    ),
    "sent": Sentence(_("Đã gửi, %(sent)s."), lambda s: s.open and s.wrote_last),
    "reply_by": Sentence(_("Sẽ có hồi âm %(reply)s."), lambda s: s.reply_owed and not s.reply_late),
    "reply_late": Sentence(_("Hồi âm đã quá hạn, hạn là %(reply_was)s."), lambda s: s.reply_late),
    # Late
    "something_late": Sentence(_("Có việc đã quá hạn"), lambda s: s.late),
    "ask_somebody": Sentence(
        _("Xem ai đã được nhắc, và nhờ nơi độc lập xem"), lambda s: s.late and not s.oversight_told
    ),
    "see_who_knows": Sentence(_("Xem những ai đã được nhắc"), lambda s: s.late and s.oversight_told),
    "nothing_late": Sentence(_("Hiện không có việc nào quá hạn."), lambda s: not s.late),
    "nobody_reminded": Sentence(
        _("Chưa phải nhắc ai. Khi trễ, cấp trên được nhắc tự động."),
        lambda s: s.open and not s.reminded and not s.late,
    ),
    "nobody_yet": Sentence(_("Chưa ai được nhắc."), lambda s: s.late and not s.reminded),
    "reminders_gone": Sentence(_("Tin đã đóng, nên không còn ghi ai đã được nhắc."), lambda s: not s.open),
    "oversight_told": Sentence(_("Nơi giám sát đã được báo"), lambda s: s.oversight_told),
    "nothing_to_do": Sentence(_("Bạn không cần làm gì thêm."), lambda s: s.oversight_told),
    "ask_when_late": Sentence(
        _("Khi có việc quá hạn, nút nhờ giám sát hiện ở đây."),
        lambda s: s.open and not s.late and not s.oversight_told,
    ),
    # Closing, opening again, deleting
    "closes_now": Sentence(_("Tin này sẽ đóng ngay. Người hỗ trợ không làm gì thêm."), lambda s: s.open),
    "words_go": Sentence(
        _("Lời kể của bạn bị xóa khi đóng, vì bạn không chọn giữ."),
        lambda s: s.open and s.words and s.words_go,
    ),
    "could_reopen": Sentence(_("Sau đó bạn mở lại được đến hết %(reopen)s."), lambda s: s.open),
    "they_are_told": Sentence(
        _("Người hỗ trợ sẽ được báo. Thời hạn trả lời bắt đầu lại."), lambda s: s.may_reopen
    ),
    "no_more_answers": Sentence(_("Người hỗ trợ không trả lời bạn được nữa."), lambda s: s.open),
    # Where her words are open
    "server_opened": Sentence(
        _("Máy chủ vừa mở giúp bạn, chỉ cho trang này."), lambda s: s.plain and s.words
    ),
    "phone_opened": Sentence(
        _("Máy bạn vừa mở bằng mã của bạn. Máy chủ không đọc được."), lambda s: not s.plain and s.words
    ),
}


class Says:
    """The sentences that are true now, by name; "" for the others."""

    def __init__(self, report: Report, now: datetime, *, plain: bool, just: str = "") -> None:
        self._report, self._now, self._plain, self._just = report, now, plain, just

    def __getitem__(self, name: str) -> str:
        sentence = SENTENCES[name]
        return sentence.text % self._values if sentence.when(self.state) else ""

    @cached_property
    def _clocks(self) -> list[Clock]:
        return list(self._report.clocks.order_by("place"))

    @cached_property
    def _reply(self) -> Clock | None:
        return _running(self._clocks, "replied")

    @cached_property
    def state(self) -> HerState:
        """Read from the rows, once."""
        report, now = self._report, self._now
        if self._just == "deleted":
            return HerState(open=False, just="deleted")
        first = _running(self._clocks, "first_action") if report.in_danger else None
        last = report.messages.order_by("place").last()
        late = queries.late_clocks(report, now)
        pause = report.pauses.filter(ended_at=None).first() if report.paused else None
        return HerState(
            open=not report.closed,
            closure=report.closure,
            reopened=queries.reopened(report, self._clocks),
            may_reopen=report.closed and local_day(now) < self._reopening_ends,
            in_danger=report.in_danger,
            watched=report.in_danger and watched(report.desk),
            opened=report.times_opened > 0,
            first_words_owed=first is not None,
            first_words_late=first in late,
            pause=pause.reason if pause else "",
            late=bool(late),
            reminded=queries.reminded(report),
            oversight_told=queries.oversight_asked(report),
            wrote_last=bool(last and last.from_reporter and last.posted_at),
            reply_owed=self._reply is not None,
            reply_late=self._reply in late,
            messages=last is not None,
            words=bool(queries.own_words(report)),
            words_go=report.retention_class == "r0_now",
            made_by_other=report.sealed_by == "operator" and not report.receipt_changes.exists(),
            plain=self._plain,
            just=self._just,
        )

    @cached_property
    def _reopening_ends(self) -> date:
        """The first day on which it can be opened no more, or would be were it closed today."""
        report = self._report
        closed = date.fromisoformat(f"{report.closed_month}-01") if report.closed else local_day(self._now)
        gone = report.purge_on if report.closed else purge_day(report.retention_class, closed)
        ends = reopening_ends(closed)
        return min(ends, gone) if gone else ends

    @cached_property
    def _values(self) -> dict[str, str]:
        report, reply = self._report, self._reply
        if self._just == "deleted":
            return {"now": moment_words(self._now), "days": str(settings.TINCAY_BACKUP_DAYS)}
        sent = report.messages.filter(from_reporter=True, posted_at__isnull=False).order_by("place").last()
        due = reply.due_at if reply else None
        return {
            "now": moment_words(self._now),
            "post": report.desk.post(language()),
            "gone": _day_before(report.purge_on) if report.purge_on else "",
            "reopen": _day_before(self._reopening_ends),
            "sent": day_words(local_day(sent.posted_at)) if sent and sent.posted_at else "",
            "reply": by_words(due) if due else "",
            "reply_was": moment_words(due) if due else "",
        }


def _day_before(day: date) -> str:
    return day_words(day - timedelta(days=1))


def _running(clocks: list[Clock], met: str) -> Clock | None:
    """The clock of this kind that still runs; of several the one that is due first."""
    running = [
        (c.due_at, c.place, c) for c in clocks if rules()[c.rule].met == met and c.due_at and not c.met_at
    ]
    return min(running)[-1] if running else None
