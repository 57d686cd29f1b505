"""What the form with a script says stands there in its state and in no other: docs/her-sentences.md."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Route

from tests.browser.her import Her
from tests.browser.test_code_shown import STANDING_CLOCK
from tests.browser.test_j01_report import lose_answers
from tests.intake import on_her_phone
from tests.patience import wait_until
from tests.visit.shown import QUOTED, pattern
from tincay.reports.envelope import LONGEST_STORY

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
Act = Callable[[Her], object]
ROWS = [(f"{state} @{page}", words) for state, words, page in on_her_phone.rows()]

# What waits for the server to rest waits no longer than this machine needs.
NO_WAITING = "const later = setTimeout; window.setTimeout = (then, ms) => later(then, ms > 1000 && ms < 9000 ? 0 : ms);"


class Moment(NamedTuple):
    """What she does, or what happens, and the states that show their sentences then."""

    act: Act
    states: str


def does(*gos: str) -> Act:
    def act(her: Her) -> None:
        for go in gos:
            her.do(go)

    return act


def chooses(name: str, *values: str) -> Act:
    def act(her: Her) -> None:
        for value in values:
            her.choose(name, value)

    return act


def walks(step: str) -> Act:
    return lambda her: her.walk_to(step)


def goes(path: str) -> Act:
    return lambda her: her.go(path)


def then(*acts: Act) -> Act:
    return lambda her: [act(her) for act in acts]


def runs(script: str) -> Act:
    return lambda her: her.page.evaluate(script)


def picks(*ids: str) -> Act:
    """Answers of later steps, beforehand."""
    return runs("".join(f"document.querySelector('#{one}').click();" for one in ids))


def writes(words: str) -> Act:
    return lambda her: her.page.locator("#words").fill(words)


def types(wanted: Callable[[str], str]) -> Act:
    def act(her: Her) -> None:
        her.page.locator("#last").fill(wanted(her.copied()))
        her.do("retype")

    return act


def _answer(**told: Any) -> Callable[[Route], None]:
    return lambda route: route.fulfill(**told)


def refused(error: str) -> Act:
    """The server answers with this error."""
    body = json.dumps({"error": error})

    def act(her: Her) -> None:
        her.page.unroute("**/send/")
        her.page.route("**/send/", _answer(status=503, body=body, content_type="application/json"))
        her.do("send")

    return act


def broken(her: Her) -> None:
    """Something between her and the server answers with a page of its own."""
    her.page.unroute("**/send/")
    her.page.route("**/send/", _answer(status=502, body="<p>Bad gateway"))
    her.do("send")


def waits(her: Her) -> None:
    """The server thinks."""
    her.page.unroute("**/send/")
    her.page.route("**/send/", lambda route: None)
    her.do("send")


def loses_an_answer(her: Her) -> None:
    her.page.unroute("**/send/")
    lose_answers(her)
    her.do("send")


def sends(her: Her) -> None:
    her.page.unroute("**/send/")
    her.do("send")


def offline(gone: bool) -> Act:
    return lambda her: her.page.context.set_offline(gone)


def changes_language(her: Her) -> None:
    her.page.locator("a.language").click()


def other_language(*, comes: bool) -> Act:
    def act(her: Her) -> None:
        her.page.route("**/en/**", (lambda route: None) if comes else (lambda route: route.abort()))
        changes_language(her)

    return act


REVIEW = "left: last @going; team: {{ desk }} @review"
NOTHING_CHOSEN = "review: keep.none @keep; review: police.say.none @police; review: consents.none @consents"
SENT = "step: receipt @kept"
ASKED = "left: may @going"
AGE = "unless: whose={{ third_persons }} @whose"


def review_of(*said: str) -> str:
    return "; ".join([REVIEW, *(f"review: {one} @review" for one in said)])


CHANGE = "document.querySelector('[data-allowed] [data-to=police]').click();"
NEXT = "document.querySelector('[data-go=next]').click();"
NO_CONSENT = "review: consents.none @consents"


def police(*ids: str) -> Act:
    """Another answer, and back to the review."""
    return then(runs(CHANGE), picks(*(f"police_{one}" for one in ids)), runs(NEXT))


SCENES: dict[str, list[Moment]] = {
    "asked and answered": [
        Moment(goes("/tell/"), ""),
        Moment(does("next"), "missing @need"),
        Moment(then(chooses("need", "just_listen"), does("next")), ASKED),
        Moment(then(chooses("danger", "now"), does("next")), f"{ASKED}; step: danger_now @danger_now"),
        Moment(other_language(comes=True), f"{ASKED}; step: danger_now @danger_now; opening @going"),
    ],
    "cards": [
        Moment(then(goes("/tell/"), chooses("need", "just_listen"), walks("harmed")), ASKED),
        Moment(chooses("harmed", "no"), "card: harmed=no @harmed"),
        Moment(then(chooses("harmed", "yes"), walks("whose"), chooses("age_band", "u14")), f"{ASKED}; {AGE}"),
        Moment(
            chooses("whose", "peer"),
            f"{ASKED}; when: whose={{{{ third_persons }}}} @whose; card: whose={{{{ third_persons }}}} @whose",
        ),
        Moment(
            then(walks("time_since"), chooses("time_since", "h24"), runs(
                "const near = document.querySelector('#near'); near.closest('details').open = true;"
                "document.querySelectorAll('#services > *').forEach((one) => (one.dataset.province = 'M01'));"
                "near.value = 'M02'; near.dispatchEvent(new Event('change', { bubbles: true }));"
            )),
            f"{ASKED}; none: services @first_hours",
        ),
        Moment(
            then(walks("harms"), chooses("harms", "debt_bondage")),
            f"{ASKED}; card: harms={{{{ trafficking_answers }}}} @harms",
        ),
        Moment(then(walks("did"), chooses("did", "police")),
               f"{ASKED}; card: {{{{ under }}}}={{{{ codes }}}} @officer"),
        Moment(walks("police"), f"{ASKED}; told: official @police; told: child @police"),
        Moment(
            walks("review"),
            f"{REVIEW}; review: keep.none @keep; review: police.say.none @police; review: consents.none @consents",
        ),
        Moment(lambda her: her.page.go_back(), f"{ASKED}"),
    ],
    "at the review": [
        Moment(
            then(goes("/tell/"), chooses("need", "just_listen"), walks("danger"), does("early")),
            f"{REVIEW}; {NOTHING_CHOSEN}",
        ),
        Moment(runs("minuteIsOver()"), f"{REVIEW}; {NOTHING_CHOSEN}; receipt-covered @receipt"),
        Moment(then(lambda her: her.page.locator("[data-receipt-again]:visible").click(), waits),
               f"{REVIEW}; {NOTHING_CHOSEN}; busy @going"),
    ],
    "refused": [
        Moment(
            then(goes("/tell/"), chooses("need", "just_listen"), walks("danger"), does("early")),
            f"{REVIEW}; {NOTHING_CHOSEN}",
        ),
        *(
            Moment(refused(error), f"{REVIEW}; {NOTHING_CHOSEN}; error: {error} @going")
            for error in ("busy", "full", "malformed", "stale_desk", "unsafe_keys")
        ),
        Moment(broken, f"{REVIEW}; {NOTHING_CHOSEN}; error: other @going"),
        Moment(other_language(comes=False), f"{REVIEW}; {NOTHING_CHOSEN}; error: page @going"),
        Moment(then(offline(True), sends), f"{REVIEW}; {NOTHING_CHOSEN}; error: network @going"),
        Moment(then(offline(False), sends), SENT),
        Moment(types(lambda code: "0000" if code[-4:] != "0000" else "1111"), f"{SENT}; retype-again @kept"),
        Moment(lambda her: her.page.go_back(), f"{SENT}; retype-again @kept; asks @going"),
        Moment(then(does("stay"), types(lambda code: code[-4:])), f"{SENT}; retype-good @kept"),
    ],
    "an answer is lost": [
        Moment(goes("/ask/"), ""),
        Moment(does("next"), "missing @words"),
        Moment(writes("QZV câu hỏi"), "missing @words"),
        Moment(does("early"), f"{REVIEW}; review: keep.none @keep; review: consents.none @consents"),
        Moment(
            loses_an_answer,
            f"{REVIEW}; review: keep.none @keep; review: consents.none @consents; error: network @going",
        ),
        Moment(
            then(
                lambda her: her.page.locator("[data-folded]:visible [data-go=change]").click(),
                writes("QZV câu khác"), does("next"),
            ),
            f"{REVIEW}; review: keep.none @keep; review: consents.none @consents",
        ),
        Moment(sends, f"{SENT}; earlier @kept"),
    ],
    "sent twice": [
        Moment(then(goes("/ask/"), writes("QZV câu hỏi"), does("early"), loses_an_answer),
               f"{REVIEW}; review: keep.none @keep; review: consents.none @consents; error: network @going"),
        Moment(sends, SENT),
    ],
    "a long story": [
        Moment(then(goes("/ask/"), runs(
            "const words = document.querySelector('#words'); words.value = 'x'.repeat(MOST - 300);"
            "words.dispatchEvent(new Event('input', { bubbles: true }));".replace("MOST", str(LONGEST_STORY))
        )), "room @words"),
        Moment(runs(
            "const words = document.querySelector('#words'); words.value += 'x'.repeat(400);"
            "words.dispatchEvent(new Event('input', { bubbles: true }));"
        ), "over @words"),
        Moment(then(does("early"), does("send")),
               f"{REVIEW}; review: keep.none @keep; review: consents.none @consents; error: too_long @going"),
    ],
    "what she allows": [
        Moment(
            then(goes("/tell/"), chooses("need", "just_listen"), walks("danger"),
                 picks("keep-yes", "police_option-not_now", "consents-count_statistics", "consents-alert_members",
                       "consents-alert_public", "consents-pattern_link", "consents-share_service"),
                 does("early")),
            review_of("keep.yes", "police.say.not_now", "consent.count_statistics", "consent.alert_members",
                      "consent.alert_public", "consent.pattern_link", "consent.share_service"),
        ),
    ],
    "the police": [
        Moment(
            then(goes("/tell/"), chooses("need", "just_listen"), walks("danger"),
                 picks("keep-no", "police_option-anon_info"), does("early")),
            f"{review_of('keep.no', 'police.say.anon_info')}; review: police.say.no_body @police; {NO_CONSENT}",
        ),
        *(
            Moment(police(f"option-{option}"), f"{review_of('keep.no', f'police.say.{option}')}; {NO_CONSENT}")
            for option in ("no", "already_done", "formal_supported", "via_org")
        ),
        Moment(police("option-anon_info", "body-ask"),
               f"{review_of('keep.no', 'police.say.anon_info', 'police.say.ask_body')}; {NO_CONSENT}"),
    ],
    "a browser that cannot seal": [
        Moment(
            then(lambda her: her.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })"),
                 goes("/tell/")),
            "error: unsupported @going",
        ),
    ],
}  # fmt: skip


def states_of(moment: Moment) -> set[str]:
    return {one for one in moment.states.split("; ") if one}


def shown(her: Her) -> set[str]:
    her.page.evaluate(
        "document.querySelectorAll('[data-step=receipt] details').forEach((one) => (one.open = true))"
    )
    text = QUOTED.sub("“”", " ".join(her.page.locator("main").inner_text().split()))
    return {words for _, words in ROWS if pattern(QUOTED.sub("“”", words)).search(text)}


def settle(her: Her, expected: set[str]) -> None:
    """Let the page come to it; what stands there instead is shown by whoever asks next."""
    with suppress(AssertionError):
        wait_until(lambda: shown(her) == expected, "the sentences of this state")


def of(states: set[str]) -> set[str]:
    return {words for state, words in ROWS if state in states}


@pytest.mark.parametrize("scene", SCENES)
def test_what_stands_on_the_form_is_what_is_said_in_this_state(comes: Comes, scene: str) -> None:
    her = comes("vi", 360)
    her.page.add_init_script(STANDING_CLOCK + NO_WAITING)
    for place, moment in enumerate(SCENES[scene]):
        moment.act(her)
        expected = of(states_of(moment))
        settle(her, expected)
        assert shown(her) == expected, f"{scene}, {place}"


def test_every_state_of_the_form_is_made() -> None:
    made = {state for moments in SCENES.values() for moment in moments for state in states_of(moment)}
    assert made == {state for state, _ in ROWS}
