"""Three hundred monkeys on her pages: consents and answers that nobody gave, stories and codes that were lost,
sentences that are not so.

    ./run bench monkey [--json] [--seeds 300] [--first 1000] [--smoke]

Each seed is one run of tests/browser/test_monkey.py, judged there. The figures are how many of how many failed, and
which: a seed that failed is put into FAILED of that file and stays. The last line is JSON.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST = "tests/browser/test_monkey.py::test_nothing_is_given_lost_or_said_that_is_not_true"
WHOLE, SMOKE = 300, 2
AT_ONCE = 30
"""Seeds of one process: what is found is told soon."""
FAULT = re.compile(
    r"^E\s+(?:AssertionError: )?((?:given|lost|said|left) after gesture \d+: .*)$", re.MULTILINE
)
SEED = re.compile(r"^(?:FAILED|ERROR) .*\[(?:\w+-)?(\d+)\]", re.MULTILINE)


def run(seeds: list[int]) -> tuple[list[int], list[str]]:
    """The seeds that failed, and what they found."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", TEST]
    environment = {**os.environ, "MONKEY_SEEDS": " ".join(map(str, seeds))}
    ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    failed = [int(seed) for seed in SEED.findall(ended.stdout)]
    if ended.returncode not in (0, 1) or (ended.returncode == 1 and not failed):
        raise RuntimeError(ended.stdout[-2000:])
    return failed, FAULT.findall(ended.stdout)


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
    failed: list[int] = []
    found: list[str] = []
    begun = time.perf_counter()
    for at in range(0, len(seeds), AT_ONCE):
        some, faults = run(seeds[at : at + AT_ONCE])
        failed += some
        found += faults
        if not asked.json:
            print(
                f"{min(at + AT_ONCE, len(seeds))} of {len(seeds)}: {len(failed)} failed {failed}",
                file=sys.stderr,
            )
    kinds = {kind: sum(one.startswith(kind) for one in found) for kind in ("given", "lost", "said", "left")}
    minutes = round((time.perf_counter() - begun) / 60, 1)
    if not asked.json:
        print("\n".join(found))
        print(f"{len(seeds)} seeds in {minutes} minutes: {len(failed)} failed, {kinds}")
    print(json.dumps({"bench": "monkey", "seeds": len(seeds), "failed": failed, "minutes": minutes, **kinds}))
    return 1 if failed and not asked.smoke else 0


if __name__ == "__main__":
    raise SystemExit(main())
