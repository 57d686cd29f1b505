"""The helpers' pages over HTTP: what each shows, what each step does, and what stays hidden."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import NOW, Hands, Helper, Network, Reporter, again, sign_in
from tincay.core.clock import local_day
from tincay.core.sealing import new_key
from tincay.operations.scheduled import tick
from tincay.people.calls import coarsen_notices
from tincay.reports.models import CountEntry, Report
from tincay.web.dates import day_words, moment_words


@dataclass(frozen=True)
class Unlocked:
    """Somebody's browser with the key open."""

    worker: Helper
    client: Client

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, report: Report, step: str, **fields: str) -> Any:
        shown = self.worker.opened(self.client, report)
        return self.client.post(path(report, step), fields, follow=True, headers=shown)

    def send(self, report: Report, step: str, body: dict[str, Any]) -> int:
        shown = self.worker.opened(self.client, report)
        answer = self.client.post(path(report, step), body, content_type="application/json", headers=shown)
        return answer.status_code


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(clock: Hands, helper: Helper) -> "Unlocked":
    return Unlocked(helper, sign_in(helper))


def path(report: Report, step: str = "report") -> str:
    return reverse(step, args=[report.id])


def post(desk: Unlocked, report: Report, step: str, **fields: str) -> str:
    """Take a step over HTTP and follow to the page it leads to."""
    return str(desk.post(report, step, **fields).content.decode())


KINDS = {"answer": "answer", "ask_her": "question", "write": "message"}


def send(desk: Unlocked, helper: Helper, report: Report, step: str, words: str = "Chào bạn") -> int:
    return desk.send(report, step, helper.reply_json(report, words, KINDS[step]))


def test_an_empty_queue_teaches_what_comes_next(desk: Client) -> None:
    assert "Không có tin nào đang chờ" in desk.get(reverse("today")).content.decode()


def test_the_queue_shows_what_is_due_first_and_no_words(desk: Unlocked, reporter: Reporter) -> None:
    calm = reporter.send(words="ZYXQ", priority="p2")
    urgent = reporter.next_person().send(priority="p0")
    page = desk.get(reverse("today")).content.decode()
    assert page.index(urgent.code_name) < page.index(calm.code_name)
    assert "Nguy hiểm ngay" in page
    assert "Mở và đọc" in page
    assert "ZYXQ" not in page


def test_words_are_not_in_the_page_until_they_are_opened(desk: Unlocked, reporter: Reporter) -> None:
    report = reporter.send()
    closed = desk.get(path(report)).content.decode()
    assert "sealed-words" not in closed
    assert 'action="' + path(report, "open_report") in closed


def test_opening_acknowledges_counts_and_shows_sealed_words_only(desk: Unlocked, reporter: Reporter) -> None:
    report = reporter.send(words="ZYXQ mưa")
    page = post(desk, report, "open_report")
    report = again(report)
    assert (report.stage, report.times_opened) == ("acknowledged", 1)
    assert "<sealed-words" in page
    assert "ZYXQ" not in page


def test_from_reading_to_handled_each_step_says_what_she_sees(
    desk: Unlocked, helper: Helper, reporter: Reporter
) -> None:
    report = reporter.send()
    post(desk, report, "open_report")
    assert "Người báo thấy" in desk.get(path(report)).content.decode()
    assert "Đã kiểm tra" in post(desk, report, "verify", result="enough")
    assert "Đã phân loại" in post(desk, report, "classify", classification="exploitation")
    assert "Đã bắt đầu" in post(desk, report, "begin")
    assert send(desk, helper, report, "answer", "Chúng tôi đã hỏi chủ quán") == 201
    assert "Đã xử lý" in post(desk, report, "handle", result="advice")
    assert again(report).stage == "handled"
    assert reporter.messages() == ["Chúng tôi đã hỏi chủ quán"]


def test_handled_before_an_answer_is_refused_with_a_kind_reason(desk: Unlocked, reporter: Reporter) -> None:
    report = reporter.send()
    post(desk, report, "open_report")
    page = post(desk, report, "handle", result="advice")
    assert "Bạn trả lời trước nhé" in page or "chưa đến lượt" in page
    assert again(report).stage == "acknowledged"


def test_a_question_pauses_the_clock_and_her_answer_lets_it_run(
    desk: Unlocked, helper: Helper, reporter: Reporter, clock: Hands
) -> None:
    report = reporter.send()
    post(desk, report, "open_report")
    assert send(desk, helper, report, "ask_her") == 201
    assert "Thời hạn đang tạm dừng" in desk.get(path(report)).content.decode()
    assert "Chờ người báo trả lời" in desk.get(reverse("today")).content.decode()
    reporter.write("Đây", now=clock.move(hours=2))
    assert "Thời hạn đang tạm dừng" not in desk.get(path(report)).content.decode()


