"""What is known of the scheduled work: when it went through last, and which of its jobs fail. No report."""

from django.db import models


class Heartbeat(models.Model):
    """When the scheduled work went through last: one row, for the steward's page."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_heartbeat")]


class FailedJob(models.Model):
    """A job of the last run that failed: since when, and the type of its last error, never its words."""

    job = models.CharField(max_length=40, unique=True)
    since = models.DateTimeField()
    error = models.CharField(max_length=80)
