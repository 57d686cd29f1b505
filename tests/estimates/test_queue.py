"""One run at a time in the whole install, and none is forgotten when a server stops."""

import re
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.cast import NOW, Hands, Worker
from tests.estimates.conftest import about, load_table
from tincay import wsgi
from tincay.estimates import worker
from tincay.estimates.actions import MOST_ATTEMPTS, begin_run, end_run, take_next, wait_again
from tincay.estimates.models import STUCK_AFTER, Run
from tincay.operations import memory

pytestmark = pytest.mark.django_db
LATER = NOW + STUCK_AFTER * 2


def wait(worker: Worker, when: datetime = NOW) -> Run:
    table = load_table("korea_3list")
    return begin_run(by=worker.user, table=table, about=about(), effort="look", seed=1, now=when)


def again(run: Run) -> Run:
    return Run.objects.for_the_rules().get(pk=run.pk)


def test_what_waits_is_taken_in_turn_and_nothing_while_another_is_worked_on(researcher: Worker) -> None:
    first, second = wait(researcher), wait(researcher)
    assert take_next(now=NOW) == first
    assert take_next(now=NOW + STUCK_AFTER) is None
    end_run(run=first, result=None, now=NOW)
    assert take_next(now=NOW) == second


def test_a_run_whose_server_was_stopped_is_picked_up(researcher: Worker) -> None:
    lost = wait(researcher)
    take_next(now=NOW)
    taken = take_next(now=LATER)
    assert taken == lost
    assert taken.begun_at == LATER


def test_a_run_that_lost_its_server_twice_has_failed_and_the_next_one_comes(researcher: Worker) -> None:
    lost = wait(researcher)
    for number in range(MOST_ATTEMPTS):
        assert take_next(now=NOW + number * 2 * STUCK_AFTER) == lost
    much_later = NOW + MOST_ATTEMPTS * 2 * STUCK_AFTER
    following = wait(researcher, much_later)
    assert take_next(now=much_later) == following
    assert again(lost).state == "failed"
    wait_again(run=lost, now=much_later)
    end_run(run=following, result=None, now=much_later)
    assert take_next(now=much_later) == lost


def test_a_server_that_comes_back_late_does_not_overwrite_what_another_found(done: Run) -> None:
    end_run(run=done, result=None, now=LATER)
    assert again(done).state == "done"
    assert again(done).result == done.result


def test_all_that_waits_is_worked_out_one_after_another(clock: Hands, researcher: Worker) -> None:
    runs = [wait(researcher), wait(researcher)]
    worker.work_through()
    assert {again(run).state for run in runs} == {"done"}


def test_a_run_that_waits_long_is_not_called_stopped_and_one_that_was_stopped_is(
    desk: Client, researcher: Worker, clock: Hands
) -> None:
    run = wait(researcher)
    clock.move(hours=1)
    for address in (reverse("runs"), reverse("run", args=[run.pk])):
        assert "dừng giữa chừng" not in desk.get(address).content.decode()
    take_next(now=NOW)
    for address in (reverse("runs"), reverse("run", args=[run.pk])):
        shown = desk.get(address).content.decode()
        assert "dừng giữa chừng" in shown
        assert "đang tính" not in shown.lower()


def test_the_page_counts_the_seconds_of_the_work_and_not_of_the_wait(
    desk: Client, researcher: Worker, clock: Hands
) -> None:
    run = wait(researcher)
    take_next(now=NOW + timedelta(days=2))
    clock.move(days=2, seconds=7)
    shown = re.search(r"Đã (\d+) giây", desk.get(reverse("run", args=[run.pk])).content.decode())
    assert shown
    assert 7 <= int(shown[1]) < 60, "the clock goes on while the page is made"


@pytest.mark.django_db(transaction=True)
def test_two_servers_never_take_a_run_each(researcher: Worker) -> None:
    wait(researcher), wait(researcher)
    together, taken = threading.Barrier(4), []

    def take() -> None:
        together.wait()
        taken.append(take_next(now=NOW))
        connection.close()

    servers = [threading.Thread(target=take) for _ in range(4)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert len(taken) == 4
    assert len([run for run in taken if run]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_server_goes_on_looking_after_a_look_that_failed(
    researcher: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = wait(researcher)
    looks = iter([MemoryError, None])

    def work_through() -> None:
        if problem := next(looks):
            raise problem
        assert take_next(now=NOW) == run
        raise SystemExit

    monkeypatch.setattr(worker, "work_through", work_through)
    monkeypatch.setattr(worker, "EVERY", 0.0)
    monkeypatch.setattr(worker, "_begin", lambda work: work())
    with pytest.raises(SystemExit):
        worker.keep_working()
    assert again(run).state == "running"


def test_every_server_looks_for_what_waits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    monkeypatch.setattr(worker, "keep_working", lambda: begun.append(True))
    settings.TINCAY_TIMER = False
    monkeypatch.setattr(memory, "end_with", lambda parent: None)  # not this process
    wsgi.main()
    assert begun == [True]
