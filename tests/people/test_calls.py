"""Somebody is called: the right person, with three words that say nothing, through a channel that may fail."""

import socket
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from pytest_django.fixtures import Settings

from tests.cast import NOW, hire, new_desk, new_organisation, rows
from tests.people.channel import Channel, open_channel
from tests.people.conftest import Office
from tincay.core.clock import ZONE
from tincay.operations.scheduled import tick
from tincay.people import channels
from tincay.people.actions import add_seat
from tincay.people.calls import call_on_duty, coarsen_notices, see_notices
from tincay.people.channels import send_notices
from tincay.people.models import Desk, Notice, User

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def channel(settings: Settings) -> Iterator[Channel]:
    with open_channel() as found:
        settings.TINCAY_NOTICE_WEBHOOK = found.address
        yield found


def called(desk: Desk, place: int | None = 0) -> str | None:
    notice = call_on_duty(desk=desk, now=NOW, place=place)
    return notice.user.username if notice else None


def notify(office: Office, *names: str) -> None:
    """Somebody of each name has an address and waits to be told."""
    for place, name in enumerate(names):
        user = office.hire(name, on_call=place).user
        rows(User).filter(pk=user.pk).update(notice_address=f"{name}@here")
        call_on_duty(desk=office.desk, now=NOW, place=place)


# --- who


def test_the_first_on_call_is_called_and_then_the_next_ones(office: Office) -> None:
    for name, place in (("b", 5), ("a", 1), ("c", 9)):
        office.hire(name, on_call=place)
    assert called(office.desk) == "a"
    assert [called(office.desk, place) for place in (0, 1, 2)] == ["a", "b", "c"]


def test_nobody_of_another_desk_is_called(office: Office) -> None:
    other = new_desk(office.organisation, "hai")
    add_seat(user=office.hire("a", on_call=1).user, desk=other, on_call=0)
    office.hire("b", on_call=0)
    assert called(office.desk) == "b"
    assert called(other) == "a"


def test_a_place_that_is_empty_calls_the_desks_supervisor(office: Office) -> None:
    office.hire("a", "supervisor")
    here = office.hire("b", "supervisor")
    add_seat(user=here.user, desk=office.desk)
    assert called(office.desk) == "b"


def test_where_the_desk_has_no_supervisor_one_of_the_organisation_is_called(office: Office) -> None:
    office.hire("a", on_call=0)
    office.hire("b", "supervisor")
    office.hire("c", "supervisor")
    hire(new_organisation("ben-song"), "x", "supervisor", with_key=False)
    assert called(office.desk, 1) == "b"


def test_no_place_at_all_calls_a_supervisor_also_where_somebody_is_on_call(office: Office) -> None:
    office.hire("a", on_call=0)
    office.hire("b", "supervisor")
    assert called(office.desk, None) == "b"


def test_only_who_may_be_the_second_person_is_called_in_their_place(office: Office) -> None:
    office.hire("a", "unit_head")
    office.hire("b", "case_worker")
    assert called(office.desk) is None
    assert not rows(Notice).exists()


def test_who_is_shut_out_is_called_from_no_place(office: Office) -> None:
    office.hire("a", on_call=0)
    office.hire("b", "supervisor")
    rows(User).update(is_active=False)
    assert called(office.desk) is None


def test_a_call_says_when_and_to_whom_and_has_room_for_nothing_else(office: Office) -> None:
    office.hire("a", on_call=0)
    notice = call_on_duty(desk=office.desk, now=NOW)
    assert notice
    assert (notice.created_at, notice.sent_at) == (NOW, None)
    assert {field.name for field in Notice._meta.fields} == {
        "id", "user", "urgent", "seen", "rings", "rung_again", "created_at", "sent_at",
    }  # fmt: skip


def test_who_has_looked_is_told_no_more_and_others_are(office: Office) -> None:
    notify(office, "a", "b")
    see_notices(user=rows(User).get(username="a"))
    assert [notice.user.username for notice in rows(Notice)] == ["b"]


def test_a_call_that_is_older_than_a_day_says_its_day_only(office: Office) -> None:
    """Else it would say, as long as nobody looks, in which minute a report came that closed long ago."""
    office.hire("a", on_call=0)
    call_on_duty(desk=office.desk, now=NOW)
    rows(Notice).update(sent_at=LATER)
    assert coarsen_notices(now=NOW + DAY - timedelta(minutes=1)) == 0
    assert rows(Notice).get().created_at == NOW
    assert coarsen_notices(now=LATER + DAY) == 1
    midnight = NOW.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    notice = rows(Notice).get()
    assert (notice.created_at, notice.sent_at) == (midnight, midnight)
    assert coarsen_notices(now=LATER + 2 * DAY) == 0


