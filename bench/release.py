"""Tables and invented rows: error, time and memory of ours beside pac-synth and dpmm, on the same rows.

    ./run bench release [--json] [--data CTDC.csv] [--seeds 5] [--rivals PYTHON] [--rival-seeds 1]
                        [--only ctdc,dense,tree,growth,audit,attacks,refusals] [--rhos 0.25,0.0175]
                        [--sound 60] [--smoke]

`--data` is the folder or file of CTDC's public victim-perpetrator data; without it rows of the same shape are
generated. `--smoke` does a little of everything in seconds, on
generated rows and without rivals: its figures say nothing. The rivals are bench-only and live in a Python of their
own, which `./run` makes (`--rivals ""` leaves them out, and the output says so; pac-synth takes an hour). The last
line is JSON.

Two generated tables of 100,000 × 15: `dense` (twelve kinds of report, no tree fits it) and `tree` (each column
from one other: what dpmm's MST assumes, so its home ground; only dpmm runs there).

Errors, over all cells of the domain: MAE is the mean absolute difference over all cells of all 1-, 2- or 3-way
tables together; "by table" is the mean over tables of their own means (small tables have the larger counts);
TV is half the sum of absolute differences of shares, mean over tables. CPU is the process's, all threads.
"""

import argparse
import csv
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from tincay.core.release.attacks import practices
from tincay.core.release.attacks.audit import RUNS, audit, noise_of, noise_shape
from tincay.core.release.attacks.membership import membership_by_tables
from tincay.core.release.attacks.proving import population
from tincay.core.release.attacks.reconstruction import reconstruction
from tincay.core.release.attacks.suite import ATTACKS, examine
from tincay.core.release.budget import epsilon
from tincay.core.release.domain import Column, Domain, write_domain
from tincay.core.release.measure import measure
from tincay.core.release.noise import discrete_gaussian
from tincay.core.release.publish import measure_and_publish
from tincay.core.release.rows import Rows, read_rows, rows_of
from tincay.core.release.workload import choose_tables

HERE = Path(__file__).resolve().parent
RIVALS = str(HERE.parent / ".venv-rivals" / "bin" / "python")
DENSE_SIZES = (63, 34, 12, 9, 8, 7, 6, 5, 5, 4, 4, 3, 3, 2, 2)
CTDC_SIZES = (6, 3, 3, 2, 2, 5, 5, 2, 4, 10, 10, 7, 4, 2, 2, 2)
RIVAL_EPSILON = {250_000: 4.0, 17_500: 0.84}  # at rho .25 the rivals are given more: 4 instead of 3.55


@dataclass(frozen=True)
class Sizes:
    """How many people and columns the generated tables have, and how often an attack is tried."""

    people: int = 100_000
    columns: tuple[int, ...] = DENSE_SIZES
    growing: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    audited: int = RUNS
    attacked: int = 5_000
    reconstructed: tuple[int, ...] = (15, 40, 100)
    sound: int = 3_000


WHOLE = Sizes()
SMOKE = Sizes(300, (5, 4, 3, 2), (200, 400), audited=400, attacked=300, reconstructed=(15,), sound=300)


def ctdc(source: Path | None, sizes: Sizes) -> Rows:
    """CTDC's rows, or generated ones of the same shape where there is no file."""
    if sizes is SMOKE:
        return dense(sizes.people, sizes.columns, 5)
    file = next(source.glob("*.csv"), None) if source and source.is_dir() else source
    if file is None:
        print("no CTDC file: generated rows stand in for it")
        return dense(21_195, CTDC_SIZES, 5)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header, *body = csv.reader(lines)
    columns = [Column(name, tuple(sorted({row[i] for row in body}))) for i, name in enumerate(header)]
    return read_rows([header, *body], Domain.of(columns))


