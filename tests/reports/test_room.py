"""A report never holds more than a new code can take over: her code could not be changed any more."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cast import NOW, Hands, Helper, Network, Reporter, again, rows, sign_in
from tests.cast.ground import base64_text, url64
from tincay.reports.application import NoRoom
from tincay.reports.envelope import MOST_COMPARTMENTS, MOST_STEPS, RESERVED
from tincay.reports.models import Report
from tincay.reports.steps import finish, reopen
from tincay.vault.models import Compartment
from tincay.web.json_views import LONGEST

pytestmark = pytest.mark.django_db
LONGEST_STATEMENT = 1_600
"""Bytes of a statement of an addition in eight parts, as JSON carries it."""


@pytest.fixture
def report(reporter: Reporter, network: Network) -> Report:
    return reporter.send(grants=[reporter.grant("store_sealed")])


def steps_taken(report: Report, steps: int) -> None:
    rows(Report).filter(pk=report.pk).update(steps=steps)


def test_what_a_new_code_takes_over_at_most_fits_into_an_envelope(
    reporter: Reporter, helper: Helper, report: Report
) -> None:
    reporter.add("Tôi kể thêm.")
    helper.write(report, "Chào bạn.")
    _, new = reporter.new_code()
    wrap = max(len(json.dumps({"of": one.of, "sealed": base64_text(one.sealed)})) for one in new.wraps)
    opening = max(len(json.dumps({"number": 100, "sealed": base64_text(one.sealed)})) for one in new.openings)
    most = MOST_COMPARTMENTS * wrap + MOST_STEPS * opening + (MOST_STEPS - RESERVED) * LONGEST_STATEMENT
    assert most < LONGEST


@pytest.mark.slow
def test_a_report_moves_as_often_as_a_new_code_can_carry_it_and_no_further(
    reporter: Reporter, network: Network, report: Report
) -> None:
    desks = (network.other_desk, network.triage)
    for move in range(MOST_COMPARTMENTS // 4 - 1):
        reporter.add("Chuyển.", to=desks[move % 2])
    with pytest.raises(NoRoom):
        reporter.add("Chuyển.", to=desks[0])
    assert Compartment.objects.of(report.id).count() == MOST_COMPARTMENTS
    reporter.report = again(report)
    fresh = reporter.change_code()
    assert len(fresh.open("narrative")) == MOST_COMPARTMENTS // 4


WAYS: dict[str, Callable[[Reporter, Helper, Report], Any]] = {
    "her message": lambda her, helper, report: her.write("Nữa."),
    "what she tells later": lambda her, helper, report: her.add("Nữa."),
    "a helper's message": lambda her, helper, report: helper.write(report, "Nữa."),
    "a helper's question": lambda her, helper, report: helper.ask(report, "Nữa?"),
    "a yes": lambda her, helper, report: her.consent("contact_me", number=2),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_somebody_adds_is_refused_while_there_is_room_for_the_rest(
    reporter: Reporter, helper: Helper, report: Report, way: str
) -> None:
    steps_taken(report, MOST_STEPS - RESERVED)
    with pytest.raises(NoRoom):
        WAYS[way](reporter, helper, report)
    assert again(report).steps >= MOST_STEPS - RESERVED
    steps_taken(report, MOST_STEPS - RESERVED - 1)
    WAYS[way](reporter, helper, report)
    assert again(report).steps >= MOST_STEPS - RESERVED


def test_what_she_takes_back_is_taken_all_the_same_and_the_report_can_close(
    reporter: Reporter, report: Report
) -> None:
    steps_taken(report, MOST_STEPS - RESERVED)
    reporter.consent("store_sealed", given=False)
    finish(report=again(report), now=NOW)
    with pytest.raises(NoRoom):
        reopen(report=again(report), now=NOW)
    assert again(report).closed


# --- what is said


def test_both_are_told_in_words_and_lose_none(
    client: Client, clock: Hands, reporter: Reporter, helper: Helper, report: Report
) -> None:
    steps_taken(report, MOST_STEPS - RESERVED)
    client.post("/back/", {"plain-code": reporter.code})
    token = client.get("/back/now/").content.decode().split('name="token" value="')[1][:64]
    answer = client.post("/back/write/", {"token": token, "key": "k" * 22, "plain-words": "Lời dài."})
    assert answer.status_code == 409
    assert "Lời dài." in answer.content.decode()
    assert "Bạn báo tin mới" in answer.content.decode()
    answer = client.post("/back/allow/alert_members/", {"token": token, "given": "true"})
    assert answer.status_code == 409
    assert "Bạn báo tin mới" in answer.content.decode()
    body = helper.reply_json(report, "Nữa.", "message")
    desk = sign_in(helper)
    shown = helper.opened(desk, report)
    told = desk.post(f"/desk/r/{report.id}/write/", body, content_type="application/json", headers=shown)
    assert (told.status_code, told.json()) == (409, {"error": "no_room"})


def test_her_browser_is_told_by_name(
    client: Client, clock: Hands, reporter: Reporter, report: Report
) -> None:
    steps_taken(report, MOST_STEPS - RESERVED)
    client.post("/back/", {"plain-code": reporter.code})
    token = client.get("/back/now/").content.decode().split('name="token" value="')[1][:64]
    grant = reporter.grant("contact_me")
    said = {"v": 1, "grant": {"document": grant.document, "signature": url64(grant.signature)}}
    sent = {"/back/write/": reporter.message_json("Nữa."), "/back/add/": reporter.addition_json("Nữa.")}
    for path, body in {**sent, "/back/allow/contact_me/": said}.items():
        answer = client.post(path, body, content_type="application/json", headers={"X-CSRFToken": token})
        assert (answer.status_code, answer.json()) == (409, {"error": "no_room"}), path
