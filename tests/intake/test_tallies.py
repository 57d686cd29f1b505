"""What a flood is measured with: one count for all processes, and no time finer than an hour."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests.intake.test_send import work_on
from tincay.intake import flood, tallies
from tincay.intake.models import Tally
from tincay.intake.tallies import InMemory, InTable, Tallies, this_hour
from tincay.reports.envelope import ProofOfWorkIn

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_PROCESS = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tincay.settings"
import django
django.setup()
from tests.patience import StandingClock
from tincay.intake import flood, tallies
from tincay.reports.envelope import ProofOfWorkIn
flood.time = tallies.time = StandingClock()
flood.LOOK_S = 0.0
for line in sys.stdin:
    word, given = json.loads(line)
    if word == "worth":
        said = flood.worth(ProofOfWorkIn(**given)).value
    elif word == "add":
        said = [flood.sealed_lane.add() for _ in range(given)] and None
    else:
        said = [flood.crowded(), flood.bits_asked()]
    print(json.dumps(said), flush=True)
"""


@pytest.fixture(params=[InMemory, InTable])
def counts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tallies:
    """Both ways to count, each on the database of this run; the product's verbs use it."""
    made: Tallies = request.param()
    monkeypatch.setattr(tallies, "_in_memory", made)
    monkeypatch.setattr(tallies, "_in_table", made)
    return made


def test_a_count_is_found_by_its_name(counts: Tallies) -> None:
    assert counts.read(["a", "b"]) == {"a": 0, "b": 0}
    assert [counts.add("a", this_hour()) for _ in range(3)] == [1, 2, 3]
    assert counts.add("b", this_hour()) == 1
    assert counts.read(["a", "b", "c"]) == {"a": 3, "b": 1, "c": 0}


def test_what_belongs_to_hours_that_are_over_is_forgotten(counts: Tallies) -> None:
    for hours_ago in (-1, 0, 1, 2):
        counts.add(f"{hours_ago}", this_hour() - hours_ago)
    assert flood.forget(now=timezone.now()) == 1
    assert counts.read(["-1", "0", "1", "2"]) == {"-1": 1, "0": 1, "1": 1, "2": 0}


def test_of_many_at_one_moment_one_is_the_first(counts: Tallies) -> None:
    found: list[int] = []

    def add() -> None:
        found.append(counts.add("one", this_hour()))
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_work_is_taken_once(counts: Tallies) -> None:
    page = flood.new_nonce()
    done = ProofOfWorkIn(**work_on(str(page["nonce"]), int(page["bits"])))
    assert [flood.worth(done) for _ in range(3)] == [flood.Work.DONE, flood.Work.AGAIN, flood.Work.AGAIN]


def test_what_a_process_counts_itself_it_counts_at_once(counts: Tallies) -> None:
    lane = flood.Rate("of this test")
    for _ in range(flood.QUIET):
        lane.add()
    assert flood.QUIET - 1 < lane.level() <= flood.QUIET


