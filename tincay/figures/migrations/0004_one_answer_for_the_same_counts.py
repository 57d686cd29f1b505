"""One answer for the same counts, whatever the lists are called; hashes that are public get a salt."""

from typing import Any

from django.db import migrations, models

NAME = "figures_publishedrun"


def forbid_again(apps: Any, editor: Any) -> None:
    """SQLite changes a table by making it anew, without its triggers."""
    if editor.connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {NAME}_no_{verb.lower()} BEFORE {verb} ON {NAME} "
                "BEGIN SELECT RAISE(ABORT, 'written once'); END"
            )


class Migration(migrations.Migration):
    dependencies = [("figures", "0003_not_emptied")]
    operations = [
        migrations.RemoveConstraint("publishedrun", "one_answer_for_a_table"),
        migrations.AddField("publishedrun", "counts_key", models.CharField(max_length=64, null=True)),
        migrations.AddField("publishedrun", "salt", models.CharField(default="", max_length=64)),
        migrations.AlterField("publishedrun", "made_with", models.JSONField(default=dict)),
        migrations.AddConstraint(
            "publishedrun",
            models.UniqueConstraint(fields=("counts_key",), name="one_answer_for_a_table"),
        ),
        migrations.AddField("run", "salt", models.CharField(default="", max_length=64)),
        migrations.AddField("run", "made_with", models.JSONField(default=dict)),
        migrations.AddField("run", "tries", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(forbid_again, migrations.RunPython.noop),
    ]
