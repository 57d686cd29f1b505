"""What a helper's browser makes of the desk's page of one report, by the rules of tincay.core.authorship.

The same as client/src/record.ts and sealed-words.ts do in a browser (tests/tampering/test_browsers.py): the page's own
JSON, opened with the desk's key, which the printed passphrase leads to.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tincay.core.authorship import (
    Forged,
    HerWords,
    Said,
    base64url,
    check_kept,
    check_steps,
    follow_receipts,
    from_base64url,
    her_words,
    read_reply,
    read_step,
    successors,
)
from tincay.core.sealing import Identity, Recipient, Sealed, open_sealed, stretch_passphrase, unpad, unwrap
from tincay.core.statements import NotSigned, Statement

Link = Mapping[str, str]
DOES_NOT_FIT = (Forged, NotSigned, ValueError, KeyError)
"""What cannot be opened or read is no better than what is forged."""


@dataclass(frozen=True)
class Thing:
    """One <sealed-words> of the page: its attributes, and what it carries."""

    attributes: Mapping[str, str]
    wraps: Sequence[Link]
    sealed: Sequence[bytes]
    said: Mapping[str, Any] | None

    @property
    def recipient(self) -> str:
        return str(self.wraps[-1]["of"])


class Scripts(HTMLParser):
    """The JSON that a page carries: by id, and in each <sealed-words>."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.by_id: dict[str, Any] = {}
        self.things: list[Thing] = []
        self._element: dict[str, str] | None = None
        self._script: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "sealed-words":
            self._element = attributes
        if tag == "script" and attributes.get("type") == "application/json":
            self._script = attributes.get("id", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "sealed-words":
            self._element = None
        self._script = None

    def handle_data(self, data: str) -> None:
        if self._script:
            self.by_id[self._script] = json.loads(data)
        elif self._script is not None and self._element is not None:
            found = json.loads(data)
            sealed = [base64.b64decode(one) for one in found["sealed"]]
            self.things.append(Thing(self._element, found["wraps"], sealed, found["said"]))


@dataclass
class Shown:
    """What the helper sees: words that somebody has signed, and whether the page warns."""

    forged: bool = False
    words: list[str] = field(default_factory=list)
    held_back: int = 0

    @property
    def warns(self) -> bool:
        return self.forged or self.held_back > 0

    def says(self, words: str) -> bool:
        return any(words in one for one in self.words)


def unlock(scripts: "Scripts", passphrase: str) -> Identity:
    """The member's own identity, as the browser opens it."""
    lock = scripts.by_id["keyring-config"]
    stretched = stretch_passphrase(passphrase, bytes.fromhex(lock["salt"]))
    return unwrap(Sealed(base64.b64decode(lock["sealed"])), stretched)


def proof(page: str, asked: Mapping[str, Any], passphrase: str) -> dict[str, str]:
    """What the browser sends along to show that the key is open (docs/formats/opened.md); nothing where it is not."""
    try:
        key = through(unlock(Scripts(page), passphrase), asked["wraps"])
        opened = open_sealed(Sealed(base64.b64decode(asked["sealed"])), key)
    except DOES_NOT_FIT:
        return {}
    return {"X-Opened": f"{asked['ticket']}.{base64url(opened[:32])}"}


def read_desk_page(page: str, passphrase: str) -> Shown:
    """The page as it stands once the passphrase is typed."""
    scripts = Scripts(page)
    return _Reading(unlock(scripts, passphrase), scripts.by_id.get("record"), scripts.things).shown()


@dataclass
class _Reading:
    person: Identity
    record: Mapping[str, Any] | None
    things: Sequence[Thing]

    def shown(self) -> Shown:
        try:
            words = self._authors()
        except DOES_NOT_FIT:
            return Shown(forged=True, held_back=len(self.things))
        shown = Shown()
        try:
            self._check_page(words)
        except DOES_NOT_FIT:
            shown.forged = True
        for thing in self.things:
            try:
                shown.words += self._read(thing, words)
            except DOES_NOT_FIT:
                shown.held_back += 1
        return shown

    def _authors(self) -> HerWords:
        """Her statements under the key that the first leaf commits."""
        if self.record is None:
            raise Forged("words_missing")
        first = self._events([self.record["first"]])[0]
        changes = [_statement(one) for one in self.record["changes"]]
        signing = follow_receipts(from_base64url(str(first["signing"])), changes)
        return her_words(signing, [_statement(one) for one in self.record["statements"]])

    def _events(self, sealed: Sequence[str]) -> list[Mapping[str, Any]]:
        assert self.record
        identities = [through(self.person, thread) for thread in self.record["threads"]]
        opened = [_open_with_one(base64.b64decode(one), identities) for one in sealed]
        log, record = from_base64url(self.record["log"]), self.record["record"]
        return [read_step(one, log=log, record=record).event for one in opened]

    def _check_page(self, words: HerWords) -> None:
        """Everything of hers is there, and every step says what the page says."""
        assert self.record
        thread = [thing for thing in self.things if "data-thread" in thing.attributes]
        hers = [sealed for thing in thread if not thing.said for sealed in thing.sealed]
        for recipient in words.recipients("thread"):
            words.check_whole(recipient, hers)
        steps = self.record["steps"]
        messages = [sealed for thing in thread for sealed in thing.sealed]
        events = self._events(steps["sealed"])
        check_steps(events, stage=steps["stage"], words=words, messages=messages)
        check_kept(events, words=words, kept=steps["kept"])

    def _read(self, thing: Thing, words: HerWords) -> list[str]:
        key = through(self.person, thing.wraps)
        documents = [json.loads(unpad(open_sealed(Sealed(one), key))) for one in thing.sealed]
        if "data-whole" in thing.attributes:
            words.check_whole(thing.recipient, thing.sealed)
        if thing.said:
            if thing.recipient not in words.recipients("thread"):
                raise Forged("another_place")
            said = {name: thing.said[name] for name in ("key", "kind", "by", "days")}
            shown = Said(thread=thing.recipient, **said)
            later = [_statement(one) for one in self.record["later"]] if self.record else []
            keys = successors(words.desk_keys(thing.recipient), later)
            return [read_reply(one, desk_keys=keys, shown=shown) for one in documents]
        for sealed in thing.sealed:
            words.check(thing.recipient, sealed)
        return ["".join(str(one.get("words", "")) for one in documents)]


def through(identity: Identity, links: Sequence[Link]) -> Identity:
    for link in links:
        sealed = Sealed(base64.b64decode(link["sealed"]))
        identity = unwrap(sealed, identity, of=Recipient(link["of"]))
    return identity


def _open_with_one(sealed: bytes, identities: Sequence[Identity]) -> bytes:
    """With the thread that it was sealed to, the newest first."""
    for identity in reversed(identities):
        try:
            return open_sealed(Sealed(sealed), identity)
        except ValueError:
            continue
    raise ValueError("no thread of this report opens it")


def _statement(signed: Mapping[str, str]) -> Statement:
    return Statement(signed["document"].encode(), from_base64url(signed["signature"]))
