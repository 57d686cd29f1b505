"""A published run is never changed: the database refuses, whoever asks."""

from typing import Any

from django.db import migrations

NAME = "figures_publishedrun"


def forbid(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER {NAME}_no_{verb.lower()} BEFORE {verb} ON {NAME} "
                "BEGIN SELECT RAISE(ABORT, 'written once'); END"
            )
    else:
        # The function comes with the releases, which promise the same.
        editor.execute(
            f"CREATE TRIGGER {NAME}_written_once BEFORE UPDATE OR DELETE ON {NAME} "
            "FOR EACH STATEMENT EXECUTE FUNCTION tincay_written_once()"
        )


class Migration(migrations.Migration):
    dependencies = [("figures", "0001_initial"), ("releases", "0002_written_once")]
    operations = [migrations.RunPython(forbid, migrations.RunPython.noop)]