@pytest.mark.parametrize("priority", ["p0", "p1"])
def test_an_urgent_report_cannot_be_paused_by_a_question(
    desk: Unlocked, helper: Helper, reporter: Reporter, priority: str
) -> None:
    report = reporter.send(priority=priority)
    page = post(desk, report, "open_report")
    assert "Tin khẩn không được tạm dừng thời hạn" in page
    assert send(desk, helper, report, "ask_her") == 409
    assert reporter.messages() == []


def test_no_form_of_the_desk_has_a_field_for_a_time(desk: Unlocked, reporter: Reporter) -> None:
    report = reporter.send()
    post(desk, report, "open_report")
    for step in ("verify", "classify", "begin"):
        page = desk.get(path(report)).content.decode()
        assert 'type="date"' not in page
        assert 'type="datetime' not in page
        fields = {"verify": {"result": "enough"}, "classify": {"classification": "violence"}}.get(step, {})
        post(desk, report, step, received_at="2020-01-01", now="2020-01-01", **fields)
    assert again(report).received_at == NOW


def test_lost_contact_needs_a_message_and_three_days_and_the_supervisor_sees_it(
    desk: Unlocked, reporter: Reporter, clock: Hands, supervisor: Helper
) -> None:
    report = reporter.send()
    post(desk, report, "open_report")
    assert "Bạn viết cho người báo một lời nhắn trước" in post(desk, report, "try_to_reach")
    assert send(desk, desk.worker, report, "write") == 201
    for _ in range(2):
        assert "Chưa đủ ba lần thử" in post(desk, report, "lose_contact")
        clock.move(days=2)
        post(desk, report, "try_to_reach")
        post(desk, report, "try_to_reach")
    assert "Đã ghi mất liên lạc" in post(desk, report, "lose_contact")
    assert again(report).closure == "lost_contact"
    boss = sign_in(supervisor).get(reverse("overdue")).content.decode()
    assert report.code_name in boss.split("Đã đóng vì mất liên lạc")[1]


@pytest.mark.parametrize("priority", ["p0", "p1"])
def test_who_may_be_in_danger_is_given_up_by_two_people(
    desk: Unlocked, reporter: Reporter, clock: Hands, supervisor: Helper, priority: str
) -> None:
    report = reporter.send(priority=priority)
    post(desk, report, "open_report")
    for _ in range(3):
        assert send(desk, desk.worker, report, "write") == 201
        clock.move(days=1)
    post(desk, report, "lose_contact")
    assert again(report).stage == "acknowledged"
    second = Unlocked(supervisor, sign_in(supervisor))
    assert "Tôi đồng ý đóng" in second.get(path(report)).content.decode()
    post(second, report, "agree_to_closing")
    assert again(report).closure == "lost_contact"


def test_closing_without_an_answer_needs_a_second_person_of_the_desk(
    desk: Unlocked, reporter: Reporter, supervisor: Helper
) -> None:
    report = reporter.send()
    post(desk, report, "open_report")
    post(desk, report, "propose_closing", reason="spam_test")
    assert desk.post(report, "agree_to_closing").status_code == 404
    second = Unlocked(supervisor, sign_in(supervisor))
    assert "Tôi đồng ý đóng" in second.get(path(report)).content.decode()
    post(second, report, "agree_to_closing")
    assert again(report).closure == "spam_test"


def test_somebody_who_proposed_cannot_agree_alone(
    clock: Hands, reporter: Reporter, supervisor: Helper
) -> None:
    report = reporter.send()
    alone = Unlocked(supervisor, sign_in(supervisor))
    post(alone, report, "open_report")
    post(alone, report, "propose_closing", reason="spam_test")
    assert "Cần một người khác" in post(alone, report, "agree_to_closing")
    assert again(report).stage == "acknowledged"


def test_counted_codes_are_kept_only_with_her_consent(desk: Unlocked, reporter: Reporter) -> None:
    count = json.dumps({"report_kind": "incident_report", "primary_harm": "wage_theft"})
    for person, agrees in ((reporter, False), (reporter.next_person(), True)):
        grants = [person.grant("count_statistics")] if agrees else []
        report = person.send(grants=grants)
        post(desk, report, "open_report")
        post(desk, report, "verify", result="enough")
        post(desk, report, "classify", classification="exploitation", count=count)
        found = CountEntry.objects.for_the_rules().filter(report=report)
        assert found.exists() is agrees


