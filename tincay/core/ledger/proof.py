"""One file that shows a leaf to stand in the log: it needs no server, and any C2SP verifier reads it.

C2SP tlog-proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tincay.core.ledger.encoding import decode_base64, decode_hash, decode_number, encode_base64
from tincay.core.ledger.merkle import verify_inclusion
from tincay.core.ledger.note import Note, NoteUnsigned, parse_note
from tincay.core.ledger.policy import Policy, Seen

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF = 1024 * 1024
MAX_HASHES = 63


class UnreadableProof(ValueError):
    """The text is not a proof file."""


class QuorumMissing(NoteUnsigned):
    """Fewer witnesses saw the checkpoint than the policy asks for."""


@dataclass(frozen=True)
class Proof:
    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes | None = None

    @property
    def text(self) -> str:
        extra = [] if self.extra is None else [f"extra {encode_base64(self.extra)}"]
        hashes = [encode_base64(sibling) for sibling in self.hashes]
        return "\n".join([HEADER, *extra, f"index {self.index}", *hashes, "", str(self.note)])

    def verify(self, leaf_hash: bytes, policy: Policy) -> Seen:
        """Who saw the checkpoint that holds this leaf. Raises BadProof, NoteUnsigned, QuorumMissing, BadNote."""
        seen = policy.check(self.note)
        verify_inclusion(self.index, seen.checkpoint.size, leaf_hash, self.hashes, seen.checkpoint.root)
        if not seen.quorum_met:
            raise QuorumMissing("too few witnesses saw this checkpoint")
        return seen


def parse_proof(text: str) -> Proof:
    """Read a proof file. Raises UnreadableProof; says nothing about its truth."""
    if len(text) > MAX_PROOF:
        raise UnreadableProof("the file is too long")
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    try:
        proof = _read(lines[1:], parse_note(note)) if lines[0] == HEADER else None
    except (ValueError, IndexError):
        proof = None
    if proof is None or proof.text != text:
        raise UnreadableProof("not a proof file")
    return proof


def _read(lines: Sequence[str], note: Note) -> Proof:
    extra = None
    if lines[0].startswith("extra "):
        extra, lines = decode_base64(lines[0].removeprefix("extra ")), lines[1:]
    if not lines[0].startswith("index ") or len(lines) > MAX_HASHES + 1:
        raise UnreadableProof("not a proof file")
    index = decode_number(lines[0].removeprefix("index "))
    return Proof(index, tuple(decode_hash(line) for line in lines[1:]), note, extra)
