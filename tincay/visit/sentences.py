"""Every sentence of her pages that says how things stand: its words, and the state in which it is true.

Templates show them by name only (`says.NAME`, "" where it is not true). docs/her-sentences.md shows the whole table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext_noop as _

from tincay.core.clock import local_day
from tincay.core.consent import refuses, wishes
from tincay.core.stages import NOTHING_TO_ANSWER, purge_day, reopening_ends
from tincay.intake.consents import POLICE
from tincay.intake.pages import watched
from tincay.intake.sentences import WAY_IN, Sentence
from tincay.reports.grants import grants
from tincay.reports.models import Clock, Report
from tincay.visit import queries
from tincay.web.dates import by_words, day_words, moment_words
from tincay.web.packs import language, rules

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
    # What she did a moment ago: changed · closed · reopened · asked · deleted · allowed · taken_back · refused.
    just: str = ""
    # Her words go with the answer, and she never said whether she wants that.
    keep_unasked: bool = False
    # The consent that this page is about, whether it names somebody, and what she said of it.
    about: str = ""
    named: bool = False
    allowed: bool = False
    wished: bool = False
    refused: bool = False
    # Certain: nobody was named so far, or nobody has opened her words.
    nothing_went: bool = True
    counted: bool = False
    was_closed: bool = False

    @property
    def about_police(self) -> bool:
        """The page of the police as such, where each body that may be named is only listed."""
        return self.about == POLICE and not self.named

    @property
    def about_words(self) -> bool:
        return self.about == "store_sealed"

    @property
    def about_counting(self) -> bool:
        return self.about == "count_statistics"

    @property
    def hands_over(self) -> bool:
        """About a consent by which something goes to somebody."""
        return bool(self.about) and not (self.about_words or self.about_counting)

    @property
    def only_wished(self) -> bool:
        return self.hands_over and self.wished and not self.named and not self.allowed


class OneConsent(NamedTuple):
    """A consent: its scope, and the receiver that it names."""

    scope: str
    receiver: str | None = None


def _waits_for_first_words(state: HerState) -> bool:
    return state.open and state.in_danger and state.first_words_owed


SENTENCES: Mapping[str, Sentence[HerState]] = {
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
        WAY_IN["nobody_watches"].words,
        lambda s: _waits_for_first_words(s) and not s.watched and not s.opened,
    ),
    "somebody_watches": Sentence(
        WAY_IN["somebody_watches"].words,
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
    # What she allows: one consent
    "you_allow_this": Sentence(
        _("Hiện bạn đang cho phép"),
        lambda s: s.about != "" and not s.about_police and (s.allowed or s.wished),
    ),
    "you_do_not_allow_this": Sentence(
        _("Hiện bạn không cho phép"),
        lambda s: s.about != "" and not s.about_police and not (s.allowed or s.wished),
    ),
    # The police
    "police_may_know": Sentence(_("Bạn đang cho phép:"), lambda s: s.about_police and s.allowed),
    "police_may_know_later": Sentence(
        _("Bạn muốn cho công an biết, không nói bạn là ai."), lambda s: s.about_police and s.only_wished
    ),
    "no_police": Sentence(_("Bạn không muốn báo công an."), lambda s: s.about_police and s.refused),
    "police_not_asked": Sentence(
        _("Bạn chưa cho phép gì."),
        lambda s: s.about_police and not (s.allowed or s.wished or s.refused),
    ),
    "lies_in_the_report": Sentence(
        _("Điều bạn chọn lúc gửi tin vẫn nằm trong tin. Điều bạn chọn ở đây mới có hiệu lực."),
        lambda s: s.about_police and s.words,
    ),
    # A change of a moment ago, and what her last word does
    "just_allowed": Sentence(_("Đã cho phép lúc %(now)s. Có hiệu lực ngay."), lambda s: s.just == "allowed"),
    "just_taken_back": Sentence(_("Đã rút lúc %(now)s. Có hiệu lực ngay."), lambda s: s.just == "taken_back"),
    "just_refused": Sentence(
        _("Đã ghi lúc %(now)s: bạn không muốn báo công an. Có hiệu lực ngay."), lambda s: s.just == "refused"
    ),
    "kept_from_now": Sentence(
        _("Lời bạn kể thêm từ nay được giữ."), lambda s: s.about_words and not s.words and s.allowed
    ),
    "words_stay": Sentence(
        _("Lời của bạn được giữ sau khi bạn được trả lời."), lambda s: s.about_words and s.words and s.allowed
    ),
    "words_end": Sentence(
        _("Lời của bạn bị xóa khi bạn được trả lời, hoặc khi tin đóng."),
        lambda s: s.about_words and s.words and not s.allowed,
    ),
    "already_counted": Sentence(
        _("Câu trả lời của bạn đã được đếm rồi."), lambda s: s.about_counting and s.counted
    ),
    "counted_if_allowed_then": Sentence(
        _("Nếu bạn cho phép khi tin đóng, câu trả lời của bạn vẫn được đếm."),
        lambda s: s.about_counting and s.was_closed and not s.counted,
    ),
    "row_is_nobodys": Sentence(
        _("Không rút lại được nữa: không ai còn biết dòng nào là của bạn."),
        lambda s: s.about_counting and (s.counted or s.was_closed),
    ),
    "waits_to_be_counted": Sentence(
        _("Câu trả lời của bạn đợi có đủ mười tin, hoặc hết quý, rồi mới được đếm."),
        lambda s: s.about_counting and s.allowed and not (s.counted or s.was_closed),
    ),
    "until_then_yours": Sentence(
        _("Trước lúc đó, và khi tin chưa đóng, bạn rút lại được."),
        lambda s: s.about_counting and s.allowed and not (s.counted or s.was_closed),
    ),
    "not_counted": Sentence(
        _("Câu trả lời của bạn chưa được đếm."),
        lambda s: s.about_counting and not (s.allowed or s.counted or s.was_closed),
    ),
    "nobody_chosen": Sentence(_("Chưa chọn nơi nhận, nên chưa có gì được đưa đi."), lambda s: s.only_wished),
    "you_will_be_asked": Sentence(
        _("Người hỗ trợ sẽ hỏi bạn: gửi cho nơi nào."), lambda s: s.only_wished and s.open
    ),
    "nothing_went": Sentence(
        _("Chưa có gì được đưa đi."), lambda s: s.hands_over and not s.only_wished and s.nothing_went
    ),
    "what_went_is_gone": Sentence(
        _("Bạn rút lại được. Cái gì đã đưa đi rồi thì không lấy lại được."),
        lambda s: s.hands_over and s.allowed and not s.nothing_went,
    ),
    "nothing_more_goes": Sentence(
        _("Cái gì đã đưa đi rồi thì không lấy lại được. Từ nay không đưa thêm."),
        lambda s: s.hands_over and not (s.allowed or s.only_wished or s.nothing_went),
    ),
    # Telling more
    "keep_or_delete": Sentence(_("Giữ lời kể hay không?"), lambda s: s.keep_unasked),
    "deleted_unless_chosen": Sentence(
        _("Bạn chưa chọn. Nếu không chọn, lời kể bị xóa khi bạn được trả lời hoặc tin đóng."),
        lambda s: s.keep_unasked,
    ),
    "takes_no_more": Sentence(
        _("Tin này đã đóng, nên không nhận thêm lời kể."), lambda s: not s.open and s.just != "deleted"
    ),
    # Where her words are open
    "server_opened": Sentence(
        _("Máy chủ vừa mở giúp bạn, chỉ cho trang này."), lambda s: s.plain and s.words
    ),
    "phone_opened": Sentence(
        _("Máy bạn vừa mở bằng mã của bạn. Máy chủ không đọc được."), lambda s: not s.plain and s.words
    ),
}


@dataclass(frozen=True)
class RowState:
    """What is true of a row in a list of consents."""

    given: bool = False
    # She said yes and named nobody; it opens nothing yet.
    wished: bool = False
    # About the police: never.
    refused: bool = False


OF_A_ROW: Mapping[str, Sentence[RowState]] = {
    "row_refused": Sentence(_("Bạn không muốn báo"), lambda s: s.refused),
    "row_wished": Sentence(_("Bạn muốn; còn phải chọn nơi nhận"), lambda s: s.wished and not s.refused),
    "row_allowed": Sentence(_("Đang cho phép"), lambda s: s.given and not (s.wished or s.refused)),
    "row_not_allowed": Sentence(_("Không cho phép"), lambda s: not (s.given or s.wished or s.refused)),
}
"""How a consent stands, in one line: exactly one of these is true."""


def of_a_row(state: RowState) -> str:
    return next(sentence.text for sentence in OF_A_ROW.values() if sentence.when(state))


WRITTEN_DOWN: Mapping[str, Sentence[Report]] = {
    "second_person_looks": Sentence(
        _("đang chờ người thứ hai xem"), lambda r: hasattr(r, "closing_proposal")
    ),
    "waits_in_the_totals": Sentence(
        _("đang chờ được tính, bạn còn rút lại được"), lambda r: hasattr(r, "count_entry")
    ),
    "stands_in_the_totals": Sentence(
        _("đã tính, không còn tìm ra dòng của bạn để rút lại"),
        lambda r: r.counted and not hasattr(r, "count_entry"),
    ),
}
"""What helpers and the totals hold of a report, on the page of her data."""


class Says:
    """The sentences that are true now, by name; "" for the others."""

    def __init__(
        self, report: Report, now: datetime, *, plain: bool, just: str = "", about: OneConsent | None = None
    ) -> None:
        self._report, self._now, self._plain, self._just, self._about = report, now, plain, just, about

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
            keep_unasked=queries.keep_unasked(report),
            **(self._of_consent(self._about) if self._about else {}),
        )

    def _of_consent(self, about: OneConsent) -> dict[str, Any]:
        report, signed = self._report, grants(self._report)
        asked = [about.receiver]
        if about.scope == POLICE and not about.receiver:
            asked += [one.receiver for one in queries.receivers(report, POLICE, signed)]
        return {
            "about": about.scope,
            "named": about.receiver is not None,
            "allowed": any(queries.is_given(signed, about.scope, one, self._now) for one in asked),
            "wished": about.receiver is None and about.scope in wishes(signed, today=local_day(self._now)),
            "refused": refuses(signed, about.scope),
            "nothing_went": queries.nothing_went(report, about.scope, about.receiver),
            "counted": report.counted,
            "was_closed": queries.was_closed(report),
        }

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
