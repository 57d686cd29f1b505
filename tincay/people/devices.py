"""The device cookie: what a browser keeps after somebody came in with both factors, under a name that says nothing."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from tincay.people.access import COOKIE_DAYS

NAME = f"{settings.COOKIE_PREFIX}kept"


def secret_of(request: HttpRequest) -> str:
    """What this browser keeps; "" for one in which nobody came in."""
    return str(request.COOKIES.get(NAME, ""))


def keep_secret(response: HttpResponseBase, secret: str) -> None:
    """For ninety days, out of reach of scripts and other sites."""
    response.set_cookie(
        NAME,
        secret,
        max_age=COOKIE_DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def drop_secret(response: HttpResponseBase) -> None:
    """Leave nothing that tells that staff sign in on this machine."""
    response.set_cookie(NAME, "", max_age=0, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
