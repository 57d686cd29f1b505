"""django-allauth, bent to our rules: nobody signs up, no address is read, second factors are sealed."""

import base64
from functools import lru_cache

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from tincay.core.sealing import Identity, Sealed, new_key, open_sealed, recipient_of, seal


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the organisation, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """allauth slows failed sign-ins by address and by name; ours by name alone, so no address is read."""
        return "0.0.0.0"  # noqa: S104 -- a constant, not a socket


@lru_cache(maxsize=1)
def second_factor_key() -> Identity:
    """The key that seals TOTP seeds, in the data folder beside the database but not in its backups."""
    path = settings.TINCAY_DATA / "second-factor.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key()[0])
    return Identity(path.read_text())


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth keeps TOTP seeds and recovery codes in the clear unless its two hooks are overridden."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text.encode(), recipient_of(second_factor_key()))).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(Sealed(base64.b64decode(encrypted_text)), second_factor_key()).decode()

    def build_totp_svg(self, url: str) -> str:
        return str(segno.make(url).svg_inline(scale=4, omitsize=True))
