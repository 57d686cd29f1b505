"""A database that is locked or full: any page says so kindly and when to try again, and nothing is half kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.cast import TODAY, Hands, Network, sign_in
from tincay.directory.models import CalendarVersion
from tincay.people.calls import call_on_duty
from tincay.people.models import Notice
from tincay.web.time import now

pytestmark = pytest.mark.django_db(transaction=True)
MOST_POSTS = 100


@pytest.fixture
def steward(network: Network, clock: Hands) -> Client:
    client = sign_in(network.steward)
    client.raise_request_exception = False
    return client


@contextmanager
def somebody_else_writes() -> Iterator[None]:
    """Another connection holds what a writer needs, and this one waits for a moment only."""
    other: sqlite3.Connection | psycopg.Connection[Any]
    if connection.vendor == "sqlite":
        patience = ("PRAGMA busy_timeout = 50", "PRAGMA busy_timeout = 20000")
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
    else:
        patience = ("SET lock_timeout = '50ms'", "SET lock_timeout = 0")
        other = psycopg.connect(**connection.get_connection_params())
        other.execute("LOCK TABLE people_notice")
    with connection.cursor() as cursor:
        cursor.execute(patience[0])
        yield
        cursor.execute(patience[1])
    other.rollback()
    other.close()


@contextmanager
def no_room() -> Iterator[None]:
    """The file may not grow by a page; a server says of a full disk what this one is made to say."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$;"
                "CREATE TRIGGER no_room BEFORE INSERT ON directory_calendarversion "
                "FOR EACH ROW EXECUTE FUNCTION no_room()"
            )
            yield
            cursor.execute("DROP TRIGGER no_room ON directory_calendarversion; DROP FUNCTION no_room()")
            return
        cursor.execute("VACUUM")  # pages that are free already would be taken first
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        yield
        cursor.execute("PRAGMA max_page_count = 1000000000")


def is_the_resting_page(answer: Any) -> bool:
    return (
        answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        and answer.headers["Retry-After"] == "60"
        and answer.headers["Cache-Control"] == "no-store"
        and "Máy chủ đang bận" in answer.content.decode()
    )


def test_a_page_on_a_locked_database_says_when_to_try_again(network: Network, steward: Client) -> None:
    call_on_duty(desk=network.triage, now=now())
    client = sign_in(network.helper)
    client.raise_request_exception = False
    shown = network.helper.opened(client)
    with somebody_else_writes():
        assert is_the_resting_page(client.post(reverse("seen"), headers=shown))
    assert Notice.objects.for_the_rules().count() == 1
    assert client.post(reverse("seen"), headers=shown).status_code == HTTPStatus.FOUND
    assert not Notice.objects.for_the_rules().exists()


def test_a_page_on_a_full_disk_says_so_and_nothing_is_half_kept(steward: Client) -> None:
    with no_room():
        for number in range(MOST_POSTS):
            before = CalendarVersion.objects.count()
            answer = change_a_day(steward, number)
            if answer.status_code != HTTPStatus.FOUND:
                break
        assert is_the_resting_page(answer)
        assert CalendarVersion.objects.count() == before
    assert change_a_day(steward, number).status_code == HTTPStatus.FOUND


def change_a_day(steward: Client, number: int) -> Any:
    day = TODAY + timedelta(days=number + 1)
    told = {"day": day.isoformat(), "calendar": "organisation", "kind": "local_closure", "reason": "Lũ lụt"}
    return steward.post(reverse("calendar"), told)


def test_a_page_that_asks_for_what_is_not_there_is_broken_and_not_resting(steward: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE operations_heartbeat RENAME TO elsewhere")
        answer = steward.get(reverse("health"))
        cursor.execute("ALTER TABLE elsewhere RENAME TO operations_heartbeat")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "Máy chủ đang trục trặc" in answer.content.decode()
