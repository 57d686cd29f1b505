import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def end_old_sessions(apps, schema_editor):
    """Sessions of before lie in Django's own table, with their keys in clear: everybody signs in once more."""
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
        ('sessions', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(end_old_sessions, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='user',
            name='last_login',
        ),
        migrations.CreateModel(
            name='AccessNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('own_key', 'own_key'), ('desk_key', 'desk_key'), ('password', 'password'), ('second_factor', 'second_factor')], max_length=20)),
                ('number', models.PositiveSmallIntegerField()),
                ('day', models.DateField()),
                ('desk', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='people.desk')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='access_notices', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='StaffSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('day', models.DateField(null=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='staff_sessions', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DeviceCookie',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret_hash', models.BinaryField(max_length=32)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('day', models.DateField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='device_cookies', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('secret_hash', 'user'), name='one_device_cookie_a_browser_and_user')],
            },
        ),
    ]
