"""Leaves and openings, promises, checkpoints, proofs (leaf.md, promise.md, checkpoint.md, receipt-proof.md)."""

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.independent.base import (
    Json,
    Refused,
    from_base64,
    from_url64,
    has,
    is_code,
    is_count,
    must,
    read_day,
    read_spelled,
    recipient_of,
    verifies,
)
from tests.independent.signed import read_statement

# --- leaves and openings (leaf.md)


@dataclass(frozen=True)
class Leaf:
    """What an opening opens."""

    event: Json
    data: bytes

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(b"\0" + self.data).digest()


def read_event(text: str) -> Json:
    """A flat object of texts and whole numbers with a kind and a day (1 to 3, 5)."""
    event = read_spelled(text)
    must(len(text.encode()) <= 4096 and all(type(each) in (str, int) for each in event.values()), "an event")
    must(is_code(event.get("kind")) and read_day(event.get("day")), "an event")
    must(re.fullmatch("[0-9a-f]{32}", str(event.get("record", "0" * 32))), "the id of a report")
    return event


def read_opening(text: str) -> Leaf:
    """The leaf that an opening opens (7 to 9, 23)."""
    opening = read_spelled(text)
    has(opening, event=str, nonce=str, v=int)
    must(opening["v"] == 1, "an opening")
    nonce = from_base64(opening["nonce"], 32)
    data = b"\x01" + hmac.digest(nonce, opening["event"].encode(), "sha256")
    return Leaf(read_event(opening["event"]), data)


def read_step(text: str, log: "Key", record: str) -> Leaf:
    """The leaf of which this was sealed, made by this log about this report (24)."""
    step = read_spelled(text)
    has(step, opening=str, signature=str, v=int)
    must(step["v"] == 1, "a step")
    read_statement("opening", {"document": step["opening"], "signature": step["signature"]}, log.public)
    leaf = read_opening(step["opening"])
    must(leaf.event.get("record") == record, "a step of another report")
    return leaf


def check_steps(events: Sequence[Json], signing: bytes, words: Json) -> None:
    """All leaves about one report, numbered without a gap; the first names her key and her words (5; words.md 7)."""
    must(events and len({event.get("record") for event in events}) == 1, "an event of another report")
    numbers = [event.get("n") for event in events]
    must(numbers == list(range(1, len(events) + 1)), "an opening is missing")
    document = hashlib.sha256(words["document"].encode()).hexdigest()
    first = events[0].get("kind"), events[0].get("words"), from_url64(events[0].get("signing"), 32)
    must(first == ("report_received", document, signing), "a first leaf of other words")


def read_key_changed(event: Json) -> Json:
    """A key of a desk in the log (6)."""
    has(event, day=str, desk=str, kind=str, number=int, recipient=str, signing=str)
    must(event["kind"] == "key_changed" and event["number"] >= 1 and is_code(event["desk"]), "a desk's key")
    recipient_of(event["recipient"])
    must(event["signing"] == "" or from_url64(event["signing"], 32), "a desk's key")
    return event


def read_day_totals(event: Json) -> dict[str, int]:
    """How many leaves of which kind, from `from` up to `size` (18 and 19)."""
    counts = {name.removeprefix("count_"): each for name, each in event.items() if name.startswith("count_")}
    rest = {name: each for name, each in event.items() if not name.startswith("count_")}
    has(rest, **{"day": str, "floor": int, "from": int, "kind": str, "size": int, "week": str})
    must(event["kind"] == "day_totals" and event["floor"] >= 64 and is_count(event["from"]), "a day's totals")
    year, week, _ = (read_day(event["day"]) - timedelta(days=1)).isocalendar()
    must(event["week"] == f"{year:04}-W{week:02}", "the week of the day before")
    must(all(is_count(each) and each for each in counts.values()), "counts")
    must(sum(counts.values()) == event["size"] - event["from"] > 0, "counts that do not add up")
    return counts


def floors(days: Sequence[tuple[date, int]], following: date) -> list[int]:
    """The floor in force at each checkpoint and at the next, from how many leaves each added (15 and 16)."""
    found = [64]
    for place, day in enumerate([*(day for day, _ in days), following]):
        since = sorted(added for before, added in days[:place] if before >= day - timedelta(days=91))
        within = len(since) * 99 // 100
        found.append(max([found[-1], *since[:within][-1:]]))
    return found[1:]


