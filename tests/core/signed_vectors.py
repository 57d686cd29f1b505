"""Writes what is signed into tests/vectors, for both languages: `.venv/bin/python -m tests.core.signed_vectors`.

Keys are fixed and Ed25519 has one signature for each message: the files come out the same every time, and
tests/core/test_statements.py holds them to it. The documents that say "refused" are made by hand here, as somebody
who holds the key could.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from tincay.core import sealing
from tincay.core.authorship import (
    KeyOfDesk,
    SealedParts,
    base64url,
    desk_key_of,
    make_reply,
    receipt_change,
    step_of,
    succeed,
    vouch,
    words_document,
)
from tincay.core.consent import Grant, grant_document
from tincay.core.routing import RoutedDesk, Routing
from tincay.core.sealing import Identity, desk_signing_seed, recipient_of, sign, signing_public
from tincay.core.statements import Kind, Statement, make_statement, spelled

FOLDER = Path(__file__).parents[1] / "vectors"
INSTALL, HERS, THIEF, LOG = bytes(range(32)), bytes(range(32, 64)), bytes([9] * 32), bytes([7] * 32)
DESK, CASE = "cay-me-tiep-nhan", "cay-me-ho-tro"


def identity_number(number: int) -> Identity:
    return sealing._identity(bytes([number]) * 32)


FIRST, SECOND, THIRD, CASE_KEY, STRANGER = (identity_number(number) for number in range(1, 6))
NARRATIVE, THREAD, THREAD_AFTER, MEMBER = (recipient_of(identity_number(number)) for number in range(11, 15))
DESK_SIGNING = signing_public(desk_signing_seed(FIRST))


def signed_json(statement: Statement) -> dict[str, str]:
    return {"document": statement.document.decode(), "signature": base64url(statement.signature)}


def by_hand(seed: bytes, label: str, document: str) -> dict[str, str]:
    """A signature over this text, whatever it is."""
    signature = sign(seed, label.encode() + b"\0" + document.encode())
    return {"document": document, "signature": base64url(signature)}


def name(kind: Kind) -> str:
    """What the browser calls a kind: the middle of its label."""
    return kind.value.split("/")[1]


# --- statements


SPELLINGS: list[tuple[str, dict[str, Any], str]] = [
    ("nothing", {}, "{}"),
    ("members sorted", {"b": 1, "a": 2, "B": 3}, '{"B":3,"a":2,"b":1}'),
    (
        "sorted at every level, also in lists",
        {"z": {"y": 1, "x": {"b": 2, "a": 3}}, "a": [{"d": 4, "c": 5}, [{"f": 6, "e": 7}]]},
        '{"a":[{"c":5,"d":4},[{"e":7,"f":6}]],"z":{"x":{"a":3,"b":2},"y":1}}',
    ),
    ("a list keeps its order", {"a": [3, 1, 2]}, '{"a":[3,1,2]}'),
    ("a longer name after its beginning", {"ab": 1, "a": 2, "a-b": 3}, '{"a":2,"a-b":3,"ab":1}'),
    ("Vietnamese as it is", {"a": "Đường Nguyễn Huệ, ngõ 3"}, '{"a":"Đường Nguyễn Huệ, ngõ 3"}'),
    ("letters and marks are not put together", {"a": "u\u031b\u0301"}, '{"a":"u\u031b\u0301"}'),
    ("a picture beyond 16 bits", {"a": "\U0001f33e"}, '{"a":"\U0001f33e"}'),
    ("line separators are not escaped", {"a": "\u2028\u2029\u007f/"}, '{"a":"\u2028\u2029\u007f/"}'),
    (
        "only what has to be is escaped",
        {"a": '"\\\b\f\n\r\t\u0000\u001f'},
        '{"a":"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f"}',
    ),
    (
        "words and numbers of JSON",
        {"a": None, "b": True, "c": False, "d": 0, "e": -7, "f": 9007199254740991},
        '{"a":null,"b":true,"c":false,"d":0,"e":-7,"f":9007199254740991}',
    ),
]
OTHER_SPELLINGS = [
    ("a space", '{"a": 1}'),
    ("a line at the end", '{"a":1}\n'),
    ("members in another order", '{"b":1,"a":2}'),
    ("inner members in another order", '{"a":{"c":1,"b":2}}'),
    ("a member twice", '{"a":1,"a":1}'),
    ("a letter escaped", '{"a":"\\u0111"}'),
    ("a slash escaped", '{"a":"\\/"}'),
    ("capitals in an escape", '{"a":"\\u001F"}'),
    ("a tab as a number", '{"a":"\\u0009"}'),
    ("a number with a point", '{"a":1.0}'),
    ("a number with a power", '{"a":1e2}'),
    ("minus nothing", '{"a":-0}'),
    ("a number that is rounded", '{"a":9007199254740993}'),
    ("a number that is no longer whole for certain", '{"a":9007199254740992}'),
    ("a number as far below nothing", '{"a":-9007199254740992}'),
    ("a number so large that one language writes its power", '{"a":1e+21}'),
    ("a number with a fraction", '{"a":1.5}'),
    ("no number", '{"a":NaN}'),
    ("a name that is a number", '{"1":1}'),
    ("an inner name that is a number", '{"a":[{"1":1}]}'),
    ("a name that is a number, out of order for one language", '{"10":1,"9":2}'),
    ("a name beyond ASCII", '{"é":1}'),
    ("half a letter", '{"a":"\\ud800"}'),
    ("no object", "[]"),
    ("a text", '"a"'),
    ("nothing", ""),
    ("no JSON", "{"),
]


def documents() -> list[tuple[str, Kind, bytes, dict[str, Any]]]:
    """One true document of each kind, and who signs it."""
    grant = Grant("share_service", f"desk:{DESK}", frozenset({"words", "need"}), True, 3, date(2026, 6, 30))
    desk_seed = desk_signing_seed(FIRST)
    reply = json.loads(reply_json(FIRST)["reply"])
    return [
        ("a report", Kind.WORDS, HERS, report()),
        ("a message", Kind.WORDS, HERS, message()),
        ("a consent", Kind.GRANT, HERS, grant_document(grant, text_version="2026-06")),
        ("a reply", Kind.REPLY, desk_seed, reply),
        ("a desk's second key", Kind.DESK_KEY, desk_seed, key_of(SECOND, 2).document),
        (
            "a member",
            Kind.MEMBER,
            desk_seed,
            {"desk": DESK, "of": recipient_of(FIRST), "recipient": MEMBER, "v": 1},
        ),
        ("where reports go", Kind.ROUTING, INSTALL, routing().document()),
        ("a new code", Kind.RECEIPT, HERS, {"signing": base64url(signing_public(THIEF)), "v": 1}),
        ("a leaf", Kind.OPENING, LOG, {"event": "{}", "nonce": "", "v": 1}),
    ]


def statements() -> dict[str, Any]:
    held = [
        {
            "why": why,
            "kind": name(kind),
            "label": kind.value,
            "seed": base64url(seed),
            "public": base64url(signing_public(seed)),
            "document": document,
            "signed": signed_json(make_statement(seed, kind, document)),
        }
        for why, kind, seed, document in documents()
    ]
    return {
        "about": "docs/formats/statement.md. Bytes are base64url without padding. "
        "Made by tests/core/signed_vectors.py.",
        "spelled": [
            {"why": why, "document": document, "written": written} for why, document, written in SPELLINGS
        ],
        "statements": held,
        "refused": [*_other_signatures(held), *_other_spellings()],
    }


def _other_signatures(held: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A true statement that is shown as another one."""
    report, message = held[0], held[1]
    signed, signature = report["signed"], base64.urlsafe_b64decode(report["signed"]["signature"] + "==")
    shown: list[tuple[str, dict[str, Any]]] = [
        *((f"her words as {name(kind)}", {"kind": name(kind)}) for kind in Kind if kind is not Kind.WORDS),
        ("another key", {"public": base64url(signing_public(THIEF))}),
        ("half a key", {"public": report["public"][:20]}),
        ("another document", {"signed": signed | {"document": message["signed"]["document"]}}),
        ("one letter more", {"signed": signed | {"document": signed["document"].replace("p1", "p0")}}),
        ("a signature cut short", {"signed": signed | {"signature": base64url(signature[:63])}}),
        ("a signature with a bit turned", {"signed": signed | {"signature": base64url(_turned(signature))}}),
        ("a signature with padding", {"signed": signed | {"signature": signed["signature"] + "=="}}),
        ("a signature with bits behind its end", {"signed": signed | {"signature": _bits_behind(signed)}}),
        ("no signature", {"signed": signed | {"signature": ""}}),
        ("a signature without its label", {"signed": by_hand(HERS, "", signed["document"])}),
        ("a signature of another version", {"signed": by_hand(HERS, "tincay/words/v2", signed["document"])}),
    ]
    true = {name: report[name] for name in ("kind", "public", "signed")}
    return [{"why": why, **true, **other} for why, other in shown]


