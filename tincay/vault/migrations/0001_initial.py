import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Compartment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('owner', models.UUIDField(db_index=True)),
                ('kind', models.CharField(max_length=20)),
                ('part', models.CharField(blank=True, max_length=32)),
                ('place', models.PositiveSmallIntegerField()),
                ('recipient', models.CharField(max_length=80, unique=True)),
                ('current', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('current', True)), fields=('owner', 'kind', 'part'), name='one_current_compartment')],
            },
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('owner', models.UUIDField()),
                ('number', models.PositiveIntegerField()),
                ('for_thread', models.BinaryField()),
                ('for_receipt', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'number'), name='openings_in_order')],
            },
        ),
        migrations.CreateModel(
            name='PersonWrap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('salt', models.BinaryField()),
                ('scrypt_n', models.PositiveIntegerField(default=131072)),
                ('scrypt_r', models.PositiveSmallIntegerField(default=8)),
                ('scrypt_p', models.PositiveSmallIntegerField(default=1)),
                ('sealed', models.BinaryField()),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='wrap', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SealedText',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('place', models.PositiveSmallIntegerField()),
                ('sealed', models.BinaryField()),
                ('sealed_by', models.CharField(max_length=10)),
                ('compartment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='vault.compartment')),
            ],
        ),
        migrations.CreateModel(
            name='DeskWrap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.CharField(max_length=80)),
                ('recipient', models.CharField(max_length=80)),
                ('sealed', models.BinaryField()),
                ('voucher', models.BinaryField()),
                ('signature', models.BinaryField()),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wraps', to='people.desk')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='desk_wraps', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('of', 'recipient'), name='one_desk_wrap_for_a_key')],
            },
        ),
        migrations.CreateModel(
            name='Wrap',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('holder_kind', models.CharField(max_length=10)),
                ('recipient', models.CharField(max_length=80)),
                ('sealed', models.BinaryField()),
                ('unopened', models.BooleanField(default=False)),
                ('compartment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='wraps', to='vault.compartment')),
                ('desk', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.desk')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('compartment', 'recipient'), name='one_wrap_for_a_key'), models.CheckConstraint(condition=models.Q(models.Q(('desk__isnull', False), ('holder_kind', 'desk')), models.Q(('desk__isnull', True), ('holder_kind__in', ('receipt', 'person', 'slip'))), _connector='OR'), name='a_desk_is_named')],
            },
        ),
    ]
