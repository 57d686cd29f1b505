"""Claims and runs of capture-recapture; a published run is never changed."""

from typing import Any

from tincay.releases import written_once
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TABLES = ["estimates_publishedrun"]


def protect(apps: Any, editor: Any) -> None:
    written_once.forbid_changes(editor, TABLES)


def unprotect(apps: Any, editor: Any) -> None:
    written_once.allow_changes(editor, TABLES)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('releases', '0001_initial'),
        ('directory', '0001_initial'),
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('last_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('population', models.CharField(max_length=120)),
                ('linkage', models.CharField(max_length=20)),
                ('counts', models.JSONField()),
                ('table_hash', models.CharField(max_length=64)),
                ('salt', models.CharField(default='', max_length=64)),
                ('seed', models.PositiveIntegerField()),
                ('effort', models.CharField(max_length=10)),
                ('version', models.CharField(max_length=40)),
                ('result', models.JSONField(null=True)),
                ('made_with', models.JSONField(default=dict)),
                ('change', models.CharField(blank=True, max_length=120)),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed')], default='waiting', max_length=10)),
                ('begun_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='derived', to='estimates.run')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.province')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('last_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('code', models.SlugField(unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('value', models.PositiveBigIntegerField(blank=True, null=True)),
                ('low', models.PositiveBigIntegerField(blank=True, null=True)),
                ('high', models.PositiveBigIntegerField(blank=True, null=True)),
                ('at_least', models.BooleanField(default=False)),
                ('population_vi', models.CharField(max_length=120)),
                ('population_en', models.CharField(max_length=120)),
                ('source_vi', models.CharField(max_length=300)),
                ('source_en', models.CharField(max_length=300)),
                ('caveat_vi', models.CharField(blank=True, max_length=300)),
                ('caveat_en', models.CharField(blank=True, max_length=300)),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='directory.province')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('value__isnull', False), models.Q(('high__isnull', False), ('low__isnull', False), ('low__lte', models.F('high'))), _connector='OR'), name='a_claim_says_a_number'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'mse'), _negated=True), models.Q(('high__isnull', False), ('low__isnull', False)), _connector='OR'), name='an_estimate_from_lists_has_an_interval')],
            },
        ),
        migrations.CreateModel(
            name='PublishedRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('last_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('population', models.CharField(max_length=120)),
                ('linkage', models.CharField(max_length=20)),
                ('counts', models.JSONField()),
                ('table_hash', models.CharField(max_length=64)),
                ('salt', models.CharField(default='', max_length=64)),
                ('seed', models.PositiveIntegerField()),
                ('effort', models.CharField(max_length=10)),
                ('version', models.CharField(max_length=40)),
                ('result', models.JSONField(null=True)),
                ('made_with', models.JSONField(default=dict)),
                ('day', models.DateField()),
                ('counts_key', models.CharField(max_length=64, null=True)),
                ('digest', models.CharField(max_length=64)),
                ('seen', models.PositiveBigIntegerField()),
                ('bound', models.PositiveBigIntegerField()),
                ('lower', models.PositiveBigIntegerField()),
                ('upper', models.PositiveBigIntegerField(null=True)),
                ('opening', models.BinaryField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.province')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('counts_key',), name='one_answer_for_a_table')],
            },
        ),
        migrations.RunPython(protect, unprotect),
    ]