def _turned(signature: bytes) -> bytes:
    return bytes([signature[0] ^ 1]) + signature[1:]


def _bits_behind(signed: Mapping[str, str]) -> str:
    """The same 64 bytes in 86 letters, of which the last has four bits to spare."""
    signature = signed["signature"]
    return signature[:-1] + chr(ord(signature[-1]) + 1)


def _other_spellings() -> list[dict[str, Any]]:
    public = base64url(signing_public(HERS))
    return [
        {
            "why": f"spelling: {why}",
            "kind": "words",
            "public": public,
            "signed": by_hand(HERS, Kind.WORDS.value, document),
        }
        for why, document in OTHER_SPELLINGS
    ]


# --- who wrote what


PARTS = {"narrative": [b"first part", b"second part"], "thread": [b"a message"], "later": [b"told later"]}


def report(n: int = 1) -> dict[str, Any]:
    return words_document(
        n=n,
        kind="report",
        key="k3vJ0mYx2fK8sQ1oZbWc7g",
        desk=DESK,
        desk_signing=DESK_SIGNING,
        compartments={
            "narrative": SealedParts(NARRATIVE, PARTS["narrative"]),
            "thread": SealedParts(THREAD, []),
        },
        codes={"kind_group": "substantive", "priority": "p1", "retention_class": "r90"},
    )


