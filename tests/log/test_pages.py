"""The public pages show the log up to its last checkpoint, in two languages, and claim no more than is so."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from tests.conftest import new_install
from tests.log.conftest import Hand, RunningWitness, cosign
from tincay.log import keys, queries

PAGES = ("/log/", "/log/check/", "/en/log/", "/en/log/check/")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.content.decode()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("leaves", [None, 1, 300])
def test_every_page_opens(hand: Hand, address: str, leaves: int | None) -> None:
    hand.append(leaves or 1)
    if leaves is not None:
        hand.sign()
    assert "<h1>" in read(hand.client, address)


def test_the_page_says_registered_only_with_the_quorum(hand: Hand, witness: RunningWitness) -> None:
    hand.append(3)
    checkpoint = hand.sign()
    assert "Đã vào sổ" not in read(hand.client, "/log/")
    assert "Chưa đủ bên chứng kiến" in read(hand.client, "/log/")
    cosign(checkpoint)
    assert "Đã vào sổ: đủ bên chứng kiến" in read(hand.client, "/log/")
    assert "đã ký bản chốt mới nhất" in read(hand.client, "/log/")


def test_without_witnesses_the_page_says_that_nobody_outside_saw_it(hand: Hand) -> None:
    hand.append(3)
    hand.sign()
    page = read(hand.client, "/log/")
    assert "Chưa có ai bên ngoài chứng kiến" in page
    assert "Đã vào sổ" not in page


@pytest.mark.parametrize("address", ["/log/", "/log/check/"])
def test_the_demo_says_that_one_machine_proves_nothing(hand: Hand, address: str) -> None:
    hand.append()
    assert "không chứng minh được gì" not in read(hand.client, address)
    new_install(demo=True)
    assert "Một máy tự chứng kiến mình thì không chứng minh được gì" in read(hand.client, address)


def test_the_checkpoint_is_served_as_the_standard_asks(hand: Hand) -> None:
    hand.append(3)
    assert hand.client.get("/log/checkpoint").status_code == 404
    hand.sign()
    answer = hand.client.get("/log/checkpoint")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content.decode() == queries.latest().note  # type: ignore[union-attr]


def test_tiles_are_published_up_to_the_last_checkpoint_only(hand: Hand) -> None:
    hand.append(300)
    assert hand.client.get("/log/tile/0/000").status_code == 404
    hand.sign()  # 320 leaves, with the covers
    hand.append(300)
    served = {
        path: hand.client.get(f"/log/tile/{path}").status_code
        for path in (
            "0/000",
            "0/001.p/64",
            "1/000.p/1",
            "entries/000",
            "entries/001.p/64",
            "entries/001.p/10",
        )
    }
    assert set(served.values()) == {200}
    for path in (
        "0/001",
        "0/001.p/65",
        "0/002.p/1",
        "1/000.p/2",
        "entries/001",
        "2/000.p/1",
        "0/1",
        "entries/../0",
    ):
        assert hand.client.get(f"/log/tile/{path}").status_code == 404, path
    tile = hand.client.get("/log/tile/0/001.p/64")
    assert tile.headers["Content-Type"] == "application/octet-stream"
    assert "immutable" in tile.headers["Cache-Control"]
    assert len(tile.content) == 64 * 32


def test_the_download_stops_at_the_last_checkpoint(hand: Hand) -> None:
    hand.append(3)
    assert hand.client.get("/log/log.tar").status_code == 404
    hand.sign()
    hand.append(3)
    hand.next_day()
    assert len(hand.audit().leaf_hashes) == 64


def test_nothing_public_tells_kind_or_organisation(hand: Hand) -> None:
    hand.append(3, kind="override_used", organisation="ORGANISATION-ZYXQ", record="RECORD-ZYXQ")
    hand.sign()
    public = b"".join(hand.download().values())
    for word in (b"override_used", b"ZYXQ"):
        assert word not in public
        assert word not in read(hand.client, "/log/").encode()


def test_the_pages_only_read(hand: Hand) -> None:
    hand.append()
    hand.sign()
    for address in (*PAGES, "/log/checkpoint", "/log/policy", "/log/tile/0/000.p/64", "/log/log.tar"):
        assert hand.client.post(address).status_code == 405


def test_a_new_install_has_pages_before_its_first_leaf(
    hand: Hand, settings: Settings, tmp_path: Path
) -> None:
    settings.TINCAY_DATA = tmp_path
    for address in PAGES:
        assert "<h1>" in read(hand.client, address)
    assert hand.client.get("/log/policy").status_code == 404
    call_command("log_key")
    assert hand.client.get("/log/policy").content.decode() == keys.policy_note()


def test_the_page_is_english_in_english(hand: Hand) -> None:
    hand.append()
    assert "public log" in read(hand.client, "/en/log/").lower()
