"""When something fails behind the receipt or on the plain form: said kindly, and nothing typed is lost."""

import re
from unittest import mock

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.test import Client

from tests.cast import Hands, Network, Reporter, url64
from tests.intake.plain_form import in_form
from tincay.core import receipts
from tincay.intake import flood, tallies
from tincay.intake.derivations import Busy
from tincay.reports.models import Report
from tincay.vault.models import Opening

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = "Lời tôi đã viết rất lâu."
FULL, LOCKED = "database or disk is full", "database is locked"
BROKEN = InterfaceError("connection already closed")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "_in_memory", tallies.InMemory())
    monkeypatch.setattr(flood, "plain_lane", flood.Rate("plain"))


@pytest.fixture
def phone(network: Network, clock: Hands, client: Client) -> Client:
    return client


def token(client: Client) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', client.get("/back/now/").content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("trouble", "status"), [(OperationalError(FULL), 507), (OperationalError(LOCKED), 503), (BROKEN, 503)]
)
def test_the_plain_form_keeps_what_was_typed(
    phone: Client, reporter: Reporter, trouble: Exception, status: int
) -> None:
    sent = {"plain-code": reporter.code, "plain-need": ["pep"], "plain-words": TYPED, "plain-place": "M01"}
    with mock.patch("tincay.intake.flood.receive_report", side_effect=trouble):
        answer = phone.post("/tell/plain/", sent)
    assert answer.status_code == status
    assert answer["Retry-After"] == "60"
    again = in_form(answer.content.decode())
    assert {name: again.getlist(name) for name in sent} == {
        name: value if isinstance(value, list) else [value] for name, value in sent.items()
    }
    assert phone.post("/tell/plain/", again).status_code == 200
    assert Report.objects.for_the_rules().count() == 1


def test_without_the_one_answer_the_rest_stays(phone: Client, reporter: Reporter) -> None:
    answer = phone.post("/tell/plain/", {"plain-code": reporter.code, "plain-words": TYPED})
    assert answer.status_code == 422
    assert TYPED in answer.content.decode()
    assert 'href="#need"' in answer.content.decode()


def test_too_long_words_come_back_whole_and_she_is_told_how_much_is_too_much(
    phone: Client, reporter: Reporter
) -> None:
    story = "dài " * 200_000 + "hết"
    sent = {"plain-code": reporter.code, "plain-need": ["pep"], "plain-words": story}
    answer = phone.post("/tell/plain/", sent)
    assert answer.status_code == 422
    assert story in answer.content.decode()
    assert "Lời này dài quá 3 chữ cái." in answer.content.decode()
    assert phone.post("/tell/plain/", sent | {"plain-words": story[:-3]}).status_code == 200


