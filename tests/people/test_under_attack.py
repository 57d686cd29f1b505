"""Sign-in under attack: a flood of guesses takes neither the server nor anybody's way in."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.cast import Worker, rows
from tests.patience import PATIENCE, StandingClock, wait_until
from tests.people.browsers import SIGN_IN, Browser, CountingHasher, guess
from tests.people.conftest import Office
from tests.people.telephone import totp
from tincay.people import accounts, crowd, devices
from tincay.people.access import COOKIE_DAYS, WRONG_PASSWORDS, forget_devices, forget_old_access
from tincay.people.actions import let_in_again, suspend
from tincay.people.hashing import Lane, LaneFull
from tincay.people.models import DeviceCookie
from tincay.web.time import exact_now
from tincay.web.work import signed_nonce, zero_bits

pytestmark = pytest.mark.django_db
LOCKED = "Bạn đợi 5 phút"


@pytest.fixture
def worker(office: Office) -> Worker:
    return office.hire("thu")


@pytest.fixture
def hashed(settings: Settings) -> type[CountingHasher]:
    settings.PASSWORD_HASHERS = ["tests.people.browsers.CountingHasher"]
    CountingHasher.asked = 0
    return CountingHasher


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Strangers fill their lane."""
    lane = Lane(waiting=0)
    monkeypatch.setattr(accounts, "strangers", lane)
    with lane.turn():
        yield


# --- the lanes


def test_a_lane_takes_one_at_a_time_and_a_few_in_line() -> None:
    lane, inside = Lane(waiting=1), []

    def wait_in_line() -> None:
        with lane.turn():
            inside.append("second")

    with lane.turn():
        second = Thread(target=wait_in_line)
        second.start()
        wait_until(lambda: not lane._places._value, "the second to stand in line")
        with pytest.raises(LaneFull), lane.turn():
            inside.append("third")
        assert inside == []
    second.join(PATIENCE)
    assert inside == ["second"]


@pytest.mark.usefixtures("full")
def test_who_finds_the_line_full_is_told_how_long_and_the_name_stays(
    worker: Worker, hashed: type[CountingHasher]
) -> None:
    answer = Browser(worker).type_password("mot-mat-khau-bi-mat")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], hashed.asked) == (429, "10", 0)
    assert "thử lại sau 10 giây" in page
    assert 'value="thu"' in page
    assert "mot-mat-khau-bi-mat" not in page
    for way in ("khóa thiết bị", "máy mà bạn đã từng vào", "nhờ người phụ trách"):
        assert way in page


def test_who_was_turned_away_is_not_counted_as_a_guesser(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = Lane(waiting=0)
    monkeypatch.setattr(accounts, "strangers", lane)
    with lane.turn():
        assert {Browser(worker).type_password().status_code for _ in range(9)} == {429}
    assert Browser(worker).type_password().status_code == 302


@pytest.mark.parametrize("name", ["thu", "khong-co-ten-nay"])
def test_a_name_that_nobody_has_costs_one_hash_as_any_other_does(
    worker: Worker, hashed: type[CountingHasher], name: str
) -> None:
    hashed.asked = 0
    guess(name, 1)
    assert hashed.asked == 1


def test_a_machine_that_somebody_came_in_on_has_a_lane_of_its_own(
    worker: Worker, standing_clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Browser(worker).come_in(standing_clock).go_out()
    lane = Lane(waiting=0)
    monkeypatch.setattr(accounts, "strangers", lane)
    with lane.turn():
        assert Browser(worker).type_password().status_code == 429
        known.come_in(standing_clock)
    assert known.is_in()


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("account_reauthenticate", {}),
        ("account_change_password", {"password1": "bon-chu-roi-nhau", "password2": "bon-chu-roi-nhau"}),
    ],
)
def test_who_is_in_confirms_and_changes_the_password_meanwhile(
    worker: Worker, name: str, told: dict[str, str]
) -> None:
    client = Client()
    client.force_login(worker.user)
    answer = client.post(reverse(name), {"password": worker.password, "oldpassword": worker.password, **told})
    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["account_reauthenticate", "account_change_password"])
