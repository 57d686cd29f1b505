"""Three hundred monkeys on her pages: consents and answers that nobody gave, stories and codes that were lost,
sentences that are not so.

    ./run bench monkey [--json] [--seeds 300] [--first 1000] [--smoke]

Each seed is one run of tests/browser/test_monkey.py, judged there. The figures are how many of how many failed, and
which: a seed that failed is put into FAILED of that file and stays. The last line is JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEST = "tests/browser/test_monkey.py::test_nothing_is_given_lost_or_said_that_is_not_true"
WHOLE, SMOKE = 300, 2
AT_ONCE = 30
"""Seeds of one process: what is found is told soon."""
KINDS = ("given", "lost", "said", "left")


def run(seeds: list[int]) -> list[dict[str, Any]]:
    """What became of each seed."""
    with tempfile.NamedTemporaryFile(mode="r", encoding="utf-8") as told:
        environment = {**os.environ, "MONKEY_SEEDS": " ".join(map(str, seeds)), "MONKEY_TOLD": told.name}
        command = [sys.executable, "-m", "pytest", "-q", "--tb=short", TEST]
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        found = [json.loads(line) for line in told]
    if len(found) != len(seeds):
        raise RuntimeError(ended.stdout[-2000:])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench monkey", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--seeds", type=int, default=WHOLE)
    parser.add_argument(
        "--first", type=int, default=1000, help="the first seed; those of the tests begin at 0"
    )
    parser.add_argument("--smoke", action="store_true", help="two seeds")
    asked = parser.parse_args()
    seeds = list(range(asked.first, asked.first + (SMOKE if asked.smoke else asked.seeds)))
    found: list[dict[str, Any]] = []
    begun = time.perf_counter()
    for at in range(0, len(seeds), AT_ONCE):
        found += run(seeds[at : at + AT_ONCE])
        if not asked.json:
            print(f"{len(found)} of {len(seeds)}: {failed(found)} failed", file=sys.stderr)
    faults = [fault for one in found for fault in one["faults"]]
    figures = {
        "bench": "monkey",
        "seeds": len(seeds),
        "sent": sum(one["sent"] for one in found),
        "came_back": sum(one["came_back"] for one in found),
        "failed": failed(found),
        "minutes": round((time.perf_counter() - begun) / 60, 1),
        **{kind: sum(fault.startswith(kind) for fault in faults) for kind in KINDS},
    }
    if not asked.json:
        for one in found:
            for fault in one["faults"]:
                print(f"{one['seed']}: {fault}")
    print(json.dumps(figures))
    return 1 if failed(found) and not asked.smoke else 0


def failed(found: list[dict[str, Any]]) -> list[int]:
    return [one["seed"] for one in found if one["faults"]]


if __name__ == "__main__":
    raise SystemExit(main())
