"""How many codes were tried in one browser without coming in: a signed cookie counts, no address is looked at."""

import time

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from tincay.web.in_the_clear import cookie_path

ATTEMPTS_COOKIE = "tries"
FREE_ATTEMPTS = 5
FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60


def set_cookie(response: HttpResponse, name: str, value: str) -> None:
    """For this session only, out of reach of scripts, other sites and the other one of the two servers."""
    response.set_cookie(
        name,
        value,
        path=cookie_path(),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def delete_cookie(response: HttpResponse, name: str) -> None:
    response.delete_cookie(name, path=cookie_path(), samesite="Strict")


def attempts(request: HttpRequest) -> tuple[int, int]:
    """How many codes were tried in this browser without coming in, and how many seconds to wait."""
    try:
        count, until = signing.loads(request.COOKIES.get(ATTEMPTS_COOKIE, ""), salt=ATTEMPTS_COOKIE)
    except (signing.BadSignature, ValueError, TypeError):
        return 0, 0
    return int(count), max(0, int(until - time.time()))


def count_attempt(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """One more code without coming in: after five the wait doubles each time."""
    count = attempts(request)[0] + 1
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count - FREE_ATTEMPTS)) if count >= FREE_ATTEMPTS else 0
    set_cookie(
        response, ATTEMPTS_COOKIE, signing.dumps([count, int(time.time()) + wait], salt=ATTEMPTS_COOKIE)
    )
    return response
