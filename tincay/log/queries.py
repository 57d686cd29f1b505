"""What can be asked of the log: proofs, tiles, its state, a copy of all of it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from django.db import connection

from tincay.core.ledger.checkpoint import CheckpointBody, parse_checkpoint
from tincay.core.ledger.encoding import HASH_LENGTH
from tincay.core.ledger.evidence import write_evidence
from tincay.core.ledger.merkle import (
    BadProof,
    Frontier,
    NodeReader,
    consistency_proof,
    hash_leaf,
    inclusion_proof,
    verify_consistency,
)
from tincay.core.ledger.note import parse_note
from tincay.core.ledger.policy import Seen
from tincay.core.ledger.proof import Proof
from tincay.core.ledger.tiles import (
    WIDTH,
    BadTile,
    TileAddress,
    bundle,
    node_reader,
    tiles_at,
    width_at,
)
from tincay.log import keys, models

_TILE = f'SELECT data FROM {models.Tile._meta.db_table} WHERE level = %s AND "index" = %s'  # noqa: S608


class LogDamaged(Exception):
    """The rows of the log do not hold together. Stop, keep everything, compare with a backup and a witness."""


class Standing(StrEnum):
    """How far a leaf has come. Only `registered` may be called registered."""

    WAITING = "waiting"
    SIGNED = "signed"
    REGISTERED = "registered"


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
    """A checkpoint with the cosignatures of today's witnesses, each checked anew. Raises NotSigned, BadNote.

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


def check_origin() -> None:
    """Raise LogDamaged if the settings give the log another name than it has signed under so far."""
    last = models.Checkpoint.objects.last()
    if last and parse_checkpoint(parse_note(last.note).text).origin != keys.log_signer().name:
        raise LogDamaged("TINCAY_ORIGIN is not the name that this log has signed under: put the old one back")


def proof_for(index: int) -> str | None:
    """The proof file of a leaf (C2SP tlog-proof, without opening), or None until it can be given."""
    proof = _proof(index)
    return proof.text if proof else None


def evidence_for(index: int, opening: str) -> str | None:
    """The file that a reporter keeps, for the way without JavaScript; with it her browser adds the opening."""
    proof = _proof(index)
    return write_evidence(proof, opening=opening, policy_note=keys.policy_note()) if proof else None


def _proof(index: int) -> Proof | None:
    """Under the latest checkpoint that the quorum saw, so that the file is valid when it is handed out."""
    for published in covering(index):
        if published.seen.quorum_met:
            hashes = inclusion_proof(index, published.checkpoint.size, stored_nodes())
            return Proof(index, tuple(hashes), parse_note(published.note))
    return None


def standing(index: int) -> Standing:
    """How far the leaf at this index has come."""
    if not models.Checkpoint.objects.filter(size__gt=index).exists():
        return Standing.WAITING
    quorum = keys.trusted_policy().has_quorum
    return Standing.REGISTERED if quorum and _proof(index) else Standing.SIGNED


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


def check_growth(frontier: Frontier) -> None:
    """Raise LogDamaged unless the rows give this root, and continue the last checkpoint that was signed."""
    last = models.Checkpoint.objects.last()
    body = parse_checkpoint(parse_note(last.note).text) if last else CheckpointBody("", 0, Frontier().root())
    old, new = body.size, frontier.size
    try:
        if models.Leaf.objects.count() != new:
            raise LogDamaged("the number of leaves is not the size of the log")
        if _root_at(new) != frontier.root():
            raise LogDamaged("the leaves do not give the root of the log")
        verify_consistency(old, new, body.root, frontier.root(), consistency(old, new))
    except (BadProof, BadTile, IndexError):
        raise LogDamaged("the log does not continue what was signed") from None


def _root_at(size: int) -> bytes:
    """The root from the stored tiles: the same complete subtrees as in a frontier of this size."""
    nodes, start, hashes = stored_nodes(), 0, []
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            hashes.append(nodes(level, start >> level))
            start += 1 << level
    return Frontier(size, tuple(hashes)).root()
