"""What can be asked of the log: proofs, tiles, its state, a copy of all of it."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from tincay.core.ledger import day_totals
from tincay.core.ledger.checkpoint import CheckpointBody, parse_checkpoint
from tincay.core.ledger.day_totals import DayTotals, Growth
from tincay.core.ledger.encoding import HASH_LENGTH
from tincay.core.ledger.evidence import write_evidence
from tincay.core.ledger.leaf import LENGTH, Opened, open_leaf
from tincay.core.ledger.merkle import (
    Frontier,
    NodeReader,
    consistency_proof,
    hash_leaf,
    inclusion_proof,
    root_of,
)
from tincay.core.ledger.note import parse_note
from tincay.core.ledger.policy import Seen
from tincay.core.ledger.proof import Proof
from tincay.core.ledger.tiles import (
    WIDTH,
    TileAddress,
    bundle,
    node_reader,
    tiles_at,
    width_at,
)
from tincay.log import keys, models
from tincay.web.models import this_install

_TILE = f'SELECT data FROM {models.Tile._meta.db_table} WHERE level = %s AND "index" = %s'  # noqa: S608
_LEAVES = (
    f"SELECT data FROM {models.Leaf._meta.db_table} "  # noqa: S608
    'WHERE "index" >= %s AND "index" < %s ORDER BY "index"'
)


class LogDamaged(Exception):
    """The rows of the log do not hold together. Stop, keep everything, compare with a backup and a witness."""


class WrongOrigin(LogDamaged):
    """The settings name another log than the rows are of: a setting is missing where this command was started."""


class Standing(StrEnum):
    """How far a leaf has come. Only `registered` may be called registered; `missing` breaks what was promised."""

    WAITING = "waiting"
    MISSING = "missing"
    SIGNED = "signed"
    REGISTERED = "registered"


class LeafState(NamedTuple):
    """How far a leaf has come, and its proof where there is one."""

    standing: Standing
    proof: str = ""


class PublishedCheckpoint(NamedTuple):
    """A checkpoint as the public sees it, with every cosignature that came in."""

    checkpoint: models.Checkpoint
    note: str
    seen: Seen

    @property
    def registered(self) -> bool:
        """Whether as many witnesses saw it as the install chose; with none chosen, never."""
        return keys.trusted_policy().has_quorum and self.seen.quorum_met


def size() -> int:
    """How many leaves the log holds now, published or not."""
    return models.Head.objects.values_list("size", flat=True).first() or 0


def latest() -> PublishedCheckpoint | None:
    """The last checkpoint that was signed: how far the public can see."""
    checkpoint = models.Checkpoint.objects.last()
    return publish(checkpoint) if checkpoint else None


def publish(checkpoint: models.Checkpoint) -> PublishedCheckpoint:
    """A checkpoint with the cosignatures of today's witnesses, each checked anew. Raises NoteUnsigned, BadNote.

    Lines of a witness that the install no longer names are left out: whoever checks the file would refuse them.
    """
    policy = keys.trusted_policy()
    named = {witness.verifier.key_id for witness in policy.witnesses.values()}
    lines = parse_note(
        checkpoint.note + "".join(signature.line for signature in checkpoint.cosignatures.all())
    ).signatures
    own = len(parse_note(checkpoint.note).signatures)
    note = checkpoint.note + "".join(signature.line for signature in lines[own:] if signature.key_id in named)
    return PublishedCheckpoint(checkpoint, note, policy.check(parse_note(note)))


def signed_until() -> date | None:
    """The day that was signed last."""
    return models.Checkpoint.objects.values_list("day", flat=True).last()


def last_cosigned() -> dict[str, date | None]:
    """Of each witness of the install the last day that it signed."""
    signed = models.Cosignature.objects.order_by("-checkpoint__size", "-checkpoint__day")
    return {
        name: signed.filter(witness=name).values_list("checkpoint__day", flat=True).first()
        for name in keys.trusted_policy().witnesses
    }


def begun() -> bool:
    """Whether anything is in this log, or waits for it: from then on its name and its key stay."""
    return bool(size()) or models.Checkpoint.objects.exists() or models.Queued.objects.exists()


def origin_in_use() -> str:
    """The name that this log has signed under, else the one that the install keeps for it; "" for neither."""
    last = models.Checkpoint.objects.last()
    return parse_checkpoint(parse_note(last.note).text).origin if last else this_install().origin


def check_origin() -> None:
    """Raise WrongOrigin if the settings give the log another name than it has."""
    origin = origin_in_use()
    if origin and origin != settings.TINCAY_ORIGIN:
        raise WrongOrigin(
            f"TINCAY_ORIGIN is {settings.TINCAY_ORIGIN}, and this log goes under {origin}: set TINCAY_ORIGIN={origin}"
        )


def place_of(data: bytes) -> int | None:
    """Where this leaf stands in the tree, or None while it waits: no row says whose it is."""
    return models.Leaf.objects.filter(data=data).values_list("index", flat=True).first()


def leaf_of(opening: bytes) -> bytes:
    """The data of the leaf that an opening kept in clear opens. Raises BadOpening."""
    return open_leaf(opening.decode()).data


def opened_in_clear(kind: str) -> Sequence[Opened]:
    """What leaves about nobody say, in the order in which they were queued. Raises BadOpening."""
    with connection.cursor() as cursor:  # every report asks for the keys of desks
        cursor.execute("SELECT opening FROM log_clearopening WHERE kind = %s ORDER BY id", [kind])
        return _opened(tuple(bytes(opening) for (opening,) in cursor))


@lru_cache(maxsize=4)
def _opened(openings: tuple[bytes, ...]) -> tuple[Opened, ...]:
    return tuple(open_leaf(opening.decode()) for opening in openings)


def evidence_for(opening: str) -> str | None:
    """The file that a reporter keeps, for the way without JavaScript; with it her browser adds the opening.

    Raises BadOpening.
    """
    proof = _proof(place_of(open_leaf(opening).data))
    return write_evidence(proof, opening=opening, policy_note=keys.policy_note()) if proof else None


def _proof(index: int | None) -> Proof | None:
    """Under the latest checkpoint that the quorum saw, so that the file is valid when it is handed out."""
    if index is None:
        return None
    for published in covering(index):
        if published.seen.quorum_met:
            hashes = inclusion_proof(index, published.checkpoint.size, stored_nodes())
            return Proof(index, tuple(hashes), parse_note(published.note))
    return None


def state_of(data: bytes, day: date) -> LeafState:
    """How far a leaf of that day has come, with its proof (C2SP tlog-proof, without opening) once it can be given."""
    index = place_of(data)
    if index is None:
        signed = models.Checkpoint.objects.values_list("day", flat=True).last()
        return LeafState(Standing.MISSING if signed and signed > day else Standing.WAITING)
    proof = _proof(index)
    registered = proof and keys.trusted_policy().has_quorum
    return LeafState(Standing.REGISTERED if registered else Standing.SIGNED, proof.text if proof else "")


def covering(index: int) -> Iterator[PublishedCheckpoint]:
    """The checkpoints that hold this leaf, latest first."""
    newest_first = models.Checkpoint.objects.filter(size__gt=index).order_by("-size", "-day")
    for checkpoint in newest_first.iterator(chunk_size=8):
        yield publish(checkpoint)


def consistency(old: int, new: int) -> list[bytes]:
    """The proof that the log of `new` leaves continues the log of `old` leaves."""
    return consistency_proof(old, new, stored_nodes())


def stored_nodes() -> NodeReader:
    """The nodes of the tree, from tiles and from the leaves that no tile holds yet."""
    return node_reader(stored_tile)


def stored_tile(level: int, index: int) -> bytes:
    """Every hash that the log holds of this tile now, published or not."""
    # By hand: a proof reads about six tiles, and building six queries would cost more than all its hashing.
    with connection.cursor() as cursor:
        cursor.execute(_TILE, (level, index))
        row = cursor.fetchone()
    if row is None and level == 0:
        return b"".join(hash_leaf(entry) for entry in stored_entries(index))
    return bytes(row[0]) if row else b""


def stored_entries(index: int, width: int = WIDTH) -> list[bytes]:
    """The data of the first `width` leaves of this tile."""
    start = index * WIDTH
    rows = models.Leaf.objects.filter(index__gte=start, index__lt=start + width).order_by("index")
    return [bytes(data) for data in rows.values_list("data", flat=True)]


def public_file(tile: TileAddress, size: int) -> bytes | None:
    """The bytes of a tile or bundle as far as a checkpoint of `size` leaves lets the public see, or None."""
    if tile.width > width_at(tile.level, tile.index, size):
        return None
    if tile.content == "entries":
        return bundle(stored_entries(tile.index, tile.width))
    return stored_tile(tile.level, tile.index)[: tile.width * HASH_LENGTH]


def public_tiles(size: int) -> Iterator[TileAddress]:
    """Every file below /log/tile/ of a log of this size."""
    for tile in tiles_at(size):
        yield tile
        if tile.level == 0:
            yield TileAddress(0, tile.index, tile.width, "entries")


def growths() -> list[Growth]:
    """What each checkpoint added to the log, in order."""
    rows = list(models.Checkpoint.objects.values_list("day", "size"))
    before = [0, *(size for _, size in rows)]
    return [Growth(day, size - earlier) for (day, size), earlier in zip(rows, before, strict=False)]


def last_totals() -> tuple[DayTotals, models.ClearOpening] | tuple[None, None]:
    """The totals of the last day, with their row. Raises LogDamaged."""
    row = models.ClearOpening.objects.filter(kind=day_totals.KIND).last()
    return (read_totals(row), row) if row else (None, None)


def read_totals(row: models.ClearOpening) -> DayTotals:
    """The totals that a row opens. Raises LogDamaged."""
    try:
        return day_totals.read_totals(open_leaf(bytes(row.opening).decode()))
    except ValueError:
        raise LogDamaged("the totals of a day cannot be read") from None


def check_tree(head: models.Head | None) -> Frontier:
    """The right edge of the tree, once every leaf, tile and node agrees with it and with what was signed last.

    Raises LogDamaged. Every leaf is in a checkpoint: leaves get their places and are signed in one transaction.
    """
    last = models.Checkpoint.objects.last()
    body = parse_checkpoint(parse_note(last.note).text) if last else CheckpointBody("", 0, Frontier().root())
    try:
        frontier = Frontier.of_bytes(head.size, bytes(head.frontier)) if head else Frontier()
    except ValueError:
        raise LogDamaged("the head of the log cannot be read") from None
    if (frontier.size, frontier.root()) != (body.size, body.root):
        raise LogDamaged("the log does not continue what was signed")
    if models.Leaf.objects.count() != frontier.size:
        raise LogDamaged("the number of leaves is not the size of the log")
    if _root_of_leaves(frontier.size) != frontier.root():
        raise LogDamaged("the leaves do not give the root of the log")
    return frontier


def _root_of_leaves(size: int) -> bytes:
    """The root over all leaves, once every stored tile is what they make it. Raises LogDamaged."""
    tiles = [_hashed(entries) for entries in entries_by_tile(size)]
    full = size // WIDTH
    level, nodes, expected = 1, [tile.root for tile in tiles[:full]], {}
    for index, tile in enumerate(tiles[:full]):
        expected[0, index] = tile.hashes
    while nodes:
        parts = [nodes[start : start + WIDTH] for start in range(0, len(nodes), WIDTH)]
        expected.update({(level, index): b"".join(part) for index, part in enumerate(parts)})
        level, nodes = level + 1, [root_of(part) for part in parts if len(part) == WIDTH]
    stored = models.Tile.objects.values_list("level", "index", "data")
    compared = 0
    for tile_level, index, data in stored.iterator(chunk_size=500):
        compared += 1
        if expected.get((tile_level, index)) != bytes(data):
            raise LogDamaged("a stored tile does not fit the leaves")
    if compared != len(expected):
        raise LogDamaged("a stored tile is missing")
    return root_of([tile.root for tile in tiles])


class _Hashed(NamedTuple):
    """The hashes of up to 256 leaves, and the root over them."""

    hashes: bytes
    root: bytes


@lru_cache(maxsize=256)
def _hashed(entries: bytes) -> _Hashed:
    """Remembered by what was hashed: the same bytes have the same hashes, whoever wrote them."""
    starts = range(0, len(entries), LENGTH)
    hashes = [hash_leaf(entries[start : start + LENGTH]) for start in starts]
    return _Hashed(b"".join(hashes), root_of(hashes))


def entries_by_tile(size: int) -> Iterator[bytes]:
    """The data of all leaves, 256 together. Raises LogDamaged for one that is misshapen or out of place."""
    step = WIDTH * 64
    for start in range(0, size, step):
        # By hand: this reads the whole log each day.
        with connection.cursor() as cursor:
            cursor.execute(_LEAVES, (start, start + step))
            entries = [data for (data,) in cursor.fetchall()]
        if len(entries) != min(step, size - start) or set(map(len, entries)) != {LENGTH}:
            raise LogDamaged(f"of the leaves from {start} on one is missing or misshapen")
        for first in range(0, len(entries), WIDTH):
            yield b"".join(entries[first : first + WIDTH])
