from typing import Any

from django.db import migrations, models


def keep_out_of_the_database_log(apps: Any, editor: Any) -> None:
    _persistence(apps, editor, "UNLOGGED")


def let_into_the_database_log(apps: Any, editor: Any) -> None:
    _persistence(apps, editor, "LOGGED")


def _persistence(apps: Any, editor: Any, kind: str) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER TABLE {apps.get_model('intake', 'Tally')._meta.db_table} SET {kind}")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('key', models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ('hour', models.PositiveIntegerField()),
                ('count', models.PositiveIntegerField()),
            ],
        ),
        migrations.RunPython(keep_out_of_the_database_log, let_into_the_database_log),
    ]
