"""What one person really did at a phone, and what became of it: the judge of "nothing is given, lost or said that is
not true". Shares no code with the product's pages; recorder.js watches the events, this file draws the conclusions.

A tap is *deliberate* when the visible control under it had been at that place, unchanged, for half a second, and when
it is not the second tap of a double tap (within half a second of the one before, less than a finger's width away).
"""

import base64
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Dialog, Error, Page, Request, Response

from tincay.core.sealing import Identity, Sealed, open_sealed, unpad, unwrap

SCRIPT = (Path(__file__).parent / "recorder.js").read_text(encoding="utf-8")
HELD_MS = 500
FINGER_PX = 40
WAY_OUT_KEY, WAY_OUT_PRESSES = "Shift", 3
SETTLES = {"consents", "keep", "police_option", "police_body"}
"""Questions whose answers give something away: no answer that the page chose itself counts as hers."""
TWICE = {"consents", "keep", "police_body"}
"""Those of them that take two movements."""
GIVES_NOTHING = {"not_now", "no", "none", "delete"}
"""Answers to them that may be chosen by the page."""
LETS_GO = ("Xóa", "Delete", "Erase", "Tôi đã chép", "I have copied")
"""How a control begins that says it: what is there may go."""
LEFT = ("navigat", "closed", "context was destroyed", "Cannot find context", "not defined", "undefined")

Answer = tuple[str, str]
Move = tuple[int, str, str]
"""A deliberate tap: when, in which step, on what words."""


@dataclass(frozen=True)
class Fault:
    """A promise that was broken: `kind` is given, lost or said; `step` which gesture it came after."""

    kind: str
    what: str
    step: int = 0

    def __str__(self) -> str:
        return f"{self.kind} after gesture {self.step}: {self.what}"


@dataclass
class Tap:
    """A finger that came down."""

    at: int
    x: float
    y: float
    on: dict[str, Any] | None
    deliberate: bool
    second: bool
    began: int = 0


@dataclass
class Sent:
    """A report as it left the phone, opened with a desk's key."""

    key: str
    locator: str
    answers: dict[str, list[str]]
    words: str
    scopes: list[str]
    accepted: bool = False


