"""CPU seconds of the estimates, beside what the R packages need for the same work.

    ./run bench estimate [--json] [--quick] [--only TEXT] [--smoke]

R figures: R 4.2.2, one thread of a 2-core x86 machine, from the same tables (tests/vectors/mse); they were taken
beforehand and are not run again here, so a ratio also holds what this machine is faster or slower than that one.
Ours are CPU seconds; with two workers, of all processes, start-up included. numba only serves
the latent-class chains; everything else is the same with and without it. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tincay.core.estimate import sweeps
from tincay.core.estimate.bic import by_bic, rank
from tincay.core.estimate.checks import Effort, diagnose
from tincay.core.estimate.decomposable import decomposable_graphs, posterior
from tincay.core.estimate.histories import Table, read_table, table_of
from tincay.core.estimate.latent import SamplerSettings, draw_unseen
from tincay.core.estimate.stepwise import stepwise

VECTORS = Path(__file__).parents[1] / "tests" / "vectors" / "mse"
GIBBS = SamplerSettings(chains=1, burn_in=10_000, kept=100_000)


def load(name: str) -> Table:
    return read_table((VECTORS / f"{name}.csv").read_text(encoding="utf-8"))


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall seconds and CPU seconds, child processes included."""
    wall, cpu = time.perf_counter(), _cpu()
    work()
    return time.perf_counter() - wall, _cpu() - cpu


def _cpu() -> float:
    used = os.times()
    return time.process_time() + used.children_user + used.children_system


def six_lists() -> Table:
    """Made up: 6 lists, each pair sharing a tenth of what a list alone holds."""
    return table_of(
        [f"L{j}" for j in range(6)], [0, *[{1: 400, 2: 40}.get(h.bit_count(), 2) for h in range(1, 64)]]
    )


Line = tuple[str, Callable[[], Any], dict[str, float]]
"""What is done, the work, and the CPU seconds of others for it."""


def bootstraps(replicates: int, workers: int) -> list[Line]:
    others = {
        "uk_5list": {"SparseMSE": 102.7, "MultipleSystemsEstimation": 45.9, "numba trial": 0.82},
        "western_us_5list": {"SparseMSE": 40.5, "MultipleSystemsEstimation": 24.2, "numba trial": 0.42},
        "korea_3list": {"SparseMSE": 11.7, "MultipleSystemsEstimation": 5.7, "numba trial": 0.09},
    }
    return [
        (
            f"{name} stepwise + BCa, B = {replicates:,}, {workers} worker{'s' * (workers > 1)}",
            partial(stepwise, load(name), replicates=replicates, workers=workers),
            known if replicates == 1_000 else {},
        )
        for name, known in others.items()
    ]


def others() -> list[Line]:
    uk, six = load("uk_5list"), six_lists()
    decomposable_graphs(5)
    lines: list[Line] = [
        ("uk_5list decomposable, 821 graphs", partial(posterior, uk), {"dga": 0.023, "numba trial": 0.008}),
        ("6 lists: list the 18,154 graphs", partial(decomposable_graphs, 6), {}),
        ("6 lists decomposable, 18,153 graphs", partial(posterior, six), {}),
        ("uk_5list 1,024 pairwise models by BIC", partial(rank, uk, 2), {"MultipleSystemsEstimation": 2.52}),
        ("uk_5list 6,893 hierarchical models by BIC", partial(rank, uk), {}),
        ("uk_5list BIC among 100 models, B = 2,000", partial(by_bic, uk, replicates=2_000), {}),
    ]
    plain = partial(draw_unseen, uk, SamplerSettings(**{**vars(GIBBS), "compiled": False}), 1)
    lines.append(("uk_5list latent class, 110,000 sweeps, numba off, one chain", plain, {"LCMCR": 1.39}))
    eight = SamplerSettings(chains=8, burn_in=10_000, kept=3_750, compiled=False)
    lines.append(
        ("uk_5list latent class, 110,000 sweeps, numba off, 8 chains", partial(draw_unseen, uk, eight, 1), {})
    )
    if sweeps.compiles():
        one = SamplerSettings(chains=1, burn_in=1, kept=1, thin=1, compiled=True)
        fast = partial(draw_unseen, uk, SamplerSettings(**{**vars(GIBBS), "compiled": True}), 1)
        lines.append(
            ("latent class, numba on: compiling, once a process", partial(draw_unseen, uk, one, 1), {})
        )
        known = {"LCMCR": 1.39, "numba trial": 1.14}
        lines.append(("uk_5list latent class, 110,000 sweeps, numba on", fast, known))
    return lines


