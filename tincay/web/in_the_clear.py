"""Which of the two web servers answers what. What comes in the clear has a server of its own.

`serve` runs two (operations.serving). The main one never receives what a person without JavaScript types: words,
names, codes. The plain one does, under PREFIX, and its process is ended and begun anew all the time, because nothing
else takes from a process what it once received: neither Python nor the web server below wipes its memory.

A view says with `in_the_clear` what only the plain server may receive, or with `either_way` that both may answer.
Where neither server is named (a test, another WSGI server) everything is answered.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.request import split_domain_port
from django.urls import get_script_prefix

from tincay.web.views import plain_page

PREFIX = "/plain"
SERVER = "tincay.server"
"""Which server has received a request, as its WSGI application says: MAIN or PLAIN."""
MAIN, PLAIN = "main", "plain"
BESIDE = "SERVER_BESIDE"
"""The port of the other server, in the environment of a server that no proxy stands in front of."""
V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def in_the_clear(*methods: str) -> Callable[[V], V]:
    """What these methods carry is in the clear: the main server refuses it. All others are answered by both."""

    def mark(view: V) -> V:
        cast(Any, view).in_the_clear = frozenset(methods)
        return view

    return mark


def either_way(view: V) -> V:
    """Both servers answer: the phone has sealed what it sends, or the cookie belongs to the plain server alone."""
    return in_the_clear()(view)


def at(request: HttpRequest, server: str) -> bool:
    """Whether this server has received the request."""
    return request.META.get(SERVER) == server


def from_elsewhere(request: HttpRequest) -> bool:
    """Whether another site's page has sent this, as far as the browser says so.

    Older ones have no Sec-Fetch-Site (Safari before 16.4): there Origin speaks, or else Referer; where nothing does it
    is taken. No cookie stands for somebody at these doors: a code that another site put into the form would be one that
    it knows.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "cross-site"
    sender = request.headers.get("Origin") or request.headers.get("Referer")
    return bool(sender) and not _is_ours(str(sender), request)


def _is_ours(sender: str, request: HttpRequest) -> bool:
    """As CsrfViewMiddleware compares, but for the port: what the browser itself calls the same site is taken."""
    try:
        named = urlsplit(sender)
    except ValueError:
        return False
    ours, _ = split_domain_port(request.get_host())
    return named.scheme == request.scheme and split_domain_port(named.netloc)[0] == ours


def named_to_us(page: HttpResponse) -> HttpResponse:
    """A page with a form for a door that asks `from_elsewhere`. Under no-referrer a browser would call the post of our
    own page "null", as it calls that of a page which hides; other sites learn nothing under this one either."""
    page.headers["Referrer-Policy"] = "same-origin"
    return page


def cookie_path() -> str:
    """A cookie of the plain server is sent to nobody else."""
    return get_script_prefix()


def cookie_name(name: str) -> str:
    """The main server's cookie is sent to the plain one too: a name of its own keeps two people's visits apart."""
    return name if cookie_path() == "/" else f"{name}_{PLAIN}"


class ServerOfItsOwn:
    """Lead whoever is at the wrong one of the two servers to the other one, before anything is posted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if at(request, MAIN) and request.path_info.startswith(f"{PREFIX}/"):
            return _lead(request, request.path_info)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_: object
    ) -> HttpResponse | None:
        methods = getattr(view, "in_the_clear", None)
        if at(request, MAIN) and methods and request.method in methods:
            return _lead(request, PREFIX + request.path_info)
        if at(request, PLAIN) and methods is None:
            return _lead(request, request.path_info)
        return None


def _lead(request: HttpRequest, path: str) -> HttpResponse:
    """To the same page at the other server. What was posted to the wrong one is not carried there."""
    beside = request.META.get(BESIDE)
    lost = not beside and request.path == path  # the proxy does not know the plain server
    if lost or request.method not in {"GET", "HEAD"}:
        return plain_page("421.html", 421)
    host, _ = split_domain_port(request.get_host())
    return HttpResponseRedirect(f"http://{host}:{beside}{path}" if beside else path)


def wsgi(server: str, application: Callable[..., Any]) -> Callable[..., Any]:
    """The application as one of the two servers: it says which, and the plain one takes its prefix off the path."""

    def named(asked: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        asked[SERVER] = server
        if server == PLAIN and asked["PATH_INFO"].startswith(f"{PREFIX}/"):
            asked["SCRIPT_NAME"] = PREFIX
            asked["PATH_INFO"] = asked["PATH_INFO"].removeprefix(PREFIX)
        return application(asked, start_response)

    return named
