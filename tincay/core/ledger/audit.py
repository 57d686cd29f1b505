"""Check a whole copy of the log: every leaf, every tile, today's checkpoint and all earlier ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tincay.core.ledger.evidence import open_policy
from tincay.core.ledger.merkle import Frontier, hash_leaf, root_of
from tincay.core.ledger.note import parse_note
from tincay.core.ledger.policy import Policy, Seen
from tincay.core.ledger.promise import Promise
from tincay.core.ledger.tiles import WIDTH, TileAddress, parse_bundle, tiles_at, width_at

HISTORY = "checkpoints/"


class LogBroken(ValueError):
    """The copy does not hold what the log signed."""


class PromiseBroken(LogBroken):
    """The log promised a leaf and does not hold it."""


@dataclass(frozen=True)
class Audited:
    """A copy that holds together."""

    seen: Seen
    history: Sequence[Seen]
    leaf_hashes: Sequence[bytes]
    policy: Policy


def audit(
    files: Mapping[str, bytes], *, trusted: Policy | None = None, earlier: Iterable[str] = ()
) -> Audited:
    """Check a copy: path → bytes, with the paths of C2SP tlog-tiles, `policy` and `checkpoints/…`.

    `earlier` are checkpoints that somebody kept; the copy must contain the trees that they state.
    Raises ValueError (LogBroken, BadNote, NoteUnsigned, BadPolicy).
    """
    policy = trusted or open_policy(_text(files, "policy"))
    seen = policy.check(parse_note(_text(files, "checkpoint")))
    leaf_hashes = [hash_leaf(entry) for entry in _entries(files, seen.checkpoint.size)]
    _check_tiles(files, leaf_hashes)
    notes = [_text(files, path) for path in sorted(files) if path.startswith(HISTORY)]
    history = [policy.check(parse_note(note)) for note in (*notes, *earlier)]
    _check_roots(leaf_hashes, (*history, seen))
    return Audited(seen, history, leaf_hashes, policy)


def check_promise(promise: Promise, audited: Audited) -> int | None:
    """Where the promised leaf stands, or None while the promise is not due. Raises PromiseBroken.

    Only a witness's time shows that the promise is due: without one this log says nothing of when it was signed.
    """
    if promise.leaf_hash in audited.leaf_hashes:
        return audited.leaf_hashes.index(promise.leaf_hash)
    latest = audited.seen.latest
    if latest is not None and latest >= promise.due:
        raise PromiseBroken("the log does not hold the leaf that it promised")
    return None


def _text(files: Mapping[str, bytes], path: str) -> str:
    try:
        return _bytes(files, path).decode()
    except UnicodeDecodeError:
        raise LogBroken(f"{path} is not UTF-8") from None


def _bytes(files: Mapping[str, bytes], path: str) -> bytes:
    if path not in files:
        raise LogBroken(f"{path} is missing")
    return files[path]


def _entries(files: Mapping[str, bytes], size: int) -> Iterator[bytes]:
    for index in range(-(-size // WIDTH)):
        tile = TileAddress(0, index, width_at(0, index, size), "entries")
        entries = parse_bundle(_bytes(files, f"tile/{tile.path}"))
        if len(entries) != tile.width:
            raise LogBroken(f"tile/{tile.path} has the wrong number of entries")
        yield from entries


def _check_tiles(files: Mapping[str, bytes], leaf_hashes: Sequence[bytes]) -> None:
    level, hashes = 0, leaf_hashes
    for tile in tiles_at(len(leaf_hashes)):
        if tile.level > level:
            hashes = [root_of(hashes[i : i + WIDTH]) for i in range(0, len(hashes) // WIDTH * WIDTH, WIDTH)]
            level = tile.level
        start = tile.index * WIDTH
        if _bytes(files, f"tile/{tile.path}") != b"".join(hashes[start : start + tile.width]):
            raise LogBroken(f"tile/{tile.path} does not fit the entries")


def _check_roots(leaf_hashes: Sequence[bytes], all_seen: Sequence[Seen]) -> None:
    roots = _roots(leaf_hashes, {seen.checkpoint.size for seen in all_seen})
    for seen in all_seen:
        if roots.get(seen.checkpoint.size) != seen.checkpoint.root:
            raise LogBroken(f"the log does not hold the {seen.checkpoint.size} leaves that it signed")


def _roots(leaf_hashes: Sequence[bytes], sizes: Iterable[int]) -> Mapping[int, bytes]:
    wanted, frontier = set(sizes), Frontier()
    roots = {0: frontier.root()}
    for leaf_hash in leaf_hashes:
        frontier = frontier.append(leaf_hash)
        if frontier.size in wanted:
            roots[frontier.size] = frontier.root()
    return roots