def pages() -> list[Line]:
    name = "uk_5list all diagnostics (B = 20,000 and 2,000)"
    return [
        (f"{name}, 1 worker", partial(diagnose, load("uk_5list"), Effort()), {}),
        (f"{name}, 2 workers", partial(diagnose, load("uk_5list"), Effort(workers=2)), {}),
    ]


def smoke() -> list[Line]:
    """One line of each kind, of a size that says nothing about speed."""
    korea, short = load("korea_3list"), SamplerSettings(chains=1, burn_in=10, kept=10, compiled=False)
    tiny = Effort(
        stepwise=20, bic=10, trials=5, sampler=SamplerSettings(chains=2, burn_in=10, kept=20, compiled=False)
    )
    return [
        *bootstraps(20, 1),
        ("korea_3list decomposable", partial(posterior, korea), {}),
        ("korea_3list models by BIC", partial(rank, korea, 2), {}),
        ("korea_3list latent class", partial(draw_unseen, korea, short, 1), {}),
        ("korea_3list all diagnostics", partial(diagnose, korea, tiny), {}),
    ]


def measure(lines: Sequence[Line]) -> list[dict[str, Any]]:
    found = []
    for name, work, known in lines:
        wall, cpu = timed(work)
        found.append(
            {"what": name, "cpu_seconds": round(cpu, 3), "wall_seconds": round(wall, 3), "others": known}
        )
        _say(found[-1])
    return found


def _say(line: dict[str, Any]) -> None:
    beside = ", ".join(
        f"{who} {seconds:g} s = {seconds / max(line['cpu_seconds'], 1e-3):,.0f} ×"
        for who, seconds in line["others"].items()
    )
    cpu, wall = line["cpu_seconds"], line["wall_seconds"]
    print(f"{line['what']:<75} {cpu:>8.3f} CPU s {wall:>8.3f} s  {beside}", flush=True)


def same_for_any_workers(replicates: int) -> bool:
    uk = load("uk_5list")
    one, two = (stepwise(uk, replicates=replicates, workers=workers).as_json() for workers in (1, 2))
    return bool(one == two)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the last line only")
    parser.add_argument("--quick", action="store_true", help="leave out the runs over two seconds")
    parser.add_argument("--smoke", action="store_true", help="tiny runs, whatever the figures")
    parser.add_argument("--only", default="", help="measure only what has this text in its name")
    wanted = parser.parse_args(argv)
    if wanted.json:
        globals()["_say"] = lambda line: None
    lines = smoke() if wanted.smoke else bootstraps(1_000, 1)
    if not (wanted.quick or wanted.smoke):
        lines += [*bootstraps(20_000, 1), *bootstraps(20_000, 2), *others(), *pages()]
    stepwise(load("korea_3list"), replicates=100)
    found = measure([line for line in lines if wanted.only in line[0]])
    uk = next((line for line in found if "SparseMSE" in line["others"]), None)
    print(
        json.dumps(
            {
                "bench": "estimate",
                "ratio": round(uk["others"]["SparseMSE"] / max(uk["cpu_seconds"], 1e-3), 1) if uk else None,
                "ratio_means": "CPU seconds of SparseMSE over ours: UK-5 stepwise + BCa, B = 1,000",
                "same_for_any_workers": same_for_any_workers(50 if wanted.smoke else 2_000),
                "numba": sweeps.compiles(),
                "python": platform.python_version(),
                "machine": platform.machine(),
                "measured": found,
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
