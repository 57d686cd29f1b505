"""On which days offices work: seeded once, changed with a reason, and never mixed up between two calendars."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from tests.cast import NOW, TODAY, add_calendar, rows
from tincay.directory import queries
from tincay.directory.actions import keep_opening, seed_calendar, set_day
from tincay.directory.models import CalendarDay, CalendarVersion
from tincay.directory.queries import calendar, days_ahead, versions
from tincay.log.actions import append_leaf
from tincay.web.models import Install
from tincay.web.packs import pack_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("install")]
NATIONAL_DAY, THURSDAY = date(2026, 9, 2), date(2026, 7, 2)


def close(day: date, of: str = "organisation", *, kind: str = "local_closure", reason: str = "bão") -> int:
    version = set_day(
        day=day, calendar=of, kind=kind, name_vi="bão số 3", name_en="storm", reason=reason, now=NOW
    )
    return version.number


def test_the_packs_days_are_version_one_each_with_its_source(install: Install) -> None:
    version = add_calendar()
    assert (version.number, version.reason, version.made_at) == (1, "pack", NOW)
    day = version.days.get(day=NATIONAL_DAY, calendar="state")
    assert (day.kind, day.name_vi) == ("public_holiday", "Quốc khánh")
    assert day.name_en
    assert day.source.startswith("holidays")
    assert version.days.count() == len(pack_rows("calendar.csv"))


def test_a_calendar_is_seeded_once(install: Install) -> None:
    add_calendar()
    days = rows(CalendarDay).count()
    with pytest.raises(IntegrityError):
        add_calendar()
    assert (rows(CalendarDay).count(), rows(CalendarVersion).count()) == (days, 1)


def test_one_broken_row_seeds_nothing(install: Install) -> None:
    with pytest.raises(ValueError, match="isoformat"):
        seed_calendar(
            rows=[*pack_rows("calendar.csv"), pack_rows("calendar.csv")[0] | {"date": "x"}], now=NOW
        )
    assert not rows(CalendarVersion).exists()


def test_a_day_has_one_meaning_in_a_calendar(install: Install) -> None:
    twice = [pack_rows("calendar.csv")[0]] * 2
    with pytest.raises(IntegrityError):
        seed_calendar(rows=twice, now=NOW)
    assert not rows(CalendarDay).exists()


def test_a_holiday_is_free_in_both_calendars_and_a_swapped_day_in_the_states_only(install: Install) -> None:
    add_calendar()
    swapped = date(2026, 8, 31)
    assert not calendar("state").is_working_day(NATIONAL_DAY)
    assert not calendar("organisation").is_working_day(NATIONAL_DAY)
    assert calendar().is_working_day(swapped)
    assert not calendar("state").is_working_day(swapped)


def test_offices_go_by_the_organisations_calendar_unless_another_is_named(install: Install) -> None:
    add_calendar()
    close(THURSDAY)
    assert not calendar().is_working_day(THURSDAY)
    assert calendar("state").is_working_day(THURSDAY)


def test_a_change_is_the_next_version_with_its_reason(install: Install) -> None:
    add_calendar()
    assert [close(THURSDAY), close(THURSDAY + timedelta(days=1), reason="lũ")] == [2, 3]
    last = rows(CalendarVersion).get(number=3)
    assert (last.reason, last.made_at) == ("lũ", NOW)
    assert [day.day for day in last.days.all()] == [THURSDAY + timedelta(days=1)]


def test_a_first_day_without_a_pack_is_version_one(install: Install) -> None:
    assert close(THURSDAY) == 1


def test_a_day_that_is_changed_again_keeps_its_last_meaning_only(install: Install) -> None:
    close(THURSDAY)
    close(THURSDAY, kind="public_holiday")
    day = rows(CalendarDay).get(day=THURSDAY)
    assert (day.kind, day.version_id, day.source) == ("public_holiday", 2, "steward")
    assert (day.name_vi, day.name_en) == ("bão số 3", "storm")


def test_one_day_of_two_calendars_is_two_days(install: Install) -> None:
    close(THURSDAY)
    close(THURSDAY, "state", kind="swap_off")
    kinds = rows(CalendarDay).filter(day=THURSDAY).order_by("calendar").values_list("calendar", "kind")
    assert list(kinds) == [("organisation", "local_closure"), ("state", "swap_off")]


@pytest.mark.django_db(transaction=True)
def test_a_process_reads_a_calendar_once_until_it_changes(
    install: Install, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add_calendar()
    first = calendar()
    with django_assert_num_queries(1):
        assert calendar() is first
    close(THURSDAY)
    assert calendar().version == 2
    assert not calendar().is_working_day(THURSDAY)


def test_a_calendar_that_is_not_kept_yet_is_not_remembered(install: Install) -> None:
    """This test's own transaction never ends: what was read in it is no other one's truth."""
    close(THURSDAY)
    calendar()
    assert queries._cached == {}


def test_the_days_to_come_are_listed_in_order_and_today_is_not(install: Install) -> None:
    for day in (TODAY + timedelta(days=9), TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        close(day)
    close(TODAY + timedelta(days=1), "state", kind="swap_off")
    assert [((row.day - TODAY).days, row.calendar) for row in days_ahead(TODAY)] == [
        (1, "organisation"),
        (1, "state"),
        (9, "organisation"),
    ]


def test_the_days_to_come_tell_their_reasons_in_one_question(
    install: Install, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    close(TODAY + timedelta(days=1), reason="bão")
    close(TODAY + timedelta(days=2), reason="lũ")
    with django_assert_num_queries(1):
        assert [row.version.reason for row in days_ahead(TODAY)] == ["bão", "lũ"]


def test_changes_are_told_newest_first(install: Install) -> None:
    for day in range(1, 4):
        close(TODAY + timedelta(days=day))
    assert [version.number for version in versions()] == [3, 2, 1]


def test_what_the_leaf_of_a_change_says_stays_with_the_change(install: Install) -> None:
    first, second = (rows(CalendarVersion).get(number=close(TODAY + timedelta(days=n))) for n in (1, 2))
    appended = append_leaf(kind="calendar_changed", event={"changed": "2026-07-01"}, now=NOW)
    keep_opening(version=second, appended=appended)
    second.refresh_from_db()
    first.refresh_from_db()
    assert bytes(second.opening) == appended.opening
    assert bytes(first.opening) == b""
