import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('reports', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Challenge',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('ticket', models.CharField(max_length=60, unique=True)),
                ('secret', models.BinaryField()),
                ('until', models.DateTimeField(db_index=True)),
                ('report', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('recipient', models.CharField(max_length=80, unique=True)),
                ('receipt', models.CharField(max_length=80)),
                ('sealed', models.BinaryField(null=True)),
                ('until', models.DateTimeField(db_index=True)),
                ('report', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='reports.report')),
            ],
        ),
    ]
