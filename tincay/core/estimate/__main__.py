"""`./run tincay estimate FILE.csv`: what a table of overlapping lists can say about the people it missed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .answers import Answer, NoEstimate, refused
from .histories import Table, read_table
from .methods import METHODS, Settings, ask

ANSWERED, REFUSED, UNREADABLE = 0, 3, 2


def main(argv: Sequence[str]) -> int:
    """Run the command; return 0 when some method answered, 3 when all refused, 2 when FILE cannot be read."""
    wanted = _arguments().parse_args(list(argv))
    try:
        held = read_table(wanted.file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        print(f"cannot read {wanted.file}", file=sys.stderr)
        return UNREADABLE
    except NoEstimate as refusal:
        _show(None, [refused(wanted.method, refusal)], wanted.format, single=wanted.method != "all")
        return UNREADABLE
    settings = Settings(wanted.replicates, wanted.seed, wanted.workers)
    names = list(METHODS) if wanted.method == "all" else [wanted.method]
    answers = [ask(name, held, settings) for name in names]
    _show(held, answers, wanted.format, single=wanted.method != "all")
    return ANSWERED if any(answer.refusal is None for answer in answers) else REFUSED


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tincay estimate", description=__doc__)
    parser.add_argument(
        "file", type=Path, help="CSV: one column of 0/1 per list, and `count` or one row a person"
    )
    parser.add_argument("--method", choices=[*METHODS, "all"], default="all")
    parser.add_argument("--format", choices=["json", "text"], default="text")
    parser.add_argument("--replicates", type=_positive, default=20_000, help="bootstrap replicates")
    parser.add_argument("--seed", type=_positive, default=1)
    parser.add_argument("--workers", type=int, choices=[1, 2], default=1)
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _show(held: Table | None, answers: Sequence[Answer], form: str, *, single: bool) -> None:
    if form == "json":
        found = [answer.as_json() for answer in answers]
        print(json.dumps(found[0] if single else _whole(held, answers), ensure_ascii=False, indent=2))
        return
    if held is not None:
        print(f"{len(held.lists)} lists, {held.size:,} people seen")
    for answer in answers:
        print("\n".join(_lines(answer)))


def _whole(held: Table | None, answers: Sequence[Answer]) -> dict[str, object]:
    """All methods in one object: the headline is the union of their ranges, never one number."""
    given = [answer for answer in answers if answer.refusal is None]
    low = [end for answer in given if (end := answer.as_json()["lower"]) is not None]
    high = [end for answer in given if (end := answer.as_json()["upper"]) is not None]
    reasons = [answer.refusal for answer in answers if answer.refusal is not None]
    return {
        "method": "all",
        "people_seen": held.size if held else None,
        "estimate": None,
        "lower": min(low, default=None),
        "upper": max(high, default=None),
        "warnings": [],
        "refusal": reasons[0].as_json() if reasons and not given else None,
        "answers": [answer.as_json() for answer in answers],
    }


def _lines(answer: Answer) -> list[str]:
    if answer.refusal is not None:
        return [f"{answer.method}: no estimate. {answer.refusal}"]
    ends = " to ".join(_people(end) for end in (answer.lower, answer.upper))
    first = f"{answer.method}: about {_people(answer.estimate)} ({answer.level:.0%} interval {ends})"
    return [first, *(f"  - {notice.text}" for notice in answer.warnings)]


def _people(value: float | None) -> str:
    shown = value is not None and value == value and abs(value) != float("inf")
    return f"{value:,.0f}" if shown else "not known"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
