"""Nothing published and nothing spent is ever changed: the database refuses, whoever asks."""

from typing import Any

from django.db import migrations

TABLES = ("plan", "spend", "release", "publishednumber", "publishedfile")


def forbid(apps: Any, editor: Any) -> None:
    for table in TABLES:
        name = f"releases_{table}"
        if editor.connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                editor.execute(
                    f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
                    "BEGIN SELECT RAISE(ABORT, 'written once'); END"
                )
        else:
            editor.execute(
                f"CREATE TRIGGER {name}_written_once BEFORE UPDATE OR DELETE ON {name} "
                "FOR EACH STATEMENT EXECUTE FUNCTION tincay_written_once()"
            )


def function(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE FUNCTION tincay_written_once() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'written once' USING ERRCODE = 'restrict_violation'; END $$"
        )


class Migration(migrations.Migration):
    dependencies = [("releases", "0001_initial")]
    operations = [
        migrations.RunPython(function, migrations.RunPython.noop),
        migrations.RunPython(forbid, migrations.RunPython.noop),
    ]
