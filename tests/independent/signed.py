"""Signed statements of each kind (statement.md, words.md, grant.md, routing.md, rewrap.md, receipt.md)."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.independent.base import (
    Json,
    Refused,
    from_url64,
    has,
    hkdf,
    is_code,
    must,
    public_of,
    read_day,
    read_spelled,
    recipient_of,
    signing_of,
    verifies,
)

# --- signed statements (statement.md)

LABELS = {
    "words": "tincay/words/v1",
    "grant": "tincay/grant/v2",
    "reply": "tincay/reply/v1",
    "desk-key": "tincay/desk-key/v1",
    "member": "tincay/member/v1",
    "routing": "tincay/routing/v1",
    "receipt-change": "tincay/receipt-change/v1",
    "opening": "tincay/opening/v1",
}


def read_statement(kind: str, statement: Mapping[str, Any], public: bytes) -> Json:
    """The document of a statement of this kind that this key signed (1 to 4)."""
    has(statement, document=str, signature=str)
    signature = from_url64(statement["signature"], 64)
    message = LABELS[kind].encode() + b"\0" + statement["document"].encode("utf-8", "replace")
    must(verifies(public, signature, message), "a signature of this kind and key")
    return read_spelled(statement["document"])


# --- who wrote what (words.md)

CODES = {"kind_group", "priority", "retention_class"}
HEX_32 = re.compile("[0-9a-f]{64}")


def read_words(statement: Mapping[str, Any], signing: bytes) -> Json:
    """One statement of hers over what she sealed (Her words, 1 to 5)."""
    words = read_statement("words", statement, signing)
    has(words, codes=dict, compartments=dict, desk=str, desk_signing=str, key=str, kind=str, n=int, v=int)
    must(words["v"] == 1 and words["n"] >= 1 and is_code(words["desk"]), "her words")
    must(words["kind"] in {"report", "message", "words"}, "a kind of her words")
    from_url64(words["desk_signing"], 32)
    from_url64(words["key"], 16)
    for part in words["compartments"].values():
        has(part, recipient=str, sealed=list)
        recipient_of(part["recipient"])
        must(all(isinstance(each, str) and HEX_32.fullmatch(each) for each in part["sealed"]), "hashes")
    names = words["codes"].keys()
    must(names == CODES if words["kind"] == "report" else names <= {"priority"}, "what goes in the clear")
    return words


def read_story(statements: Sequence[Mapping[str, Any]], signing: bytes) -> list[Json]:
    """All her statements, numbered from 1 without a gap (Her words, 2 and 8)."""
    story = [read_words(statement, signing) for statement in statements]
    must(story and [words["n"] for words in story] == list(range(1, len(story) + 1)), "a gap in her words")
    return story


def named(story: Sequence[Json], recipient: str) -> list[str]:
    """The hashes of all that she sealed to this key, in her order (Her words, 3)."""
    parts = [part for words in story for part in words["compartments"].values()]
    return [each for part in parts if part["recipient"] == recipient for each in part["sealed"]]


def pins(story: Sequence[Json], thread: str) -> set[bytes]:
    """The keys under which a desk may answer in this thread, but for what follows them (A desk's reply)."""
    named = (words for words in story if words["compartments"].get("thread", {}).get("recipient") == thread)
    return {from_url64(words["desk_signing"], 32) for words in named}


def check_hers(story: Sequence[Json], recipient: str, sealed: Sequence[bytes]) -> None:
    """Nothing that she did not name is there, and nothing of it is missing (Her words, 9)."""
    there = [hashlib.sha256(each).hexdigest() for each in sealed]
    must(there == named(story, recipient), "sealed words that she did not name, or that are missing")


def desk_signing_of(identity: bytes) -> bytes:
    """What verifies the statements of a desk with this identity (A desk's reply, 10)."""
    return signing_of(hkdf(identity, "tincay/desk/sign"))


@dataclass(frozen=True)
class Place:
    """What the page says of a message: where it stands, and on which days it may have been signed."""

    thread: str
    key: str
    kind: str
    by: int
    days: Collection[str] = ()


def read_reply(document: Mapping[str, Any], keys: Collection[bytes], place: Place) -> str:
    """The words of a desk whose key is one of these, at this place and no other (A desk's reply, 11 to 13)."""
    has(document, v=int, reply=str, signature=str)
    reply = read_spelled(document["reply"])
    signing = from_url64(reply.get("signing"), 32)
    must(document["v"] == 1 and signing in keys, "a desk that she does not know")
    read_statement("reply", {"document": document["reply"], "signature": document["signature"]}, signing)
    has(reply, by=int, day=str, desk=str, key=str, kind=str, signing=str, thread=str, v=int, words=str)
    must(reply["v"] == 1 and reply["kind"] in {"message", "question", "answer"}, "a reply")
    read_day(reply["day"])
    said = Place(reply["thread"], reply["key"], reply["kind"], reply["by"], place.days)
    must(said == place and (not place.days or reply["day"] in place.days), "another place")
    return str(reply["words"])


# --- consent (grant.md)

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
RECEIVER = re.compile(rf"(desk|body):[a-z0-9][a-z0-9_-]*|service:{UUID}")
HERS_ALONE = {"share_police_named", "story", "research"}
TO_SOMEBODY = {"share_service", "share_police_anon", "share_police_named"}


def read_grant(statement: Mapping[str, Any], signing: bytes) -> Json:
    """A yes or a no, signed with the key behind its `signer` (1 to 3, 6)."""
    grant = read_statement("grant", statement, signing)
    ends = str if grant.get("until") is not None else type(None)
    to = str if grant.get("receiver") is not None else type(None)
    has(
        grant,
        scope=str,
        receiver=to,
        items=list,
        given=bool,
        method=str,
        n=int,
        signer=str,
        text=str,
        day=str,
        until=ends,
        v=int,
    )
    items = grant["items"]
    must(
        grant["v"] == 2 and grant["n"] >= 1 and is_code(grant["scope"]) and is_code(grant["method"]),
        "a grant",
    )
    must(to is not str or RECEIVER.fullmatch(grant["receiver"]), "a receiver")
    must(all(isinstance(item, str) for item in items) and items == sorted(set(items)), "sorted items")
    read_day(grant["day"])
    must(ends is not str or read_day(grant["until"]), "a day")
    must(re.fullmatch(r"receipt|staff:[1-9][0-9]*", grant["signer"]), "a signer")
    spoken = grant["signer"] != "receipt" and grant["given"]
    must(not spoken or grant["scope"] not in HERS_ALONE, "a yes that she alone can say")
    return grant


def allows(said: Sequence[Json], scope: str, receiver: str | None, item: str, day: str) -> bool:
    """Whether she allows it on that day; `said` as it came, item "" the purpose itself (3 to 7)."""
    last: dict[str, int] = {}
    counting: dict[str, Json] = {}
    for grant in said:
        must(grant["n"] > last.get(grant["signer"], 0), "a number that is not larger")
        last[grant["signer"]] = grant["n"]
        no = not grant["given"]
        is_wish = not no and grant["receiver"] is None and scope in TO_SOMEBODY
        about_it = item in (grant["items"] or [item if no else ""])
        to_it = grant["receiver"] == receiver or (no and grant["receiver"] is None)
        if grant["scope"] == scope and about_it and to_it and not is_wish:
            counting[grant["signer"]] = grant
    words = [counting["receipt"]] if "receipt" in counting else list(counting.values())
    return bool(words) and all(one["given"] and (not one["until"] or day <= one["until"]) for one in words)


# --- a new code (receipt.md)


def follow_receipts(first: bytes, changes: Sequence[Mapping[str, Any]]) -> bytes:
    """The verifying key of the code in force, from the one that the first leaf names (A new code, 1 and 2)."""
    signing = first
    for change in changes:
        document = read_statement("receipt-change", change, signing)
        has(document, recipient=str, signing=str, v=int)
        recipient_of(document["recipient"])
        must(document["v"] == 1, "a new code")
        signing = from_url64(document["signing"], 32)
    return signing


def check_signed_again(after: Sequence[Json], before: Sequence[Json]) -> None:
    """The new code has signed what the old one signed, word for word and no more (A new code, 3)."""
    must(list(after) == list(before), "words that the old code signed")


# --- where reports go, desk keys, members (routing.md, rewrap.md)


def _key(document: Mapping[str, Any]) -> Json:
    """The public halves of one key of a desk."""
    must(
        type(document["number"]) is int and document["number"] >= 1 and is_code(document["desk"]),
        "a desk's key",
    )
    recipient_of(document["recipient"])
    from_url64(document["signing"], 32)
    return {name: document[name] for name in ("desk", "number", "recipient", "signing")}


def read_desk_key(statement: Mapping[str, Any], signing: bytes) -> Json:
    """A later key of a desk, signed with the key before it (routing.md 3)."""
    document = read_statement("desk-key", statement, signing)
    has(document, desk=str, number=int, recipient=str, signing=str, v=int)
    must(document["v"] == 1, "a desk's key")
    return _key(document)


def follow(first: Json, later: Sequence[Mapping[str, Any]]) -> Json:
    """A desk's present key: the last of a chain of the same desk, each number one higher (routing.md 3)."""
    present = first
    for statement in later:
        following = read_desk_key(statement, from_url64(present["signing"], 32))
        fits = (following["desk"], following["number"]) == (present["desk"], present["number"] + 1)
        must(fits, "a key that follows")
        present = following
    return present


def successors(pinned: Iterable[bytes], later: Sequence[Mapping[str, Any]]) -> set[bytes]:
    """These keys and all that follow from them, in whatever order the statements come (words.md 13)."""
    known, grown = set(pinned), True
    while grown:
        found = {following for key in known for following in _signed_by(key, later)}
        known, grown = known | found, not found <= known
    return known


def _signed_by(key: bytes, later: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    for statement in later:
        with suppress(Refused):
            yield from_url64(read_desk_key(statement, key)["signing"], 32)


def read_routing(install: str, statement: Mapping[str, Any]) -> Json:
    """Which desks receive, under which keys, for which province (routing.md 1 and 2)."""
    routing = read_statement("routing", statement, from_url64(install, 32))
    has(routing, default=str, desks=dict, origin=str, provinces=dict, serial=int, v=int)
    desks = routing["desks"]
    for code, desk in desks.items():
        has(desk, case=str, number=int, recipient=str, signing=str, state=bool)
        _key({**desk, "desk": code})
    led_to = {*routing["provinces"].values(), *(desk["case"] for desk in desks.values())}
    must(led_to <= desks.keys() and routing["default"] in desks, "a desk that is not named")
    must(routing["v"] == 1 and not desks[routing["default"]]["state"], "a default of the state")
    return routing


def present_keys(routing: Json, later: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Json]:
    """The present key of each desk (routing.md 3 to 5)."""
    return {
        code: follow(_key({**desk, "desk": code}), later.get(code, ()))
        for code, desk in routing["desks"].items()
    }


def check_voucher(voucher: Mapping[str, Any], desk: Json, recipient: str) -> None:
    """The desk's word that this public key is a member's (rewrap.md 8)."""
    document = read_statement("member", voucher, from_url64(desk["signing"], 32))
    expected = {"desk": desk["desk"], "of": desk["recipient"], "recipient": recipient, "v": 1}
    must(document == expected, "a voucher for somebody else")


def present_key(told: Mapping[str, Any], desk: str) -> Json | None:
    """A desk's key as `begin` lets it be followed (rewrap.md 13); None before its first one."""
    statements, by = told["statements"], told["routed"]
    named = read_routing(by["install"], by["statement"])["desks"] if by else {}
    first = _key({**named[desk], "desk": desk}) if desk in named else None
    if first is None and statements:
        document = read_spelled(statements[0]["document"])
        has(document, desk=str, number=int, recipient=str, signing=str, v=int)
        first = _key(document)
        must((document["v"], first["desk"], first["number"]) == (1, desk, 1), "a first key")
    return follow(first, statements[first["number"] :]) if first else None


def check_opened(told: Mapping[str, Any], desk: str, old: bytes | None, new: bytes | None) -> int:
    """The number of the desk's key, where these identities are its own (rewrap.md 14 and 15)."""
    present = present_key(told, desk)
    if present is None:
        must(old is None and new is None, "a key where there is none")
        return 0
    newest = new or old
    must(newest is not None and _is_key(newest, present), "the present key")
    if new is not None:
        must(old is not None, "a new key without an old one")
        number = present["number"]
        statement = told["statements"][number - 1 : number]
        signing = signing_of(hkdf(old or b"", "tincay/desk/sign"))
        must(statement and read_desk_key(statement[0], signing) == present, "the old key's word")
    return int(present["number"])


def _is_key(identity: bytes, key: Json) -> bool:
    signing = signing_of(hkdf(identity, "tincay/desk/sign"))
    return public_of(identity) == recipient_of(key["recipient"]) and signing == from_url64(key["signing"], 32)
