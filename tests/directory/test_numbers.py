"""A real install shows only numbers that somebody of it has checked, as they stand; a demo shows invented ones."""

import json
import os
from pathlib import Path

import pytest
from django.db import DatabaseError, InterfaceError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.cast import Hands, Network, sign_in
from tincay.directory import numbers
from tincay.directory.models import NumberCheck
from tincay.web.packs import pack_toml

pytestmark = pytest.mark.django_db
PAGES = ("/", "/en/", "/help/", "/tell/plain/", "/guide/")
NONE = {"vi": "Số ở trang này chưa được ai kiểm tra", "en": "Nobody has checked the numbers of this page"}


def page(path: str) -> str:
    return Client().get(path).content.decode()


def say(network: Network, number: str, right: str, digest: str = "") -> str:
    sent = {"number": number, "digest": digest or numbers.every_number()[number].digest, "right": right}
    answer = sign_in(network.steward).post(reverse("numbers"), sent, follow=True)
    return str(answer.content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_a_number_is_shown_once_the_steward_has_checked_it_and_not_before(
    network: Network, path: str
) -> None:
    NumberCheck.objects.all().delete()
    assert "tel:113" not in page(path)
    assert NONE["en" if path.startswith("/en") else "vi"] in page(path)


@pytest.mark.parametrize("path", ["/", "/guide/"])
def test_what_is_checked_appears_at_once_and_what_is_wrong_goes_at_once(network: Network, path: str) -> None:
    NumberCheck.objects.all().delete()
    say(network, "police", "yes")
    assert "tel:113" in page(path)
    assert "tel:115" not in page(path)
    assert NONE["vi"] not in page(path)
    say(network, "police", "no")
    assert "tel:113" not in page(path)


def test_a_row_that_says_something_else_since_needs_a_new_sign_off(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "tel:113" in page("/")
    rows = {**numbers.every_number()}
    changed = numbers._number("police", {**rows["police"].row, "number": "1130"})
    monkeypatch.setattr(numbers, "_rows", lambda demo: rows | {"police": changed})
    html = page("/")
    assert "tel:1130" not in html
    assert 'tel:113"' not in html
    steward = sign_in(network.steward).get(reverse("numbers")).content.decode()
    assert "Đã đổi từ lần kiểm tra trước" in steward
    assert "Dòng này vừa thay đổi" in say(network, "police", "yes", rows["police"].digest)
    assert "tel:1130" not in page("/")
    say(network, "police", "yes")
    assert "tel:1130" in page("/")


def test_who_read_a_row_may_change_without_a_new_call(network: Network) -> None:
    row = numbers.every_number()["police"]
    read = numbers._number("police", {**row.row, "reviewed": "2026-11-30", "reviewer": "somebody"})
    assert read.digest == row.digest


def test_the_page_lists_every_number_with_source_day_and_who(network: Network) -> None:
    NumberCheck.objects.exclude(number="police").delete()
    html = sign_in(network.steward).get(reverse("numbers")).content.decode()
    for row in pack_toml("contacts.toml").values():
        assert row["source"].split(" (")[0].replace("'", "&#x27;") in html
    assert f"Số {network.steward.user.number}, Cây Me (mẫu), thứ" in html
    assert html.index("Chưa ai kiểm tra") < html.index("Đang hiện"), "what waits comes first"
    english = sign_in(network.steward).get("/en" + reverse("numbers")).content.decode()
    assert "I called it or asked whoever runs it: right" in english


def test_nobody_but_the_steward_says_that_a_number_is_right(network: Network) -> None:
    NumberCheck.objects.all().delete()
    for worker in (network.helper, network.supervisor, network.head, network.liaison, network.overseer):
        sent = {"number": "police", "digest": numbers.every_number()["police"].digest, "right": "yes"}
        assert sign_in(worker).post(reverse("numbers"), sent).status_code == 404
    assert not NumberCheck.objects.exists()


def test_a_number_that_the_pack_does_not_have_is_not_taken(network: Network) -> None:
    assert "Dòng này vừa thay đổi" in say(network, "invented", "yes", "0" * 64)
    assert not NumberCheck.objects.filter(number="invented").exists()


@pytest.mark.parametrize(("deleted", "kind"), [("all", "danger"), ("abroad", "wait")])
def test_the_health_page_says_how_many_numbers_wait(network: Network, deleted: str, kind: str) -> None:
    rows = NumberCheck.objects.all()
    (rows if deleted == "all" else rows.filter(number="mobile_112")).delete()
    html = sign_in(network.steward).get(reverse("health")).content.decode()
    assert "Có số khẩn cấp chưa ai kiểm tra" in html
    assert ("chưa có số nào để gọi khi nguy hiểm" in html) is (deleted == "all")
    assert ("1 số chưa hiện" in html) is (deleted == "abroad")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", [DatabaseError, InterfaceError])
def test_the_copy_for_when_rows_cannot_be_read_follows_each_sign_off(
    network: Network,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: type[Exception],
) -> None:
    """Also where the connection itself broke, which Django does not call an error of the database."""
    settings.TINCAY_DATA = tmp_path
    NumberCheck.objects.all().delete()
    say(network, "police", "yes")
    say(network, "ambulance", "yes")
    say(network, "ambulance", "no")
    assert list(json.loads((tmp_path / "numbers.json").read_text())) == ["police"]
    assert list(numbers.numbers_without_rows()) == ["police"]

    def away(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(NumberCheck.objects, "filter", away)
    assert list(numbers.numbers_to_show()) == ["police"]


def test_where_the_copy_cannot_be_written_none_of_yesterday_stays(
    network: Network, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TINCAY_DATA = tmp_path
    numbers.keep_copy()
    assert "police" in numbers.numbers_without_rows()

    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "replace", full)
    numbers.keep_copy()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", PAGES)
def test_a_demo_shows_invented_numbers_that_dial_nobody(network: Network, clock: Hands, path: str) -> None:
    """Hands move the clock of a demo only. Nobody has to confirm what is invented."""
    NumberCheck.objects.all().delete()
    html = page(path)
    assert "(số giả)" in html
    assert not [number for number in ("113", "115", "111", "112") if f"tel:{number}" in html]
