from typing import Any

from django.db import migrations, models


def keep_out_of_the_database_log(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER TABLE {apps.get_model('intake', 'HourKey')._meta.db_table} SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="HourKey",
            fields=[
                ("hour", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("key", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.RunPython(keep_out_of_the_database_log, migrations.RunPython.noop),
    ]
