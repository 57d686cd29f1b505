"""The whole test suite beside busy loops: a machine several times slower, on which no test may fail.

    ./run bench busy [--json] [--loops 4] [--smoke] [-- ./run test]

Loops that do nothing but turn run beside `./run test`, or beside the command after `--`. It takes as many times
longer as it takes, which is printed and judged by nobody: the verdict is the command's. The last line is JSON.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHOLE = ["./run", "test"]
SMOKE = [sys.executable, "-m", "pytest", "tests/core/test_stages.py"]


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """So many processes that leave as little of the processors to others as they can."""
    turning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in turning:
            process.kill()
            process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench busy", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--loops", type=int, default=4)
    parser.add_argument("--smoke", action="store_true", help="one loop beside one file of tests")
    parser.add_argument("command", nargs="*")
    asked = parser.parse_args()
    command = asked.command or (SMOKE if asked.smoke else WHOLE)
    loops = 1 if asked.smoke else asked.loops
    begun = time.perf_counter()
    with busy(loops):
        ended = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False).returncode
    minutes = round((time.perf_counter() - begun) / 60, 1)
    found = {"bench": "busy", "loops": loops, "command": command, "ended": ended, "minutes": minutes}
    if not asked.json:
        how = "passed" if ended == 0 else f"ended with {ended}"
        print(f"{' '.join(command)} beside {loops} busy loops: {how} after {minutes} minutes")
    print(json.dumps(found))
    return ended


if __name__ == "__main__":
    raise SystemExit(main())