@dataclass
class Recorder:
    """Watches one page. `faults` are what was broken so far; `look` is asked after each gesture."""

    page: Page
    root: str
    desk_key: Callable[[str], Identity]
    faults: list[Fault] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    story: dict[str, str] = field(default_factory=dict)
    step: int = 0
    leaves: bool = True
    """How a question of the browser, whether to leave, is answered next."""

    def __post_init__(self) -> None:
        self._given: dict[Answer, list[int]] = {}
        self._changed: Answer | None = None
        self._before: list[int] = []
        self._by_page: set[Answer] = set()
        self._why: dict[Answer, str] = {}
        self._last: Tap | None = None
        self._tap: Tap | None = None
        self._key: dict[str, Any] | None = None
        self._shifts = 0
        self._moves: list[Move] = []
        self.let_go = False
        self.asked = False
        self.presses = 0
        self.cdp = self.page.context.new_cdp_session(self.page)
        self.cdp.on("Runtime.bindingCalled", lambda event: self._line(json.loads(event["payload"])))
        self.cdp.send("Runtime.enable")
        self.cdp.send("Runtime.addBinding", {"name": "recorded"})
        self.page.on("dialog", self._asked)
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    # --- what happened

    def _line(self, line: dict[str, Any]) -> None:
        getattr(self, f"_on_{line.pop('kind')}")(**line)

    def _on_document(self, at: int, path: str) -> None:
        self._tap = self._key = None
        self._by_page = set()

    def _on_down(self, at: int, x: float, y: float, on: dict[str, Any] | None) -> None:
        last = self._last
        second = bool(last and at - last.at < HELD_MS and math.hypot(x - last.x, y - last.y) < FINGER_PX)
        deliberate = bool(on and on["shown"] >= HELD_MS and not second)
        self._key = None
        self._tap = self._last = Tap(at, x, y, on, deliberate, second)

    def _on_up(self, at: int) -> None:
        if self._last:
            self._last.at = at

    def _on_cancel(self, at: int) -> None:
        self._tap = None

    def _on_key(self, at: int, key: str, on: dict[str, Any] | None) -> None:
        self._tap, self._key = None, on or {}
        self._shifts = self._shifts + 1 if key == WAY_OUT_KEY else 0
        if self._shifts >= WAY_OUT_PRESSES:
            self.let_go = True

    def _on_click(self, at: int, trusted: bool, on: dict[str, Any] | None) -> None:
        if not trusted or not on:
            return
        tap = self._tap
        if tap and tap.on is None:  # beside it, and the browser took it for this one: fingers are wide
            tap.on, tap.deliberate = on, on["shown"] >= HELD_MS and not tap.second
        willed = bool(self._key is not None or (tap and tap.deliberate))
        if on["dials"] and not willed:
            self._fault("given", f"a call that nobody wanted: {on['text']!r}")
        if on["leaves"]:
            self.let_go = True
        if not willed:
            return
        self._moves.append((at, on["step"], on["text"]))
        if on["go"] == "forget" or on["text"].startswith(LETS_GO) or on["asks"]:
            self.let_go = True

    def _on_change(self, at: int, name: str, value: str, on: bool, trusted: bool, radio: bool) -> None:
        if not trusted:
            return
        answer, tap = (name, value), self._tap
        on_it = tap and tap.on and tap.on["name"] == name and tap.on["value"] in (value, "")
        if tap and tap.second and on_it and answer == self._changed and not radio:
            # The second tap on one box undoes the first: what was before is so again.
            self._given[answer], self._before = (self._before if on else []), self._given.get(answer, [])
            return
        willed = self._key is not None or bool(on_it and tap and tap.deliberate)
        self._changed, self._before = answer, self._given.get(answer, [])
        if radio:
            self._given = {one: when for one, when in self._given.items() if one[0] != name}
        self._given[answer] = [at] if on and willed else []
        if (
            on
            and willed
            and name in TWICE
            and _gives_away(answer)
            and not self._two_movements(self._moves[-1:])
        ):
            self._fault("given", f"{name}={value} by a single movement")
        self._why[answer] = _told(tap)

    def _on_typed(self, at: int, name: str, text: str, trusted: bool) -> None:
        if trusted:
            self.story[name] = text.strip()
            self.presses += 1

    def _asked(self, dialog: Dialog) -> None:
        self.asked = True
        if self.leaves:
            self.let_go = True
            dialog.accept()
        else:
            dialog.dismiss()

    # --- what was sent

    def _request(self, request: Request) -> None:
        if request.method != "POST" or not request.post_data_buffer:
            return
        path = request.url.removeprefix(self.root)
        if path.endswith("/send/"):
            self._sent_report(json.loads(request.post_data_buffer))
        elif "/allow/" in path:
            self._sent_grants([json.loads(request.post_data_buffer)["grant"]], visit=True)

    def _sent_report(self, envelope: dict[str, Any]) -> None:
        if envelope["key"] in {sent.key for sent in self.sent}:
            return
        key = self.desk_key(envelope["desk"])
        documents = [*_opened(envelope, "narrative", key), *_opened(envelope, "contact", key)]
        answers = {name: codes for one in documents for name, codes in one.get("answers", {}).items()}
        answers.pop("kind", None)
        words = "".join(one.get("words", "") for one in documents)
        scopes = [json.loads(grant["document"])["scope"] for grant in envelope["grants"]]
        self.sent.append(Sent(envelope["key"], envelope["receipt"]["locator"], answers, words, scopes))
        for name, codes in answers.items():
            for code in codes:
                self._must_be_given((name, code), "was sent")
        self._sent_grants(envelope["grants"], visit=False)
        told = self.story.get("words", "")
        if told and told not in words:
            self._fault("lost", "words that stood in the field were not sent")

    def _sent_grants(self, grants: list[dict[str, str]], *, visit: bool) -> None:
        for grant in grants:
            document = json.loads(grant["document"])
            if not document["given"]:
                continue
            if visit:
                if not ((self._tap and self._tap.deliberate) or self._key is not None):
                    self._fault("given", f"consent {document['scope']} by no deliberate tap")
            elif not any(
                when for (name, value), when in self._given.items() if _gives(name, value, document["scope"])
            ):
                self._fault("given", f"consent {document['scope']} was sent and no tap gave it")
            if visit and not self._two_movements(self._moves[-1:]):
                self._fault("given", f"consent {document['scope']} by a single movement")

    def _response(self, response: Response) -> None:
        request = response.request
        if request.method != "POST" or not response.ok:
            return
        path = request.url.removeprefix(self.root)
        if path.endswith("/send/") and request.post_data_buffer:
            key = json.loads(request.post_data_buffer)["key"]
            for sent in self.sent:
                sent.accepted |= sent.key == key
            self.story.clear()
        elif path.endswith(("/write/", "/add/")):
            self.story.clear()

    # --- what stands

    def _must_be_given(self, answer: Answer, how: str) -> None:
        if self._given.get(answer) or (answer in self._by_page and not _gives_away(answer)):
            return
        why = self._why.get(answer, "no tap at all")
        self._fault("given", f"{answer[0]}={answer[1]} {how} and no deliberate tap on it gave it: {why}")
        self._given[answer] = [0]  # once is enough

    def _two_movements(self, last: list[Move]) -> bool:
        """Whether another control of the same step was touched, at another moment, before this one."""
        return any(
            step == there and words != on and now - at >= HELD_MS
            for now, there, on in last
            for at, step, words in self._moves
        )

    def look(self, seen: dict[str, Any] | None = None) -> None:
        """After a gesture, when the page is quiet: what stands chosen, what is still there."""
        standing = (seen or self.asks("snapshot"))["standing"]
        self._by_page |= {(one["name"], one["value"]) for one in standing if one["default"]}
        stands = {(one["name"], one["value"]) for one in standing}
        for answer in stands:
            self._must_be_given(answer, "stands chosen")
        names = {one["name"] for one in standing}
        self._given = {one: when for one, when in self._given.items() if one in stands or one[0] not in names}
        code = (seen or self.asks("snapshot"))["code"]
        if code and code["visible"] and code["digits"] not in self.codes:
            self.codes.append(code["digits"])

    def missing(self, seen: dict[str, Any] | None = None) -> list[str]:
        """The controls whose text is nowhere in this page any more."""
        fields = (seen or self.asks("snapshot"))["fields"]
        return [name for name, text in self.story.items() if text and text not in fields.get(name, "")]

    def has_code(self, seen: dict[str, Any]) -> bool:
        """Whether the last code that was shown lies in this page."""
        code = seen["code"]
        return bool(code and self.codes and code["digits"] == self.codes[-1])

    def begins_anew(self) -> None:
        """What she had was given up, or said to be lost: from here on there is nothing to lose."""
        self.story.clear()
        self.let_go = self.asked = False

    def _fault(self, kind: str, what: str) -> None:
        self.faults.append(Fault(kind, what, self.step))

    def fault(self, kind: str, what: str) -> None:
        self._fault(kind, what)

    def asks(self, name: str, *arguments: Any) -> Any:
        """What recorder.js answers; asked again of the page that took the place meanwhile."""
        while True:
            try:
                return self.page.evaluate(
                    "([name, args]) => recorder[name](...args)", [name, list(arguments)]
                )
            except Error as error:
                if not any(word in error.message for word in LEFT) or self.page.is_closed():
                    raise


def _opened(envelope: dict[str, Any], kind: str, key: Identity) -> Iterator[dict[str, Any]]:
    compartment = envelope["compartments"][kind]
    for wrap in compartment["wraps"]:
        try:
            identity = unwrap(Sealed(base64.b64decode(wrap["sealed"])), key)
        except ValueError:
            continue
        for sealed in compartment["sealed"]:
            yield json.loads(unpad(open_sealed(Sealed(base64.b64decode(sealed)), identity)))
        return
    raise AssertionError(f"the desk's key opens no wrap of {kind}")


def _told(tap: Tap | None) -> str:
    if tap is None:
        return "by no tap"
    on = (
        f"{tap.on['tag']} {tap.on['name']}={tap.on['value']}, seen for {tap.on['shown']} ms"
        if tap.on
        else "nothing"
    )
    return f"the {'second tap' if tap.second else 'tap'} fell on {on}"


def _gives_away(answer: Answer) -> bool:
    return answer[0] in SETTLES and answer[1] not in GIVES_NOTHING


def _gives(name: str, value: str, scope: str) -> bool:
    """Whether this answer is how the form asks for that consent."""
    return value == scope or (name in SETTLES and name != "consents" and value not in GIVES_NOTHING)
