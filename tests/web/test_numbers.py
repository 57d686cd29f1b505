"""A number or a day is what its writer meant, in the language of the page, or it is refused by name."""

import ast
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.utils.translation import override

from tincay.web.dates import day_words, short_day_words
from tincay.web.forms import DayField, NumberField
from tincay.web.numbers import decimal_words, whole_words

ROOT = Path(settings.BASE_DIR)
SOURCES = [path for path in ROOT.glob("tincay/**/*.py") if "migrations" not in path.parts]
BARE = {"IntegerField", "DecimalField", "FloatField", "DateField", "DateTimeField", "TimeField", "DurationField",
        "SplitDateTimeField", "NumberInput", "DateInput", "DateTimeInput", "TimeInput", "ModelForm"}  # fmt: skip


def read(typed: str, language: str = "vi", places: int = 3) -> object:
    with override(language):
        try:
            return NumberField(places=places).clean(typed)
        except forms.ValidationError as refused:
            return str(refused.messages[0])


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("1000", 1000),
        ("1.000", 1000),
        ("12.345.678", 12_345_678),
        (" 1 000 ", 1000),
        ("1\u00a0234\u00a0567", 1_234_567),
        ("1\u202f000,5", Decimal("1000.5")),
        ("1,5", Decimal("1.5")),
        ("0,125", Decimal("0.125")),
        ("1234,567", Decimal("1234.567")),
        ("1.234,567", Decimal("1234.567")),
        ("-3", -3),
        ("\u22123,5", Decimal("-3.5")),
        ("\uff11\uff12", 12),
        ("\u0661\u0662\u0663", 123),
        ("2026", 2026),
    ],
)
def test_a_number_is_read_as_people_in_viet_nam_write_it(typed: str, number: object) -> None:
    assert read(typed) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,000", 1000),
        ("1.5", Decimal("1.5")),
        ("1,234.5", Decimal("1234.5")),
        ("12 000", 12_000),
        ("0.125", Decimal("0.125")),
    ],
)
def test_on_an_english_page_it_is_read_as_the_page_writes_it(typed: str, number: object) -> None:
    assert read(typed, "en") == number


@pytest.mark.parametrize(
    "typed",
    ["1.00", "1.0000", "1,234", "1,234,567", "1.000.00", "1.000 000", "0.125", "0.000", "12 34", "1,5,5", "1.",
     ",5", "1..000"],
)  # fmt: skip
def test_what_could_be_two_numbers_is_refused_by_name(typed: str) -> None:
    said = read(typed)
    assert isinstance(said, str)
    assert f"“{typed}” chưa rõ là số nào" in said
    assert "Một nghìn viết 1.000" in said


@pytest.mark.parametrize("typed", ["1.234", "1.000", "1,00", "1,0000", "1.234.567"])
def test_on_an_english_page_too(typed: str) -> None:
    said = read(typed, "en")
    assert isinstance(said, str)
    assert f"“{typed}”" in said
    assert "one thousand as 1,000" in said


@pytest.mark.parametrize("typed", ["mười", "1e3", "12a", "NaN", "Infinity", "0x10", "--1", "١٠ người"])
def test_what_is_no_number_is_not_taken_for_one(typed: str) -> None:
    assert "chưa phải là số" in str(read(typed))


def test_a_whole_number_is_never_rounded_and_decimals_are_never_cut() -> None:
    assert "số nguyên" in str(read("1,5", places=0))
    assert read("1.000", places=0) == 1000
    assert "quá nhiều số lẻ" in str(read("0,1234", places=3))


def test_bounds_hold_and_an_empty_field_is_nothing() -> None:
    field = NumberField(min_value=0, max_value=10, required=False)
    assert field.clean("") is None
    assert field.clean("10") == 10
    for typed in ("11", "-1"):
        with pytest.raises(forms.ValidationError):
            field.clean(typed)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("number", [0, 7, 999, 1000, 10_000, 1_234_567])
def test_a_number_that_the_product_writes_is_read_back(language: str, number: int) -> None:
    with override(language):
        assert read(whole_words(number), language) == number
        assert read(decimal_words(number + 0.25), language) == Decimal(number) + Decimal("0.25")


def test_a_form_shows_again_what_it_read() -> None:
    class Asked(forms.Form):
        share = NumberField(places=2)
        day = DayField()

    with override("vi"):
        shown = str(Asked(initial={"share": Decimal("1.50"), "day": date(2026, 2, 25)}))
    assert 'value="1,50"' in shown
    assert 'inputmode="decimal"' in shown
    assert 'value="25/02/2026"' in shown


# Days


def day(typed: str, language: str = "vi") -> object:
    with override(language):
        try:
            return DayField().clean(typed)
        except forms.ValidationError as refused:
            return str(refused.messages[0])


@pytest.mark.parametrize(
    "typed", ["25/02/2026", "25-2-2026", "25.2.2026", "2026-02-25", " 25/2/2026 ", "２５/０２/２０２６"]
)
def test_a_day_is_read_as_people_in_viet_nam_write_it(typed: str) -> None:
    assert day(typed) == date(2026, 2, 25)
    assert day("03/04/2026") == date(2026, 4, 3)


def test_on_an_english_page_a_day_that_could_be_two_is_refused_by_name() -> None:
    assert (
        day("25/02/2026", "en")
        == day("25 Feb 2026", "en")
        == day("25 February 2026", "en")
        == date(2026, 2, 25)
    )
    assert "“03/04/2026”" in str(day("03/04/2026", "en"))
    assert day("04/04/2026", "en") == date(2026, 4, 4)


@pytest.mark.parametrize(
    "typed", ["31/02/2026", "02/25/2026", "25/02/26", "25/02", "hôm qua", "2026-02-30", "0/1/2026"]
)
def test_what_is_no_day_is_refused_by_name(typed: str) -> None:
    assert f"“{typed}” chưa rõ là ngày nào" in str(day(typed))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_day_that_a_field_shows_is_read_back_and_pages_show_the_weekday(language: str) -> None:
    with override(language):
        for month in range(1, 13):
            assert day(short_day_words(date(2026, month, 3)), language) == date(2026, month, 3)
    with override("vi"):
        assert day_words(date(2026, 2, 25)) == "thứ Tư 25/02/2026"


# No other field


def bare_fields(source: str) -> set[str]:
    """Names of Django's own form fields and widgets for numbers and days that a source uses."""
    nodes = list(ast.walk(ast.parse(source)))
    used = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and not (isinstance(node.value, ast.Name) and node.value.id == "models")
    }
    imported = {name.name for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}
    return BARE & (used | imported)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_form_reads_numbers_or_days_in_another_way(path: Path) -> None:
    assert not bare_fields(path.read_text(encoding="utf-8")), "tincay.web.forms: NumberField, DayField"


def test_a_field_that_reads_numbers_in_another_way_would_be_found() -> None:
    assert bare_fields("class A(forms.Form):\n    n = forms.IntegerField()") == {"IntegerField"}
    assert bare_fields("from django.forms import DateField") == {"DateField"}
    assert not bare_fields("class A(models.Model):\n    n = models.IntegerField()")


def test_no_template_leaves_a_number_or_a_day_to_the_browser() -> None:
    controls = re.compile(r'type="(?:number|date|datetime-local|month|week|time)"')
    assert not [
        path for path in ROOT.glob("tincay/*/templates/**/*.html") if controls.search(path.read_text("utf-8"))
    ]
