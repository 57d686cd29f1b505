from django.db import migrations, models


class Migration(migrations.Migration):
    """A day that was noted before is a day of another way: only a message that is really there counts as one."""

    dependencies = [
        ('reports', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='safetry',
            name='way',
            field=models.CharField(default='other_way', max_length=10),
            preserve_default=False,
        ),
    ]