def message(n: int = 2) -> dict[str, Any]:
    return words_document(
        n=n,
        kind="message",
        key="Zm9vYmFyYmF6cXV4MTIzNA",
        desk=DESK,
        desk_signing=DESK_SIGNING,
        compartments={"thread": SealedParts(THREAD, PARTS["thread"])},
        codes={},
    )


def moved(n: int = 3) -> dict[str, Any]:
    """What she told later led the report to another desk: it has a thread of its own."""
    return words_document(
        n=n,
        kind="words",
        key="bW92ZWQgdG8gYW5vdGhlcg",
        desk="ben-song",
        desk_signing=signing_public(desk_signing_seed(STRANGER)),
        compartments={
            "narrative": SealedParts(MEMBER, PARTS["later"]),
            "thread": SealedParts(THREAD_AFTER, []),
        },
        codes={"priority": "p0"},
    )


def _hers(*documents: Mapping[str, Any], seed: bytes = HERS, kind: Kind = Kind.WORDS) -> list[dict[str, str]]:
    return [signed_json(make_statement(seed, kind, document)) for document in documents]


def _words() -> list[dict[str, Any]]:
    whole = _hers(report(), message(), moved())
    listed: list[tuple[str, list[dict[str, str]], str | None]] = [
        ("a report alone", whole[:1], None),
        ("a report, a message, and what was told later", whole, None),
        ("nothing", [], "words_missing"),
        ("the first one is missing", whole[1:], "words_missing"),
        ("one between is missing", [whole[0], whole[2]], "words_missing"),
        ("another order", [whole[1], whole[0], whole[2]], "words_missing"),
        ("one twice", [whole[0], whole[0]], "words_missing"),
        ("two with one number", _hers(report(), message(1)), "words_missing"),
        ("a number as a text", _hers(report() | {"n": "1"}), "words_missing"),
        ("one without a number", _hers({"v": 1}), "words_missing"),
        ("signed by somebody else", _hers(report(), seed=THIEF), "not_hers"),
        ("the second signed by somebody else", [whole[0], *_hers(message(), seed=THIEF)], "not_hers"),
        ("signed as something else", _hers(report(), kind=Kind.GRANT), "not_hers"),
    ]
    found = []
    for why, given, forged in listed:
        case: dict[str, Any] = {
            "why": why,
            "signing": base64url(signing_public(HERS)),
            "statements": given,
            "forged": forged,
        }
        if forged is None:
            case |= _said_by(len(given))
        found.append(case)
    return found


def _said_by(number: int) -> dict[str, Any]:
    """What follows from her first statements."""
    alone = number == 1
    first, second = (base64url(part) for part in PARTS["narrative"])
    letter, other = base64url(PARTS["thread"][0]), base64url(b"not hers")
    return {
        "desk_keys": {THREAD: _keys(report())} | ({} if alone else {THREAD_AFTER: _keys(moved())}),
        "recipients": {"narrative": NARRATIVE, "thread": THREAD, "identity": ""}
        if alone
        else {"narrative": MEMBER, "thread": THREAD_AFTER, "identity": ""},
        "threads": [THREAD] if alone else sorted([THREAD, THREAD_AFTER]),
        "checks": [
            {"recipient": NARRATIVE, "sealed": first, "hers": True},
            {"recipient": NARRATIVE, "sealed": second, "hers": True},
            {"recipient": THREAD, "sealed": letter, "hers": not alone},
            {"recipient": THREAD, "sealed": first, "hers": False},
            {"recipient": NARRATIVE, "sealed": other, "hers": False},
            {"recipient": STRANGER_RECIPIENT, "sealed": first, "hers": False},
        ],
        "wholes": [
            {"recipient": NARRATIVE, "texts": [first, second], "whole": True},
            {"recipient": NARRATIVE, "texts": [first, other, second], "whole": True},
            {"recipient": NARRATIVE, "texts": [second, first], "whole": False},
            {"recipient": NARRATIVE, "texts": [first], "whole": False},
            {"recipient": NARRATIVE, "texts": [], "whole": False},
            {"recipient": THREAD, "texts": [], "whole": alone},
            {"recipient": STRANGER_RECIPIENT, "texts": [], "whole": True},
        ],
    }


STRANGER_RECIPIENT = recipient_of(STRANGER)


def _keys(*documents: Mapping[str, Any]) -> list[str]:
    return [str(document["desk_signing"]) for document in documents]


REPLY = {
    "thread": THREAD,
    "key": "cmVwbHkgb2YgdGhlIGRlc2s",
    "kind": "answer",
    "by": 3,
    "day": "2026-06-30",
    "words": "Chúng tôi đã hỏi chủ quán.\n“Hẹn gặp” \U0001f33e",
}
SAID = {name: REPLY[name] for name in ("thread", "key", "kind", "by")} | {
    "days": ["2026-06-30", "2026-06-29"]
}


