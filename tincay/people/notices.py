"""What colleagues are shown until they dismiss it: whose way in changed, by function number and day."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tincay.people.models import AccessNotice, User
from tincay.web.dates import day_words
from tincay.web.packs import language


@dataclass(frozen=True)
class NoticeShown:
    """One notice in words, and the number by which it is dismissed."""

    id: int
    words: str
    advice: str


def access_notices(user: User) -> list[NoticeShown]:
    rows = AccessNotice.objects.within(reader=user).select_related("desk").order_by("day", "id")
    return [NoticeShown(row.pk, _words(row, user), _advice(row, user)) for row in rows]


def _words(row: AccessNotice, reader: User) -> str:
    own = row.number == reader.number
    sentences = {
        "own_key": _("Khóa của bạn đã đổi ngày %(day)s.")
        if own
        else _("Khóa của người hỗ trợ số %(n)d đã đổi ngày %(day)s."),
        "desk_key": _("Bạn đã làm khóa mới cho nhóm “%(desk)s” ngày %(day)s.")
        if own
        else _("Người hỗ trợ số %(n)d đã làm khóa mới cho nhóm “%(desk)s” ngày %(day)s."),
        "desk_key_handed": _handed(row, reader),
        "password": _("Mật khẩu của bạn đã đổi ngày %(day)s.")
        if own
        else _("Mật khẩu của người hỗ trợ số %(n)d đã đổi ngày %(day)s."),
        "second_factor": _("Bước hai khi đăng nhập của bạn đã đổi ngày %(day)s.")
        if own
        else _("Bước hai khi đăng nhập của người hỗ trợ số %(n)d đã đổi ngày %(day)s."),
    }
    desk = row.desk.name(language()) if row.desk else ""
    numbers = {"n": row.number, "to": row.receiver}
    return sentences[row.kind] % {**numbers, "day": day_words(row.day), "desk": desk}


def _handed(row: AccessNotice, reader: User) -> str:
    if row.number == reader.number:
        return _("Bạn đã trao khóa của nhóm “%(desk)s” cho người hỗ trợ số %(to)s ngày %(day)s.")
    if row.receiver == reader.number:
        return _("Người hỗ trợ số %(n)d đã trao khóa của nhóm “%(desk)s” cho bạn ngày %(day)s.")
    return _(
        "Người hỗ trợ số %(n)d đã trao khóa của nhóm “%(desk)s” cho người hỗ trợ số %(to)s ngày %(day)s."
    )


def _advice(row: AccessNotice, reader: User) -> str:
    if row.number == reader.number:
        return _("Không phải bạn làm? Báo người phụ trách ngay.")
    return _("Không phải người ấy? Báo người phụ trách. Hỏi thẳng người ấy, khi gặp mặt hoặc qua điện thoại.")
