"""A clock that is wrong by days calls people and does nothing else; a witness, or the steward, says it is right."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.cast import NOW, Network, Reporter, again, rows, sign_in
from tests.conftest import new_install
from tests.log.conftest import RunningWitness, hand, witness  # noqa: F401 -- fixtures
from tests.people.channel import Channel, open_channel
from tincay.core.clock import local_day
from tincay.log import witnesses
from tincay.log.checkpointing import times_at_witnesses
from tincay.log.models import Checkpoint, Cosignature, Leaf, Queued
from tincay.operations import clock
from tincay.operations.models import FailedJob, Heartbeat
from tincay.operations.scheduled import tick_by_the_clock
from tincay.people.models import Notice, User
from tincay.reports.models import Clock, CountEntry, CountRow, Escalation, Report
from tincay.reports.steps import close_handled
from tincay.vault.models import SealedText, Wrap
from tincay.web.time import now

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = [400, -400]
Set = Callable[[datetime], None]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Set the machine's clock: what every command of a real install goes by."""

    def set_to(at: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at)

    set_to(NOW)
    return set_to


@pytest.fixture
def running(network: Network, machine: Set) -> list[Report]:
    """An install that worked until now: reports that wait, one that is handled, one that is closed and keeps words."""
    people = [Reporter(number) for number in range(1, 5)]
    reports = [person.send(priority="p0" if number == 3 else "p2") for number, person in enumerate(people)]
    helper = network.helper
    helper.bring(reports[1], "handled")
    close_handled(report=helper.bring(reports[2], "handled"), she_asked=True, now=NOW)
    call_command("tick")
    return [again(report) for report in reports]


def kept() -> dict[str, object]:
    """Everything that a wrong clock could end, climb, count or sign."""
    return {
        "texts": sorted(bytes(one) for one in rows(SealedText).values_list("sealed", flat=True)),
        "wraps": rows(Wrap).count(),
        "stages": sorted(rows(Report).values_list("pk", "stage", "purge_on")),
        "clocks": sorted(rows(Clock).values_list("pk", "level", "due_at")),
        "escalations": rows(Escalation).count(),
        "counts": (rows(CountRow).count(), rows(CountEntry).count()),
        "signed": list(Checkpoint.objects.values_list("day", "size", "note")),
        "leaves": Leaf.objects.count(),
        "beat": Heartbeat.objects.get().at,
    }


@pytest.mark.parametrize("days", DAYS)
def test_a_wrong_clock_erases_no_word_and_signs_nothing(
    running: list[Report], machine: Set, days: int
) -> None:
    before = kept()
    machine(NOW + timedelta(days=days))
    for _ in range(3):
        with pytest.raises(CommandError, match=r"the clock says 202.* and no witness says what time it is"):
            call_command("tick")
        with pytest.raises(CommandError, match="--the-clock-is-right"):
            call_command("checkpoint")
    assert kept() == before


def test_what_the_same_days_would_have_ended_is_ended_once_somebody_says_that_they_passed(
    running: list[Report], machine: Set
) -> None:
    before = kept()
    machine(NOW + timedelta(days=400))
    call_command("tick", "--the-clock-is-right")
    call_command("tick")
    after = kept()
    assert len(after["texts"]) < len(before["texts"])  # type: ignore[arg-type]
    assert after["signed"] != before["signed"]
    assert after["escalations"] != before["escalations"]
    assert again(running[1]).stage == "closed"
    assert not FailedJob.objects.exists()


@pytest.mark.parametrize("days", DAYS)
def test_somebody_who_waits_is_called_under_any_clock(
    network: Network, machine: Set, settings: Settings, days: int
) -> None:
    call_command("tick")
    with open_channel() as channel:
        settings.TINCAY_NOTICE_WEBHOOK = channel.address
        rows(User).update(notice_address="x@here")
        machine(NOW + timedelta(days=days))
        Reporter().send(priority="p0", now=now())
        machine(NOW + timedelta(days=days, minutes=21))
        with pytest.raises(CommandError, match="calls went out"):
            call_command("tick")
        calls_went_out(channel)


def calls_went_out(channel: Channel) -> None:
    assert len(channel.told) >= 1
    assert not rows(Notice).filter(sent_at=None).exists()


