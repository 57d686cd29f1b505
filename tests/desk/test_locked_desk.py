"""From a locked desk nothing happens: every verb of its pages is pressed without what only an open key gives."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from tests.cast import Hands, Helper, Network, Reporter, again, hire_helper, rows, sign_in
from tincay.desk import opened, urls
from tincay.people.actions import add_seat
from tincay.people.models import StaffSession
from tincay.reports.models import Report
from tincay.vault.models import DeskWrap

pytestmark = pytest.mark.django_db(transaction=True)


def patterns(entries: list[Any]) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns)
        else:
            yield entry


NAMES = [str(pattern.name) for pattern in patterns(urls.urlpatterns)]
OF_NO_REPORT = {str(entry.name) for entry in urls.urlpatterns if isinstance(entry, URLPattern)} - {"report"}
FIELDS = {
    "verify": {"result": "enough"},
    "classify": {"classification": "violence"},
    "handle": {"result": "advice"},
    "propose_closing": {"reason": "spam_test"},
    "close_report": {"she_asked": "yes"},
    "raise_priority": {"priority": "p1"},
    "hold": {"reason": "safety"},
}
WRITTEN = {"answer": "answer", "ask_her": "question", "write": "message"}
STAGES = {
    "open_report": "received",
    "classify": "verified",
    "begin": "classified",
    "answer": "in_handling",
    "handle": "answered",
    "close_report": "handled",
}
"""Where a verb can be taken, so that nothing but the lock stops it; without a line here, as soon as it was read."""


def write_on_three_days(report: Report, helper: Helper, clock: Hands) -> None:
    for _ in range(3):
        helper.write(report, now=clock.now)
        clock.move(days=1)


BEFORE: dict[str, Callable[[Report, Helper, Hands], object]] = {
    "resume": lambda report, helper, clock: helper.pause(report, now=clock.now),
    "agree_to_closing": lambda report, helper, clock: helper.propose_closing(report),
    "try_to_reach": write_on_three_days,
    "lose_contact": write_on_three_days,
}
"""What has to have happened for a verb to be possible."""


def address(name: str, report: Report) -> str:
    return reverse(name, args=[] if name in OF_NO_REPORT else [report.id])


def kept() -> dict[str, list[Any]]:
    """Every row of the product, but for the own session, which knows that somebody is there."""
    models = [model for model in apps.get_models() if model.__module__.startswith("tincay.")]
    models.remove(StaffSession)
    return {model._meta.label: sorted(map(repr, rows(model).values_list())) for model in models}


def press(client: Client, name: str, report: Report, worker: Helper, **headers: str) -> int:
    if name in WRITTEN:
        body = worker.reply_json(report, "Chào bạn", WRITTEN[name])
        answer = client.post(
            address(name, report), body, content_type="application/json", headers=headers or None
        )
    else:
        answer = client.post(address(name, report), FIELDS.get(name, {}), headers=headers or None)
    return answer.status_code


@pytest.mark.parametrize("name", NAMES)
def test_a_locked_desk_does_nothing_and_the_same_press_works_when_it_is_open(
    network: Network, clock: Hands, reporter: Reporter, name: str
) -> None:
    """Walks the addresses: whoever adds a verb finds it here, without a guard or without what makes it possible."""
    report = reporter.send()
    network.helper.bring(report, STAGES.get(name, "acknowledged"), now=clock.now)
    if name in BEFORE:
        BEFORE[name](report, network.helper, clock)
    worker = network.supervisor if name == "agree_to_closing" else network.helper
    client = sign_in(worker)
    before = kept()
    answered = press(client, name, report, worker)
    assert kept() == before
    if answered == 405:
        return  # a page: it is looked at, and nothing is done there
    assert answered == (403 if name in WRITTEN else 302)
    of = None if name in OF_NO_REPORT else report
    assert press(client, name, report, worker, **worker.opened(client, of)) in {201, 302}
    assert kept() != before


def test_only_pages_are_not_verbs() -> None:
    """What the test above takes for a page has no verb behind it."""
    unguarded = {
        str(pattern.name)
        for pattern in patterns(urls.urlpatterns)
        if not getattr(pattern.callback, "needs_open_key", False)
    }
    assert unguarded == {
        "desk", "today", "held", "held_words", "warnings", "report", "overdue", "escalated", "challenge",
        "own_challenge",
    }  # fmt: skip


# --- what is no proof


@pytest.fixture
def report(reporter: Reporter) -> Report:
    return reporter.send()


def opens(client: Client, report: Report, shown: dict[str, str]) -> bool:
    client.post(address("open_report", report), headers=shown)
    return again(report).times_opened > 0


def test_a_proof_is_good_for_its_report_only(
    network: Network, clock: Hands, report: Report, reporter: Reporter
) -> None:
    other, client = reporter.next_person().send(), sign_in(network.helper)
    shown = network.helper.opened(client, other)
    assert not opens(client, report, shown)
    assert opens(client, other, shown)


def test_a_proof_is_good_for_its_person_only(network: Network, clock: Hands, report: Report) -> None:
    shown = network.supervisor.opened(sign_in(network.supervisor), report)
    assert not opens(sign_in(network.helper), report, shown)


def test_the_own_key_proves_nothing_about_a_report(network: Network, clock: Hands, report: Report) -> None:
    client = sign_in(network.helper)
    assert not opens(client, report, network.helper.opened(client))


def test_a_proof_ends_after_two_minutes_and_cannot_be_made_longer(
    network: Network, clock: Hands, report: Report
) -> None:
    client = sign_in(network.helper)
    shown = network.helper.opened(client, report)
    clock.move(seconds=opened.GOOD_FOR.total_seconds())
    assert not opens(client, report, shown)
    of, until, answer = shown["X-Opened"].split(".")
    assert not opens(client, report, {"X-Opened": f"{of}.{int(until) + 60}.{answer}"})
    assert timedelta(minutes=15) >= opened.GOOD_FOR


@pytest.mark.parametrize("said", ["", ".", "..", "…", "a.b.c", f"{'0' * 32}.{'9' * 400}.x", "x" * 4000])
def test_what_is_no_proof_at_all_opens_nothing(
    network: Network, clock: Hands, report: Report, said: str
) -> None:
    assert not opens(sign_in(network.helper), report, {"X-Opened": said})


def test_two_challenges_of_one_moment_look_different_and_say_nothing_in_clear(
    network: Network, clock: Hands, report: Report
) -> None:
    client = sign_in(network.helper)
    first, second = (client.get(address("challenge", report)).json() for _ in range(2))
    assert first["sealed"] != second["sealed"]
    answer = network.helper.opened(client, report)["X-Opened"].rpartition(".")[2]
    assert answer not in str(first)


# --- who has no key yet


@pytest.fixture
def newcomer(network: Network, clock: Hands) -> Helper:
    """Somebody with a key of the own and a seat, to whom nobody has handed the desk's key."""
    worker = hire_helper(network.organisation, "moi.cayme")
    add_seat(user=worker.user, desk=network.triage)
    return worker


def test_who_has_no_key_of_the_desk_reads_who_can_hand_it_over_and_cannot_open(
    network: Network, newcomer: Helper, report: Report
) -> None:
    client = sign_in(newcomer)
    page = client.get(address("report", report)).content.decode()
    assert "Bạn chưa có khóa của nhóm này" in page
    assert "Người trao khóa được cho bạn: hoa.cayme." in page
    assert address("open_report", report) not in page
    assert client.get(address("challenge", report)).json() == {"error": "no_key"}
    client.post(address("open_report", report))
    assert again(report).stage == "received"


def test_nothing_of_a_report_is_shown_to_somebody_whose_key_was_taken_after_opening(
    network: Network, clock: Hands, report: Report
) -> None:
    client = sign_in(network.helper)
    assert opens(client, report, network.helper.opened(client, report))
    assert "<sealed-words" in client.get(address("report", report)).content.decode()
    rows(DeskWrap).filter(user=network.helper.user).delete()
    assert "<sealed-words" not in client.get(address("report", report)).content.decode()
