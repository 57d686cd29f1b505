"""Published numbers and the privacy budget, with the triggers that keep them as they were written."""

from typing import Any

from tincay.releases import written_once
import django.db.models.deletion
from django.db import migrations, models


TABLES = [f"releases_{name}" for name in ("privacybudget", "spend", "release", "publishednumber", "publishedfile")]
CLOSED = ("releases_publishednumber", "releases_publishedfile")
STANDS = "EXISTS (SELECT 1 FROM releases_release WHERE id = NEW.release_id)"
# Whoever publishes holds the spend, so that nobody can wait with a number of his own until the release stands.
CLOSING = f"""
CREATE FUNCTION tincay_release_closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM 1 FROM releases_spend WHERE id = NEW.release_id FOR UPDATE;
IF NOT FOUND OR {STANDS} THEN RAISE EXCEPTION 'written once' USING ERRCODE = 'restrict_violation'; END IF;
RETURN NEW; END $$
"""


def protect(apps: Any, editor: Any) -> None:
    written_once.make_function(editor)
    written_once.forbid_changes(editor, TABLES)
    sqlite = editor.connection.vendor == "sqlite"
    if not sqlite:
        editor.execute(CLOSING)
    then = (
        f"WHEN {STANDS} BEGIN SELECT RAISE(ABORT, 'written once'); END"
        if sqlite
        else "FOR EACH ROW EXECUTE FUNCTION tincay_release_closed()"
    )
    for name in CLOSED:
        editor.execute(f"CREATE TRIGGER {name}_closed BEFORE INSERT ON {name} {then}")


def unprotect(apps: Any, editor: Any) -> None:
    sqlite = editor.connection.vendor == "sqlite"
    for name in CLOSED:
        editor.execute(f"DROP TRIGGER {name}_closed" if sqlite else f"DROP TRIGGER {name}_closed ON {name}")
    if not sqlite:
        editor.execute("DROP FUNCTION tincay_release_closed()")
    written_once.allow_changes(editor, TABLES)
    written_once.drop_function(editor)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='PrivacyBudget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(unique=True)),
                ('micro_rho', models.PositiveBigIntegerField()),
                ('made_on', models.DateField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('micro_rho__gt', 0)), name='a_budget_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='Spend',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.SlugField(unique=True)),
                ('micro_rho', models.PositiveBigIntegerField()),
                ('day', models.DateField()),
                ('budget', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spends', to='releases.privacybudget')),
            ],
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('version', models.CharField(max_length=20)),
                ('people_rows', models.PositiveSmallIntegerField()),
                ('findings', models.JSONField()),
                ('refusals', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('opening', models.BinaryField()),
                ('spend', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='releases.spend')),
            ],
        ),
        migrations.CreateModel(
            name='PublishedNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=120)),
                ('cell', models.CharField(max_length=120)),
                ('value', models.BigIntegerField()),
                ('expected_error', models.FloatField()),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='numbers', to='releases.release')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('release', 'table', 'cell'), name='one_number_for_a_question')],
            },
        ),
        migrations.CreateModel(
            name='PublishedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('content', models.BinaryField()),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='releases.release')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('release', 'name'), name='one_file_of_a_name')],
            },
        ),
        migrations.AddConstraint(
            model_name='spend',
            constraint=models.CheckConstraint(condition=models.Q(('micro_rho__gt', 0)), name='a_spend_spends'),
        ),
        migrations.RunPython(protect, unprotect),
    ]
