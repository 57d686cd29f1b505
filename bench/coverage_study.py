"""What are the intervals worth? Simulate tables from a known population and count how often it is inside.

    ./run bench coverage_study run [--tables 200] [--seconds 600]   simulate on from where the last run ended
    ./run bench coverage_study show                                 print the table
    ./run bench coverage_study run --smoke                          one table with little effort, kept nowhere

The truth is a population of 11,313 people seen by five lists with the pairwise interactions that stepwise choice
finds in the UK table. Every line of bench/results/coverage_study.jsonl is one simulated table; table t always has
the same seed, so the study can stop and go on, on any machine. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tincay.core.estimate.answers import MethodAnswer, NoEstimate, finite
from tincay.core.estimate.bic import by_bic
from tincay.core.estimate.decomposable import decomposable
from tincay.core.estimate.histories import Table, read_table, table_of
from tincay.core.estimate.latent import SamplerSettings, latent
from tincay.core.estimate.loglinear import observed
from tincay.core.estimate.simple import chao, independence
from tincay.core.estimate.stepwise import select, stepwise
from tincay.core.estimate.terms import Floats, design
from tincay.core.estimate.threshold import Walk, threshold

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "tests" / "vectors" / "mse" / "uk_5list.csv"
RESULTS = ROOT / "bench" / "results" / "coverage_study.jsonl"
SEED = 20211


@dataclass(frozen=True)
class Work:
    """How hard each method works on a table."""

    stepwise: int
    bic: int
    sampler: SamplerSettings
    walk: Walk


WHOLE = Work(
    4_000,
    1_000,
    SamplerSettings(chains=4, burn_in=3_000, kept=6_000),
    Walk(chains=32, burn_in=800, kept=1_500),
)
SMOKE = Work(
    100,
    50,
    SamplerSettings(chains=2, burn_in=10, kept=20, compiled=False),
    Walk(chains=4, burn_in=10, kept=50),
)

METHODS: Mapping[str, Callable[[Table, int, Work], MethodAnswer]] = {
    "stepwise": lambda held, seed, work: stepwise(held, replicates=work.stepwise, seed=seed),
    "bic": lambda held, seed, work: by_bic(held, order=2, replicates=work.bic, seed=seed),
    "decomposable": lambda held, seed, work: decomposable(held, sensitive=False),
    "latent": lambda held, seed, work: latent(held, sampler=work.sampler, seed=seed),
    "threshold": lambda held, seed, work: threshold(held, seed=seed, walk=work.walk),
    "independence": lambda held, seed, work: independence(held),
    "chao": lambda held, seed, work: chao(held),
}


def population() -> tuple[tuple[str, ...], Floats, int]:
    """The lists, the chance of each of the 32 histories (unseen first), and the number of people."""
    held = read_table(TABLE.read_text(encoding="utf-8"))
    path = select(design(5, 2), observed(held))
    unseen = float(np.exp(path.coefficients[0, 0]))
    means = np.concatenate([[unseen], path.means[0]])
    return held.lists, means / means.sum(), round(float(means.sum()))


def simulate(number: int) -> Table:
    """Simulated table `number`; whoever no list saw is gone."""
    lists, chances, people = population()
    counts = np.random.default_rng([SEED, number]).multinomial(people, chances)
    return table_of(lists, [0, *counts[1:].tolist()])


def run(tables: int, seconds: float, results: Path, work: Work) -> None:
    """Simulate tables that are not there yet, until all are or time is up."""
    until = time.monotonic() + seconds
    results.parent.mkdir(exist_ok=True)
    there = {line["table"] for line in lines(results)}
    for number in range(tables):
        if number in there or time.monotonic() > until:
            continue
        held = simulate(number)
        found = {name: _try(method, held, number + 1, work) for name, method in METHODS.items()}
        with results.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"table": number, "seen": held.size, "found": found}) + "\n")


def _try(
    method: Callable[[Table, int, Work], MethodAnswer], held: Table, seed: int, work: Work
) -> list[float | None] | str:
    try:
        answer = method(held, seed, work)
    except NoEstimate as refusal:
        return refusal.reason
    ends = (finite(end) for end in (answer.lower, answer.estimate, answer.upper))
    return [None if end is None else round(end, 1) for end in ends]


def lines(results: Path) -> list[dict[str, Any]]:
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]


def show(results: Path, work: Work) -> str:
    """The study as a Markdown table."""
    truth, held = population()[2], lines(results)
    head = [
        f"{len(held)} simulated tables, {truth:,} people; stepwise B = {work.stepwise:,}, BIC B = {work.bic:,}; "
        "nominal 95 %.",
        "",
        "| method | tables with both limits | holds the truth | truth above | truth below | only one limit "
        "| refused | median estimate | error of log N (RMS) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join(
        [*head, *(_row(name, truth, [line["found"][name] for line in held]) for name in METHODS)]
    )


def _row(name: str, truth: int, found: Sequence[Any]) -> str:
    given = [each for each in found if not isinstance(each, str)]
    both = [each for each in given if each[0] is not None and each[2] is not None]
    above = sum(each[2] < truth for each in both)
    below = sum(each[0] > truth for each in both)
    holds = len(both) - above - below
    share = holds / len(both) if both else math.nan
    error = 1.96 * math.sqrt(share * (1 - share) / len(both)) if both else math.nan
    middles = [each[1] for each in given]
    spread = math.sqrt(sum(math.log(m / truth) ** 2 for m in middles) / len(middles)) if middles else math.nan
    middle = f"{np.median(middles):,.0f}" if middles else "–"
    return (
        f"| {name} | {len(both)} | {share:.0%} ± {error:.0%} | {above} | {below} | {len(given) - len(both)} "
        f"| {len(found) - len(given)} | {middle} | {spread:.2f} |"
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["run", "show"], nargs="?", default="run")
    parser.add_argument("--tables", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=math.inf)
    parser.add_argument("--smoke", action="store_true", help="one table with little effort, kept nowhere")
    wanted = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="tincay-bench-") as folder:
        results, work = (Path(folder) / RESULTS.name, SMOKE) if wanted.smoke else (RESULTS, WHOLE)
        if wanted.what == "run":
            run(1 if wanted.smoke else wanted.tables, wanted.seconds, results, work)
        print(show(results, work))
        print(
            json.dumps({"bench": "coverage_study", "people": population()[2], "tables": len(lines(results))})
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
