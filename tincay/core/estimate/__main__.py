"""`./run tincay estimate FILE.csv`: what a table of overlapping lists can say about the people it missed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .answers import Caution, MethodAnswer, NoEstimate, finite, refused
from .checks import union
from .histories import Table, read_table, write_table
from .methods import BOUNDS, METHODS, Settings, ask, ask_all

ANSWERED, REFUSED, UNREADABLE = 0, 3, 2


def main(argv: Sequence[str]) -> int:
    """Run the command; return 0 when some method answered, 3 when all refused, 2 when FILE cannot be read."""
    arguments = _parser().parse_args(list(argv))
    try:
        table = read_table(arguments.file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        print(f"cannot read {arguments.file}", file=sys.stderr)
        return UNREADABLE
    except NoEstimate as refusal:
        answer = refused(arguments.method, refusal)
        _show(answer.as_json(), None, [answer], arguments.format)
        return UNREADABLE
    if arguments.format == "counts":
        print(write_table(table), end="")
        return ANSWERED
    settings = Settings(arguments.replicates, arguments.seed, arguments.workers)
    if arguments.method == "all":
        return _all(table, settings, arguments.format)
    answer = ask(arguments.method, table, settings)
    _show(answer.as_json(), table, [answer], arguments.format)
    return REFUSED if answer.refusal else ANSWERED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tincay estimate", description=__doc__)
    parser.add_argument(
        "file", type=Path, help="CSV: one column of 0/1 per list, and `count` or one row a person"
    )
    parser.add_argument("--method", choices=[*METHODS, "all"], default="all")
    parser.add_argument("--format", choices=["json", "text", "counts"], default="text")
    parser.add_argument("--replicates", type=_positive, help="bootstrap replicates")
    parser.add_argument("--seed", type=_seed, default=1, help="0 or more; the same seed repeats a run")
    parser.add_argument("--workers", type=int, choices=[1, 2], default=1)
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def _show(
    content: Mapping[str, Any], table: Table | None, answers: Sequence[MethodAnswer], form: str
) -> None:
    if form == "json":
        print(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))
        return
    if table is not None:
        print(f"{len(table.lists)} lists, {table.size:,} people seen")
    printed: set[str] = set()
    for answer in answers:
        print("\n".join(line for line in _lines(answer) if line not in printed))
        printed.update(_lines(answer))


def _all(table: Table, settings: Settings, form: str) -> int:
    """Every method; the headline is the union of their ranges, never one number, or the gate's refusal."""
    gate, answers = ask_all(table, settings)
    refusal = gate.refusal() if gate else NoEstimate("no_cases")
    whole = refused("all", refusal) if not gate or not gate.is_open else _union(table, answers)
    content = {**whole.as_json(), "answers": [answer.as_json() for answer in answers]}
    _show(content, table, [whole, *answers], form)
    return REFUSED if whole.refusal else ANSWERED


def _union(table: Table, answers: Sequence[MethodAnswer]) -> MethodAnswer:
    """From the lowest to the highest end that any model gives; no upper end when some model states none."""
    lower, upper = union([answer for answer in answers if answer.method not in BOUNDS], table.size)
    if lower is None:
        return refused("all", NoEstimate("no_model"))
    return MethodAnswer("all", None, lower, upper, cautions=(Caution("lower_bound"),))


def _lines(answer: MethodAnswer) -> list[str]:
    if answer.refusal is not None:
        return [f"{answer.method}: no estimate. {answer.refusal}"]
    ends = " to ".join(_people(end) for end in (answer.lower, answer.upper))
    about = f"about {_people(answer.estimate)} ({answer.level:.0%} interval {ends})"
    whole = f"consistent with {ends}"
    if answer.upper is None:
        whole = f"at least {_people(answer.lower)}; no upper limit is known"
    result = about if answer.estimate is not None else whole
    return [f"{answer.method}: {result}", *(f"  - {caution.text}" for caution in answer.cautions)]


def _people(value: float | None) -> str:
    shown = finite(value)
    return "not known" if shown is None else f"{shown:,.0f}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
