"""PostgreSQL's own log holds nothing of what people send, or no command of ours goes on: read in the log itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from tests.cast import new_organisation
from tests.patience import wait_until
from tincay.operations import guards, postgres
from tincay.operations.guards import CannotStart
from tincay.web.process_lock import exclusive

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _new_session() -> Iterator[None]:
    yield
    connection.close()


def said(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def set_to(**settings: str) -> None:
    """For this session; the tests' role may."""
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"SET {name} = '{value}'")


def log() -> str:
    """What the server has written: ./run keeps its log beside the data."""
    path = Path(said("SHOW data_directory")).parent / "log"
    assert path.exists(), "./run test starts a PostgreSQL whose log can be read"
    return path.read_text(errors="replace")


def plant(word: str) -> None:
    """What is sent twice, and what does not fit its column, each with the word in it."""
    new_organisation(f"{word}-code", vi=f"{word} tên")
    with pytest.raises(IntegrityError), transaction.atomic():
        new_organisation(f"{word}-code", vi=f"{word} tên")
    with pytest.raises(DataError), transaction.atomic():
        new_organisation(f"{word}-{'x' * 60}")


def test_a_refused_row_leaves_no_value_and_no_statement_in_the_log() -> None:
    guards.check_start()
    plant("kin-dao")
    wait_until(lambda: "duplicate key value" in log(), "the server's line")
    assert "kin-dao" not in log()


def test_with_the_usual_settings_it_would() -> None:
    """So that the test above can fail: the value that is there already, and the statement; values are no part of it."""
    set_to(log_min_error_statement="error", log_error_verbosity="default")
    plant("lo-dao")
    wait_until(lambda: "lo-dao" in log() and "STATEMENT:" in log(), "the value and the statement")
    assert all("lo-dao" not in line for line in log().splitlines() if "STATEMENT:" in line)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("log_min_error_statement", "error", "SET log_min_error_statement = 'panic';"),
        ("log_error_verbosity", "default", "SET log_error_verbosity = 'terse';"),
        ("log_statement", "all", "SET log_statement = 'none';"),
        ("log_min_duration_statement", "0", "SET log_min_duration_statement = '-1';"),
        ("log_parameter_max_length_on_error", "-1", "SET log_parameter_max_length_on_error = '0';"),
        ("auto_explain.log_min_duration", "0", "SET auto_explain.log_min_duration = '-1';"),
    ],
)
def test_a_server_that_would_write_it_is_refused_with_the_line_that_ends_it(
    name: str, value: str, line: str
) -> None:
    guards.check_start()
    set_to(**{name: value})
    with pytest.raises(CannotStart, match="let its administrator run") as refused:
        guards.check_start()
    role = connection.settings_dict["USER"]
    assert str(refused.value).splitlines()[1:] == [f'ALTER ROLE "{role}" {line}']


def test_the_lines_that_are_given_are_taken_by_the_server() -> None:
    role = connection.settings_dict["USER"]
    with connection.cursor() as cursor:
        for line in postgres.QUIET:
            if "." not in line:
                cursor.execute(f'ALTER ROLE "{role}" SET {line} = {said(f"SHOW {line}")!r}')
                cursor.execute(f'ALTER ROLE "{role}" RESET {line}')


def test_one_run_at_a_time_on_all_machines() -> None:
    with exclusive("tick") as first, exclusive("tick") as second:
        assert (first, second) == (True, False)
    with exclusive("tick") as again:
        assert again
