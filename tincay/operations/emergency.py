"""What the two web servers answer while the database cannot be used: whom to call, what to do, the way out.

They are an application of their own, so that no page and no middleware of it asks for a row. It takes nothing: no
body that is sent is read.

Whom to call comes from the copy beside the data (directory.numbers), which holds what this install's steward found
right: here as elsewhere no real install shows a number that nobody checked. Where there is no copy, or the disk cannot
be read either, the page says that its numbers were not checked, and to call the emergency number that one knows. On
another machine of the same install a sign-off stands in the copy when a server starts there.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.utils.translation import get_language

from tincay.directory.numbers import numbers_without_rows
from tincay.intake.pages import unsafe_page
from tincay.web.context import other_language
from tincay.web.in_the_clear import PLAIN, wsgi
from tincay.web.json_views import refusal
from tincay.web.views import plain_page

MIDDLEWARE = [
    "tincay.web.headers.BehindTls",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tincay.web.headers.PageHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
]
"""The usual one without what asks for a row, or leads from one server to the other: both answer alike."""


def application() -> Callable[..., Any]:
    """The application of both servers, in a process that serves nothing else."""
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = MIDDLEWARE
    settings.STATIC_ROOT = None  # static files come from the package; the folder lies on the disk in question
    # What is turned away was said once, when this began.
    logging.getLogger("django.request").addFilter(lambda line: getattr(line, "status_code", 0) != 503)
    return wsgi(PLAIN, get_wsgi_application())


def numbers(request: HttpRequest) -> HttpResponse:
    """The first page, and the one for who needs help."""
    return _page(request, "operations/emergency.html") if _reads(request) else nothing_taken(request)


def history(request: HttpRequest) -> HttpResponse:
    """What the way out does not do."""
    return _page(request, "directory/history.html") if _reads(request) else nothing_taken(request)


def nothing_taken(request: HttpRequest) -> HttpResponse:
    """Everything else: nothing is read of what came. A script is told that it may try again, as when much comes in."""
    if request.content_type == "application/json":
        return refusal("busy")
    return _page(request, "operations/emergency.html", status=503)


def _reads(request: HttpRequest) -> bool:
    return request.method in {"GET", "HEAD"}


def _page(request: HttpRequest, template: str, status: int = 200) -> HttpResponse:
    language = get_language() or settings.LANGUAGE_CODE
    return plain_page(
        template,
        status,
        install={"is_demo": settings.TINCAY_DEMO},
        other_language=other_language(request.path_info, language),
        **unsafe_page(numbers_without_rows()),
    )


urlpatterns = i18n_patterns(
    path("", numbers, name="front"),
    path("help/", numbers, name="help"),
    path("guide/history/", history, name="history"),
    re_path("", nothing_taken),
    prefix_default_language=False,
)
handler400 = "tincay.web.views.bad_request"
handler500 = "tincay.web.views.broken"
