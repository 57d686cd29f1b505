"""The CTDC profile is the codebook's, and HTCDS cases become its rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from tincay.core.release.profiles import ctdc
from tincay.core.release.profiles.countries import COUNTRIES, SUBREGIONS

VECTORS = Path(__file__).parents[2] / "vectors" / "release"


def vector(name: str) -> Any:
    return json.loads((VECTORS / name).read_text("utf-8"))


def test_the_27_columns_are_the_codebook_s_in_its_order() -> None:
    published = vector("ctdc_synthetic_2024_variables.json")["variables"]
    assert list(ctdc.DOMAIN.order) == [each["name"] for each in published]
    for each in published:
        column = ctdc.DOMAIN.columns[ctdc.DOMAIN.names.index(each["name"])]
        if each["type"] != "numeric" and not each["values"][0].startswith("ISO"):
            assert list(column.values) == ["", *each["values"]]


def test_every_country_is_in_one_region() -> None:
    assert len(COUNTRIES) == 249 == sum(len(codes.split()) for codes in SUBREGIONS.values())
    assert COUNTRIES["VNM"] == "South-eastern Asia"


@pytest.mark.parametrize("field", ["MethodsOfControl", "TypeOfExploitation", "ForcedLabourIndustry"])
def test_each_htcds_code_goes_where_the_mapping_says(field: str) -> None:
    for code, target in vector("htcds_to_ctdc_2024.json")[field].items():
        name = code.strip("()").split(":")[0]
        row = ctdc.from_htcds({field: [name]})
        wanted = None if target is None else target.split(" ")[0]
        assert [column for column, value in row.items() if value] == ([wanted] if wanted else [])


def test_a_case_becomes_one_row_and_unknown_codes_stay_unsaid() -> None:
    row = ctdc.from_htcds(
        {"Gender": ["Feminine"], "RelationshipToTrafficker": ["Familial", "Acquainted"], "Other": ["x"]}
    )
    assert {column: value for column, value in row.items() if value} == {
        "gender": "Woman",
        "recruiterRelationFamily": "1",
    }
    assert ctdc.from_htcds({"Gender": ["NonSpecifiedUnknown"]})["gender"] == ""