def dense(people: int, sizes: tuple[int, ...] = DENSE_SIZES, seed: int = 1) -> Rows:
    """Generated reports of twelve kinds; the first column (old province) mostly decides the second (new)."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 12, people)
    columns = []
    for size in sizes:
        chances = 0.7 * rng.dirichlet(np.full(size, 0.6), size=12) + 0.3 * rng.dirichlet(np.full(size, 0.8))
        drawn = np.zeros(people, dtype=np.int64)
        for each in range(12):
            some = np.flatnonzero(kind == each)
            drawn[some] = rng.choice(size, len(some), p=chances[each] / chances[each].sum())
        columns.append(drawn)
    moved = rng.random(people) < 0.3
    columns[1] = np.where(moved, columns[1], columns[0] * sizes[1] // sizes[0])
    return coded(np.stack(columns, axis=1), sizes)


def tree(people: int, sizes: tuple[int, ...] = DENSE_SIZES, seed: int = 1) -> Rows:
    """Generated reports in which each column depends on one earlier column and on nothing else."""
    rng = np.random.default_rng(seed)
    columns: list[np.ndarray] = []
    for place, size in enumerate(sizes):
        alone = rng.dirichlet(np.full(size, 0.6))
        parent = int(rng.integers(0, place)) if place else 0
        given = columns[parent] if place else np.zeros(people, dtype=np.int64)
        own = rng.dirichlet(np.full(size, 0.6), size=sizes[parent])
        if place == 1:
            own = np.eye(size)[np.arange(sizes[0]) * size // sizes[0]]
        ladder = np.cumsum((own + alone) / 2, axis=1)[:, :-1]
        columns.append((rng.random(people)[:, None] > ladder[given]).sum(axis=1))
    return coded(np.stack(columns, axis=1), sizes)


def coded(matrix: np.ndarray, sizes: tuple[int, ...]) -> Rows:
    """Rows of columns c00, c01, … whose values are numbers."""
    named = [Column(f"c{place:02}", tuple(map(str, range(size)))) for place, size in enumerate(sizes)]
    return rows_of(Domain.of(named), matrix)


def errors(true: Rows, made: np.ndarray) -> dict[str, float]:
    """The errors of all 1-, 2- and 3-way tables, as above. A code of -1 fits no cell."""
    sizes = true.domain.shape(range(len(true.domain.columns)))
    out = {}
    for width in (1, 2, 3):
        found = [_error(true, made, axes, sizes) for axes in combinations(range(len(sizes)), width)]
        off, cells, share = (np.array(each) for each in zip(*found, strict=True))
        out[f"mae{width}"] = float(off.sum() / cells.sum())
        out[f"table_mae{width}"] = float((off / cells).mean())
        out[f"tv{width}"] = float(share.mean())
    return out


def _error(
    true: Rows, made: np.ndarray, axes: tuple[int, ...], sizes: tuple[int, ...]
) -> tuple[float, int, float]:
    """Sum of absolute differences, cells, total variation."""
    real = true.count(axes)
    whole = np.all(made[:, axes] >= 0, axis=1)
    cell = np.zeros(int(whole.sum()), dtype=np.int64)
    for axis in axes:
        cell = cell * sizes[axis] + made[whole, axis]
    counted = np.bincount(cell, minlength=len(real))
    share = np.abs(real / len(true) - counted / max(1, len(made))).sum() / 2
    return float(np.abs(real - counted).sum()), len(real), float(share)


def ours(rows: Rows, micro_rho: int, seed: int) -> dict[str, float]:
    """One release, in a process of its own so that its peak memory is its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        np.save(path, rows.matrix())
        sizes = json.dumps([[column.name, len(column.values)] for column in rows.domain.columns])
        command = [sys.executable, "-m", "bench.release", "--child", folder, sizes, str(micro_rho), str(seed)]
        said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent).stdout
        made = np.load(Path(folder) / "made.npy").astype(np.int64)
    return {**json.loads(said), **(errors(rows, made) if len(rows) <= 200_000 else {})}


