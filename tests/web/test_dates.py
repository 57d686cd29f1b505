"""Dates and waiting times are said in words."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from tincay.web.dates import (
    day_words,
    moment_words,
    short_day_words,
    until_words,
    waiting_words,
)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NINE = datetime(2026, 6, 30, 9, 0, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("day", "vietnamese", "english"),
    [
        (date(2026, 2, 25), "thứ Tư 25/02/2026", "Wednesday 25 February 2026"),
        (date(2026, 3, 1), "Chủ nhật 01/03/2026", "Sunday 1 March 2026"),
        (date(2026, 6, 29), "thứ Hai 29/06/2026", "Monday 29 June 2026"),
        (date(2026, 12, 31), "thứ Năm 31/12/2026", "Thursday 31 December 2026"),
    ],
)
def test_a_day_is_said_with_its_weekday(day: date, vietnamese: str, english: str) -> None:
    with override("vi"):
        assert day_words(day) == vietnamese
    with override("en"):
        assert day_words(day) == english


def test_a_short_day_cannot_be_read_the_american_way() -> None:
    with override("vi"):
        assert short_day_words(date(2026, 2, 3)) == "03/02/2026"
    with override("en"):
        assert short_day_words(date(2026, 2, 3)) == "3 Feb 2026"


def test_a_moment_is_said_on_the_local_24_hour_clock() -> None:
    late_evening = datetime(2026, 6, 30, 15, 5, tzinfo=UTC)
    with override("vi"):
        assert moment_words(late_evening) == "22:05 thứ Ba 30/06/2026"


def test_a_whole_day_counts_to_its_end_and_an_hour_counts_to_the_minute() -> None:
    whole_day = datetime(2026, 2, 25, 23, 59, 59, tzinfo=HANOI)
    with override("vi"):
        assert until_words(whole_day) == "đến hết thứ Tư 25/02/2026"
        assert until_words(NINE) == "trước 09:00 thứ Ba 30/06/2026"
    with override("en"):
        assert until_words(whole_day) == "until the end of Wednesday 25 February 2026"


@pytest.mark.parametrize(
    ("ahead", "working_days", "vietnamese", "english"),
    [
        (timedelta(days=4), 2, "còn 2 ngày làm việc", "2 working days left"),
        (timedelta(days=1), 1, "còn 1 ngày làm việc", "1 working day left"),
        (timedelta(hours=23), 1, "còn 23 giờ", "23 hours left"),
        (timedelta(days=3, hours=5), None, "còn 3 ngày", "3 days left"),
        (timedelta(hours=30), None, "còn 30 giờ", "30 hours left"),
        (timedelta(minutes=59), None, "còn 59 phút", "59 minutes left"),
        (timedelta(0), None, "còn chưa đến 1 phút", "less than 1 minute left"),
        (timedelta(hours=-3), None, "quá hạn 3 giờ", "3 hours overdue"),
        (timedelta(minutes=-1), None, "quá hạn 1 phút", "1 minute overdue"),
        (timedelta(days=-5), 3, "quá hạn 3 ngày làm việc", "3 working days overdue"),
        (timedelta(days=-2), 0, "quá hạn 2 ngày", "2 days overdue"),
    ],
)
def test_waiting_is_said_in_the_unit_that_matters(
    ahead: timedelta, working_days: int | None, vietnamese: str, english: str
) -> None:
    with override("vi"):
        assert waiting_words(NINE + ahead, NINE, working_days=working_days) == vietnamese
    with override("en"):
        assert waiting_words(NINE + ahead, NINE, working_days=working_days) == english


def test_nobody_is_promised_more_time_than_there_is() -> None:
    with override("vi"):
        assert waiting_words(NINE + timedelta(hours=1, minutes=59), NINE) == "còn 1 giờ"
