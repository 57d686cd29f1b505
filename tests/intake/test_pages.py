"""The reporter's pages: whole without a script, light, and silent about what they are."""

import gzip
import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import NOW, Hands, Network
from tincay.core import receipts
from tincay.people.channels import keep_state
from tincay.people.models import User
from tincay.reports.models import Report

KINDS = ("help", "tell", "warn", "ask")


@pytest.fixture
def visitor(network: Network, clock: Hands, client: Client) -> Client:
    return client


@pytest.mark.parametrize("prefix", ["/", "/en/"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_way_in_answers_in_both_languages(visitor: Client, prefix: str, kind: str) -> None:
    answer = visitor.get(f"{prefix}{kind}/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def fresh_code(html: str) -> str:
    found = re.search(r'name="plain-code" value="([0-9]{24})"', html)
    assert found
    return found[1]


def test_a_plain_report_is_kept_and_gives_its_receipt(visitor: Client) -> None:
    code = fresh_code(visitor.get("/tell/plain/").content.decode())
    sent = {"plain-code": code, "plain-need": ["pep"], "plain-words": "Tôi bị giữ lại."}
    answer = visitor.post("/tell/plain/", sent)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert all(group in html for group in receipts.grouped(code).split())
    assert Report.objects.for_the_rules().get().sealed_by == "server"


def test_sent_twice_it_is_one_report(visitor: Client) -> None:
    code = fresh_code(visitor.get("/tell/plain/").content.decode())
    sent = {"plain-code": code, "plain-need": ["pep"]}
    assert (
        visitor.post("/tell/plain/", sent).status_code
        == visitor.post("/tell/plain/", sent).status_code
        == 200
    )
    assert Report.objects.for_the_rules().count() == 1


def test_the_front_page_weighs_next_to_nothing(visitor: Client) -> None:
    assert len(gzip.compress(visitor.get("/").content)) < 5_000


def test_the_page_where_the_server_seals_does_not_say_that_the_phone_does(visitor: Client) -> None:
    sealed, plain = (visitor.get(path).content.decode() for path in ("/tell/", "/tell/plain/"))
    on_the_phone = "khóa kín ngay trong máy bạn"
    assert on_the_phone in sealed
    assert on_the_phone not in plain
    assert "cũng cần tin người giữ máy chủ" in plain
    english = visitor.get("/en/tell/plain/").content.decode()
    assert "locked on your own phone" not in english


def test_the_team_is_named_before_anything_is_sent(visitor: Client) -> None:
    sealed = visitor.get("/tell/").content.decode()
    plain = visitor.post("/tell/plain/", {"go": "story", "plain-need": ["pep"]}).content.decode()
    for code, name in (("cay-me-tiep-nhan", "Cây Me"), ("ben-song-tiep-nhan", "Bến Sông")):
        assert f'<p data-team="{code}" hidden>Lời của bạn đến: <strong>Bàn tiếp nhận {name} (mẫu)' in sealed
    assert "<li>Bến Sông (giả định): Bàn tiếp nhận Bến Sông (mẫu)</li>" in plain
    said = {"go": "send", "plain-need": ["pep"], "plain-place": "M02"}
    assert "<dd>Bàn tiếp nhận Bến Sông (mẫu)</dd>" in visitor.post("/tell/plain/", said).content.decode()


@pytest.mark.parametrize(
    ("webhook", "reached", "said", "not_said"),
    [
        ("", ("thu.cayme",), "Giờ này không có ai trực", "Người hỗ trợ sẽ đọc"),
        ("https://notice.example/", (), "Giờ này không có ai trực", "Người hỗ trợ sẽ đọc"),
        ("https://notice.example/", ("son.bensong",), "Giờ này không có ai trực", "Người hỗ trợ sẽ đọc"),
        (
            "https://notice.example/",
            ("thu.cayme",),
            "Người hỗ trợ sẽ đọc, chậm nhất 10:00",
            "không có ai trực",
        ),
    ],
)
def test_an_hour_is_promised_only_where_somebody_of_her_desk_can_be_called(
    visitor: Client, settings: Any, webhook: str, reached: tuple[str, ...], said: str, not_said: str
) -> None:
    settings.TINCAY_NOTICE_WEBHOOK = webhook
    keep_state(works=True, now=NOW)
    User.objects.for_the_rules().filter(username__in=reached).update(notice_address="somebody")
    code = fresh_code(visitor.get("/tell/plain/").content.decode())
    sent = {"plain-code": code, "plain-need": ["safety_now"]}
    receipt = visitor.post("/tell/plain/", sent).content.decode()
    assert said in receipt
    assert not_said not in receipt


@pytest.mark.parametrize(
    ("reached", "watched"), [(("thu.cayme",), False), (("thu.cayme", "son.bensong"), True)]
)
def test_the_danger_card_counts_on_nobody_while_one_desk_has_nobody_on_call(
    visitor: Client, settings: Any, reached: tuple[str, ...], watched: bool
) -> None:
    settings.TINCAY_NOTICE_WEBHOOK = "https://notice.example/"
    keep_state(works=True, now=NOW)
    User.objects.for_the_rules().filter(username__in=reached).update(notice_address="somebody")
    html = visitor.get("/tell/").content.decode()
    assert ("Giờ này không có ai trực" in html) is not watched
    assert ("Có người trực đọc tin" in html) is watched


def test_the_four_cases_in_which_others_are_told_are_open_on_the_page(visitor: Client) -> None:
    html = visitor.get("/tell/").content.decode()
    assert html.index("Bốn trường hợp nhóm có thể phải báo") < html.index("<details")
