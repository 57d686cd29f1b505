"""The domain says what may be counted, before anybody looks at the data."""

import json
import unicodedata

import pytest

from tincay.core.release.domain import Column, Domain, DomainError, read_domain, write_domain

PROVINCES: dict[str, object] = {
    "name": "province",
    "title": "Tỉnh",
    "values": ["01", "79", ""],
    "groups": {"north": ["01"], "south": ["79"], "": [""]},
    "meanings": {"01": "Hà Nội"},
}


def text(*columns: dict[str, object]) -> str:
    return json.dumps({"source": "code lists", "columns": columns})


def test_a_domain_reads_back_as_it_was_written() -> None:
    domain = read_domain(text(PROVINCES, {"name": "age", "values": ["child", "adult"]}))
    assert read_domain(write_domain(domain)) == domain
    assert domain.order == ("province", "age")
    assert domain.columns[1].meanings == ("Hà Nội", "", "")


def test_the_order_of_columns_in_the_file_changes_only_the_order_of_writing() -> None:
    first = Domain.of([Column("b", ("x",)), Column("a", ("y",))])
    other = Domain.of([Column("a", ("y",)), Column("b", ("x",))])
    assert first.columns == other.columns
    assert (first.order, other.order) == (("b", "a"), ("a", "b"))


def test_a_column_with_groups_has_a_coarser_axis() -> None:
    domain = read_domain(text(PROVINCES, {"name": "age", "values": ["child", "adult"]}))
    coarse = domain.coarser(1)
    assert coarse == 2
    assert domain.axes[2].values == ("north", "south", "")
    assert domain.coarser(0) is None
    assert domain.axes[2].of(domain.axes[2].coarsening[:1]).tolist() == [0]  # type: ignore[index]


def test_only_some_columns_keep_their_order() -> None:
    domain = Domain.of([Column("c", ("x",)), Column("a", ("y",)), Column("b", ("z",))])
    assert domain.only(["a", "c"]).order == ("c", "a")


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ([], "no columns"),
        ([{"name": "", "values": ["x"]}], "no name"),
        ([{"name": "a", "values": []}], "between 1 and"),
        ([{"name": "a", "values": ["x", "x"]}], "written twice"),
        ([{"name": "a", "values": ["x"]}, {"name": "a", "values": ["x"]}], "written twice"),
        ([{"name": "a", "values": ["=1+1"]}], "formula"),
        ([{"name": "a", "values": ["x\n"]}], "control character"),
        ([{"name": "a", "values": ["x", "y"], "groups": {"g": ["x"]}}], "in no group"),
        ([{"values": ["x"]}], "JSON like"),
        ([["a"]], "JSON like"),
    ],
)
def test_a_wrong_domain_is_refused_in_words(columns: list[dict[str, object]], says: str) -> None:
    with pytest.raises(DomainError, match=says):
        read_domain(text(*columns))


@pytest.mark.parametrize(
    "formula", ["=1+1", "@SUM(1)", "+1+cmd|calc!A0", "-1+1", " =1+1", "＝1+1", "\t=1", "x\r=1", "x\x85"]
)
@pytest.mark.parametrize("field", ["name", "title", "values", "meanings", "groups", "source"])
def test_no_text_of_a_domain_may_be_a_formula(field: str, formula: str) -> None:
    fields: dict[str, object] = {
        "values": ["x", formula],
        "meanings": {"x": formula},
        "groups": {formula: ["x"]},
    }
    column = {"name": "a", "values": ["x"], field: fields.get(field, formula)}
    with pytest.raises(DomainError, match="begins like a formula"):
        read_domain(json.dumps({"columns": [column], **({"source": formula} if field == "source" else {})}))


def test_signs_before_numbers_and_alone_are_allowed() -> None:
    assert Column("a", ("-", "-1", "+0.5", "-1,5", "")).index["-1"] == 1


def test_a_column_may_not_have_the_name_of_another_s_groups() -> None:
    with pytest.raises(DomainError, match="one name is written twice: 'province \\(group\\)'"):
        read_domain(text(PROVINCES, {"name": "province (group)", "values": ["x"]}))


def test_two_unicode_spellings_of_one_value_are_refused() -> None:
    spellings = tuple(unicodedata.normalize(form, "Huế") for form in ("NFC", "NFD"))
    with pytest.raises(DomainError, match="two Unicode spellings"):
        Column("province", spellings)


def test_groups_must_cover_every_value() -> None:
    with pytest.raises(DomainError, match="one group"):
        Column("a", ("x", "y"), ("g",))


def test_text_that_is_not_json_is_refused() -> None:
    with pytest.raises(DomainError, match="not readable"):
        read_domain("columns: a, b")
