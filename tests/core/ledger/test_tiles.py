"""Tiles are named and cut as C2SP tlog-tiles says, and every proof can be computed from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.core.ledger.logs import log_of, nodes_of
from tincay.core.ledger.encoding import MAX_SIZE
from tincay.core.ledger.merkle import inclusion_proof
from tincay.core.ledger.tiles import (
    BadTile,
    TileAddress,
    bundle,
    node_reader,
    parse_bundle,
    parse_tile_path,
    split_hashes,
    tiles_at,
    width_at,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileAddress(0, 1234067), "0/x001/x234/067"),
        (TileAddress(0, 0), "0/000"),
        (TileAddress(63, 5, 255), "63/005.p/255"),
        (TileAddress(2, 1000, 1), "2/x001/000.p/1"),
        (TileAddress(0, 273, 112, "entries"), "entries/273.p/112"),
    ],
)
def test_a_tile_has_the_path_of_the_standard(tile: TileAddress, path: str) -> None:
    assert tile.path == path
    assert parse_tile_path(path) == tile


@given(
    some.builds(
        TileAddress,
        some.integers(0, 63),
        some.integers(0, MAX_SIZE),
        some.integers(1, 256),
    )
)
def test_every_path_is_read_back(tile: TileAddress) -> None:
    assert parse_tile_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "0", "0/", "0/1", "0/0001", "0/x000/001", "0/001/002", "0/x001", "00/001", "64/001", "-1/001",
        "0/001.p/0", "0/001.p/256", "0/001.p/01", "0/001.p/", "0/001.p/999", "entries/1", "data/001",
        "0/../001", "0/001/", "/0/001", "0/001\n", "0/٠٠١", "0/x999/x999/x999/x999/x999/x999/999",
    ],
)  # fmt: skip
def test_another_spelling_names_no_tile(path: str) -> None:
    with pytest.raises(BadTile):
        parse_tile_path(path)


def test_a_tree_of_70_000_leaves_has_the_tiles_that_the_standard_counts() -> None:
    tiles = list(tiles_at(70_000))
    assert [sum(tile.level == level and tile.width == 256 for tile in tiles) for level in (0, 1, 2)] == [
        273,
        1,
        0,
    ]
    assert [tile.path for tile in tiles if tile.width < 256] == ["0/273.p/112", "1/001.p/17", "2/000.p/1"]


def test_a_tree_of_256_leaves_has_a_full_tile_and_one_above() -> None:
    assert [tile.path for tile in tiles_at(256)] == ["0/000", "1/000.p/1"]


@given(some.integers(0, 200_000))
def test_tiles_hold_each_complete_hash_once(size: int) -> None:
    for level in range(3):
        widths = [tile.width for tile in tiles_at(size) if tile.level == level]
        assert sum(widths) == size >> (8 * level)
    assert width_at(0, (size // 256) + 1, size) == 0


@pytest.mark.parametrize("size", [1, 5, 255, 256, 257, 600])
def test_proofs_from_tiles_are_those_of_the_tree(size: int) -> None:
    log = log_of(size)
    files = log.files()
    tiles = {(tile.level, tile.index): files[f"tile/{tile.path}"] for tile in tiles_at(size)}
    for index in {0, size // 2, size - 1}:
        from_tiles = inclusion_proof(index, size, node_reader(lambda level, place: tiles[level, place]))
        assert from_tiles == inclusion_proof(index, size, nodes_of(log.hashes))


def test_a_tile_that_is_too_narrow_is_noticed() -> None:
    read = node_reader(lambda level, index: bytes(32))
    assert read(0, 0) == bytes(32)
    with pytest.raises(BadTile, match="narrow"):
        read(1, 0)


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33), bytes(32 * 257)])
def test_a_tile_holds_whole_hashes(data: bytes) -> None:
    with pytest.raises(BadTile):
        split_hashes(data)


@given(some.lists(some.binary(max_size=100), min_size=1, max_size=256))
def test_entries_are_read_back_from_their_bundle(entries: list[bytes]) -> None:
    assert parse_bundle(bundle(entries)) == entries


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x02a", b"\x00\x01ab", b"\x00\x00" * 257])
def test_a_cut_bundle_is_noticed(data: bytes) -> None:
    with pytest.raises(BadTile):
        parse_bundle(data)
