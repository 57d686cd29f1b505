"""The first page arrives over a weak network: 15 kB with everything it loads, and nothing from elsewhere."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

LIMIT = 15 * 1024


def weight(address: str) -> int:
    """What one static file weighs on the wire."""
    found = finders.find(address.removeprefix("/static/"))
    assert isinstance(found, str), address
    return len(gzip.compress(Path(found).read_bytes()))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/en/"])
def test_the_first_page_is_light(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    page = answer.content.decode()
    loaded = re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)
    assert len(gzip.compress(answer.content)) + sum(map(weight, loaded)) <= LIMIT
