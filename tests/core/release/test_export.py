"""Files carry the published figures and nothing else, in every format."""

import csv
import io
import json
import math
import zipfile

import openpyxl
import pytest

from tests.core.release.register import released
from tincay.core.release import export
from tincay.core.release.export import files, read_measurement, write_measurement
from tincay.core.release.publish import publish

CHECKS = [("attack", "result"), ("differencing", "held")]


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


def test_csv_json_and_a_workbook_say_the_same() -> None:
    done = released()
    plain, objects = files(done, "csv", CHECKS), files(done, "json", CHECKS)
    book = openpyxl.load_workbook(io.BytesIO(files(done, "xlsx", CHECKS)["release.xlsx"]))
    assert sorted(plain) == sorted(
        [
            "about.csv",
            "attacks.csv",
            "dictionary.csv",
            "refused.csv",
            "rows.csv",
            "tables.csv",
            "release.json",
        ]
    )
    for name in ("about", "tables", "dictionary", "rows", "attacks"):
        header, *body = lines(plain[f"{name}.csv"])
        assert [list(map(str, each.values())) for each in json.loads(objects[f"{name}.json"])] == body
        sheet = [["" if cell is None else str(cell) for cell in row] for row in book[name].values]
        assert sheet == [[cell.removesuffix(".0") for cell in row] for row in (header, *body)]


def test_the_tables_file_is_the_store() -> None:
    done = released()
    header, *body = lines(files(done, "csv", CHECKS)["tables.csv"])
    assert header[:3] == ["table", "column_1", "value_1"]
    assert len(body) == sum(table.counts.size for table in done.tables.stored.values())
    line = next(row for row in body if row[0] == "gender" and row[2] == "1")
    assert line[7:] == [
        str(done.tables.answer(gender="1").count),
        str(round(done.tables.answer(gender="1").expected_error, 1)),
    ]


def test_no_file_has_a_column_that_is_not_in_the_domain() -> None:
    done = released()
    assert lines(files(done, "csv", CHECKS)["rows.csv"])[0] == list(done.rows.domain.order)


def test_refused_rows_are_in_no_file() -> None:
    done = released(people=60, micro_rho=20_000)
    assert "rows.csv" not in files(done, "csv", CHECKS)
    assert (
        "rows"
        not in openpyxl.load_workbook(io.BytesIO(files(done, "xlsx", CHECKS)["release.xlsx"])).sheetnames
    )


def test_a_sheet_that_cannot_hold_all_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "WORKBOOK_LINES", 5)
    with pytest.raises(ValueError, match="too many lines"):
        files(released(), "xlsx", CHECKS)


def test_a_workbook_tells_no_time() -> None:
    book = files(released(), "xlsx", CHECKS)["release.xlsx"]
    core = zipfile.ZipFile(io.BytesIO(book)).read("docProps/core.xml").decode()
    assert "2000-01-01" in core
    assert files(released(), "xlsx", CHECKS).keys() == {"release.xlsx", "release.json"}


def test_from_release_json_the_release_can_be_computed_again() -> None:
    done = released()
    measurement, seed = read_measurement(write_measurement(done))
    assert measurement.spent == done.measurement.spent
    again = publish(measurement, seed)
    assert files(again, "csv", CHECKS) == files(done, "csv", CHECKS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": "other"}, "unknown format"),
        ({"tables": []}, "does not hold the tables"),
        ({"domain": {}}, "JSON like"),
        ({"tables": 3}, "not a release"),
        ({"spent": "1/0"}, "not a release"),
        ({"micro_rho": math.inf}, "not a release"),
    ],
)
def test_a_file_that_is_not_a_release_is_refused(change: dict[str, object], says: str) -> None:
    content = json.loads(write_measurement(released()))
    with pytest.raises(ValueError, match=says):
        read_measurement(json.dumps(content | change))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"variance": 0}, "noise that cannot be"),
        ({"variance": math.nan}, "noise that cannot be"),
        ({"variance": math.inf}, "noise that cannot be"),
        ({"counts": [1]}, "another number of cells"),
        ({"counts": [10**30]}, "not a release"),
    ],
)
def test_a_release_with_an_impossible_table_is_refused(change: dict[str, object], says: str) -> None:
    content = json.loads(write_measurement(released()))
    content["tables"][0] |= change
    with pytest.raises(ValueError, match=says):
        read_measurement(json.dumps(content))


def test_a_cell_that_begins_like_a_formula_is_text_in_a_csv_file() -> None:
    checks = [("=1+1", "+1+cmd|calc!A0", "-1", -1, "fine")]
    assert files(released(), "csv", checks)["attacks.csv"] == b"'=1+1,'+1+cmd|calc!A0,-1,-1,fine\n"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_files_are_made_a_piece_at_a_time_and_say_the_same(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = released()
    whole = files(done, form, CHECKS)
    monkeypatch.setattr(export, "PIECE", 700)
    made = {name: list(content) for name, content in export.pieces(done, form, CHECKS).items()}
    assert {name: b"".join(content) for name, content in made.items()} == whole
    assert len(made[f"rows.{form}"]) > len(done.rows) // 700
    assert max(piece.count(b"\n") for piece in made[f"rows.{form}"]) <= 701


def test_an_empty_sheet_is_an_empty_array() -> None:
    assert json.loads(files(released(), "json", [("attack", "result")])["attacks.json"]) == []
