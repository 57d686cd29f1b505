"""How long her words stay: what the pages promise is what happens, also when she changes her mind."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.cast import Hands, Helper, Network, Reporter, again
from tincay.operations.scheduled import tick
from tincay.reports.models import Report
from tincay.reports.steps import finish
from tincay.vault.models import SealedText


@pytest.fixture
def report(network: Network, clock: Hands, reporter: Reporter) -> Report:
    return reporter.send(retention_class="r0_now")


def kinds(report: Report) -> set[str]:
    return set(
        SealedText.objects.for_the_rules()
        .filter(compartment__owner=report.id)
        .values_list("compartment__kind", flat=True)
    )


def comes_in(reporter: Reporter) -> bool:
    return Client().post("/back/", {"plain-code": reporter.code}).status_code == 302


def opens_again(reporter: Reporter) -> bool:
    phone = Client()
    phone.post("/back/", {"plain-code": reporter.code})
    found = re.search(r'name="token" value="([0-9a-f]{64})"', phone.get("/back/done/").content.decode())
    assert found
    phone.post("/back/done/", {"token": found[1], "wanted": "reopen"})
    return Report.objects.for_the_rules().get().stage == "in_handling"


def test_words_that_she_did_not_keep_go_at_closing_and_the_thread_stays_for_three_months(
    report: Report, reporter: Reporter, clock: Hands
) -> None:
    reporter.write("Tôi nhớ thêm một điều.", now=clock.now)
    finish(report=report, now=clock.now)
    assert kinds(report) == {"thread"}
    clock.move(days=88)
    tick(now=clock.now)
    assert reporter.messages() == ["Tôi nhớ thêm một điều."]
    assert opens_again(reporter)


def test_after_the_three_months_everything_is_gone(report: Report, reporter: Reporter, clock: Hands) -> None:
    finish(report=report, now=clock.now)
    clock.move(days=125)
    tick(now=clock.now)
    assert not kinds(report)
    assert not comes_in(reporter)


def test_what_the_closed_row_says_about_purging_is_a_month(report: Report, clock: Hands) -> None:
    finish(report=report, now=clock.now)
    day = Report.objects.for_the_rules().get().purge_on
    assert day
    assert day.day == 1


def test_taken_back_after_the_answer_her_words_go_at_once(
    helper: Helper, clock: Hands, reporter: Reporter
) -> None:
    report = reporter.send(grants=[reporter.grant("store_sealed")])
    helper.bring(report, "answered", now=clock.now)
    assert "narrative" in kinds(report)
    reporter.consent("store_sealed", given=False, now=clock.now)
    assert kinds(report) == {"thread"}
    assert Report.objects.for_the_rules().get().retention_class == "r0_now"


def test_taken_back_before_the_answer_they_stay_until_it(
    clock: Hands, helper: Helper, reporter: Reporter
) -> None:
    report = reporter.send(grants=[reporter.grant("store_sealed")])
    reporter.consent("store_sealed", given=False, now=clock.now)
    assert "narrative" in kinds(report)
    helper.bring(report, "answered", now=clock.now)
    assert kinds(report) == {"thread"}


def test_given_later_they_stay_after_answer_and_closing(
    report: Report, helper: Helper, reporter: Reporter, clock: Hands
) -> None:
    reporter.consent("store_sealed", now=clock.now)
    helper.bring(report, "answered", now=clock.now)
    finish(report=again(report), now=clock.now)
    clock.move(days=89)
    tick(now=clock.now)
    assert "narrative" in kinds(report)
    clock.move(days=2)
    tick(now=clock.now)
    assert not kinds(report)


def test_said_twice_it_does_not_shorten_what_was_promised(
    clock: Hands, network: Network, reporter: Reporter
) -> None:
    reporter.send(retention_class="r_child", grants=[reporter.grant("store_sealed")])
    reporter.consent("store_sealed", now=clock.now)
    assert Report.objects.for_the_rules().get().retention_class == "r_child"


@pytest.mark.parametrize("kept", ["r30", "r90", "r0_now"])
def test_the_day_until_which_the_page_lets_her_open_it_again_is_the_last_one(
    network: Network, clock: Hands, reporter: Reporter, client: Client, kept: str
) -> None:
    reporter.send(retention_class=kept)
    client.post("/back/", {"plain-code": reporter.code})
    found = re.search(
        r"mở lại được đến hết [^<]*?(\d\d)/(\d\d)/2026", client.get("/back/done/").content.decode()
    )
    assert found
    finish(report=Report.objects.for_the_rules().get(), now=clock.now)
    assert found[0] in client.get("/back/now/").content.decode().replace("Bạn", "Sau đó bạn")
    last = date(2026, int(found[2]), int(found[1]))
    clock.move(days=(last - clock.now.date()).days)
    tick(now=clock.now)
    assert opens_again(reporter)
    finish(report=Report.objects.for_the_rules().get(), now=clock.now)
    Report.objects.for_the_rules().update(closed_month="2026-06", purge_on=last + timedelta(days=1))
    clock.move(days=1)
    tick(now=clock.now)
    assert not comes_in(reporter) or not opens_again(reporter)
