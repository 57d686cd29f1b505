"""A night in which junk says that it is in danger: who is rung, how often, and that nothing is lost by it."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.cast import Hands, Network, Reporter, rows, sign_in
from tests.intake.night import BEHAVIOURS, Night, Post, in_danger
from tests.patience import StandingClock
from tests.people.channel import Channel, open_channel
from tincay.intake import flood
from tincay.intake.flood import IN_DANGER, IN_DANGER_MINUTES
from tincay.people.actions import add_seat
from tincay.people.calls import MOST_RINGS
from tincay.people.models import Notice, User
from tincay.reports.models import Clock, Report

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = 3600


@pytest.fixture
def channel(settings: Settings) -> Iterator[Channel]:
    with open_channel() as sink:
        settings.TINCAY_NOTICE_WEBHOOK = sink.address
        yield sink


@pytest.fixture
def post(network: Network, clock: Hands, client: Client) -> Post:
    add_seat(user=network.colleague.user, desk=network.triage, on_call=1)
    for user in rows(User):
        rows(User).filter(pk=user.pk).update(notice_address=user.username)
    return in_danger(client)


def rung(channel: Channel) -> Counter[str]:
    return Counter(told["to"] for told in channel.told)


def test_the_first_five_stand_in_the_queue_and_the_next_are_held_whatever_work_came(post: Post) -> None:
    answers = [post(number) for number in range(1, IN_DANGER + 4)]
    assert [answer.status_code for answer in answers] == [201] * len(answers)
    assert all(answer.json()["promise"] for answer in answers)
    assert (
        list(rows(Report).order_by("held").values_list("held", flat=True)) == [False] * IN_DANGER + [True] * 3
    )


def test_what_is_held_has_its_deadline_like_everything_else(post: Post) -> None:
    for number in range(1, IN_DANGER + 2):
        post(number)
    held = rows(Report).get(held=True)
    assert held.promise
    assert rows(Clock).filter(subject=held.pk, rule="org_first_look_p0", due_at__isnull=False).exists()


def test_one_desks_flood_holds_nothing_at_another(post: Post) -> None:
    for number in range(1, IN_DANGER + 3):
        post(number)
    post(50, province="M02")
    assert not rows(Report).get(desk__code="ben-song-tiep-nhan").held


def test_after_ten_quiet_minutes_the_next_one_is_not_held(post: Post, standing_clock: StandingClock) -> None:
    for number in range(1, IN_DANGER + 1):
        post(number)
    standing_clock.go_on(IN_DANGER_MINUTES * 60)
    post(50)
    assert not rows(Report).filter(held=True).exists()


def test_sent_again_it_is_counted_once(post: Post) -> None:
    for _ in range(IN_DANGER + 2):
        post(1)
    post(2)
    assert not rows(Report).filter(held=True).exists()


def test_what_is_less_urgent_is_not_held_by_it(post: Post) -> None:
    for number in range(1, IN_DANGER + 3):
        post(number)
    post(50, priority="p1")
    assert not rows(Report).get(priority="p1").held


WHOLE_NIGHT = (480, 96)
"""How many minutes, and how many reports come in them."""


@pytest.mark.parametrize(
    ("behaviour", "minutes", "count"),
    [
        ("at once", 60, 12),
        *(pytest.param(behaviour, *WHOLE_NIGHT, marks=pytest.mark.slow) for behaviour in BEHAVIOURS),
    ],
)
def test_a_flood_rings_each_person_six_times_at_most(
    post: Post,
    channel: Channel,
    standing_clock: StandingClock,
    network: Network,
    behaviour: str,
    minutes: int,
    count: int,
) -> None:
    night = Night(standing_clock, channel, [network.helper.user, network.colleague.user], behaviour)
    sent = night.flood(post, minutes=minutes, count=count)
    times = rung(channel)
    assert sent == rows(Report).count()
    assert times
    assert max(times.values()) <= MOST_RINGS, times


@pytest.mark.slow
def test_somebody_in_danger_on_the_quiet_night_after_it_rings(
    post: Post, channel: Channel, standing_clock: StandingClock, network: Network
) -> None:
    night = Night(standing_clock, channel, [network.helper.user, network.colleague.user], "at once")
    night.flood(post, minutes=60, count=24)
    night.pass_hours(23)
    before = rung(channel)["thu.cayme"]
    assert post(900).status_code == 201
    night.minute()
    assert rung(channel)["thu.cayme"] == before + 1


def test_the_page_says_how_many_are_held_and_how_many_of_them_are_in_danger(
    post: Post, network: Network
) -> None:
    for number in range(1, IN_DANGER + 4):
        post(number)
    page = sign_in(network.helper).get(reverse("today")).content.decode()
    assert "3 tin để riêng" in page
    assert "3 tin nói đang nguy hiểm" in page


def test_only_a_press_says_that_it_was_seen(post: Post, network: Network) -> None:
    post(1)
    desk = sign_in(network.helper)
    for name in ("today", "held", "held_words", "warnings"):
        desk.get(reverse(name))
    desk.get(reverse("report", args=[rows(Report).get().pk]))
    assert rows(Notice).get().seen is False
    assert "Đã thấy" in desk.get(reverse("today")).content.decode()
    desk.post(reverse("seen"), headers=network.helper.opened(desk))
    assert not rows(Notice).filter(seen=False).exists()
    assert "Đã thấy" not in desk.get(reverse("today")).content.decode()


def test_to_open_an_ordinary_report_does_not_say_that_danger_was_seen(
    post: Post, network: Network, reporter: Reporter
) -> None:
    post(1)
    ordinary = reporter.next_person().next_person().send(priority="p2")
    desk = sign_in(network.helper)
    desk.post(reverse("open_report", args=[ordinary.pk]), headers=network.helper.opened(desk, ordinary))
    assert list(rows(Notice).filter(seen=False).values_list("urgent", flat=True)) == [True]
    urgent = rows(Report).get(priority="p0")
    desk.post(reverse("open_report", args=[urgent.pk]), headers=network.helper.opened(desk, urgent))
    assert not rows(Notice).filter(seen=False).exists()


def test_work_of_two_seconds_of_an_old_phone_is_the_most_that_is_asked() -> None:
    """Where a try costs 1/26,000 of a second, 95 of 100 phones are done in time: (1 - 2^-bits)^tries is 5 %."""
    tries = 2 * 26_000
    assert (1 - 2.0**-flood.MOST_BITS) ** tries < 0.05
