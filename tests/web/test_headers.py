"""Every answer carries its headers, and every page of failure is kind, neutral and has a way out."""

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.utils.translation import override
from pytest_django.fixtures import Settings

from tincay.web import views
from tincay.web.context import other_language
from tincay.web.headers import PageHeaders, add_static_headers

EXPECTED_POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


def policy(header: str) -> set[str]:
    return {directive.strip() for directive in header.split(";") if directive.strip()}


@pytest.mark.django_db
def test_a_page_is_kept_nowhere_and_loads_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert policy(answer.headers["Content-Security-Policy"]) == EXPECTED_POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "geolocation=()" in answer.headers["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize(("https", "status"), [(True, 200), (False, 403)])
def test_behind_a_proxy_that_ends_tls_a_form_of_our_own_is_taken(
    settings: Settings, https: bool, status: int
) -> None:
    settings.TINCAY_HTTPS, settings.ALLOWED_HOSTS = https, ["desk.example"]
    client = Client(enforce_csrf_checks=True, HTTP_HOST="desk.example")
    page = client.get("/desk/in/")
    token = page.context["csrf_token"]
    form = {"csrfmiddlewaretoken": str(token), "login": "nobody", "password": "x"}
    answer = client.post("/desk/in/", form, HTTP_ORIGIN="https://desk.example")
    assert answer.status_code == status


def test_what_is_published_for_good_may_be_kept() -> None:
    def tile(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "public, max-age=31536000, immutable"})

    answer = PageHeaders(tile)(RequestFactory().get("/"))
    assert answer.headers["Cache-Control"].startswith("public")


def test_a_static_file_carries_the_policy_too_because_workers_take_it_from_their_own_script() -> None:
    headers: dict[str, str] = {}
    add_static_headers(headers, "web/desk.js", "/static/web/desk.js")
    assert policy(headers["Content-Security-Policy"]) == EXPECTED_POLICY
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_a_failing_page_asks_nothing_of_the_database_and_has_a_way_out(status: int, language: str) -> None:
    names = {400: "400.html", 403: "403_csrf.html", 500: "500.html", 503: "503.html"}
    with override(language):
        answer = views.plain_page(names[status], status)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'<html lang="{language}">' in page
    assert f'href="{settings.TINCAY_EXIT_ADDRESS}" rel="nofollow noreferrer"' in page
    assert page.count("<h1>") == 1


@pytest.mark.django_db
def test_what_may_not_be_seen_answers_as_what_is_not_there(client: Client) -> None:
    pages = [client.get(path).content.decode().replace(path, "") for path in ("/back/no-such/", "/no-such/")]
    assert pages[0] == pages[1]


def test_every_failure_has_its_words() -> None:
    for name in ("400", "403", "403_csrf", "404", "500", "503"):
        assert get_template(f"{name}.html")


@pytest.mark.parametrize(
    ("path", "language", "expected"),
    [("/", "vi", "/en/"), ("/en/", "en", "/"), ("/no-such/", "vi", "/en/"), ("/en/no-such/", "en", "/")],
)
def test_the_other_language_is_the_same_page_or_the_first(path: str, language: str, expected: str) -> None:
    with override(language):
        assert other_language(path, language)["address"] == expected


def test_the_server_sends_a_sheet_compressed_and_with_its_policy(client: Client, db: None) -> None:
    answer = client.get("/static/web/phone.css", headers={"accept-encoding": "gzip, br"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert policy(answer.headers["Content-Security-Policy"]) == EXPECTED_POLICY
    answer.close()