def test_raising_the_priority_starts_the_urgent_clock_and_takes_none_away(
    desk: Unlocked, reporter: Reporter
) -> None:
    report = reporter.send()
    before = set(report.clocks.values_list("rule", flat=True))
    post(desk, report, "raise_priority", priority="p0")
    assert before < set(report.clocks.values_list("rule", flat=True))


def test_lowering_is_not_offered(desk: Unlocked, reporter: Reporter) -> None:
    report = reporter.send(priority="p1")
    post(desk, report, "raise_priority", priority="p3")
    assert again(report).priority == "p1"


def test_the_same_message_twice_is_one_message(desk: Unlocked, helper: Helper, reporter: Reporter) -> None:
    report = reporter.send()
    post(desk, report, "open_report")
    body = helper.reply_json(report, "Một lần", "message")
    assert [desk.send(report, "write", body) for _ in range(2)] == [201, 200]
    assert reporter.messages() == ["Một lần"]


@pytest.mark.parametrize("named", ["another", None])
def test_a_message_that_is_sealed_to_another_thread_or_names_none_is_not_taken(
    desk: Unlocked, helper: Helper, reporter: Reporter, named: str | None
) -> None:
    report = reporter.send()
    post(desk, report, "open_report")
    body = helper.reply_json(report, "Một lần", "message") | {"thread": named and new_key()[1]}
    assert desk.send(report, "write", body) == (409 if named else 400)
    assert reporter.messages() == []


@pytest.mark.slow
def test_the_queue_goes_on_where_the_last_page_ended(desk: Unlocked, reporter: Reporter) -> None:
    person = reporter
    names = set()
    for _ in range(33):
        names.add(person.send().code_name)
        person = person.next_person()
    first = desk.get(reverse("today"))
    assert len(first.context["rows"]) == 30
    second = desk.get(reverse("today") + f"?after={first.context['after']}")
    shown = [row.address for page in (first, second) for row in page.context["rows"]]
    assert len(set(shown)) == 33


def test_the_queue_asks_the_same_number_of_questions_however_long_it_is(
    desk: Unlocked, reporter: Reporter
) -> None:
    reporter.send()
    desk.get(reverse("today"))
    with CaptureQueriesContext(connection) as short:
        desk.get(reverse("today"))
    person = reporter
    for _ in range(6):
        person = person.next_person()
        person.send(now=NOW + timedelta(minutes=1))
    with CaptureQueriesContext(connection) as long:
        desk.get(reverse("today"))
    assert len(short) == len(long)


def test_a_supervisor_sees_what_is_late_and_the_head_sees_codes_without_a_link(
    clock: Hands, reporter: Reporter, network: Network
) -> None:
    report = reporter.send()
    clock.move(days=20)
    boss = sign_in(network.supervisor).get(reverse("overdue")).content.decode()
    assert report.code_name in boss
    assert "quá hạn" in boss
    head = sign_in(network.head).get(reverse("overdue")).content.decode()
    assert report.code_name in head
    assert str(report.id) not in head


def test_contentless_news_is_shown_and_can_be_put_away(desk: Unlocked, reporter: Reporter) -> None:
    reporter.send()
    assert "Có việc mới" in desk.get(reverse("today")).content.decode()
    desk.client.post(reverse("seen"), headers=desk.worker.opened(desk.client))
    assert "Có việc mới" not in desk.get(reverse("today")).content.decode()


def test_news_that_is_older_than_a_day_says_no_hour(
    desk: Unlocked, reporter: Reporter, helper: Helper, clock: Hands
) -> None:
    reporter.send(now=clock.now)
    assert moment_words(clock.now) in desk.get(reverse("today")).content.decode()
    coarsen_notices(now=clock.now + timedelta(days=1))
    page = desk.get(reverse("today")).content.decode()
    assert f"Từ {day_words(local_day(clock.now))}." in page


def test_what_came_in_a_flood_is_seen_apart_and_joins_the_queue_when_opened(
    desk: Unlocked, reporter: Reporter
) -> None:
    report = reporter.send(held=True)
    today = desk.get(reverse("today")).content.decode()
    assert report.code_name not in today
    assert reverse("held") in today
    assert report.code_name in desk.get(reverse("held")).content.decode()
    desk.post(report, "open_report")
    assert report.code_name in desk.get(reverse("today")).content.decode()
    assert report.code_name not in desk.get(reverse("held")).content.decode()


def test_what_is_held_is_late_like_everything_else(desk: Unlocked, reporter: Reporter) -> None:
    report = reporter.send(held=True)
    tick(now=NOW + timedelta(days=20))
    assert report.clocks.filter(level="e4").exists()
