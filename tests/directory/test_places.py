"""Where help is: what serves everywhere first, what cannot wait before the rest, and no shelter's address."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.cast import new_province, rows
from tincay.directory.actions import add_service
from tincay.directory.models import Province, Service
from tincay.directory.queries import services_by_province
from tincay.web.models import Install

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("install")]


def offer(code: str, province: str = "", **facts: object) -> Service:
    names = {"name_vi": f"Trạm {code}", "name_en": f"Post {code}", "kinds": ["health"]}
    place = rows(Province).get(pk=province) if province else None
    return add_service(code=code, province=place, **names | facts)


@pytest.fixture
def _provinces(install: Install) -> None:
    new_province("b", "Bến Tre")
    new_province("a", "An Giang")


def listed() -> list[tuple[str, list[str]]]:
    return [(province, [one.code for one in services]) for province, services in services_by_province()]


@pytest.mark.usefixtures("_provinces")
def test_what_serves_everywhere_stands_first_and_provinces_follow_by_name() -> None:
    offer("mot", "b")
    offer("hai", "a")
    offer("ba")
    assert listed() == [
        ("", ["ba"]),
        ("An Giang (giả định)", ["hai"]),
        ("Bến Tre (giả định)", ["mot"]),
    ]


def test_what_cannot_wait_stands_before_the_rest_in_the_order_of_its_adding() -> None:
    offer("mot")
    offer("hai", urgent=True)
    offer("ba")
    offer("bon", urgent=True)
    assert listed() == [("", ["hai", "bon", "mot", "ba"])]


def test_what_is_not_offered_any_more_is_not_listed() -> None:
    offer("mot", active=False)
    offer("hai")
    assert listed() == [("", ["hai"])]


@pytest.mark.usefixtures("_provinces")
def test_provinces_are_named_in_the_language_of_the_page() -> None:
    offer("mot", "a")
    with translation.override("en"):
        assert listed() == [("An Giang (invented)", ["mot"])]


def test_what_helps_within_72_hours_is_what_is_urgent_and_offered() -> None:
    offer("mot", urgent=True)
    offer("hai")
    offer("ba", urgent=True, active=False)
    assert [one.code for one in Service.objects.within_72_hours()] == ["mot"]


def test_a_service_is_kept_with_every_fact_that_was_given(install: Install) -> None:
    offer("mot", phone="1900 0000", hours_vi="cả ngày", urgent=True)
    found = rows(Service).get()
    assert (found.code, found.name_vi, found.kinds) == ("mot", "Trạm mot", ["health"])
    assert (found.phone, found.hours_vi, found.urgent, found.active) == ("1900 0000", "cả ngày", True, True)


def test_a_code_names_one_service() -> None:
    offer("mot")
    with pytest.raises(Exception, match=r"UNIQUE|duplicate"):
        offer("mot")


@pytest.mark.usefixtures("_provinces")
@pytest.mark.parametrize(
    ("prefix", "shown", "hidden"), [("", "Trạm mot", "Post mot"), ("/en", "Post mot", "Trạm mot")]
)
def test_the_page_lists_places_in_its_language(client: Client, prefix: str, shown: str, hidden: str) -> None:
    offer("mot", "a", phone="1900 0000", note_vi="Miễn phí", note_en="Free of charge")
    html = client.get(f"{prefix}/guide/places/").content.decode()
    assert shown in html
    assert "1900 0000" in html
    assert hidden not in html
    assert ("Miễn phí" in html, "Free of charge" in html) == (prefix == "", prefix == "/en")


def test_the_page_marks_what_must_not_wait(client: Client) -> None:
    said = "Có thuốc dự phòng HIV và thuốc tránh thai khẩn cấp"
    offer("mot")
    assert said not in client.get(reverse("places")).content.decode()
    offer("hai", urgent=True)
    assert client.get(reverse("places")).content.decode().count(said) == 1


def test_with_nothing_to_list_the_page_says_that_she_can_still_tell(client: Client) -> None:
    assert "Bạn vẫn kể được" in client.get(reverse("places")).content.decode()


@pytest.mark.parametrize("name", ["guide", "history", "places", "law"])
def test_pages_to_read_take_nothing_from_who_reads(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse(name), {"words": "x"}).status_code == 405
