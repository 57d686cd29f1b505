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


@pytest.fixture
def real(network: Network, client: Client) -> Client:
    """An install for people, whose numbers dial: hands move the clock of a demo only."""
    return client


@pytest.mark.parametrize("prefix", ["/", "/en/"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["", "plain/"])
def test_what_a_way_in_has_chosen_for_her_is_the_first_answer_of_its_question(
    visitor: Client, prefix: str, kind: str, path: str
) -> None:
    html = visitor.get(f"{prefix}{kind}/{path}").content.decode()
    chosen = 0
    for asked in html.split("<fieldset")[1:]:
        answers = re.findall(r"<input[^>]*type=\"(?:checkbox|radio)\"[^>]*>", asked)
        chosen += sum(" checked" in one for one in answers)
        assert not any(" checked" in one for one in answers[1:]), answers
    assert chosen == (kind == "warn" and not path)
    assert "selected" not in html


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
        read_by = "Chỉ nhóm này mở được lời của bạn:"
        assert f'<p data-team="{code}" hidden>{read_by} <strong>Bàn tiếp nhận {name} (mẫu)' in sealed
    assert "<li>Bến Sông (giả định): Bàn tiếp nhận Bến Sông (mẫu)</li>" in plain
    said = {"go": "send", "plain-need": ["pep"], "plain-place": "M02"}
    assert "<dd>Bàn tiếp nhận Bến Sông (mẫu)</dd>" in visitor.post("/tell/plain/", said).content.decode()
    assert "tin không đến nhóm của công an hay cán bộ" in plain


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


def test_whom_to_call_stands_before_the_three_sentences_and_everything_else_is_behind_more(
    visitor: Client,
) -> None:
    html = visitor.get("/tell/").content.decode()
    first = html[: html.index('data-step="danger"')]
    assert first.count("<h1>") == 1
    places = [
        first.index(words)
        for words in ("Đang nguy hiểm? Gọi", "trừ bốn trường hợp", "Đọc thêm", "có thể phải báo")
    ]
    assert places == sorted(places)
    assert "nhóm đọc tin có thể báo công an" in html[html.index('data-step="danger_now"') :], (
        "where it matters too"
    )


def test_the_child_reads_who_is_told_before_the_age_is_asked_for(visitor: Client) -> None:
    story = {"go": "story", "plain-need": ["pep"]}
    for answer in (visitor.get("/help/"), visitor.post("/help/plain/", story)):
        html = answer.content.decode()
        said = html.index("Chỉ biết tuổi thì chúng tôi không báo ai")
        passes_on = html.index("111 chuyển tin ngay cho công an, xã, phường")
        assert said < html.index("Dưới 14 tuổi")
        assert passes_on < html.index("Dưới 14 tuổi") < html.index("Chuyện này xảy ra với ai?")


def card(html: str, condition: str) -> str:
    """A card of the form, up to whatever ends its step."""
    return html.split(f'data-card="{condition}"')[1].split("</fieldset>")[0]


@pytest.mark.parametrize(
    ("kind", "condition", "vi", "en", "number"),
    [
        ("help", "age_band=u14,a14_15,a16_17", "Em không có lỗi.", "It is not your fault.", "111"),
        ("help", "harms=self_harm_risk", "Hãy gọi cấp cứu", "Call an ambulance", "115"),
        ("help", "time_since=h24,h72", "Bạn có thể đi khám ngay.", "You can go now.", "19000000"),
        (
            "help",
            "need=return_from_abroad",
            "Bạn đang ở Việt Nam?",
            "Are you in Viet Nam now?",
            "+84981848484",
        ),
        ("help", "place=x_abroad", "Bạn đang ở Việt Nam?", "Are you in Viet Nam now?", "117"),
        (
            "help",
            "did=militia_guard,other_official,police",
            "Tin này không đến nhóm của công an hay cán bộ.",
            "does not go to any team of the police",
            "",
        ),
        ("tell", "harmed=no", "chưa có gì được gửi đi.", "Nothing is sent before you press send.", ""),
    ],
)
def test_a_card_stands_in_the_step_of_the_answer_that_calls_it(
    real: Client, kind: str, condition: str, vi: str, en: str, number: str
) -> None:
    for prefix, words in (("/", vi), ("/en/", en)):
        html = card(real.get(f"{prefix}{kind}/").content.decode(), condition)
        assert words in html
        assert f'href="tel:{number}"' in html or not number


def test_the_card_about_officials_names_the_team_that_reads(visitor: Client) -> None:
    html = visitor.get("/help/").content.decode()
    for condition in ("did=militia_guard,other_official,police", "harms=off_bribe,off_condoms"):
        named = html.split(f'data-card="{condition}')[1].split("</div>")[0]
        assert 'data-team="cay-me-tiep-nhan" hidden>Bàn tiếp nhận Cây Me (mẫu)' in named


def test_no_number_of_viet_nam_stands_open_where_somebody_is_abroad(real: Client) -> None:
    html = real.get("/help/").content.decode()
    for condition in ("need=return_from_abroad", "place=x_abroad"):
        asks = html.split(f'data-card="{condition}"')[1]
        assert asks.index("Bạn đang ở Việt Nam?") < asks.index("<details") < asks.index("tel:")
    screen = html.split('data-step="danger_now"')[1].split("</fieldset>")[0]
    assert screen.index('data-unless="need=return_from_abroad"') < screen.index("tel:113")
