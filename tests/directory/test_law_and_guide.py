"""What the guide and the law page say about the law stands there with its source and the day it was read."""

import pytest
from django.test import Client

from tincay.directory.queries import legal_facts
from tincay.web.models import Install

ENGLISH = (" art. ", "Decree", "Code", "secondary")


@pytest.mark.parametrize(("prefix", "language"), [("/", "vi"), ("/en/", "en")])
def test_the_guide_names_source_and_day_where_it_speaks_of_law(
    install: Install, client: Client, prefix: str, language: str
) -> None:
    html = client.get(f"{prefix}guide/").content.decode()
    part = html.split('<section id="your_rights">')[1].split("</section>")[0]
    for name in ("cpc_145", "cpc_147", "tip_support"):
        assert legal_facts()[name].source[language] in part
    assert part.count("2026") == 3


def test_the_vietnamese_law_page_names_its_sources_in_vietnamese(install: Install, client: Client) -> None:
    html = client.get("/guide/law/").content.decode()
    assert "Bộ luật Tố tụng hình sự 2015, Điều 145" in html
    assert not [word for word in ENGLISH if word in html.split("<main")[1]]
