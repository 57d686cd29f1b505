"""What was published is neither emptied, nor added to once its release stands."""

from typing import Any

from django.db import migrations

TABLES = ("plan", "spend", "release", "publishednumber", "publishedfile")
STANDS = "EXISTS (SELECT 1 FROM releases_release WHERE id = NEW.release_id)"
# Whoever publishes holds the spend, so that nobody can wait with a number of his own until the release stands.
FUNCTION = f"""
CREATE FUNCTION tincay_release_closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM 1 FROM releases_spend WHERE id = NEW.release_id FOR UPDATE;
IF NOT FOUND OR {STANDS} THEN RAISE EXCEPTION 'written once' USING ERRCODE = 'restrict_violation'; END IF;
RETURN NEW; END $$
"""


def close(apps: Any, editor: Any) -> None:
    sqlite = editor.connection.vendor == "sqlite"
    if not sqlite:
        editor.execute(FUNCTION)
        for table in TABLES:
            name = f"releases_{table}"
            editor.execute(
                f"CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON {name} "
                "FOR EACH STATEMENT EXECUTE FUNCTION tincay_written_once()"
            )
    for name in ("releases_publishednumber", "releases_publishedfile"):
        then = (
            f"WHEN {STANDS} BEGIN SELECT RAISE(ABORT, 'written once'); END"
            if sqlite
            else "FOR EACH ROW EXECUTE FUNCTION tincay_release_closed()"
        )
        editor.execute(f"CREATE TRIGGER {name}_closed BEFORE INSERT ON {name} {then}")


class Migration(migrations.Migration):
    dependencies = [("releases", "0002_written_once")]
    operations = [migrations.RunPython(close, migrations.RunPython.noop)]
