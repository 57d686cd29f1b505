"""A kept connection to PostgreSQL is asked whether it lives only when something came on it."""

from unittest import mock

import pytest
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def end_from_elsewhere() -> None:
    """End this session of the server, as a restart does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        number = cursor.fetchone()[0]
    administrator = connections.create_connection("default")
    with administrator.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 60000)", [number])
        assert cursor.fetchone()[0], "it goes on"
    administrator.close()


def test_a_connection_that_lives_is_not_asked() -> None:
    connection.ensure_connection()
    with mock.patch.object(DatabaseWrapper, "is_usable", side_effect=AssertionError):
        assert connection.is_usable()


def test_one_that_the_server_ended_is_noticed_before_it_is_used() -> None:
    connection.ensure_connection()
    end_from_elsewhere()
    assert not connection.is_usable()
    connection.close_if_unusable_or_obsolete()  # as each request begins
    with connection.cursor() as cursor:  # of a new one
        cursor.execute("SELECT 1")


def test_one_that_is_closed_is_no_use() -> None:
    connection.ensure_connection()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
    assert not connection.is_usable()
