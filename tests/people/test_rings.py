"""Who is called for somebody in danger is rung, and rung again until a press says that it was seen; and no more than
a person can bear in a night."""

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from tests.cast import NOW, rows
from tests.people.channel import Channel, open_channel
from tests.people.conftest import Office
from tincay.desk.pages import news
from tincay.people.calls import (
    MOST_REMINDERS,
    MOST_RINGS,
    NIGHT,
    call_on_duty,
    coarsen_notices,
    repeat_notices,
    see_notices,
)
from tincay.people.channels import send_notices
from tincay.people.models import Notice, User

pytestmark = pytest.mark.django_db


def after(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


@pytest.fixture
def channel(settings: Settings) -> Iterator[Channel]:
    with open_channel() as sink:
        settings.TINCAY_NOTICE_WEBHOOK = sink.address
        yield sink


@pytest.fixture
def first(office: Office) -> User:
    return on_call(office, "a", 0)


def on_call(office: Office, name: str, place: int) -> User:
    user = office.hire(name, on_call=place).user
    rows(User).filter(pk=user.pk).update(notice_address=name)
    return user


def danger(office: Office, minutes: int = 0, place: int | None = 0) -> str | None:
    """Somebody in danger comes to the desk; who is called."""
    notice = call_on_duty(desk=office.desk, now=NOW + after(minutes), place=place, urgent=True)
    return notice.user.username if notice else None


def minutes_pass(channel: Channel, *minutes: int) -> list[str]:
    """The scheduled work runs at these minutes; whom the channel was told to ring."""
    before = len(channel.told)
    for minute in minutes:
        repeat_notices(now=NOW + after(minute))
        send_notices(now=NOW + after(minute))
    return [told["to"] for told in channel.told[before:]]


def test_an_ordinary_call_that_nobody_saw_does_not_swallow_somebody_in_danger(
    office: Office, first: User, channel: Channel
) -> None:
    call_on_duty(desk=office.desk, now=NOW)
    assert minutes_pass(channel, 0) == ["a"]
    danger(office, 5)
    assert minutes_pass(channel, 5) == ["a"]
    assert set(rows(Notice).values_list("urgent", flat=True)) == {True, False}


@pytest.mark.parametrize("urgent", [True, False])
def test_who_has_not_seen_the_last_call_gets_no_second_one(
    office: Office, first: User, channel: Channel, urgent: bool
) -> None:
    for minute in range(10):
        call_on_duty(desk=office.desk, now=NOW + after(minute), urgent=urgent)
    assert minutes_pass(channel, *range(10)) == ["a"]
    assert rows(Notice).count() == 1


def test_somebody_in_danger_rings_again_after_20_and_40_minutes_and_then_no_more(
    office: Office, first: User, channel: Channel
) -> None:
    danger(office)
    rang = {minute for minute in range(0, 600, 1) if minutes_pass(channel, minute)}
    assert rang == {0, 20, 40}


def test_an_ordinary_call_is_not_repeated(office: Office, first: User, channel: Channel) -> None:
    call_on_duty(desk=office.desk, now=NOW)
    assert minutes_pass(channel, *range(0, 100, 5)) == ["a"]


def test_a_run_that_comes_late_rings_once(office: Office, first: User, channel: Channel) -> None:
    danger(office)
    assert minutes_pass(channel, 0, 55, 56, 57) == ["a", "a"]


def test_a_press_ends_it(office: Office, first: User, channel: Channel) -> None:
    danger(office)
    minutes_pass(channel, 0)
    see_notices(user=first)
    assert minutes_pass(channel, *range(1, 100)) == []


def test_a_press_on_one_urgency_leaves_the_other(office: Office, first: User, channel: Channel) -> None:
    call_on_duty(desk=office.desk, now=NOW)
    danger(office)
    minutes_pass(channel, 0)
    see_notices(user=first, urgent=False)
    assert minutes_pass(channel, 20) == ["a"]


def test_the_next_one_in_danger_rings_when_the_last_was_seen(
    office: Office, first: User, channel: Channel
) -> None:
    danger(office)
    minutes_pass(channel, 0)
    see_notices(user=first)
    danger(office, 3)
    assert minutes_pass(channel, 3) == ["a"]


def test_the_next_one_in_danger_rings_when_nobody_saw_the_last_and_its_repeats_are_over(
    office: Office, first: User, channel: Channel
) -> None:
    danger(office)
    assert len(minutes_pass(channel, *range(60))) == 3
    danger(office, 200)
    assert len(minutes_pass(channel, *range(200, 300))) == 3


def test_nobody_rings_more_than_six_times_a_night_and_the_next_one_takes_over(
    office: Office, first: User, channel: Channel
) -> None:
    second = on_call(office, "b", 1)
    for minute in range(0, 60, 5):
        danger(office, minute)
        minutes_pass(channel, minute)
        for user in (first, second):
            see_notices(user=user)
    assert [told["to"] for told in channel.told] == ["a"] * MOST_RINGS + ["b"] * MOST_RINGS


def test_where_all_have_been_rung_enough_nobody_is_called(office: Office, first: User) -> None:
    for minute in range(MOST_RINGS):
        assert danger(office, minute) == "a"
        rows(Notice).update(sent_at=NOW)
        see_notices(user=first)
    assert danger(office, MOST_RINGS) is None


def test_after_a_night_it_rings_again(office: Office, first: User, channel: Channel) -> None:
    for minute in range(MOST_RINGS):
        danger(office, minute)
        minutes_pass(channel, minute)
        see_notices(user=first)
    tomorrow = NIGHT // after(1) + MOST_RINGS
    coarsen_notices(now=NOW + after(tomorrow))
    assert not rows(Notice).exists()
    danger(office, tomorrow)
    assert minutes_pass(channel, tomorrow) == ["a"]


def test_who_sleeps_through_a_night_is_rung_again_in_the_next(
    office: Office, first: User, channel: Channel
) -> None:
    for night in range(3):
        begins = night * 24 * 60
        for hour in range(10):
            danger(office, begins + hour * 60)
            minutes_pass(channel, *range(begins + hour * 60, begins + hour * 60 + 60, 10))
        coarsen_notices(now=NOW + after(begins + 600))
    assert len(channel.told) == 3 * MOST_RINGS


def test_what_is_seen_before_it_rang_is_no_ring(office: Office, first: User, channel: Channel) -> None:
    for minute in range(2 * MOST_RINGS):
        assert danger(office, minute) == "a"
        see_notices(user=first)
    assert minutes_pass(channel, 30) == []
    danger(office, 31)
    assert minutes_pass(channel, 31) == ["a"]


def test_a_repeat_that_was_seen_before_it_went_out_is_none(
    office: Office, first: User, channel: Channel
) -> None:
    danger(office)
    minutes_pass(channel, 0)
    repeat_notices(now=NOW + after(20))
    see_notices(user=first)
    assert rows(Notice).get().rings == 1
    assert minutes_pass(channel, 20, 40) == []


def test_a_channel_that_is_down_makes_no_more_rings_of_it(
    office: Office, first: User, channel: Channel
) -> None:
    danger(office)
    channel.answers = [503]
    minutes_pass(channel, *range(0, 50, 5))
    assert rows(Notice).get().rings == 1
    channel.answers = [200]
    assert minutes_pass(channel, 50, 51) == ["a"]


def test_reminders_of_one_in_danger_ring_once_each_and_leave_rings_for_the_next_one(
    office: Office, first: User, channel: Channel
) -> None:
    """Junk that nobody closes climbs for days."""
    for minute in range(0, 600, 10):
        call_on_duty(desk=office.desk, now=NOW + after(minute), urgent=True, reminder=True)
        minutes_pass(channel, minute)
    assert len(channel.told) == MOST_REMINDERS
    danger(office, 601)
    assert minutes_pass(channel, *range(601, 700)) == ["a"] * 3


def test_ordinary_work_rings_six_times_a_night_and_then_stands_on_the_page(
    office: Office, first: User, channel: Channel
) -> None:
    for minute in range(2 * MOST_RINGS):
        see_notices(user=first)
        call_on_duty(desk=office.desk, now=NOW + after(minute))
        minutes_pass(channel, minute)
    assert len(channel.told) == MOST_RINGS
    assert first.notices.unseen().exists()
    danger(office, 60)
    assert minutes_pass(channel, 60) == ["a"]


def test_rings_leave_the_night_that_is_counted(office: Office, first: User, channel: Channel) -> None:
    """Three rounds, eleven hours apart: at the last one only the first ring of a night lies behind."""
    on_call(office, "b", 1)
    for hour in (0, 11, 22):
        assert danger(office, hour * 60) == "a"
        assert "a" in minutes_pass(channel, hour * 60, hour * 60 + 20, hour * 60 + 40)


def test_a_call_that_no_channel_took_is_no_ring(office: Office, first: User, settings: Settings) -> None:
    on_call(office, "b", 1)
    settings.TINCAY_NOTICE_WEBHOOK = "http://127.0.0.1:9/nobody"
    for evening in range(8):
        assert danger(office, evening * 60) == "a"
        send_notices(now=NOW + after(evening * 60))
        repeat_notices(now=NOW + after(evening * 60 + 41))
    assert rows(Notice).get().rings == 1


def test_what_was_called_under_a_clock_that_ran_ahead_rings_when_it_is_right_again(
    office: Office, first: User, channel: Channel
) -> None:
    danger(office, 400 * 24 * 60)
    assert minutes_pass(channel, 0) == ["a"]
    assert minutes_pass(channel, 20) == ["a"]
    see_notices(user=first)
    assert danger(office, 60) == "a"
    assert minutes_pass(channel, 60) == ["a"]


def test_whom_no_channel_reaches_does_not_stand_before_those_who_hear(
    office: Office, settings: Settings, channel: Channel
) -> None:
    office.hire("nowhere", on_call=0)
    on_call(office, "mailto:somebody@tin.example", 1)
    on_call(office, "c", 2)
    assert danger(office) == "c"
    assert minutes_pass(channel, 0) == ["c"]


def test_a_repeat_is_another_call_for_the_channel_than_the_first(
    office: Office, first: User, channel: Channel, settings: Settings
) -> None:
    """Standard Webhooks lets a receiver drop what it has had before, by the id."""
    settings.TINCAY_NOTICE_SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    danger(office)
    minutes_pass(channel, 0, 20, 40)
    names = [headers[name] for headers in channel.headers for name in headers if name.lower() == "webhook-id"]
    assert len(names) == len(set(names)) == 3


def test_the_page_says_that_it_rings_again_only_while_it_will(
    office: Office, first: User, channel: Channel
) -> None:
    danger(office)
    minutes_pass(channel, 0)
    said = news(first)
    assert said is not None
    assert said.rings_again
    minutes_pass(channel, 20, 40)
    said = news(first)
    assert said is not None
    assert said.urgent
    assert not said.rings_again
