"""A database that was restored from a backup goes on with the log that was published since then.

Every leaf that was signed stays: witnesses and whoever kept a checkpoint see one log. What the lost leaves said is
gone; a leaf of its own says how many they are.
"""

import tarfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from tincay.core.ledger.audit import HISTORY, Audited, audit
from tincay.core.ledger.checkpoint import parse_checkpoint
from tincay.core.ledger.leaf import LENGTH, open_leaf
from tincay.core.ledger.note import Note, parse_note
from tincay.core.ledger.tiles import WIDTH, TileAddress, parse_bundle, width_at
from tincay.log import keys, queries
from tincay.log.actions import append_public_leaf
from tincay.log.archive import OPENINGS
from tincay.log.models import Checkpoint, ClearOpening, Cosignature, Head, Queued
from tincay.log.sequencing import add_leaves, lock_head
from tincay.web.transactions import one_transaction

RESUMED = "log_resumed"


class NotThisLog(ValueError):
    """The published copy does not continue the rows that are here."""


def published_files(path: Path) -> dict[str, bytes]:
    """A published copy, from a folder or from `log.tar`: path → bytes. Raises OSError, tarfile.TarError."""
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file())
        return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}
    with tarfile.open(path) as archive:
        members = ((member.name, archive.extractfile(member)) for member in archive if member.isfile())
        return {name: content.read() for name, content in members if content}


@one_transaction
def resume_log(*, files: Mapping[str, bytes], now: datetime) -> int:
    """Take in what was published after this database was backed up; how many leaves have no row here.

    The copy is checked from its first leaf to its last, and has to be signed by our key. Raises NotThisLog,
    queries.LogDamaged, or what `audit` raises; then nothing is kept.
    """
    head = lock_head()
    frontier = queries.check_tree(head)
    leaves = _leaves(files, audit(files))
    ours = b"".join(queries.entries_by_tile(frontier.size))
    if len(leaves) <= frontier.size or not b"".join(leaves).startswith(ours):
        raise NotThisLog("the copy does not hold more of this log than the database does")
    lost = leaves[frontier.size :]
    add_leaves(frontier, lost)
    _keep_checkpoints(files)
    if not Checkpoint.objects.filter(size=len(leaves)).exists():
        raise NotThisLog(f"the copy has no file {HISTORY}… for its newest checkpoint")
    _keep_openings(files)
    waited = _take_from_queue(set(lost))
    event = {"from": frontier.size, "size": len(leaves), "without_row": len(lost) - waited}
    append_public_leaf(kind=RESUMED, event=event, now=now)
    return event["without_row"]


def _leaves(files: Mapping[str, bytes], audited: Audited) -> list[bytes]:
    if keys.log_signer().verifier != audited.seen.log:
        raise NotThisLog("the copy is of another log")
    size = audited.seen.checkpoint.size
    tiles = (TileAddress(0, index, width_at(0, index, size), "entries") for index in range(-(-size // WIDTH)))
    leaves = [entry for tile in tiles for entry in parse_bundle(files[f"tile/{tile.path}"])]
    if any(len(data) != LENGTH for data in leaves):
        raise NotThisLog("the copy holds leaves of another version")
    return leaves


def _keep_checkpoints(files: Mapping[str, bytes]) -> None:
    """Every checkpoint of the copy that is not here, with what witnesses signed under it; then the day is set."""
    for path in sorted(files):
        if path.startswith(HISTORY):
            day, _, size = path.removeprefix(HISTORY).rpartition("-")
            _keep_checkpoint(date.fromisoformat(day), int(size), parse_note(files[path].decode()))
    if last := Checkpoint.objects.last():
        Head.objects.update(day=f"{last.day}")


def _keep_checkpoint(day: date, size: int, note: Note) -> None:
    if parse_checkpoint(note.text).size != size:
        raise NotThisLog("a checkpoint of the copy has another size than its name")
    [own, *others] = sorted(note.signatures, key=lambda one: one.key_id != keys.log_signer().verifier.key_id)
    text = str(replace(note, signatures=(own,)))
    row, new = Checkpoint.objects.get_or_create(day=day, size=size, defaults={"note": text})
    if new:
        Cosignature.objects.bulk_create(
            Cosignature(checkpoint=row, witness=one.name, line=one.line) for one in others
        )


def _keep_openings(files: Mapping[str, bytes]) -> None:
    kept = {bytes(opening) for opening in ClearOpening.objects.values_list("opening", flat=True)}
    for path in sorted(files):
        if path.startswith(OPENINGS) and files[path] not in kept:
            opened = open_leaf(files[path].decode())
            if queries.place_of(opened.data) is not None:
                ClearOpening.objects.create(kind=opened.kind, opening=files[path])


def _take_from_queue(placed: set[bytes]) -> int:
    """Leaves that waited when the backup was made and have got their places since."""
    rows = [row for row in Queued.objects.all() if bytes(row.data) in placed]
    Queued.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
