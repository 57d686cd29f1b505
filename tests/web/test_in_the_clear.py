"""Two web servers: what comes in the clear is received by the plain one, and the main one never gets it."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, clear_script_prefix, get_resolver, reverse, set_script_prefix
from django.utils import timezone

from tests.cast import Network, Reporter
from tincay.reports.models import Report
from tincay.visit.actions import open_visit
from tincay.web.in_the_clear import BESIDE, MAIN, PLAIN, PREFIX, SERVER, wsgi

CLEAR = {
    "back": {"POST"},
    "back_plain": {"GET", "HEAD"},
    "check_receipt": {"GET", "HEAD", "POST"},
    **{f"{kind}_plain": {"GET", "HEAD", "POST"} for kind in ("help", "tell", "warn", "ask")},
}
"""What the main server may not receive: where somebody without JavaScript types words or a code."""


def at_server(server: str, **more: str) -> Client:
    client = Client()
    client.defaults |= {SERVER: server, **more}
    return client


@pytest.fixture
def main() -> Client:
    """Somebody at the main server, behind a proxy."""
    return at_server(MAIN)


@pytest.fixture
def plain() -> Iterator[Client]:
    """Somebody at the plain server."""
    set_script_prefix(f"{PREFIX}/")  # a server's handler does that, the test's does not
    yield at_server(PLAIN, SCRIPT_NAME=PREFIX)
    clear_script_prefix()


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


def test_every_page_where_somebody_types_in_the_clear_belongs_to_the_plain_server() -> None:
    marked = {
        one.name: set(cast(Any, one.callback).in_the_clear)
        for one in patterns(get_resolver())
        if getattr(one.callback, "in_the_clear", None)
    }
    assert marked == CLEAR


def test_all_pages_behind_a_receipt_are_answered_by_both_servers() -> None:
    from tincay.visit.urls import urlpatterns

    by_script = {"visit_ask", "visit_prove"}
    either = {one.name for one in urlpatterns if hasattr(one.callback, "in_the_clear")}
    assert either == {one.name for one in urlpatterns} - by_script


@pytest.mark.parametrize("path", ["/tell/plain/", "/en/help/plain/", "/kept/", "/back/plain/"])
def test_the_main_server_leads_to_the_plain_one_before_anything_is_typed(
    network: Network, main: Client, path: str
) -> None:
    answer = main.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PREFIX}{path}")
    bare = at_server(MAIN, **{BESIDE: "8001"}).get(path)
    assert bare.headers["Location"] == f"http://testserver:8001{PREFIX}{path}"


@pytest.mark.parametrize("path", ["/tell/plain/", "/back/", "/kept/"])
def test_the_main_server_takes_nothing_that_was_typed_in_the_clear(
    network: Network, main: Client, reporter: Reporter, path: str
) -> None:
    typed = {"plain-code": reporter.code, "plain-need": "pep", "plain-words": "QZW"}
    answer = main.post(path, typed)
    assert answer.status_code == 421
    assert "QZW" not in answer.content.decode()
    assert not Report.objects.for_the_rules().exists()


def test_where_the_proxy_does_not_know_the_plain_server_nobody_is_sent_in_circles(
    network: Network, main: Client
) -> None:
    answer = main.get(f"{PREFIX}/tell/plain/")
    assert answer.status_code == 421
    assert "Lần này chưa có gì được lưu." in answer.content.decode()
    assert "Nếu đang nguy hiểm, bạn gọi số khẩn cấp mà bạn biết." in answer.content.decode()


@pytest.mark.parametrize("name", ["front", "tell", "today", "send", "visit_ask", "log", "account_login"])
def test_the_plain_server_answers_nothing_else(network: Network, plain: Client, name: str) -> None:
    path = reverse(name).removeprefix(PREFIX)
    answer = plain.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, path)
    assert plain.post(path).status_code == 421


def test_a_whole_way_without_javascript_stays_at_the_plain_server(
    network: Network, plain: Client, reporter: Reporter
) -> None:
    """Every address and every cookie that the pages give her leads back to it."""
    form = plain.get("/tell/plain/").content.decode()
    assert f'action="{PREFIX}/tell/plain/"' in form
    sent = {"plain-code": reporter.code, "plain-need": "pep", "plain-harmed": "yes", "plain-words": "QZW"}
    kept = plain.post("/tell/plain/", sent)
    assert f'action="{PREFIX}/kept/"' in kept.content.decode()
    assert f'action="{PREFIX}/back/"' in plain.get("/back/").content.decode()
    inside = plain.post("/back/", {"plain-code": reporter.code})
    assert inside.headers["Location"] == f"{PREFIX}/back/now/"
    assert inside.cookies["visit_plain"]["path"] == f"{PREFIX}/"
    assert "QZW" in plain.get("/back/data/").content.decode()
    out = plain.get("/back/out/")
    assert out.cookies["visit_plain"]["path"] == f"{PREFIX}/"
    assert out.cookies["visit_plain"]["max-age"] == 0


def test_the_main_server_opens_nothing_in_the_clear_even_with_the_cookie(
    network: Network, main: Client, plain: Client, reporter: Reporter
) -> None:
    sent = {"plain-code": reporter.code, "plain-need": "pep", "plain-harmed": "yes", "plain-words": "QZW"}
    plain.post("/tell/plain/", sent)
    plain.post("/back/", {"plain-code": reporter.code})
    page = main.get("/back/data/").content.decode()
    assert "QZW" not in page
    assert "Bạn gõ mã để xem tiếp." in page


def test_of_two_visits_in_one_browser_each_server_opens_its_own(
    network: Network, plain: Client, reporter: Reporter
) -> None:
    """A shared phone: the first one closed the page and her visit goes on, the second one types a code."""
    first, second = reporter.next_person(), reporter.next_person().next_person()
    for person, words in ((first, "QZW-first"), (second, "QZW-second")):
        typed = {"plain-code": person.code, "plain-need": "pep", "plain-harmed": "yes", "plain-words": words}
        plain.post("/tell/plain/", typed)
    clear_script_prefix()
    main = at_server(MAIN)
    cookie = open_visit(report=reports()[0], keys=None, now=timezone.now())
    main.cookies["visit"] = cookie
    assert main.get("/back/now/").status_code == 200
    set_script_prefix(f"{PREFIX}/")
    plain.cookies["visit"] = cookie  # the main server's cookie goes to the plain one too
    plain.post("/back/", {"plain-code": second.code})
    page = plain.get("/back/data/").content.decode()
    assert "QZW-second" in page
    assert "QZW-first" not in page


def reports() -> list[Report]:
    return list(Report.objects.for_the_rules().order_by("received_at"))


def test_a_visit_that_is_over_takes_its_cookie_along(network: Network, plain: Client) -> None:
    plain.cookies["visit_plain"] = "AGE-SECRET-KEY-1NOBODYS"
    assert plain.get("/back/now/").cookies["visit_plain"]["max-age"] == 0


def test_without_a_script_the_door_goes_on_to_the_plain_one_by_itself(network: Network, main: Client) -> None:
    page = main.get("/back/").content.decode()
    assert "<noscript>" in page
    assert 'http-equiv="refresh" content="0; url=/back/plain/"' in page
    assert "plain-code" not in page


def test_the_prefix_is_taken_off_by_the_plain_server_alone() -> None:
    seen: list[tuple[Any, ...]] = []

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append((environ[SERVER], environ.get("SCRIPT_NAME", ""), environ["PATH_INFO"]))
        return []

    for server in (MAIN, PLAIN):
        for path in (f"{PREFIX}/back/", "/static/web/phone.css", f"{PREFIX}ly/"):
            wsgi(server, application)({"PATH_INFO": path}, lambda *_: None)
    assert seen == [
        (MAIN, "", "/plain/back/"), (MAIN, "", "/static/web/phone.css"), (MAIN, "", "/plainly/"),
        (PLAIN, "/plain", "/back/"), (PLAIN, "", "/static/web/phone.css"), (PLAIN, "", "/plainly/"),
    ]  # fmt: skip