def child(folder: str, sizes: str, micro_rho: str, seed: str) -> None:
    """The process that `ours` starts."""
    named = [Column(name, tuple(map(str, range(size)))) for name, size in json.loads(sizes)]
    rows = rows_of(Domain.of(named), np.load(Path(folder) / "rows.npy"))
    start = time.process_time()
    done = measure_and_publish(rows, micro_rho=int(micro_rho), seed=int(seed), charge=lambda _: None)
    cpu = time.process_time() - start
    np.save(Path(folder) / "made.npy", done.rows.matrix())
    printed = {
        f"said{width}": statistics.mean(
            t.expected_error for t in done.tables.stored.values() if len(t.columns) == width
        )
        for width in (1, 2)
        if any(len(t.columns) == width for t in done.tables.stored.values())
    }
    noise = {
        f"noise{len(axes)}": math.sqrt(2 * t.variance / math.pi)
        for axes, t in done.measurement.tables.items()
        if len(axes) == 1
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "peak_mb": peak, **noise, **printed}))


def rival(name: str, python: str, rows: Rows, eps: float, seed: int) -> dict[str, Any]:
    """One run of a rival, or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        header = ",".join(rows.domain.names)
        np.savetxt(source, rows.matrix(), fmt="%d", delimiter=",", header=header, comments="")
        sizes = json.dumps({column.name: len(column.values) for column in rows.domain.columns})
        command = [
            python,
            "-P",  # or queue.py beside it would hide the standard one
            str(HERE / "release_rivals.py"),
            name,
            str(source),
            str(target),
            str(eps),
            str(seed),
        ]
        ran = subprocess.run(command, input=sizes, capture_output=True, text=True, check=False)
        if ran.returncode:
            return {"failed": ran.stderr.strip().splitlines()[-1:] or ["no message"]}
        made = np.loadtxt(target, delimiter=",", skiprows=1, dtype=np.int64)
    return {**json.loads(ran.stdout.splitlines()[-1]), **errors(rows, made)}


def median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure over the runs that worked."""
    worked = [run for run in runs if "failed" not in run]
    if not worked:
        return runs[0]
    figures = {key for run in worked for key in run if not isinstance(run[key], str)}
    return {key: statistics.median(run[key] for run in worked if key in run) for key in sorted(figures)} | {
        "runs": len(worked)
    }


def compare(rows: Rows, asked: argparse.Namespace, rivals: Sequence[str]) -> dict[str, Any]:
    """Ours and the rivals on the same rows, at each rho."""
    out: dict[str, Any] = {"people": len(rows), "columns": len(rows.domain.columns)}
    for micro_rho in asked.rhos:
        name = f"rho {micro_rho / 1e6:g}"
        out[name] = {"ours": median([ours(rows, micro_rho, seed) for seed in range(asked.seeds)])}
        show(f"  {name} (epsilon {epsilon(micro_rho)}) ours", out[name]["ours"])
        for other in rivals if asked.rivals else ():
            eps = RIVAL_EPSILON.get(micro_rho, epsilon(micro_rho))
            runs = [rival(other, asked.rivals, rows, eps, seed) for seed in range(asked.rival_seeds)]
            out[name][other] = median(runs)
            show(f"  {name} (given epsilon {eps}) {other}", out[name][other])
    return out


def show(name: str, run: dict[str, Any]) -> None:
    """One line for people."""
    if "failed" in run:
        print(f"{name}: did not run: {run['failed']}")
        return
    tables = "  ".join(
        f"{w}-way {run[f'mae{w}']:.1f} / {run[f'table_mae{w}']:.1f} / {run[f'tv{w}']:.4f}"
        for w in (1, 2, 3)
        if f"mae{w}" in run
    )
    said = f"  noise of 1-way {run['noise1']:.1f}" if "noise1" in run else ""
    print(
        f"{name}: {run['cpu']:.1f} CPU s, {run['peak_mb']:.0f} MB, MAE / by table / TV {tables}{said}",
        flush=True,
    )


