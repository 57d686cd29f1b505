"""Write a release as files: tables, invented rows, a dictionary of the columns, and what can be said of errors."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
import xlsxwriter

from .budget import DELTA, MICRO, epsilon
from .domain import is_formula, read_domain, write_domain
from .measure import Measurement, Noisy
from .publish import ReleaseContent
from .workload import Workload, choose_tables

Line = Sequence[str | int | float]
Sheets = dict[str, Iterable[Line]]
Pieces = dict[str, Iterator[bytes]]
NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook must carry a date; this one tells nothing
FORMAT = "tincay-release-1"
PIECE = 10_000  # lines of a file that are held as text at one time
WORKBOOK_LINES = 1_048_576  # what a sheet can hold; the writer drops further ones without a word


def files(release: ReleaseContent, form: str, checks: Iterable[Line]) -> dict[str, bytes]:
    """File name → content, for form "csv", "json" or "xlsx"; `checks` are the lines about the attacks.

    release.json is always there: the noisy tables, from which all the rest can be computed again.
    """
    return {name: b"".join(content) for name, content in pieces(release, form, checks).items()}


def pieces(release: ReleaseContent, form: str, checks: Iterable[Line]) -> Pieces:
    """The same, each file a piece at a time: of ten million rows, never more than a piece is text."""
    tables = iter([write_measurement(release).encode()])
    return WRITERS[form](_sheets(release, checks)) | {"release.json": tables}


def _sheets(release: ReleaseContent, checks: Iterable[Line]) -> Sheets:
    sheets: Sheets = {
        "about": _about(release),
        "tables": _table_lines(release),
        "refused": _refusal_lines(release),
        "dictionary": _dictionary(release),
        "attacks": checks,
    }
    if release.rows_refusal is None:
        sheets["rows"] = _row_lines(release)
    return sheets


def _about(release: ReleaseContent) -> Iterator[Line]:
    measurement = release.measurement
    yield "what", "value"
    yield "people (with noise)", len(release.rows)
    yield "rho", measurement.micro_rho / MICRO
    yield f"epsilon at delta {DELTA:g}", epsilon(measurement.micro_rho)
    yield "rows a person, at most", measurement.most
    yield "seed of the invented rows", str(release.seed)
    yield "source of the code lists", measurement.workload.domain.source
    yield "invented rows", release.rows_refusal or "published"
    yield "reading", "Rows are invented and belong to nobody. Each figure has its expected error beside it."


def _table_lines(release: ReleaseContent) -> Iterator[Line]:
    yield (
        "table",
        "column_1",
        "value_1",
        "column_2",
        "value_2",
        "column_3",
        "value_3",
        "people",
        "expected_error",
    )
    for table in release.tables.stored.values():
        name = " × ".join(table.columns) or "total"
        for values, count in table.cells():
            pairs = [part for pair in zip(table.columns, values, strict=True) for part in pair]
            yield name, *pairs, *[""] * (6 - len(pairs)), count, round(table.expected_error, 1)


def _refusal_lines(release: ReleaseContent) -> Iterator[Line]:
    yield "table", "reason", "instead"
    for refusal in release.refusals:
        instead = "" if refusal.instead is None else " × ".join(refusal.instead) or "total"
        yield " × ".join(refusal.columns) or "total", refusal.reason, instead


def _dictionary(release: ReleaseContent) -> Iterator[Line]:
    domain = release.measurement.workload.domain
    yield "column", "title", "value", "meaning", "group"
    for name in domain.order:
        column = domain.columns[domain.names.index(name)]
        for place, value in enumerate(column.values):
            meaning = column.meanings[place] if column.meanings else ""
            shown = meaning or ("not said" if value == "" else "")
            yield column.name, column.title, value, shown, column.groups[place] if column.groups else ""


def _row_lines(release: ReleaseContent) -> Iterator[Line]:
    yield release.rows.domain.order
    yield from release.rows.texts()


def _csv_files(sheets: Sheets) -> Pieces:
    return {f"{name}.csv": _csv(lines) for name, lines in sheets.items()}


def _csv(lines: Iterable[Line]) -> Iterator[bytes]:
    source = iter(lines)
    while piece := list(islice(source, PIECE)):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([_harmless(cell) for cell in line] for line in piece)
        yield out.getvalue().encode()


def _harmless(cell: str | int | float) -> str | int | float:
    """Spreadsheets run what begins like a formula, and leave alone what begins with an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def _json_files(sheets: Sheets) -> Pieces:
    return {f"{name}.json": _json(lines) for name, lines in sheets.items()}


def _json(lines: Iterable[Line]) -> Iterator[bytes]:
    """An array of objects, one a line."""
    source = iter(lines)
    header = next(source)
    yield b"["
    before = "\n"
    while piece := list(islice(source, PIECE)):
        objects = (dict(zip(header, line, strict=True)) for line in piece)
        yield (before + ",\n".join(json.dumps(each, ensure_ascii=False) for each in objects)).encode()
        before = ",\n"
    yield b"\n]\n"


def _xlsx_files(sheets: Sheets) -> Pieces:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": NO_TIME})
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for row, line in enumerate(lines):
                if row == WORKBOOK_LINES:
                    raise ValueError(f"The sheet {name} has too many lines for a workbook: use csv or json.")
                for column, value in enumerate(line):
                    write = sheet.write_string if isinstance(value, str) else sheet.write_number
                    write(row, column, value)
    return {"release.xlsx": iter([out.getvalue()])}


WRITERS: Mapping[str, Callable[[Sheets], Pieces]] = {
    "csv": _csv_files,
    "json": _json_files,
    "xlsx": _xlsx_files,
}


def write_measurement(release: ReleaseContent) -> str:
    """The noisy tables and the seed as JSON: all that is needed to compute the release again."""
    measurement = release.measurement
    content = {
        "format": FORMAT,
        "micro_rho": measurement.micro_rho,
        "most": measurement.most,
        "seed": str(release.seed),
        "spent": str(measurement.spent),
        "domain": json.loads(write_domain(measurement.workload.domain)),
        "tables": [
            {"axes": list(axes), "variance": noisy.variance, "counts": noisy.counts.tolist()}
            for axes, noisy in measurement.tables.items()
        ],
    }
    return json.dumps(content, ensure_ascii=False)


def read_measurement(text: str) -> tuple[Measurement, int]:
    """The noisy tables and the seed from release.json. Raises ValueError if it is something else."""
    try:
        content: dict[str, Any] = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError("release.json has an unknown format.")
        workload = choose_tables(read_domain(json.dumps(content["domain"])))
        if tuple(tuple(each["axes"]) for each in content["tables"]) != workload.tables:
            raise ValueError("release.json does not hold the tables that its domain calls for.")
        tables = {tuple(each["axes"]): _noisy(each, workload) for each in content["tables"]}
        spent = Fraction(content["spent"])
        return Measurement(workload, tables, int(content["micro_rho"]), int(content["most"]), spent), int(
            content["seed"]
        )
    except (KeyError, TypeError, ZeroDivisionError, OverflowError) as problem:
        raise ValueError("release.json is not a release.") from problem


def _noisy(entry: Mapping[str, Any], workload: Workload) -> Noisy:
    counts, variance = np.array(entry["counts"], dtype=np.int64), float(entry["variance"])
    if counts.shape != (math.prod(workload.domain.shape(entry["axes"])),) or not 0 < variance < math.inf:
        raise ValueError(
            "release.json has a table with another number of cells, or with noise that cannot be."
        )
    return Noisy(counts, variance)
