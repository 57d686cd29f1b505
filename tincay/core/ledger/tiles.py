"""The tree cut into files of 256 hashes, so that anyone can copy the log and compute every proof.

C2SP tlog-tiles. A tile at level 0 holds leaf hashes; above, the roots of full tiles one level below.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tincay.core.ledger.encoding import HASH_LENGTH, MAX_SIZE
from tincay.core.ledger.merkle import NodeReader, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL = 63

_PATH = re.compile(
    r"(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


class BadTile(ValueError):
    """A tile path or the bytes of a tile break the format."""


@dataclass(frozen=True)
class TileAddress:
    """Which file of the log: a tile of hashes, or a bundle of entries beside the tile at level 0."""

    level: int
    index: int
    width: int = WIDTH
    content: Literal["hashes", "entries"] = "hashes"

    @property
    def path(self) -> str:
        """The path below `<prefix>/tile/`, such as `0/x001/234/067.p/12`."""
        return tile_path(self)


def tile_path(tile: TileAddress) -> str:
    level = "entries" if tile.content == "entries" else str(tile.level)
    suffix = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"{level}/{_encode_index(tile.index)}{suffix}"


def parse_tile_path(path: str) -> TileAddress:
    """The tile that a path below `<prefix>/tile/` names, in its one spelling. Raises BadTile."""
    matched = _PATH.fullmatch(path)
    if matched is None:
        raise BadTile("not a tile path")
    kind, digits, width = matched.groups()
    tile = TileAddress(
        level=0 if kind == "entries" else int(kind),
        index=int(digits.replace("/x", "").replace("x", "").replace("/", "")),
        width=WIDTH if width is None else int(width),
        content="entries" if kind == "entries" else "hashes",
    )
    if tile.index > MAX_SIZE or tile.width > WIDTH or tile.path != path:
        raise BadTile("not a tile path")
    return tile


def _encode_index(index: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def width_at(level: int, index: int, size: int) -> int:
    """How many hashes this tile has in a tree of `size` leaves: 0 (no such tile) to 256."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH))


def tiles_at(size: int) -> Iterator[TileAddress]:
    """Every tile of a tree of `size` leaves, lowest level first, partial ones with their width."""
    level = 0
    while size >> (HEIGHT * level):
        count = -(-(size >> (HEIGHT * level)) // WIDTH)
        for index in range(count):
            yield TileAddress(level, index, width_at(level, index, size))
        level += 1


def split_hashes(data: bytes) -> list[bytes]:
    """The hashes of a tile. Raises BadTile unless it holds 1 to 256 whole hashes."""
    if len(data) % HASH_LENGTH or not 0 < len(data) <= WIDTH * HASH_LENGTH:
        raise BadTile("a tile holds 1 to 256 hashes of 32 bytes")
    return [data[i : i + HASH_LENGTH] for i in range(0, len(data), HASH_LENGTH)]


def node_reader(read_tile: Callable[[int, int], bytes]) -> NodeReader:
    """A reader of tree nodes over a reader of tiles (level, index) → bytes. Each tile is read once."""
    kept: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, inside = divmod(level, HEIGHT)
        tile_index, first = divmod(index << inside, WIDTH)
        if (tile_level, tile_index) not in kept:
            kept[tile_level, tile_index] = read_tile(tile_level, tile_index)
        part = kept[tile_level, tile_index][first * HASH_LENGTH : (first + (1 << inside)) * HASH_LENGTH]
        if len(part) != HASH_LENGTH << inside:
            raise BadTile("the tile is too narrow")
        return root_of(split_hashes(part))

    return node


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as one file: each with its length in front, two bytes, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_bundle(data: bytes) -> Sequence[bytes]:
    """The entries of a bundle, 1 to 256 of them. Raises BadTile."""
    entries, place = [], 0
    while place < len(data):
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big")
        entries.append(data[start:place])
    if place != len(data) or not 0 < len(entries) <= WIDTH:
        raise BadTile("not a bundle of entries")
    return entries
