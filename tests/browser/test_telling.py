"""Telling more behind the code: one question at a time, sent together; what was told, and corrections."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.her import Her
from tests.browser.test_forged import compartment, sealed_to
from tests.browser.test_j01_report import LANGUAGES
from tests.cast import Hands, Network, Reporter, again, rows
from tincay.core.consent import refuses
from tincay.core.statements import Kind, make_statement
from tincay.intake.consents import POLICE, items_of
from tincay.reports import ending, steps
from tincay.reports.grants import grants
from tincay.reports.models import Report, SignedWords
from tincay.vault.models import SealedText
from tincay.visit.queries import is_given

pytestmark = [pytest.mark.page, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
STORY = "QZVS lời kể của tôi"
MORE = "QZVM còn một chuyện nữa"


@pytest.fixture
def report(reporter: Reporter, clock: Hands) -> Report:
    answers = {"kind": ["incident_report"], "need": ["legal_aid"], "place": ["M01"]}
    kept = [reporter.grant("store_sealed")]
    return reporter.send(words=STORY, answers=answers, grants=kept, now=clock.now)


def goes_on(her: Her, code: str, way: str = "tell") -> None:
    her.come_back(code)
    her.follow(way)


def step(her: Her) -> str:
    return her.page.locator("[data-step]:visible").get_attribute("data-step") or ""


def press(her: Her, go: str) -> None:
    # A tap right after a change of screen counts for nothing: the key is pressed.
    her.page.locator(f"tell-later [data-go={go}]").focus()
    her.page.keyboard.press("Enter")


def walk_to(her: Her, wanted: str) -> None:
    while step(her) != wanted:
        assert step(her) != "review"
        press(her, "next")


def choose(her: Her, name: str, value: str) -> None:
    control = her.page.locator(f"#{name}-{value}")
    control.evaluate(
        "one => { for (let at = one; at = at.closest('details:not([open])'); ) at.open = true; }"
    )
    control.focus()
    her.page.keyboard.press("Space")


def arrived(her: Her) -> None:
    expect(her.page.locator("tell-later [data-step=receipt]")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_told_is_asked_one_by_one_and_goes_in_one_piece(
    comes: Comes, report: Report, reporter: Reporter, language: str
) -> None:
    her = comes(language, 320)
    goes_on(her, reporter.code)
    asked = []
    while step(her) != "review":
        asked.append(step(her))
        assert overflow(her.page) == 0
        if step(her) == "time_since":
            choose(her, "time_since", "h72")
        if step(her) == "words":
            her.page.locator("#words").fill(MORE)
        press(her, "next")
    assert "words" in asked
    assert {"need", "place"}.isdisjoint(asked)
    assert not serious_findings(her.page)
    assert rows(SignedWords).filter(report=report).count() == 1
    press(her, "send")
    arrived(her)
    assert rows(SignedWords).filter(report=report).count() == 2
    told = reporter.open("narrative")[-1]
    assert told["words"] == MORE
    assert told["answers"]["time_since"] == ["h72"]
    assert her.page.locator("#words").input_value() == ""


def writes(her: Her, words: str = MORE) -> None:
    walk_to(her, "words")
    her.page.locator("#words").fill(words)
    press(her, "early")
    assert step(her) == "review"


def statements(report: Report) -> int:
    return rows(SignedWords).filter(report=report).count()


def test_nothing_was_said_so_nothing_is_sent(comes: Comes, report: Report, reporter: Reporter) -> None:
    her = comes()
    goes_on(her, reporter.code)
    press(her, "early")
    expect(her.page.locator("[data-nothing]")).to_be_visible()
    press(her, "send")
    expect(her.page.locator("[data-error=empty]")).to_be_visible()
    assert statements(report) == 1


@pytest.mark.parametrize("name", ["time_since-h72", "whose-peer", "did-stranger"])
def test_an_answer_by_mistake_is_taken_back_as_on_the_form(
    comes: Comes, report: Report, reporter: Reporter, name: str
) -> None:
    asked, _, value = name.partition("-")
    her = comes()
    goes_on(her, reporter.code)
    walk_to(her, asked)
    back = her.page.locator(f"tell-later [data-go=unchoose][data-of={asked}]")
    expect(back).to_have_count(1)
    expect(back).to_be_hidden()
    choose(her, asked, value)
    expect(back).to_be_visible()
    back.focus()
    her.page.keyboard.press("Enter")
    expect(her.page.locator("tell-later input:checked")).to_have_count(0)
    expect(her.page.locator(f"#{name}")).to_be_focused()
    expect(back).to_be_hidden()
    press(her, "early")
    expect(her.page.locator("[data-nothing]")).to_be_visible()


def test_words_that_hold_the_code_are_not_sent(comes: Comes, report: Report, reporter: Reporter) -> None:
    her = comes()
    goes_on(her, reporter.code)
    writes(her, f"mã là {reporter.code}")
    press(her, "send")
    expect(her.page.locator("[data-error=mentions]")).to_be_visible()
    assert statements(report) == 1


def test_an_answer_lost_on_the_way_does_not_make_two_of_it(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = comes()
    goes_on(her, reporter.code)
    writes(her)

    def cut(route: Route) -> None:
        route.fetch()
        route.abort()

    her.page.route("**/back/add/", cut, times=1)
    press(her, "send")
    expect(her.page.locator("tell-later [data-error=network]")).to_be_visible()
    assert her.page.locator("#words").input_value() == MORE
    press(her, "send")
    arrived(her)
    assert statements(report) == 2


def test_what_was_written_in_another_tab_meanwhile_is_no_hindrance(
    comes: Comes, report: Report, reporter: Reporter, clock: Hands
) -> None:
    her = comes()
    goes_on(her, reporter.code)
    writes(her)
    reporter.write("QZVL từ trang khác", now=clock.now)
    press(her, "send")
    arrived(her)
    assert reporter.open("narrative")[-1]["words"] == MORE


def test_a_report_that_was_closed_meanwhile_takes_nothing_and_her_words_stay(
    comes: Comes, report: Report, reporter: Reporter, clock: Hands
) -> None:
    her = comes()
    goes_on(her, reporter.code)
    writes(her)
    steps.finish(report=again(report), now=clock.now)
    press(her, "send")
    expect(her.page.locator("[data-error=closed]")).to_be_visible()
    assert her.page.locator("#words").input_value() == MORE


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_her_answers_choose_another_team_she_reads_who_will_read_and_who_not(
    comes: Comes, reporter: Reporter, network: Network, clock: Hands, language: str
) -> None:
    report = reporter.send(words=STORY, answers={"need": ["legal_aid"]}, province=None, now=clock.now)
    assert report.desk == network.triage
    her = comes(language)
    goes_on(her, reporter.code)
    walk_to(her, "place")
    her.page.locator("#place").select_option("M02")
    press(her, "early")
    expect(her.page.locator("[data-moves]")).to_contain_text(network.triage.name(language))
    expect(her.page.locator("[data-team]:visible")).to_contain_text(network.other_desk.name(language))
    press(her, "send")
    arrived(her)
    assert again(report).desk == network.other_desk


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "never asked"])
def test_whoever_was_never_asked_whether_words_are_kept_is_asked_here(
    comes: Comes, reporter: Reporter, clock: Hands, asked: bool
) -> None:
    grants = [reporter.grant("store_sealed")] if asked else []
    retention = "r90" if asked else "r0_now"
    reporter.send(words=STORY, retention_class=retention, grants=grants, now=clock.now)
    her = comes()
    goes_on(her, reporter.code)
    expect(her.page.locator("tell-later [data-step=keep]")).to_have_count(0 if asked else 1)
    writes(her)
    # She is led nowhere while there are words that were not sent.
    expect(her.page.locator("a[href$='/allow/store_sealed/']:visible")).to_have_count(0)
    expect(her.page.get_by_text("Bạn chưa chọn giữ lời")).to_have_count(0 if asked else 1)
    press(her, "send")
    arrived(her)
    expect(her.page.locator("a[href$='/allow/store_sealed/']:visible")).to_have_count(0 if asked else 1)


@pytest.mark.parametrize("keeps", ["yes", "no"])
@pytest.mark.parametrize("words", [MORE, ""], ids=["with words", "alone"])
def test_whether_words_are_kept_is_answered_in_its_place_and_goes_with_them(
    comes: Comes, reporter: Reporter, clock: Hands, keeps: str, words: str
) -> None:
    report = reporter.send(words=STORY, retention_class="r0_now", now=clock.now)
    her = comes()
    goes_on(her, reporter.code)
    walk_to(her, "words")
    her.page.locator("#words").fill(words)
    press(her, "next")
    assert step(her) == "keep"
    answer = her.page.locator(f"#keep-{keeps}")
    expect(answer).to_be_hidden()  # a line is opened first
    choose(her, "keep", keeps)
    assert not serious_findings(her.page)
    press(her, "next")
    said = {
        "yes": "Lời của bạn được giữ sau khi bạn được trả lời.",
        "no": "Lời của bạn bị xóa khi bạn được trả lời.",
    }
    expect(her.page.locator("[data-allowed]")).to_contain_text(said[keeps])
    assert not report.grants.exists()
    press(her, "send")
    arrived(her)
    expect(her.page.locator("tell-later [data-kept]:visible")).to_have_text(said[keeps])
    given = report.grants.values_list("scope", "given")
    assert list(given) == [("store_sealed", keeps == "yes")]
    assert again(report).retention_class == ("r90" if keeps == "yes" else "r0_now")
    assert statements(report) == (2 if words else 1)
    assert "keep" not in str(reporter.open("narrative"))
    her.page.reload()
    goes_on(her, reporter.code)
    expect(her.page.locator("tell-later [data-step=keep]")).to_have_count(0)


def test_danger_told_later_makes_it_urgent(comes: Comes, report: Report, reporter: Reporter) -> None:
    her = comes()
    goes_on(her, reporter.code)
    assert step(her) == "danger"
    choose(her, "danger", "now")
    press(her, "early")
    assert step(her) == "danger_now", "whom to call is seen first"
    press(her, "early")
    press(her, "send")
    arrived(her)
    assert again(report).priority == "p0"


def entries(her: Her) -> list[str]:
    return [
        " ".join(one.split())
        for one in her.page.locator("main section:not([data-when-locked])").all_inner_texts()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_she_told_is_there_and_a_correction_stands_beside_it(
    comes: Comes, report: Report, reporter: Reporter, language: str
) -> None:
    her = comes(language, 320)
    goes_on(her, reporter.code, "said")
    expect(her.page.get_by_text(STORY)).to_be_visible()
    assert overflow(her.page) == 0
    assert not serious_findings(her.page)
    her.page.locator("[data-fix=need]").click()
    expect(her.page.locator("[data-correcting]")).to_be_visible()
    assert her.page.locator("[data-was]").inner_text()
    assert step(her) == "need"
    assert "need" not in her.page.url
    choose(her, "need", "pep")
    press(her, "next")
    assert step(her) == "review"
    press(her, "send")
    arrived(her)
    told = [document["answers"].get("need") for document in reporter.open("narrative")]
    assert told == [["legal_aid"], ["pep"]]
    her.page.locator("tell-later [data-step=receipt] .button").click()
    her.follow("said")
    expect(her.page.locator("said-so-far section")).to_have_count(2)
    assert STORY in entries(her)[0]


def test_what_was_erased_is_said_to_be_erased_and_more_can_be_told(
    comes: Comes, reporter: Reporter, clock: Hands
) -> None:
    report = reporter.send(words=STORY, retention_class="r0_now", now=clock.now)
    ending.erase_words(report=report, now=clock.now)
    her = comes()
    goes_on(her, reporter.code, "said")
    expect(her.page.locator("[data-gone]")).to_be_visible()
    assert STORY not in her.page.content()
    her.page.locator("a.card[href$='/tell/']").click()
    expect(her.page.locator("tell-later")).to_be_visible()
    writes(her)
    expect(her.page.locator("[data-erased]")).to_be_visible()
    press(her, "send")
    arrived(her)
    assert again(report).desk == report.desk
    assert reporter.open("narrative")[-1]["words"] == MORE


def test_words_that_she_did_not_sign_are_not_shown_among_hers(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    """Whoever holds the database seals to her compartment what she never told."""
    lie = "QZVX tôi rút lại hết"
    rows(SealedText).create(
        compartment=compartment(report, "narrative"),
        place=99,
        sealed=sealed_to(report, "narrative", {"v": 1, "words": lie}),
        sealed_by="browser",
    )
    her = comes()
    goes_on(her, reporter.code, "said")
    expect(her.page.get_by_text(STORY)).to_be_visible()
    assert lie not in her.page.content()
    rows(SealedText).filter(compartment=compartment(report, "narrative"), place__lt=99).delete()
    again_her = comes()
    goes_on(again_her, reporter.code, "said")
    expect(again_her.page.locator("[data-error=forged]")).to_be_visible()
    assert lie not in again_her.page.content()


def test_an_addition_that_she_did_not_sign_closes_the_page(
    comes: Comes, report: Report, reporter: Reporter, clock: Hands
) -> None:
    reporter.add(MORE, now=clock.now)
    row = rows(SignedWords).filter(report=report).order_by("number").last()
    assert row
    stranger = reporter.next_person()
    forged = make_statement(stranger.keys.signing_seed, Kind.WORDS, json.loads(bytes(row.document)))
    rows(SignedWords).filter(pk=row.pk).update(document=forged.document, signature=forged.signature)
    for way in ("said", "tell"):
        her = comes()
        goes_on(her, reporter.code, way)
        expect(her.page.locator("[data-error=forged]:visible")).to_have_count(1)
        assert MORE not in her.page.content()


def test_back_goes_one_question_back_and_nothing_is_lost(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = comes()
    goes_on(her, reporter.code)
    first = step(her)
    choose(her, "danger", "no")
    press(her, "next")
    assert step(her) != first
    her.page.evaluate("history.back()")
    expect(her.page.locator(f"[data-step={first}]")).to_be_visible()
    expect(her.page.locator("#danger-no")).to_be_checked()


# The visit ends when the test says so.
STANDING_VISIT = """
const run = setTimeout;
window.setTimeout = (then, ms, ...more) => (ms === 900000 ? ((window.visitIsOver = then), -1) : run(then, ms, ...more));
"""


def test_a_visit_that_ended_is_opened_in_place_and_what_she_wrote_is_there(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = comes()
    her.page.add_init_script(STANDING_VISIT)
    goes_on(her, reporter.code)
    choose(her, "danger", "no")
    writes(her)
    her.page.evaluate("visitIsOver()")
    expect(her.page.locator("[data-when-locked]")).to_be_visible()
    expect(her.page.locator("tell-later")).to_be_hidden()
    her.page.locator("#code").fill(reporter.code)
    her.page.locator("receipt-visit [data-go=open]").press("Enter")
    expect(her.page.locator("[data-when-locked]")).to_be_hidden()
    expect(her.page.locator("tell-later [data-step=review]")).to_be_visible()
    assert her.page.url.endswith("/back/tell/")
    press(her, "send")
    arrived(her)
    told = reporter.open("narrative")[-1]
    assert (told["words"], told["answers"]["danger"]) == (MORE, ["no"])


# Without a script


def plainly(comes: Comes, code: str, way: str = "tell", language: str = "vi") -> Her:
    her = comes(language, script=False)
    her.go("/back/")
    her.page.wait_for_url("**/plain/")
    her.come_back(code)
    her.follow(way)
    return her


def sends_plainly(her: Her) -> None:
    her.page.locator("form [name=go][value=send]").click()
    her.watch.look(her.page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_script_the_same_goes_in_one_post(
    comes: Comes, report: Report, reporter: Reporter, language: str
) -> None:
    her = plainly(comes, reporter.code, language=language)
    assert her.page.locator("[data-step=need]").count() == 0
    her.page.locator("label[for=plain-time_since-h72]").click()
    her.page.locator("#plain-words").fill(MORE)
    sends_plainly(her)
    expect(her.page.locator("main section")).to_have_count(2)
    assert MORE in entries(her)[1]
    told = reporter.open("narrative")[-1]
    assert (told["words"], told["answers"]["time_since"]) == (MORE, ["h72"])
    # Her own phone reads what the server sealed.
    own = comes(language)
    goes_on(own, reporter.code, "said")
    expect(own.page.get_by_text(MORE)).to_be_visible()


@pytest.mark.parametrize("words", [MORE, ""], ids=["with words", "alone"])
def test_without_a_script_whether_words_are_kept_is_answered_in_its_place(
    comes: Comes, reporter: Reporter, clock: Hands, words: str
) -> None:
    report = reporter.send(words=STORY, retention_class="r0_now", now=clock.now)
    her = plainly(comes, reporter.code)
    line = her.page.locator("[data-step=keep] details").first
    expect(line.locator("label")).to_be_hidden()
    line.locator("summary").click()
    line.locator("label").click()
    her.page.locator("#plain-words").fill(words)
    sends_plainly(her)
    expect(
        her.page.get_by_role("heading", name="Những gì tôi đã nói" if words else "Những gì tôi cho phép")
    ).to_be_visible()
    assert list(report.grants.values_list("scope", "given")) == [("store_sealed", True)]
    assert again(report).retention_class == "r90"
    assert statements(report) == (2 if words else 1)
    her.page.go_back()
    her.page.reload()
    expect(her.page.locator("[data-step=keep]")).to_have_count(0)


def test_without_a_script_another_team_is_named_before_it_is_sent(
    comes: Comes, reporter: Reporter, network: Network, clock: Hands
) -> None:
    report = reporter.send(words=STORY, answers={"need": ["legal_aid"]}, province=None, now=clock.now)
    her = plainly(comes, reporter.code)
    her.page.locator("#plain-place").select_option("M02")
    her.page.locator("#plain-words").fill(MORE)
    sends_plainly(her)
    expect(her.page.locator(".wrong:visible")).to_contain_text(network.other_desk.name("vi"))
    assert statements(report) == 1
    assert her.page.locator("#plain-words").input_value().strip() == MORE
    sends_plainly(her)
    expect(her.page.locator("main section")).to_have_count(2)
    assert again(report).desk == network.other_desk
    assert reporter.open("narrative")[-1]["words"] == MORE


def test_without_a_script_a_correction_asks_that_question_only(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = plainly(comes, reporter.code, "said")
    her.page.locator("button[name=fix][value=place]").click()
    expect(her.page.locator("fieldset[data-step]")).to_have_count(1)
    her.page.locator("#plain-place").select_option("M03")
    sends_plainly(her)
    expect(her.page.locator("main section")).to_have_count(2)
    assert reporter.open("narrative")[-1]["answers"]["place"] == ["M03"]


def test_without_a_script_nothing_and_the_code_are_not_sent(
    comes: Comes, report: Report, reporter: Reporter
) -> None:
    her = plainly(comes, reporter.code)
    sends_plainly(her)
    expect(her.page.locator(".wrong:visible")).to_be_visible()
    her.page.locator("#plain-words").fill(f"mã là {reporter.code}")
    sends_plainly(her)
    expect(her.page.locator(".wrong:visible")).to_be_visible()
    assert statements(report) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_tells_about_an_official_is_told_that_the_police_hear_nothing_more_and_it_is_so(
    comes: Comes, report: Report, reporter: Reporter, network: Network, clock: Hands, language: str
) -> None:
    body = f"body:{network.police.code}"
    reporter.consent(POLICE, receiver=body, items=items_of(POLICE), now=clock.now)
    her = comes(language, 320)
    goes_on(her, reporter.code)
    walk_to(her, "did")
    choose(her, "did", "police")
    press(her, "early")
    expect(her.page.locator("tell-later [data-police]")).to_be_visible()
    assert is_given(grants(again(report)), POLICE, body, clock.now)  # until she sends
    press(her, "send")
    arrived(her)
    assert not is_given(grants(again(report)), POLICE, body, clock.now)
    assert refuses(grants(again(report)), POLICE)


def test_who_tells_about_somebody_else_keeps_what_she_allowed(
    comes: Comes, report: Report, reporter: Reporter, network: Network, clock: Hands
) -> None:
    body = f"body:{network.police.code}"
    reporter.consent(POLICE, receiver=body, items=items_of(POLICE), now=clock.now)
    her = comes("vi", 320)
    goes_on(her, reporter.code)
    walk_to(her, "did")
    choose(her, "did", "partner")
    press(her, "early")
    expect(her.page.locator("tell-later [data-police]")).to_be_hidden()
    press(her, "send")
    arrived(her)
    assert is_given(grants(again(report)), POLICE, body, clock.now)


def test_whoever_sent_early_is_asked_a_question_next(
    comes: Comes, reporter: Reporter, clock: Hands, network: Network
) -> None:
    reporter.send(
        answers={"kind": ["incident_report"], "need": ["safety_now"], "danger": ["now"]}, now=clock.now
    )
    her = comes()
    goes_on(her, reporter.code)
    expect(her.page.locator("tell-later [data-go=next]:visible")).to_be_enabled()
    assert her.page.locator("[data-step]:visible [data-name]").count() > 0
    assert step(her) not in {"danger", "danger_now"}
