"""The second step: sealed where it lies, ours in words, and the last one stays."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from pytest_django.fixtures import Settings

from tests.cast import TOTP_SEED, Worker, give_second_factor, sign_in
from tests.people.conftest import Office
from tests.people.telephone import totp
from tincay.core.sealing import CannotOpen, Identity, Sealed, new_key, open_sealed
from tincay.people.accounts import second_factor_key
from tincay.people.models import User
from tincay.web.models import this_install

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A data folder in which no key of second steps lies yet."""
    settings.TINCAY_DATA = tmp_path
    second_factor_key.cache_clear()
    yield tmp_path
    second_factor_key.cache_clear()


def passkey(worker: Worker, name: str = "Máy") -> Authenticator:
    """A device whose finger or face was asked once; the credential itself is the browser's."""
    row: Authenticator = Authenticator.objects.create(
        user=worker.user, type="webauthn", data={"name": name, "credential": {}}
    )
    return row


def remove(worker: Worker, row: Authenticator) -> str:
    """Ask for it to be taken away, after the password was asked again."""
    client = Client()
    client.force_login(worker.user)
    client.post(reverse("account_reauthenticate"), {"password": worker.password})
    address = reverse("mfa_remove_webauthn", args=[row.pk])
    return client.post(address, follow=True).content.decode()


# --- sealed


def test_a_seed_opens_with_the_key_in_the_data_folder_and_with_no_other(install: object) -> None:
    kept = get_adapter().encrypt(TOTP_SEED)
    sealed = Sealed(base64.b64decode(kept))
    assert open_sealed(sealed, second_factor_key()).decode() == TOTP_SEED
    with pytest.raises(CannotOpen):
        open_sealed(sealed, new_key()[0])


def test_what_was_sealed_is_what_is_read_again(install: object) -> None:
    assert get_adapter().decrypt(get_adapter().encrypt(TOTP_SEED)) == TOTP_SEED


def test_the_row_of_a_telephone_holds_a_seed_that_its_app_shows(office: Office) -> None:
    worker = give_second_factor(office.hire("a"))
    row = Authenticator.objects.get(user=worker.user)
    assert TOTP_SEED not in str(row.data)
    assert TOTP(row).validate_code(totp())
    assert not TOTP(row).validate_code("000000" if totp() != "000000" else "000001")


def test_the_key_of_second_steps_is_made_once_and_only_its_owner_reads_it(own_folder: Path) -> None:
    key = second_factor_key()
    second_factor_key.cache_clear()
    assert second_factor_key() == key
    file = own_folder / "second-factor.key"
    assert (file.stat().st_mode & 0o777, Identity(file.read_text())) == (0o600, key)


def test_with_a_lost_key_no_seed_is_read(own_folder: Path) -> None:
    kept = get_adapter().encrypt(TOTP_SEED)
    (own_folder / "second-factor.key").unlink()
    second_factor_key.cache_clear()
    with pytest.raises(CannotOpen):
        get_adapter().decrypt(kept)


# --- who has one


def test_an_app_or_a_device_is_a_second_step_and_printed_codes_are_none(office: Office) -> None:
    a, b, c = (office.hire(name) for name in "abc")
    give_second_factor(a)
    passkey(b)
    Authenticator.objects.create(user=c.user, type="recovery_codes", data={})
    assert [one.user.has_second_factor() for one in (a, b, c)] == [True, True, False]


def test_the_second_step_of_one_is_nobody_elses(office: Office) -> None:
    give_second_factor(office.hire("a"))
    assert not office.hire("b").user.has_second_factor()


# --- the last one stays


@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_the_last_second_step_cannot_be_taken_away(office: Office, kind: str) -> None:
    worker = office.hire("a")
    row = passkey(worker) if kind == "webauthn" else _app(worker)
    passkey(office.hire("b"))
    assert not get_adapter().can_delete_authenticator(row)


