"""django-allauth, bent to our rules: nobody signs up, no address is read, second factors are sealed."""

import base64
import unicodedata
from functools import lru_cache
from typing import Any, ClassVar

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tincay.core.sealing import Identity, Sealed, new_key, open_sealed, recipient_of, seal
from tincay.people import devices
from tincay.people.access import (
    count_wrong_password,
    device_cookie,
    end_sessions,
    forget_devices,
    give_password_back,
    remember_device,
    spend_password,
    tell_colleagues,
)
from tincay.people.hashing import Lane, acquaintances, strangers
from tincay.people.models import SECOND_FACTORS, DeviceCookie, User
from tincay.people.sessions import row_key
from tincay.web.models import this_install
from tincay.web.security_log import DailyCount, Event
from tincay.web.time import now, today

refused_today = DailyCount(Event.SIGN_INS_REFUSED)
CHANGES = {
    "account/email/password_changed": "password",
    "mfa/email/totp_activated": "second_factor",
    "mfa/email/totp_deactivated": "second_factor",
    "mfa/email/webauthn_added": "second_factor",
    "mfa/email/webauthn_removed": "second_factor",
}
"""Where allauth would write a letter, colleagues are told (people.access)."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the organisation, never by a visitor."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Tài khoản này đang tạm ngừng. Bạn hỏi người phụ trách nhé."),
        "incorrect_password": _("Mật khẩu chưa khớp. Bạn thử lại nhé."),
        "enter_current_password": _("Bạn gõ mật khẩu đang dùng nhé."),
        "username_password_mismatch": _("Tên và mật khẩu chưa khớp. Bạn thử lại nhé."),
        "too_many_login_attempts": _(
            "Tên này đang bị thử mật khẩu nhiều lần từ máy lạ. Bạn đợi 5 phút rồi thử lại nhé. Gấp thì dùng khóa thiết "
            "bị, dùng máy mà bạn đã từng vào, hoặc nhờ người phụ trách đặt lại lối vào."
        ),
        "rate_limited": _("Đã thử nhiều lần. Bạn đợi vài phút rồi thử lại nhé."),
        "invalid_login": _("Chưa vào được. Bạn thử lại nhé."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """allauth slows failed sign-ins by address and by name; ours by name alone, so no address is read."""
        return "0.0.0.0"  # noqa: S104 -- a constant, not a socket

    def is_reauthentication_required(self, *, app: str) -> bool:
        """The password is asked again before a second factor changes; not before the first one is made."""
        user = self.request.user
        return isinstance(user, User) and user.has_second_factor()

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return ""

    # --- passwords

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Look at a password, in the lane of whoever sends it. Raises LaneFull: nothing was hashed, nothing counted.

        A machine that the user came in on before is counted by its own cookie, everybody else by the name.
        """
        if request.user.is_authenticated:
            return self._look(acquaintances, request, credentials)
        secret, name = devices.secret_of(request), credentials.get("username", "")
        cookie = device_cookie(secret, name, today=today())
        if cookie and spend_password(cookie=cookie):
            return self._look_for(cookie, request, credentials)
        return self._look(strangers, request, credentials, by_name=True)

    def _look_for(
        self, cookie: DeviceCookie, request: HttpRequest, credentials: dict[str, Any]
    ) -> User | None:
        was_wrong = False
        try:
            user = self._look(acquaintances, request, credentials)
            was_wrong = user is None
        finally:
            if not was_wrong:
                give_password_back(cookie=cookie)
        if was_wrong:
            count_wrong_password(cookie=cookie)
        return user

    def _look(
        self, lane: Lane, request: HttpRequest, credentials: dict[str, Any], *, by_name: bool = False
    ) -> User | None:
        self._counts_by_name = by_name
        with lane.turn():
            user: User | None = super().authenticate(request, **credentials)
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if self._counts_by_name:
            super().pre_authenticate(request, **credentials)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By the name alone, however it is spelled: allauth's has the Host header in it, which a guesser chooses."""
        name = unicodedata.normalize("NFKC", credentials.get("username", "")).casefold()
        return f"name:{name}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        refused_today.add()

    def set_password(self, user: User, password: str) -> None:
        """Every other way in that the old password opened is shut. Raises LaneFull."""
        with acquaintances.turn():
            super().set_password(user, password)
        forget_devices(user=user)
        end_sessions(user=user, but=row_key(self.request.session.session_key or ""))

    def send_notification_mail(self, template_prefix: str, user: User, *_: Any, **__: Any) -> None:
        if kind := CHANGES.get(template_prefix):
            tell_colleagues(user=user, kind=kind, now=now())

    # --- in

    def post_login(self, request: HttpRequest, user: User, **given: Any) -> HttpResponse:
        """In with both factors: this browser is one that the user came in on. When a factor was used is not kept."""
        response: HttpResponse = super().post_login(request, user, **given)
        if user.has_second_factor():
            Authenticator.objects.filter(user=user).update(last_used_at=None)
            devices.keep_secret(
                response, remember_device(user=user, secret=devices.secret_of(request), now=now())
            )
        return response


@lru_cache(maxsize=1)
def second_factor_key() -> Identity:
    """The key that seals TOTP seeds, in the data folder beside the database but not in its backups."""
    path = settings.TINCAY_DATA / "second-factor.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key()[0])
    return Identity(path.read_text())


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth keeps TOTP seeds in the clear unless its two hooks are overridden."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Mã chưa đúng hoặc đã cũ. Bạn đợi mã mới rồi gõ lại nhé."),
        "cannot_delete_authenticator": _("Bạn cần giữ ít nhất một cách xác nhận."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text.encode(), recipient_of(second_factor_key()))).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(Sealed(base64.b64decode(encrypted_text)), second_factor_key()).decode()

    def build_totp_svg(self, url: str) -> str:
        return str(segno.make(url).svg_inline(scale=4, border=4, light="#ffffff"))

    def get_totp_issuer(self) -> str:
        """What the telephone's app calls it: the neutral name that the install chose."""
        return this_install().name(get_language() or "vi")

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return str(_("Khóa thiết bị %(n)d") % {"n": number})

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second factor cannot be taken away: there is no work without one."""
        return bool(
            Authenticator.objects.filter(user_id=authenticator.user_id, type__in=SECOND_FACTORS)
            .exclude(pk=authenticator.pk)
            .exists()
        )
