from django.db import migrations, models


def keep_the_last(apps, schema_editor):
    """Of what one person has not seen, the last notice is enough."""
    Notice = apps.get_model("people", "Notice")
    for user in set(Notice.objects.values_list("user", flat=True)):
        last = Notice.objects.filter(user=user).order_by("-created_at", "id").first()
        Notice.objects.filter(user=user).exclude(pk=last.pk).delete()


def forget_the_seen(apps, schema_editor):
    """Before this, a notice that was seen was no row."""
    apps.get_model("people", "Notice").objects.filter(seen=True).delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0003_channel_state")]

    operations = [
        migrations.AddField("notice", "urgent", models.BooleanField(default=False)),
        migrations.AddField("notice", "seen", models.BooleanField(default=False)),
        migrations.AddField("notice", "rings", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("notice", "rung_again", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(keep_the_last, forget_the_seen),
        migrations.AddConstraint(
            "notice",
            models.UniqueConstraint(
                condition=models.Q(seen=False), fields=["user", "urgent"], name="one_unseen_notice_an_urgency"
            ),
        ),
    ]
