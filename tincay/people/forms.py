"""Signing in: allauth's forms with our own words."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as MfaAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as MfaReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from tincay.people.access import count_wrong_password, device_cookie, give_password_back, spend_password
from tincay.people.devices import secret_of
from tincay.web.time import today


class SignIn(LoginForm):  # type: ignore[misc]
    """Name and password. Nothing is remembered on the machine."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Tên đăng nhập")
        self.fields["login"].widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none"}
        )
        self.fields["password"].label = _("Mật khẩu")
        self.fields["password"].help_text = ""
        self.fields["password"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class Again(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before the second factor is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Mật khẩu")
        self.fields["password"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class NewPassword(ChangePasswordForm):  # type: ignore[misc]
    """The sign-in password; the passphrase that opens words is another one (`my_key`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("oldpassword", _("Mật khẩu đang dùng")),
            ("password1", _("Mật khẩu mới")),
            ("password2", _("Mật khẩu mới, gõ lại")),
        ):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget = forms.PasswordInput(
                attrs={"autocomplete": "current-password" if name == "oldpassword" else "new-password"}
            )


def _code_field(form: forms.Form) -> None:
    form.fields["code"].label = _("Mã sáu số trong ứng dụng")
    form.fields["code"].widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short", "autofocus": True}
    )


class SecondFactor(MfaAuthenticateForm):  # type: ignore[misc]
    """Six digits. Wrong ones are counted as passwords are: on a known machine by its cookie, else for the user."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self)

    def clean_code(self) -> str:
        cookie = device_cookie(secret_of(context.request), self.user.username, today=today())
        if cookie is None or not spend_password(cookie=cookie):
            return str(super().clean_code())
        code: str = self.cleaned_data["code"]
        row = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).first()
        if row is None or not row.wrap().validate_code(code):
            count_wrong_password(cookie=cookie)
            raise get_adapter().validation_error("incorrect_code")
        give_password_back(cookie=cookie)
        self.authenticator = row
        return code


class SecondFactorAgain(MfaReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self)


class NewApp(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self)


class NewPasskey(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey always asks for the finger, face or PIN, so that it can stand for both factors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Tên để bạn nhận ra thiết bị này")
        self.fields["name"].widget = forms.TextInput(attrs={"class": "short"})
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].widget = forms.HiddenInput()
