"""Published runs are not emptied at one go either; SQLite has no TRUNCATE."""

from typing import Any

from django.db import migrations

NAME = "figures_publishedrun"


def forbid(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(
            f"CREATE TRIGGER {NAME}_not_emptied BEFORE TRUNCATE ON {NAME} "
            "FOR EACH STATEMENT EXECUTE FUNCTION tincay_written_once()"
        )


class Migration(migrations.Migration):
    dependencies = [("figures", "0002_written_once")]
    operations = [migrations.RunPython(forbid, migrations.RunPython.noop)]
