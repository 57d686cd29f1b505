"""How queued leaves get their places: once a day, shuffled among covers, in one go (docs/formats/leaf.md)."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection

from tincay.core.ledger import day_totals, leaf
from tincay.core.ledger.day_totals import DayTotals
from tincay.core.ledger.merkle import Frontier, hash_leaf, root_of
from tincay.core.ledger.tiles import WIDTH, split_hashes
from tincay.log import queries
from tincay.log.models import ClearOpening, Head, Leaf, Queued, Tile
from tincay.web.transactions import leave_no_copy

BATCH = 500


@dataclass(frozen=True)
class Committed:
    """The data of a leaf and what opens it."""

    data: bytes
    opening: bytes


class Waiting(NamedTuple):
    data: bytes
    kind: str


def commit(*, kind: str, event: dict[str, str | int], day: date) -> Committed:
    """An event under a nonce of its own. Raises ValueError."""
    text, nonce = leaf.event_bytes(kind=kind, day=day, facts=event), secrets.token_bytes(leaf.NONCE_LENGTH)
    return Committed(leaf.commit(text, nonce), leaf.opening(text, nonce))


def lock_head() -> Head:
    """The head, held alone: who queues a leaf at this moment is waited for, and waits."""
    return Head.objects.select_for_update().get_or_create(id=1)[0]


def sequence(frontier: Frontier, *, day: date, everything: bool) -> Frontier:
    """Put what was queued before `day` (or everything) into the tree, with covers and the day's totals.

    The caller holds the head. A leaf of a day to come was queued under a wrong clock: it would wait until then.
    """
    rows = Queued.objects.all() if everything else Queued.objects.exclude(day=day)
    queued = [Waiting(bytes(data), kind) for data, kind in rows.values_list("data", "kind")]
    rows.delete()
    leave_no_copy()
    floor = day_totals.floors(queries.growths(), day)[-1]
    covers = day_totals.padded(len(queued) + 1, floor) - len(queued) - 1
    counts = Counter(kind for _, kind in queued)
    counts.update({day_totals.COVER: covers, day_totals.KIND: 1})
    leaves = [
        *(data for data, _ in queued),
        *(leaf.cover(secrets.token_bytes(leaf.LENGTH - 1)) for _ in range(covers)),
        _keep_totals(counts, floor=floor, size=frontier.size, day=day),
    ]
    secrets.SystemRandom().shuffle(leaves)
    return add_leaves(frontier, leaves)


def _keep_totals(counts: Counter[str], *, floor: int, size: int, day: date) -> bytes:
    """The leaf of the day's totals. Those of an earlier day of this week are in it, and their opening goes."""
    last, row = queries.last_totals()
    after, start = size + counts.total(), last.size if last else 0
    counts[day_totals.UNKNOWN] += size - start  # what was taken over from the published log since then
    week = day_totals.week_counted(day)
    if last and row and last.week == week:
        start, counts = last.start, counts + Counter(last.counts)
        row.delete()
    facts = DayTotals(week, floor, start, after, counts).facts
    own = commit(kind=day_totals.KIND, event=facts, day=day)
    ClearOpening.objects.create(kind=day_totals.KIND, opening=own.opening)
    return own.data


def add_leaves(frontier: Frontier, leaves: Sequence[bytes]) -> Frontier:
    """Write leaves behind the last one, with every tile that they fill, and the head."""
    # Plain SQL: ten thousand rows in one go, and the mapper costs ten times the database here.
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO {Leaf._meta.db_table} ("index", data) VALUES (%s, %s)',  # noqa: S608
            list(enumerate(leaves, frontier.size)),
        )
    hashes = [hash_leaf(data) for data in leaves]
    _fill_tiles(frontier.size, hashes)
    for leaf_hash in hashes:
        frontier = frontier.append(leaf_hash)
    Head.objects.update(size=frontier.size, frontier=b"".join(frontier.hashes))
    return frontier


def _fill_tiles(size: int, hashes: Sequence[bytes]) -> None:
    """Keep each 256 leaves that are complete now as one tile, and its root one level up."""
    begun = size % WIDTH
    before = [hash_leaf(data) for data in queries.stored_entries(size // WIDTH, begun)] if begun else []
    parts = _in_tiles([*before, *hashes])
    full = [part for part in parts if len(part) == WIDTH]
    tiles = [
        Tile(level=0, index=size // WIDTH + place, data=b"".join(part)) for place, part in enumerate(full)
    ]
    Tile.objects.bulk_create(tiles, batch_size=BATCH)
    if full:
        _lift(1, size // WIDTH, [root_of(part) for part in full])


def _lift(level: int, count: int, nodes: Sequence[bytes]) -> None:
    """Add the roots of full tiles to the level above, which held `count` hashes so far."""
    begun = Tile.objects.filter(level=level, index=count // WIDTH).first() if count % WIDTH else None
    parts = _in_tiles([*(split_hashes(bytes(begun.data)) if begun else ()), *nodes])
    for place, part in enumerate(parts, count // WIDTH):
        Tile.objects.update_or_create(level=level, index=place, defaults={"data": b"".join(part)})
    full = [part for part in parts if len(part) == WIDTH]
    if full:
        _lift(level + 1, count // WIDTH, [root_of(part) for part in full])


def _in_tiles(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [hashes[start : start + WIDTH] for start in range(0, len(hashes), WIDTH)]
