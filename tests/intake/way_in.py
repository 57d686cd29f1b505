"""Every state in which somebody finds the way in, made by the product's own verbs, and what it says then."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.translation import gettext_noop as _

from tests.cast import Hands, Network, Reporter, again, rows
from tincay.directory import numbers
from tincay.directory.models import NumberCheck, Service
from tincay.directory.routing import statement_path
from tincay.intake.derivations import Busy
from tincay.intake.sentences import WAY_IN, Words
from tincay.operations import emergency
from tincay.people.channels import keep_state
from tincay.people.models import User
from tincay.reports.models import Report
from tincay.web import views
from tincay.web.packs import texts


def _of_pack(*path: str) -> Words:
    def words() -> str:
        found: Any = texts()
        for name in path:
            found = found[name]
        return str(found)

    return words


OTHERS: dict[str, Words] = {
    # Pages that there are in one state only
    "takes_nothing_now": _("Lúc này bạn chưa gửi tin ở đây được"),
    "who_receives_is_checked": _(
        "Chúng tôi đang kiểm tra xem ai sẽ nhận tin. Trong lúc chưa chắc, trang này không nhận gì cả."
    ),
    "nothing_comes_in": _("Lúc này máy chủ chưa nhận được gì. Bạn gõ gì lúc này cũng không được giữ lại."),
    "too_long": _("Lời này dài quá, nên chưa gửi được"),
    "not_so_much": _("Trang này không nhận được nhiều như vậy. Bạn gửi trước một phần, rồi kể tiếp bằng mã."),
    "not_read": _("Lần này chưa có gì được gửi đi. Bạn quay lại trang trước và thử lần nữa nhé."),
    "open_too_long": _("Lần này chưa có gì được gửi đi. Bạn mở lại trang rồi gửi lần nữa nhé."),
    "wrong_server": _("Lần này chưa có gì được lưu. Bạn quay lại trang trước và thử lần nữa nhé."),
    "sent_if_it_says_so": _(
        "Lỗi này không phải do bạn. Chưa thấy chữ “Đã gửi” thì chưa chắc tin đã đến. "
        "Bạn thử lại sau vài phút nhé."
    ),
    # Words of the country, on several pages
    "no_number_checked": _of_pack("danger", "none", "text"),
    "no_number_abroad": _of_pack("abroad", "none"),
    "no_clinic_known": _of_pack("first_72_hours", "places", "none"),
    "not_to_officials": _of_pack("officer", "text"),
    "nothing_to_police_official": _of_pack("police", "official"),
    "nothing_to_police_child": _of_pack("police", "child"),
    "who_reads": _("Nhóm đọc tin:"),
}
"""Sentences that a template says without asking: in the pages of one state, or under the answer that calls them."""


def text_of(words: Words) -> str:
    return translation.gettext(words) if isinstance(words, str) else words()


ALL: dict[str, Words] = {**{name: one.words for name, one in WAY_IN.items()}, **OTHERS}


@dataclass
class Arrival:
    """Somebody without a script, at the pages of one language."""

    network: Network
    reporter: Reporter
    clock: Hands | None
    settings: Any
    prefix: str = ""
    client: Client = field(default_factory=Client)

    def sees(self, path: str, **posted: Any) -> str:
        if not posted:
            return self.client.get(self.prefix + path).content.decode()
        fields = {f"plain-{name}" if name != "go" else name: value for name, value in posted.items()}
        return self.client.post(self.prefix + path, fields).content.decode()

    def form(self, page: str, **answers: Any) -> str:
        told = {"code": self.reporter.code, "need": ["pep"], "words": "Tôi kể.", **answers}
        return self.sees("/tell/plain/", go=page, **told)

    def sends(self, **answers: Any) -> str:
        return self.form("sent", **answers)

    def types(self, last: str) -> str:
        return self.sees("/kept/", code=self.reporter.code, last=last)

    def is_watched(self) -> None:
        assert self.clock
        self.settings.TINCAY_NOTICE_WEBHOOK = "https://notice.example/"
        keep_state(works=True, now=self.clock.now)
        rows(User).update(notice_address="somebody")

    def without_database(self, method: str = "get") -> str:
        request = getattr(RequestFactory(), method)(f"{self.prefix}/")
        answer = emergency.numbers(request)
        return answer.content.decode()


Pages = dict[str, str]
Drive = Callable[[Arrival], Pages]


def _nobody_checked(one: Arrival) -> Pages:
    rows(NumberCheck).all().delete()
    numbers.keep_copy()
    return {"front": one.sees("/"), "emergency": one.without_database()}


def _checked(one: Arrival) -> Pages:
    numbers.keep_copy()
    return {"front": one.sees("/"), "emergency": one.without_database()}


def _posted_without_database(one: Arrival) -> Pages:
    numbers.keep_copy()
    return {"emergency": one.without_database("post")}


def _unsafe(one: Arrival) -> Pages:
    statement_path().unlink(missing_ok=True)
    return {"form": one.sees("/tell/"), "plain": one.sees("/tell/plain/"), "sent": one.sends()}


def _too_big(one: Arrival) -> Pages:
    return {"sent": one.sends(words="x" * (one.settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))}


def _no_clinic(one: Arrival) -> Pages:
    rows(Service).all().delete()
    return {"story": one.form("story", time_since="h24"), "send": one.form("send", time_since="h24")}


def _trouble(where: str, **how: Any) -> Drive:
    def drive(one: Arrival) -> Pages:
        standing: AbstractContextManager[Any] = mock.patch(where, **how)
        with standing:
            return {"sent": one.sends()}

    return drive


def _fresh(**answers: Any) -> Drive:
    """The three pages, and the receipt."""

    def drive(one: Arrival) -> Pages:
        told = {"first": one.form("first", **answers)}
        told |= {page: one.form(page, **answers) for page in ("story", "send")}
        return told | {"sent": one.sends(**answers)}

    return drive


def _watched(drive: Drive) -> Drive:
    def watched(one: Arrival) -> Pages:
        one.is_watched()
        return drive(one)

    return watched


def _sent_again(**other: Any) -> Drive:
    def drive(one: Arrival) -> Pages:
        one.sends()
        return {"sent": one.sends(**other)}

    return drive


def _checks(last: Callable[[str], str]) -> Drive:
    def drive(one: Arrival) -> Pages:
        one.sends()
        return {"kept": one.types(last(one.reporter.code))}

    return drive


def _after(what: Callable[[Arrival], object]) -> Drive:
    """She looks at the last group while something has happened to the report, or the server."""

    def drive(one: Arrival) -> Pages:
        one.sends()
        what(one)
        return {"kept": one.types(one.reporter.code[-4:])}

    return drive


def _read(one: Arrival) -> None:
    assert one.clock
    one.network.helper.bring(again(rows(Report).get()), "acknowledged", now=one.clock.now)


def _over(one: Arrival) -> None:
    assert one.clock
    one.clock.move(days=8)


def _cannot_look(one: Arrival) -> Pages:
    one.sends()
    with mock.patch("tincay.intake.views.stretch", side_effect=Busy(7)):
        return {"kept": one.types(one.reporter.code[-4:])}


def _answer(page: Callable[[], HttpResponse]) -> Drive:
    return lambda one: {"answer": page().content.decode()}


BUSY, FULL = OperationalError("database is locked"), OperationalError("database or disk is full")
OFFICIAL = {"did": "police"}
REAL = {"no number was checked", "the numbers were checked", "the database is away and something is posted"}
"""States of an install for people; the others are made in a demo, whose clock hands move."""

STATES: dict[str, Drive] = {
    "no number was checked": _nobody_checked,
    "the numbers were checked": _checked,
    "the database is away and something is posted": _posted_without_database,
    "a demo": lambda one: {"front": one.sees("/")},
    "told and sent": _fresh(),
    "danger, nobody watches": _fresh(danger="now"),
    "danger, somebody watches": _watched(_fresh(danger="now")),
    "about an official": _fresh(**OFFICIAL),
    "about a child": _fresh(age_band="u14"),
    "nobody was harmed": _fresh(harmed="no"),
    "no clinic is known": _no_clinic,
    "sent twice": _sent_again(),
    "sent twice, more the second time": _sent_again(words="Tôi kể khác."),
    "copied well": _checks(lambda code: code[-4:]),
    "copied badly": _checks(lambda code: "0000" if code[-4:] != "0000" else "1111"),
    "nothing typed": _checks(lambda code: ""),
    "looked again after it was read": _after(_read),
    "looked again when it should have been read": _after(_over),
    "looked again, the server is busy": _cannot_look,
    "the disk is full": _trouble("tincay.intake.views.send_plain", side_effect=FULL),
    "the database is locked": _trouble("tincay.intake.views.send_plain", side_effect=BUSY),
    "many send at once": _trouble("tincay.intake.plain.stretch", side_effect=Busy(7)),
    "many codes were tried": _trouble("tincay.intake.views.attempts", return_value=(9, 7)),
    "too much for the server": _too_big,
    "not sure who receives": _unsafe,
    "not understood": _answer(lambda: views.plain_page("400.html", 400)),
    "open for too long": _answer(lambda: views.stale_form(RequestFactory().post("/"))),
    "at the other server": _answer(lambda: views.plain_page("421.html", 421)),
    "something broke": _answer(lambda: views.plain_page("500.html", 500)),
    "the database rests": _answer(views.resting),
}

SAID: dict[str, dict[str, str]] = {
    "no number was checked": {
        "front": "no_number_abroad no_number_checked",
        "emergency": "no_number_abroad no_number_checked nothing_comes_in takes_nothing_now",
    },
    "the numbers were checked": {"front": "", "emergency": "nothing_comes_in takes_nothing_now"},
    "the database is away and something is posted": {"emergency": "nothing_comes_in takes_nothing_now"},
    "a demo": {"front": ""},
    "told and sent": {
        "first": "nobody_watches",
        "story": "nobody_harmed",
        "send": "",
        "sent": "read_by sent",
    },
    "danger, nobody watches": {
        "first": "nobody_watches",
        "story": "nobody_harmed nobody_watches",
        "send": "nobody_watches",
        "sent": "nobody_watches read_by_or_later sent",
    },
    "danger, somebody watches": {
        "first": "somebody_watches",
        "story": "nobody_harmed somebody_watches",
        "send": "somebody_watches",
        "sent": "read_by sent",
    },
    "about an official": {
        "first": "nobody_watches",
        "story": "nobody_harmed",
        "send": "not_to_officials nothing_to_police_official who_reads",
        "sent": "read_by sent",
    },
    "about a child": {
        "first": "nobody_watches",
        "story": "nobody_harmed",
        "send": "nothing_to_police_child",
        "sent": "read_by sent",
    },
    "nobody was harmed": {
        "first": "nobody_watches",
        "story": "nobody_harmed",
        "send": "nobody_harmed",
        "sent": "nobody_harmed read_by sent",
    },
    "no clinic is known": {"story": "no_clinic_known nobody_harmed", "send": "no_clinic_known"},
    "sent twice": {"sent": "read_by sent"},
    "sent twice, more the second time": {"sent": "not_sent_since read_by sent sent_before"},
    "copied well": {"kept": "copied_well read_by right sent"},
    "copied badly": {"kept": "not_like_above read_by sent"},
    "nothing typed": {"kept": "read_by sent"},
    "looked again after it was read": {"kept": "copied_well right sent"},
    "looked again when it should have been read": {"kept": "copied_well right sent"},
    "looked again, the server is busy": {"kept": "copied_well right"},
    "the disk is full": {"sent": "no_room not_sent"},
    "the database is locked": {"sent": "not_sent server_busy"},
    "many send at once": {"sent": "not_sent too_many_people"},
    "many codes were tried": {"sent": "not_sent too_many_codes"},
    "too much for the server": {"sent": "not_so_much too_long"},
    "not sure who receives": {
        "form": "takes_nothing_now who_receives_is_checked",
        "plain": "takes_nothing_now who_receives_is_checked",
        "sent": "takes_nothing_now who_receives_is_checked",
    },
    "not understood": {"answer": "not_read"},
    "open for too long": {"answer": "open_too_long"},
    "at the other server": {"answer": "wrong_server"},
    "something broke": {"answer": "sent_if_it_says_so"},
    "the database rests": {"answer": "sent_if_it_says_so"},
}
"""What each page has to say in each state, and no more."""
