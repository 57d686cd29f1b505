"""Sessions of staff: they end by themselves, somebody sees the own ones and ends them, and a row lets nobody in."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.browser.never import stored_bytes
from tests.cast import Worker, rows, sign_in
from tests.patience import StandingClock
from tests.people.browsers import Browser
from tests.people.conftest import Office
from tincay.operations.scheduled import tick
from tincay.people.activity import IDLE_S, STEP_S
from tincay.people.models import StaffSession, User
from tincay.people.sessions import row_key
from tincay.web.time import exact_now, today

pytestmark = pytest.mark.django_db
HOURS_12 = 12 * 3600


@pytest.fixture
def worker(office: Office) -> Worker:
    return office.hire("thu")


def is_in(client: Client) -> bool:
    return client.get(reverse("today")).status_code == 200


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


# --- the end


def test_after_half_an_hour_in_which_nobody_did_anything_a_session_ends_and_the_page_says_why(
    worker: Worker, standing_clock: StandingClock
) -> None:
    client = sign_in(worker)
    assert is_in(client)
    standing_clock.go_on(IDLE_S)
    answer = client.get(reverse("today"))
    assert answer["Location"] == f"{reverse('account_login')}?why=idle&next=%2Fdesk%2Ftoday%2F"
    assert "30 phút không ai làm gì" in client.get(answer["Location"]).content.decode()
    assert not rows(StaffSession).filter(user=worker.user).exists()


def test_who_does_something_every_few_minutes_stays_in(worker: Worker, standing_clock: StandingClock) -> None:
    client = sign_in(worker)
    for _ in range(4):
        assert is_in(client)
        standing_clock.go_on(IDLE_S - STEP_S)
    assert is_in(client)


def test_who_types_on_a_page_that_asks_nothing_stays_in(
    worker: Worker, standing_clock: StandingClock
) -> None:
    client = sign_in(worker)
    page = client.get(reverse("today")).content.decode()
    assert f'data-still-here="{reverse("still_here")}"' in page
    for _ in range(3):
        standing_clock.go_on(IDLE_S - STEP_S)
        assert client.get(reverse("still_here")).status_code == 204
    assert is_in(client)


def test_what_a_page_asks_by_itself_keeps_no_session_alive(
    worker: Worker, standing_clock: StandingClock
) -> None:
    client = sign_in(worker)
    assert is_in(client)
    for _ in range(3):
        standing_clock.go_on(IDLE_S / 4)
        assert client.get(reverse("warnings")).status_code == 200
    standing_clock.go_on(IDLE_S / 4)
    assert client.get(reverse("warnings")).status_code == 302
    assert not is_in(client)


def test_twelve_hours_after_the_sign_in_a_session_ends_however_busy_it_was(
    worker: Worker, standing_clock: StandingClock
) -> None:
    client, minutes_20 = sign_in(worker), 1200
    for _ in range(HOURS_12 // minutes_20):
        assert is_in(client)
        standing_clock.go_on(minutes_20)
    assert not is_in(client)


def test_a_script_hears_that_it_is_over_and_where_to_come_in_again(
    worker: Worker, standing_clock: StandingClock
) -> None:
    client = sign_in(worker)
    assert is_in(client)
    standing_clock.go_on(IDLE_S)
    answer: Any = client.post(reverse("set_my_key"), json.dumps({}), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (403, "again")
    assert answer.json()["address"].startswith(reverse("account_login"))


def test_a_session_is_not_written_at_every_page(worker: Worker, standing_clock: StandingClock) -> None:
    client = sign_in(worker)
    assert is_in(client)
    before = rows(StaffSession).get().session_data
    assert is_in(client)
    assert rows(StaffSession).get().session_data == before
    standing_clock.go_on(STEP_S + 1)
    assert is_in(client)
    assert rows(StaffSession).get().session_data != before


# --- what is kept


def test_a_row_says_whose_session_it_is_and_lets_nobody_in(worker: Worker) -> None:
    client = sign_in(worker)
    assert is_in(client)
    row = rows(StaffSession).get()
    assert (row.user, row.day, row.session_key) == (worker.user, today(), row_key(key_of(client)))
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    assert not is_in(thief)


@pytest.mark.django_db(transaction=True)
def test_the_key_in_the_cookie_lies_nowhere(worker: Worker) -> None:
    client = sign_in(worker)
    assert is_in(client)
    for place, content in stored_bytes():
        assert key_of(client).encode() not in content, place


def test_no_time_of_a_sign_in_outlives_the_session(worker: Worker, standing_clock: StandingClock) -> None:
    assert not any(field.name == "last_login" for field in User._meta.get_fields())
    Browser(worker).come_in(standing_clock).go_out()
    assert not rows(StaffSession).filter(user=worker.user).exists()
    assert Authenticator.objects.get(user=worker.user).last_used_at is None


def test_sessions_that_are_over_are_deleted_by_the_scheduled_work(
    worker: Worker, standing_clock: StandingClock
) -> None:
    assert is_in(sign_in(worker))
    assert tick(now=exact_now()).done["forget_old_access"] == 0
    standing_clock.go_on(HOURS_12 + 1)
    assert tick(now=exact_now()).done["forget_old_access"] == 1
    assert not rows(StaffSession).exists()


def test_the_token_against_forged_forms_goes_with_the_browser(install: object) -> None:
    cookie = Client().get(reverse("account_login")).cookies[settings.CSRF_COOKIE_NAME]
    assert not cookie["max-age"]
    assert not cookie["expires"]


# --- the list


def test_somebody_sees_the_own_sessions_a_day_each_and_which_one_this_is(
    office: Office, worker: Worker
) -> None:
    clients = [sign_in(worker), sign_in(worker), sign_in(office.hire("lan"))]
    assert all(map(is_in, clients))
    page = clients[0].get(reverse("sessions")).content.decode()
    assert page.count("Kết thúc phiên này") == 1
    assert page.count("phiên này</b>") == 1
    assert page.count(f"{today():%d/%m/%Y}") == 2
    assert reverse("sessions") in clients[0].get(reverse("today")).content.decode()


def test_one_session_is_ended_and_the_others_go_on(worker: Worker) -> None:
    this, lost, other = (sign_in(worker) for _ in range(3))
    assert all(map(is_in, (this, lost, other)))
    this.post(reverse("end_one_session"), {"session": row_key(key_of(lost))})
    assert [is_in(client) for client in (this, lost, other)] == [True, False, True]


def test_nobody_ends_somebody_elses_session(office: Office, worker: Worker) -> None:
    this, other = sign_in(worker), sign_in(office.hire("lan"))
    assert is_in(other)
    this.post(reverse("end_one_session"), {"session": row_key(key_of(other))})
    this.post(reverse("end_other_sessions"))
    assert is_in(other)


def test_the_laptop_is_gone_takes_one_press(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    this, lost = sign_in(worker), sign_in(worker)
    assert all(map(is_in, (this, lost)))
    page = this.post(reverse("end_other_sessions"), follow=True).content.decode()
    assert "Mọi phiên khác đã kết thúc" in page
    assert [is_in(client) for client in (this, lost)] == [True, False]
    assert "sessions ended: cay-me 1" in caplog.messages


def test_a_new_password_ends_every_other_session(worker: Worker) -> None:
    this, lost = sign_in(worker), sign_in(worker)
    assert all(map(is_in, (this, lost)))
    new = {"password1": "bon-chu-roi-nhau", "password2": "bon-chu-roi-nhau"}
    this.post(reverse("account_change_password"), {"oldpassword": worker.password, **new})
    assert [is_in(client) for client in (this, lost)] == [True, False]
    assert rows(StaffSession).filter(user=worker.user).count() == 1


@pytest.mark.parametrize("name", ["sessions", "confirmed", "still_here"])
def test_without_a_session_there_is_no_page_about_sessions(install: object, name: str) -> None:
    assert Client().get(reverse(name))["Location"].startswith(reverse("account_login"))
