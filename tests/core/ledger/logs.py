"""A small log made in memory with fixed keys, for tests and for the committed vectors."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from tincay.core.ledger.checkpoint import CheckpointBody
from tincay.core.ledger.evidence import write_evidence
from tincay.core.ledger.leaf import commit, event_bytes, opening
from tincay.core.ledger.merkle import NodeReader, hash_leaf, inclusion_proof, root_of
from tincay.core.ledger.note import KeyType, Signer, parse_note
from tincay.core.ledger.policy import NOBODY, Group, Policy, Witness
from tincay.core.ledger.promise import Promise, week_of
from tincay.core.ledger.proof import Proof
from tincay.core.ledger.tiles import WIDTH, TileAddress, bundle, tiles_at

ORIGIN = "tincay.example/log"
NOON = 1_782_795_600
"""2026-06-30 12:00 in Viet Nam, as witnesses count."""
DAY = 86_400


def seed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


LOG = Signer.from_seed(ORIGIN, seed("log"))
W1, W2, W3 = (
    Signer.from_seed(f"w{number}.example/witness", seed(f"witness {number}"), KeyType.COSIGNATURE)
    for number in (1, 2, 3)
)
STRANGER = Signer.from_seed("stranger.example/witness", seed("stranger"), KeyType.COSIGNATURE)


def policy_of(needed: int, *witnesses: Signer, log: Signer = LOG) -> Policy:
    named = {signer.name: Witness(signer.verifier) for signer in witnesses}
    if needed == 0:
        return Policy((log.verifier,), named, {}, NOBODY)
    return Policy((log.verifier,), named, {"quorum": Group(needed, tuple(named))}, "quorum")


def nodes_of(leaf_hashes: Sequence[bytes]) -> NodeReader:
    return lambda level, index: root_of(leaf_hashes[index << level : (index + 1) << level])


@dataclass
class Log:
    """Leaves with their openings, and whoever cosigns its checkpoints."""

    policy: Policy = field(default_factory=lambda: policy_of(1, W1))
    witnesses: Sequence[Signer] = (W1,)
    signer: Signer = LOG
    entries: list[bytes] = field(default_factory=list)
    openings: list[str] = field(default_factory=list)

    def add(self, kind: str = "report_received", day: date = date(2026, 6, 30), **facts: str | int) -> int:
        number = len(self.entries)
        event = event_bytes(kind=kind, day=day, facts={"record": f"{number:032x}", **facts})
        nonce = seed(f"nonce {number}")
        self.entries.append(commit(event, nonce))
        self.openings.append(opening(event, nonce).decode())
        return number

    @property
    def hashes(self) -> list[bytes]:
        return [hash_leaf(entry) for entry in self.entries]

    def note(self, size: int | None = None, time: int = NOON) -> str:
        hashes = self.hashes[:size]
        text = CheckpointBody(self.signer.name, len(hashes), root_of(hashes)).text
        return self.signer.sign(text) + "".join(witness.cosign(text, time) for witness in self.witnesses)

    def proof(self, index: int, size: int | None = None) -> Proof:
        hashes = self.hashes[:size]
        path = inclusion_proof(index, len(hashes), nodes_of(hashes))
        return Proof(index, tuple(path), parse_note(self.note(size)))

    def evidence(self, index: int) -> str:
        return write_evidence(self.proof(index), opening=self.openings[index], policy_note=self.policy_note)

    @property
    def policy_note(self) -> str:
        return self.signer.sign(self.policy.text())

    def promise(self, index: int, day: date = date(2026, 6, 30)) -> str:
        return self.signer.sign(Promise(self.signer.name, self.hashes[index], week_of(day)).text)

    def files(self, history: Sequence[tuple[int, int]] = ()) -> dict[str, bytes]:
        """A copy as it is downloaded; `history` are (size, time) of earlier checkpoints."""
        files = {"checkpoint": self.note().encode(), "policy": self.policy_note.encode()}
        for number, (size, time) in enumerate(history):
            files[f"checkpoints/{number:05}"] = self.note(size, time).encode()
        level, hashes = 0, self.hashes
        for tile in tiles_at(len(self.entries)):
            if tile.level > level:
                starts = range(0, len(hashes) + 1, WIDTH)
                level, hashes = tile.level, [root_of(hashes[a:b]) for a, b in pairwise(starts)]
            part = slice(tile.index * WIDTH, tile.index * WIDTH + tile.width)
            files[f"tile/{tile.path}"] = b"".join(hashes[part])
            if level == 0:
                bundled = TileAddress(0, tile.index, tile.width, "entries")
                files[f"tile/{bundled.path}"] = bundle(self.entries[part])
        return files


def log_of(count: int, **parts: Any) -> Log:
    log = Log(**parts)
    for _ in range(count):
        log.add()
    return log
