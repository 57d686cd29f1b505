"""What the log costs when it is large: one leaf, one proof, and how much more than in a log of a thousand leaves.

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
from pathlib import Path
from typing import Any

SMALL = 1000
TIMES = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--smoke", action="store_true", help="a few leaves, in seconds, whatever the figures")
    asked = parser.parse_args()
    leaves, times = (300, 5) if asked.smoke else (asked.leaves, TIMES)
    folder = Path(tempfile.mkdtemp(prefix="tincay-bench-"))
    os.environ.update(TINCAY_DATA=str(folder), TINCAY_DATABASE="", DJANGO_SETTINGS_MODULE="tincay.settings")
    try:
        result = measure(leaves, times)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not asked.json:
        for name, value in result.items():
            print(f"{name:32} {value}")
    print(json.dumps(result))


def measure(leaves: int, times: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(SMALL)
    small = statistics.median(proof_cost(SMALL, times))
    fill(leaves)
    appends = append_cost(2 * times)
    proofs = proof_cost(leaves, times)
    return {
        "leaves": leaves,
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
    """The rows of a log of this size, with tiles and head, as `append_leaf` would have left them."""
    from django.db import connection, transaction

    from tincay.core.ledger.merkle import hash_leaf, root_of
    from tincay.log.models import Head, Leaf, Tile

    entries = [b"\x01" + secrets.token_bytes(32) for _ in range(leaves)]
    for model in (Leaf, Tile, Head):
        model.objects.all().delete()
    insert = f'INSERT INTO {Leaf._meta.db_table} ("index", data, kind, month) VALUES (%s, %s, %s, %s)'
    with transaction.atomic(), connection.cursor() as cursor:
        rows = [(index, data, "report_received", "2026-06") for index, data in enumerate(entries)]
        cursor.executemany(insert, rows)
        level, hashes, complete = 0, [hash_leaf(data) for data in entries], list[list[bytes]]()
        while hashes:
            parts = [hashes[i : i + 256] for i in range(0, len(hashes), 256)]
            keep = [part for part in parts if level or len(part) == 256]
            Tile.objects.bulk_create(
                [Tile(level=level, index=index, data=b"".join(part)) for index, part in enumerate(keep)], 500
            )
            complete.append(hashes)
            hashes = [root_of(part) for part in parts if len(part) == 256]
            level += 1
        Head.objects.create(size=leaves, frontier=frontier(leaves, complete))


def frontier(size: int, complete: list[list[bytes]]) -> bytes:
    from tincay.core.ledger.merkle import root_of

    start, hashes = 0, b""
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            tile_level, inside = divmod(level, 8)
            first = (start >> level) << inside
            hashes += root_of(complete[tile_level][first : first + (1 << inside)])
            start += 1 << level
    return hashes


def timed(count: int, run: Callable[[int], object]) -> Iterator[float]:
    for number in range(count):
        begun = time.process_time()
        run(number)
        yield time.process_time() - begun


def append_cost(times: int) -> list[float]:
    from django.db import transaction

    from tincay.log import actions
    from tincay.web.time import now

    actions.create_log_key()
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
