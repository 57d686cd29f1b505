"""What a flood held, as the desk's browser gets it to sort: all of it once, sealed, and no story that is too long."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Hands, Network, Reporter, again, sign_in
from tincay.desk.views.queue import COMPARED_AT_ONCE, LONGEST_COMPARED, LONGEST_LOOKED_INTO
from tincay.vault.models import SealedText

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/desk/held/words/"


@pytest.fixture
def desk(network: Network, clock: Hands) -> Client:
    return sign_in(network.helper)


def all_pages(desk: Client) -> list[dict[str, Any]]:
    """Every page, as the browser asks for them."""
    reports: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = desk.get(ADDRESS, {"after": after}).json()
        assert len(page["reports"]) <= COMPARED_AT_ONCE
        reports += page["reports"]
        after = page["after"]
    return reports


def test_everything_that_is_held_comes_once_over_all_pages(
    desk: Client, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tincay.desk.views.queue.COMPARED_AT_ONCE", 3)
    held = [Reporter(number).send(priority="p0", held=True) for number in range(1, 9)]
    Reporter(9).send(priority="p0")
    Reporter(10).send(priority="p0", held=True, province="M02")
    shown = all_pages(desk)
    assert sorted(one["id"] for one in shown) == sorted(str(report.id) for report in held)
    assert {one["name"] for one in shown} == {report.code_name for report in held}


def test_a_story_comes_sealed_and_with_what_opens_it(desk: Client, reporter: Reporter) -> None:
    report = reporter.send(words="ZYXQ mưa", held=True)
    (one,) = all_pages(desk)
    assert one["address"] == reverse("report", args=[report.id])
    assert [sorted(wrap) for wrap in one["story"]["wraps"]] == [["of", "sealed"]] * 2
    assert len(one["story"]["sealed"]) == 1
    assert "ZYXQ" not in str(one)
    assert again(report).times_opened == 0


def test_a_story_that_is_too_long_to_be_compared_comes_without_its_words(
    desk: Client, reporter: Reporter
) -> None:
    reporter.send(words="mưa " * (LONGEST_COMPARED // 5), held=True)
    (one,) = all_pages(desk)
    assert one["story"] is None
    assert one["name"]


def test_the_queue_looks_for_warnings_in_stories_of_some_pages_only(desk: Client, reporter: Reporter) -> None:
    short = reporter.send(words="mưa " * 1000)
    long = reporter.next_person().send(words="mưa " * (LONGEST_LOOKED_INTO // 5))
    looked_into = desk.get("/desk/warnings/").json()["reports"]
    sizes = [len(bytes(row.sealed)) for row in SealedText.objects.of(long.id)]
    assert max(sizes) > LONGEST_LOOKED_INTO
    assert list(looked_into) == [str(short.id)]


def test_who_sits_at_no_desk_of_it_gets_nothing(network: Network, clock: Hands, reporter: Reporter) -> None:
    reporter.send(held=True)
    assert all_pages(sign_in(network.stranger)) == []
    assert sign_in(network.liaison).get(ADDRESS).status_code == 404


def test_the_page_of_what_is_held_names_its_address_for_the_script(desk: Client, reporter: Reporter) -> None:
    reporter.send(held=True)
    page = desk.get(reverse("held")).content.decode()
    assert f'data-held-from="{ADDRESS}"' in page
    assert "<template>" in page
