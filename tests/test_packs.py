"""A country pack is complete, in both languages, and speaks plainly."""

import csv
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tincay.core.clock import Calendar, read_rules
from tincay.core.codes import read_codes
from tincay.core.consent import SCOPES
from tincay.web.phones import dialled

VN = Path(__file__).parents[1] / "packs" / "vn"
MOST_SYLLABLES = 20
SPOKEN = ["texts.toml", "guide.toml", "contacts.toml", "law.toml"]


def read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads((VN / name).read_text(encoding="utf-8"))


def read_rows(name: str) -> list[dict[str, str]]:
    with (VN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PACK = read_toml("pack.toml")
LISTS = read_codes({path.stem: path.read_text(encoding="utf-8") for path in (VN / "codes").glob("*.csv")})


def spoken(value: Any, where: str, language: str) -> Iterator[tuple[str, str]]:
    """Every text of a language in a tree of tables, with where it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and (key == language or key.endswith(f"_{language}")):
                yield f"{where}.{key}", inner
            else:
                yield from spoken(inner, f"{where}.{key}", language)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from spoken(inner, f"{where}[{number}]", language)


def sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[.!?;:\n]+(?=\s|$)", text) if part.strip()]


def test_a_long_sentence_is_noticed() -> None:
    long = " ".join(["từ"] * (MOST_SYLLABLES + 1))
    assert max(len(part.split()) for part in sentences(f"Ngắn thôi. {long}.")) > MOST_SYLLABLES


@pytest.mark.parametrize("name", SPOKEN)
def test_vietnamese_sentences_can_be_said_in_one_breath(name: str) -> None:
    too_long = [
        f"{where}: {part}"
        for where, text in spoken(read_toml(name), name, "vi")
        for part in sentences(text)
        if len(part.split()) > MOST_SYLLABLES
    ]
    assert not too_long


@pytest.mark.parametrize("name", SPOKEN)
def test_every_text_exists_in_both_languages_with_as_many_paragraphs(name: str) -> None:
    def paragraphs(language: str) -> dict[str, int]:
        found = spoken(read_toml(name), name, language)
        return {where[: -len(language)]: len(text.strip().splitlines()) for where, text in found}

    assert paragraphs("vi") == paragraphs("en")
    assert paragraphs("vi")


@pytest.mark.parametrize("name", SPOKEN)
def test_nothing_is_promised_that_cannot_be_kept(name: str) -> None:
    words = " ".join(text for _, text in spoken(read_toml(name), name, "vi"))
    assert "tuyệt đối" not in words
    assert "!" not in words


def test_a_list_says_when_peers_reviewed_it_or_that_nobody_did() -> None:
    reviewed = PACK["reviewed"]
    assert set(reviewed) == set(LISTS)
    assert all(value == "" or isinstance(value, date) for value in reviewed.values())


def test_each_clock_rule_of_the_list_has_a_deadline_and_no_other_exists() -> None:
    rules = read_rules((VN / "clock.toml").read_text(encoding="utf-8"))
    assert {rule.code for rule in rules.values()} == {code.code for code in LISTS["clock_rule"]}


def test_the_calendar_covers_three_years_for_state_and_organisations() -> None:
    rows = read_rows("calendar.csv")
    assert {row["calendar"] for row in rows} == {"state", "organisation"}
    for calendar in ("state", "organisation"):
        days = [(date.fromisoformat(row["date"]), row["kind"]) for row in rows if row["calendar"] == calendar]
        assert {day.year for day, _ in days} == {2025, 2026, 2027}
        assert not Calendar.read(days, version=1).is_working_day(date(2026, 2, 17))
    assert all(row["source"] and row["name_vi"] and row["name_en"] for row in rows)
    LISTS.check("day_kind", *(row["kind"] for row in rows))


def test_thirty_four_provinces_come_from_sixty_three() -> None:
    rows = read_rows("provinces.csv")
    old = [code for row in rows for code in row["old_codes"].split()]
    assert (len(rows), len(old), len(set(old))) == (34, 63, 63)
    assert all(len(row["old_codes"].split()) == len(row["old_names_vi"].split("; ")) for row in rows)
    assert {row["list_version"] for row in rows} == {PACK["provinces"]["list_version"]}
    LISTS.check("province", *(row["code"] for row in rows))


CONTACTS = read_toml("contacts.toml")
WORDS_FOR_HER = [*VN.glob("texts.toml"), *VN.glob("guide.toml"),
                 *(Path(__file__).parents[1] / "tincay").glob("**/templates/**/*.html")]  # fmt: skip
CALLS = re.compile(r"\b(?:gọi|call|dial)\b[^.]{0,60}\b1\d\d\b", re.IGNORECASE)


def test_every_number_says_where_it_answers_where_it_comes_from_and_who_read_that() -> None:
    assert {row["number"] for row in CONTACTS.values()} >= {"111", "113", "115", "112"}
    LISTS.check("country", *(row["country"] for row in CONTACTS.values()))
    LISTS.check("language", *(code for row in CONTACTS.values() for code in row["speaks"]))
    for code, row in CONTACTS.items():
        assert row["source"].startswith(("[S] ", "[M] ")), code
        assert bool(row["reviewed"]) is bool(row["reviewer"]), code
    abroad = {row["country"] for row in CONTACTS.values()}
    assert abroad >= {"KH", "LA", "CN", "TH", "MM", "MY"}


def test_each_card_names_numbers_that_the_pack_has() -> None:
    texts = read_toml("texts.toml")
    cards = (texts["danger"], texts["danger"]["self_harm"], texts["child"], texts["abroad"])
    assert all(set(card["numbers"]) <= set(CONTACTS) for card in cards)


@pytest.mark.parametrize("path", WORDS_FOR_HER, ids=lambda path: path.name)
def test_a_number_to_call_stands_in_its_row_and_in_no_sentence(path: Path) -> None:
    """A sentence would show it also where nobody has checked it."""
    assert not CALLS.findall(path.read_text(encoding="utf-8"))


def test_numbers_of_a_demo_are_invented_and_say_so() -> None:
    demo = tomllib.loads((VN.parent / "demo" / "contacts.toml").read_text(encoding="utf-8"))
    assert list(demo) == list(CONTACTS)
    assert not any(dialled(row["number"]) for row in demo.values())


def test_she_reads_that_words_are_locked_not_sealed_as_a_house_is() -> None:
    for name in SPOKEN:
        assert "niêm phong" not in (VN / name).read_text(encoding="utf-8").lower()


def test_the_page_says_before_that_111_passes_things_on() -> None:
    assert "chuyển tin ngay" in read_toml("contacts.toml")["national_111"]["before"]["vi"]


def test_the_form_asks_for_seven_consents() -> None:
    consents = {key for key, value in read_toml("texts.toml")["consent"].items() if "label" in value}
    assert len(consents) == 7
    assert consents <= SCOPES


def test_the_promise_says_how_long_backups_last() -> None:
    kept = next(part for part in read_toml("texts.toml")["promise"]["parts"] if part["id"] == "kept")
    assert f"{PACK['backups']['days']} ngày" in kept["text"]["vi"]


def test_the_guide_rests_on_legal_facts_that_may_be_shown() -> None:
    law = read_toml("law.toml")
    used = [name for part in read_toml("guide.toml")["parts"] for name in part.get("law", [])]
    assert used
    assert all(law[name]["status"] == "S" for name in used)
