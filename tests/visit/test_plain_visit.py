"""Coming back without a script: the code is typed, the server opens for fifteen minutes, and forgets."""

import re
import unicodedata
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import Hands, Network, Reporter, again
from tincay.core.receipts import to_things
from tincay.core.stages import WrongStage
from tincay.core.statements import NotSigned
from tincay.reports.envelope import LONGEST_PART
from tincay.reports.models import CountEntry, Report
from tincay.reports.signed_words import StaleNumber, signed_words
from tincay.reports.steps import finish
from tincay.vault.models import SealedText
from tincay.visit.models import Visit
from tincay.web.packs import things
from tincay.web.time import now

PAGES = ("now", "allow", "late", "proof", "data", "delete", "done")


@pytest.fixture
def visitor(network: Network, clock: Hands, client: Client, reporter: Reporter) -> Client:
    reporter.send(grants=[reporter.grant("store_sealed")])
    answer = client.post("/back/", {"plain-code": reporter.code})
    assert answer.status_code == 302
    return client


def token(client: Client, path: str = "/back/now/") -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', client.get(path).content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize("prefix", ["/", "/en/"])
@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_behind_the_receipt(visitor: Client, prefix: str, page: str) -> None:
    answer = visitor.get(f"{prefix}back/{page}/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_twelve_things_open_in_either_language(
    visitor: Client, reporter: Reporter, language: str
) -> None:
    nouns = [thing.name(language) for thing in to_things(reporter.code, things())]
    assert Client().post("/en/back/", {"plain-code": ", ".join(nouns)}).status_code == 302


@pytest.mark.parametrize(
    ("path", "words"), [("/back/", "Vật thứ 4 chúng tôi không nhận ra."), ("/en/back/", "thing number 4.")]
)
def test_the_thing_that_was_not_understood_is_named_and_not_repeated(
    visitor: Client, reporter: Reporter, path: str, words: str
) -> None:
    nouns = [thing.vi for thing in to_things(reporter.code, things())]
    answer = Client().post(path, {"plain-code": ", ".join([*nouns[:3], "xyzzy", *nouns[4:]])})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert words in html
    assert "xyzzy" not in html


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_them_without_the_visit_cookie(visitor: Client, page: str) -> None:
    answer = Client().get(f"/back/{page}/")
    assert "data-code" in answer.content.decode()
    assert "token" not in answer.content.decode()


