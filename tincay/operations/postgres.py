"""What PostgreSQL's own log may hold: no statement, no value. Its settings are checked, for the role that we are."""

from collections.abc import Mapping

from django.db import connection

QUIET = {
    "log_min_error_statement": {"panic"},
    "log_error_verbosity": {"terse"},
    "log_statement": {"none"},
    "log_duration": {"off"},
    "log_min_duration_statement": {"-1"},
    "log_min_duration_sample": {"-1"},
    "log_transaction_sample_rate": {"0"},
    "log_parameter_max_length": {"0"},
    "log_parameter_max_length_on_error": {"0"},
    "debug_print_parse": {"off"},
    "debug_print_rewritten": {"off"},
    "debug_print_plan": {"off"},
    "auto_explain.log_min_duration": {"-1"},
    "pgaudit.log": {"none", ""},
}
"""By setting, the values with which it writes down nothing of what was sent; the last two only where loaded."""


def talkative() -> list[str]:
    """For each setting that would write down what people sent, the line with which an administrator ends it."""
    role = connection.ops.quote_name(connection.settings_dict["USER"] or _current("current_user"))
    return [
        f"ALTER ROLE {role} SET {name} = '{sorted(QUIET[name])[-1]}';"
        for name, value in _settings().items()
        if value is not None and value.lower() not in QUIET[name]
    ]


def _settings() -> Mapping[str, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, current_setting(name, true) FROM unnest(%s::text[]) AS name", [list(QUIET)]
        )
        return dict(cursor.fetchall())


def _current(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}")
        return str(cursor.fetchone()[0])