def test_a_call_that_was_handed_over_late_is_coarsened_in_both(office: Office) -> None:
    office.hire("a", on_call=0)
    call_on_duty(desk=office.desk, now=NOW)
    assert coarsen_notices(now=NOW + DAY) == 1
    assert rows(Notice).get().sent_at is None
    rows(Notice).update(sent_at=NOW + DAY)
    assert coarsen_notices(now=NOW + 2 * DAY) == 1
    assert {row.sent_at.astimezone(ZONE).hour for row in rows(Notice) if row.sent_at} == {0}


def test_the_scheduled_work_coarsens_calls(office: Office) -> None:
    office.hire("a", on_call=0)
    call_on_duty(desk=office.desk, now=NOW)
    assert tick(now=NOW + timedelta(days=180)).done["coarsen_notices"] == 1
    assert rows(Notice).get().created_at.astimezone(ZONE).time() == time.min


# --- through the channel


def test_the_channel_is_told_an_address_and_three_words(office: Office, channel: Channel) -> None:
    notify(office, "a")
    assert send_notices(now=LATER) == 1
    assert channel.told == [{"to": "a@here", "text": "Có việc mới"}]
    assert channel.headers[0]["Content-Type"] == "application/json"


def test_a_call_that_went_out_is_not_repeated(office: Office, channel: Channel) -> None:
    notify(office, "a", "b")
    assert [send_notices(now=LATER), send_notices(now=LATER + timedelta(minutes=1))] == [2, 0]
    assert len(channel.told) == 2
    assert set(rows(Notice).values_list("sent_at", flat=True)) == {LATER}


@pytest.mark.parametrize("status", [404, 500])
def test_what_the_channel_did_not_take_is_tried_again(office: Office, channel: Channel, status: int) -> None:
    notify(office, "a")
    channel.answers = [status, 200]
    assert [send_notices(now=LATER), send_notices(now=LATER)] == [0, 1]
    assert channel.told == [{"to": "a@here", "text": "Có việc mới"}] * 2


def test_one_call_that_fails_does_not_stop_the_others(office: Office, channel: Channel) -> None:
    notify(office, "a", "b", "c")
    channel.answers = [500, 200]
    assert send_notices(now=LATER) == 2
    assert rows(Notice).filter(sent_at=None).count() == 1


def test_a_channel_that_is_down_leaves_everything_waiting(office: Office, settings: Settings) -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        settings.TINCAY_NOTICE_WEBHOOK = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}/"
    notify(office, "a")
    assert send_notices(now=LATER) == 0
    assert rows(Notice).filter(sent_at=None).count() == 1


@pytest.mark.parametrize("address", ["no address", "http://[", "nothing://x"])
def test_a_channel_whose_address_is_none_leaves_everything_waiting(
    office: Office, settings: Settings, address: str
) -> None:
    settings.TINCAY_NOTICE_WEBHOOK = address
    notify(office, "a")
    assert send_notices(now=LATER) == 0
    assert rows(Notice).filter(sent_at=None).count() == 1


def test_a_slow_channel_gets_its_time_and_the_rest_waits_for_the_next_run(
    office: Office, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify(office, "a", "b", "c")
    clock = iter([0.0, 1.0, channels.SENDING_S - 0.1, channels.SENDING_S + 0.1])
    monkeypatch.setattr(channels, "monotonic", lambda: next(clock))
    assert send_notices(now=LATER) == 2
    assert rows(Notice).filter(sent_at=None).count() == 1


def test_who_has_no_address_counts_as_told_and_the_channel_hears_nothing(
    office: Office, channel: Channel
) -> None:
    office.hire("a", on_call=0)
    call_on_duty(desk=office.desk, now=NOW)
    assert send_notices(now=LATER) == 1
    assert channel.told == []


def test_without_a_channel_nothing_waits_to_be_sent_later(office: Office, settings: Settings) -> None:
    """Else a channel that is set up in a year would tell a year's news."""
    settings.TINCAY_NOTICE_WEBHOOK = ""
    notify(office, "a", "b")
    assert send_notices(now=LATER) == 0
    assert set(rows(Notice).values_list("sent_at", flat=True)) == {LATER}


def test_an_older_word_is_not_said_again_where_there_is_no_channel(
    office: Office, settings: Settings
) -> None:
    settings.TINCAY_NOTICE_WEBHOOK = ""
    notify(office, "a")
    send_notices(now=LATER)
    send_notices(now=LATER + timedelta(days=1))
    assert rows(Notice).get().sent_at == LATER
