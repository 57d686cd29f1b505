"""What to say when something fails."""

import sys
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from tincay.web.context import home_address
from tincay.web.transactions import rests


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_page("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or came from elsewhere: the CSRF check's answer."""
    return plain_page("403_csrf.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """One answer for what is not there and for what may not be seen."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Whatever nobody expected. A database that only rests is said apart: it is worth to try again soon."""
    return resting() if rests(sys.exception()) else plain_page("500.html", 500)


def resting() -> HttpResponse:
    """The disk is full, or the database is locked or away: try again soon."""
    return plain_page("503.html", 503)


def plain_page(template: str, status: int, **more: Any) -> HttpResponse:
    """A page that asks nothing of the database, because the database may be what is wrong."""
    language = get_language() or settings.LANGUAGE_CODE
    context = {"exit_address": settings.TINCAY_EXIT_ADDRESS, "home_address": home_address(language), **more}
    response = HttpResponse(render_to_string(template, context), status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "60"
    return response
