"""Browsers without a screen that sign in: known ones, and strangers."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from tests.cast import Worker, give_second_factor
from tests.patience import StandingClock
from tests.people.telephone import totp
from tincay.people import devices

SIGN_IN = "account_login"


class CountingHasher(MD5PasswordHasher):
    """The tests' quick hash, which counts how often it is asked."""

    algorithm = "md5"
    asked = 0

    def encode(self, *given: Any) -> str:
        CountingHasher.asked += 1
        return super().encode(*given)


@dataclass
class Browser:
    """One browser of this person; `client` holds its cookies."""

    worker: Worker
    client: Client = field(default_factory=Client)

    def type_password(self, password: str = "", **more: str) -> Any:
        told = {"login": self.worker.user.username, "password": password or self.worker.password, **more}
        return self.client.post(reverse(SIGN_IN), told)

    def come_in(self, clock: StandingClock) -> "Browser":
        """Both factors. A code is good once, so the next one is waited for."""
        give_second_factor(self.worker)
        clock.go_on(60)
        assert self.type_password()["Location"] == reverse("mfa_authenticate")
        assert self.client.post(reverse("mfa_authenticate"), {"code": totp()})["Location"] == reverse("desk")
        return self

    def go_out(self) -> "Browser":
        self.client.post(reverse("account_logout"))
        return self

    @property
    def secret(self) -> str:
        cookie = self.client.cookies.get(devices.NAME)
        return cookie.value if cookie else ""

    def is_in(self) -> bool:
        return self.client.get(reverse("today")).status_code == 200


def guess(name: str, times: int) -> list[Any]:
    """A stranger tries so many wrong passwords for this name."""
    return [Client().post(reverse(SIGN_IN), {"login": name, "password": f"sai-{n}"}) for n in range(times)]
