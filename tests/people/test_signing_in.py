"""Signing in: name and password, a second step, nothing about the machine, and slow for who guesses."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.browser.never import stored_bytes
from tests.cast import TOTP_SEED, Hands, Network, Worker, give_second_factor
from tests.people.telephone import totp

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_code_was_used() -> None:
    cache.clear()


def enter(worker: Worker, *, password: str = "", client: Client | None = None) -> tuple[Client, str]:
    """Send name and password; where that leads."""
    client = client or Client(REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="QZV-browser")
    told = {"login": worker.user.username, "password": password or worker.password}
    answer = client.post(reverse("account_login"), told)
    return client, answer.headers.get("Location", "")


def test_a_password_alone_does_not_open_the_desk(clock: Hands, helper: Worker) -> None:
    give_second_factor(helper)
    client, leads_to = enter(helper)
    assert leads_to == reverse("mfa_authenticate")
    assert client.get(reverse("desk")).status_code == 302


def test_password_and_code_open_the_desk(clock: Hands, helper: Worker) -> None:
    give_second_factor(helper)
    client, _ = enter(helper)
    answer = client.post(reverse("mfa_authenticate"), {"code": totp()})
    assert answer["Location"] == reverse("desk")
    assert client.get(reverse("today")).status_code == 200


def test_a_code_is_good_once(clock: Hands, helper: Worker) -> None:
    give_second_factor(helper)
    code = totp()
    first, _ = enter(helper)
    first.post(reverse("mfa_authenticate"), {"code": code})
    second, _ = enter(helper)
    page = second.post(reverse("mfa_authenticate"), {"code": code}).content.decode()
    assert "Mã chưa đúng hoặc đã cũ" in page


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(clock: Hands, helper: Worker) -> None:
    pages = []
    for name, password in ((helper.user.username, "sai"), ("khong.co", "sai")):
        answer = Client().post(reverse("account_login"), {"login": name, "password": password})
        pages.append(answer.content.decode().count("Tên và mật khẩu chưa khớp"))
    assert pages[0] == pages[1] >= 1


def test_five_wrong_tries_slow_that_name_down_and_no_other(clock: Hands, network: Network) -> None:
    give_second_factor(network.supervisor)
    for _ in range(5):
        enter(network.helper, password="sai")
    page = Client().post(
        reverse("account_login"), {"login": network.helper.user.username, "password": network.helper.password}
    )
    assert "Bạn đợi 5 phút" in page.content.decode()
    assert enter(network.supervisor)[1] == reverse("mfa_authenticate")


def test_seeds_of_second_steps_lie_sealed(clock: Hands, helper: Worker) -> None:
    give_second_factor(helper)
    row = Authenticator.objects.get(user=helper.user)
    assert TOTP_SEED not in str(row.data)
    for place, content in stored_bytes():
        assert TOTP_SEED.encode() not in content, place
        assert base64.b32decode(TOTP_SEED) not in content, place


def test_no_address_and_no_browser_is_kept_of_who_signs_in(clock: Hands, helper: Worker) -> None:
    give_second_factor(helper)
    enter(helper, password="sai")
    client, _ = enter(helper)
    client.post(reverse("mfa_authenticate"), {"code": totp()})
    assert Session.objects.exists()
    for session in Session.objects.all():
        assert "203.0.113" not in str(session.get_decoded())
        assert "QZV" not in str(session.get_decoded())
    for place, content in stored_bytes():
        assert b"203.0.113.77" not in content, place
        assert b"QZV-browser" not in content, place


def test_the_last_second_step_stays(clock: Hands, helper: Worker) -> None:
    give_second_factor(helper)
    client, _ = enter(helper)
    client.post(reverse("mfa_authenticate"), {"code": totp()})
    client.post(reverse("account_reauthenticate"), {"password": helper.password})
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=helper.user, type="totp").exists()


def test_somebody_who_was_paused_cannot_come_in(clock: Hands, helper: Worker) -> None:
    give_second_factor(helper)
    helper.user.is_active = False
    helper.user.save()
    client, _ = enter(helper)
    assert client.get(reverse("desk")).status_code == 302


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_pages_of_signing_in_speak_our_words(clock: Hands, helper: Worker, language: str) -> None:
    client, _ = enter(helper)
    for path in (
        "/desk/in/second/mine/",
        "/desk/in/second/app/",
        "/desk/in/second/passkeys/add/",
        "/desk/in/password/",
    ):
        page = client.get(language + path).content.decode()
        assert page.count("<h1>") == 1, path
        for foreign in ("Authenticator", "Two-Factor", "Security Key", "Passwordless"):
            assert foreign not in page.replace("allauth", ""), (path, foreign)