def test_the_visit_cookie_is_out_of_reach_and_dies_with_the_session(visitor: Client) -> None:
    cookie = visitor.cookies["visit"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert not cookie["max-age"]
    assert not cookie["expires"]


@pytest.mark.parametrize("page", PAGES)
def test_the_way_out_ends_the_visit(visitor: Client, page: str) -> None:
    html = visitor.get(f"/back/{page}/").content.decode()
    found = re.search(r'<a class="way-out" href="([^"]+)"', html)
    assert found
    answer = visitor.get(found[1])
    assert answer["Location"] == settings.TINCAY_EXIT_ADDRESS
    assert not Visit.objects.for_the_rules().exists()
    assert not visitor.cookies["visit"].value
    assert "data-code" in visitor.get("/back/now/").content.decode()


def test_the_way_out_leads_out_also_when_the_visit_is_over(visitor: Client) -> None:
    Visit.objects.for_the_rules().delete()
    assert visitor.get("/back/out/")["Location"] == settings.TINCAY_EXIT_ADDRESS


def test_a_message_is_sealed_and_read_again(visitor: Client, reporter: Reporter) -> None:
    visitor.post(
        "/back/write/", {"token": token(visitor), "key": "k" * 22, "plain-words": "Tôi nhớ thêm một điều."}
    )
    assert reporter.messages() == ["Tôi nhớ thêm một điều."]
    assert "Tôi nhớ thêm một điều." in visitor.get("/back/now/").content.decode()
    assert b"nh\xe1\xbb\x9b th\xc3\xaam" not in b"".join(
        bytes(t.sealed) for t in SealedText.objects.for_the_rules()
    )


def test_a_message_with_the_code_is_refused_and_stays_in_the_form(
    visitor: Client, reporter: Reporter
) -> None:
    said = f"mã của tôi {reporter.code} nhé"
    answer = visitor.post("/back/write/", {"token": token(visitor), "key": "k" * 22, "plain-words": said})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not reporter.messages()


def test_a_form_of_another_page_cannot_write(visitor: Client, reporter: Reporter) -> None:
    visitor.post("/back/write/", {"token": "0" * 64, "key": "k" * 22, "plain-words": "x"})
    assert not reporter.messages()


def test_consent_is_given_and_taken_back_at_once(visitor: Client, reporter: Reporter) -> None:
    path = "/back/allow/alert_members/"
    visitor.post(path, {"token": token(visitor, path), "given": "true"})
    assert "Rút lại" in visitor.get(path).content.decode()
    visitor.post(path, {"token": token(visitor, path), "given": "false"})
    assert "Tôi cho phép" in visitor.get(path).content.decode()
    assert reporter.report
    assert [row.given for row in reporter.report.grants.order_by("number")] == [True, True, False]


def test_the_page_of_her_data_shows_what_helpers_wrote_down(visitor: Client, reporter: Reporter) -> None:
    report = reporter.report
    assert report
    Report.objects.for_the_rules().update(
        classification="violence", times_opened=3, verification_result="enough"
    )
    html = visitor.get("/back/data/").content.decode()
    for said in (report.code_name, "Được xếp vào loại", ">3<"):
        assert said in html
    assert "Con số chung" not in html


def test_she_reads_whether_she_can_still_take_back_what_is_counted(
    visitor: Client, reporter: Reporter
) -> None:
    CountEntry.objects.create(report=reporter.report, quarter="2026-Q2", codes={"province": "M01"})
    assert "đang chờ được tính, bạn còn rút lại được" in visitor.get("/back/data/").content.decode()
    CountEntry.objects.for_the_rules().delete()
    Report.objects.for_the_rules().update(counted=True)
    assert "không còn tìm ra dòng của bạn" in visitor.get("/back/data/").content.decode()


def test_what_stays_after_deleting_is_what_the_page_named(visitor: Client, reporter: Reporter) -> None:
    rows = Report.objects.for_the_rules()
    rows.update(classification="violence", times_opened=3, verification_result="enough", paged=1)
    before = rows.get()
    visitor.post("/back/delete/", {"token": token(visitor, "/back/delete/")})
    named = {"desk_id", "kind_group", "priority", "sealed_by", "retention_class", "received_month"}
    named |= {"closed_month", "closure", "stage", "id"}
    left = rows.get()
    for field in Report._meta.concrete_fields:
        value = getattr(left, field.attname)
        changed = value != getattr(before, field.attname)
        assert field.attname in named or not value or changed, field.attname


def test_deleting_takes_the_words_the_visit_and_the_door(visitor: Client, reporter: Reporter) -> None:
    answer = visitor.post("/back/delete/", {"token": token(visitor, "/back/delete/")})
    assert "Đã xóa" in answer.content.decode()
    assert not SealedText.objects.for_the_rules().exists()
    assert not Visit.objects.for_the_rules().exists()
    assert Client().post("/back/", {"plain-code": reporter.code}).status_code == 404


def test_wrong_codes_make_the_next_one_wait_in_this_browser_only(visitor: Client, reporter: Reporter) -> None:
    wrong = Reporter(99).code
    browser = Client()
    for _ in range(5):
        assert browser.post("/back/", {"plain-code": wrong}).status_code == 404
    assert browser.post("/back/", {"plain-code": wrong}).status_code == 429
    assert Client().post("/back/", {"plain-code": reporter.code}).status_code == 302


def test_what_was_typed_survives_the_end_of_a_visit(visitor: Client, reporter: Reporter) -> None:
    written = {"token": token(visitor), "key": "k" * 22, "plain-words": "Lời tôi viết dở."}
    Visit.objects.for_the_rules().delete()
    ended = visitor.post("/back/write/", written)
    assert ended.status_code == 401
    assert "Lời tôi viết dở." in ended.content.decode()
    again = visitor.post("/back/", {"plain-code": reporter.code, "plain-words": "Lời tôi viết dở."})
    assert "Lời tôi viết dở." in again.content.decode()


def test_closing_ends_it_and_it_can_be_opened_again(visitor: Client, reporter: Reporter) -> None:
    form = done_form(visitor)
    visitor.post("/back/done/", form)
    assert reporter.report
    assert Report.objects.for_the_rules().get().closed
    visitor.post("/back/done/", form)  # pressed twice
    assert Report.objects.for_the_rules().get().closed
    assert 'href="/back/allow/"' in visitor.get("/back/now/").content.decode()
    form = done_form(visitor)
    visitor.post("/back/done/", form)
    visitor.post("/back/done/", form)
    assert Report.objects.for_the_rules().get().stage == "in_handling"


def done_form(client: Client) -> dict[str, str]:
    """The fields of the one form, as the page gives them."""
    page = client.get("/back/done/").content.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', page))


def test_closed_while_she_wrote_it_shows_only_the_steps_that_were_taken(
    visitor: Client, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her request had read the report before it was closed."""
    written = {"token": token(visitor), "key": "k" * 22, "plain-words": "Lời tôi viết dở."}

    def closed_meanwhile(**message: object) -> None:
        assert reporter.report
        finish(report=again(reporter.report), now=now())
        raise WrongStage("out_of_order")

    monkeypatch.setattr("tincay.visit.views.receive_message", closed_meanwhile)
    answer = visitor.post("/back/write/", written)
    assert answer.status_code == 409
    assert "Lời tôi viết dở." in answer.content.decode()
    assert stages_in(answer.content.decode()) == stages_in(visitor.get("/back/now/").content.decode())


def stages_in(page: str) -> list[str]:
    """The bar of her page, as it stands."""
    bar = re.search(r'<ol class="stages.*?</ol>', page, re.DOTALL)
    assert bar
    return re.findall(r"<li[^>]*>", bar[0])


@pytest.mark.parametrize("trouble", [StaleNumber, NotSigned])
def test_what_another_tab_was_quicker_with_costs_her_no_word(
    visitor: Client, reporter: Reporter, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    written = {"token": token(visitor), "key": "k" * 22, "plain-words": "Lời của trang thứ hai."}
    with monkeypatch.context() as patch:
        if trouble is StaleNumber:  # read before the other tab wrote
            assert reporter.report
            before = signed_words(reporter.report)
            reporter.write("Lời của trang thứ nhất.")
            patch.setattr("tincay.visit.views.signed_words", lambda report: before)
        else:
            patch.setattr("tincay.visit.views.receive_message", mock.Mock(side_effect=trouble))
        answer = visitor.post("/back/write/", written)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lời của trang thứ hai." in page
    assert "bấm gửi lại" in page
    assert visitor.post("/back/write/", written).status_code == 302
    assert reporter.messages()[-1] == "Lời của trang thứ hai."


def test_what_she_wrote_while_it_was_closed_is_not_lost_and_not_kept(
    visitor: Client, reporter: Reporter
) -> None:
    written = {"token": token(visitor), "key": "k" * 22, "plain-words": "Lời tôi viết dở."}
    visitor.post("/back/done/", done_form(visitor))
    answer = visitor.post("/back/write/", written)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lời tôi viết dở." in page
    assert 'href="/back/done/"' in page
    assert not reporter.messages()
    assert reporter.report
    sealed = reporter.message_json("…")
    headers = {"X-CSRFToken": written["token"]}
    told = visitor.post("/back/write/", sealed, content_type="application/json", headers=headers)
    assert (told.status_code, told.json()) == (409, {"error": "closed"})


def test_who_could_not_be_reached_reads_what_was_tried_and_how_to_go_on(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    report = network.helper.open_report(reporter.send(grants=[reporter.grant("store_sealed")]))
    for _ in range(3):
        network.helper.write(report, now=clock.move(days=1))
    network.helper.lose_contact(report, now=clock.move(days=1))
    assert client.post("/back/", {"plain-code": reporter.code}).status_code == 302
    page = client.get("/back/now/").content.decode()
    assert "thử ít nhất ba ngày" in page
    assert "Mở lại tin này" in page


def test_a_message_is_counted_as_people_see_it_and_never_cut(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send()
    client.post("/back/", {"plain-code": reporter.code})
    page = client.get("/back/now/").content.decode()
    assert "maxlength" not in page
    fields = dict(re.findall(r'name="(token|key)" value="([^"]+)"', page))
    long = "e\u0302\u0301 " * 30_000 + "cuối"
    answer = client.post("/back/write/", {**fields, "plain-words": long})
    assert answer.status_code == 302
    assert reporter.messages() == [unicodedata.normalize("NFC", long)]
    answer = client.post("/back/write/", {**fields, "key": "b" * 22, "plain-words": "x" * (LONGEST_PART + 1)})
    assert answer.status_code == 422
    assert "x" * (LONGEST_PART + 1) in answer.content.decode()
