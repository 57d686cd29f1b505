import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('vault', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('subject_kind', models.CharField(default='report', max_length=20)),
                ('subject', models.UUIDField(db_index=True)),
                ('place', models.PositiveSmallIntegerField()),
                ('rule', models.CharField(max_length=30)),
                ('started_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('calendar_version', models.PositiveIntegerField()),
                ('met_at', models.DateTimeField(null=True)),
                ('in_time', models.BooleanField(null=True)),
                ('band', models.CharField(blank=True, max_length=10)),
                ('level', models.CharField(default='e0', max_length=2)),
                ('next_escalation_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CountRow',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('quarter', models.CharField(max_length=7)),
                ('codes', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('level', models.CharField(max_length=2)),
                ('at', models.DateTimeField()),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalations', to='reports.clock')),
            ],
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=22, unique=True)),
                ('code_name', models.CharField(max_length=40)),
                ('kind_group', models.CharField(max_length=20)),
                ('priority', models.CharField(max_length=2)),
                ('stage', models.CharField(default='received', max_length=20)),
                ('verification_result', models.CharField(blank=True, max_length=30)),
                ('classification', models.CharField(blank=True, max_length=30)),
                ('handling_result', models.CharField(blank=True, max_length=30)),
                ('closure', models.CharField(blank=True, max_length=30)),
                ('retention_class', models.CharField(max_length=20)),
                ('held', models.BooleanField(default=False)),
                ('paused', models.BooleanField(default=False)),
                ('sealed_by', models.CharField(max_length=10)),
                ('locator', models.BinaryField(max_length=32, unique=True)),
                ('receipt', models.CharField(max_length=80)),
                ('signing', models.BinaryField(max_length=32)),
                ('thread', models.CharField(max_length=80)),
                ('promise', models.TextField()),
                ('received_at', models.DateTimeField(null=True)),
                ('handled_at', models.DateTimeField(null=True)),
                ('next_due_at', models.DateTimeField(null=True)),
                ('received_month', models.CharField(max_length=7)),
                ('closed_month', models.CharField(blank=True, max_length=7)),
                ('purge_on', models.DateField(null=True)),
                ('paged', models.PositiveSmallIntegerField(default=0)),
                ('times_opened', models.PositiveIntegerField(default=0)),
                ('steps', models.PositiveIntegerField(default=0)),
                ('counted', models.BooleanField(default=False)),
                ('desk', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='people.desk')),
            ],
        ),
        migrations.CreateModel(
            name='ReceiptChange',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('document', models.BinaryField()),
                ('signature', models.BinaryField()),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='receipt_changes', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=30)),
                ('begun_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('review_at', models.DateTimeField(null=True)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('place', models.PositiveSmallIntegerField()),
                ('key', models.CharField(max_length=22)),
                ('from_reporter', models.BooleanField()),
                ('kind', models.CharField(max_length=20)),
                ('number', models.PositiveSmallIntegerField(null=True)),
                ('posted_at', models.DateTimeField(null=True)),
                ('text', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='vault.sealedtext')),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='CountEntry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('quarter', models.CharField(max_length=7)),
                ('codes', models.JSONField(default=dict)),
                ('report', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='count_entry', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='ConsentGrant',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('scope', models.CharField(max_length=30)),
                ('receiver', models.CharField(blank=True, max_length=80)),
                ('items', models.JSONField(default=list)),
                ('given', models.BooleanField()),
                ('day', models.DateField()),
                ('until', models.DateField(null=True)),
                ('document', models.BinaryField()),
                ('signature', models.BinaryField()),
                ('method', models.CharField(max_length=40)),
                ('signer', models.CharField(max_length=12)),
                ('mark', models.BinaryField(default=b'', max_length=32)),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='ClosingProposal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=30)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='closing_proposal', to='reports.report')),
            ],
        ),
        migrations.AddField(
            model_name='clock',
            name='report',
            field=models.ForeignObject(from_fields=['subject'], on_delete=django.db.models.deletion.DO_NOTHING, related_name='clocks', to='reports.report', to_fields=['id']),
        ),
        migrations.CreateModel(
            name='Rewriting',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('day', models.DateField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_rewriting')],
            },
        ),
        migrations.CreateModel(
            name='SafeTry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='safe_tries', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='SignedWords',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('key', models.CharField(max_length=22)),
                ('document', models.BinaryField()),
                ('signature', models.BinaryField()),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='signed_words', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('subject_kind', models.CharField(default='report', max_length=20)),
                ('subject', models.UUIDField(db_index=True)),
                ('kind', models.CharField(max_length=30)),
                ('about', models.CharField(blank=True, max_length=30)),
                ('report', models.ForeignObject(from_fields=['subject'], on_delete=django.db.models.deletion.DO_NOTHING, related_name='tasks', to='reports.report', to_fields=['id'])),
            ],
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('held', False), ('next_due_at__isnull', False)), fields=['desk', 'next_due_at', 'id'], name='queue'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('held', True), ('next_due_at__isnull', False)), fields=['desk', 'next_due_at', 'id'], name='held_queue'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['desk', 'code_name'], name='code_names'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('purge_on__isnull', False)), fields=['purge_on'], name='purge'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('stage', 'closed')), fields=['closed_month'], name='closed'),
        ),
        migrations.AddConstraint(
            model_name='receiptchange',
            constraint=models.UniqueConstraint(fields=('report', 'number'), name='one_receipt_change_a_number'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('report', 'key'), name='one_message_a_key'),
        ),
        migrations.AddConstraint(
            model_name='consentgrant',
            constraint=models.UniqueConstraint(fields=('report', 'signer', 'number'), name='one_word_a_number'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('met_at__isnull', True), ('next_escalation_at__isnull', False)), fields=['next_escalation_at'], name='to_escalate'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('due_at__isnull', False), ('met_at__isnull', True)), fields=('subject', 'rule'), name='one_running_clock_of_a_rule'),
        ),
        migrations.AddConstraint(
            model_name='safetry',
            constraint=models.UniqueConstraint(fields=('report', 'day'), name='one_try_a_day'),
        ),
        migrations.AddConstraint(
            model_name='signedwords',
            constraint=models.UniqueConstraint(fields=('report', 'number'), name='one_statement_a_number'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('subject', 'kind', 'about'), name='one_task_about_a_thing'),
        ),
    ]
