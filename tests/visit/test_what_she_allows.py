"""What may be allowed is said so that it can be understood: to whom, and which items."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import NOW, Hands, Network, Reporter
from tincay.core.consent import NOT_OF_A_CHILD
from tincay.intake.consents import POLICE, item_words, items_of, seen_for
from tincay.intake.questions import CONSENTS
from tincay.people.models import Organisation
from tincay.reports.ending import erase_words
from tincay.reports.models import Report
from tincay.visit.pages import labels

pytestmark = pytest.mark.django_db(transaction=True)
TO_SOMEBODY = "Cho một nơi khác tôi chọn biết việc đã xảy ra"
TO_BEN_SONG = "Cho Bàn tiếp nhận Bến Sông (mẫu) biết việc đã xảy ra"


def listed(client: Client) -> list[str]:
    return re.findall(r"<strong>(.*?)</strong>", client.get("/back/allow/").content.decode())


def come_in(client: Client, reporter: Reporter) -> Client:
    assert client.post("/back/", {"plain-code": reporter.code}).status_code == 302
    return client


def test_each_team_is_named_once_and_nobody_is_offered_without_a_name(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send()
    shown = listed(come_in(client, reporter))
    assert TO_BEN_SONG in shown
    assert TO_SOMEBODY not in shown
    assert len(shown) == len(set(shown))


def test_a_yes_that_names_nobody_can_still_be_taken_back(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send(grants=[reporter.grant("share_service")])
    assert TO_SOMEBODY in listed(come_in(client, reporter))


def test_the_page_of_one_team_names_it_and_the_items_in_short_words(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send()
    html = come_in(client, reporter).get("/back/allow/share_service/?to=ben-song-tiep-nhan").content.decode()
    assert f"<h1>{TO_BEN_SONG}</h1>" in html
    assert "<li>Điều bạn cần giúp</li>" in html
    assert "<li>Ai đã làm</li>" in html


def test_an_answer_that_the_form_does_not_offer_is_shown_in_words(network: Network) -> None:
    assert labels()["age_band"]["a30_39"] == "30–39 tuổi"
    assert labels()["age_band"]["adult_ns"] == "Từ 18 tuổi trở lên"


# --- exactly the items


TOLD = {
    "need": ["pep"],
    "harms": ["threat"],
    "time_since": ["h72"],
    "place": ["M01"],
    "channel": ["zalo"],
    "did": ["client"],
    "kind": ["incident_report"],
    "police_option": ["not_now"],
    "age_band": ["a25_29"],
    "danger": ["no"],
}
WORDS, NUMBER = "ZYXQ sau chợ", "QZVN 0000"


def tells_all(reporter: Reporter) -> None:
    """A report in which every item has an answer, and more."""
    fields = {"identifier": NUMBER, "name": "Mây"}
    reporter.send(answers=TOLD, fields=fields, words=WORDS, grants=[reporter.grant("store_sealed")])


@pytest.mark.parametrize("scope", CONSENTS)
def test_the_page_of_a_consent_shows_exactly_the_items_that_it_hands_over(
    network: Network, clock: Hands, client: Client, reporter: Reporter, scope: str
) -> None:
    tells_all(reporter)
    to = f"?to={network.police.code}" if scope == POLICE else ""
    html = come_in(client, reporter).get(f"/back/allow/{scope}/{to}").content.decode()
    titles = {words[""]: name for name, words in labels().items()}
    shown = [titles[title] for title in re.findall(r"<dt>(.*?)</dt>", html)]
    shown += ["words"] if WORDS in html else []
    assert sorted(shown) == sorted(seen_for(scope))
    assert not items_of(scope) or sorted(shown) == sorted(items_of(scope))
    assert (NUMBER in html) is ("identifier" in seen_for(scope))
    assert re.findall(r"<li>(.*?)</li>", html)[: len(seen_for(scope))] == item_words(scope)


# --- what is said after a change, and what is so now

AT_NINE = "09:00 thứ Ba 30/06/2026"
NOTHING_WENT = "Chưa có gì được đưa đi."
GONE = "Cái gì đã đưa đi rồi thì không lấy lại được. Từ nay không đưa thêm."
NOBODY_KNOWS = "Không rút lại được nữa: không ai còn biết dòng nào là của bạn."
TO_POLICE = f"/back/allow/{POLICE}/"


def change(client: Client, path: str, *, given: bool) -> list[tuple[str, list[str]]]:
    """Press it without a script; what the page then says, and at which row."""
    (found,) = set(
        re.findall(r'name="token" value="([0-9a-f]{64})"', client.get("/back/now/").content.decode())
    )
    answer = client.post(path, {"token": found, "given": "true" if given else "false"})
    assert answer.status_code == 200, answer.status_code
    rows = re.split(r'<div data-consent="', answer.content.decode())[1:]
    told = r"data-told\s+autofocus\s*>(.*?)</div>"
    said = [(row.partition('"')[0], re.search(told, row, re.DOTALL)) for row in rows]
    return [(key, re.findall(r"<p>(.*?)</p>", words[1])) for key, words in said if words]


@pytest.fixture
def visitor(network: Network, clock: Hands, client: Client, reporter: Reporter) -> Client:
    tells_all(reporter)
    return come_in(client, reporter)


def test_a_change_is_confirmed_at_its_row_with_its_time_and_what_it_does(visitor: Client) -> None:
    path = "/back/allow/share_service/?to=ben-song-tiep-nhan"
    row = "share_service?to=ben-song-tiep-nhan"
    given = [f"Đã cho phép lúc {AT_NINE}. Có hiệu lực ngay.", NOTHING_WENT]
    assert change(visitor, path, given=True) == [(row, given)]
    taken = [f"Đã rút lúc {AT_NINE}. Có hiệu lực ngay.", NOTHING_WENT]
    assert change(visitor, path, given=False) == [(row, taken)]


def test_what_is_on_stands_first(visitor: Client) -> None:
    change(visitor, "/back/allow/pattern_link/", given=True)
    html = visitor.get("/back/allow/").content.decode()
    on, off = html.split("<h2>Không cho phép</h2>")
    assert re.findall(r'data-consent="(\w+)"', on) == ["store_sealed", "pattern_link"]
    assert "count_statistics" in off


def test_after_somebody_opened_her_words_nothing_is_promised_that_may_not_be_so(
    visitor: Client, reporter: Reporter
) -> None:
    path = "/back/allow/share_service/?to=ben-song-tiep-nhan"
    change(visitor, path, given=True)
    Report.objects.for_the_rules().update(times_opened=1)
    ((_, said),) = change(visitor, path, given=False)
    assert said[1:] == [GONE]
    page = visitor.get(path).content.decode()
    assert GONE in page
    assert NOTHING_WENT not in page


def test_what_was_never_allowed_cannot_have_gone(visitor: Client) -> None:
    Report.objects.for_the_rules().update(times_opened=7)
    assert NOTHING_WENT in visitor.get("/back/allow/alert_members/").content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, ["Câu trả lời của bạn chưa được đếm."]),
        ({"counted": True}, ["Câu trả lời của bạn đã được đếm rồi.", NOBODY_KNOWS]),
        ({"promise": ""}, ["Nếu bạn cho phép khi tin đóng, câu trả lời của bạn vẫn được đếm.", NOBODY_KNOWS]),
    ],
    ids=["not counted", "counted", "was closed"],
)
def test_a_counted_answer_is_never_called_taken_back(
    visitor: Client, state: dict[str, Any], said: list[str]
) -> None:
    path = "/back/allow/count_statistics/"
    change(visitor, path, given=True)
    Report.objects.for_the_rules().update(**state)
    ((row, lines),) = change(visitor, path, given=False)
    assert (row, lines[1:]) == ("count_statistics", said)


def test_words_that_are_gone_are_said_to_be_gone(visitor: Client, reporter: Reporter) -> None:
    path = "/back/allow/store_sealed/"
    ((_, said),) = change(visitor, path, given=False)
    assert said[1:] == ["Lời của bạn bị xóa khi bạn được trả lời, hoặc khi tin đóng."]
    assert reporter.report
    erase_words(report=reporter.report, now=NOW)
    ((_, said),) = change(visitor, path, given=True)
    assert said[1:] == ["Lời bạn kể đã được xóa.", "Lời bạn kể thêm từ nay được giữ."]


# --- the police


def test_one_page_names_each_body_and_her_last_word_is_what_it_says(
    visitor: Client, network: Network, reporter: Reporter
) -> None:
    body, whole = (
        f"{TO_POLICE}?to={network.police.code}",
        "Cho Công an xã (mẫu) biết việc đã xảy ra, không nói tôi là ai",
    )
    assert "Bạn chưa cho phép gì." in visitor.get(TO_POLICE).content.decode()
    ((row, said),) = change(visitor, body, given=True)
    assert (row, said[:2]) == (POLICE, [f"Đã cho phép lúc {AT_NINE}. Có hiệu lực ngay.", f"{whole}."])
    assert f"<li>{whole}</li>" in visitor.get(TO_POLICE).content.decode()
    ((row, said),) = change(visitor, TO_POLICE, given=False)
    assert said[0] == f"Đã ghi lúc {AT_NINE}: bạn không muốn báo công an. Có hiệu lực ngay."
    page = visitor.get(TO_POLICE).content.decode()
    assert "Bạn không muốn báo công an." in page
    assert f"<li>{whole}</li>" not in page
    assert reporter.report
    rows = reporter.report.grants.filter(scope=POLICE).order_by("number")
    assert [(row.receiver, sorted(row.items), row.given) for row in rows] == [
        (f"body:{network.police.code}", sorted(items_of(POLICE)), True),
        ("", [], False),
    ]


@pytest.mark.parametrize("told", [{"did": ["police"]}, {"harms": ["off_bribe"]}], ids=["did", "harms"])
def test_a_body_that_she_reports_about_is_not_offered_and_it_says_why(
    network: Network, clock: Hands, client: Client, reporter: Reporter, told: dict[str, list[str]]
) -> None:
    reporter.send(answers=TOLD | told)
    come_in(client, reporter)
    path = f"{TO_POLICE}?to={network.police.code}"
    page = client.get(path).content.decode()
    assert "Bạn kể về công an hoặc cán bộ." in page
    assert 'value="true"' not in page
    (found,) = set(
        re.findall(r'name="token" value="([0-9a-f]{64})"', client.get("/back/now/").content.decode())
    )
    assert client.post(path, {"token": found, "given": "true"}).status_code == 404
    assert reporter.report
    assert not reporter.report.grants.exists()


def test_without_such_a_body_the_police_are_not_asked_about(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    Organisation.objects.filter(pk=network.police.pk).update(kind="ngo", scope=[])
    reporter.send()
    come_in(client, reporter)
    assert "Còn về công an" not in client.get("/back/allow/").content.decode()
    assert client.get(TO_POLICE).status_code == 404
    assert 'data-step="police"' not in client.get("/tell/").content.decode()


def test_a_body_that_left_the_install_can_still_be_taken_back(
    visitor: Client, network: Network, reporter: Reporter
) -> None:
    change(visitor, f"{TO_POLICE}?to={network.police.code}", given=True)
    Organisation.objects.filter(pk=network.police.pk).update(kind="ngo", scope=[])
    change(visitor, f"{TO_POLICE}?to={network.police.code}", given=False)
    assert "Đang cho phép" not in visitor.get(TO_POLICE).content.decode()


# --- a child, and an official told later


def token_of(client: Client) -> str:
    (found,) = set(
        re.findall(r'name="token" value="([0-9a-f]{64})"', client.get("/back/now/").content.decode())
    )
    return str(found)


@pytest.mark.parametrize(
    "told",
    [
        {"retention_class": "r_child"},
        {"retention_class": "r0_now", "answers": TOLD | {"age_band": ["a14_15"]}},
        {"retention_class": "r0_now", "answers": TOLD | {"harms": ["child_taken"]}},
    ],
    ids=["kept as a child's", "by the age that she said", "by what happened"],
)
def test_a_child_is_asked_less_behind_the_code_too(
    network: Network, clock: Hands, client: Client, reporter: Reporter, told: dict[str, Any]
) -> None:
    reporter.send(**told)
    come_in(client, reporter)
    for scope in ("alert_public", f"{POLICE}"):
        to = f"?to={network.police.code}" if scope == POLICE else ""
        page = client.get(f"/back/allow/{scope}/{to}").content.decode()
        assert "Người bị hại dưới 18 tuổi" in page
        assert 'value="true"' not in page
        assert (
            client.post(f"/back/allow/{scope}/{to}", {"token": token_of(client), "given": "true"}).status_code
            == 404
        )
    assert 'value="true"' in client.get("/back/allow/count_statistics/").content.decode()
    rows = client.get("/back/allow/").content.decode()
    assert not [scope for scope in NOT_OF_A_CHILD if f"/back/allow/{scope}/" in rows]
    assert "/back/allow/count_statistics/" in rows


def test_without_a_script_telling_about_an_official_ends_what_the_police_might_know(
    visitor: Client, network: Network, reporter: Reporter
) -> None:
    path = f"{TO_POLICE}?to={network.police.code}"
    change(visitor, path, given=True)
    told = {"token": token_of(visitor), "key": "a" * 22, "plain-did": "police", "go": "send"}
    answer = visitor.post("/back/tell/", told)
    assert answer.status_code == 409
    assert "Nay bạn kể về công an hoặc cán bộ." in answer.content.decode()
    assert "Đang cho phép" in visitor.get(TO_POLICE).content.decode()
    seen = dict(re.findall(r'type="hidden" name="(team|police)" value="([^"]+)"', answer.content.decode()))
    assert visitor.post("/back/tell/", told | seen).status_code == 302
    assert "Bạn không muốn báo công an." in visitor.get(TO_POLICE).content.decode()