def reply_json(identity: Identity) -> dict[str, Any]:
    return make_reply(identity, desk=DESK, **REPLY)  # type: ignore[arg-type]


def _replies() -> dict[str, Any]:
    mine, theirs = (signing_public(desk_signing_seed(one)) for one in (FIRST, STRANGER))
    true, keys = reply_json(FIRST), [base64url(theirs), base64url(mine)]
    plain = json.loads(true["reply"])
    incomplete = by_hand(desk_signing_seed(FIRST), Kind.REPLY.value, spelled({"v": 1, "words": "?"}).decode())
    unread: list[tuple[str, dict[str, Any]]] = [
        ("words as she writes them", {"document": {"v": 1, "words": REPLY["words"]}}),
        ("no signature", {"document": {"v": 1, "reply": true["reply"]}}),
        ("an empty signature", {"document": true | {"signature": ""}}),
        ("other words", {"document": true | {"reply": true["reply"].replace("hỏi", "gặp")}}),
        ("signed by another desk", {"document": reply_json(STRANGER), "desk_keys": keys[1:]}),
        ("signed by the desk as something else", {"document": _as_member(plain)}),
        ("no desk of hers", {"desk_keys": []}),
    ]
    elsewhere: list[tuple[str, dict[str, Any]]] = [
        ("another thread", {"said": SAID | {"thread": THREAD_AFTER}}),
        ("another message", {"said": SAID | {"key": "b3RoZXIgbWVzc2FnZSBrZXk"}}),
        ("another kind", {"said": SAID | {"kind": "message"}}),
        ("another number", {"said": SAID | {"by": 4}}),
        ("another day", {"said": SAID | {"days": ["2026-07-01"]}}),
        (
            "nothing but words",
            {"document": {"v": 1, "reply": incomplete["document"], "signature": incomplete["signature"]}},
        ),
    ]
    given = {"document": true, "desk_keys": keys, "said": SAID}
    read: list[tuple[str, dict[str, Any]]] = [
        ("on the day itself", {}),
        ("on the day after", {"said": SAID | {"days": ["2026-07-01", "2026-06-30"]}}),
        ("where no day is shown", {"said": SAID | {"days": []}}),
    ]
    return {
        "made": {
            "identity": FIRST,
            "signing": base64url(mine),
            "reply": REPLY | {"desk": DESK},
            "document": true,
        },
        "read": [
            *({"why": why, **given, **other, "words": REPLY["words"]} for why, other in read),
            *({"why": why, **given, **other, "forged": "not_the_desk"} for why, other in unread),
            *({"why": why, **given, **other, "forged": "another_place"} for why, other in elsewhere),
        ],
    }


def _as_member(reply: Mapping[str, Any]) -> dict[str, Any]:
    signed = make_statement(desk_signing_seed(FIRST), Kind.MEMBER, reply)
    return {"v": 1, "reply": signed.document.decode(), "signature": base64url(signed.signature)}


def key_of(identity: Identity, number: int, desk: str = DESK) -> KeyOfDesk:
    return desk_key_of(identity, desk=desk, number=number)


def key_json(key: KeyOfDesk) -> dict[str, Any]:
    return {name: value for name, value in key.document.items() if name != "v"}


def _chains() -> dict[str, Any]:
    second, third = succeed(FIRST, key_of(SECOND, 2)), succeed(SECOND, key_of(THIRD, 3))
    stolen = succeed(STRANGER, key_of(THIRD, 2))
    document = key_of(SECOND, 2).document
    padded = make_statement(
        desk_signing_seed(FIRST), Kind.DESK_KEY, document | {"signing": document["signing"] + "="}
    )
    misshapen = [("a key with padding", padded), *_misshapen(Kind.DESK_KEY, document)]
    listed: list[tuple[str, list[Statement], KeyOfDesk | None]] = [
        ("no later key", [], key_of(FIRST, 1)),
        ("a second one", [second], key_of(SECOND, 2)),
        ("a third one", [second, third], key_of(THIRD, 3)),
        ("the second one is missing", [third], None),
        ("another order", [third, second], None),
        ("the second one twice", [second, second], None),
        ("signed by somebody else", [stolen], None),
        ("signed as something else", [_as_reply(key_of(SECOND, 2))], None),
        ("another number", [succeed(FIRST, key_of(SECOND, 3))], None),
        ("the same number", [succeed(FIRST, key_of(SECOND, 1))], None),
        ("another desk", [succeed(FIRST, key_of(SECOND, 2, "ben-song"))], None),
        ("no key", [make_statement(desk_signing_seed(FIRST), Kind.DESK_KEY, {"v": 1})], None),
        *((why, [statement], None) for why, statement in misshapen),
    ]
    signing = [base64url(signing_public(desk_signing_seed(one))) for one in (FIRST, SECOND, THIRD, STRANGER)]
    known: list[tuple[str, list[str], list[Statement], list[str]]] = [
        ("nobody follows", signing[:1], [], signing[:1]),
        ("in order", signing[:1], [second, third], signing[:3]),
        ("in another order", signing[:1], [third, second], signing[:3]),
        ("from the second on", signing[1:2], [second, third], signing[1:3]),
        ("what nobody known signed", signing[:1], [third, stolen], signing[:1]),
        ("two that are known", [signing[0], signing[3]], [third], [signing[0], signing[3]]),
        ("nobody is known", [], [second, third], []),
        ("a statement that is no key", signing[:1], [_as_reply(key_of(SECOND, 2))], signing[:1]),
        *((why, signing[:1], [statement], signing[:1]) for why, statement in misshapen),
    ]
    return {
        "first": key_json(key_of(FIRST, 1)),
        "follow": [
            {
                "why": why,
                "later": [signed_json(one) for one in later],
                "last": None if last is None else key_json(last),
            }
            for why, later, last in listed
        ],
        "successors": [
            {
                "why": why,
                "pinned": pinned,
                "later": [signed_json(one) for one in later],
                "found": sorted(found),
            }
            for why, pinned, later, found in known
        ],
    }