def test_passwords_of_who_is_in_are_hashed_in_a_lane_too(
    worker: Worker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, lane = Client(), Lane(waiting=0)
    client.force_login(worker.user)
    monkeypatch.setattr(accounts, "acquaintances", lane)
    told = {"password": "x", "oldpassword": worker.password, "password1": "bon-chu-roi-nhau",
            "password2": "bon-chu-roi-nhau"}  # fmt: skip
    with lane.turn():
        answer = client.post(reverse(name), told)
    assert (answer.status_code, answer["Retry-After"]) == (429, "10")
    assert "đợi 10 giây" in answer.content.decode()


# --- work


def crowded(attempts: int = crowd.QUIET + 5) -> None:
    for _ in range(attempts):
        crowd.attempts.add()


def work_of(page: Any) -> dict[str, str]:
    """What the page's script does and sends."""
    asked = page.context["work"]
    nonce, counter = str(asked["nonce"]), 0
    while zero_bits(nonce, counter) < int(asked["bits"]):
        counter += 1
    return {"nonce": nonce, "counter": str(counter)}


def test_in_quiet_times_no_machine_works_and_no_script_comes(install: object) -> None:
    page = Client().get(reverse(SIGN_IN))
    assert page.context["work"] is None
    assert "sign-in.js" not in page.content.decode()


def test_in_a_crowd_a_stranger_works_first_and_then_gets_in(
    worker: Worker, hashed: type[CountingHasher]
) -> None:
    crowded()
    browser = Browser(worker)
    refused = browser.type_password()
    assert (refused.status_code, hashed.asked) == (429, 0)
    assert "sign-in.js" in refused.content.decode()
    assert browser.type_password(**work_of(refused)).status_code == 302


def test_work_counts_once_and_only_for_what_it_was_asked_for(
    worker: Worker, standing_clock: StandingClock
) -> None:
    crowded()
    page = Client().get(reverse(SIGN_IN))
    done = work_of(page)
    assert Browser(worker).type_password("sai", **done).status_code == 200
    assert Browser(worker).type_password("sai", **done).status_code == 429
    for_reports = signed_nonce(1)
    assert Browser(worker).type_password(nonce=str(for_reports["nonce"]), counter="0").status_code == 429
    old = work_of(Client().get(reverse(SIGN_IN)))
    standing_clock.go_on(crowd.NONCE_LASTS + 1)
    crowded()
    assert Browser(worker).type_password(**old).status_code == 429


@pytest.mark.parametrize("counter", ["", "-1", "x", "9" * 5000, "²"])
def test_what_is_no_work_is_refused_and_breaks_nothing(worker: Worker, counter: str) -> None:
    crowded()
    nonce = str(Client().get(reverse(SIGN_IN)).context["work"]["nonce"])
    assert Browser(worker).type_password(nonce=nonce, counter=counter).status_code == 429


def test_a_crowd_is_forgotten_within_minutes(install: object, standing_clock: StandingClock) -> None:
    crowded(1000)
    assert crowd.bits_asked()
    standing_clock.go_on(300)
    assert not crowd.bits_asked()


def test_junk_without_work_makes_work_no_dearer_and_worked_attempts_do() -> None:
    crowded(10_000)
    assert crowd.bits_asked() == crowd.FIRST_BITS
    for _ in range(crowd.QUIET * 2):
        crowd.worked.add()
    assert crowd.FIRST_BITS < crowd.bits_asked() <= crowd.MOST_BITS
    for _ in range(10_000):
        crowd.worked.add()
    assert crowd.bits_asked() == crowd.MOST_BITS


def test_a_known_machine_is_asked_for_no_work(worker: Worker, standing_clock: StandingClock) -> None:
    known = Browser(worker).come_in(standing_clock).go_out()
    crowded()
    assert known.client.get(reverse(SIGN_IN)).context["work"] is None
    standing_clock.go_on(1)
    assert known.type_password().status_code == 302


def test_without_script_a_stranger_is_told_to_wait_and_what_else_there_is(install: object) -> None:
    crowded()
    page = Client().get(reverse(SIGN_IN)).content.decode()
    told = page.split("<noscript>")[1].split("</noscript>")[0]
    assert "không chạy JavaScript" in told
    for way in ("khóa thiết bị", "máy mà bạn đã từng vào", "nhờ người phụ trách"):
        assert way in told


# --- device cookies


def test_guessing_at_a_name_locks_out_new_machines_and_never_a_known_one(
    worker: Worker, standing_clock: StandingClock
) -> None:
    known = Browser(worker).come_in(standing_clock).go_out()
    guess("thu", 6)
    refused = Browser(worker).type_password().content.decode()
    assert LOCKED in refused
    for way in ("khóa thiết bị", "máy mà bạn đã từng vào", "nhờ người phụ trách"):
        assert way in refused
    assert known.come_in(standing_clock).is_in()


def test_who_has_the_password_alone_locks_no_known_machine_out_of_the_second_step(
    worker: Worker, standing_clock: StandingClock
) -> None:
    known = Browser(worker).come_in(standing_clock).go_out()
    thief = Browser(worker)
    thief.type_password()
    pages = [thief.client.post(reverse("mfa_authenticate"), {"code": "000000"}) for _ in range(6)]
    assert LOCKED in pages[-1].content.decode()
    assert known.come_in(standing_clock).is_in()


def test_wrong_codes_of_a_known_machine_count_with_its_wrong_passwords(
    worker: Worker, standing_clock: StandingClock
) -> None:
    stolen = Browser(worker).come_in(standing_clock).go_out()
    stolen.type_password()
    for _ in range(WRONG_PASSWORDS):
        page = stolen.client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
        assert "Mã chưa đúng" in page
    assert rows(DeviceCookie).get().failures == WRONG_PASSWORDS
    for _ in range(5):
        stolen.client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert LOCKED in stolen.client.post(reverse("mfa_authenticate"), {"code": totp()}).content.decode()


@pytest.mark.parametrize("host", ["testserver", "testserver:81", "localhost:4"])
@pytest.mark.parametrize("name", ["SON.BENSONG", "ſon.benſong", "son.bensong "])
def test_no_other_spelling_and_no_other_host_gives_more_guesses(
    office: Office, settings: Settings, host: str, name: str
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    worker = office.hire("son.bensong")
    guess("son.bensong", 5)
    told = {"login": name, "password": worker.password}
    assert LOCKED in Client(HTTP_HOST=host).post(reverse(SIGN_IN), told).content.decode()


def test_who_is_in_confirms_while_the_name_is_being_guessed_at(worker: Worker) -> None:
    client = Client()
    client.force_login(worker.user)
    guess("thu", 6)
    assert client.post(reverse("account_reauthenticate"), {"password": worker.password}).status_code == 302


def test_only_both_factors_make_a_machine_known(worker: Worker, standing_clock: StandingClock) -> None:
    first = Browser(worker)
    first.type_password()
    assert first.secret == ""  # there is no second factor yet
    half = Browser(worker).come_in(standing_clock)
    assert half.secret
    only_password = Browser(worker)
    only_password.type_password()
    assert only_password.secret == ""


def test_a_cookie_counts_its_own_failures_and_is_a_strangers_after_ten(
    worker: Worker, standing_clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    stolen = Browser(worker).come_in(standing_clock).go_out()
    for _ in range(WRONG_PASSWORDS):
        assert stolen.type_password("sai").status_code == 200
    assert rows(DeviceCookie).get().failures == WRONG_PASSWORDS
    assert "device cookie locked after wrong passwords: cay-me 1" in caplog.messages
    guess("thu", 5)
    assert LOCKED in stolen.type_password().content.decode()


def test_a_right_password_takes_no_attempt_and_both_factors_give_all_back(
    worker: Worker, standing_clock: StandingClock
) -> None:
    known = Browser(worker).come_in(standing_clock).go_out()
    for _ in range(4):
        known.type_password("sai")
    known.type_password()
    assert rows(DeviceCookie).get().failures == 4
    known.go_out().come_in(standing_clock)
    assert rows(DeviceCookie).get().failures == 0


def test_the_cookie_is_good_for_its_own_name_only(
    office: Office, worker: Worker, standing_clock: StandingClock
) -> None:
    known = Browser(worker).come_in(standing_clock).go_out()
    other = office.hire("lan")
    guess("lan", 5)
    assert LOCKED in Browser(other, known.client).type_password().content.decode()


def test_colleagues_share_a_machine(office: Office, worker: Worker, standing_clock: StandingClock) -> None:
    first = Browser(worker).come_in(standing_clock).go_out()
    second = Browser(office.hire("lan"), first.client).come_in(standing_clock).go_out()
    assert rows(DeviceCookie).count() == 2
    guess("thu", 5)
    guess("lan", 5)
    assert first.type_password().status_code == 302
    first.go_out()
    assert second.type_password().status_code == 302


def test_a_secret_that_the_server_did_not_give_is_not_taken(
    worker: Worker, standing_clock: StandingClock
) -> None:
    planted = Browser(worker)
    planted.client.cookies[devices.NAME] = "do-nguoi-khac-dat"
    planted.come_in(standing_clock)
    assert planted.secret != "do-nguoi-khac-dat"


def test_the_cookie_says_nothing_and_lasts_ninety_days_out_of_reach_of_scripts(
    worker: Worker, standing_clock: StandingClock
) -> None:
    cookie = Browser(worker).come_in(standing_clock).client.cookies[devices.NAME]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        COOKIE_DAYS * 86_400,
        True,
        "Lax",
        "/",
    )
    assert "thu" not in cookie.value


def test_of_a_machine_a_hash_a_count_and_a_day_are_kept(
    worker: Worker, standing_clock: StandingClock
) -> None:
    known = Browser(worker).come_in(standing_clock)
    fields = {field.name for field in DeviceCookie._meta.fields}
    assert fields == {"id", "secret_hash", "user", "failures", "day"}
    assert known.secret.encode() not in bytes(rows(DeviceCookie).get().secret_hash)


@pytest.mark.parametrize("end", ["password", "suspend", "reset", "laptop", "not_mine"])
def test_known_machines_are_strange_again_after(
    worker: Worker, standing_clock: StandingClock, end: str
) -> None:
    known = Browser(worker).come_in(standing_clock)
    if end == "password":
        new = {"password1": "bon-chu-roi-nhau", "password2": "bon-chu-roi-nhau"}
        known.client.post(reverse("account_change_password"), {"oldpassword": worker.password, **new})
    elif end == "suspend":
        suspend(user=worker.user)
    elif end == "reset":
        let_in_again(user=worker.user, password="bon-chu-roi-nhau")
    elif end == "laptop":
        known.client.post(reverse("end_other_sessions"))
    else:
        known.client.post(reverse("account_logout"), {"not_mine": "1"})
        assert known.secret == ""
    assert not rows(DeviceCookie).exists()


def test_nobody_elses_machines_are_forgotten(
    office: Office, worker: Worker, standing_clock: StandingClock
) -> None:
    Browser(office.hire("lan")).come_in(standing_clock)
    Browser(worker).come_in(standing_clock)
    forget_devices(user=worker.user)
    assert rows(DeviceCookie).get().user.username == "lan"


def test_a_machine_that_nobody_used_for_ninety_days_is_forgotten(
    worker: Worker, standing_clock: StandingClock
) -> None:
    Browser(worker).come_in(standing_clock).go_out()
    assert forget_old_access(now=exact_now()) == 0
    standing_clock.go_on(COOKIE_DAYS * 86_400)
    assert forget_old_access(now=exact_now()) == 1


# --- counts that hold


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_one_moment_are_no_more_guesses(
    worker: Worker, hashed: type[CountingHasher], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL each thread has a connection of its own, as each process has."""
    monkeypatch.setattr(accounts, "strangers", Lane(waiting=50))
    hashed.asked = 0
    in_parallel(lambda: guess("thu", 2), 6)
    assert hashed.asked <= 5
    assert LOCKED in guess("thu", 1)[0].content.decode()


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_one_moment_with_one_cookie_are_no_more_guesses(
    worker: Worker,
    standing_clock: StandingClock,
    hashed: type[CountingHasher],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stolen = Browser(worker).come_in(standing_clock).go_out()
    guess("thu", 6)  # so that it gets no further as a stranger's
    monkeypatch.setattr(accounts, "acquaintances", Lane(waiting=50))
    secret, hashed.asked = stolen.secret, 0

    def guess_with_cookie() -> None:
        client = Client()
        client.cookies[devices.NAME] = secret
        for n in range(4):
            Browser(worker, client).type_password(f"sai-{n}")

    in_parallel(guess_with_cookie, 4)
    assert hashed.asked == WRONG_PASSWORDS
    assert rows(DeviceCookie).get().failures == WRONG_PASSWORDS


def in_parallel(act: Any, times: int) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert failed == []


def test_counts_of_one_name_are_not_pushed_out_by_many_names(worker: Worker) -> None:
    guess("thu", 5)
    for number in range(2000):
        cache.set(f"ten-khac-{number}", [1.0], 300)
    assert LOCKED in Browser(worker).type_password().content.decode()
