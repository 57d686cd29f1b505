"""A frightened person's hands, at random: taps once and twice, swipes, Back, turned phones, another language.

hands.py draws all gestures beforehand; where each lands follows from what the page shows. Time is the page's own:
it stands still while the machine works and goes on as the plan says, so nothing here depends on how fast a machine is.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Route

from tests.browser.claims import contradictions, truth_of
from tests.browser.hands import DOORS, Gesture, Plan, plan
from tests.browser.recorder import HELD_MS, SCRIPT, Fault, Recorder
from tests.cast import SALT, rows, url64
from tincay.core.sealing import Identity, stretch_receipt
from tincay.reports.models import Report

LOOKS_MS = 650
"""How long she looks at what has moved before she touches it."""
STORY = (
    "Chủ quán giữ lương của em ba tháng rồi.",
    "Hôm qua anh ta đánh vào lưng, em sợ lắm.",
    "Em ở trọ gần chợ, chưa dám kể với ai.",
    "Có người dọa gửi ảnh về cho mẹ em.",
)
SHOW_AGAIN = ("Hiện lại", "Show again")
COPIED = ("Tôi đã chép", "I have copied")
POLLS = 400
RESTS = 3
"""Frames that a finger rests before it is lifted."""
ONWARD = ("/help/", "/tell/", "/warn/", "/ask/", "/back/", "/now/")
ON = ("early", "send", "copied")
HOME = ("Thông tin cộng đồng", "Về trang đầu", "To the first page")


@dataclass
class Monkey:
    """One person at one phone, and the recorder that watches her. `run` gives the faults of the whole plan."""

    plan: Plan
    context: BrowserContext
    page: Page
    root: str
    recorder: Recorder
    server_waits: Callable[[float], object]
    """Lets the server's clock go on by so many seconds."""
    code: str = ""
    """The code that she has; with it she comes back."""
    report: Report | None = None
    out: bool = False
    came_back: bool = False
    """The code opened a report."""
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._first = 0
        self._code_in = 0.0
        self._hasty = False
        self._seen: dict[str, Any] = {"visible": [], "path": "/", "step": ""}
        self._boxes: list[dict[str, Any]] = []
        self._finished: set[str] = set()
        self._sent_codes: set[str] = set()

    # --- the whole way

    def run(self) -> list[Fault]:
        self._arrive()
        for step, gesture in enumerate(self.plan.gestures, 1):
            self.recorder.step = step
            self.recorder.leaves = gesture.choice < 0.5
            before = self._seen["visible"]
            self._do(gesture)
            self._boxes, self._hasty = before, gesture.pause < HELD_MS
            self._close_others()
            if self.out:
                break
            self._judge()
            self._pass(gesture.pause)
        return self.recorder.faults

    def _arrive(self) -> None:
        start = "" if self.plan.language == "vi" else "/en"
        self.page.goto(f"{self.root}{start}/")
        self._first = self._entry()[1]
        self._settle()
        self._pass(1000)
        address = "/back/" if self.plan.door == "visit" else f"/{self.plan.door}/"
        self._tap_control(lambda one: one["href"].endswith(address), 0.0)
        self._settle()
        self._seen = self.recorder.asks("snapshot")
        self._pass(1000)

    def _do(self, gesture: Gesture) -> None:
        self.trace.append(f"{self.recorder.step} {gesture.kind} on {self._seen['path']} {self._seen['step']}")
        if self._hasty:
            self._aimed(gesture)
        else:
            getattr(self, f"_{gesture.kind}")(gesture)
        self._settle()
        self._close_list()

    # --- gestures

    def _aimed(self, gesture: Gesture) -> None:
        """Faster than an eye: it falls where something was before the last gesture."""
        height = (self.page.viewport_size or {"height": 0})["height"]
        found = [one for one in self._boxes if 0 < one["y"] < height and self._may(one) and one["tag"] != "a"]
        if found:
            one = found[int(gesture.which * len(found))]
            self.trace[-1] += (
                f" -> hasty, where {one['tag']} {one['name']}={one['value']} {one['text'][:24]!r} was"
            )
            self._taps(one["x"], one["y"], gesture)

    def _go(self, gesture: Gesture) -> None:
        """Goes on: types what is empty, chooses an answer, presses the main button."""
        found = self.recorder.asks("visible")
        at_door = [one for one in found if one["code"]]
        fields = [one for one in at_door if self._empty(one)] if self.code else []
        words = self.code
        if not at_door and gesture.choice < 0.85:
            fields = [one for one in found if one["empty"] and one["name"]]
            words = f"{STORY[int(gesture.which * len(STORY))]} {self.plan.seed}-{self.recorder.step}"
        answers = [one for one in found if _answers(one) and not one["checked"]]
        if fields:
            self._type(fields[0], words)
        elif at_door and not self.code:
            self._tap_one([one for one in found if one["text"] in HOME], gesture)
        elif gesture.choice >= 0.4 or not self._tap_one(answers, gesture):
            self._press_main(found, gesture)

    def _press_main(self, found: list[dict[str, Any]], gesture: Gesture) -> None:
        main = [one for one in found if one["tag"] == "button" and (one["main"] or one["go"] in ON)]
        onward = (
            main
            or [one for one in found if one["href"].endswith(ONWARD)]
            or [one for one in found if one["text"] in HOME]
        )
        if not self._tap_one(onward, gesture):
            self._any(gesture)

    def _any(self, gesture: Gesture) -> None:
        found = [one for one in self.recorder.asks("visible") if self._may(one)]
        weights = [0.03 if one["leaves"] else 0.15 if one["tag"] == "a" else 1.0 for one in found]
        if found:
            self._tap_one(random.Random(gesture.which).choices(found, weights), gesture)

    def _point(self, gesture: Gesture) -> None:
        size = self.page.viewport_size or {"width": 320, "height": 568}
        x, y = gesture.where
        # The bar with the way out is hit on purpose only, or most runs would end here.
        self._taps(x * size["width"], y * size["height"] * 0.8, gesture)

    def _swipe(self, gesture: Gesture) -> None:
        size = self.page.viewport_size or {"width": 320, "height": 568}
        x, up = size["width"] * (0.2 + 0.6 * gesture.where[0]), gesture.choice < 0.6
        begin, end = (0.7, 0.2) if up else (0.2, 0.7)
        touch = self.recorder.cdp.send
        touch(
            "Input.dispatchTouchEvent",
            {"type": "touchStart", "touchPoints": [{"x": x, "y": begin * size["height"]}]},
        )
        # Drawn after each bit, and at rest in the end: how far it goes, and that it goes no further when the finger
        # is lifted, would follow from how fast this machine is.
        for part in (*range(1, 9), *[8] * RESTS):
            y = (begin + (end - begin) * part / 8) * size["height"]
            touch("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
            self.recorder.asks("painted")
        touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        self._look_again()

    def _long(self, gesture: Gesture) -> None:
        found = [one for one in self.recorder.asks("visible") if self._may(one) and not one["leaves"]]
        if not found:
            return
        at = self._place(found[int(gesture.which * len(found))])
        touch = self.recorder.cdp.send
        touch("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": at[0], "y": at[1]}]})
        self._pass(700)
        self.recorder.asks("rest", 700)
        touch("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _back(self, gesture: Gesture) -> None:
        self._history(-1)

    def _forward(self, gesture: Gesture) -> None:
        self._history(1)

    def _turn(self, gesture: Gesture) -> None:
        size = self.page.viewport_size
        if size:
            self.page.set_viewport_size({"width": size["height"], "height": size["width"]})
            self._look_again()

    def _language(self, gesture: Gesture) -> None:
        self._tap_control(
            lambda one: one["tag"] in ("a", "button") and one["text"] in ("English", "Tiếng Việt"), 0.0
        )

    def _reload(self, gesture: Gesture) -> None:
        before = self._seen["id"]
        self.recorder.asked = False
        self.recorder.cdp.send("Page.reload")
        for _ in range(POLLS):
            if self.recorder.asks("id") != before or self.recorder.asked:
                break

    def _tab(self, gesture: Gesture) -> None:
        """A second tab on the same site, a few taps in it, and it is closed again."""
        other = self.context.new_page()
        recorder = Recorder(
            other, self.root, self.recorder.desk_key, self.recorder.faults, step=self.recorder.step
        )
        door = DOORS[int(gesture.which * len(DOORS))]
        other.goto(f"{self.root}/{door}/")
        beside = Monkey(
            Plan(-1, door, self.plan.size, "vi", ()),
            self.context,
            other,
            self.root,
            recorder,
            self.server_waits,
            trace=self.trace,
        )
        for _ in range(2):
            beside._settle()
            beside._pass(700)
            beside._go(gesture)
        beside._settle()
        recorder.look()
        other.close()
        self.page.bring_to_front()

    def _wait(self, gesture: Gesture) -> None:
        self._pass(int(5_000 + gesture.choice * 90_000))

    def _late(self, gesture: Gesture) -> None:
        self.server_waits(16 * 60)
        self._pass(16 * 60_000)

    def _key(self, gesture: Gesture) -> None:
        here, down = self.recorder.asks("place_in_page")
        self.page.keyboard.press(
            ("Tab", "Escape", "Shift", "ArrowDown", "Enter", " ")[int(gesture.which * 6)]
        )
        self._settle()
        if not self.out:
            there, further = self.recorder.asks("place_in_page")
            if here == there and down != further:
                self._look_again()

    # --- fingers

    def _tap_control(self, wanted: Callable[[dict[str, Any]], bool], which: float) -> bool:
        found = [one for one in self.recorder.asks("visible") if wanted(one)]
        if not found:
            return False
        at = self._place(found[int(which * len(found))])
        self._tap(*at, lies=0)
        self._settle()
        return True

    def _tap_one(self, found: list[dict[str, Any]], gesture: Gesture) -> bool:
        found = [one for one in found if self._may(one)]
        if not found:
            return False
        one = found[int(gesture.which * len(found))]
        self.trace[-1] += (
            f" -> {one['tag']} {one['name']}={one['value']} {one['go']} {one['text'][:24]!r}"
            f" x{1 + len(gesture.apart)}"
        )
        if one["tag"] == "select":
            self._choose(one, gesture)
        else:
            self._taps(*self._place(one, gesture.where), gesture)
        return True

    def _choose(self, one: dict[str, Any], gesture: Gesture) -> None:
        """A list that the phone itself shows: by keys."""
        self.page.evaluate(
            "index => document.querySelectorAll('a[href],button,input,select,textarea,summary,label')[index].focus()",
            one["index"],
        )
        for _ in range(1 + int(gesture.choice * 3)):
            self.page.keyboard.press("ArrowDown")

    def _place(self, one: dict[str, Any], where: tuple[float, float] = (0.5, 0.5)) -> tuple[float, float]:
        box = self.recorder.asks("place", one["index"])
        if box["moved"]:
            self._look_again()
        x, y = (0.25 + 0.5 * part for part in where)
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    def _taps(self, x: float, y: float, gesture: Gesture) -> None:
        for apart in (0, *gesture.apart):
            if apart:
                self.recorder.asks("look")
                self._pass(apart)
            if self.page.is_closed() or not self.page.url.startswith(self.root):
                return
            self._tap(x, y, gesture.lies if not apart else 0)

    def _tap(self, x: float, y: float, lies: int) -> None:
        before = self.recorder.asks("mouse")
        if lies:
            self.recorder.cdp.send(
                "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
            )
            self._pass(lies)
            self.recorder.cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        else:
            self.page.touchscreen.tap(x, y)
        self._landed(before)

    def _landed(self, before: list[float]) -> None:
        """The browser has made of the touch what it makes of it: a click, or nothing."""
        self.recorder.asks("landed", before)

    def _type(self, one: dict[str, Any], words: str) -> None:
        self.trace[-1] += f" -> types into {one['name'] or 'code'}"
        at = self._place(one)
        self._tap(*at, lies=0)
        self._settle()
        self.page.keyboard.insert_text(words)

    # --- time

    def _pass(self, ms: int) -> None:
        """So much time passes on the page; what stands still meanwhile is noticed first."""
        self.context.clock.run_for(ms)

    def _look_again(self) -> None:
        """After something moved by her own hand: the eye needs a moment."""
        self.recorder.asks("drawn")
        self.recorder.asks("look")
        self._pass(LOOKS_MS)

    def _settle(self) -> None:
        """Until the page has done what the gesture began, however long this machine takes for it."""
        while self.page.url.startswith(self.root) and self.recorder.asks("settled") == "busy":
            self._pass(500)
        if not self.page.url.startswith(self.root):
            self._left()

    # --- history

    def _entry(self) -> tuple[list[dict[str, Any]], int]:
        while True:
            try:
                history = self.recorder.cdp.send("Page.getNavigationHistory")
            except Error as error:  # one page is just taking the place of the other
                if "Not attached to an active page" not in error.message or self.page.is_closed():
                    raise
            else:
                return history["entries"], history["currentIndex"]

    def _history(self, by: int) -> bool:
        entries, at = self._entry()
        if not self._first <= at + by < len(entries):
            return False
        self.recorder.asked = False
        self.recorder.cdp.send("Page.navigateToHistoryEntry", {"entryId": entries[at + by]["id"]})
        for _ in range(POLLS):
            there, where = self._entry()
            if there[where]["id"] != entries[at]["id"] or self.recorder.asked:
                break
        self._settle()
        while self._entry()[1] != where:  # the page may have answered by going on
            where = self._entry()[1]
            self._settle()
        return True

    # --- what became of it

    def _judge(self) -> None:
        recorder, seen = self.recorder, self.recorder.asks("snapshot")
        self._seen = seen
        recorder.look(seen)
        self._check_sent(seen)
        missing, code_gone = recorder.missing(seen), self._code_gone(seen)
        if (missing or code_gone) and not recorder.let_go and not self._found_again():
            what = f"text of {', '.join(missing)}" if missing else "the code"
            recorder.fault("lost", f"{what} is gone, and nobody asked")
        if missing or code_gone:
            recorder.begins_anew()
            if code_gone:
                recorder.codes.clear()
            self._seen = recorder.asks("snapshot")
        recorder.let_go = recorder.asked = False
        self.came_back |= "/back/now/" in self._seen["path"]
        report = rows(Report).filter(pk=self.report.pk).first() if self.report else None
        pending = bool(recorder.story) or not self._accepted()
        for said in contradictions(
            truth_of(recorder, self._seen, report, pending=pending), self._seen["lines"]
        ):
            recorder.fault("said", said)

    def _accepted(self) -> bool:
        """Whether what the last code belongs to was sent: she may have begun another report since."""
        return self._sent_codes.issuperset(self.recorder.codes[-1:] or {""})

    def _check_sent(self, seen: dict[str, Any]) -> None:
        recorder = self.recorder
        if seen["code"] and seen["code"]["visible"]:
            self._code_in = seen["id"]
        for sent in recorder.sent:
            if not sent.accepted or sent.key in self._finished:
                continue
            self._finished.add(sent.key)
            self.report = rows(Report).filter(key=sent.key).first()
            if not recorder.codes:
                recorder.fault("lost", "a report was sent and no code was shown")
            elif url64(stretch_receipt(recorder.codes[-1], SALT).locator) != sent.locator:
                recorder.fault("lost", "the code that was shown is not the one that was sent")
            else:
                self.code = recorder.codes[-1]
                self._sent_codes.add(self.code)

    def _code_gone(self, seen: dict[str, Any]) -> bool:
        recorder = self.recorder
        if not recorder.codes or recorder.has_code(seen):
            return False
        if seen["id"] == self._code_in and not self._accepted():
            return False  # not sent yet, and shown again before it is
        return not any(one["text"].startswith(SHOW_AGAIN) for one in seen["visible"])

    def _found_again(self) -> bool:
        """Whether Forward or Back brings it back."""
        for by in (1, 1, -1, -1, -1):
            if self._history(by) and not self.out:
                seen = self.recorder.asks("snapshot")
                if not self.recorder.missing(seen) and not self._code_gone(seen):
                    return True
        return False

    def _left(self) -> None:
        """The way out: nothing of hers is left behind in the page that Back leads to."""
        self.out = True
        told = [text for text in (*self.recorder.story.values(), *self.recorder.codes[-1:]) if text]
        for by in (-1, -1):
            if self._entry()[1] + by < self._first:
                return
            self.page.go_back(wait_until="load")
            if not self.page.url.startswith(self.root):
                continue
            held = self.recorder.asks("everything")
            for text in told:
                if text in held:
                    self.recorder.fault("left", "something typed or shown is left behind after the way out")

    # --- small questions

    def _empty(self, one: dict[str, Any]) -> bool:
        return bool(one["empty"] or one["tag"] == "input")

    def _may(self, one: dict[str, Any]) -> bool:
        """Fingers fall on everything but on what only a real phone could answer."""
        return not one["dials"] and not one["retype"] and one["href"] != "#main"

    def _close_list(self) -> None:
        """A phone's list of answers lies over everything: whoever opened it by chance goes Back out of it. The one of
        this browser would stay, take the keys of later gestures and choose when a tap falls beside it."""
        if not self.out and self.recorder.asks("list_open"):
            self.page.keyboard.press("Escape")

    def _close_others(self) -> None:
        for other in self.context.pages:
            if other is not self.page:
                other.close()


def _answers(one: dict[str, Any]) -> bool:
    return (bool(one["name"]) and one["tag"] in ("input", "select")) or (
        one["tag"] == "summary" and bool(one["step"])
    )


def sit_down(
    browser: Browser,
    root: str,
    seed: int,
    desk_key: Callable[[str], Identity],
    server_waits: Callable[[float], object],
    *,
    begun: float,
    after: str = "",
) -> Monkey:
    """A phone with touch, a clock that stands, and a recorder. `after` runs in front of the product and
    behind the recorder: for faults that are planted."""
    drawn = plan(seed)
    width, height = drawn.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, locale="vi-VN"
    )
    context.route(lambda url: not url.startswith(root), _elsewhere)
    context.add_init_script(SCRIPT)
    if after:
        context.add_init_script(after)
    context.clock.install(time=begun)
    context.clock.pause_at(begun + 1)
    page = context.new_page()
    recorder = Recorder(page, root, desk_key)
    return Monkey(drawn, context, page, root, recorder, server_waits)


def _elsewhere(route: Route) -> None:
    with suppress(Error):  # the page was left again before it came
        route.fulfill(
            body="<!doctype html><title>trời</title><p>trời", content_type="text/html; charset=utf-8"
        )