def check_growth(days: Sequence[tuple[date, int]]) -> None:
    """What each checkpoint added is a positive multiple of the floor in force (15)."""
    in_force = floors(days, date.max)
    must(
        all(added > 0 and not added % floor for (_, added), floor in zip(days, in_force, strict=False)),
        "a floor",
    )


# --- notes, checkpoints, policies (checkpoint.md, C2SP)


@dataclass(frozen=True)
class Key:
    """A verifier key: `name+id+base64(type, public key)`."""

    name: str
    id: bytes
    type: int
    public: bytes

    @classmethod
    def read(cls, text: str) -> "Key":
        name, *rest = text.split("+", 2)
        must(len(rest) == 2 and name, "a verifier key")
        raw = from_base64(rest[1], 33)
        number = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        must(rest[0] == number.hex() and raw[0] in (1, 4), "a verifier key")
        return cls(name, number, raw[0], raw[1:])

    def time(self, text: str, signature: bytes) -> int:
        """When a witness signed this text, 0 for a log; refuses a line that does not fit."""
        stamp = int.from_bytes(signature[:8], "big") if self.type == 4 else 0
        message = f"cosignature/v1\ntime {stamp}\n{text}" if self.type == 4 else text
        must(
            stamp < 2**63 and verifies(self.public, signature[8 * (self.type == 4) :], message.encode()),
            "a line",
        )
        return stamp


@dataclass(frozen=True)
class Note:
    """A text and the lines under it: name, key id, signature."""

    text: str
    lines: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, whole: str) -> "Note":
        text, blank, below = whole.rpartition("\n\n")
        must(blank and below.endswith("\n") and not re.search(r"[\x00-\x09\x0b-\x1f]", whole), "a note")
        found = [re.fullmatch(r"— ([^\s+]+) (\S+)", line) for line in below[:-1].split("\n")]
        must(len(found) <= 100 and all(found), "lines of signatures")
        lines = [(line[1], from_base64(line[2])) for line in found if line]
        return cls(text + "\n", tuple((name, raw[:4], raw[4:]) for name, raw in lines))

    def signed_by(self, keys: Collection[Key]) -> dict[Key, int]:
        """Which of these keys signed, and when; lines of others are ignored (7)."""
        known = {(key.name, key.id): key for key in keys}
        ours = [(known[line[:2]], line[2]) for line in self.lines if line[:2] in known]
        return {key: key.time(self.text, signature) for key, signature in ours}


@dataclass(frozen=True)
class Policy:
    """Whom somebody trusts (C2SP tlog-policy)."""

    logs: tuple[Key, ...]
    witnesses: Mapping[str, Key]
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    quorum: str

    @classmethod
    def read(cls, text: str) -> "Policy":
        logs: list[Key] = []
        witnesses: dict[str, Key] = {}
        groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        quorum: list[str] = []
        for line in text.split("\n"):
            word, *rest = re.split(r"[ \t]+", line.strip(" \t"))
            names = {*witnesses, *groups}
            if word == "log" and len(rest) in (1, 2):
                logs.append(Key.read(rest[0]))
            elif word == "witness" and len(rest) in (2, 3) and rest[0] not in {*names, "none"}:
                witnesses[rest[0]] = Key.read(rest[1])
            elif word == "group" and len(rest) > 2 and rest[0] not in {*names, "none"}:
                members = tuple(rest[2:])
                must(set(members) <= names and len({*members}) == len(members), "members of a group")
                number = {"any": "1", "all": str(len(members))}.get(rest[1], rest[1])
                must(re.fullmatch("[1-9][0-9]{0,3}", number) and int(number) <= len(members), "a threshold")
                groups[rest[0]] = int(number), members
            elif word == "quorum" and len(rest) == 1 and not quorum and rest[0] in {*names, "none"}:
                quorum = rest
            else:
                must(not word or word.startswith("#"), "a line of a policy")
        grouped = [name for _, members in groups.values() for name in members]
        keys = [key.public for key in (*logs, *witnesses.values())]
        must(quorum and len({*grouped}) == len(grouped) and len({*keys}) == len(keys), "a policy")
        must(all(key.type == 1 for key in logs) and all(key.type == 4 for key in witnesses.values()), "types")
        return cls(tuple(logs), witnesses, groups, quorum[0])

    def is_met(self, signed: Collection[Key], name: str | None = None) -> bool:
        name = name or self.quorum
        if name in self.groups:
            number, members = self.groups[name]
            return sum(self.is_met(signed, member) for member in members) >= number
        return name == "none" or self.witnesses[name] in signed


