"""Which passwords are refused, and that the ones which the product makes itself are not."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.cast import rows, sign_in_and_confirm
from tests.people.conftest import Office
from tincay.people.models import User


def refusal(password: str, username: str = "thu.cayme") -> str:
    """What is said of it; "" when it is taken."""
    try:
        validate_password(password, User(username=username))
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""


@pytest.mark.parametrize("password", ["123456", "mua-nang-11", "ngắn quá"])
def test_a_short_password_is_refused(password: str) -> None:
    assert "ít nhất 12 ký tự" in refusal(password)


@pytest.mark.parametrize(
    "password",
    [
        "matkhau123456",
        "Mật khẩu 123456",
        "MATKHAU@2026!",
        "anhyeuem123456",
        "vietnamvodich1",
        "123456789012",
        "111111111111",
        "password123456",
        "qwertyuiop123",
        "matkhaumatkhau",
        "aaaaaaaaaaaaa",
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    assert "bị thử đầu tiên" in refusal(password)


@pytest.mark.parametrize("password", ["thu.cayme-2026!", "2026 Thu.CayMe", "thu.cayme.thu", "thu-cayme-202"])
def test_a_password_made_of_the_name_is_refused(password: str) -> None:
    assert "giống tên đăng nhập" in refusal(password)


@pytest.mark.parametrize(
    "password", ["gio-mua-dong-bac-9", "bốn chữ rời nhau", "xK9$vLq2#mPw", "con trâu đi bừa ruộng"]
)
def test_words_that_nobody_expects_are_taken(password: str) -> None:
    assert refusal(password) == ""


def test_two_letters_of_a_name_make_no_password_like_it() -> None:
    assert refusal("gio-mua-dong-bac-9", "gi") == ""


@pytest.mark.django_db
def test_the_page_refuses_a_weak_one_in_our_words_and_keeps_the_old_one(office: Office) -> None:
    worker = office.hire("thu")
    client = Client()
    client.force_login(worker.user)
    for weak, why in (("123456", "ít nhất 12 ký tự"), ("matkhau123456", "bị thử đầu tiên")):
        told = {"oldpassword": worker.password, "password1": weak, "password2": weak}
        assert why in client.post(reverse("account_change_password"), told).content.decode()
    assert rows(User).get(pk=worker.user.pk).check_password(worker.password)


@pytest.mark.django_db
def test_passwords_that_the_product_makes_pass_its_own_rules(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = office.hire("thu")
    call_command("reset_access", "thu")
    password = capsys.readouterr().out.split("thu  ")[1].split()[0]
    assert rows(User).get(pk=worker.user.pk).check_password(password)
    assert refusal(password, "thu") == ""


@pytest.mark.django_db
def test_colleagues_see_that_a_password_changed(office: Office) -> None:
    worker = office.hire("thu", on_call=0)
    colleague = sign_in_and_confirm(office.hire("lan", on_call=1))
    new = {"password1": "gio-mua-dong-bac-9", "password2": "gio-mua-dong-bac-9"}
    sign_in_and_confirm(worker).post(
        reverse("account_change_password"), {"oldpassword": worker.password, **new}
    )
    assert "Mật khẩu của người hỗ trợ số 1 đã đổi ngày" in colleague.get(reverse("today")).content.decode()
