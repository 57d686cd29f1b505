"""Who is called when nobody looks, and that a channel in trouble stops nothing."""

import urllib.request
from collections import Counter
from datetime import timedelta
from http.client import BadStatusLine

import pytest
from pytest_django.fixtures import Settings

from tests.cast import NOW, Network, Reporter
from tincay.log.models import Checkpoint
from tincay.operations import scheduled
from tincay.operations.scheduled import tick
from tincay.people import channels
from tincay.people.actions import add_seat
from tincay.people.calls import call_on_duty
from tincay.people.channels import send_notices
from tincay.people.models import Membership, Notice, User
from tincay.reports import schedule

pytestmark = pytest.mark.django_db(transaction=True)


def called(network: Network) -> Counter[str]:
    """How often each was called: who was called first is not kept beyond the minute."""
    return Counter(Notice.objects.for_the_rules().values_list("user__username", flat=True))


def test_somebody_in_danger_is_called_for_also_from_a_flood_and_the_flood_rings_once(
    network: Network, reporter: Reporter
) -> None:
    reporter.send(priority="p2", held=True)
    assert not Notice.objects.for_the_rules().exists()
    reporter.next_person().send(priority="p0", held=True)
    Reporter(3).send(priority="p0", held=True)
    assert Notice.objects.for_the_rules().count() == 1
    schedule.call_next(NOW + timedelta(minutes=21))
    assert Notice.objects.for_the_rules().count() == 2


def test_one_held_report_that_nobody_opens_silences_nobody_who_comes_an_hour_later(
    network: Network, reporter: Reporter
) -> None:
    """Junk that lies there is no reason not to call for the next one in danger."""
    add_seat(user=network.colleague.user, desk=network.triage, on_call=1)
    reporter.send(priority="p0", held=True)
    for minute in (0, 20, 40):
        schedule.call_next(NOW + timedelta(minutes=minute))
        send_notices(now=NOW + timedelta(minutes=minute))
    before = called(network)
    later = reporter.next_person().send(priority="p0", held=True, now=NOW + timedelta(minutes=90))
    assert called(network)[network.helper.user.username] == before[network.helper.user.username] + 1
    schedule.call_next(NOW + timedelta(minutes=131))
    later.refresh_from_db()
    assert later.paged == 2


@pytest.mark.parametrize("minutes", [[45], [20, 40], [20, 21, 45, 46]])
def test_a_p0_calls_the_next_person_and_then_the_supervisor_however_late_a_tick_comes(
    network: Network, reporter: Reporter, minutes: list[int]
) -> None:
    Membership.objects.for_the_rules().filter(user=network.supervisor.user).update(on_call=None)
    add_seat(user=network.colleague.user, desk=network.triage, on_call=1)
    reporter.send(priority="p0")
    for after in minutes:
        schedule.call_next(NOW + timedelta(minutes=after))
    helper, colleague, boss = (
        w.user.username for w in (network.helper, network.colleague, network.supervisor)
    )
    assert called(network) == Counter([helper, colleague, boss])


def test_a_p0_is_called_for_until_somebody_has_written_to_her_however_often_it_was_read(
    network: Network, reporter: Reporter
) -> None:
    report = reporter.send(priority="p0")
    network.helper.bring(report, "in_handling", now=NOW + timedelta(minutes=5))
    assert schedule.call_next(NOW + timedelta(minutes=21)).done == 1
    network.helper.write(report, now=NOW + timedelta(minutes=30))
    assert schedule.call_next(NOW + timedelta(minutes=45)).done == 0
    assert report.clocks.get(rule="org_first_look_p0").in_time


def test_what_becomes_a_p0_is_called_for_from_then_on(network: Network, reporter: Reporter) -> None:
    report, later = reporter.send(priority="p1"), NOW + timedelta(hours=5)
    network.helper.bring(report, "verified", now=NOW)
    network.helper.raise_priority(report, "p0", now=later)
    assert schedule.call_next(later + timedelta(minutes=19)).done == 0
    assert schedule.call_next(later + timedelta(minutes=21)).done == 1


def test_an_empty_place_calls_the_supervisor_of_the_organisation(network: Network) -> None:
    Membership.objects.for_the_rules().filter(user=network.supervisor.user).delete()
    notice = call_on_duty(desk=network.triage, now=NOW, place=1)
    assert notice
    assert notice.user == network.supervisor.user
    User.objects.for_the_rules().filter(pk=network.supervisor.user.pk).update(is_active=False)
    assert call_on_duty(desk=network.triage, now=NOW, place=1) is None


def test_a_reminder_that_climbs_calls_more_than_the_first_person(
    network: Network, reporter: Reporter
) -> None:
    Membership.objects.for_the_rules().filter(user=network.supervisor.user).update(on_call=None)
    reporter.send()
    Notice.objects.for_the_rules().delete()
    tick(now=NOW + timedelta(days=40))
    assert network.supervisor.user.username in called(network)


@pytest.mark.parametrize("trouble", [OSError(), ValueError(), BadStatusLine("x")])
def test_a_channel_in_trouble_stops_neither_the_day_nor_the_next_try(
    network: Network, settings: Settings, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fails(*_: object, **__: object) -> None:
        assert Checkpoint.objects.exists(), "the day is signed first"
        raise trouble

    settings.TINCAY_NOTICE_WEBHOOK = "https://channel.example/"
    monkeypatch.setattr(urllib.request, "urlopen", fails)
    User.objects.for_the_rules().update(notice_address="x")
    call_on_duty(desk=network.triage, now=NOW)
    ran = tick(now=NOW)
    assert ran.done["sign_the_day"]
    assert Notice.objects.for_the_rules().filter(sent_at=None).count() == 1


def test_an_address_that_is_none_is_no_reason_to_stop(network: Network, settings: Settings) -> None:
    settings.TINCAY_NOTICE_WEBHOOK = "not an address"
    User.objects.for_the_rules().update(notice_address="x")
    call_on_duty(desk=network.triage, now=NOW)
    assert send_notices(now=NOW) == 0


def test_a_slow_channel_gets_only_so_much_time(
    network: Network, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TINCAY_NOTICE_WEBHOOK = "https://channel.example/"
    monkeypatch.setattr(channels, "SENDING_S", 0)
    monkeypatch.setattr(channels, "_post", lambda address, key: None)
    call_on_duty(desk=network.triage, now=NOW)
    assert send_notices(now=NOW) == 0
    monkeypatch.undo()
    User.objects.for_the_rules().update(notice_address="")
    assert send_notices(now=NOW) == 1


def test_people_are_called_also_when_the_day_cannot_be_signed(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(scheduled, "close_the_day", fails)
    call_on_duty(desk=network.triage, now=NOW)
    assert tick(now=NOW).failed == {"sign_the_day": "RuntimeError"}
    assert not Notice.objects.for_the_rules().filter(sent_at=None).exists()
