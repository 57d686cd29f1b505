"""The table that several serving processes count failed sign-ins in; on SQLite there is one process and no table."""

from django.apps.registry import Apps
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=schema.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("web", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
