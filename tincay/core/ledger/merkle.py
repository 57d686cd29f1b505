"""The tree over all leaves: its one root hash changes when any leaf is dropped, altered or moved.

RFC 6962 section 2.1 (hashes, proofs); the checks follow RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""(level, index) → hash of the complete subtree over leaves [index << level, (index + 1) << level)."""


class BadProof(ValueError):
    """The hashes given do not lead to the root that was signed."""


def hash_leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def hash_pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, largest first. Enough to append."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError("a frontier has one hash for each bit that is set in its size")

    @classmethod
    def of_bytes(cls, size: int, data: bytes) -> "Frontier":
        """The frontier as it is stored, one hash after another. Raises ValueError."""
        if len(data) != 32 * size.bit_count():
            raise ValueError("a frontier has one hash for each bit that is set in its size")
        return cls(size, tuple(data[start : start + 32] for start in range(0, len(data), 32)))

    def append(self, leaf_hash: bytes) -> "Frontier":
        """The frontier after one more leaf. Costs one hash on average."""
        hashes, node, size = list(self.hashes), leaf_hash, self.size
        while size & 1:
            node = hash_pair(hashes.pop(), node)
            size >>= 1
        return Frontier(self.size + 1, (*hashes, node))

    def root(self) -> bytes:
        return fold(self.hashes)


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of falling size; of nothing, the root of the empty tree."""
    if not hashes:
        return EMPTY_ROOT
    node = hashes[-1]
    for left in reversed(hashes[:-1]):
        node = hash_pair(left, node)
    return node


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over these leaves, computed level by level."""
    level = list(leaf_hashes)
    sha256 = hashlib.sha256  # this line and the next are where a proof spends its time
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + level[len(level) & ~1 :]
    return level[0] if level else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """The hashes from the leaf's sibling up to the root's child. Raises IndexError outside the tree."""
    if not 0 <= index < size:
        raise IndexError("no such leaf in a tree of this size")
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_hash(middle, end, node))
            end = middle
        else:
            proof.append(_range_hash(start, middle, node))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, node: NodeReader) -> list[bytes]:
    """The hashes that show a tree of `new` leaves to begin with the tree of `old` leaves."""
    if not 0 <= old <= new:
        raise IndexError("the old tree is larger than the new one")
    if old == 0:
        return []
    start, end, proof = 0, new, []
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_hash(middle, end, node))
            end = middle
        else:
            proof.append(_range_hash(start, middle, node))
            start = middle
    if start > 0:
        proof.append(_range_hash(start, end, node))
    return proof[::-1]


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Return when the leaf stands at this index of the tree with this root; otherwise raise BadProof."""
    if not 0 <= index < size:
        raise BadProof("the index lies outside the tree")
    place, last, node = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if place & 1 or place == last:
            node = hash_pair(sibling, node)
            place, last = _climb(place, last)
        else:
            node = hash_pair(node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise BadProof("the proof is too short")
    if node != root:
        raise BadProof("the proof leads to another root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Return when the new tree begins with the old one, leaf for leaf; otherwise raise BadProof."""
    if not 0 <= old <= new:
        raise BadProof("the log became shorter")
    if old in (0, new):
        _verify_trivial(old, new, old_root, new_root, proof)
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise BadProof("the proof is too short")
    _walk_both(old, new, old_root, new_root, path)


def _verify_trivial(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    if proof:
        raise BadProof("the proof is too long")
    if old == 0 and old_root != EMPTY_ROOT:
        raise BadProof("the empty tree has another root")
    if old == new and old_root != new_root:
        raise BadProof("one size, two roots")


def _walk_both(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    place, last = _skip_ones(old - 1, new - 1)
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if place & 1 or place == last:
            old_node = hash_pair(sibling, old_node)
            new_node = hash_pair(sibling, new_node)
            place, last = _climb(place, last)
        else:
            new_node = hash_pair(new_node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise BadProof("the proof is too short")
    if (old_node, new_node) != (old_root, new_root):
        raise BadProof("the log was rewritten")


def _skip_ones(place: int, last: int) -> tuple[int, int]:
    while place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _climb(place: int, last: int) -> tuple[int, int]:
    """Skip the levels at which a node at the right edge has no sibling."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _split(count: int) -> int:
    """The largest power of two below count, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(start: int, end: int, node: NodeReader) -> bytes:
    return fold([node(level, index) for level, index in _complete_subtrees(start, end)])


def _complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """(level, index) of the complete subtrees of a range that a proof asks for, largest first."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level
