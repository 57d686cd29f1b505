import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(max_length=60, unique=True)),
                ('role', models.CharField(max_length=40)),
                ('number', models.PositiveSmallIntegerField()),
                ('title_vi', models.CharField(blank=True, max_length=80)),
                ('title_en', models.CharField(blank=True, max_length=80)),
                ('recipient', models.CharField(blank=True, max_length=80)),
                ('is_active', models.BooleanField(default=True)),
                ('notice_address', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(unique=True)),
                ('name_vi', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=40)),
                ('scope', models.JSONField(default=list)),
                ('coordinating', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('coordinating', True)), fields=('coordinating',), name='one_coordinating_body')],
            },
        ),
        migrations.CreateModel(
            name='Desk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(unique=True)),
                ('name_vi', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('purpose', models.CharField(choices=[('triage', 'triage'), ('case', 'case'), ('oversight', 'oversight')], max_length=20)),
                ('recipient', models.CharField(blank=True, max_length=80)),
                ('signing', models.BinaryField(default=bytes, max_length=32)),
                ('key_due', models.BooleanField(default=False)),
                ('post_vi', models.CharField(blank=True, max_length=120)),
                ('post_en', models.CharField(blank=True, max_length=120)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desks', to='people.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='user',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to='people.organisation'),
        ),
        migrations.CreateModel(
            name='DeskKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('recipient', models.CharField(max_length=80)),
                ('signing', models.BinaryField(max_length=32)),
                ('document', models.BinaryField()),
                ('signature', models.BinaryField(default=bytes)),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='people.desk')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('desk', 'number'), name='one_desk_key_a_number')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on_call', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='people.desk')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'desk'), name='once_at_a_desk')],
            },
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='one_number_in_an_organisation'),
        ),
    ]