def test_more_than_the_server_reads_is_answered_with_the_numbers_to_call(phone: Client) -> None:
    sent = {"plain-words": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    answer = phone.post("/tell/plain/", sent)
    assert answer.status_code == 413
    assert "chưa gửi được" in answer.content.decode()
    assert 'class="card call"' in answer.content.decode()


def test_where_the_line_is_full_she_is_told_how_long_and_her_words_stay(
    phone: Client, reporter: Reporter
) -> None:
    sent = {"plain-code": reporter.code, "plain-need": ["pep"], "plain-words": TYPED}
    with mock.patch("tincay.intake.plain.stretch", side_effect=Busy(7)):
        answer = phone.post("/tell/plain/", sent)
    html = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "7"
    assert TYPED in html
    assert "Bạn đợi 7 giây rồi bấm gửi lại" in html
    assert "Nếu đang nguy hiểm, bạn gọi số khẩn cấp mà bạn biết." in html
    # A button to send stands right there, and once more at the end of the page.
    assert html.count('name="go" value="sent"') == 2


def test_two_sendings_of_one_page_at_one_moment_are_one_report_and_show_its_code(
    phone: Client, reporter: Reporter
) -> None:
    sent = {"plain-code": reporter.code, "plain-need": ["pep"], "plain-words": TYPED}
    phone.post("/tell/plain/", sent)
    first = Report.objects.for_the_rules().get()
    # The other one was not there yet when this one looked.
    with mock.patch("tincay.reports.receiving.with_key", side_effect=[None, first]):
        answer = phone.post("/tell/plain/", sent)
    assert answer.status_code == 200
    assert reporter.code[-4:] in answer.content.decode()
    assert Report.objects.for_the_rules().count() == 1


def test_a_code_that_stands_for_another_report_takes_nothing(phone: Client, reporter: Reporter) -> None:
    reporter.send()
    sent = {"plain-code": reporter.code, "plain-need": ["pep"], "plain-words": TYPED}
    answer = phone.post("/tell/plain/", sent)
    assert answer.status_code == 503
    assert TYPED in answer.content.decode()


@pytest.mark.parametrize("trouble", [Busy(7), OperationalError(LOCKED), BROKEN])
def test_when_the_server_cannot_look_the_receipt_stays_on_the_page(
    phone: Client, reporter: Reporter, trouble: Exception
) -> None:
    reporter.send()
    typed = {"plain-code": reporter.code, "plain-last": reporter.code[-4:]}
    with mock.patch("tincay.intake.views.stretch", side_effect=trouble):
        answer = phone.post("/kept/", typed)
    assert answer.status_code == 200
    assert receipts.grouped(reporter.code).split()[0] in answer.content.decode()
    assert "Bạn đã chép đúng nhóm cuối." in answer.content.decode()


def test_codes_tried_at_the_receipt_make_a_browser_wait(phone: Client, reporter: Reporter) -> None:
    for _ in range(5):
        assert phone.post("/kept/", {"plain-code": Reporter(99).code}).status_code == 404
    with mock.patch("tincay.intake.views.stretch", side_effect=AssertionError("not while waiting")):
        phone.post("/kept/", {"plain-code": Reporter(99).code})
        assert phone.post("/back/", {"plain-code": reporter.code}).status_code == 429
    sent = {"plain-code": reporter.code, "plain-need": ["pep"], "plain-words": TYPED}
    answer = phone.post("/tell/plain/", sent)
    assert answer.status_code == 429
    assert TYPED in answer.content.decode()
    assert f"đợi {answer['Retry-After']} giây" in answer.content.decode()


def test_a_receipt_has_no_link_that_would_lose_it(phone: Client, reporter: Reporter) -> None:
    sent = {"plain-code": reporter.code, "plain-need": ["pep"]}
    assert 'class="language"' not in phone.post("/tell/plain/", sent).content.decode()
    kept = phone.post("/kept/", {"plain-code": reporter.code, "plain-last": "1"})
    assert 'class="language"' not in kept.content.decode()
    assert phone.get("/en/kept/")["Location"] == "/en/back/"


@pytest.mark.parametrize(
    ("code", "status"), [("", 422), ("12", 422), ("1" * 24, 422), (Reporter(99).code, 404)]
)
def test_a_mistyped_code_after_an_ended_visit_loses_no_word(phone: Client, code: str, status: int) -> None:
    answer = phone.post("/back/", {"plain-code": code, "plain-words": TYPED})
    assert answer.status_code == status
    assert TYPED in answer.content.decode()


@pytest.mark.parametrize("trouble", [Busy(7), OperationalError(LOCKED), BROKEN])
def test_a_server_that_is_busy_after_an_ended_visit_loses_no_word(
    phone: Client, reporter: Reporter, trouble: Exception
) -> None:
    reporter.send()
    with mock.patch("tincay.visit.views.stretch", side_effect=trouble):
        answer = phone.post("/back/", {"plain-code": reporter.code, "plain-words": TYPED})
    assert answer.status_code == 503
    assert TYPED in answer.content.decode()


def test_a_browser_that_has_to_wait_after_an_ended_visit_loses_no_word(phone: Client) -> None:
    for _ in range(5):
        phone.post("/back/", {"plain-code": Reporter(99).code})
    answer = phone.post("/back/", {"plain-code": Reporter(99).code, "plain-words": TYPED})
    assert answer.status_code == 429
    assert TYPED in answer.content.decode()


def test_a_spoiled_code_in_the_form_is_replaced_and_nothing_is_lost(phone: Client) -> None:
    sent = {"plain-code": "1" * 24, "plain-need": ["pep"], "plain-words": TYPED}
    answer = phone.post("/tell/plain/", sent)
    assert answer.status_code == 422
    found = re.search(r'name="plain-code" value="([0-9]{24})"', answer.content.decode())
    assert found
    assert phone.post("/tell/plain/", sent | {"plain-code": found[1]}).status_code == 200


def test_with_nobody_harmed_the_plain_form_keeps_it_for_thirty_days(
    phone: Client, reporter: Reporter
) -> None:
    sent = {
        "plain-code": reporter.code,
        "plain-need": ["other"],
        "plain-harmed": "no",
        "plain-words": "phòng 302",
    }
    html = phone.post("/tell/plain/", sent).content.decode()
    report = Report.objects.for_the_rules().get()
    assert (report.retention_class, report.priority) == ("r30", "p3")
    assert "30 ngày" in html


@pytest.mark.parametrize("trouble", [OperationalError(FULL), OperationalError(LOCKED), BROKEN])
def test_a_message_that_could_not_be_kept_stays_in_its_box(
    phone: Client, reporter: Reporter, trouble: Exception
) -> None:
    reporter.send()
    phone.post("/back/", {"plain-code": reporter.code})
    sent = {"token": token(phone), "key": "k" * 22, "plain-words": TYPED}
    with mock.patch("tincay.visit.views.receive_message", side_effect=trouble):
        answer = phone.post("/back/write/", sent)
    assert answer.status_code in {503, 507}
    assert TYPED in answer.content.decode()
    assert not reporter.messages()


def test_a_message_sent_twice_is_one_message(phone: Client, reporter: Reporter) -> None:
    reporter.send()
    phone.post("/back/", {"plain-code": reporter.code})
    sent = {"token": token(phone), "key": "k" * 22, "plain-words": TYPED}
    for _ in range(2):
        phone.post("/back/write/", sent)
    assert reporter.messages() == [TYPED]


def test_a_consent_whose_answer_was_lost_is_taken_once(phone: Client, reporter: Reporter) -> None:
    report = reporter.send()
    phone.post("/back/", {"plain-code": reporter.code})
    grant = reporter.grant("share_police_anon", items=["harms"])
    said = {"v": 1, "grant": {"document": grant.document, "signature": url64(grant.signature)}}
    headers = {"X-CSRFToken": token(phone)}

    def post(said: object) -> int:
        path = "/back/allow/share_police_anon/"
        return phone.post(path, said, content_type="application/json", headers=headers).status_code

    assert [post(said), post(said)] == [201, 201]
    assert report.grants.count() == 1
    assert Opening.objects.of(report.id).count() == 2  # the report itself, and one word about consent
    other = reporter.grant("share_police_anon", given=False, number=1)
    assert post({"v": 1, "grant": {"document": other.document, "signature": url64(other.signature)}}) == 409
    assert report.grants.count() == 1


def test_a_no_of_which_another_tab_took_the_number_is_taken_all_the_same(
    phone: Client, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = reporter.send(grants=[reporter.grant("contact_me")])
    phone.post("/back/", {"plain-code": reporter.code})
    answers = iter([0, 1])  # the first time as it was before the other tab wrote
    monkeypatch.setattr("tincay.visit.consent_views.last_number", lambda report: next(answers))
    answer = phone.post("/back/allow/contact_me/", {"token": token(phone), "given": "false"})
    assert answer.status_code == 200
    assert [row.given for row in report.grants.order_by("number")] == [True, False]


def test_a_tampered_wrap_is_said_and_the_page_still_opens(phone: Client, reporter: Reporter) -> None:
    report = reporter.send()
    reporter.write(TYPED)
    phone.post("/back/", {"plain-code": reporter.code})
    from tincay.vault.models import Wrap

    for wrap in Wrap.objects.for_the_rules().filter(compartment__owner=report.id):
        spoiled = bytearray(bytes(wrap.sealed))
        spoiled[-1] ^= 1
        Wrap.objects.for_the_rules().filter(pk=wrap.pk).update(sealed=bytes(spoiled))
    for page in ("now", "data", "allow/share_police_anon"):
        answer = phone.get(f"/back/{page}/")
        assert answer.status_code == 200
        assert TYPED not in answer.content.decode()
    assert "Chưa mở được" in phone.get("/back/now/").content.decode()


def test_a_phone_with_a_wrong_clock_comes_in_all_the_same(
    phone: Client, reporter: Reporter, clock: Hands
) -> None:
    """The day of a grant and every deadline are the server's: what the phone thinks is never asked."""
    reporter.send()
    html = phone.get("/tell/").content.decode()
    assert f'"day":"{clock.now:%Y-%m-%d}"' in html


def test_late_says_who_was_reminded_and_asks_oversight_once(
    phone: Client, reporter: Reporter, clock: Hands
) -> None:
    from tincay.operations.scheduled import tick

    report = reporter.send()
    clock.move(hours=60)
    tick(now=clock.now)
    phone.post("/back/", {"plain-code": reporter.code})
    before = phone.get("/back/late/").content.decode()
    assert "Trưởng ca tiếp nhận" in before
    for _ in range(2):
        phone.post("/back/late/", {"token": token(phone)})
    assert "Nơi giám sát đã được báo" in phone.get("/back/late/").content.decode()
    asked = [e for c in report.clocks.all() for e in c.escalations.filter(level="e4")]
    assert len(asked) >= 1