def test_a_report_that_came_under_a_wrong_clock_does_not_make_it_right(
    running: list[Report], machine: Set
) -> None:
    machine(NOW + timedelta(days=400))
    Reporter(9).send(now=now())
    before = kept()
    with pytest.raises(CommandError, match="no witness"):
        call_command("tick")
    assert kept() == before
    machine(NOW + timedelta(minutes=1))
    call_command("tick")
    assert Heartbeat.objects.get().at == NOW + timedelta(minutes=1)
    assert Queued.objects.filter(day__year=2027).exists()
    machine(NOW + timedelta(days=1))
    call_command("tick")
    assert not Queued.objects.filter(day__year=2027).exists(), "its leaf waits for no day to come"


@pytest.mark.parametrize("hours", [-36, -1, 1, 35, 36])
def test_a_day_and_a_half_needs_no_second_clock(running: list[Report], machine: Set, hours: int) -> None:
    machine(NOW + timedelta(hours=hours))
    call_command("tick")
    assert Heartbeat.objects.get().at == NOW + timedelta(hours=hours)


def test_the_doubt_is_loud_and_ends_with_the_next_whole_run(
    running: list[Report], network: Network, machine: Set, caplog: pytest.LogCaptureFixture
) -> None:
    machine(NOW + timedelta(days=3))
    ran = tick_by_the_clock(now=now())  # as the timer of the server does it
    assert ran.doubt
    assert any(message.startswith("clock: the clock says 2026-07-03 09:00") for message in caplog.messages)
    page = sign_in(network.steward).get(reverse("health")).content.decode()
    assert "Đồng hồ của máy có thể sai" in page
    assert "Việc định kỳ chưa chạy" not in page
    tick_by_the_clock(now=now(), sure=True)
    assert (
        "Đồng hồ của máy có thể sai" not in sign_in(network.steward).get(reverse("health")).content.decode()
    )


def test_before_the_first_run_the_signed_day_or_the_newest_report_is_what_is_known(
    network: Network, reporter: Reporter, machine: Set
) -> None:
    assert clock.last_known() is None
    assert not clock.doubt(NOW + timedelta(days=400))
    reporter.send()
    assert clock.last_known() == NOW
    assert clock.doubt(NOW + timedelta(days=400))
    call_command("checkpoint")
    Heartbeat.objects.all().delete()
    last = clock.last_known()
    assert last
    assert local_day(last) == local_day(NOW)


def test_a_demos_clock_is_moved_on_purpose(running: list[Report]) -> None:
    assert clock.doubt(NOW + timedelta(days=9))
    new_install(demo=True)
    assert not clock.doubt(NOW + timedelta(days=9))


# --- the second clock


@pytest.fixture
def witnessed(network: Network, witness: RunningWitness, machine: Set) -> RunningWitness:  # noqa: F811
    """A witness whose clock goes right, and an install that worked a week ago: it was off over Tết."""
    machine(datetime.now(NOW.tzinfo) - timedelta(days=7))
    Reporter().send(now=now())
    call_command("tick")
    return witness


def test_after_a_week_off_it_goes_on_by_itself_when_the_witness_agrees(
    witnessed: RunningWitness, machine: Set
) -> None:
    machine(datetime.now(NOW.tzinfo))
    call_command("tick")
    assert Heartbeat.objects.get().at == now()
    assert Checkpoint.objects.count() == 2


@pytest.mark.parametrize("days", DAYS)
def test_a_witness_that_says_another_time_stops_everything_but_calls(
    witnessed: RunningWitness, machine: Set, days: int
) -> None:
    before = kept()
    machine(datetime.now(NOW.tzinfo) + timedelta(days=days))
    with pytest.raises(CommandError, match="a witness says"):
        call_command("tick")
    assert kept() == before


def test_a_witness_that_is_away_is_no_second_clock(witnessed: RunningWitness, machine: Set) -> None:
    witnessed.stop()
    machine(datetime.now(NOW.tzinfo))
    with pytest.raises(CommandError, match="no witness says"):
        call_command("tick")


def test_to_learn_the_time_nothing_new_is_shown_and_nothing_is_kept(
    witnessed: RunningWitness, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[bytes] = []
    send = witnesses._send

    def note(asked: Any, body: bytes) -> tuple[int, str]:
        shown.append(body)
        return send(asked, body)

    monkeypatch.setattr(witnesses, "_send", note)
    cosigned = Cosignature.objects.count()
    assert len(times_at_witnesses()) == 1
    [request] = shown
    assert request.decode().endswith(Checkpoint.objects.latest("size").note)
    assert (Cosignature.objects.count(), Checkpoint.objects.count()) == (cosigned, 1)
