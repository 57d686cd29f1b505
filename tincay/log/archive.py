"""A copy of the public log, as files: what anybody can download, keep and check."""

import tarfile
from collections.abc import Iterator

from tincay.core.ledger.audit import HISTORY
from tincay.core.ledger.day_totals import KIND
from tincay.core.ledger.merkle import hash_leaf
from tincay.log import keys, models, queries

OPENINGS = "openings/"
BLOCK = 512


def public_files() -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of everything published: today's checkpoint, all earlier ones, policy, tiles, entries, and the
    openings of desks' keys and of resumed logs. Totals are shown from ten on only, so their openings stay here."""
    published = queries.latest()
    if published is None:
        return
    yield "checkpoint", published.note.encode()
    yield "policy", keys.policy_note().encode()
    for checkpoint in models.Checkpoint.objects.prefetch_related("cosignatures"):
        path = f"{HISTORY}{checkpoint.day.isoformat()}-{checkpoint.size}"
        yield path, queries.publish(checkpoint).note.encode()
    for row in models.ClearOpening.objects.exclude(kind=KIND):
        data = queries.leaf_of(bytes(row.opening))
        if queries.place_of(data) is not None:
            yield f"{OPENINGS}{hash_leaf(data).hex()}", bytes(row.opening)
    for tile in queries.public_tiles(published.checkpoint.size):
        yield f"tile/{tile.path}", queries.public_file(tile, published.checkpoint.size) or b""


def archive() -> Iterator[bytes]:
    """The same as one tar file, made while it is sent. It holds no time of its own."""
    for path, content in public_files():
        info = tarfile.TarInfo(path)
        info.size = len(content)
        yield info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % BLOCK)
    yield bytes(2 * BLOCK)
