"""Check every row of the log against every other, and the public copy as a stranger would."""

from collections.abc import Sequence

from tincay.core.ledger.audit import Audited, audit
from tincay.core.ledger.leaf import LENGTH
from tincay.core.ledger.merkle import hash_leaf, root_of
from tincay.core.ledger.tiles import WIDTH, tiles_at
from tincay.log import actions, archive, queries
from tincay.log.models import Checkpoint, Head, Leaf, Tile

ATTEMPTS = 3


def check_log() -> tuple[int, Audited | None]:
    """The number of leaves, and the audit of what is published. Raises LogDamaged, or what `audit` raises.

    Read without a lock, so that nobody waits. What was appended meanwhile is no damage: then it is read again,
    the last time while nothing can be appended.
    """
    for _ in range(ATTEMPTS):
        before = queries.size()
        try:
            return _check_log()
        except (queries.LogDamaged, ValueError):
            if queries.size() == before:
                raise
    with actions.appends_blocked():
        return _check_log()


def _check_log() -> tuple[int, Audited | None]:
    hashes = _check_leaves()
    _check_head(hashes)
    _check_stored_tiles(hashes)
    _check_days()
    files = dict(archive.public_files())
    return len(hashes), audit(files) if files else None


def _check_leaves() -> list[bytes]:
    """The leaf hashes in order, once no leaf is missing, misshapen, or of an earlier month than the last."""
    hashes: list[bytes] = []
    last_month = ""
    rows = Leaf.objects.order_by("index").values_list("index", "data", "month")
    for index, data, month in rows.iterator(chunk_size=5000):
        if index != len(hashes) or len(data) != LENGTH or month < last_month:
            raise queries.LogDamaged(f"leaf {len(hashes)} is missing, misshapen or out of order")
        hashes.append(hash_leaf(bytes(data)))
        last_month = month
    return hashes


def _check_head(hashes: Sequence[bytes]) -> None:
    head = actions.frontier_of(Head.objects.first() or Head())
    if head.size != len(hashes) or head.root() != root_of(hashes):
        raise queries.LogDamaged("the head does not fit the leaves")
    queries.check_growth(head)


def _check_stored_tiles(hashes: Sequence[bytes]) -> None:
    """Each stored tile is what the leaves make it; partial ones at level 0 are not stored."""
    expected, level = {}, list(hashes)
    for tile in tiles_at(len(hashes)):
        if tile.level and tile.index == 0:
            level = [root_of(level[i : i + WIDTH]) for i in range(0, len(level) // WIDTH * WIDTH, WIDTH)]
        if tile.level or tile.width == WIDTH:
            expected[tile.level, tile.index] = b"".join(level[tile.index * WIDTH :][: tile.width])
    stored = {(tile.level, tile.index): bytes(tile.data) for tile in Tile.objects.iterator()}
    if stored != expected:
        raise queries.LogDamaged("a stored tile does not fit the leaves")


def _check_days() -> None:
    days = list(Checkpoint.objects.order_by("size", "id").values_list("day", flat=True))
    if days != sorted(days):
        raise queries.LogDamaged("the days of the checkpoints are out of order")