def test_what_others_count_is_seen_and_forgotten_smoothly(
    counts: Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes: what one counts within a second is a flood for the other, within an hour it is not."""
    clock = Clock(monkeypatch)
    here, there = flood.Rate("shared"), flood.Rate("shared")
    assert here.level() == 0
    clock.move(1)
    for _ in range(100):
        there.add()
    assert 98 < here.level() < 100
    clock.move(60)
    assert 36 < here.level() < 37
    for _ in range(6):  # 600 in the next hour, ten a minute
        clock.move(600)
        for _ in range(100):
            there.add()
    assert 9 < here.level() < 11


def test_a_lane_is_not_blind_after_the_hour_is_full(counts: Tallies, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, seconds_left=2)
    here, there = flood.Rate("shared"), flood.Rate("shared")
    here.level()
    clock.move(1)
    for _ in range(50):
        there.add()
    clock.move(1.5)
    for _ in range(50):
        there.add()
    assert 95 < here.level() <= 100


def test_a_process_that_has_just_begun_takes_the_hour_for_quiet(
    counts: Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch, seconds_left=1800)
    before = flood.Rate("shared")
    for _ in range(900):
        before.add()
    assert flood.Rate("shared").level() == pytest.approx(10, rel=0.01)


def test_counts_are_told_and_read_twice_a_second_at_most(
    counts: Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood costs few statements: what a process counts it knows at once, the others within LOOK_S."""
    clock = Clock(monkeypatch)
    monkeypatch.setattr(flood, "LOOK_S", 0.5)
    here, there = flood.Rate("shared"), flood.Rate("shared")
    assert there.level() == 0
    told: list[int] = []
    add = counts.add

    def noted(name: str, hour: int, times: int = 1) -> int:
        told.append(times)
        return add(name, hour, times)

    monkeypatch.setattr(counts, "add", noted)
    for _ in range(100):
        here.add()
    assert here.level() == 100
    assert told == [1], "it told what it counted before it had to"
    assert there.level() == 0
    clock.move(0.5)
    here.level()
    assert told == [1, 99]
    assert 98 < there.level() < 100


def test_of_people_in_danger_every_process_knows_at_once(
    counts: Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or each of them would ring for the first five."""
    clock = Clock(monkeypatch)
    monkeypatch.setattr(flood, "LOOK_S", 0.5)
    here = flood.danger_lane("pa-desk")
    flood.danger_lane.cache_clear()
    there = flood.danger_lane("pa-desk")
    there.level()
    clock.move(0.1)
    for number in range(flood.IN_DANGER):
        here.add()
        assert there.level() == pytest.approx(number + 1, rel=0.001)


class Clock:
    """Both clocks of the machine, moved by hand; they begin this long before a full hour."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds_left: float = 3600) -> None:
        self._wall = (this_hour() + 1) * 3600 - seconds_left
        self._since_start = 1000.0
        for module in (flood, tallies):
            monkeypatch.setattr(module, "time", self)

    def time(self) -> float:
        return self._wall

    def monotonic(self) -> float:
        return self._since_start

    def move(self, seconds: float) -> None:
        self._wall += seconds
        self._since_start += seconds


@pytest.mark.sqlite
def test_on_sqlite_nothing_is_written_for_it() -> None:
    flood.sealed_lane.add()
    assert not Tally.objects.exists()


# --- two processes


class Other:
    """Another process of the same install, on the same database."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, word: str, given: object = None) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([word, given]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@pytest.fixture
def other() -> Iterator[Other]:
    database = connection.settings_dict
    address = f"postgresql://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = {
        "TINCAY_DATA": str(settings.TINCAY_DATA),
        "TINCAY_DATABASE": address,
        "TINCAY_SECRET_KEY": settings.SECRET_KEY,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS],
        cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        yield Other(process)


@pytest.mark.postgres
def test_two_processes_take_the_same_work_once_and_count_as_one(
    other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.vendor == "postgresql", "./run test does this on PostgreSQL"
    monkeypatch.setattr(flood, "sealed_lane", flood.Rate("sealed"))
    nonces = []
    for first, second in ((there(other), here), (here, there(other))):
        page = flood.new_nonce()
        nonces.append(str(page["nonce"]))
        done = work_on(nonces[-1], int(page["bits"]))
        assert [first(done), second(done), first(done)] == ["done", "again", "again"]
    assert other.ask("look") == [False, flood.FIRST_BITS]
    for _ in range(flood.QUIET + 5):
        flood.sealed_lane.add()
    crowded, bits = other.ask("look")
    assert crowded
    assert bits > flood.FIRST_BITS
    assert not plain_rows(nonces), "a nonce, or a time finer than an hour"


def here(done: dict[str, Any]) -> str:
    return flood.worth(ProofOfWorkIn(**done)).value


def there(other: Other) -> Any:
    return lambda done: other.ask("worth", done)


def plain_rows(nonces: list[str]) -> list[tuple[Any, ...]]:
    """Rows that tell more than they may: part of a nonce, or a number that is no count and no hour."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'intake_tally'")
        assert cursor.fetchone()[0] == "u", "the table is in PostgreSQL's own log"
        cursor.execute("SELECT * FROM intake_tally")
        assert [column.name for column in cursor.description] == ["key", "hour", "count"]
        rows = cursor.fetchall()
    assert len(rows) >= 1 + len(nonces)
    pieces = [piece for nonce in nonces for piece in nonce.split(".") if len(piece) > 2]
    known = range(this_hour(), this_hour() + flood.NONCE_LASTS // tallies.HOUR + 1)
    return [
        row
        for row in rows
        if row[1] not in known or row[2] > 1000 or any(piece.encode() in bytes(row[0]) for piece in pieces)
    ]
