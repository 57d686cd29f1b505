"""Whoever writes rows or the copy beside the data shows nobody a number that the pack does not have."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.cast import Network
from tincay.directory import numbers
from tincay.directory.models import NumberCheck

pytestmark = pytest.mark.django_db
PAGES = ("/", "/en/", "/help/", "/tell/plain/", "/guide/")
PLANTED = "0999888777"


@pytest.mark.parametrize("path", PAGES)
def test_no_row_brings_a_number_onto_a_page(network: Network, path: str) -> None:
    rows = NumberCheck.objects
    rows.filter(number="police").update(digest=PLANTED)
    rows.filter(number="ambulance").update(number=PLANTED)
    html = Client().get(path).content.decode()
    assert PLANTED not in html
    assert not [number for number in ("113", "115") if f'tel:{number}"' in html]
    assert "tel:111" in html


@pytest.mark.parametrize(
    "written",
    ["[1]", "null", "5", '"police"', "[" * 100_000, '{"police": 113}', '{"police": ["a"]}', "{", "\x00"],
)
def test_a_copy_that_is_no_list_of_numbers_shows_none_and_breaks_no_page(
    network: Network, settings: Settings, tmp_path: Path, written: str
) -> None:
    settings.TINCAY_DATA = tmp_path
    (tmp_path / "numbers.json").write_text(written)
    assert numbers.numbers_without_rows() == {}


def test_the_copy_cannot_say_what_a_number_is(network: Network, settings: Settings, tmp_path: Path) -> None:
    settings.TINCAY_DATA = tmp_path
    digest = numbers.every_number()["police"].digest
    (tmp_path / "numbers.json").write_text(
        f'{{"police": "{digest}", "{PLANTED}": "{digest}", "ambulance": "{PLANTED}"}}'
    )
    assert [one.row["number"] for one in numbers.numbers_without_rows().values()] == ["113"]
