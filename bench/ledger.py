"""What the log costs when it is large: one leaf queued, one proof, a night's leaves placed, the whole log checked.

    ./run bench ledger [--json] [--leaves 1000000] [--smoke]

A SQLite log of its own is filled with random leaves by SQL; what is measured afterwards goes through the
product's actions and queries, without warm-up, in one process. Times are CPU time.
"""

import argparse
import json
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

SMALL = 1000
TIMES = 500
NIGHT = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--smoke", action="store_true", help="a few leaves, in seconds, whatever the figures")
    asked = parser.parse_args()
    leaves, times, night = (320, 5, 100) if asked.smoke else (asked.leaves, TIMES, NIGHT)
    folder = Path(tempfile.mkdtemp(prefix="tincay-bench-"))
    os.environ.update(TINCAY_DATA=str(folder), TINCAY_DATABASE="", DJANGO_SETTINGS_MODULE="tincay.settings")
    try:
        result = measure(leaves, times, night)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not asked.json:
        for name, value in result.items():
            print(f"{name:32} {value}")
    print(json.dumps(result))


def measure(leaves: int, times: int, night: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(SMALL)
    small = statistics.median(proof_cost(SMALL, times))
    fill(leaves)
    proofs = proof_cost(leaves, times)
    checked = check_cost()
    appends = append_cost(night)
    placed = sequencing_cost()
    return {
        "leaves": leaves,
        "sequenced": night,
        "sequencing_s": placed,
        "check_before_signing_s": checked,
        "append_cpu_ms": median(appends),
        "append_cpu_ms_p99": quantile(appends),
        "inclusion_proof_cpu_ms": median(proofs),
        "inclusion_proof_cpu_ms_p99": quantile(proofs),
        "first_proof_cpu_ms": round(proofs[0] * 1000, 3),
        "times_a_small_log": round(statistics.median(proofs) / small, 2),
        "repeat": f"./run bench ledger --leaves {leaves}",
        "python": sys.version.split()[0],
    }


def fill(leaves: int) -> None:
    """A signed log of this size, written by what gives leaves their places."""
    from django.db import transaction

    from tincay.core.clock import local_day
    from tincay.core.ledger.checkpoint import CheckpointBody
    from tincay.core.ledger.merkle import Frontier
    from tincay.log import actions, keys
    from tincay.log.models import Checkpoint, Head, Leaf, Tile
    from tincay.log.sequencing import add_leaves
    from tincay.web.time import now

    actions.create_log_key()
    for model in (Checkpoint, Leaf, Tile, Head):
        model.objects.all().delete()
    yesterday = local_day(now()) - timedelta(days=1)
    with transaction.atomic():
        Head.objects.create(id=1, day=f"{yesterday}")
        after = add_leaves(Frontier(), [b"\x01" + secrets.token_bytes(32) for _ in range(leaves)])
        signer = keys.log_signer()
        note = signer.sign(CheckpointBody(signer.name, after.size, after.root()).text)
        Checkpoint.objects.create(day=yesterday, size=after.size, note=note)


def timed(count: int, run: Callable[[int], object]) -> Iterator[float]:
    for number in range(count):
        begun = time.process_time()
        run(number)
        yield time.process_time() - begun


def append_cost(times: int) -> list[float]:
    from django.db import transaction

    from tincay.log import actions
    from tincay.web.time import now

    moment = now()
    event: dict[str, str | int] = {
        "record": "0" * 32,
        "organisation": "mau",
        "ciphertext": "0" * 64,
        "deadline": 1,
    }

    def one(number: int) -> None:
        actions.append_leaf(kind="report_received", event=event, now=moment)

    with transaction.atomic():
        return list(timed(times, one))


def check_cost() -> float:
    """Every leaf, tile and node against what was signed last, as before each signing."""
    from tincay.log import queries
    from tincay.log.models import Head

    head = Head.objects.get()
    return seconds(lambda: queries.check_tree(head))


def sequencing_cost() -> float:
    """What is queued, placed in one go. The day that begins is tomorrow, so that all of it is of an earlier one."""
    from django.db import transaction

    from tincay.core.clock import local_day
    from tincay.core.ledger.merkle import Frontier
    from tincay.log.models import Head, Queued
    from tincay.log.sequencing import sequence
    from tincay.web.time import now

    head = Head.objects.get()
    frontier = Frontier.of_bytes(head.size, bytes(head.frontier))
    with transaction.atomic():
        tomorrow = local_day(now()) + timedelta(days=1)
        spent = seconds(lambda: sequence(frontier, day=tomorrow, everything=False))
    assert not Queued.objects.exists()
    return spent


def seconds(run: Callable[[], object]) -> float:
    begun = time.process_time()
    run()
    return round(time.process_time() - begun, 3)


def proof_cost(leaves: int, times: int) -> list[float]:
    """Proofs of leaves all over the log, each with nothing kept from the one before."""
    from tincay.core.ledger.merkle import inclusion_proof
    from tincay.log.queries import stored_nodes

    places = [number * leaves // times for number in range(times)]
    return list(timed(times, lambda number: inclusion_proof(places[number], leaves, stored_nodes())))


def median(times: list[float]) -> float:
    return round(statistics.median(times) * 1000, 3)


def quantile(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=100)[98] * 1000, 3)


if __name__ == "__main__":
    main()
