"""Whom an install trusts: the log's key, its witnesses, and how many of them must have seen a checkpoint.

C2SP tlog-policy.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from tincay.core.ledger.checkpoint import CheckpointBody, parse_checkpoint
from tincay.core.ledger.encoding import decode_number
from tincay.core.ledger.note import BadVerifierKey, KeyType, Note, NoteUnsigned, Verifier, parse_vkey

NOBODY = "none"
MAX_LINES = 200


class BadPolicy(ValueError):
    """The text is not a policy."""


class Witness(NamedTuple):
    verifier: Verifier
    url: str = ""


class Group(NamedTuple):
    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """A checkpoint that the log signed, with the witnesses that saw it and when (POSIX seconds)."""

    checkpoint: CheckpointBody
    log: Verifier
    times: Mapping[str, int]
    quorum_met: bool

    @property
    def latest(self) -> datetime | None:
        """The last moment at which a witness saw it. Without witnesses there is no time to rely on."""
        return datetime.fromtimestamp(max(self.times.values()), UTC) if self.times else None


@dataclass(frozen=True)
class Policy:
    logs: tuple[Verifier, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NOBODY

    @property
    def has_quorum(self) -> bool:
        """Whether anybody outside the log has to agree. Without it nothing may be called registered."""
        return self.quorum != NOBODY

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        return (*self.logs, *(witness.verifier for witness in self.witnesses.values()))

    def met_by(self, names: Collection[str]) -> bool:
        """Whether cosignatures of these witnesses satisfy the quorum."""
        return self.quorum == NOBODY or self._agrees(self.quorum, names)

    def _agrees(self, name: str, names: Collection[str]) -> bool:
        if name in self.witnesses:
            return name in names
        group = self.groups[name]
        return sum(self._agrees(member, names) for member in group.members) >= group.needed

    def check(self, note: Note) -> Seen:
        """The checkpoint in a note, if a log of this policy signed it. Raises NoteUnsigned, BadCheckpoint."""
        checkpoint = parse_checkpoint(note.text)
        signed = note.signed_by(self.verifiers)
        log = next((key for key in self.logs if key in signed and key.name == checkpoint.origin), None)
        if log is None:
            raise NoteUnsigned("no trusted log signed this checkpoint")
        times = {name: signed[key] for name, (key, _) in self.witnesses.items() if key in signed}
        return Seen(checkpoint, log, times, self.met_by(times))

    def text(self, *, with_urls: bool = False) -> str:
        """The policy in one spelling: without comments, and for the public without addresses."""
        lines = [f"log {key.vkey}" for key in self.logs]
        for name, (key, url) in self.witnesses.items():
            lines.append(f"witness {name} {key.vkey}" + (f" {url}" if url and with_urls else ""))
        for name, group in self.groups.items():
            lines.append(f"group {name} {group.needed} {' '.join(group.members)}")
        return "\n".join([*lines, f"quorum {self.quorum}", ""])


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises BadPolicy with the line that is wrong."""
    if any((letter < " " and letter not in "\t\n") or letter == "\x7f" for letter in text):
        raise BadPolicy("a control character")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise BadPolicy("too many lines")
    reader = _Reader()
    for number, line in enumerate(lines, 1):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if words and not words[0].startswith("#"):
            try:
                reader.read(words)
            except ValueError as wrong:
                raise BadPolicy(f"line {number}: {wrong}") from None
    return reader.policy()


class _Reader:
    """Collects the lines of one policy; a name must be defined above the line that uses it."""

    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.used: set[str] = set()
        self.quorum: str | None = None

    def read(self, words: Sequence[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self.add_log(_key(vkey, KeyType.ED25519))
            case ["witness", name, vkey]:
                self.add_witness(name, Witness(_key(vkey, KeyType.COSIGNATURE)))
            case ["witness", name, vkey, url]:
                self.add_witness(name, Witness(_key(vkey, KeyType.COSIGNATURE), url))
            case ["group", name, needed, *members] if members:
                self.add_group(name, needed, tuple(members))
            case ["quorum", name]:
                self.set_quorum(name)
            case _:
                raise ValueError("not a line of a policy")

    def add_log(self, key: Verifier) -> None:
        if key.public in [other.public for other in self.logs]:
            raise ValueError("a key stands twice")
        self.logs.append(key)

    def add_witness(self, name: str, witness: Witness) -> None:
        self.check_new(name)
        if witness.verifier.public in [other.verifier.public for other in self.witnesses.values()]:
            raise ValueError("a key stands twice")
        self.witnesses[name] = witness

    def add_group(self, name: str, needed: str, members: tuple[str, ...]) -> None:
        self.check_new(name)
        for member in members:
            if not self.knows(member) or member in self.used:
                raise ValueError("a member is unknown, or counted twice")
            self.used.add(member)
        count = {"any": 1, "all": len(members)}.get(needed) or decode_number(needed)
        if not 1 <= count <= len(members):
            raise ValueError("more agreement is asked for than there are members")
        self.groups[name] = Group(count, members)

    def set_quorum(self, name: str) -> None:
        if self.quorum is not None or not (name == NOBODY or self.knows(name)):
            raise ValueError("one quorum, of a name defined above")
        self.quorum = name

    def knows(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def check_new(self, name: str) -> None:
        if name == NOBODY or self.knows(name):
            raise ValueError("the name is taken")

    def policy(self) -> Policy:
        if self.quorum is None:
            raise BadPolicy("no quorum line")
        return Policy(tuple(self.logs), self.witnesses, self.groups, self.quorum)


def _key(vkey: str, key_type: KeyType) -> Verifier:
    key = parse_vkey(vkey)
    if key.key_type is not key_type:
        raise BadVerifierKey("a key of the wrong type")
    return key
