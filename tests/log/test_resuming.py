"""After a restore the same log goes on from what was published: nobody outside sees a second one."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from tests.log.conftest import Hand, RunningWitness, cosign
from tincay.log import keys, queries, resuming
from tincay.log.checks import check_log
from tincay.log.models import Checkpoint, ClearOpening, Cosignature, Head, Leaf, Queued, Tile

TABLES: tuple[type[models.Model], ...] = (Queued, Leaf, ClearOpening, Tile, Head, Checkpoint, Cosignature)


class Backup:
    """The rows of the log as they were, to be put back."""

    def __init__(self) -> None:
        self.rows = {table: list(table._default_manager.all()) for table in TABLES}

    def restore(self) -> None:
        for table in reversed(TABLES):
            table._default_manager.all().delete()
        for table, rows in self.rows.items():
            table._default_manager.bulk_create(rows)


def keep_copy(hand: Hand, folder: Path) -> Path:
    """log.tar, as anybody can download it."""
    path = folder / "log.tar"
    path.write_bytes(b"".join(hand.client.get("/log/log.tar").streaming_content))  # type: ignore[attr-defined]
    return path


@pytest.fixture
def lost(hand: Hand, witness: RunningWitness, tmp_path: Path) -> tuple[Path, str]:
    """A database that is two days older than what it published; the copy, and a checkpoint that a stranger kept."""
    hand.append(5)
    cosign(hand.sign())
    [waited] = hand.append()
    hand.waited = waited  # type: ignore[attr-defined]
    backup = Backup()
    for _ in range(2):
        hand.placed(3)
        cosign(Checkpoint.objects.latest("size"))
    copy, kept = keep_copy(hand, tmp_path), Checkpoint.objects.latest("size").note
    backup.restore()
    hand.backup = backup  # type: ignore[attr-defined]
    hand.next_day()
    return copy, kept


def resume(copy: Path) -> None:
    call_command("log_resume", str(copy))


def test_the_same_log_goes_on_and_the_witness_signs(hand: Hand, lost: tuple[Path, str]) -> None:
    copy, kept = lost
    assert queries.size() == 64
    resume(copy)
    assert check_log()[0] == 192
    checkpoint = hand.sign()
    cosign(checkpoint)
    assert queries.publish(checkpoint).registered
    assert check_log()[0] == 256
    hand.audit(kept)


def test_without_it_the_witness_refuses(hand: Hand, lost: tuple[Path, str]) -> None:
    from tincay.log.witnesses import WitnessRefused

    with pytest.raises(WitnessRefused):
        cosign(hand.sign())


def test_a_leaf_says_how_many_leaves_have_no_row_here(hand: Hand, lost: tuple[Path, str]) -> None:
    resume(lost[0])
    [opened] = queries.opened_in_clear("log_resumed")
    facts = {name: opened.event[name] for name in ("from", "size", "without_row")}
    assert facts == {"from": 64, "size": 192, "without_row": 127}  # one had waited when the backup was made


def test_a_leaf_that_waited_in_the_backup_keeps_its_place(hand: Hand, lost: tuple[Path, str]) -> None:
    waited = hand.waited  # type: ignore[attr-defined]
    assert queries.place_of(waited.data) is None
    resume(lost[0])
    assert queries.place_of(waited.data) is not None
    assert not Queued.objects.filter(data=waited.data).exists()


def test_the_totals_own_up_to_what_was_lost(hand: Hand, lost: tuple[Path, str]) -> None:
    resume(lost[0])
    hand.sign()
    totals, _ = queries.last_totals()
    assert totals
    assert totals.counts["unknown"] == 128
    assert sum(totals.counts.values()) == 256
    ClearOpening.objects.filter(kind="log_resumed").delete()
    with pytest.raises(queries.LogDamaged, match="totals"):
        check_log()


def test_it_goes_on_from_a_folder_too(hand: Hand, lost: tuple[Path, str], tmp_path: Path) -> None:
    with tarfile.open(lost[0]) as archive:
        archive.extractall(tmp_path / "copy", filter="data")
    resume(tmp_path / "copy")
    assert check_log()[0] == 192


def test_it_goes_on_a_second_time_from_the_same_backup(
    hand: Hand, lost: tuple[Path, str], tmp_path: Path
) -> None:
    copy, kept = lost
    resume(copy)
    cosign(hand.sign())
    hand.placed(3)
    cosign(Checkpoint.objects.latest("size"))
    (tmp_path / "second").mkdir()
    second = keep_copy(hand, tmp_path / "second")
    hand.backup.restore()  # type: ignore[attr-defined]
    hand.next_day()
    resume(second)
    assert check_log()[0] == 320
    cosign(hand.sign())
    assert check_log()[0] == 384
    hand.audit(kept)


def changed(copy: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    files = resuming.published_files(copy)
    change(files)
    path = copy.with_name("changed.tar")
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def one_leaf_altered(files: dict[str, bytes]) -> None:
    entries = bytearray(files["tile/entries/000.p/192"])
    entries[-1] ^= 1
    files["tile/entries/000.p/192"] = bytes(entries)


def signature_removed(files: dict[str, bytes]) -> None:
    files["checkpoint"] = files["checkpoint"].partition(b"\n\n")[0] + b"\n\n"


def newest_checkpoint_missing(files: dict[str, bytes]) -> None:
    """A mirror of the tiles has `checkpoint`, and no file a day."""
    del files[next(path for path in files if path.startswith("checkpoints/") and path.endswith("-192"))]


def checkpoint_renamed(files: dict[str, bytes]) -> None:
    name = next(path for path in files if path.startswith("checkpoints/") and path.endswith("-192"))
    files[name[:-3] + "193"] = files.pop(name)


@pytest.mark.parametrize(
    "change", [one_leaf_altered, signature_removed, checkpoint_renamed, newest_checkpoint_missing]
)
def test_a_copy_that_does_not_hold_changes_nothing(
    hand: Hand, lost: tuple[Path, str], change: Callable[[dict[str, bytes]], None]
) -> None:
    with pytest.raises(CommandError, match="nothing was taken in"):
        resume(changed(lost[0], change))
    assert queries.size() == 64


def test_the_log_of_somebody_else_is_not_taken_in(
    hand: Hand, lost: tuple[Path, str], settings: Any, tmp_path: Path
) -> None:
    settings.TINCAY_DATA = tmp_path / "other"
    keys.write_key(keys.key_path(), bytes(32))
    with pytest.raises(CommandError, match="nothing was taken in"):
        resume(lost[0])


def test_a_copy_that_is_no_longer_than_the_rows_is_not_taken_in(hand: Hand, tmp_path: Path) -> None:
    hand.sign()
    copy = keep_copy(hand, tmp_path)
    with pytest.raises(CommandError, match="more of this log"):
        resume(copy)