def _misshapen(kind: Kind, document: Mapping[str, Any]) -> list[tuple[str, Statement]]:
    """The desk's own word with other members than it has: one more, one less, one of another shape."""
    others: list[tuple[str, dict[str, Any]]] = [
        ("a member more", {"note": ""}),
        ("another version", {"v": 2}),
        *((f"{name} in a list", {name: [value]}) for name, value in document.items()),
        *((f"{name} as text", {name: f"{value}"}) for name, value in document.items() if value != f"{value}"),
    ]
    less = [(f"no {name}", {one: document[one] for one in document if one != name}) for name in document]
    shapes = [*less, *((why, {**document, **other}) for why, other in others)]
    return [(why, make_statement(desk_signing_seed(FIRST), kind, shape)) for why, shape in shapes]


def _as_reply(key: KeyOfDesk) -> Statement:
    return make_statement(desk_signing_seed(FIRST), Kind.REPLY, key.document)


def _steps() -> list[dict[str, Any]]:
    """What the leaves of a report say, and what a page shows of it."""
    hashes = {
        name: sha256(spelled(one)).hexdigest() for name, one in (("report", report()), ("moved", moved()))
    }
    letter, answer, other = PARTS["thread"][0], b"an answer", b"nobody's"
    kinds: list[dict[str, Any]] = [
        {"kind": "report_received", "words": hashes["report"]},
        {"kind": "stage_changed", "stage": "acknowledged"},
        {"kind": "message_posted", "sealed": sha256(letter).hexdigest()},
        {"kind": "consent_changed", "scope": "contact_me", "given": 1},
        {"kind": "transferred", "words": hashes["moved"]},
        {"kind": "message_posted", "sealed": sha256(answer).hexdigest()},
        {"kind": "receipt_changed"},
    ]
    events = [event | {"n": n} for n, event in enumerate(kinds, start=1)]
    whole = _hers(report(), message(), moved())
    true = {
        "signing": base64url(signing_public(HERS)),
        "statements": whole,
        "events": events,
        "stage": "acknowledged",
        "messages": [base64url(letter), base64url(answer)],
    }
    other_step = {"kind": "words_added", "words": hashes["report"], "n": 5}
    closed = {"kind": "stage_changed", "stage": "closed", "n": 8}
    again = {"kind": "stage_changed", "stage": "in_handling", "n": 9}
    listed: list[tuple[str, dict[str, Any], str | None]] = [
        ("all of it", {}, None),
        ("messages in another order", {"messages": true["messages"][::-1]}, "message_missing"),
        (
            "just received",
            {"events": events[:1], "stage": "received", "messages": [], "statements": whole[:1]},
            None,
        ),
        ("closed", {"events": [*events, closed], "stage": "closed"}, None),
        ("closed and opened again", {"events": [*events, closed, again], "stage": "in_handling"}, None),
        ("no step", {"events": []}, "step_missing"),
        ("the first step is gone", {"events": events[1:]}, "step_missing"),
        ("a step between is gone", {"events": [*events[:3], *events[4:]]}, "step_missing"),
        ("two steps changed places", {"events": [events[1], events[0], *events[2:]]}, "step_missing"),
        ("a step twice", {"events": [*events, events[-1]]}, "step_missing"),
        ("a step without a number", {"events": [*events, {"kind": "escalated"}]}, "step_missing"),
        ("the last step is gone and was a message", {"events": events[:5]}, "message_missing"),
        ("the last step is gone and was a stage", {"events": events, "stage": "closed"}, "another_stage"),
        ("a stage that no step names", {"stage": "handled"}, "another_stage"),
        ("back at the beginning", {"stage": "received"}, "another_stage"),
        ("a message is gone", {"messages": true["messages"][:1]}, "message_missing"),
        ("every message is gone", {"messages": []}, "message_missing"),
        ("a message more", {"messages": [*true["messages"], base64url(other)]}, "message_missing"),
        ("a message in the place of another", {"messages": [true["messages"][0], base64url(other)]}, "message_missing"),
        ("her last words are gone", {"statements": whole[:2]}, "words_missing"),
        ("words that no step names", {"events": [*events[:4], other_step, *events[5:]]}, "words_missing"),
    ]  # fmt: skip
    return [{"why": why, **true, **other, "forged": forged} for why, other, forged in listed]