def _app(worker: Worker) -> Authenticator:
    row: Authenticator = Authenticator.objects.get(user=give_second_factor(worker).user)
    return row


def test_one_of_two_can_be_taken_away(office: Office) -> None:
    worker = office.hire("a")
    app, device = _app(worker), passkey(worker)
    assert get_adapter().can_delete_authenticator(app)
    assert get_adapter().can_delete_authenticator(device)


def test_printed_codes_do_not_stand_in_for_the_last_one(office: Office) -> None:
    worker = office.hire("a")
    Authenticator.objects.create(user=worker.user, type="recovery_codes", data={})
    assert not get_adapter().can_delete_authenticator(passkey(worker))


def test_the_last_device_stays_and_the_page_says_why(office: Office) -> None:
    worker = office.hire("a")
    row = passkey(worker)
    assert "Bạn cần giữ ít nhất một cách xác nhận." in remove(worker, row)
    assert Authenticator.objects.filter(pk=row.pk).exists()


def test_a_device_goes_where_another_way_stays(office: Office) -> None:
    worker = office.hire("a")
    _, row = passkey(worker, "Máy cũ"), passkey(worker, "Máy mới")
    assert "Bạn cần giữ" not in remove(worker, row)
    assert [one.wrap().name for one in Authenticator.objects.filter(user=worker.user)] == ["Máy cũ"]


def test_nobody_takes_a_colleagues_device_away(office: Office) -> None:
    other = passkey(office.hire("b"))
    passkey(office.hire("b2"))
    worker = office.hire("a")
    passkey(worker)
    remove(worker, other)
    assert Authenticator.objects.filter(pk=other.pk).exists()


# --- in our words


def test_a_new_device_has_a_name_with_the_next_number(office: Office) -> None:
    worker = office.hire("a")
    passkey(worker)
    passkey(office.hire("b"))
    _app(worker)
    name = get_adapter().generate_authenticator_name(worker.user, Authenticator.Type.WEBAUTHN)
    assert name == "Khóa thiết bị 2"


@pytest.mark.parametrize(
    ("language", "name"), [("vi", "Thông tin cộng đồng"), ("en", "Community information")]
)
def test_the_telephone_calls_it_by_the_installs_neutral_name(
    install: object, language: str, name: str
) -> None:
    with translation.override(language):
        assert get_adapter().get_totp_issuer() == name == this_install().name(language)


def test_the_square_to_scan_is_drawn_on_white_and_fetched_from_nowhere(install: object) -> None:
    drawn = get_adapter().build_totp_svg("otpauth://totp/x")
    assert drawn.startswith("<svg")
    assert "#fff" in drawn
    assert "href" not in drawn


def test_an_app_is_set_up_with_the_code_that_it_shows(office: Office) -> None:
    worker = office.hire("a")
    client = Client()
    client.force_login(worker.user)
    page = client.get(reverse("mfa_activate_totp"))
    assert "Mã sáu số trong ứng dụng" in page.content.decode()
    client.post(reverse("mfa_activate_totp"), {"code": totp(page.context["form"].secret)})
    assert worker.user.has_second_factor()
    assert client.get(reverse("today")).status_code == 200


def test_before_the_first_second_step_the_password_is_not_asked_again(office: Office) -> None:
    worker = office.hire("a")
    assert not _asked_again(worker.user)
    give_second_factor(worker)
    assert _asked_again(worker.user)


def _asked_again(user: User) -> bool:
    request = RequestFactory().get("/")
    request.user = user
    with context.request_context(request):
        return bool(account_adapter(request).is_reauthentication_required(app="allauth.mfa"))


def test_a_second_step_is_changed_only_after_the_password_was_asked_again(office: Office) -> None:
    client = sign_in(office.hire("a"))
    address = reverse("mfa_add_webauthn")
    assert client.get(address)["Location"].startswith(reverse("account_reauthenticate"))
