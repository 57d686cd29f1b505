"""The reporter's pages for `./run screenshots`: every step, the receipt, and what lies behind it."""

from collections.abc import Callable

from tests.browser.her import Her
from tests.browser.never import Watch
from tests.browser.pages import Shot, Visit

STEPS = ("need", "danger", "harmed", "whose", "time_since", "harms", "place", "did", "words", "keep",
         "contact", "police", "consents", "review")  # fmt: skip
WAYS = ("tell", "said", "allow", "late", "proof", "data", "new-code", "delete", "done")
SHOWS_A_CARD = {"harmed": "no", "whose": "peer", "time_since": "h72"}
"""Answers that make a step show what it has to say."""


def _her(visit: Visit) -> Her:
    return Her(visit.page, visit.root, visit.language, Watch(visit.root))


def step(name: str) -> Callable[[Visit], None]:
    """One step of telling, with the card that an answer brings."""

    def steps(visit: Visit) -> None:
        her = _her(visit)
        her.go("/tell/")
        her.choose("need", "just_listen")
        her.walk_to(name)
        if name in SHOWS_A_CARD:
            her.choose(name, SHOWS_A_CARD[name])

    return steps


def danger_now(visit: Visit) -> None:
    step("danger")(visit)
    her = _her(visit)
    her.choose("danger", "now")
    her.do("next")


def receipt(visit: Visit) -> None:
    _her(visit).ask_something()


def behind(way: str = "") -> Callable[[Visit], None]:
    """A page behind a receipt that was just given."""

    def steps(visit: Visit) -> None:
        her = _her(visit)
        her.come_back(her.ask_something())
        if way:
            her.follow(way)

    return steps


def missing(visit: Visit) -> None:
    her = _her(visit)
    her.go("/help/")
    her.press("next")


def wrong_code(visit: Visit) -> None:
    her = _her(visit)
    her.go("/back/")
    her.page.locator("#code").fill("1234 5678")
    her.press("open")


HER_PAGES = [
    *[Shot(f"tell-{name}", step(name)) for name in STEPS],
    Shot("tell-danger-now", danger_now),
    Shot("tell-need-missing", missing),
    Shot("receipt", receipt),
    Shot("back-wrong", wrong_code),
    Shot("visit", behind()),
    *[Shot(f"visit-{way}", behind(way)) for way in WAYS],
]
