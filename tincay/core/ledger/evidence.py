"""The file a reporter keeps: the proof, what her leaf opens to, and whom the install said it trusts.

A tlog-proof whose extra line holds the opening and the signed policy, so that nothing else is needed to
check it (docs/formats/receipt-proof.md). Whether the log's key is the right one, only a comparison with
a printed key can tell; a verifier that has its own policy uses that instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from tincay.core.ledger.encoding import decode_json, encode_json
from tincay.core.ledger.leaf import VIETNAM, Opened, open_leaf
from tincay.core.ledger.note import NoteUnsigned, parse_note
from tincay.core.ledger.policy import Policy, Seen, parse_policy
from tincay.core.ledger.proof import Proof, UnreadableProof, parse_proof

VERSION = 1


class BackDated(ValueError):
    """The leaf was written after the day that its event states."""


@dataclass(frozen=True)
class VerifiedEvidence:
    """What a valid file shows."""

    index: int
    opened: Opened
    seen: Seen
    policy: Policy

    @property
    def registered(self) -> bool:
        """Whether people outside the log saw it, as many as the install chose."""
        return self.policy.has_quorum and self.seen.quorum_met


def write_evidence(proof: Proof, *, opening: str, policy_note: str) -> str:
    """The file to keep. The opening comes from her own key; the browser does the same."""
    extra = encode_json({"opening": opening, "policy": policy_note, "v": VERSION})
    return replace(proof, extra=extra.encode()).text


def verify_evidence(text: str, trusted: Policy | None = None) -> VerifiedEvidence:
    """Check a file from beginning to end, offline. Any changed character raises a ValueError.

    Without a policy of your own, the one in the file is used, if the log that it names signed it.
    """
    proof = parse_proof(text)
    opening, policy_note = _read_extra(proof)
    opened = open_leaf(opening)
    stated = open_policy(policy_note)
    if proof.note.unknown_to(stated.verifiers):
        raise NoteUnsigned("a signature of somebody whom the policy does not name")
    seen = proof.verify(opened.leaf_hash, stated)
    if trusted is not None:
        seen = proof.verify(opened.leaf_hash, trusted)
    return VerifiedEvidence(proof.index, opened, seen, trusted or stated)


def open_policy(note_text: str) -> Policy:
    """The policy that a log signed with the key it names there. Raises BadPolicy, BadNote, NoteUnsigned."""
    note = parse_note(note_text)
    policy = parse_policy(note.text)
    if len(policy.logs) != 1 or note.unknown_to(policy.logs) or not note.signed_by(policy.logs):
        raise NoteUnsigned("the log did not sign its policy")
    return policy


def check_day(verified: VerifiedEvidence, earlier: Iterable[Seen]) -> None:
    """Raise BackDated when a witness saw the log without this leaf on a later day than the leaf states."""
    for seen in earlier:
        if seen.checkpoint.size <= verified.index and latest_day(seen) > verified.opened.day:
            raise BackDated("the leaf was written later than the day it states")


def latest_day(seen: Seen) -> date:
    """The last day on which a witness saw the checkpoint; without witnesses, no day at all."""
    return seen.latest.astimezone(VIETNAM).date() if seen.latest else date.min


def _read_extra(proof: Proof) -> tuple[str, str]:
    try:
        match decode_json((proof.extra or b"").decode()):
            case {"opening": str(opening), "policy": str(policy_note), "v": 1, **rest} if not rest:
                return opening, policy_note
    except ValueError:
        pass
    raise UnreadableProof("the file holds no opening")
