"""The scheduled work runs once at a time, says what failed within one run, and beats only when it went through."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils.translation import override
from pytest_django.fixtures import Settings

from tests.cast import NOW, Hands, Network, Reporter, sign_in
from tincay.log.checkpointing import Closed
from tincay.operations import scheduled
from tincay.operations.management.commands.tick import Command
from tincay.operations.models import FailedJob, Heartbeat
from tincay.operations.scheduled import JOBS, Job, tick
from tincay.people.calls import call_on_duty
from tincay.people.models import User
from tincay.reports.models import Escalation, Report
from tincay.reports.schedule import Done
from tincay.web.process_lock import exclusive

pytestmark = pytest.mark.django_db
SECRET = "lời không được vào nhật ký"


class Broken(Exception):
    """What a job of these tests raises; its words are nobody's business."""


def raises(error: BaseException) -> Callable[[datetime], Done]:
    def run(now: datetime) -> Done:
        raise error

    return run


@contextmanager
def jobs(changed: dict[str, Callable[[datetime], Done]]) -> Iterator[None]:
    """The list of jobs, some of which do something else."""
    other = tuple(replace(job, run=changed.get(job.name, job.run)) for job in JOBS)
    with mock.patch.object(scheduled, "JOBS", other):
        yield


def health_page(network: Network) -> str:
    return sign_in(network.steward).get(reverse("health")).content.decode()


def test_a_second_tick_at_the_same_time_does_nothing(network: Network, now: datetime) -> None:
    with exclusive("tick") as mine:
        assert mine
        assert tick(now=now).elsewhere
        call_command("tick")
        assert not Heartbeat.objects.exists()
    tick(now=now)
    assert Heartbeat.objects.get().at == now


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_job_that_raises_is_seen_within_one_run_and_stops_no_other(
    job: Job, network: Network, clock: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[str] = []
    others = {other.name: note(ran, other) for other in JOBS if other is not job}
    with (
        jobs({**others, job.name: raises(Broken(SECRET))}),
        caplog.at_level(logging.ERROR, "tincay.scheduled"),
        pytest.raises(CommandError, match=rf"^{job.name} fails since 2026-06-30 09:00: Broken$") as failed,
    ):
        call_command("tick")
    assert failed.value.returncode == 1
    assert ran == [other.name for other in JOBS if other is not job]
    assert NOW <= Heartbeat.objects.get().at < NOW + timedelta(minutes=1)
    assert caplog.messages == [f"{job.name}: Broken"]
    page = health_page(network)
    assert f"“{job.label}” đang lỗi từ 09:00 thứ Ba 30/06/2026 (Broken)" in page
    assert "Việc định kỳ chưa chạy" not in page
    assert SECRET not in page


def note(ran: list[str], job: Job) -> Callable[[datetime], Done]:
    def run(now: datetime) -> Done:
        ran.append(job.name)
        return Done(0)

    return run


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_each_job_has_a_name_in_both_languages(job: Job) -> None:
    with override("vi"):
        said = str(job.label)
    with override("en"):
        assert str(job.label) not in {said, job.name}


def test_the_first_failure_counts_until_a_run_comes_through(network: Network, clock: Hands) -> None:
    with jobs({"escalate": raises(Broken())}):
        tick(now=NOW)
        tick(now=NOW + timedelta(minutes=1))
    with jobs({"escalate": raises(DatabaseError())}):
        tick(now=NOW + timedelta(minutes=2))
    row = FailedJob.objects.get()
    assert (row.job, row.since, row.error) == ("escalate", NOW, "DatabaseError")
    tick(now=NOW + timedelta(minutes=3))
    assert not FailedJob.objects.exists()
    assert "đang lỗi" not in health_page(network)
    with jobs({"escalate": raises(Broken())}):
        tick(now=NOW + timedelta(minutes=4))
    assert FailedJob.objects.get().since == NOW + timedelta(minutes=4)


def test_one_row_of_two_that_fails_is_a_job_that_fails(network: Network, reporter: Reporter) -> None:
    spoiled, other = reporter.send(), reporter.next_person().send()
    Report.objects.for_the_rules().filter(pk=spoiled.pk).update(thread="spoiled", receipt="spoiled")
    ran = tick(now=NOW + timedelta(days=9))
    assert Escalation.objects.for_the_rules().filter(clock__report=other).exists()
    assert ran.done["escalate"] > 0
    assert ran.failed == {"escalate": "BadKey"}


def test_a_process_that_is_ended_has_not_gone_through(network: Network) -> None:
    with jobs({"purge": raises(SystemExit())}), pytest.raises(SystemExit):
        tick(now=NOW)
    assert not Heartbeat.objects.exists()


def test_without_what_failed_there_is_no_beat(network: Network, caplog: pytest.LogCaptureFixture) -> None:
    with (
        jobs({"escalate": raises(Broken(SECRET))}),
        mock.patch.object(FailedJob.objects, "get_or_create", side_effect=DatabaseError(SECRET)),
        pytest.raises(CommandError, match=r"^escalate fails: Broken; the run could not be kept$"),
    ):
        call_command("tick")
    assert not Heartbeat.objects.exists()
    assert caplog.messages == ["escalate: Broken", "the run could not be kept: DatabaseError"]


@pytest.mark.django_db(transaction=True)
def test_what_started_the_command_sees_that_a_job_failed(
    network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    with jobs({"escalate": raises(Broken(SECRET))}), pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["tincay", "tick"])
    assert ended.value.code == 1
    assert "escalate fails since" in capsys.readouterr().err
    Command().run_from_argv(["tincay", "tick"])


def test_a_failure_that_a_newer_version_does_not_know_is_shown_by_its_name(
    network: Network, clock: Hands
) -> None:
    FailedJob.objects.create(job="an_old_job", since=NOW, error="Broken")
    assert "“an_old_job” đang lỗi từ" in health_page(network)


def test_a_witness_that_does_not_sign_is_told_of_and_the_day_is_signed(network: Network) -> None:
    closed = Closed(mock.Mock(), {"one": "", "two": "the witness has seen a longer log"})
    with mock.patch.object(scheduled, "close_the_day", return_value=closed):
        ran = tick(now=NOW)
    assert ran.done["sign_the_day"] == 1
    assert ran.failed == {"sign_the_day": "WitnessRefused"}


def test_notices_that_reach_nobody_are_told_of(network: Network, settings: Settings) -> None:
    settings.TINCAY_NOTICE_WEBHOOK = "not an address"
    User.objects.for_the_rules().update(notice_address="x")
    call_on_duty(desk=network.triage, now=NOW)
    ran = tick(now=NOW)
    assert ran.failed == {"send_notices": "NoticesWaiting"}
