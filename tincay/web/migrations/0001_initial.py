"""The install's row, and the table in which several serving processes count as one.

On SQLite there is one process and no such table.
"""

from typing import Any

from django.core.management import call_command

import datetime
import tincay.web.models
from django.db import migrations, models



def make_cache_table(apps: Any, editor: Any) -> None:
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


def drop_cache_table(apps: Any, editor: Any) -> None:
    editor.execute("DROP TABLE IF EXISTS web_cache")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Install',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('salt', models.BinaryField(default=tincay.web.models.new_salt)),
                ('demo', models.BooleanField(default=False, editable=False)),
                ('demo_offset', models.DurationField(default=datetime.timedelta, editable=False)),
                ('name_vi', models.CharField(default='Thông tin cộng đồng', max_length=60)),
                ('name_en', models.CharField(default='Community information', max_length=60)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_install')],
            },
        ),
        migrations.RunPython(make_cache_table, drop_cache_table),
    ]
