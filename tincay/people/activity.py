"""A session ends after half an hour in which nobody did anything; what a page asks for by itself is nobody."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from tincay.people.sessions import BEGUN
from tincay.web.json_views import refusal

V = TypeVar("V", bound=Callable[..., Any])
IDLE_S: Final = 30 * 60
STEP_S: Final = 60
"""A session is written anew at most once in so many seconds."""
ACTIVE: Final = "active"


def not_activity(view: V) -> V:
    """A view that pages ask by themselves, again and again: it keeps no session alive."""
    cast(Any, view).not_activity = True
    return view


class IdleEnd:
    """Middleware: end the session of somebody who did nothing for so long, and say so at the door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponseBase | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        session, at = request.session, int(timezone.now().timestamp())
        quiet = at - session.get(ACTIVE, at)
        if quiet >= IDLE_S:
            return _end(request)
        if BEGUN not in session:
            session[BEGUN] = at
        if ACTIVE not in session or (quiet >= STEP_S and not getattr(view, "not_activity", False)):
            session[ACTIVE] = at
        return None


def _end(request: HttpRequest) -> HttpResponseBase:
    logout(request)
    address = f"{reverse('account_login')}?{urlencode({'why': 'idle', **_way_back(request)})}"
    asked_by_script = request.content_type == "application/json"
    return refusal("again", address=address) if asked_by_script else redirect(address)


def _way_back(request: HttpRequest) -> dict[str, str]:
    return {"next": request.path} if request.method == "GET" else {}
