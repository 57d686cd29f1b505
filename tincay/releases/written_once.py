"""What is written once: triggers by which the database itself refuses a change, whoever asks for it.

Used by migrations, forwards and backwards. On PostgreSQL the trigger function belongs to this app's first migration.
"""

from collections.abc import Iterable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

VERBS = ("update", "delete")
FUNCTION = """
CREATE FUNCTION tincay_written_once() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'written once' USING ERRCODE = 'restrict_violation'; END $$
"""


def make_function(editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(FUNCTION)


def drop_function(editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION tincay_written_once()")


def forbid_changes(editor: BaseDatabaseSchemaEditor, tables: Iterable[str]) -> None:
    """Rows of these tables are neither changed, nor deleted, nor emptied at one go."""
    for table in tables:
        if editor.connection.vendor == "sqlite":
            for verb in VERBS:
                editor.execute(
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'written once'); END"
                )
            continue
        for name, when in (("written_once", "UPDATE OR DELETE"), ("not_emptied", "TRUNCATE")):
            editor.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION tincay_written_once()"
            )


def allow_changes(editor: BaseDatabaseSchemaEditor, tables: Iterable[str]) -> None:
    """The way back."""
    for table in tables:
        if editor.connection.vendor == "sqlite":
            for verb in VERBS:
                editor.execute(f"DROP TRIGGER {table}_no_{verb}")
        else:
            for name in ("written_once", "not_emptied"):
                editor.execute(f"DROP TRIGGER {table}_{name} ON {table}")
