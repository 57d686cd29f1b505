"""Django's SQLite, where a table with random ids has no order besides them.

Each row of an ordinary table has a number, its rowid, given in the order in which rows come. Such a number places
what closed between what is open, and a number that is missing tells that something closed, and where.
"""

from django.db import models
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor as SchemaEditor


class DatabaseSchemaEditor(SchemaEditor):
    """Makes tables whose key is a UUID WITHOUT ROWID, also when Django makes one anew to change it."""

    def table_sql(self, model: type[models.Model]) -> tuple[str, list[object]]:
        sql, params = super().table_sql(model)
        keyed = isinstance(model._meta.pk, models.UUIDField)
        return (f"{sql} WITHOUT ROWID" if keyed else sql), params


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
