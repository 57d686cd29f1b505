"""The headers of every answer. Pages are never kept by a browser or a proxy; nothing may be loaded from elsewhere."""

from collections.abc import Callable, MutableMapping

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# No page asks for a sensor, and an advert frame that somehow got in could not either.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
EVERYWHERE = {
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class BehindTls:
    """Where TINCAY_HTTPS says so, every request came through a proxy that ends TLS: links, cookies and the check
    of where a form came from are those of https. The server itself listens to nobody else (docs/operating.md).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.TINCAY_HTTPS:
            request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


class PageHeaders:
    """Give each page its headers. A view that publishes something for good may set its own Cache-Control."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in EVERYWHERE.items():
            response.headers.setdefault(name, value)
        return response


def add_static_headers(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """The same for static files: a worker takes the policy of its own script, not of the page that started it."""
    headers["Content-Security-Policy"] = build_policy()
    for name, value in EVERYWHERE.items():
        headers[name] = value