@dataclass(frozen=True)
class Checkpoint:
    """How many leaves a log holds and what they are; `times` of the witnesses that saw it."""

    size: int
    root: bytes
    times: Mapping[str, int]


def read_signed_policy(note: str) -> Policy:
    """The policy of an install: its one log signed it, and nobody else (5; receipt-proof.md 4.3)."""
    read = Note.read(note)
    policy = Policy.read(read.text)
    must(len(policy.logs) == 1, "one log")
    must(len(read.lines) == 1 and read.signed_by(policy.logs), "a policy that its log signed")
    return policy


def read_checkpoint(note: str, policy: Policy) -> Checkpoint:
    """A checkpoint of a log of the policy with as many witnesses as it asks for (1, 4, 6 to 9)."""
    read = Note.read(note)
    found = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n(\S+)\n", read.text)
    origin, size, root = found.groups() if found else ("", "", "")
    logs = [key for key in policy.logs if key.name == origin]
    must(found and logs and read.signed_by(logs), "a checkpoint that its log signed")
    signed = read.signed_by(policy.witnesses.values())
    must(policy.is_met(signed), "fewer witnesses than the policy asks for")
    return Checkpoint(int(size), from_base64(root, 32), {key.name: time for key, time in signed.items()})


def check_inclusion(leaf: bytes, index: int, path: Sequence[bytes], tree: Checkpoint) -> None:
    """RFC 9162, section 2.1.3.2."""
    must(index < tree.size, "an index beyond the tree")
    place, last, found = index, tree.size - 1, leaf
    for beside in path:
        must(last, "a path that is too long")
        is_right = place & 1 or place == last
        found = hashlib.sha256(b"\x01" + (beside + found if is_right else found + beside)).digest()
        while is_right and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    must(last == 0 and found == tree.root, "a leaf that is not in the tree")


def read_promise(note: str, log: Key) -> tuple[bytes, str]:
    """The hash of a leaf, and the week in which the log promised to take it (promise.md 1, 2, 6)."""
    read = Note.read(note)
    origin = re.escape(f"origin {log.name}")
    lines = rf"tincay-promise/v1\n{origin}\nleaf (\S+)\nweek ([0-9]{{4}})-W([0-9]{{2}})\nwithin 24h\n"
    found = re.fullmatch(lines, read.text)
    leaf, year, week = found.groups() if found else ("", "1", "1")
    must(found and log.type == 1 and read.signed_by([log]), "a promise that this log signed")
    try:
        date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        raise Refused("a week") from None
    return from_base64(leaf, 32), f"{year}-W{week}"


# --- the file that she keeps (receipt-proof.md)


@dataclass(frozen=True)
class Proof:
    """What a proof file shows."""

    leaf: Leaf
    index: int
    checkpoint: Checkpoint
    log: str
    registered: bool


def read_proof(text: str, trusted: Policy | None = None) -> Proof:
    """A valid `.tlog-proof` of a step, under its own policy and, if given, also under a trusted one (4)."""
    upper, _, rest = text.partition("\n\n")
    version, extra, index, *path = [*upper.split("\n"), "", ""]
    must(version == "c2sp.org/tlog-proof@v1" and extra.startswith("extra "), "a proof with an opening")
    must(re.fullmatch("index (0|[1-9][0-9]{0,18})", index), "an index")
    try:
        held = read_spelled(from_base64(extra.removeprefix("extra ")).decode())
    except UnicodeDecodeError:
        raise Refused("UTF-8") from None
    has(held, opening=str, policy=str, v=int)
    must(held["v"] == 1, "a proof with an opening")
    leaf = read_opening(held["opening"])
    policy = read_signed_policy(held["policy"])
    keys = {(key.name, key.id) for key in (*policy.logs, *policy.witnesses.values())}
    must(all(line[:2] in keys for line in Note.read(rest).lines), "a line of a stranger")
    hashes = [from_base64(each, 32) for each in path[: len(upper.split("\n")) - 3]]
    place = int(index.removeprefix("index "))
    for each in (policy, trusted) if trusted else (policy,):
        checkpoint = read_checkpoint(rest, each)
        check_inclusion(leaf.hash, place, hashes, checkpoint)
    own = read_checkpoint(rest, policy)
    return Proof(leaf, place, own, policy.logs[0].name, policy.quorum != "none")
