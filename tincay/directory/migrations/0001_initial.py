import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarVersion',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=300)),
                ('opening', models.BinaryField(default=bytes)),
            ],
        ),
        migrations.CreateModel(
            name='Province',
            fields=[
                ('code', models.CharField(max_length=10, primary_key=True, serialize=False)),
                ('list_version', models.CharField(max_length=20)),
                ('name_vi', models.CharField(max_length=60)),
                ('name_en', models.CharField(max_length=60)),
                ('old_codes', models.JSONField(default=list)),
                ('desk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='provinces', to='people.desk')),
            ],
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(unique=True)),
                ('name_vi', models.CharField(max_length=160)),
                ('name_en', models.CharField(max_length=160)),
                ('kinds', models.JSONField(default=list)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('place_vi', models.CharField(blank=True, max_length=200)),
                ('place_en', models.CharField(blank=True, max_length=200)),
                ('hours_vi', models.CharField(blank=True, max_length=120)),
                ('hours_en', models.CharField(blank=True, max_length=120)),
                ('note_vi', models.CharField(blank=True, max_length=300)),
                ('note_en', models.CharField(blank=True, max_length=300)),
                ('urgent', models.BooleanField(default=False)),
                ('active', models.BooleanField(default=True)),
                ('province', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='directory.province')),
            ],
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('calendar', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=30)),
                ('name_vi', models.CharField(blank=True, max_length=120)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('source', models.CharField(blank=True, max_length=120)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='directory.calendarversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'calendar'), name='one_kind_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Fallback',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.desk')),
                ('oversight', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.desk')),
                ('triage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.desk')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_fallback')],
            },
        ),
    ]