COMMAND = """
import contextlib, json, re, sys, time
from tincay.core.release import __main__ as command

examine, attacked = command.examine, []

def timed(*args, **named):
    start = time.process_time()
    verdict = examine(*args, **named)
    list(verdict.lines())
    attacked.append(time.process_time() - start)
    return verdict

command.examine = timed
with contextlib.redirect_stdout(sys.stderr):
    ended = command.main(sys.argv[1:])
peak = re.search("VmHWM:[^0-9]*([0-9]+)", open("/proc/self/status").read())
cpu = time.process_time() - sum(attacked)
print(json.dumps({"ended": ended, "cpu": cpu, "attacks_cpu": sum(attacked), "peak_mb": int(peak[1]) / 1024}))
"""


def command(rows: Rows) -> dict[str, Any]:
    """The command from a CSV file to CSV files, in a process of its own; the attacks' time is told apart."""
    with tempfile.TemporaryDirectory() as folder:
        source, domain, out = (str(Path(folder) / name) for name in ("rows.csv", "domain.json", "out"))
        Path(domain).write_text(write_domain(rows.domain), "utf-8")
        with open(source, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([rows.domain.order])
            csv.writer(file).writerows(rows.texts())
        options = ["--domain", domain, "--rho", "0.25", "--seed", "1", "--out", out]
        ran = [sys.executable, "-c", COMMAND, "release", source, *options]
        said = subprocess.run(ran, check=True, capture_output=True, text=True, cwd=HERE.parent).stdout
    run: dict[str, Any] = json.loads(said)
    return run


def growth(sizes: Sizes) -> dict[str, Any]:
    """A million rows of fifteen columns, time per row as the register grows, and the command on a CSV file."""
    out = {}
    for people in sizes.growing:
        run = ours(dense(people, sizes.columns), 250_000, 0)
        out[str(people)] = {**run, "micro_s_per_row": 1e6 * run["cpu"] / people}
        per_row = 1e6 * run["cpu"] / people
        print(
            f"  {people} rows: {run['cpu']:.1f} CPU s, {run['peak_mb']:.0f} MB, {per_row:.1f} µs a row",
            flush=True,
        )
    run = out["command"] = command(dense(people, sizes.columns))
    print(
        f"  {people} rows, the command from CSV to CSV: {run['cpu']:.1f} CPU s, and {run['attacks_cpu']:.1f} for the"
        f" attacks, {run['peak_mb']:.0f} MB",
        flush=True,
    )
    return out


def audits(runs: int) -> dict[str, Any]:
    """The mechanism 10,000 times on neighbours, one with half the noise, and the shape of the noise."""

    def half(counts: np.ndarray, scale: float) -> np.ndarray:
        return discrete_gaussian(counts, scale / 2)

    findings = [
        *(audit(discrete_gaussian, rho, runs) for rho in (17_500, 250_000)),
        audit(half, 250_000, runs, practice="half the noise"),
        noise_shape(discrete_gaussian, 17.3, runs),
        noise_shape(half, 17.3, runs, practice="half the noise"),
    ]
    for finding in findings:
        print(
            f"  {finding.attack} of {finding.practice}: {finding.figure:.4f}, must stay under {finding.gate:.4f}"
        )
    return {f"{f.attack} {f.practice} {f.gate:g}": f.figure for f in findings}


def attacks(truth: Rows, sizes: Sizes) -> dict[str, Any]:
    """Every attack against every practice, on the made-up population and, for ours, on CTDC."""
    people = population(sizes.attacked, 7)
    sorts = (("ours", discrete_gaussian), *practices.WRONG_NOISE)
    mine = [practices.ours(250_000, name=name, noise=noise) for name, noise in sorts]
    out: dict[str, Any] = {}
    for attack, _ in ATTACKS:
        found = [attack(practice, people, 1) for practice in (*practices.UNPROTECTED, *mine)]
        found.append(attack(practices.ours(250_000), truth, 1))
        names = [*(finding.practice for finding in found[:-1]), "ours on CTDC"]
        out[found[0].attack] = {n: [f.figure, f.gate] for n, f in zip(names, found, strict=True)}
        cells = (f"{n} {f.figure:.3g}{'!' if f.succeeded else ''}" for n, f in zip(names, found, strict=True))
        print(f"  {found[0].attack}: " + " | ".join(cells), flush=True)
    known = membership_by_tables(practices.ours(250_000), truth, 1, 250_000)
    out[known.attack] = {"ours on CTDC": [known.figure, known.gate]}
    print(f"  {known.attack}: ours on CTDC {known.figure:.3f}, most allowed {known.gate:.3f}")
    for name, noise in sorts:
        counted = measure(
            truth, choose_tables(truth.domain), micro_rho=250_000, charge=lambda _: None, noise=noise
        )
        wrong = noise_of(counted, truth)
        out[f"{wrong.attack}, {name}"] = wrong.figure
        print(f"  {wrong.attack}: {name} on CTDC {wrong.figure:.0f} ({wrong.what})", flush=True)
    for size in sizes.reconstructed:
        found = [reconstruction(p, people, 1, size) for p in (*practices.UNPROTECTED, *mine)]
        out[f"reconstruction of {size}"] = {f.practice: f.figure for f in found}
        print(
            f"  records proved of {size}: " + " | ".join(f"{f.practice} {f.figure:.0f}" for f in found),
            flush=True,
        )
    return out


def refusals(releases: int, people: int) -> dict[str, Any]:
    """How often the gate refuses a sound release: each refusal here is one too many."""
    refused: list[str] = []
    for seed in range(releases):
        sizes = ((3, 2), (2, 2), (6, 5, 4), (5, 4, 3, 3, 2, 2))[seed % 4]
        rng = np.random.default_rng(seed)
        rows = coded(np.stack([rng.integers(0, size, people) for size in sizes], axis=1), sizes)
        rho = (17_500, 25_000, 250_000)[seed % 3]
        done = measure_and_publish(rows, micro_rho=rho, seed=seed, charge=lambda _: None)
        refused += [
            f"{finding.attack} at rho {rho / 1e6:g}" for finding in examine(done, seed=seed).successes
        ]
    print(f"  {releases} sound releases, {len(refused)} attacks got through: {sorted(refused)}")
    return {"releases": releases, "through": sorted(refused)}


def main() -> None:
    """Run what was asked and print it; the last line is JSON."""
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
        return
    asked = arguments()
    sizes = SMOKE if asked.smoke else WHOLE
    if asked.smoke:
        asked.rivals, asked.seeds, asked.sound, asked.rhos = "", 1, 1, [250_000]
    if not (asked.rivals and Path(asked.rivals).exists()):
        asked.rivals = ""
        print("pac-synth and dpmm are left out: name a Python that has them with --rivals")
    out: dict[str, Any] = {}
    for name in asked.only.split(","):
        print(name)
        out[name] = PARTS[name](asked, sizes)
    print(json.dumps(out))


PARTS: dict[str, Callable[[argparse.Namespace, Sizes], dict[str, Any]]] = {
    "ctdc": lambda asked, sizes: compare(ctdc(asked.data, sizes), asked, asked.rival_names),
    "dense": lambda asked, sizes: compare(dense(sizes.people, sizes.columns), asked, asked.rival_names),
    "tree": lambda asked, sizes: compare(tree(sizes.people, sizes.columns), asked, ["dpmm"]),
    "growth": lambda asked, sizes: growth(sizes),
    "audit": lambda asked, sizes: audits(sizes.audited),
    "attacks": lambda asked, sizes: attacks(ctdc(asked.data, sizes), sizes),
    "refusals": lambda asked, sizes: refusals(asked.sound, sizes.sound),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="the last line is JSON in any case")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rivals", default=RIVALS, help="a Python that has pac-synth, dpmm and pandas")
    parser.add_argument("--rival-names", type=lambda text: text.split(","), default=["pac-synth", "dpmm"])
    parser.add_argument("--sound", type=int, default=60, help="sound releases to examine for refusals")
    parser.add_argument("--rival-seeds", type=int, default=1)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--smoke", action="store_true", help="a little of everything, whatever the figures")
    parser.add_argument(
        "--rhos",
        type=lambda text: [round(float(r) * 1e6) for r in text.split(",")],
        default=[250_000, 17_500],
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
