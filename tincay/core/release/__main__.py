"""The command line: `release FILE.csv --domain DOMAIN.json --rho 0.25 --out DIR` and `attack DIR`."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from .attacks.audit import noise_of
from .attacks.suite import AttackVerdict, examine
from .budget import epsilon, read_rho
from .domain import Domain, DomainError, read_domain
from .export import WRITERS, Pieces, pieces, read_measurement
from .profiles import ctdc
from .publish import ReleaseContent, measure_and_publish, publish
from .rows import RowError, Rows, read_rows

MOST_IN_WORKBOOK = 1_000_000
CLEARED = "\r\x1b[K"  # back to the beginning of the line, and empty it
PROFILES = {"ctdc-27": ctdc.DOMAIN}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0: done and safe; 1: an attack succeeded; 2: the input is wrong, and the text says how."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except (DomainError, RowError, ValueError, OSError, UnicodeDecodeError) as problem:
        print(f"{arguments.command}: {_problem_text(problem)}", file=sys.stderr)
        return 2


def _problem_text(problem: Exception) -> str:
    if isinstance(problem, UnicodeDecodeError):
        return "the file is not UTF-8 text."
    if isinstance(problem, OSError):
        return f"{problem.filename}: {problem.strerror}"
    return str(problem)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tincay")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("release", help="publishable tables and invented rows from a CSV file")
    make.add_argument("file", type=Path)
    make.add_argument("--domain", required=True, help="DOMAIN.json, or ctdc-27")
    make.add_argument("--rho", required=True, type=_rho, help="privacy budget, for example 0.25")
    make.add_argument("--unit", help="the column that tells one person from another; it is not published")
    make.add_argument("--rows-per-person", type=int, default=1)
    make.add_argument("--seed", type=int, help="draws the invented rows (never the noise); may be public")
    make.add_argument("--out", required=True, type=Path, help="a new folder")
    make.add_argument("--format", choices=sorted(WRITERS), default="csv")
    make.set_defaults(run=_release)
    test = commands.add_parser("attack", help="run every attack against a release")
    test.add_argument("folder", type=Path)
    test.add_argument(
        "--truth", type=Path, help="the true rows: figures for inside eyes only, not to be published"
    )
    test.add_argument("--unit", help="the column of the true rows that tells one person from another")
    test.set_defaults(run=_attack)
    return parser


def _rho(text: str) -> int:
    try:
        return read_rho(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _release(arguments: argparse.Namespace) -> int:
    domain = _domain(arguments.domain)
    if arguments.rows_per_person > 1 and arguments.unit is None:
        raise ValueError("--rows-per-person needs --unit: which column tells one person from another?")
    if arguments.unit in domain.names:
        raise ValueError("The --unit column tells people apart: it cannot be a column of the domain as well.")
    rows = _rows(arguments.file, domain, arguments.unit, arguments.rows_per_person)
    if arguments.format == "xlsx" and len(rows) > MOST_IN_WORKBOOK:
        raise ValueError("So many rows do not fit into a workbook: use --format csv or json.")
    seed = (
        arguments.seed if arguments.seed is not None else int(np.random.SeedSequence().generate_state(1)[0])
    )
    with _new_folder(arguments.out) as folder:
        release = measure_and_publish(
            rows,
            micro_rho=arguments.rho,
            seed=seed,
            charge=_say_price,
            most=arguments.rows_per_person,
            progress=_progress,
        )
        verdict = examine(release, progress=_progress).also(noise_of(release.measurement, rows))
        if verdict.passed:
            _write(pieces(release, arguments.format, verdict.lines()), folder)
    _print(verdict)
    if not verdict.passed:
        print("Nothing was written: this release did not pass. Its budget is spent all the same.")
        return 1
    print(
        f"{len(release.tables.stored)} tables published, {len(release.refusals)} refused, in {arguments.out}"
    )
    print(f"rows: {release.rows_refusal or 'published'}")
    return 0


def _attack(arguments: argparse.Namespace) -> int:
    measurement, seed = read_measurement((arguments.folder / "release.json").read_text("utf-8"))
    release = publish(measurement, seed)
    truth = None
    if arguments.truth is not None:
        if measurement.most > 1 and arguments.unit is None:
            raise ValueError(
                f"A person has up to {measurement.most} rows in this release: --truth needs --unit."
            )
        truth = _rows(arguments.truth, measurement.workload.domain, arguments.unit, measurement.most)
        print("With the true rows: these figures are not for publication.")
    verdict = examine(release, truth, progress=_progress)
    _print(verdict)
    edited = _edited(arguments.folder, release)
    for name in edited:
        print(f"{name}: not what release.json gives. It was edited, or made by another version of numpy.")
    return 0 if verdict.passed and not edited else 1


def _edited(folder: Path, release: ReleaseContent) -> list[str]:
    """Published files that differ from what the stored noisy tables give (workbooks are not compared)."""
    wanted = pieces(release, "csv", []) | pieces(release, "json", [("attack",)])
    names = [name for name in wanted if not name.startswith("attacks") and (folder / name).exists()]
    return [name for name in names if not _same(folder / name, wanted[name])]


def _same(path: Path, content: Iterator[bytes]) -> bool:
    with path.open("rb") as file:
        return all(file.read(len(piece)) == piece for piece in content) and not file.read(1)


def _write(contents: Pieces, folder: Path) -> None:
    for name, content in contents.items():
        with (folder / name).open("wb") as file:
            file.writelines(content)


def _domain(name_or_path: str) -> Domain:
    return (
        PROFILES[name_or_path]
        if name_or_path in PROFILES
        else read_domain(Path(name_or_path).read_text("utf-8"))
    )


def _rows(path: Path, domain: Domain, unit: str | None, most: int) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return read_rows(
            csv.reader(file), domain, unit=unit, most=most, left_out=_say_left_out, progress=_progress
        )


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder that was not there: a published number is never written twice. Gone again if nothing is in it."""
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        with suppress(OSError):
            folder.rmdir()


def _say_left_out(rows: int) -> None:
    if rows:
        print(
            f"{rows} rows are left out: more than a person may have. (Not for publication.)", file=sys.stderr
        )


def _say_price(micro_rho: int) -> None:
    print(f"This spends {micro_rho} micro-rho (epsilon {epsilon(micro_rho)}).", file=sys.stderr)


def _progress(step: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(
            f"{CLEARED}{step} {done}{f' of {of}' if of else ''}{CLEARED if done == of else ''}",
            end="",
            file=sys.stderr,
        )


def _print(verdict: AttackVerdict) -> None:
    for line in verdict.lines():
        print(" | ".join(str(part) for part in line))


if __name__ == "__main__":
    sys.exit(main())