def _logged() -> list[dict[str, Any]]:
    """What was sealed of a leaf, and whether the log made it about this report."""
    record, other = UUID(int=6).hex, UUID(int=7).hex

    def step(event: Mapping[str, Any], seed: bytes = LOG, kind: Kind = Kind.OPENING) -> dict[str, Any]:
        opening = {"event": spelled(event).decode(), "nonce": "", "v": 1}
        return json.loads(step_of(make_statement(seed, kind, opening)))  # type: ignore[no-any-return]

    happened = {"kind": "message_posted", "n": 2, "record": record}
    true = step(happened)
    listed: list[tuple[str, Any, bool]] = [
        ("what the log made", true, True),
        ("about another report", step(happened | {"record": other}), False),
        ("about none", step({"kind": "key_changed"}), False),
        ("made by somebody else", step(happened, THIEF), False),
        ("signed as something else", step(happened, kind=Kind.WORDS), False),
        ("another number", true | {"opening": true["opening"].replace('n\\":2', 'n\\":3')}, False),
        ("another spelling", true | {"opening": true["opening"].replace('"v":1', '"v": 1')}, False),
        ("another version", true | {"v": 2}, False),
        ("without a signature", {name: true[name] for name in ("opening", "v")}, False),
        ("an opening alone", json.loads(true["opening"]), False),
        ("no object", [true], False),
    ]
    return [
        {
            "why": why,
            "log": base64url(signing_public(LOG)),
            "record": record,
            "opened": spelled(opened).decode() if isinstance(opened, dict) else json.dumps(opened),
            "logged": logged,
        }
        for why, opened, logged in listed
    ]


def _kept() -> list[dict[str, Any]]:
    """What is kept of what she told in a report and, later, in words that moved it."""
    told = [report(), moved()]
    names = [sha256(spelled(one)).hexdigest() for one in told]
    first, second = (
        [one for kind, parts in words["compartments"].items() if kind != "thread" for one in parts["sealed"]]
        for words in told
    )
    received = {"kind": "report_received", "words": names[0], "n": 1}
    added = {"kind": "transferred", "words": names[1]}
    deleted = {"kind": "data_deleted"}
    listed: list[tuple[str, list[dict[str, Any]], list[str], bool]] = [
        ("all of it", [received, added], [*first, *second], True),
        ("in another order", [received, added], [*second, *first][::-1], True),
        ("the first story is gone", [received, added], second, False),
        ("what was told later is gone", [received, added], first, False),
        ("a part is gone", [received, added], [*first[1:], *second], False),
        ("everything is gone", [received, added], [], False),
        ("everything is gone by a step", [received, added, deleted], [], True),
        ("the first story is gone by a step", [received, deleted, added], second, True),
        ("told after that, and gone", [received, deleted, added], [], False),
        ("gone by a step twice", [received, deleted, added, deleted], [], True),
    ]
    return [
        {
            "why": why,
            "signing": base64url(signing_public(HERS)),
            "statements": _hers(told[0], message(), told[1]),
            "events": [event | {"n": n} for n, event in enumerate(events, start=1)],
            "kept": kept,
            "whole": whole,
        }
        for why, events, kept, whole in listed
    ]


def change(seed: bytes, identity: Identity) -> Statement:
    """The word of the code behind `seed` for the one behind `identity`, whose Ed25519 seed is its desk's."""
    signing = signing_public(desk_signing_seed(identity))
    return make_statement(
        seed, Kind.RECEIPT, receipt_change(recipient=recipient_of(identity), signing=signing)
    )


def _changes() -> dict[str, Any]:
    """New codes one after another; SECOND and THIRD stand for them."""
    second, third = change(HERS, SECOND), change(desk_signing_seed(SECOND), THIRD)
    keys = [base64url(signing_public(desk_signing_seed(one))) for one in (SECOND, THIRD)]
    old = [report(), message(), moved()]
    nobody = make_statement(HERS, Kind.RECEIPT, {"recipient": THREAD, "v": 1})
    listed: list[tuple[str, list[Statement], str | None]] = [
        ("no change", [], base64url(signing_public(HERS))),
        ("a second code", [second], keys[0]),
        ("a third code", [second, third], keys[1]),
        ("the first change is missing", [third], None),
        ("another order", [third, second], None),
        ("a change twice", [second, second], None),
        ("signed by somebody else", [change(THIEF, SECOND)], None),
        ("signed by the new code itself", [change(desk_signing_seed(SECOND), SECOND)], None),
        ("signed as something else", [_as_words(SECOND)], None),
        ("names no key", [nobody], None),
    ]
    return {
        "first": base64url(signing_public(HERS)),
        "made": {
            "seed": base64url(HERS),
            "recipient": recipient_of(SECOND),
            "signing": keys[0],
            "signed": signed_json(second),
        },
        "again": {
            "signing": base64url(signing_public(HERS)),
            "before": _hers(*old),
            "seed": base64url(desk_signing_seed(SECOND)),
            "after": _hers(*old, seed=desk_signing_seed(SECOND)),
        },
        "follow": [
            {"why": why, "changes": [signed_json(one) for one in changes], "signing": signing}
            for why, changes, signing in listed
        ],
    }


