"""What a weak network has to carry: each reporter page with all that it loads, as the server sends it."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.cast import Hands, Network
from tincay.directory.actions import add_province, add_service
from tincay.web.packs import pack_rows

FIRST_PAGE, WHOLE_INTAKE = 15_000, 60_000
ACCEPTED = "gzip, deflate, br"
"""What Android's browsers of 2018 ask for over TLS."""


def loaded_with(html: str) -> set[str]:
    """Static files that the page names itself; `curves.js` is fetched by the script where the browser needs it."""
    named = set(re.findall(r'(?:src|href)="/static/([^"]+)"', html))
    named |= set(re.findall(r'"/static/([^"]+\.txt)"', html))
    return named | ({"client/curves.js"} if "client/tell.js" in named else set())


def sent(client: Client, address: str) -> int:
    answer = client.get(address, headers={"accept-encoding": ACCEPTED})
    assert answer.status_code == 200
    return sum(map(len, answer)) if answer.streaming else len(answer.content)


def weight(client: Client, path: str) -> int:
    files = loaded_with(client.get(path).content.decode())
    return sum(sent(client, address) for address in [path, *(f"/static/{name}" for name in files)])


@pytest.fixture
def whole_country(network: Network, clock: Hands) -> None:
    """All provinces and forty urgent services, as a real install has them."""
    for row in pack_rows("provinces.csv"):
        add_province(
            code=row["code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            list_version=row["list_version"],
            desk=network.triage,
        )
    for number in range(40):
        add_service(
            code=f"tram-{number}",
            province=None,
            name_vi=f"Trạm y tế phường số {number} (mẫu)",
            name_en=f"Health post number {number} (invented)",
            place_vi=f"Số {number} đường Hoa Sữa (mẫu)",
            hours_vi="Cả ngày lẫn đêm",
            kinds=["health"],
            phone=f"1900 {number:04}",
            urgent=True,
        )


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_the_first_page_is_light(whole_country: None, client: Client, path: str) -> None:
    html = client.get(path).content.decode()
    assert loaded_with(html)
    assert weight(client, path) <= FIRST_PAGE


@pytest.mark.parametrize("path", ["/help/", "/tell/", "/en/tell/", "/warn/", "/ask/"])
def test_the_whole_intake_is_light_with_its_script(whole_country: None, client: Client, path: str) -> None:
    html = client.get(path).content.decode()
    assert "client/tell.js" in loaded_with(html)
    assert weight(client, path) <= WHOLE_INTAKE


def test_scripts_and_sheets_lie_compressed_beside_what_they_hold(client: Client) -> None:
    """A small server packs nothing anew for each phone, and the way that packs best is taken."""
    for name in ("client/tell.js", "client/curves.js", "client/reporter.js", "web/phone.css"):
        for accepted, way in ((ACCEPTED, "br"), ("gzip", "gzip")):
            answer = client.get(f"/static/{name}", headers={"accept-encoding": accepted})
            assert answer.headers["Content-Encoding"] == way
            assert int(answer.headers["Content-Length"]) == sum(map(len, answer))


@pytest.mark.parametrize("path", ["/tell/", "/en/ask/", "/back/"])
def test_reporters_fetch_no_list_of_words(whole_country: None, client: Client, path: str) -> None:
    """What they need of a code stands in the page: a weak network cannot come between."""
    html = client.get(path).content.decode()
    assert not [name for name in loaded_with(html) if name.endswith(".txt")]
    assert '"things"' in html


@pytest.mark.parametrize("path", ["/", "/tell/", "/back/"])
def test_reporters_download_no_letters(whole_country: None, client: Client, path: str) -> None:
    html = client.get(path).content.decode()
    styles = [
        Path(str(finders.find(name))).read_text() for name in loaded_with(html) if name.endswith(".css")
    ]
    assert styles
    assert not any("@font-face" in style or "@import" in style for style in styles)
    assert not re.search(r'(src|href)="(https?:)?//', re.sub(r'href="https://vi\.wikipedia\.org/"', "", html))
