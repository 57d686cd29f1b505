"""How many codes were tried in one browser without coming in: a signed cookie counts, no address is looked at."""

import time

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

TRIES = "tries"
FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60


def set_cookie(response: HttpResponse, name: str, value: str) -> None:
    """For this session only, out of reach of scripts and other sites."""
    response.set_cookie(name, value, httponly=True, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE)


def tries(request: HttpRequest) -> tuple[int, int]:
    """How many codes were tried in this browser without coming in, and how many seconds to wait."""
    try:
        count, until = signing.loads(request.COOKIES.get(TRIES, ""), salt=TRIES)
    except (signing.BadSignature, ValueError, TypeError):
        return 0, 0
    return int(count), max(0, int(until - time.time()))


def count_try(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """One more code without coming in: after five the wait doubles each time."""
    count = tries(request)[0] + 1
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count - FREE_TRIES)) if count >= FREE_TRIES else 0
    set_cookie(response, TRIES, signing.dumps([count, int(time.time()) + wait], salt=TRIES))
    return response