def _as_words(identity: Identity) -> Statement:
    signing = signing_public(desk_signing_seed(identity))
    return make_statement(HERS, Kind.WORDS, receipt_change(recipient=recipient_of(identity), signing=signing))


def _vouchers() -> list[dict[str, Any]]:
    desk = key_json(key_of(FIRST, 1))
    true = signed_json(vouch(FIRST, desk=DESK, recipient=MEMBER))
    member = json.loads(true["document"])
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("another member", {"recipient": THREAD}),
        ("another desk", {"desk": desk | {"desk": "ben-song"}}),
        ("another key of the desk", {"desk": desk | {"recipient": recipient_of(SECOND)}}),
        ("signed by another key", {"voucher": _vouched_by_thief()}),
        ("signed as something else", {"voucher": _hers({"v": 1}, kind=Kind.REPLY)[0]}),
        (
            "nobody is named",
            {"voucher": signed_json(make_statement(desk_signing_seed(FIRST), Kind.MEMBER, {"v": 1}))},
        ),
        *((why, {"voucher": signed_json(one)}) for why, one in _misshapen(Kind.MEMBER, member)),
    ]
    given = {"desk": desk, "recipient": MEMBER, "voucher": true}
    return [
        {"why": "the desk's word", **given, "vouched": True},
        *({"why": why, **given, **other, "vouched": False} for why, other in wrong),
    ]


def _vouched_by_thief() -> dict[str, str]:
    member = {"desk": DESK, "of": recipient_of(FIRST), "recipient": MEMBER, "v": 1}
    return signed_json(make_statement(desk_signing_seed(STRANGER), Kind.MEMBER, member))


AFTER = bytes(range(64, 96))


def changed(before: bytes, after: bytes) -> Statement:
    """The old code's word for the new one."""
    change = receipt_change(recipient=MEMBER, signing=signing_public(after))
    return make_statement(before, Kind.RECEIPT, change)


def _receipts() -> dict[str, Any]:
    third = bytes(range(96, 128))
    first, second = changed(HERS, AFTER), changed(AFTER, third)
    listed: list[tuple[str, list[Statement], bytes | None]] = [
        ("no change", [], HERS),
        ("a new code", [first], AFTER),
        ("a third code", [first, second], third),
        ("the second one is missing", [second], None),
        ("another order", [second, first], None),
        ("by somebody else", [changed(THIEF, AFTER)], None),
        ("signed as something else", [make_statement(HERS, Kind.WORDS, {"v": 1})], None),
    ]
    return {
        "first": base64url(signing_public(HERS)),
        "follow": [
            {
                "why": why,
                "changes": [signed_json(one) for one in changes],
                "last": last and base64url(signing_public(last)),
            }
            for why, changes, last in listed
        ],
    }


def _bundles() -> list[dict[str, str]]:
    bundles = [UUID(int=1), UUID("6f1c2a4e-9d3b-4c7a-8e21-0b5d9c7f3a10")]
    return [
        {"identity": identity, "bundle": bundle.hex, "found": sealing.bundle_identity(identity, bundle)}
        for identity in (FIRST, SECOND)
        for bundle in bundles
    ]


def authorship() -> dict[str, Any]:
    return {
        "about": "docs/formats/words.md. Bytes are base64url without padding. "
        "Made by tests/core/signed_vectors.py.",
        "words": _words(),
        "steps": _steps(),
        "kept": _kept(),
        "logged": _logged(),
        "codes": _changes(),
        "replies": _replies(),
        "keys": _chains(),
        "vouchers": _vouchers(),
        "receipts": _receipts(),
        "bundles": _bundles(),
    }


# --- where reports go


def routing(**other: Any) -> Routing:
    case = RoutedDesk(key_of(CASE_KEY, 1, CASE), CASE, False)
    state = RoutedDesk(key_of(STRANGER, 1, "cong-an-mau"), CASE, True)
    said: dict[str, Any] = {
        "origin": "tincay.example/log",
        "serial": 4,
        "default": DESK,
        "desks": {DESK: RoutedDesk(key_of(FIRST, 1), CASE, False), CASE: case, "cong-an-mau": state},
        "provinces": {"vn01": DESK, "vn22": "cong-an-mau"},
    }
    return Routing(**(said | other))


