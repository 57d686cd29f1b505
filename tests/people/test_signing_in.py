"""Signing in: name and password, a second step, nothing about the machine, and slow for who guesses."""

import base64

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.browser.never import stored_bytes
from tests.cast import TOTP_SEED, Hands, Network, Worker, give_second_factor, rows
from tests.people.conftest import Office
from tests.people.telephone import totp
from tincay.people.actions import suspend
from tincay.people.models import StaffSession, User
from tincay.people.sessions import SessionStore

pytestmark = pytest.mark.django_db(transaction=True)


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
    assert rows(StaffSession).exists()
    for session in rows(StaffSession).all():
        data = SessionStore().decode(session.session_data)
        assert "203.0.113" not in str(data)
        assert "QZV" not in str(data)
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


def test_who_is_suspended_cannot_come_in(clock: Hands, helper: Worker) -> None:
    give_second_factor(helper)
    suspend(user=helper.user)
    client, leads_to = enter(helper)
    assert client.get(reverse("desk")).status_code == 302
    assert leads_to == reverse("account_inactive")
    assert "Tài khoản tạm ngừng" in client.get(leads_to).content.decode()


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


# --- without the network: an office is enough


def test_nobody_makes_an_account_for_themselves(rf: RequestFactory) -> None:
    assert not get_adapter().is_open_for_signup(rf.get("/"))


def test_no_address_and_no_browser_is_read(rf: RequestFactory) -> None:
    request = rf.get("/", REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="QZV")
    assert get_adapter().get_client_ip(request) == "0.0.0.0"
    assert get_adapter().get_http_user_agent(request) == ""


@pytest.mark.django_db
def test_a_sign_in_ends_with_the_browser_and_offers_no_other_end(office: Office) -> None:
    client, _ = enter(office.hire("thu"))
    assert not client.cookies["desk"]["max-age"]
    assert not client.cookies["desk"]["expires"]
    assert "remember" not in client.get(reverse("account_login")).content.decode()


@pytest.mark.django_db
def test_the_form_asks_for_a_name_and_a_password_and_says_so_to_the_browser(
    client: Client, install: object
) -> None:
    html = client.get(reverse("account_login")).content.decode()
    for said in ("Tên đăng nhập", "Mật khẩu", 'autocomplete="username"', 'autocomplete="current-password"'):
        assert said in html
    assert html.count('type="password"') == 1


@pytest.mark.django_db
def test_wrong_tries_are_counted_by_name_also_where_there_is_no_such_name(office: Office) -> None:
    for _ in range(5):
        enter_as("khong.co", "sai")
    assert "Bạn đợi 5 phút" in enter_as("khong.co", "sai")
    assert "Bạn đợi 5 phút" not in enter_as("thu", "sai")


def enter_as(name: str, password: str) -> str:
    told = {"login": name, "password": password}
    return Client().post(reverse("account_login"), told).content.decode()


@pytest.mark.django_db
def test_somebody_without_a_second_step_is_led_to_set_one(office: Office) -> None:
    client, _ = enter(office.hire("thu"))
    assert client.get(reverse("today"))["Location"] == reverse("mfa_index")
    assert "Cần một bước nữa trước khi làm việc" in client.get(reverse("mfa_index")).content.decode()


@pytest.mark.django_db
def test_a_password_is_changed_by_who_knows_the_old_one(office: Office) -> None:
    worker = office.hire("thu")
    client, _ = enter(worker)
    new = {"password1": "gio-mua-dong-bac-9", "password2": "gio-mua-dong-bac-9"}
    wrong = client.post(reverse("account_change_password"), {"oldpassword": "sai", **new})
    assert "Bạn gõ mật khẩu đang dùng nhé." in wrong.content.decode()
    client.post(reverse("account_change_password"), {"oldpassword": worker.password, **new})
    assert rows(User).get(pk=worker.user.pk).check_password("gio-mua-dong-bac-9")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("account_change_password", ["Mật khẩu đang dùng", "Mật khẩu mới", "Mật khẩu mới, gõ lại"]),
        ("mfa_activate_totp", ["Mã sáu số trong ứng dụng"]),
        ("mfa_add_webauthn", ["Tên để bạn nhận ra thiết bị này"]),
    ],
)
def test_every_field_is_asked_for_in_our_words(office: Office, name: str, labels: list[str]) -> None:
    client, _ = enter(office.hire("thu"))
    html = client.get(reverse(name)).content.decode()
    assert [label for label in labels if f">{label}<" not in html] == []


@pytest.mark.django_db
def test_a_passkey_always_asks_for_finger_face_or_pin(office: Office) -> None:
    client, _ = enter(office.hire("thu"))
    form = client.get(reverse("mfa_add_webauthn")).context["form"]
    assert form.fields["passwordless"].initial is True
    assert form.fields["passwordless"].widget.is_hidden


@pytest.mark.django_db
def test_signing_out_takes_a_press_and_ends_the_session(office: Office) -> None:
    client, _ = enter(office.hire("thu"))
    client.get(reverse("account_logout"))
    assert rows(StaffSession).count() == 1
    client.post(reverse("account_logout"))
    assert client.get(reverse("today"))["Location"].startswith(reverse("account_login"))
