"""A new code behind the old one: with a script and without, and nobody comes in with the old one any more."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Hands, Helper, Network, Reporter, again, base64_text, rows
from tests.cast.ground import stretched_code, url64
from tests.visit.test_plain_visit import token
from tincay.core.sealing import Sealed, open_sealed, recipient_of, signing_public
from tincay.core.statements import Kind, make_statement
from tincay.intake.derivations import Busy
from tincay.log.actions import sign_checkpoint
from tincay.reports.envelope import NewCode
from tincay.reports.models import ReceiptChange, Report, SignedWords
from tincay.vault.models import Opening
from tincay.visit import actions
from tincay.visit.actions import accept_proof, ask_for_proof, open_visit
from tincay.visit.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/back/new-code/"
Json = dict[str, Any]


@pytest.fixture
def report(network: Network, clock: Hands, helper: Helper, reporter: Reporter) -> Report:
    sent = reporter.send(words="Lời kể của tôi.", grants=[reporter.grant("store_sealed")], now=clock.now)
    helper.open_report(sent, now=clock.now)
    helper.write(sent, "Chào bạn nhé.", now=clock.now)
    sign_checkpoint(now=clock.now)
    return again(sent)


def as_json(new: NewCode) -> Json:
    """What her phone posts."""

    def statement(one: Any) -> Json:
        return {"document": one.document, "signature": url64(one.signature)}

    return {
        "v": 1,
        "receipt": {
            "locator": url64(new.receipt.locator),
            "recipient": new.receipt.recipient,
            "signing": url64(new.receipt.signing),
        },
        "change": statement(new.change),
        "words": [statement(one) for one in new.words],
        "wraps": [{"of": one.of, "sealed": base64_text(one.sealed)} for one in new.wraps],
        "openings": [{"number": one.number, "sealed": base64_text(one.sealed)} for one in new.openings],
    }


def come_in(reporter: Reporter, client: Client | None = None) -> tuple[Client, str]:
    """A phone with a script: the proof, the cookie, and the token of its forms."""
    client = client or Client()
    cookie = open_visit(report=again(reporter.report), keys=None, now=timezone.now())  # type: ignore[arg-type]
    client.cookies["visit"] = cookie
    found = re.search(r'data-csrf="([0-9a-f]{64})"', client.get("/back/now/").content.decode())
    assert found
    return client, found[1]


def post(client: Client, csrf: str, body: Json) -> Any:
    return client.post(
        ADDRESS, json.dumps(body), content_type="application/json", headers={"X-CSRFToken": csrf}
    )


def is_inside(client: Client) -> bool:
    return "X-Locked" not in client.get("/back/now/")


def opens(code: str) -> bool:
    """Whether the plain door opens."""
    return Client().post("/back/", {"plain-code": code}).status_code == 302


def proves(reporter: Reporter) -> bool:
    """Whether the proof of a phone opens."""
    answer = Client().post(
        "/back/ask/", json.dumps({"locator": url64(reporter.keys.locator)}), content_type="application/json"
    )
    assert answer.status_code == 200
    try:
        open_sealed(
            Sealed(__import__("base64").b64decode(answer.json()["challenge"])), reporter.keys.identity
        )
    except ValueError:
        return False
    return True


# --- with a script


def test_the_page_gives_everything_that_the_code_opens(reporter: Reporter, report: Report) -> None:
    client, _ = come_in(reporter)
    html = client.get(ADDRESS).content.decode()
    found = re.search(r'<script id="new-code-config" type="application/json">(.*?)</script>', html)
    assert found
    config = json.loads(found[1])
    assert len(config["opened"]["wraps"]) == 4
    assert [one["number"] for one in config["opened"]["openings"]] == list(range(1, report.steps + 1))
    assert len(config["opened"]["statements"]) == 1


def test_after_the_change_only_the_new_code_opens(reporter: Reporter, report: Report) -> None:
    client, csrf = come_in(reporter)
    other, _ = come_in(reporter)
    plain = Client()
    plain.post("/back/", {"plain-code": reporter.code})
    fresh, new = reporter.new_code()
    assert opens(reporter.code)
    assert proves(reporter)
    assert not opens(fresh.code)
    answer = post(client, csrf, as_json(new))
    assert (answer.status_code, answer.json()) == (201, {"next": "/back/now/"})
    assert (opens(reporter.code), proves(reporter)) == (False, False)
    assert (opens(fresh.code), proves(fresh)) == (True, True)
    assert [is_inside(one) for one in (client, other, plain)] == [True, False, False]


def test_an_unknown_code_and_the_old_one_are_answered_alike(reporter: Reporter, report: Report) -> None:
    reporter.change_code()

    def answer(code: str) -> tuple[int, str]:
        given = Client().post("/back/", {"plain-code": code})
        return given.status_code, given.content.decode()

    assert answer(reporter.code) == answer(Reporter(77).code)


def test_who_was_asked_for_the_proof_before_the_change_does_not_come_in_after_it(
    reporter: Reporter, report: Report
) -> None:
    client, csrf = come_in(reporter)
    asked = ask_for_proof(locator=reporter.keys.locator, now=timezone.now())
    secret = open_sealed(asked.sealed, reporter.keys.identity)[:32]
    assert post(client, csrf, as_json(reporter.new_code()[1])).status_code == 201
    with pytest.raises(actions.Unknown):
        accept_proof(ticket=asked.ticket, answer=secret, now=timezone.now())


def test_a_visit_that_the_old_code_opens_at_that_very_moment_is_over(
    reporter: Reporter, report: Report
) -> None:
    """Read before the change, written after it."""
    before = again(report)
    client, csrf = come_in(reporter)
    assert post(client, csrf, as_json(reporter.new_code()[1])).status_code == 201
    late = Client()
    late.cookies["visit"] = open_visit(report=before, keys=None, now=timezone.now())
    assert not is_inside(late)
    assert is_inside(client)


def test_sent_twice_both_are_answered_alike(reporter: Reporter, report: Report) -> None:
    client, csrf = come_in(reporter)
    body = as_json(reporter.new_code()[1])
    first, second = post(client, csrf, body), post(client, csrf, body)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert rows(ReceiptChange).count() == 1


def test_what_came_meanwhile_comes_with_the_refusal_and_the_same_code_goes_through(
    reporter: Reporter, helper: Helper, report: Report, clock: Hands
) -> None:
    client, csrf = come_in(reporter)
    fresh, new = reporter.new_code()
    helper.write(report, "Khoan.", now=clock.now)
    reporter.write("Tôi đây.", now=clock.now)
    answer = post(client, csrf, as_json(new))
    assert answer.status_code == 409
    told = answer.json()
    assert told["error"] == "stale_number"
    assert (len(told["statements"]), len(told["openings"])) == (2, again(report).steps)
    again_new = reporter.new_code()[1]
    assert again_new.receipt == new.receipt
    assert post(client, csrf, as_json(again_new)).status_code == 201
    assert fresh.number
    fresh.report = report
    assert fresh.messages() == ["Chào bạn nhé.", "Khoan.", "Tôi đây."]


@pytest.mark.parametrize("member", ["v", "receipt", "change", "words", "wraps", "openings"])
def test_another_shape_is_malformed(reporter: Reporter, report: Report, member: str) -> None:
    client, csrf = come_in(reporter)
    body = as_json(reporter.new_code()[1])
    for changed in (
        {k: v for k, v in body.items() if k != member},
        body | {"more": 1},
        body | {member: None},
    ):
        answer = post(client, csrf, changed)
        assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})
    assert not rows(ReceiptChange).exists()


def test_forged_taken_and_unsigned_are_one_refusal(reporter: Reporter, report: Report) -> None:
    client, csrf = come_in(reporter)
    fresh, new = reporter.new_code()
    forged = as_json(new)
    stranger = make_statement(bytes(32), Kind.RECEIPT, json.loads(new.change.document))
    forged["change"]["signature"] = url64(stranger.signature)
    answer = post(client, csrf, forged)
    assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})
    Reporter(fresh.number).send()
    answer = post(client, csrf, as_json(new))
    assert (answer.status_code, answer.json()) == (400, {"error": "malformed"})
    assert is_inside(client)


def test_another_page_cannot_change_it(reporter: Reporter, report: Report) -> None:
    client, _ = come_in(reporter)
    assert post(client, "0" * 64, as_json(reporter.new_code()[1])).json() == {
        "error": "visit_over",
        "why": "elsewhere",
    }
    assert post(Client(), "0" * 64, as_json(reporter.new_code()[1])).status_code == 401


# --- without


@pytest.fixture
def plain(reporter: Reporter, report: Report) -> Client:
    client = Client()
    assert client.post("/back/", {"plain-code": reporter.code}).status_code == 302
    return client


def offered(client: Client) -> str:
    found = re.search(r'name="plain-code" value="(\d{24})"', client.get(ADDRESS).content.decode())
    assert found
    return found[1]


def change_plain(client: Client, code: str, last: str | None = None) -> Any:
    fields = {"token": token(client), "plain-code": code, "plain-last": code[-4:] if last is None else last}
    return client.post(ADDRESS, fields)


def with_code(reporter: Reporter, code: str) -> Reporter:
    """Herself behind a code that the server made."""

    class Herself(Reporter):
        @property
        def code(self) -> str:
            return code

    return Herself(reporter.number, reporter.salt, report=reporter.report)


def test_without_a_script_the_server_makes_it_and_the_same_visit_goes_on(
    plain: Client, reporter: Reporter, report: Report
) -> None:
    other = Client()
    other.post("/back/", {"plain-code": reporter.code})
    code, cookie = offered(plain), plain.cookies["visit"].value
    answer = change_plain(plain, code)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Đã đổi mã" in page
    assert "Chào bạn nhé." in page
    assert "data-when-forged" not in page
    assert code not in page
    assert plain.cookies["visit"].value == cookie
    assert not is_inside(other)
    assert (opens(reporter.code), opens(code)) == (False, True)
    fresh = with_code(reporter, code)
    assert [one["words"] for one in fresh.open("narrative")] == ["Lời kể của tôi."]


def test_without_a_script_everything_works_afterwards(
    plain: Client, reporter: Reporter, helper: Helper, report: Report, clock: Hands
) -> None:
    code = offered(plain)
    change_plain(plain, code)
    plain.post("/back/write/", {"token": token(plain), "key": "k" * 22, "plain-words": "Tôi vẫn đây."})
    plain.post("/back/allow/contact_me/", {"token": token(plain), "given": "true"})
    helper.write(again(report), "Vâng ạ.", now=clock.now)
    page = plain.get("/back/now/").content.decode()
    for words in ("Tôi vẫn đây.", "Vâng ạ.", "Chào bạn nhé."):
        assert words in page
    for path in ("now", "allow", "proof", "data", "delete", "done"):
        shown = plain.get(f"/back/{path}/")
        assert shown.status_code == 200
        assert "data-when-forged" not in shown.content.decode(), path
    assert plain.get("/back/proof/file/").content.decode().startswith("c2sp.org/tlog-proof")
    assert again(report).grants.filter(scope="contact_me", given=True).exists()
    plain.post("/back/delete/", {"token": token(plain)})
    assert not Opening.objects.of(report.id).exists()
    assert not opens(code)


def test_posted_again_it_says_that_it_is_done(plain: Client, report: Report) -> None:
    """The answer was lost: the page is sent once more."""
    code = offered(plain)
    first = change_plain(plain, code)
    assert change_plain(plain, code).status_code == first.status_code == 200
    assert rows(ReceiptChange).count() == 1


def test_a_last_group_that_does_not_fit_shows_the_same_code_again(plain: Client, report: Report) -> None:
    code = offered(plain)
    for last in ("", "0000" if code[-4:] != "0000" else "1111", code):
        answer = change_plain(plain, code, last)
        assert answer.status_code == 422
        assert f'value="{code}"' in answer.content.decode()
    assert not rows(ReceiptChange).exists()


@pytest.mark.parametrize("code", ["", "1" * 24, "1234", "x" * 24])
def test_what_is_no_code_is_not_taken(plain: Client, report: Report, code: str) -> None:
    assert change_plain(plain, code).status_code == 404


def test_a_browser_with_a_script_gets_no_code_of_the_servers(reporter: Reporter, report: Report) -> None:
    client, csrf = come_in(reporter)
    assert "plain-code" not in client.get(ADDRESS).content.decode()
    fresh = replace(reporter, number=5).code
    answer = client.post(ADDRESS, {"token": csrf, "plain-code": fresh, "plain-last": fresh[-4:]})
    assert answer.status_code == 404


def test_where_the_machine_is_busy_she_keeps_the_code_that_she_copied(
    plain: Client, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(code: str) -> None:
        raise Busy(7)

    code = offered(plain)
    monkeypatch.setattr("tincay.visit.views.stretch", busy)
    answer = change_plain(plain, code)
    assert answer.status_code == 503
    assert f'value="{code}"' in answer.content.decode()
    assert "Mã cũ vẫn dùng được" in answer.content.decode()
    monkeypatch.undo()
    assert change_plain(plain, code).status_code == 200


def test_where_something_is_not_hers_nothing_is_signed_again(plain: Client, report: Report) -> None:
    code = offered(plain)
    rows(SignedWords).update(signature=bytes(64))
    answer = change_plain(plain, code)
    assert answer.status_code == 503
    assert not rows(ReceiptChange).exists()


def test_the_server_keeps_no_code(plain: Client, report: Report) -> None:
    code = offered(plain)
    change_plain(plain, code)
    held = repr([list(rows(model).values_list()) for model in (Visit, Report, ReceiptChange, SignedWords)])
    assert code not in held
    keys = stretched_code(code)
    assert bytes(again(report).locator) == keys.locator
    assert again(report).receipt == recipient_of(keys.identity)
    assert bytes(again(report).signing) == signing_public(keys.signing_seed)


# --- who made it


def test_a_code_that_somebody_else_made_is_to_be_changed_until_it_was(
    reporter: Reporter, report: Report
) -> None:
    said = "Mã này do người khác làm giúp bạn"
    client, csrf = come_in(reporter)
    assert said not in client.get("/back/now/").content.decode()
    rows(Report).update(sealed_by="operator")
    assert said in client.get("/back/now/").content.decode()
    post(client, csrf, as_json(reporter.new_code()[1]))
    assert said not in client.get("/back/now/").content.decode()


# --- after a move


def test_behind_her_code_she_reads_both_desks_and_all_of_her_words(
    plain: Client, reporter: Reporter, network: Network, report: Report, clock: Hands
) -> None:
    reporter.add("Ở Bến Sông đấy.", to=network.other_desk, now=clock.now)
    network.stranger.write(again(report), "Chúng tôi nhận.", now=clock.now)
    pages = {path: plain.get(f"/back/{path}/").content.decode() for path in ("now", "data")}
    for words in ("Chào bạn nhé.", "Chúng tôi nhận."):
        assert words in pages["now"]
    for words in ("Lời kể của tôi.", "Ở Bến Sông đấy."):
        assert words in pages["data"]
    assert not any("data-when-forged" in page for page in pages.values())
    code = offered(plain)
    change_plain(plain, code)
    for path, before in pages.items():
        after = plain.get(f"/back/{path}/").content.decode()
        assert "data-when-forged" not in after
        assert ("Chúng tôi nhận." in after) == ("Chúng tôi nhận." in before)


def test_what_she_adds_comes_in_by_its_own_address(
    reporter: Reporter, network: Network, report: Report
) -> None:
    client, csrf = come_in(reporter)

    def add(body: Json) -> Any:
        return client.post(
            "/back/add/", json.dumps(body), content_type="application/json", headers={"X-CSRFToken": csrf}
        )

    answer = add(reporter.addition_json("Còn nữa."))
    assert (answer.status_code, answer.json()) == (201, {"next": "/back/now/"})
    stale = reporter.addition_json("Muộn.")
    reporter.add("Trước đã.")
    assert (add(stale).status_code, add(stale).json()) == (409, {"error": "stale_number"})
    elsewhere = reporter.addition_json("Ở xa.", to=network.other_desk)
    elsewhere["sealed"]["desk"] = "khong-co"
    answer = add(reporter.signed_addition(elsewhere))
    assert answer.status_code == 409
    assert answer.json()["error"] == "stale_desk"
    assert answer.json()["config"]["routed"]["install"]
    assert add({"v": 1}).json() == {"error": "malformed"}
    reporter.add("Ở Bến Sông.", to=network.other_desk)
    assert client.get("/back/now/").status_code == 200