def routings() -> dict[str, Any]:
    true = routing().document()
    install, statement = base64url(signing_public(INSTALL)), make_statement(INSTALL, Kind.ROUTING, true)
    second, third = succeed(FIRST, key_of(SECOND, 2)), succeed(SECOND, key_of(THIRD, 3))
    unsigned: list[tuple[str, dict[str, Any]]] = [
        ("another key", {"install": base64url(signing_public(THIEF))}),
        ("another's signature", {"statement": signed_json(make_statement(THIEF, Kind.ROUTING, true))}),
        ("another kind", {"statement": signed_json(make_statement(INSTALL, Kind.DESK_KEY, true))}),
        ("another province", {"statement": _changed(statement, '"vn01":"cay-me-tiep-nhan"', '"vn01":"x"')}),
        ("another key of a desk", {"statement": _changed(statement, recipient_of(FIRST), MEMBER)}),
    ]
    unnamed = {"desks": {code: desk for code, desk in true["desks"].items() if code != CASE}}
    shapes: list[tuple[str, dict[str, Any]]] = [
        ("a province to a desk that is not named", {"provinces": {"vn01": "ben-song"}}),
        ("a default that is not named", {"default": "ben-song"}),
        ("a default of the state", {"default": "cong-an-mau"}),
        ("a case desk that is not named", unnamed),
        ("no desks", {"desks": None}),
        ("a desk without a key", {"desks": true["desks"] | {DESK: {"case": CASE, "state": False}}}),
        ("a default that is no code", {"default": []}),
    ]
    given = {"install": install, "statement": signed_json(statement)}
    chains: list[tuple[str, dict[str, list[Statement]], dict[str, KeyOfDesk] | None]] = [
        ("first keys", {}, {DESK: key_of(FIRST, 1), CASE: key_of(CASE_KEY, 1, CASE)}),
        ("a second key", {DESK: [second]}, {DESK: key_of(SECOND, 2), CASE: key_of(CASE_KEY, 1, CASE)}),
        ("a third key", {DESK: [second, third]}, {DESK: key_of(THIRD, 3), CASE: key_of(CASE_KEY, 1, CASE)}),
        ("a key of a desk that is not named", {"ben-song": [third]}, {DESK: key_of(FIRST, 1)}),
        ("a key that does not follow", {DESK: [third]}, None),
        ("a key of another desk", {DESK: [succeed(FIRST, key_of(SECOND, 2, CASE))]}, None),
    ]
    return {
        "about": "docs/formats/routing.md. Bytes are base64url without padding. "
        "Made by tests/core/signed_vectors.py.",
        "true": {**given, "document": true},
        "unsigned": [{"why": why, **given, **other} for why, other in unsigned],
        "no_routing": [
            {
                "why": why,
                "install": install,
                "statement": signed_json(make_statement(INSTALL, Kind.ROUTING, true | other)),
            }
            for why, other in shapes
        ],
        "keys": [
            {
                "why": why,
                "later": {code: [signed_json(one) for one in chain] for code, chain in later.items()},
                "keys": keys and {code: key_json(key) for code, key in keys.items()},
            }
            for why, later, keys in chains
        ],
        "desks": [
            {"province": "vn01", "about_official": False, "desk": DESK},
            {"province": "vn01", "about_official": True, "desk": DESK},
            {"province": "vn22", "about_official": False, "desk": "cong-an-mau"},
            {"province": "vn22", "about_official": True, "desk": DESK},
            {"province": "vn99", "about_official": False, "desk": DESK},
            {"province": "", "about_official": False, "desk": DESK},
        ],
    }


def _changed(statement: Statement, before: str, after: str) -> dict[str, str]:
    document = statement.document.decode()
    assert before in document
    return signed_json(statement) | {"document": document.replace(before, after)}


# --- consents among the older vectors

GRANTS: list[tuple[int, Grant]] = [
    (0, Grant("count_statistics", None, frozenset(), True, 1, date(2026, 6, 30))),
    (
        0,
        Grant(
            "share_service",
            "desk:phong-kham-song-lo",
            frozenset({"need", "language", "harm_type"}),
            True,
            12,
            date(2026, 7, 1),
            date(2026, 12, 31),
        ),
    ),
    (0, Grant("share_police_anon", "body:don-mau", frozenset(), False, 13, date(2026, 7, 2))),
]


def grants(receipts: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The consents of sealing.json, whose bytes are standard base64."""
    found = []
    for receipt, grant in GRANTS:
        document = grant_document(grant, text_version="2026-06")
        seed = base64.b64decode(receipts[receipt]["signing_seed"])
        signed = make_statement(seed, Kind.GRANT, document)
        chosen = ("scope", "receiver", "items", "given", "n", "day", "until", "text")
        # Not sorted: the browser does that.
        shown = {name: document[name] for name in chosen} | {"items": sorted(grant.items, reverse=True)}
        found.append(
            {
                "grant": shown,
                "receipt": receipt,
                "document": signed.document.decode(),
                "signature": base64.b64encode(signed.signature).decode(),
            }
        )
    return found


def made() -> dict[str, Any]:
    """Every file that is written here, with what has to stand in it."""
    older = json.loads((FOLDER / "sealing.json").read_text(encoding="utf-8"))
    return {
        "statements.json": statements(),
        "authorship.json": authorship(),
        "routing.json": routings(),
        "sealing.json": older | {"grants": grants(older["receipts"])},
    }


def text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for file, document in made().items():
        (FOLDER / file).write_text(text(document), encoding="utf-8")
