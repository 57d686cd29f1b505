"""The tree is that of RFC 6962, and no other order, number or content of leaves has the same proofs."""

import hashlib
from collections.abc import Sequence

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.core.ledger.logs import nodes_of
from tincay.core.ledger.merkle import (
    EMPTY_ROOT,
    BadProof,
    Frontier,
    consistency_proof,
    hash_leaf,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves and roots with which Certificate Transparency implementations are tested.
KNOWN_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

entries = some.lists(some.binary(max_size=40), max_size=70)


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def appended(leaves: Sequence[bytes]) -> Frontier:
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(hash_leaf(leaf))
    return frontier


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_that_other_implementations_get(count: int) -> None:
    assert appended(KNOWN_LEAVES[:count]).root().hex() == KNOWN_ROOTS[count - 1]


def test_the_empty_log_has_a_root() -> None:
    assert Frontier().root() == EMPTY_ROOT == root_of([])


@given(entries)
def test_the_root_is_that_of_the_standard(leaves: list[bytes]) -> None:
    assert appended(leaves).root() == root_of([hash_leaf(leaf) for leaf in leaves]) == mth(leaves)


@pytest.mark.parametrize(("size", "hashes"), [(-1, ()), (1, ()), (3, (b"",))])
def test_a_frontier_that_cannot_be_is_refused(size: int, hashes: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="one hash for each bit"):
        Frontier(size, hashes)


@pytest.fixture(scope="module")
def oracle() -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(70):
        tree.append_entry(bytes([number]))
    return tree


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 70])
def test_an_independent_tree_agrees_on_roots_and_paths(oracle: pymerkle.InmemoryTree, size: int) -> None:
    leaves = [hash_leaf(bytes([number])) for number in range(size)]
    assert root_of(leaves) == oracle.get_root(size)
    for index in range(size):
        path = [
            bytes.fromhex(sibling) for sibling in oracle.prove_inclusion(index + 1, size).serialize()["path"]
        ]
        assert [leaves[index], *inclusion_proof(index, size, nodes_of(leaves))] == path


@pytest.mark.parametrize("new", [1, 2, 7, 8, 33, 64, 70])
def test_an_independent_verifier_accepts_our_roots_as_one_history(
    oracle: pymerkle.InmemoryTree, new: int
) -> None:
    leaves = [hash_leaf(bytes([number])) for number in range(new)]
    for old in range(1, new):
        theirs = oracle.prove_consistency(old, new)
        pymerkle.verify_consistency(root_of(leaves[:old]), root_of(leaves), theirs)
        ours = consistency_proof(old, new, nodes_of(leaves))
        verify_consistency(old, new, root_of(leaves[:old]), root_of(leaves), ours)


@pytest.mark.parametrize("size", [*range(1, 20), 255, 256, 257])
def test_every_leaf_can_be_proven_and_nowhere_else(size: int) -> None:
    leaves = [hash_leaf(number.to_bytes(2, "big")) for number in range(size)]
    root = root_of(leaves)
    for index in range(0, size, 1 + size // 20):
        proof = inclusion_proof(index, size, nodes_of(leaves))
        verify_inclusion(index, size, leaves[index], proof, root)
        for other in {0, index ^ 1, index + 1, size - 1} - {index}:
            with pytest.raises(BadProof):
                verify_inclusion(other, size, leaves[index], proof, root)


@given(some.data())
def test_a_changed_inclusion_proof_is_refused(data: some.DataObject) -> None:
    size = data.draw(some.integers(2, 70))
    index = data.draw(some.integers(0, size - 1))
    leaves = [hash_leaf(bytes([number])) for number in range(size)]
    proof = inclusion_proof(index, size, nodes_of(leaves))
    place = data.draw(some.integers(0, len(proof) - 1))
    changed = data.draw(
        some.sampled_from(
            [
                [*proof[:place], hash_leaf(b"other"), *proof[place + 1 :]],
                proof[:place] + proof[place + 1 :],
                [*proof, hash_leaf(b"more")],
                [hash_leaf(b"more"), *proof],
            ]
        )
    )
    with pytest.raises(BadProof):
        verify_inclusion(index, size, leaves[index], changed, root_of(leaves))


@given(some.data())
def test_growth_can_be_proven_and_rewriting_cannot(data: some.DataObject) -> None:
    new = data.draw(some.integers(1, 70))
    old = data.draw(some.integers(0, new))
    leaves = [hash_leaf(bytes([number])) for number in range(new)]
    proof = consistency_proof(old, new, nodes_of(leaves))
    verify_consistency(old, new, root_of(leaves[:old]), root_of(leaves), proof)
    if old:
        place = data.draw(some.integers(0, old - 1))
        before = [*leaves[:place], hash_leaf(b"other"), *leaves[place + 1 : old]]
        with pytest.raises(BadProof):
            verify_consistency(old, new, root_of(before), root_of(leaves), proof)


@given(some.data())
def test_a_changed_consistency_proof_is_refused(data: some.DataObject) -> None:
    new = data.draw(some.integers(2, 70))
    old = data.draw(some.integers(1, new - 1))
    leaves = [hash_leaf(bytes([number])) for number in range(new)]
    proof = consistency_proof(old, new, nodes_of(leaves))
    place = data.draw(some.integers(0, len(proof) - 1))
    changed = data.draw(
        some.sampled_from(
            [
                [*proof[:place], hash_leaf(b"other"), *proof[place + 1 :]],
                proof[:place] + proof[place + 1 :],
                [*proof, hash_leaf(b"more")],
                [],
            ]
        )
    )
    with pytest.raises(BadProof):
        verify_consistency(old, new, root_of(leaves[:old]), root_of(leaves), changed)


@pytest.mark.parametrize(
    ("old", "new", "old_root", "proof", "why"),
    [
        (5, 4, EMPTY_ROOT, [], "shorter"),
        (-1, 4, EMPTY_ROOT, [], "shorter"),
        (0, 4, hash_leaf(b""), [], "empty tree"),
        (0, 4, EMPTY_ROOT, [EMPTY_ROOT], "too long"),
        (4, 4, hash_leaf(b""), [], "two roots"),
        (3, 4, EMPTY_ROOT, [], "too short"),
    ],
)
def test_a_history_that_cannot_be_is_refused(
    old: int, new: int, old_root: bytes, proof: list[bytes], why: str
) -> None:
    with pytest.raises(BadProof, match=why):
        verify_consistency(old, new, old_root, root_of([EMPTY_ROOT] * max(new, 0)), proof)


def test_a_leaf_outside_the_tree_has_no_proof() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(3, 3, nodes_of([]))
    with pytest.raises(IndexError):
        consistency_proof(4, 3, nodes_of([]))
    with pytest.raises(BadProof, match="outside"):
        verify_inclusion(3, 3, EMPTY_ROOT, [], EMPTY_ROOT)
