"""A page for those who hold a right: for everybody else it does not exist, and nothing tells that it might."""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.cast import rows, sign_in
from tests.people.conftest import Office
from tincay.people.models import User
from tincay.people.permissions import needs, staff
from tincay.people.rights import May

pytestmark = pytest.mark.django_db


def without_second_step(office: Office, username: str, role: str = "case_worker") -> Client:
    client = Client()
    user = office.hire(username, role).user
    client.force_login(user)
    return client


def test_who_holds_the_right_sees_the_page(office: Office) -> None:
    assert sign_in(office.hire("a", "steward")).get(reverse("health")).status_code == 200


def test_for_who_does_not_hold_it_the_page_is_like_one_that_never_was(office: Office) -> None:
    client = sign_in(office.hire("a", "case_worker"))
    never, hidden = (client.get(path) for path in ("/desk/khong-co/", reverse("health")))
    assert never.status_code == hidden.status_code == 404
    assert never.templates[0].name == hidden.templates[0].name == "404.html"
    assert main_of(never) == main_of(hidden)


def main_of(answer: Any) -> str:
    """The page without its head line, where only the link to the other language differs."""
    return str(answer.content.decode().partition("<main")[2])


def test_without_the_right_nobody_is_led_to_a_second_step(office: Office) -> None:
    assert without_second_step(office, "a").get(reverse("health")).status_code == 404


def test_with_the_right_a_second_step_comes_first(office: Office) -> None:
    answer = without_second_step(office, "a", "steward").get(reverse("health"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))


def test_nothing_is_done_before_the_second_step_is_set(office: Office) -> None:
    ran: list[str] = []

    @needs(May.SEE_QUEUE)
    def view(request: HttpRequest) -> HttpResponse:
        ran.append("ran")
        return HttpResponse()

    request = RequestFactory().post("/")
    request.user = office.hire("a").user
    assert view(request).status_code == 302
    assert ran == []


@pytest.mark.parametrize("path", ["/desk/health/", "/desk/today/?after=3"])
def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_same_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={quote(path)}"


def test_who_was_shut_out_with_a_page_open_is_asked_to_sign_in(office: Office) -> None:
    worker = office.hire("a", "steward")
    client = sign_in(worker)
    rows(User).filter(pk=worker.user.pk).update(is_active=False)
    assert client.get(reverse("health"))["Location"].startswith(reverse("account_login"))


def test_a_right_that_was_taken_away_is_gone_with_the_next_page(office: Office) -> None:
    worker = office.hire("a", "steward")
    client = sign_in(worker)
    rows(User).filter(pk=worker.user.pk).update(role="operator")
    assert client.get(reverse("health")).status_code == 404


def test_a_guarded_view_says_which_right_it_needs_and_keeps_its_name() -> None:
    @needs(May.SEE_HEALTH)
    def view(request: HttpRequest) -> HttpResponse:
        """What it is for."""
        return HttpResponse()

    assert view.right is May.SEE_HEALTH  # type: ignore[attr-defined]
    assert (view.__name__, view.__doc__) == ("view", "What it is for.")


def test_a_guarded_view_gets_what_its_address_holds(office: Office) -> None:
    @needs(May.SEE_HEALTH)
    def view(request: HttpRequest, code: str, *, number: int) -> HttpResponse:
        return HttpResponse(f"{code} {number}")

    client = sign_in(office.hire("a", "steward"))
    request = RequestFactory().get("/")
    request.user = rows(User).get(pk=client.session["_auth_user_id"])
    assert view(request, "x", number=7).content == b"x 7"  # type: ignore[attr-defined]


def test_nobody_is_staff_without_an_account() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with pytest.raises(Http404):
        staff(request)


def test_who_is_signed_in_is_the_own_account(office: Office) -> None:
    request = RequestFactory().get("/")
    request.user = office.hire("a").user
    assert staff(request) == rows(User).get(username="a")
