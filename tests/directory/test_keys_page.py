"""The page about keys says what is true of this install, a sample one included."""

import pytest
from django.test import Client

from tests.cast import Network
from tests.conftest import new_install

pytestmark = pytest.mark.django_db
SAMPLE = ("Dữ liệu mẫu", "nằm ngay cạnh dữ liệu")


@pytest.mark.parametrize("demo", [False, True])
def test_a_sample_says_that_it_is_one_and_that_its_key_lies_beside_the_data(
    network: Network, client: Client, demo: bool
) -> None:
    new_install(demo=demo)
    page = client.get("/guide/keys/").content.decode()
    assert "Chìa khóa của" in page
    assert [words in page for words in SAMPLE] == [demo, demo]
