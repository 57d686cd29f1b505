"""What the guide and the law page say about the law stands there with its source and the day it was read."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from tests.cast import Hands
from tincay.core.clock import ZONE
from tincay.directory.queries import legal_facts
from tincay.web.models import Install
from tincay.web.packs import pack_toml

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


# --- what is known, what is remembered, what is old


def main(html: str) -> str:
    return html.split("<main")[1]


def test_what_is_from_memory_stands_apart_and_says_that_a_lawyer_must_look(
    install: Install, client: Client
) -> None:
    known, unsure = main(client.get(reverse("law")).content.decode()).split("Điều chưa kiểm chứng")
    remembered = [fact for fact in legal_facts().values() if not fact.may_be_shown()]
    assert remembered
    for fact in remembered:
        assert f"<h3>{fact.title['vi']}</h3>" in unsure
        assert fact.text["vi"] not in known
    assert unsure.count("Cần luật sư kiểm tra</span>") == len(remembered)


def test_every_fact_that_was_read_stands_with_its_source_and_the_day(
    install: Install, client: Client
) -> None:
    page = re.sub(r">\s+<", "><", main(client.get(reverse("law")).content.decode()))
    known = page.split("Điều chưa kiểm chứng")[0]
    read = [fact for fact in legal_facts().values() if fact.may_be_shown()]
    for fact in read:
        assert f"<h2>{fact.title['vi']}</h2><p>{escape(fact.text['vi'])}</p>" in known
        assert fact.source["vi"] in known
    assert known.count("Nguồn được đọc lại ngày 28/02/2026") == len(read)


@pytest.mark.parametrize(("days", "marked"), [(364, False), (365, True)])
def test_a_fact_that_nobody_read_again_for_a_year_carries_a_mark(
    clock: Hands, client: Client, days: int, marked: bool
) -> None:
    clock.now = datetime(2026, 2, 28, 9, tzinfo=ZONE) + timedelta(days=days)
    clock.show()
    for name in ("law", "guide"):
        html = client.get(reverse(name)).content.decode()
        assert ("Quá 12 tháng chưa ai đọc lại nguồn" in html) is marked


def test_the_facts_of_the_pack_are_read_once_a_process() -> None:
    assert legal_facts() is legal_facts()


def test_the_guide_says_every_part_in_whole(install: Install, client: Client) -> None:
    said = main(client.get(reverse("guide")).content.decode())
    guide = pack_toml("guide.toml")
    for words in (
        guide["title"]["vi"],
        guide["lead"]["vi"],
        *(part["heading"]["vi"] for part in guide["parts"]),
    ):
        assert escape(words) in said
    for part in guide["parts"]:
        assert escape(part["text"]["vi"].strip().split("\n")[-1]) in said, part["id"]


def test_the_guide_gives_each_part_only_the_law_that_belongs_to_it(install: Install, client: Client) -> None:
    parts = main(client.get(reverse("guide")).content.decode()).split("<section ")[1:]
    told = {part["id"]: part.get("law", []) for part in pack_toml("guide.toml")["parts"]}
    shown = {
        part.split('"')[1]: [name for name, fact in legal_facts().items() if fact.source["vi"] in part]
        for part in parts
    }
    assert {name for name, law in told.items() if law} == {name for name, law in shown.items() if law}


@pytest.mark.parametrize("name", ["guide", "law", "places"])
def test_both_languages_are_told_the_same_things(install: Install, client: Client, name: str) -> None:
    address = reverse(name)
    vietnamese, english = (main(client.get(path).content.decode()) for path in (address, f"/en{address}"))
    for tag in ("<h1", "<h2", "<section"):
        assert vietnamese.count(tag) == english.count(tag)
    assert "giữ giấy tờ" not in english
